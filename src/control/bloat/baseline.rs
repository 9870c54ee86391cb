//! How long an echo takes when nothing waits: one reflector's.
//!
//! Fast down, slow up: a shorter time is believed at once, because no queue makes an echo faster; a
//! longer one only over time, and how slowly depends on whether the line is used. A path that becomes
//! longer for good is learned within two minutes of calm; a queue never is.

use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Weight of a sample below the baseline, as in cake-autorate.
const DOWN: f64 = 0.9;
/// Time constant of the way up while the line is calm: after a change of path by 15 ms the delta is
/// about 2 ms after a minute.
const CALM: Duration = Duration::from_secs(30);
/// The same while it is used but not bloated: cake-autorate's 0.001 a sample at 0.3 s.
const DRIFT: Duration = Duration::from_secs(300);
/// After a pause one sample counts for no more than this, or the first one after an hour of silence
/// would be believed whole.
const LONGEST_STEP: Duration = Duration::from_secs(1);

/// What a sample above the baseline teaches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Learning {
    /// The line is calm: it is the path.
    Path,
    /// The line is used: perhaps a little.
    Drift,
    /// The line is bloated: nothing.
    OnlyDown,
}

/// One reflector's baseline.
#[derive(Clone, Copy, Debug, Default)]
pub struct Baseline {
    known: Option<(Instant, f64)>,
}

impl Baseline {
    /// Folds one RTT in. The first one is the baseline.
    pub fn observe(&mut self, now: Instant, rtt: Millis, learning: Learning) {
        let rtt = rtt.as_f64();
        let Some((at, baseline)) = self.known else {
            self.known = Some((now, rtt));
            return;
        };
        let passed = (now - at).min(LONGEST_STEP).as_secs_f64();
        let weight = match learning {
            _ if rtt < baseline => DOWN,
            Learning::Path => passed / CALM.as_secs_f64(),
            Learning::Drift => passed / DRIFT.as_secs_f64(),
            Learning::OnlyDown => 0.0,
        };
        self.known = Some((now, baseline + weight * (rtt - baseline)));
    }

    /// The baseline; zero before the first reply.
    pub fn value(&self) -> Millis {
        let known = self.known.and_then(|(_, ms)| Millis::new(ms));
        known.unwrap_or_default()
    }

    /// Whether there was a reply yet.
    pub const fn is_known(&self) -> bool {
        self.known.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64, rtt: u32, learning: Learning) -> f64 {
        let mut baseline = Baseline::default();
        baseline.observe(Instant::ZERO, Millis::of(25), learning);
        for n in 1..=seconds * 10 / 3 {
            let now = Instant::ZERO + Duration::from_millis(n * 300);
            baseline.observe(now, Millis::of(rtt), learning);
        }
        baseline.value().as_f64()
    }

    #[test]
    fn a_shorter_path_is_believed_at_once() {
        assert!(after(1, 15, Learning::OnlyDown) < 15.1);
    }

    #[test]
    fn a_longer_path_is_learned_within_minutes_of_calm() {
        let learned = after(60, 40, Learning::Path);
        assert!(learned > 37.5, "{learned}");
    }

    #[test]
    fn a_queue_is_never_learned() {
        assert!((after(3_600, 200, Learning::OnlyDown) - 25.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_used_line_teaches_little() {
        let learned = after(60, 35, Learning::Drift);
        assert!((26.0..27.5).contains(&learned), "{learned}");
    }

    #[test]
    fn the_first_reply_after_a_pause_is_one_reply() {
        let mut baseline = Baseline::default();
        baseline.observe(Instant::ZERO, Millis::of(25), Learning::Path);
        let later = Instant::ZERO + Duration::from_secs(3_600);
        baseline.observe(later, Millis::of(325), Learning::Path);
        assert!(baseline.value() <= Millis::of(36));
    }
}
