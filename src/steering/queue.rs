//! The primary's queue: counters of the router turned into what happened since the last look (W-30).

use crate::time::{Duration, Instant};

/// Longest time between two reads whose difference still says something about now.
const LONGEST_GAP: Duration = Duration::from_secs(10);

/// What RouterOS says of a queue: counters since it was made, and what stands in it now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct QueueReading {
    /// Packets that passed.
    pub packets: u64,
    /// Bytes that passed.
    pub bytes: u64,
    /// Packets that were dropped. Stays 0 on RouterOS if the queue is CAKE.
    pub dropped: u64,
    /// Packets waiting now.
    pub queued_packets: u64,
    /// Bytes waiting now.
    pub queued_bytes: u64,
}

/// What happened between two reads.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct QueueDelta {
    /// Packets that passed.
    pub packets: u64,
    /// Bytes that passed.
    pub bytes: u64,
    /// Packets that were dropped.
    pub dropped: u64,
    /// In this time.
    pub over: Duration,
}

/// Differences of counters. A first read is no difference, and neither is one after a reset, a reboot or a
/// long silence.
#[derive(Clone, Copy, Debug)]
pub struct QueueCounter {
    longest_gap: Duration,
    last: Option<(Instant, QueueReading)>,
    counts_drops: bool,
}

impl QueueCounter {
    /// Nothing read yet; reads come every `interval`.
    pub fn new(interval: Duration) -> Self {
        let gap = Duration::from_micros(interval.as_micros().saturating_mul(5) / 2);
        Self {
            longest_gap: gap.max(LONGEST_GAP),
            last: None,
            counts_drops: false,
        }
    }

    /// Takes a reading; the difference to the one before, if there is one.
    pub fn observe(&mut self, now: Instant, reading: QueueReading) -> Option<QueueDelta> {
        let (at, before) = self.last.replace((now, reading))?;
        // What was counted before the first look may be of a time when the queue was not CAKE yet.
        self.counts_drops |= reading.dropped > before.dropped;
        let over = now - at;
        if over > self.longest_gap {
            return None;
        }
        Some(QueueDelta {
            packets: reading.packets.checked_sub(before.packets)?,
            bytes: reading.bytes.checked_sub(before.bytes)?,
            dropped: reading.dropped.checked_sub(before.dropped)?,
            over,
        })
    }

    /// Whether this router has been seen to count a drop. One that has not may have had none yet, or be a
    /// RouterOS that shows `dropped=0` for every CAKE queue: on it v1.7's RED could never come.
    pub const fn counts_drops(&self) -> bool {
        self.counts_drops
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(packets: u64, dropped: u64) -> QueueReading {
        QueueReading {
            packets,
            bytes: packets * 1_000,
            dropped,
            ..QueueReading::default()
        }
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn a_first_read_is_no_difference() {
        let mut counter = QueueCounter::new(Duration::from_secs(2));
        assert_eq!(counter.observe(at(0), reading(184_614_358, 5_000)), None);
        let delta = counter.observe(at(2), reading(184_614_360, 5_003)).unwrap();
        assert_eq!((delta.packets, delta.dropped), (2, 3));
        assert_eq!((delta.bytes, delta.over), (2_000, Duration::from_secs(2)));
    }

    #[test]
    fn a_reset_or_a_reboot_is_no_difference_and_never_a_negative_one() {
        let mut counter = QueueCounter::new(Duration::from_secs(2));
        counter.observe(at(0), reading(1_000, 10));
        assert_eq!(counter.observe(at(2), reading(3, 0)), None);
        assert_eq!(counter.observe(at(4), reading(5, 1)).unwrap().dropped, 1);
        // The drops alone may start over, if somebody resets them by hand.
        assert_eq!(counter.observe(at(6), reading(9, 0)), None);
    }

    #[test]
    fn drops_of_a_long_silence_are_not_drops_of_now() {
        let mut counter = QueueCounter::new(Duration::from_secs(2));
        counter.observe(at(0), reading(1_000, 10));
        assert_eq!(counter.observe(at(60), reading(9_000, 900)), None);
        let mut slow = QueueCounter::new(Duration::from_secs(60));
        slow.observe(at(0), reading(1_000, 10));
        assert!(slow.observe(at(60), reading(9_000, 900)).is_some());
    }

    #[test]
    fn a_router_counts_drops_once_it_has_been_seen_to() {
        let mut counter = QueueCounter::new(Duration::from_secs(2));
        counter.observe(at(0), reading(1, 7_000));
        counter.observe(at(1), reading(2, 7_000));
        assert!(!counter.counts_drops(), "the queue was not CAKE then");
        counter.observe(at(2), reading(3, 7_001));
        assert!(counter.counts_drops());
        counter.observe(at(4), reading(0, 0));
        assert!(counter.counts_drops(), "a reset makes it no other router");
    }
}
