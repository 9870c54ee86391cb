//! How often the router may be written to.

use heapless::Deque;

use crate::time::{Duration, Instant};

/// The largest `router.write_limit.changes`.
pub const MAX_BUDGET: usize = 64;
/// At most `changes` writes in any `window` (contract 3.7). One tick's write counts once, whether it
/// concerns one direction or both.
#[derive(Clone, Debug)]
pub struct Budget {
    changes: usize,
    window: Duration,
    spent: Deque<Instant, MAX_BUDGET>,
}

impl Budget {
    /// `changes` above [`MAX_BUDGET`] count as that.
    pub fn new(changes: usize, window: Duration) -> Self {
        Self {
            changes: changes.min(MAX_BUDGET),
            window,
            spent: Deque::new(),
        }
    }

    /// Writes that are left at `now`.
    pub fn left(&mut self, now: Instant) -> usize {
        while self.spent.front().is_some_and(|&at| at + self.window < now) {
            self.spent.pop_front();
        }
        self.changes - self.spent.len()
    }

    /// Writes allowed per window, and the window.
    pub const fn limit(&self) -> (usize, Duration) {
        (self.changes, self.window)
    }

    pub(super) fn take(&mut self, now: Instant) -> bool {
        self.left(now) > 0 && self.spent.push_back(now).is_ok()
    }

    /// What was taken at `at` has changed nothing: contract 3.7 counts writes that succeed.
    pub(super) fn give_back(&mut self, at: Instant) {
        let mut found = false;
        self.spent.retain(|&spent| {
            let is_it = !found && spent == at;
            found |= is_it;
            !is_it
        });
    }
}
