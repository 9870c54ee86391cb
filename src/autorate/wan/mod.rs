//! The five beats of one WAN.

mod adapting;
mod restore;
mod spell;
mod telling;

use self::adapting::Watched;
use self::restore::restore;
pub(super) use self::spell::Spell;
use self::telling::KINDS;
use crate::autorate::OnExit;
use crate::autorate::quota::Quotas;
use crate::autorate::saving::Saver;
use crate::control::actuator::{Act, Actuator, Order, Spending};
use crate::control::blackout::{Blackout, BlackoutParams, Step};
use crate::control::bloat::oneway::{Stamps, Turn};
use crate::control::controller::{Controller, Decision};
use crate::control::delay::DelayParams;
use crate::control::law::adaptive::{self, Pilot};
use crate::control::law::classic::ShaperParams;
use crate::control::prober::{Echo, MAX_REFLECTORS, Prober, ProberParams, Question, Target};
use crate::direction::{Both, Direction};
use crate::program::{Outbox, Output, WanId};
use crate::router::Transport;
use crate::status::{
    AdaptiveStatus, Label, LinkStatus, ReflectorStatus, RouterStatus, Saved, WanStatus,
};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Everything one WAN needs to know.
#[derive(Clone, Debug)]
pub struct WanParams {
    /// `wan_name`.
    pub name: Label,
    /// One label per reflector.
    pub reflectors: heapless::Vec<Label, MAX_REFLECTORS>,
    /// How to measure.
    pub prober: ProberParams,
    /// What to do when ICMP is silent.
    pub blackout: BlackoutParams,
    /// How to average.
    pub delay: DelayParams,
    /// First value of both averages.
    pub baseline_initial: Millis,
    /// The two directions, for v1.7's law.
    pub shapers: Both<ShaperParams>,
    /// The two directions, for the adaptive law; `None` if v1.7's decides.
    pub adaptive: Option<Both<adaptive::ShaperParams>>,
    /// The adaptive law may ask reflectors for their time.
    pub one_way: bool,
    /// How often the router may be written to.
    pub spending: Spending,
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
    pub(super) controller: Controller,
    pub(super) actuator: Actuator,
    saver: Saver,
    name: Label,
    reflectors: heapless::Vec<Label, MAX_REFLECTORS>,
    on_exit: OnExit,
    transport: Transport,
    has_spare: bool,
    holding: bool,
    throttled: bool,
    cycle_told_at: Instant,
    pub(super) quotas: Quotas,
    silence: Option<Spell>,
    /// One per kind of complaint: that it gave up must not be lost among what it said before.
    fallback_told_at: [Option<Instant>; KINDS],
    baseline_told_at: Option<Instant>,
    pub(super) unsent: Option<Spell>,
    /// Since when the counters are due and have not come.
    pub(super) look_due_since: Option<Instant>,
    watched: Watched,
}

impl Wan {
    /// Starts measuring at `now`, from the saved state if there is one.
    pub fn new(now: Instant, params: WanParams) -> Self {
        let controller = restore(now, &params);
        Self {
            prober: Prober::new(now, params.prober),
            blackout: Blackout::new(params.blackout),
            controller,
            actuator: Actuator::new(params.spending, params.dry_run),
            saver: Saver::new(now),
            name: params.name,
            reflectors: params.reflectors,
            on_exit: params.on_exit,
            transport: params.transport,
            has_spare: params.has_spare,
            holding: false,
            throttled: false,
            cycle_told_at: now,
            quotas: Quotas::new(now),
            silence: None,
            fallback_told_at: [None; KINDS],
            baseline_told_at: None,
            unsent: None,
            look_due_since: None,
            watched: Watched::new(now),
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
            zones: self.controller.zones(),
            floors: self.controller.floors(),
            adaptive: self.controller.pilot().map(|_| AdaptiveStatus::default()),
            router: RouterStatus {
                link: LinkStatus::new(self.transport, self.has_spare),
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
        // judge
        let decision = if self.holding {
            outcome.step = Step::Hold;
            Decision::Held
        } else {
            self.controller.step(now, outcome.step)
        };
        // act
        let rates = self.controller.rates();
        let act = self.actuator.want(now, rates, status.router.link.up);
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
        self.ask(now, id, out);
        if let Some(pilot) = self.controller.pilot_mut()
            && status.router.link.up
        {
            if pilot.wants_counters(now) {
                self.look_due_since.get_or_insert(now);
            }
            // In every tick until they come: a link that is busy forgets.
            if self.look_due_since.is_some() {
                out.push(Output::Look { wan: id });
            }
        }
        if outcome.check {
            let echo = self.prober.ask_gateway();
            out.push(Output::Probe { wan: id, echo });
            out.push(Output::TryTcp { wan: id });
        }
    }

    fn ask(&mut self, now: Instant, id: WanId, out: &mut Outbox) {
        let round: heapless::Vec<Echo, MAX_REFLECTORS> = self.prober.open_round().collect();
        for mut echo in round {
            if let Target::Reflector(n) = echo.target {
                let turn = self.controller.ask(now, n);
                if turn == Turn::Trial {
                    self.prober.excuse(n);
                }
                echo.question = match turn {
                    Turn::Echo => Question::Echo,
                    Turn::Time | Turn::Trial => Question::Time,
                };
            }
            out.push(Output::Probe { wan: id, echo });
        }
    }

    pub(super) fn reply(&mut self, now: Instant, seq: u16, rtt: Duration, stamps: Option<Stamps>) {
        match self.prober.reply(now, seq, rtt) {
            Some(Target::Gateway) => self.blackout.gateway_answered(),
            Some(Target::Reflector(n)) => self.controller.answered(now, n, rtt, stamps),
            None => {}
        }
    }

    pub(super) fn connected(&mut self, took: Option<Duration>) {
        self.blackout.connected(took);
    }

    pub(super) fn stop(&mut self, now: Instant, id: WanId, status: &WanStatus, out: &mut Outbox) {
        if self.on_exit == OnExit::Ceiling && status.router.link.up && !self.actuator.is_dry_run() {
            for direction in Direction::BOTH {
                let rate = self.controller.ceilings()[direction];
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
        Saved {
            streaks: self.controller.streaks(),
            rates: self.controller.rates(),
            baseline: delay.baseline,
            load: delay.load,
            applied: status.router.applied,
            learned: self.controller.pilot().map(Pilot::learned),
        }
    }
}
