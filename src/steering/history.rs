//! The newest so many values of something; memory is taken once.

use std::collections::VecDeque;

/// A ring of fixed size. The oldest value makes room for the newest.
#[derive(Debug)]
pub struct History<T> {
    values: VecDeque<T>,
    size: usize,
}

impl<T> History<T> {
    /// Empty; holds `size` values, at least one.
    pub fn new(size: usize) -> Self {
        let size = size.max(1);
        Self {
            values: VecDeque::with_capacity(size),
            size,
        }
    }

    /// Adds the newest.
    pub fn push(&mut self, value: T) {
        if self.values.len() >= self.size {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    /// Takes over all that `other` has, without new memory if both have the same size.
    pub fn copy(&mut self, other: &Self)
    where
        T: Clone,
    {
        self.values.clear();
        self.extend(other.iter().cloned());
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.values.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The newest.
    pub fn last(&self) -> Option<&T> {
        self.values.back()
    }
}

/// With memory for as much: a `VecDeque`'s own clone has room for what is in it now.
impl<T: Clone> Clone for History<T> {
    fn clone(&self) -> Self {
        let mut clone = Self::new(self.size);
        clone.copy(self);
        clone
    }
}

impl<T> Extend<T> for History<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        for value in values {
            self.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_needs_no_new_memory() {
        let (mut history, mut copy) = (History::new(3), History::new(3));
        let capacity = copy.values.capacity();
        for n in 0..100 {
            history.push(n);
            copy.copy(&history);
            assert!(copy.iter().eq(history.iter()));
        }
        assert_eq!(copy.values.capacity(), capacity);
    }

    #[test]
    fn a_clone_has_room_for_as_much() {
        let mut clone = History::new(3).clone();
        let capacity = clone.values.capacity();
        clone.extend(0..100);
        assert_eq!(clone.values.capacity(), capacity);
        assert!(clone.clone().iter().eq(&[97, 98, 99]));
    }

    #[test]
    fn the_newest_stay_and_the_memory_is_taken_once() {
        let mut history = History::new(3);
        let capacity = history.values.capacity();
        assert!(history.is_empty());
        history.extend(0..100);
        assert!(!history.is_empty() && history.len() == 3);
        assert!(history.iter().eq(&[97, 98, 99]));
        assert_eq!(history.values.capacity(), capacity);
        assert_eq!(history.last(), Some(&99));
    }
}
