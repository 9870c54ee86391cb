//! Where the loop leaves records and the scribe finds them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;

use super::Record;
use crate::shell::clock::Clock;
use crate::time::WallTime;

/// Records that may wait: while a slow disk takes a batch of the history, the facts of two WANs, 50 a second,
/// for twenty seconds.
pub(super) const CAPACITY: usize = 1024;

/// A record and when it was made.
#[derive(Clone, Debug)]
pub(super) struct Entry<S, F> {
    pub(super) at: WallTime,
    pub(super) record: Record<S, F>,
}

#[derive(Debug)]
pub(super) struct Desk<S, F> {
    pub(super) queue: ArrayQueue<Entry<S, F>>,
    /// What was saved and is written: its room goes back to who left it.
    pub(super) written: ArrayQueue<S>,
    pub(super) lost: AtomicU64,
    pub(super) unsaved: AtomicU32,
    /// What the followers say of themselves.
    pub(super) history_failing: AtomicBool,
    pub(super) history_lost: AtomicU64,
    pub(super) debug: AtomicBool,
    /// Whether anybody but the logs wants facts.
    pub(super) followed: bool,
    pub(super) stop: AtomicBool,
    pub(super) done: AtomicBool,
}

/// The way to the scribe; clones lead to the same one.
#[derive(Debug)]
pub struct Inbox<S, F> {
    pub(super) desk: Arc<Desk<S, F>>,
    pub(super) clock: Clock,
}

impl<S, F> Clone for Inbox<S, F> {
    fn clone(&self) -> Self {
        Self {
            desk: Arc::clone(&self.desk),
            clock: self.clock,
        }
    }
}

impl<S, F> Inbox<S, F> {
    /// Leaves a record; neither waits nor allocates.
    pub fn leave(&self, record: Record<S, F>) {
        let entry = Entry {
            at: self.clock.wall(),
            record,
        };
        if let Err(entry) = self.desk.queue.push(entry) {
            self.desk.lost.fetch_add(1, Ordering::Relaxed);
            if let Record::Save { saved, .. } = entry.record {
                // Not written, but its room is not lost.
                let _ = self.desk.written.push(saved);
            }
        }
    }

    /// Something that was saved, when it is written.
    pub fn written(&self) -> Option<S> {
        self.desk.written.pop()
    }

    /// Records there was no room for, and lines that no file took.
    pub fn lost(&self) -> u64 {
        self.desk.lost.load(Ordering::Relaxed)
    }

    /// State documents that could not be written when they were last due.
    pub fn unsaved(&self) -> u32 {
        self.desk.unsaved.load(Ordering::Relaxed)
    }

    /// Whether the history cannot be written, and not only for a moment.
    pub fn history_failing(&self) -> bool {
        self.desk.history_failing.load(Ordering::Relaxed)
    }

    /// Rows of the history that waited too long to be written.
    pub fn history_lost(&self) -> u64 {
        self.desk.history_lost.load(Ordering::Relaxed)
    }

    /// Whether a fact so loud is wanted; otherwise it need not be left.
    pub fn wants(&self, level: log::Level) -> bool {
        self.desk.followed || level <= log::Level::Info || self.wants_debug()
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
