//! The thread and its slot; and which word counts.

use std::sync::Arc;
use std::thread;

use super::super::word::{Word, choose};
use super::super::{DocumentTrouble, FeedParams, FeedReader};
use super::*;
use crate::control::zone::Zone;
use crate::shell::clock::{Clock, pause};
use crate::steering::evidence::Feed;
use crate::units::Millis;

fn word(baseline: u32, heard_at: u64) -> Word {
    Word {
        feed: Feed {
            baseline: Some(Millis::of(baseline)),
            ..Feed::default()
        },
        heard_at: moment(heard_at),
        age_then: Duration::ZERO,
    }
}

fn live(heard_at: u64) -> Word {
    let mut live = word(30, heard_at);
    live.feed.zone = Some(Zone::Red);
    live.feed.at_floor = true;
    live.feed.hears = Some(true);
    live
}

fn aged(word: Word, age: u64) -> Feed {
    let age = Duration::from_secs(age);
    Feed { age, ..word.feed }
}

#[test]
fn the_live_word_counts_while_it_is_of_now_and_then_the_younger_baseline() {
    let now = moment(100);
    assert_eq!(choose(None, None, now), None);
    let (old, new) = (word(25, 40), word(25, 99));
    assert_eq!(choose(Some(new), None, now), Some(aged(new, 1)));
    assert_eq!(
        choose(Some(new), Some(live(95)), now),
        Some(aged(live(95), 5))
    );
    assert_eq!(choose(Some(new), Some(live(94)), now), Some(aged(new, 1)));
    // Older than it counts, but younger than the document: its baseline, and nothing of the moment.
    assert_eq!(
        choose(Some(old), Some(live(94)), now),
        Some(aged(word(30, 0), 6))
    );
    assert_eq!(
        choose(None, Some(live(0)), now),
        Some(aged(word(30, 0), 100))
    );
    let before_the_start = Word {
        age_then: Duration::from_secs(7_200),
        ..word(25, 1)
    };
    assert_eq!(
        choose(Some(before_the_start), None, now),
        Some(aged(word(25, 0), 7_299))
    );
}

fn start(dir: &Path) -> (Clock, FeedReader) {
    let clock = Clock::start();
    let params = FeedParams {
        documents: vec![dir.join("wan1_state.json")],
        health: None,
        wan: "wan1".into(),
    };
    (clock, FeedReader::start(clock, params).unwrap())
}

fn wait_until(
    clock: Clock,
    reader: &mut FeedReader,
    is_so: impl Fn(&FeedReader, Option<Feed>) -> bool,
) {
    for _ in 0..3_000 {
        let feed = reader.latest(clock.now());
        if is_so(reader, feed) {
            return;
        }
        pause(Duration::from_millis(10));
    }
    panic!("not in 30 s: {reader:?}");
}

#[test]
fn the_thread_looks_again_and_again_and_the_loop_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wan1_state.json");
    let (clock, mut reader) = start(dir.path());
    wait_until(clock, &mut reader, |reader, feed| {
        let status = reader.status();
        status.is_some_and(|it| it.document == Err(DocumentTrouble::Missing) && it.live.is_none())
            && feed.is_none()
    });
    for baseline in [25, 31] {
        fs::write(&path, document(baseline)).unwrap();
        wait_until(clock, &mut reader, |_, feed| {
            feed.is_some_and(|feed| feed.baseline == Some(Millis::of(baseline)))
        });
    }
    fs::remove_file(&path).unwrap();
    wait_until(clock, &mut reader, |reader, feed| {
        let missing = Err(DocumentTrouble::Missing);
        reader.status().is_some_and(|it| it.document == missing)
            && feed.is_some_and(|feed| feed.baseline == Some(Millis::of(31)))
    });
    let age = |reader: &mut FeedReader, at| reader.latest(moment(at)).unwrap().age;
    let later = age(&mut reader, 1_000) + Duration::from_secs(100);
    assert_eq!(age(&mut reader, 1_100), later, "it ages without a new look");
}

#[test]
fn the_thread_ends_with_its_owner_who_does_not_wait_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let (_, reader) = start(dir.path());
    let desk = Arc::clone(&reader.desk);
    drop(reader);
    // The thread owns the only other handle.
    while Arc::strong_count(&desk) > 1 {
        thread::yield_now();
    }
}

/// Its stack is small, and whoever writes the file may know that.
#[test]
fn the_deepest_document_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    let deep = format!("{{\"ewma\":{{\"baseline_rtt\":{}", "[".repeat(60_000));
    fs::write(dir.path().join("wan1_state.json"), deep).unwrap();
    let (clock, mut reader) = start(dir.path());
    wait_until(clock, &mut reader, |reader, _| {
        reader
            .status()
            .is_some_and(|it| matches!(it.document, Err(DocumentTrouble::Unfit(_))))
    });
}
