//! What can befall a house, drawn from a seed and played in virtual time with the real daemons and their
//! real links; and the promises that hold whatever it is.
//!
//! `scripts/soak-sim.sh` plays as many fates as one likes; here are as many as one can wait for.

mod digest;
mod draw;
mod house;
mod memory;
mod params;
mod plan;
mod planted;
mod play;
mod promises;
mod shrink;
mod shrinks;
mod spell;
mod stories;
mod traps;
#[path = "../harness/wan_file.rs"]
mod wan_file;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use wanctl::time::Duration;

use self::draw::{Homes, Pace};
use self::planted::Planted;

/// Two hours in houses most of which are plain.
const EVENING: Pace = Pace {
    calm: Duration::from_secs(60),
    every: Duration::from_secs(300),
    longest: Duration::from_secs(300),
    until: Duration::from_secs(6_000),
    lasts: Duration::from_secs(7_200),
    homes: Homes::Plain(4),
};
/// One of so many is played twice.
const TWICE: u64 = 16;

/// Plays the fates of so many seeds on all cores.
fn all_is_well(seeds: u64, pace: &Pace) {
    let next = AtomicU64::new(0);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                break;
            }
            let plan = draw::plan(seed, pace);
            let judge = if seed.is_multiple_of(TWICE) {
                play::play_twice
            } else {
                play::play
            };
            if let Err(broken) = judge(&plan, Planted::Nothing) {
                panic!("seed {seed}: {broken}\n{plan}");
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

#[test]
fn in_the_middle_of_trouble_no_promise_is_broken() {
    all_is_well(2_000, &Pace::BRIEF);
}

#[test]
fn nor_is_one_when_the_trouble_is_over() {
    all_is_well(40, &Pace::SHORT);
}

#[test]
fn and_in_the_end_all_is_as_before() {
    all_is_well(8, &Pace::LONG);
}

#[test]
fn nor_in_an_evening_of_a_plain_house() {
    all_is_well(8, &EVENING);
}
