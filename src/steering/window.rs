//! How many of something happened in the last so many seconds.

use heapless::Deque;

use crate::time::{Duration, Instant};

/// Pieces a window is counted in: what leaves it does so in steps of a sixteenth.
const PIECES: usize = 16;

/// A sliding count of fixed size.
#[derive(Clone, Debug)]
pub struct Window {
    span: Duration,
    pieces: Deque<(Instant, u64), PIECES>,
}

impl Window {
    /// An empty window of this length.
    pub const fn new(span: Duration) -> Self {
        Self {
            span,
            pieces: Deque::new(),
        }
    }

    /// So many happened now.
    pub fn add(&mut self, now: Instant, count: u64) {
        let piece = Duration::from_micros(self.span.as_micros().div_ceil(PIECES as u64));
        match self.pieces.back_mut() {
            Some((since, sum)) if now - *since < piece => *sum = sum.saturating_add(count),
            _ => {
                // So many pieces are together at least as long as the window: the oldest has left it.
                if self.pieces.is_full() {
                    self.pieces.pop_front();
                }
                let _ = self.pieces.push_back((now, count));
            }
        }
    }

    /// How many are still inside.
    pub fn total(&self, now: Instant) -> u64 {
        let inside = self.pieces.iter().filter(|&&(at, _)| now - at < self.span);
        inside.fold(0, |sum, &(_, count)| sum.saturating_add(count))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_window_does_not_count() {
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        let mut window = Window::new(Duration::from_secs(2));
        for second in 0..10 {
            window.add(at(second * 1000), 3);
        }
        assert_eq!(window.total(at(9_000)), 6);
        assert_eq!(window.total(at(10_500)), 3);
        assert_eq!(window.total(at(11_000)), 0);
    }

    #[test]
    fn a_window_that_does_not_divide_evenly_forgets_nothing_too_early() {
        let mut window = Window::new(Duration::from_micros(31));
        for micros in 0..=30 {
            window.add(Instant::ZERO + Duration::from_micros(micros), 1);
        }
        assert_eq!(window.total(Instant::ZERO + Duration::from_micros(30)), 31);
    }

    #[test]
    fn many_small_counts_fit_into_few_pieces() {
        let mut window = Window::new(Duration::from_secs(2));
        let mut now = Instant::ZERO;
        for _ in 0..10_000 {
            window.add(now, 1);
            now = now + Duration::from_millis(1);
        }
        let total = window.total(now);
        assert!((1_870..=2_000).contains(&total), "{total}");
    }
}
