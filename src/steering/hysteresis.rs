//! v1.7's plain machine (contract 4.6): so many bad samples to the alternate, so many good ones back.
//!
//! ```text
//!  Good ─bad─▶ Degrading ─steer_at, then the router confirms─▶ Degraded
//!    ▲  ◀─other──┘                                            │    ▲
//!    └── the router confirms, after return_at ── Recovering ◀─good │
//!                                                   └───other──────┘
//! ```
//!
//! A wish is a level: past its deadline a state wants the rule switched until the router has confirmed it,
//! and no longer than the evidence lasts.

use crate::steering::assessment::Condition;
use crate::steering::fact::Standing;
use crate::steering::params::Pace;
use crate::steering::rule::Switch;
use crate::time::{Duration, Instant};

/// Without a living autorate, evidence must last this many times as long, there and back (W-27).
pub const CAUTION: u64 = 3;

/// `wait`, or what it takes in caution.
pub(super) fn cautiously(wait: Duration, cautious: bool) -> Duration {
    let times = if cautious { CAUTION } else { 1 };
    Duration::from_micros(wait.as_micros().saturating_mul(times))
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Good,
    Degrading { since: Instant, steer_at: Instant },
    Degraded,
    Recovering { since: Instant, return_at: Instant },
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub struct Hysteresis {
    degrade: Pace,
    recover: Pace,
    state: State,
}

impl Hysteresis {
    /// Over the primary.
    pub const fn new(degrade: Pace, recover: Pace) -> Self {
        Self {
            degrade,
            recover,
            state: State::Good,
        }
    }

    /// One cycle. `cautious`: evidence must last longer. Proof that the line is dead needs no caution.
    pub fn observe(&mut self, now: Instant, condition: Condition, cautious: bool) {
        use Condition::{Bad, Good};
        self.state = match (self.state, condition) {
            (State::Good, Bad) => State::Degrading {
                since: now,
                steer_at: now + cautiously(self.degrade.takes(), cautious),
            },
            (State::Degraded, Good) => State::Recovering {
                since: now,
                return_at: now + cautiously(self.recover.takes(), cautious),
            },
            (State::Degrading { since, steer_at }, Bad) => State::Degrading {
                since,
                // Caution ends with what called for it, or with the proof that the line is dead.
                steer_at: steer_at.min(since + cautiously(self.degrade.takes(), cautious)),
            },
            (State::Recovering { .. }, Good) => self.state,
            (State::Good | State::Degrading { .. }, _) => State::Good,
            (State::Degraded | State::Recovering { .. }, _) => State::Degraded,
        };
    }

    /// Which way the rule should stand now.
    pub fn wanted(&self, now: Instant) -> Switch {
        match self.state {
            State::Good => Switch::Off,
            State::Degrading { steer_at, .. } => Switch::on_if(now >= steer_at),
            State::Degraded => Switch::On,
            State::Recovering { return_at, .. } => Switch::on_if(now < return_at),
        }
    }

    /// Where the connections go.
    pub const fn standing(&self) -> Standing {
        match self.state {
            State::Good | State::Degrading { .. } => Standing::Good,
            State::Degraded | State::Recovering { .. } => Standing::Degraded,
        }
    }

    /// The router has confirmed this, or shown it at the start.
    pub const fn stands(&mut self, standing: Standing) {
        self.state = match standing {
            Standing::Good => State::Good,
            Standing::Degraded => State::Degraded,
        };
    }

    /// Cycles were missed: rows of samples start over.
    pub const fn interrupt(&mut self) {
        self.stands(self.standing());
    }

    /// The row of bad samples so far, as v1.7 counts: `red_count`, or `bad_count` in legacy mode.
    pub fn bad_count(&self, now: Instant) -> u32 {
        match self.state {
            State::Degrading { since, .. } => self.degrade.counted(now - since),
            _ => 0,
        }
    }

    /// The row of good samples so far, as v1.7 counts: `good_count`.
    pub fn good_count(&self, now: Instant) -> u32 {
        match self.state {
            State::Recovering { since, .. } => self.recover.counted(now - since),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steering::params::V17_INTERVAL;
    use Condition::{Bad, Between, Good};
    use Switch::{Off, On};

    fn machine() -> Hysteresis {
        let pace = |samples| Pace {
            samples,
            every: V17_INTERVAL,
        };
        Hysteresis::new(pace(2), pace(3))
    }

    /// Each line: in this cycle of 2 s, under this condition, the rule should be, and v1.7 would count.
    fn follow(machine: &mut Hysteresis, story: &[(u64, Condition, Switch, u32, u32)]) {
        for &(cycle, condition, wanted, bad, good) in story {
            let now = Instant::ZERO + Duration::from_secs(2 * cycle);
            machine.observe(now, condition, false);
            assert_eq!(machine.wanted(now), wanted, "cycle {cycle}");
            assert_eq!(machine.bad_count(now), bad, "cycle {cycle}");
            assert_eq!(machine.good_count(now), good, "cycle {cycle}");
        }
    }

    #[test]
    fn the_second_bad_sample_in_a_row_steers_and_the_third_good_one_returns() {
        let mut machine = machine();
        follow(
            &mut machine,
            &[
                (0, Bad, Off, 1, 0),
                (1, Between, Off, 0, 0),
                (2, Bad, Off, 1, 0),
                (3, Good, Off, 0, 0),
                (4, Bad, Off, 1, 0),
                (5, Bad, On, 2, 0),
            ],
        );
        machine.stands(Standing::Degraded);
        follow(
            &mut machine,
            &[
                (6, Good, On, 0, 1),
                (7, Between, On, 0, 0),
                (8, Good, On, 0, 1),
                (9, Good, On, 0, 2),
                (10, Good, Off, 0, 3),
            ],
        );
        machine.stands(Standing::Good);
        assert_eq!(machine.wanted(Instant::NEVER), Off);
    }

    #[test]
    fn an_unconfirmed_wish_lasts_as_long_as_its_evidence() {
        let mut machine = machine();
        follow(
            &mut machine,
            &[
                (0, Bad, Off, 1, 0),
                (1, Bad, On, 2, 0),
                (2, Bad, On, 3, 0),
                (3, Between, Off, 0, 0),
            ],
        );
        assert_eq!(machine.standing(), Standing::Good);
    }

    #[test]
    fn without_autorate_it_takes_three_times_as_long() {
        let mut machine = machine();
        let at = |s| Instant::ZERO + Duration::from_secs(s);
        for second in 0..6 {
            machine.observe(at(second), Bad, true);
            assert_eq!(machine.wanted(at(second)), Off, "at {second} s");
        }
        machine.observe(at(6), Bad, true);
        assert_eq!(machine.wanted(at(6)), On);
    }

    #[test]
    fn caution_ends_when_the_line_is_proven_dead() {
        let mut machine = machine();
        let at = |s| Instant::ZERO + Duration::from_secs(s);
        for (second, cautious, wanted) in [
            (0, true, Off),
            (1, true, Off),
            (2, true, Off),
            (3, false, On),
            (4, true, On),
        ] {
            machine.observe(at(second), Bad, cautious);
            assert_eq!(machine.wanted(at(second)), wanted, "at {second} s");
        }
    }

    #[test]
    fn missed_cycles_start_a_row_over_and_move_nobody() {
        let mut machine = machine();
        follow(&mut machine, &[(0, Bad, Off, 1, 0)]);
        machine.interrupt();
        follow(&mut machine, &[(30, Bad, Off, 1, 0), (31, Bad, On, 2, 0)]);
        machine.stands(Standing::Degraded);
        machine.interrupt();
        assert_eq!(machine.standing(), Standing::Degraded);
    }

    /// W-52: the same line, looked at forty times as often, is judged at the same moments.
    #[test]
    fn a_short_interval_is_as_patient_as_a_long_one() {
        for step_ms in [50, 500, 2_000] {
            let mut machine = machine();
            let mut moves = Vec::new();
            for ms in (0..60_000).step_by(step_ms) {
                let now = Instant::ZERO + Duration::from_millis(ms);
                let condition = if ms < 20_000 { Bad } else { Good };
                machine.observe(now, condition, false);
                let to = match machine.wanted(now) {
                    On => Standing::Degraded,
                    Off => Standing::Good,
                };
                if to != machine.standing() {
                    machine.stands(to);
                    moves.push(ms);
                }
            }
            assert_eq!(moves, [2_000, 24_000], "interval of {step_ms} ms");
        }
    }
}
