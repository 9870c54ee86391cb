//! The loop's end of the feed.

use wanctl::shell::clock::{Clock, pause};
use wanctl::shell::feed::{FeedParams, FeedReader};
use wanctl::time::Duration;
use wanctl::units::Millis;

use super::counter;

#[test]
fn taking_autorates_word_from_the_feed_allocates_nothing() {
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let path = dir.path().join("wan1_state.json");
    let clock = Clock::start();
    let params = FeedParams {
        documents: vec![path.clone()],
        health: None,
        wan: "wan1".into(),
    };
    let mut reader = FeedReader::start(clock, params).expect("a thread");
    // The thread looks once a second, and is looked at all the while.
    for baseline in [24, 25, 26] {
        let document = format!("{{\"ewma\":{{\"baseline_rtt\":{baseline}}}}}");
        std::fs::write(&path, document).expect("a directory of ours");
        let arrived = (0..3_000).any(|_| {
            pause(Duration::from_millis(10));
            counter::watch();
            let feed = reader.latest(clock.now());
            let status = reader.status();
            counter::rest();
            let found = feed.and_then(|feed| feed.baseline) == Some(Millis::of(baseline));
            found && status.is_some_and(|status| status.document == Ok(0))
        });
        assert!(arrived, "{reader:?}");
    }
    drop(reader);
    counter::expect_none("three changes of the document");
}
