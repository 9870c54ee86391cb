//! One word to all threads of a server: stop.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::clock::real;
use crate::time::Duration;

/// A flag one can sleep on.
#[derive(Debug, Default)]
pub struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Says it.
    pub fn say(&self) {
        *lock(&self.stopped) = true;
        self.changed.notify_all();
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        *lock(&self.stopped)
    }

    /// Sleeps for `span`, less if it is said meanwhile; whether it was said.
    pub fn wait(&self, span: Duration) -> bool {
        let guard = lock(&self.stopped);
        let waited = self
            .changed
            .wait_timeout_while(guard, real(span), |stopped| !*stopped);
        let (guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *guard
    }
}

/// Locks, even after a panic elsewhere: a failing test should fail with its own message.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
