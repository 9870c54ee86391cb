//! What a tick's results say, to people and to the snapshot.

use super::{Spell, Wan};
use crate::control::actuator::Act;
use crate::control::blackout::{Blind, Outcome, Step};
use crate::control::controller::{Decision, Judgement, Source};
use crate::control::delay::Delay;
use crate::control::law::adaptive::Pilot;
use crate::direction::Direction;
use crate::program::{Fact, Outbox, Output, WanId};
use crate::status::{Sight, WanStatus};
use crate::time::{Duration, Instant};

/// The same complaint is repeated in the log at most this often.
pub(super) const REPEAT_EVERY: Duration = Duration::from_secs(60);
/// Echoes of the last second may still be answered; they are no loss yet.
const UNSETTLED_ROUNDS: u32 = 20;

/// How many complaints [`kind`] tells apart.
pub(super) const KINDS: usize = 6;

impl Wan {
    #[expect(
        clippy::too_many_arguments,
        reason = "one tick's results, told in one place"
    )]
    pub(super) fn tell(
        &mut self,
        now: Instant,
        id: WanId,
        outcome: Outcome,
        decision: Decision,
        act: Act,
        status: &mut WanStatus,
        out: &mut Outbox,
    ) {
        let mut tell = |fact| out.push(Output::Tell { wan: id, fact });
        if outcome.check || matches!(decision, Decision::Failed(_)) {
            status.counters.ping_failures += 1;
        }
        self.silence(now, outcome, status, &mut tell);
        self.still_unsent(now, status, &mut tell);
        self.see(now, decision, status);
        for (noise, count) in self.quotas.reports(now) {
            tell(Fact::Suppressed { noise, count });
        }
        if let Decision::Judged(judgement) = decision {
            self.judged(now, judgement, status, &mut tell);
        }
        self.adapting(now, decision, status, &mut tell);
        status.router.act = act;
        status.router.budget_left = self.actuator.writes_left(now);
        status.router.least_raise = self.actuator.least_raise();
        let throttled = act == Act::Throttled;
        status.counters.throttled += u64::from(throttled);
        if throttled
            && !self.throttled
            && let Some((changes, window)) = self.actuator.limit()
        {
            tell(Fact::Throttled { changes, window });
        }
        self.throttled = throttled || (self.throttled && !matches!(act, Act::Send(_)));
    }

    /// That ICMP fell silent, what was done about it, and that it came back: all of it or nothing.
    fn silence(
        &mut self,
        now: Instant,
        outcome: Outcome,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        if let Some(rounds) = outcome.recovered_after {
            if self.silence.take().is_some_and(Spell::is_told) {
                tell(Fact::Recovered { rounds });
            }
            self.fallback_told_at = [None; KINDS];
        }
        let concluded = self.blackout.is_silent() && outcome.step != Step::Hold;
        if !outcome.check && !concluded {
            return;
        }
        let quota = &mut self.quotas.silences;
        let begins = self.silence.is_none();
        let spell = self.silence.get_or_insert_with(|| Spell::begin(now, quota));
        status.counters.suppressed += u64::from(begins && !spell.is_told());
        let news = (begins && spell.is_told()) || spell.outlasts(now);
        // Without checks there is no word of them; what each cycle does is told all the same.
        if news && outcome.check {
            tell(Fact::Silent);
        }
        let told = spell.is_told();
        if concluded && told && is_due(&mut self.fallback_told_at[kind(outcome.step)], now) {
            tell(Fact::Fallback {
                step: outcome.step,
                rounds: self.blackout.unavailable(),
                findings: self.blackout.findings(),
            });
        }
    }

    /// How well the line can be measured, after this cycle.
    fn see(&self, now: Instant, decision: Decision, status: &mut WanStatus) {
        let sight = match decision {
            Decision::Held => None,
            Decision::Judged(judgement) => Some(match judgement.source {
                Source::Icmp => Sight::Icmp,
                Source::Tcp => Sight::Tcp,
                Source::LastRtt => Sight::Frozen,
            }),
            Decision::Frozen => Some(Sight::Frozen),
            Decision::Failed(why) => Some(Sight::Blind(why)),
        };
        match decision {
            Decision::Held => {}
            Decision::Failed(_) => status.consecutive_failures += 1,
            Decision::Judged(_) | Decision::Frozen => status.consecutive_failures = 0,
        }
        let measurement = &mut status.measurement;
        if let Some(sight) = sight
            && sight != measurement.sight
        {
            measurement.sight = sight;
            measurement.since = now;
        }
        measurement.findings = self.blackout.findings();
        let unsettled = UNSETTLED_ROUNDS.div_ceil(self.prober.rounds_per_turn());
        let meter = self.controller.pilot().map(Pilot::meter);
        for (n, (shown, reflector)) in (0..).zip(
            measurement
                .reflectors
                .iter_mut()
                .zip(self.prober.reflectors()),
        ) {
            shown.one_way = meter.and_then(|meter| meter.one_way(now, n));
            shown.last = reflector.last;
            shown.loss = reflector.loss(unsettled);
            (shown.replies, shown.losses) = (reflector.replies, reflector.losses);
        }
    }

    fn judged(
        &mut self,
        now: Instant,
        judgement: Judgement,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        let Judgement {
            rtt,
            source,
            delay,
            verdicts,
        } = judgement;
        status.counters.cycles += 1;
        status.measurement.last = Some((now, rtt, source));
        if source != Source::LastRtt {
            status.measurement.measured_at = now;
            status.deltas.observe(Duration::from(delay.delta()));
        }
        status.delay = self.controller.delay();
        status.rates = verdicts.map(|verdict| verdict.rate);
        status.zones = verdicts.map(|verdict| verdict.zone);
        status.why = verdicts.map(|verdict| verdict.why);

        self.judged_delay(now, delay, status, tell);
        let moved = self.judged_zones(now, &judgement, status, tell);
        let may_tell = !moved || self.quotas.cycles.take(now);
        status.counters.suppressed += u64::from(!may_tell);
        let notable = (moved && may_tell) || now - self.cycle_told_at >= REPEAT_EVERY;
        if notable {
            self.cycle_told_at = now;
        }
        tell(Fact::Cycle { judgement, notable });
    }

    fn judged_delay(
        &mut self,
        now: Instant,
        delay: Delay,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        if let Some(rise) = delay.spike {
            let above = self.controller.spike_above();
            let notable = self.quotas.spikes.take(now);
            status.counters.spikes += 1;
            status.counters.suppressed += u64::from(!notable);
            tell(Fact::Spike {
                rise,
                above,
                notable,
            });
        }
        if let Some(candidate) = delay.refused_baseline
            && is_due(&mut self.baseline_told_at, now)
        {
            let bounds = self.controller.baseline_bounds();
            tell(Fact::BaselineRefused { candidate, bounds });
        }
    }

    /// Whether a zone changed.
    fn judged_zones(
        &mut self,
        now: Instant,
        judgement: &Judgement,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) -> bool {
        let mut moved = false;
        for direction in Direction::BOTH {
            let verdict = judgement.verdicts[direction];
            if verdict.zone != verdict.was {
                moved = true;
                let thresholds = self.controller.thresholds()[direction];
                let notable = self.quotas.transitions[direction].take(now);
                status.counters.transitions[direction] += 1;
                status.counters.suppressed += u64::from(!notable);
                tell(Fact::Transition {
                    direction,
                    to: verdict.zone,
                    delta: judgement.delay.delta(),
                    edge: thresholds.edge_of(verdict.zone),
                    notable,
                });
            }
        }
        moved
    }
}

/// Which complaint of a silent cycle a step is.
const fn kind(step: Step) -> usize {
    match step {
        Step::JudgeTcp(_) | Step::Judge(_) | Step::Hold => 0,
        Step::Repeat => 1,
        Step::Freeze => 2,
        Step::Fail(Blind::NoReply) => 3,
        Step::Fail(Blind::TotalLoss) => 4,
        Step::Fail(Blind::GaveUp) => 5,
    }
}

/// Whether a complaint last made at `told_at` may be made again; if so it counts as made.
fn is_due(told_at: &mut Option<Instant>, now: Instant) -> bool {
    let due = told_at.is_none_or(|at| now - at >= REPEAT_EVERY);
    if due {
        *told_at = Some(now);
    }
    due
}
