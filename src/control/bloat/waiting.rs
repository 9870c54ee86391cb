//! One reflector's echoes that have no answer yet.

use heapless::Deque;

use crate::time::{Duration, Instant};

/// Echoes remembered: most of a second at twenty a second, five at the usual three.
const REMEMBERED: usize = 16;
/// Kernel stamps and the loop's clock differ a little; echoes of one reflector are further apart.
const TOLERANCE: Duration = Duration::from_millis(10);
/// An echo that left so much later and is answered did not stand in the same queue; paths of reflectors
/// differ by less.
const CLEARLY_YOUNGER: Duration = Duration::from_millis(500);

/// Oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    sent: Deque<Instant, REMEMBERED>,
    /// The youngest echo that was answered.
    last: Instant,
}

impl Waiting {
    /// One more. If there is no room the oldest ones stay: they say most.
    pub(super) fn asked(&mut self, now: Instant) {
        let _ = self.sent.push_back(now);
    }

    /// The one sent at `sent_at` is answered; what is older is lost. Says whether that is news: a younger
    /// one may have been answered already.
    pub(super) fn answered(&mut self, sent_at: Instant) -> bool {
        let news = sent_at + TOLERANCE >= self.last;
        self.last = self.last.max(sent_at);
        while self
            .sent
            .front()
            .is_some_and(|&waiting| waiting <= sent_at + TOLERANCE)
        {
            self.sent.pop_front();
        }
        news
    }

    /// Whether the oldest one is still waiting though one that left clearly later, at `passed_at`, has been
    /// answered by somebody.
    pub(super) fn is_passed_by(&self, passed_at: Instant) -> bool {
        self.sent
            .front()
            .is_some_and(|&sent| passed_at - sent > CLEARLY_YOUNGER)
    }

    pub(super) fn clear(&mut self) {
        self.sent.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Instant> {
        self.sent.iter().copied()
    }

    /// How long the oldest has been waiting.
    pub(super) fn oldest_age(&self, now: Instant) -> Duration {
        self.sent.front().map_or(Duration::ZERO, |&sent| now - sent)
    }
}
