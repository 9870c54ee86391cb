//! Where the loop leaves records and the scribe finds them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;

use super::Record;
use crate::shell::clock::{Clock, WallTime};

/// Records that may wait: more than a second of two WANs at debug level.
pub(super) const CAPACITY: usize = 256;

/// A record and when it was made.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: WallTime,
    pub(super) record: Record,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) queue: ArrayQueue<Entry>,
    pub(super) lost: AtomicU64,
    pub(super) debug: AtomicBool,
    pub(super) stop: AtomicBool,
    pub(super) done: AtomicBool,
}

/// The way to the scribe; clones lead to the same one.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub(super) desk: Arc<Desk>,
    pub(super) clock: Clock,
}

impl Inbox {
    /// Leaves a record; neither waits nor allocates.
    pub fn leave(&self, record: Record) {
        let entry = Entry {
            at: self.clock.wall(),
            record,
        };
        if self.desk.queue.push(entry).is_err() {
            self.desk.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Records there was no room for.
    pub fn lost(&self) -> u64 {
        self.desk.lost.load(Ordering::Relaxed)
    }

    /// Whether debug lines are wanted; otherwise they need not be left.
    pub fn wants_debug(&self) -> bool {
        self.desk.debug.load(Ordering::Relaxed)
    }

    /// Switches debug lines on or off; returns what it is now.
    pub fn toggle_debug(&self) -> bool {
        !self.desk.debug.fetch_xor(true, Ordering::Relaxed)
    }
}
