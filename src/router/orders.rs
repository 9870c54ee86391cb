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

    /// Takes an order. It gets the place of one about the same that waits, so that no older one is left
    /// that might still go out. What is to be told if it cannot be carried out: unless a look is under
    /// way, after which it may.
    ///
    /// # Panics
    /// Never: there is a place per subject.
    pub(super) fn submit(&mut self, order: T::Order, talk: &T, looking: bool) -> Option<T::Event> {
        let about = T::subject(order);
        if let Some(same) = self
            .0
            .iter_mut()
            .find(|waiting| T::subject(**waiting) == about)
        {
            *same = order;
        } else if talk.can(order) || looking {
            self.0.push_back(order).expect("a place for every subject");
        } else {
            return Some(talk.cannot(order));
        }
        None
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
