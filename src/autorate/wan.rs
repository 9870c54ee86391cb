//! The five beats of one WAN.

use crate::autorate::OnExit;
use crate::autorate::saving::Saver;
use crate::control::actuator::{Act, Actuator, Budget, Order};
use crate::control::blackout::{Blackout, BlackoutParams, Blind, Outcome, Step};
use crate::control::controller::{Controller, Decision, Judgement, Source};
use crate::control::delay::{Delay, DelayParams, DelayTracker};
use crate::control::law::classic::{Shaper, ShaperParams};
use crate::control::prober::{Prober, ProberParams, Target};
use crate::direction::{Both, Direction};
use crate::program::{Fact, Outbox, Output, WanId};
use crate::router::Transport;
use crate::status::{Label, ReflectorStatus, RouterStatus, Saved, Sight, WanStatus};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// The same complaint is repeated in the log at most this often.
const REPEAT_EVERY: Duration = Duration::from_secs(60);
/// Echoes of the last second may still be answered; they are no loss yet.
const UNSETTLED_ROUNDS: u32 = 20;

/// How many complaints [`kind`] tells apart.
const KINDS: usize = 6;

/// Everything one WAN needs to know.
#[derive(Clone, Debug)]
pub struct WanParams {
    /// `wan_name`.
    pub name: Label,
    /// One label per reflector.
    pub reflectors: heapless::Vec<Label, { crate::control::prober::MAX_REFLECTORS }>,
    /// How to measure.
    pub prober: ProberParams,
    /// What to do when ICMP is silent.
    pub blackout: BlackoutParams,
    /// How to average.
    pub delay: DelayParams,
    /// First value of both averages.
    pub baseline_initial: Millis,
    /// The two directions.
    pub shapers: Both<ShaperParams>,
    /// How often the router may be written to.
    pub budget: Budget,
    /// Never write.
    pub dry_run: bool,
    /// What to leave behind.
    pub on_exit: OnExit,
    /// How the router is spoken to if that works.
    pub transport: Transport,
    /// Whether there is another way.
    pub has_spare: bool,
    /// What an earlier run left.
    pub saved: Option<Saved>,
}

/// One WAN.
#[derive(Debug)]
pub struct Wan {
    prober: Prober,
    blackout: Blackout,
    controller: Controller,
    pub(super) actuator: Actuator,
    saver: Saver,
    name: Label,
    reflectors: heapless::Vec<Label, { crate::control::prober::MAX_REFLECTORS }>,
    on_exit: OnExit,
    transport: Transport,
    has_spare: bool,
    holding: bool,
    throttled: bool,
    cycle_told_at: Instant,
    silence_told_at: Option<Instant>,
    /// By [`kind`]: that it gave up must not be lost among what it said before.
    fallback_told_at: [Option<Instant>; KINDS],
    baseline_told_at: Option<Instant>,
    pub(super) unsent_told_at: Option<Instant>,
}

impl Wan {
    /// Starts measuring at `now`, from the saved state if there is one.
    pub fn new(now: Instant, params: WanParams) -> Self {
        let (delay, shapers) = restore(&params);
        Self {
            prober: Prober::new(now, params.prober),
            blackout: Blackout::new(params.blackout),
            controller: Controller::new(delay, shapers),
            actuator: Actuator::new(params.budget, params.dry_run),
            saver: Saver::new(now),
            name: params.name,
            reflectors: params.reflectors,
            on_exit: params.on_exit,
            transport: params.transport,
            has_spare: params.has_spare,
            holding: false,
            throttled: false,
            cycle_told_at: now,
            silence_told_at: None,
            fallback_told_at: [None; KINDS],
            baseline_told_at: None,
            unsent_told_at: None,
        }
    }

    /// The law and its averages.
    pub const fn controller(&self) -> &Controller {
        &self.controller
    }

    pub(super) const fn hold(&mut self) {
        self.holding = true;
    }

    pub(super) fn initial_status(&self) -> WanStatus {
        let mut status = WanStatus {
            name: self.name.clone(),
            delay: self.controller.delay(),
            rates: self.controller.rates(),
            zones: self.controller.shapers().as_ref().map(Shaper::zone),
            router: RouterStatus {
                preferred: self.transport,
                transport: self.transport,
                has_spare: self.has_spare,
                ..RouterStatus::default()
            },
            ..WanStatus::default()
        };
        for label in &self.reflectors {
            let reflector = ReflectorStatus {
                label: label.clone(),
                ..ReflectorStatus::default()
            };
            // As many labels as reflectors.
            let _ = status.measurement.reflectors.push(reflector);
        }
        status
    }

    pub(super) fn tick(
        &mut self,
        now: Instant,
        id: WanId,
        status: &mut WanStatus,
        out: &mut Outbox,
    ) {
        // measure
        let sample = self.prober.close_round(now);
        let baseline = self.controller.delay().baseline;
        let mut outcome = self.blackout.observe(now, sample, baseline);
        if self.holding {
            outcome.step = Step::Hold;
        }
        // judge
        let decision = self.controller.step(outcome.step);
        // act
        let rates = self.controller.rates();
        let act = self.actuator.want(now, rates, status.router.up);
        if let Act::Send(orders) = act {
            for order in orders.into_iter().flatten() {
                out.push(Output::Write { wan: id, order });
            }
        }
        self.compare(now, rates, act, &mut status.router);
        self.answered(now, status, &mut |fact| {
            out.push(Output::Tell { wan: id, fact });
        });
        // tell
        self.tell(now, id, outcome, decision, act, status, out);
        if let Some(saved) = self.saver.due(now, self.saved(status)) {
            out.push(Output::Save { wan: id, saved });
        }
        // ask again
        for echo in self.prober.open_round() {
            out.push(Output::Probe { wan: id, echo });
        }
        if outcome.check {
            let echo = self.prober.ask_gateway();
            out.push(Output::Probe { wan: id, echo });
            out.push(Output::TryTcp { wan: id });
        }
    }

    pub(super) fn reply(&mut self, now: Instant, seq: u16, rtt: Duration) {
        if self.prober.reply(now, seq, rtt) == Some(Target::Gateway) {
            self.blackout.gateway_answered();
        }
    }

    pub(super) fn connected(&mut self, took: Option<Duration>) {
        self.blackout.connected(took);
    }

    pub(super) fn stop(&mut self, now: Instant, id: WanId, status: &WanStatus, out: &mut Outbox) {
        if self.on_exit == OnExit::Ceiling && status.router.up && !self.actuator.is_dry_run() {
            for direction in Direction::BOTH {
                let rate = self.controller.shapers()[direction].params().ceiling;
                // Whatever we believe: another write may be under way, somebody may have changed it.
                let order = Order { direction, rate };
                out.push(Output::Write { wan: id, order });
            }
        }
        let saved = self.saver.last(now, self.saved(status));
        out.push(Output::Save { wan: id, saved });
    }

    fn saved(&self, status: &WanStatus) -> Saved {
        let delay = self.controller.delay();
        let shapers = self.controller.shapers().as_ref();
        Saved {
            streaks: shapers.map(Shaper::streaks),
            rates: shapers.map(Shaper::rate),
            baseline: delay.baseline,
            load: delay.load,
            applied: status.router.applied,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one tick's results, told in one place"
    )]
    fn tell(
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
        if let Some(rounds) = outcome.recovered_after {
            tell(Fact::Recovered { rounds });
            self.silence_told_at = None;
            self.fallback_told_at = [None; KINDS];
        }
        if outcome.check || matches!(decision, Decision::Failed(_)) {
            status.counters.ping_failures += 1;
        }
        if outcome.check && self.silence_told_at.is_none() {
            self.silence_told_at = Some(now);
            tell(Fact::Silent);
        }
        let concluded = self.blackout.is_silent() && outcome.step != Step::Hold;
        if concluded && is_due(&mut self.fallback_told_at[kind(outcome.step)], now) {
            tell(Fact::Fallback {
                step: outcome.step,
                rounds: self.blackout.unavailable(),
                gateway: self.blackout.findings().gateway,
            });
        }
        self.see(now, decision, status);
        if let Decision::Judged(judgement) = decision {
            self.judged(now, judgement, status, &mut tell);
        }
        status.router.act = act;
        status.router.budget_left = self.actuator.budget().left(now);
        let throttled = act == Act::Throttled;
        status.counters.throttled += u64::from(throttled);
        if throttled && !self.throttled {
            let (changes, window) = self.actuator.budget().limit();
            tell(Fact::Throttled { changes, window });
        }
        self.throttled = throttled || (self.throttled && !matches!(act, Act::Send(_)));
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
        let rounds = self.prober.rounds();
        for (shown, reflector) in measurement
            .reflectors
            .iter_mut()
            .zip(self.prober.reflectors())
        {
            shown.last = reflector.last;
            shown.loss = reflector.loss(rounds, UNSETTLED_ROUNDS);
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
        status.delay = self.controller.delay();
        status.rates = verdicts.map(|verdict| verdict.rate);
        status.zones = verdicts.map(|verdict| verdict.zone);
        status.why = verdicts.map(|verdict| verdict.why);

        if let Some(rise) = delay.spike {
            let above = self.controller.delay_params().spike_above;
            tell(Fact::Spike { rise, above });
        }
        if let Some(candidate) = delay.refused_baseline
            && is_due(&mut self.baseline_told_at, now)
        {
            let bounds = self.controller.delay_params().baseline_bounds;
            tell(Fact::BaselineRefused { candidate, bounds });
        }
        let mut moved = false;
        for direction in Direction::BOTH {
            let verdict = verdicts[direction];
            if verdict.zone != verdict.was {
                moved = true;
                let thresholds = self.controller.shapers()[direction].params().thresholds;
                tell(Fact::Transition {
                    direction,
                    to: verdict.zone,
                    delta: delay.delta(),
                    edge: thresholds.edge_of(verdict.zone),
                });
            }
        }
        let notable = moved || now - self.cycle_told_at >= REPEAT_EVERY;
        if notable {
            self.cycle_told_at = now;
        }
        tell(Fact::Cycle { judgement, notable });
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
pub(super) fn is_due(told_at: &mut Option<Instant>, now: Instant) -> bool {
    let due = told_at.is_none_or(|at| now - at >= REPEAT_EVERY);
    if due {
        *told_at = Some(now);
    }
    due
}

/// The averages and directions of an earlier run, checked against today's config (W-63).
fn restore(params: &WanParams) -> (DelayTracker, Both<Shaper>) {
    let Some(saved) = params.saved else {
        return (
            DelayTracker::new(params.delay, params.baseline_initial),
            params.shapers.map(Shaper::new),
        );
    };
    let (low, high) = params.delay.baseline_bounds;
    let sane = low <= saved.baseline && saved.baseline <= high && saved.load > Millis::ZERO;
    let Delay { baseline, load, .. } = if sane {
        Delay {
            baseline: saved.baseline,
            load: saved.load,
            ..Delay::default()
        }
    } else {
        DelayTracker::new(params.delay, params.baseline_initial).current()
    };
    (
        DelayTracker::restored(params.delay, baseline, load),
        Both::from_fn(|direction| {
            Shaper::restored(
                params.shapers[direction],
                saved.streaks[direction],
                saved.rates[direction],
            )
        }),
    )
}
