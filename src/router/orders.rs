//! The orders that wait for a link.

use heapless::Deque;

use super::talk::{SUBJECTS, Talk};

/// One per subject, the oldest first.
#[derive(Debug)]
pub(super) struct Orders<T: Talk>(Deque<T::Order, SUBJECTS>);

impl<T: Talk> Orders<T> {
    pub(super) const fn new() -> Self {
        Self(Deque::new())
    }

    /// Puts the order in the place of one about the same that waits, so that no older one is left that
    /// might still go out; whether there was one.
    pub(super) fn replace(&mut self, order: T::Order) -> bool {
        let about = T::subject(order);
        let same = self
            .0
            .iter_mut()
            .find(|waiting| T::subject(**waiting) == about);
        same.map(|waiting| *waiting = order).is_some()
    }

    /// Another one, about something that none is about.
    ///
    /// # Panics
    /// Never: there is a place per subject.
    pub(super) fn add(&mut self, order: T::Order) {
        self.0.push_back(order).expect("a place for every subject");
    }

    pub(super) fn next(&self) -> Option<T::Order> {
        self.0.front().copied()
    }

    pub(super) fn take(&mut self) -> Option<T::Order> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
