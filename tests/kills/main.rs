//! `kill -9` at random moments: what must be there afterwards is there, and the next start is clean.
//!
//! `scripts/testing/kills` kills as often as one likes; here as often as one can wait for.

#![expect(
    clippy::disallowed_methods,
    reason = "processes live and die in real time"
)]

mod judge;
mod judged;
mod moment;
mod router;
#[path = "../harness/steering_file.rs"]
mod steering_file;
mod tally;
mod toll;
mod victim;

use self::moment::Moment;
use self::toll::Toll;

/// A minute and a half: the longest life takes a minute, and may begin late.
const KILLS: u64 = 240;

#[test]
fn a_kill_at_any_moment_loses_no_more_than_is_stated_and_the_next_start_is_clean() {
    let toll = Toll {
        binary: env!("CARGO_BIN_EXE_wanctl").into(),
        kills: KILLS,
        beside: 48,
        seed: 0,
    };
    let tally = toll::take(&toll, |_| {}).unwrap_or_else(|broken| panic!("{broken}"));
    println!("{tally}");
    assert_eq!(tally.kills, KILLS);
    for moment in Moment::KINDS {
        assert!(tally.of(moment) > 0, "nobody was killed {moment}\n{tally}");
    }
    assert!(tally.rows > 0, "no history was ever written\n{tally}");
}
