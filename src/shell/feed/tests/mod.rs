//! Real files, real sockets, and time by hand.

mod documents;
mod live;
mod reader;
mod telling;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration as StdDuration, UNIX_EPOCH};

use crate::shell::clock::Reading;
use crate::time::{Duration, Instant};

/// The wall clock when the process starts, in seconds; any will do.
const WALL: u64 = 1_800_000_000;

/// So many seconds after the start; nobody has touched the wall clock.
fn at(seconds: u64) -> Reading {
    wall(seconds, WALL + seconds)
}

/// So many seconds after the start, while the wall clock shows that.
fn wall(seconds: u64, wall: u64) -> Reading {
    Reading {
        now: moment(seconds),
        realtime: wall * 1_000_000_000,
    }
}

fn moment(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn document(baseline: u32) -> String {
    format!(r#"{{"ewma":{{"baseline_rtt":{baseline}.0,"load_rtt":1.0}}}}"#)
}

/// Puts a state document there, as if at this time of the wall clock.
fn write(path: &Path, baseline: u32, wall: u64) {
    fs::write(path, document(baseline)).unwrap();
    touch(path, wall);
}

fn touch(path: &Path, wall: u64) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(UNIX_EPOCH + StdDuration::from_secs(wall))
        .unwrap();
}
