//! Echoes over one line: which to send, and what became of them.
//!
//! v1.7 started `ping -c 3` and waited for it, for up to half a minute (W-56). Here the echoes of a cycle
//! leave one by one, evenly spaced, and whatever has come back by the end of the cycle is its measurement.

use heapless::Vec;

use crate::control::prober::{Echo, LONGEST_PENDING, Question, Target};
use crate::status::Unsent;
use crate::steer::status::EchoStatus;
use crate::steering::DEAD_FOR;
use crate::steering::evidence::Echoes;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Echoes that may be waited for at a time. At 20 echoes every 10 ms and a timeout of two seconds there
/// would be thousands: then the next ones wait until there is room.
const WAITING: usize = 128;
/// Round trips of one cycle that count; of more, the newest.
const TIMES: usize = 32;

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct PingerParams {
    /// One echo every so long.
    pub every: Duration,
    /// One without a reply for so long is lost, and after [`LONGEST_PENDING`] in any case.
    pub lost_after: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    seq: u16,
    sent_at: Instant,
}

/// The echoes of one line.
#[derive(Debug)]
pub(super) struct Pinger {
    params: PingerParams,
    next_at: Instant,
    seq: u16,
    waiting: Vec<Waiting, WAITING>,
    echoes: Echoes,
    times: Vec<Millis, TIMES>,
    pub(super) status: EchoStatus,
}

impl Pinger {
    pub(super) fn new(now: Instant, params: PingerParams) -> Self {
        let lost_after = params.lost_after.min(LONGEST_PENDING);
        Self {
            params: PingerParams {
                lost_after,
                ..params
            },
            next_at: now,
            seq: 0,
            waiting: Vec::new(),
            echoes: Echoes::default(),
            times: Vec::new(),
            status: EchoStatus::default(),
        }
    }

    /// The echoes to send now.
    pub(super) fn due(&mut self, now: Instant, mut send: impl FnMut(Echo)) {
        // After a pause of the process the missed ones are not made up for.
        let behind = now - self.next_at;
        if behind > self.params.every.max(Duration::from_secs(1)) {
            self.next_at = now;
        }
        while now >= self.next_at {
            self.next_at = self.next_at + self.params.every.max(Duration::from_millis(1));
            let waiting = Waiting {
                seq: self.seq,
                sent_at: now,
            };
            // What cannot leave can be lost, but says nothing about the line; and it has to be tried to
            // be known to leave again.
            let counts = self.status.unsent.is_none();
            if counts && self.waiting.push(waiting).is_err() {
                continue;
            }
            send(Echo {
                target: Target::Reflector(0),
                seq: self.seq,
                question: Question::Echo,
            });
            self.seq = self.seq.wrapping_add(1);
        }
    }

    /// How long after a reply the line counts as silent: [`DEAD_FOR`], but not before three echoes in a row
    /// could have been answered.
    pub(super) fn silent_after(&self) -> Duration {
        let every = self.params.every.as_micros();
        DEAD_FOR.max(Duration::from_micros(every.saturating_mul(3)))
    }

    /// A reply came.
    pub(super) fn reply(&mut self, now: Instant, seq: u16, rtt: Duration) {
        let Some(place) = self.waiting.iter().position(|echo| echo.seq == seq) else {
            // A duplicate, or too late: it has been counted as lost.
            return;
        };
        self.waiting.swap_remove(place);
        let rtt = rtt.as_millis();
        self.echoes.answered = self.echoes.answered.saturating_add(1);
        self.status.answered += 1;
        self.status.heard_at = Some(now);
        self.status.rtt = Some(rtt);
        if self.times.is_full() {
            self.times.remove(0);
        }
        // There is room: it was made just now.
        let _ = self.times.push(rtt);
    }

    /// Echoes do not leave, or do again.
    pub(super) fn leaving(&mut self, now: Instant, unsent: Option<Unsent>) -> Option<Duration> {
        let before = self.status.unsent;
        self.status.unsent = unsent.map(|why| (before.map_or(now, |(since, _)| since), why));
        if unsent.is_some() {
            // They never left: nothing of it is the line's.
            self.waiting.clear();
            return None;
        }
        before.map(|(since, _)| now - since)
    }

    /// What has become of the echoes since the last call: the median of the round trips, and the counts.
    pub(super) fn collect(&mut self, now: Instant) -> (Option<Millis>, Echoes) {
        let lost_after = self.params.lost_after;
        let mut lost = 0;
        self.waiting.retain(|echo| {
            let waits = now - echo.sent_at < lost_after;
            lost += u16::from(!waits);
            waits
        });
        self.status.lost += u64::from(lost);
        let echoes = Echoes {
            lost: self.echoes.lost.saturating_add(lost),
            ..core::mem::take(&mut self.echoes)
        };
        let median = median(&mut self.times);
        self.times.clear();
        (median, echoes)
    }
}

/// As Python's `statistics.median`, which v1.7 used: of an even number, the mean of the middle two.
fn median(times: &mut [Millis]) -> Option<Millis> {
    times.sort_unstable_by(|a, b| a.as_f64().total_cmp(&b.as_f64()));
    let middle = times.len() / 2;
    let upper = *times.get(middle)?;
    if times.len() % 2 == 1 {
        return Some(upper);
    }
    Millis::new(f64::midpoint(times[middle - 1].as_f64(), upper.as_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    fn pinger(every_ms: u64, lost_after_ms: u64) -> Pinger {
        let params = PingerParams {
            every: Duration::from_millis(every_ms),
            lost_after: Duration::from_millis(lost_after_ms),
        };
        Pinger::new(at(0), params)
    }

    fn due(pinger: &mut Pinger, ms: u64) -> std::vec::Vec<u16> {
        let mut seqs = std::vec::Vec::new();
        pinger.due(at(ms), |echo| seqs.push(echo.seq));
        seqs
    }

    #[test]
    fn echoes_leave_evenly_and_a_pause_is_not_made_up_for() {
        let mut pinger = pinger(650, 2_000);
        let sent: usize = (0..200).map(|tick| due(&mut pinger, tick * 50).len()).sum();
        assert_eq!(sent, 16, "ten seconds hold 15 spaces of 650 ms");
        assert_eq!(due(&mut pinger, 60_000).len(), 1);
        // Faster than the loop beats: several at once.
        let mut fast = self::pinger(10, 2_000);
        assert_eq!(due(&mut fast, 0).len(), 1);
        assert_eq!(due(&mut fast, 50).len(), 5);
    }

    #[test]
    fn who_is_seldom_asked_is_not_silent_between_two_echoes() {
        for (every_ms, silent_ms) in [(50, 3_000), (650, 3_000), (2_000, 6_000), (60_000, 180_000)]
        {
            let after = pinger(every_ms, 2_000).silent_after();
            assert_eq!(
                after,
                Duration::from_millis(silent_ms),
                "every {every_ms} ms"
            );
        }
    }

    #[test]
    fn the_median_counts_and_an_echo_is_answered_or_lost_once() {
        let mut pinger = pinger(100, 1_000);
        let seqs: std::vec::Vec<u16> = (0..5).flat_map(|n| due(&mut pinger, n * 100)).collect();
        for (n, ms) in [(0, 30), (1, 10), (2, 90), (2, 90)] {
            pinger.reply(at(500), seqs[n], Duration::from_millis(ms));
        }
        let (rtt, echoes) = pinger.collect(at(500));
        assert_eq!(rtt, Some(Millis::of(30)));
        assert_eq!((echoes.answered, echoes.lost), (3, 0));
        assert_eq!(pinger.collect(at(1_299)).1.lost, 0);
        assert_eq!(
            pinger.collect(at(1_400)).1,
            Echoes {
                answered: 0,
                lost: 2
            }
        );
        pinger.reply(at(1_500), seqs[4], Duration::from_millis(1_100));
        assert_eq!(pinger.collect(at(1_500)), (None, Echoes::default()));
        assert_eq!((pinger.status.answered, pinger.status.lost), (3, 2));
    }

    #[test]
    fn what_does_not_leave_is_not_lost_but_tried() {
        let mut pinger = pinger(100, 1_000);
        due(&mut pinger, 0);
        assert_eq!(pinger.leaving(at(50), Some(Unsent::NoRoute)), None);
        for n in 1..50 {
            assert_eq!(
                due(&mut pinger, n * 100).len(),
                1,
                "or nobody knows when it leaves again"
            );
            assert_eq!(pinger.collect(at(n * 100)).1, Echoes::default());
        }
        assert_eq!(
            pinger.leaving(at(5_050), None),
            Some(Duration::from_secs(5))
        );
        assert_eq!(due(&mut pinger, 5_060).len(), 1);
        assert_eq!(pinger.collect(at(6_060)).1.lost, 1);
    }

    #[test]
    fn more_than_can_be_waited_for_are_held_back_and_not_lost() {
        let mut pinger = pinger(1, 10_000);
        let sent: usize = (0..20).map(|tick| due(&mut pinger, tick * 50).len()).sum();
        assert_eq!(sent, WAITING);
        assert_eq!(pinger.collect(at(1_000)).1.lost, 0);
        assert_eq!(
            pinger.collect(at(11_000)).1.lost,
            u16::try_from(WAITING).unwrap()
        );
    }
}
