//! One primary WAN and its rule: the machines put together.

mod shown;

use crate::control::zone::Zone;
use crate::steering::assessment::{Assessment, Assessor, Condition, Reason};
use crate::steering::confidence::{Confidence, Signals};
use crate::steering::evidence::{Evidence, Picture};
use crate::steering::fact::{Fact, Facts, Standing, tell};
use crate::steering::hysteresis::Hysteresis;
use crate::steering::intake::Intake;
use crate::steering::params::{Judging, SteeringParams};
use crate::steering::record::{Record, Saved, Transition, When};
use crate::steering::rule::{Order, Reading, Rule, Switch};
use crate::time::{Duration, Instant};

/// Cycles further apart than three intervals, but at least this, are not in a row.
const SHORTEST_GAP: Duration = Duration::from_secs(1);
/// Values the confidence score looks back on.
const LOOK_BACK: usize = 3;

/// What one cycle came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Where the connections go, as far as the router has confirmed it.
    pub standing: Standing,
    /// Which way the rule should stand.
    pub wanted: Switch,
    /// How bad the primary is, and why.
    pub assessment: Assessment,
    /// The confidence score, if it is on.
    pub confidence: Option<u8>,
    /// The evidence it stands on.
    pub picture: Picture,
    /// What is worth a line.
    pub facts: Facts,
}

/// v1.7's counters, for documents and `/health`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Bad samples in a row: `red_count`, in legacy mode `bad_count`.
    pub bad: u32,
    /// Good samples in a row: `good_count`.
    pub good: u32,
    /// Reads of the queue that failed in a row: `cake_read_failures`.
    pub queue_failures: u32,
}

/// Who decides.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Decides {
    /// Rows of samples.
    #[default]
    Hysteresis,
    /// Rows of samples, and the confidence score only says what it would do.
    ConfidenceDryRun,
    /// The confidence score.
    Confidence,
}

/// Who decides, with its memory.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per process")]
enum Decider {
    Hysteresis(Hysteresis),
    Confidence(Confidence),
}

/// The newest [`LOOK_BACK`] values.
#[derive(Clone, Debug, Default)]
struct Recent<T>(heapless::Vec<T, LOOK_BACK>);

impl<T> Recent<T> {
    fn push(&mut self, value: T) {
        if self.0.is_full() {
            self.0.remove(0);
        }
        // There is room: it was made just now.
        let _ = self.0.push(value);
    }
}

/// Steering of one primary WAN.
#[derive(Clone, Debug)]
pub struct Steering {
    params: SteeringParams,
    intake: Intake,
    assessor: Assessor,
    decider: Decider,
    /// A confidence controller in a dry run.
    shadow: Option<Confidence>,
    rule: Rule,
    record: Record,
    recent_zones: Recent<Zone>,
    recent_drops: Recent<f64>,
    recent_queue: Recent<f64>,
    /// The router has shown its rule once.
    adopted: bool,
    /// The rule is to be switched off for good.
    retiring: bool,
    /// Since when the connections go to an alternate that is dead, while the primary is not.
    stranded_since: Option<Instant>,
    /// Which way the rule should stand: decided once a cycle, on that cycle's evidence.
    wanted: Switch,
    observed_at: Option<Instant>,
    moved_at: Option<Instant>,
    assessment: Assessment,
    picture: Picture,
}

impl Steering {
    /// Over the primary, nothing known.
    pub fn new(params: SteeringParams) -> Self {
        let intake = Intake::new(&params);
        let hysteresis = Hysteresis::new(params.degrade, params.recover);
        let (decider, shadow) = match params.confidence.map(Confidence::new) {
            Some(live) if !live.is_dry_run() => (Decider::Confidence(live), None),
            shadow => (Decider::Hysteresis(hysteresis), shadow),
        };
        Self {
            intake,
            assessor: Assessor::new(params.judging),
            decider,
            shadow,
            rule: Rule::new(),
            record: Record::new(params.history_size),
            recent_zones: Recent::default(),
            recent_drops: Recent::default(),
            recent_queue: Recent::default(),
            adopted: false,
            retiring: false,
            stranded_since: None,
            wanted: Switch::Off,
            observed_at: None,
            moved_at: None,
            assessment: Assessment::default(),
            picture: Picture::default(),
            params,
        }
    }

    /// Goes on from a state document; before the first cycle.
    pub fn restore(&mut self, now: Instant, saved: Saved) {
        self.decider_stands(now, saved.standing);
        self.wants(now);
        let baseline = saved.baseline;
        self.intake
            .restore(saved.delta_average, saved.queue_average, baseline);
        self.record.rtt.extend(saved.rtt);
        self.record.delta.extend(saved.delta);
        self.record.drops.extend(saved.drops);
        self.record.queue.extend(saved.queue);
        self.record.zones.extend(saved.zones);
        self.record.transitions.extend(saved.transitions);
    }

    /// One cycle.
    pub fn observe(&mut self, now: Instant, evidence: &Evidence) -> Verdict {
        let mut facts = Facts::new();
        self.mind_the_gap(now);
        let picture = self.intake.observe(now, evidence, &mut facts);
        let (assessment, condition) = self.assessor.observe(now, &picture);
        self.picture = picture;
        self.assessment = assessment;
        self.remember(now, evidence);
        if !self.retiring {
            self.decide(now, condition, &mut facts);
            let stranded =
                self.standing() == Standing::Degraded && picture.is_alternate_alone_dead();
            self.stranded_since = stranded.then(|| self.stranded_since.unwrap_or(now));
            self.wants(now);
        }
        self.settle(now, &mut facts);
        Verdict {
            standing: self.standing(),
            wanted: self.wanted,
            assessment,
            confidence: self.scored().map(|scored| scored.score),
            picture,
            facts,
        }
    }

    /// What to ask the router now; call it only when the link is up and free. It counts as sent.
    pub fn order(&mut self, now: Instant) -> Option<Order> {
        self.rule.poll(now)
    }

    /// The router answered a read; or its answer to a write showed the rule.
    pub fn rule_read(&mut self, now: Instant, reading: Reading) -> Facts {
        let mut facts = Facts::new();
        if let Reading::One(seen) = reading
            && !core::mem::replace(&mut self.adopted, true)
        {
            self.adopt(now, seen, &mut facts);
        }
        if let Some(fact) = self.rule.read(now, reading) {
            tell(&mut facts, Fact::Rule(fact));
        }
        self.settle(now, &mut facts);
        facts
    }

    /// The router took a write.
    pub fn rule_written(&mut self, now: Instant) {
        self.rule.written(now);
    }

    /// The router refused an order, or did not answer it in time.
    pub fn rule_failed(&mut self, now: Instant) -> Facts {
        let fact = self.rule.failed(now).map(Fact::Rule);
        fact.into_iter().collect()
    }

    /// The connection to the router is lost: any order under way with it.
    pub fn link_lost(&mut self, now: Instant) {
        self.rule.lost(now);
    }

    /// From now on the rule is wanted off and nothing is decided any more: for `steering.on_exit: disable`
    /// and `--reset`. It has worked when [`Rule::switch`] says off.
    pub fn retire(&mut self, now: Instant) {
        self.retiring = true;
        self.wanted = Switch::Off;
        self.rule.insist(now, Switch::Off);
    }

    /// Whether [`Steering::retire`] was called.
    pub const fn is_retiring(&self) -> bool {
        self.retiring
    }

    /// Where the connections go, as far as the router has confirmed it.
    pub const fn standing(&self) -> Standing {
        match &self.decider {
            Decider::Hysteresis(machine) => machine.standing(),
            Decider::Confidence(machine) => machine.standing(),
        }
    }

    /// Which way the rule should stand. It changes with a cycle, never between two.
    pub const fn wanted(&self) -> Switch {
        self.wanted
    }

    fn mind_the_gap(&mut self, now: Instant) {
        let in_a_row = self.params.three_cycles(SHORTEST_GAP);
        let before = self.observed_at.replace(now);
        if before.is_some_and(|before| now - before > in_a_row) {
            self.assessor.interrupt();
            self.stranded_since = None;
            match &mut self.decider {
                Decider::Hysteresis(machine) => machine.interrupt(),
                Decider::Confidence(machine) => machine.interrupt(),
            }
            if let Some(shadow) = &mut self.shadow {
                shadow.interrupt();
            }
        }
    }

    fn remember(&mut self, now: Instant, evidence: &Evidence) {
        if let (Some(_), Some(rtt)) = (evidence.rtt, self.intake.rtt()) {
            self.record.rtt.push(rtt);
            self.record.delta.extend(self.picture.delta);
        }
        if let Some((drops, queue)) = self.intake.read_at(now) {
            self.record.drops.push(drops);
            self.record.queue.push(queue);
            let window = self.params.degrade.every.max(self.params.interval);
            let drops = self.picture.drops.unwrap_or(0) as f64;
            self.recent_drops.push(drops / window.as_secs_f64());
            self.recent_queue.push(queue as f64);
        }
        let zone = self.assessment.zone;
        self.recent_zones.push(zone);
        if matches!(self.params.judging, Judging::CakeAware(_)) {
            self.record.zones.push(zone);
        }
    }

    fn decide(&mut self, now: Instant, condition: Condition, facts: &mut Facts) {
        // That a line is dead needs neither a baseline nor anybody's word.
        let proven = self.assessment.reason == Reason::Dead;
        let cautious = self.picture.is_cautious() && !proven;
        let readable = self.picture.queue.is_some();
        let signals = Signals {
            zone: self.assessment.zone,
            reason: self.assessment.reason,
            zones: &self.recent_zones.0,
            delta: self.picture.delta,
            drops: if readable { &self.recent_drops.0 } else { &[] },
            queue: if readable { &self.recent_queue.0 } else { &[] },
            cautious,
            alternate_worse: condition == Condition::Good && self.assessment.zone != Zone::Green,
        };
        match &mut self.decider {
            Decider::Hysteresis(machine) => machine.observe(now, condition, cautious),
            Decider::Confidence(machine) => machine.observe(now, &signals, facts),
        }
        if let Some(shadow) = &mut self.shadow {
            shadow.observe(now, &signals, facts);
            shadow.imagine(now, facts);
        }
    }

    /// Takes over what the router shows at the start.
    fn adopt(&mut self, now: Instant, seen: Switch, facts: &mut Facts) {
        let standing = standing_of(seen);
        if standing != self.standing() {
            self.decider_stands(now, standing);
            tell(facts, Fact::Adopted(standing));
            if !self.retiring {
                self.wants(now);
            }
        }
    }

    /// Whether the alternate has been dead for so long that there is no waiting for the primary to be calm:
    /// as long as it takes to leave the primary. No hold-down and no brake keeps anybody on a dead line.
    pub fn is_forsaken(&self, now: Instant) -> bool {
        let takes = self.params.degrade.takes();
        self.stranded_since
            .is_some_and(|since| now - since >= takes)
    }

    /// Makes a wish of what has been decided.
    fn wants(&mut self, now: Instant) {
        self.wanted = match &self.decider {
            _ if self.is_forsaken(now) => Switch::Off,
            Decider::Hysteresis(machine) => machine.wanted(now),
            Decider::Confidence(machine) => machine.wanted(now),
        };
        self.rule.want(now, self.wanted);
    }

    /// The standing follows the rule once the router has confirmed what was wanted.
    fn settle(&mut self, now: Instant, facts: &mut Facts) {
        let wanted = self.wanted;
        let from = self.standing();
        let to = standing_of(wanted);
        if to == from || self.rule.switch() != Some(wanted) {
            return;
        }
        let counts = self.counts(now);
        match &mut self.decider {
            Decider::Hysteresis(machine) => machine.stands(to),
            Decider::Confidence(machine) => machine.carried_out(now, to, facts),
        }
        self.moved_at = Some(now);
        self.record.transitions.push(Transition {
            when: When::At(now),
            from,
            to,
            bad_count: counts.bad,
            good_count: counts.good,
        });
        tell(facts, Fact::Moved { from, to });
    }

    fn decider_stands(&mut self, now: Instant, standing: Standing) {
        match &mut self.decider {
            Decider::Hysteresis(machine) => machine.stands(standing),
            Decider::Confidence(machine) => machine.stands(now, standing),
        }
    }
}

const fn standing_of(switch: Switch) -> Standing {
    match switch {
        Switch::On => Standing::Degraded,
        Switch::Off => Standing::Good,
    }
}
