//! What the daemons promise, whatever happens; looked after at every step.

use core::fmt;

use wanctl::control::actuator::Act;
use wanctl::direction::Direction;
use wanctl::program::{Program as _, WanId};
use wanctl::sim::double::faults::Fault;
use wanctl::status::GRACE;
use wanctl::steering::rule::HAND_GRACE;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::house::{House, PERIOD, Seen, Step};
use crate::memory;
use crate::params::{VERIFY_EVERY, wan};
use crate::plan::{Ill, Plan, Who};
use crate::spell::Spell;

/// One promise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Promise {
    /// No limit on the router that we set is below the lowest floor or above the ceiling.
    RatesStayInBounds,
    /// The router is never told what it holds already.
    NothingIsWrittenTwice,
    /// What autorate believes of the router becomes true within a read-back.
    BeliefIsTrue,
    /// A limit that should be lower is lowered, unless the budget is spent.
    NoCutIsLost,
    /// Every cycle comes when it is due and asks its reflectors, whatever it waits for.
    NoCycleIsBlocked,
    /// Memory does not grow.
    MemoryIsConstant,
    /// Nobody calls himself healthy who is blind, or whose router does not answer.
    HealthIsHonest,
    /// Which way steering believes the rule stands, it does; and it stands as wanted.
    RuleIsAsBelieved,
    /// Once nothing is wrong any more, nothing is wrong: nobody needs to restart anything.
    EverythingRecovers,
    /// The same fate twice is the same, bit for bit.
    SameSeedSameRun,
    /// No panic.
    NobodyPanics,
}

/// A promise was broken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) at: Instant,
    pub(crate) how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, at, how } = self;
        write!(f, "{promise:?} at {:.3} s: {how}", at.as_secs_f64())
    }
}

/// A read-back, and the exchange itself.
const READ_BACK: Duration = Duration::from_secs(10 + 6);
/// What an order may take while nothing hinders it, a slow console and another queue's order included.
const CARRIED_OUT: Duration = Duration::from_secs(3);
/// Who has just been started, or could not run, has so long to look around.
const LOOKS_AROUND: Duration = Duration::from_secs(15);
/// As long as an idle link may not notice that nobody answers: a read-back, its deadline, a reconnect.
const UNNOTICED: Duration = Duration::from_secs(10 + 5 + 10);
/// Tolerance for whatever was just on its way.
const MARGIN: Duration = Duration::from_secs(2);
/// Steering asks over each line about twice a second.
const STEERING_ASKS: Duration = Duration::from_millis(500);
/// What is not looked after at every step is so often.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Memory is compared with what it was so long after the start, when everything has happened once.
const WARM_AFTER: Duration = Duration::from_secs(4);
/// Documents and answers differ by some of this.
const SLACK: isize = 128 * 1_024;
/// Standing lines, rules and transports need so long after the last trouble that somebody sees it.
const QUIET: Duration = Duration::from_secs(15);

/// Looks after all of them.
#[derive(Debug)]
pub(crate) struct Watch<'p> {
    plan: &'p Plan,
    router: Spell,
    /// While the router may rightly be told what it holds.
    confusion: Spell,
    everything: Spell,
    late_until: Instant,
    /// Until when a daemon may rightly be late because of what has begun.
    excused_until: [Instant; 2],
    needless: u64,
    writes: u64,
    held: [[Option<Rate>; 2]; 2],
    misbelieved_since: [[Option<Instant>; 2]; 2],
    uncut_since: [[Option<Instant>; 2]; 2],
    rule_misbelieved_since: Option<Instant>,
    rule_unwanted_since: Option<Instant>,
    look_at: Instant,
    warm: Option<isize>,
}

impl<'p> Watch<'p> {
    pub(crate) const fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            router: Spell::new(),
            confusion: Spell::new(),
            everything: Spell::new(),
            late_until: Instant::ZERO,
            excused_until: [Instant::ZERO; 2],
            needless: 0,
            writes: 0,
            held: [[None; 2]; 2],
            misbelieved_since: [[None; 2]; 2],
            uncut_since: [[None; 2]; 2],
            rule_misbelieved_since: None,
            rule_unwanted_since: None,
            look_at: Instant::ZERO,
            warm: None,
        }
    }

    /// Something happened.
    pub(crate) fn look(&mut self, house: &mut House<'_>, step: Step) -> Result<(), Broken> {
        let now = house.world.now;
        match step {
            Step::Turned(ill) => {
                self.turned(now, house, ill);
                return Ok(());
            }
            Step::Woke(Who::Autorate) => {
                if let Some(daemon) = &house.autorate {
                    self.cycle(now, Who::Autorate, daemon.seen, PERIOD)?;
                }
            }
            Step::Woke(Who::Steering) => {
                if let Some(daemon) = &house.steering {
                    self.cycle(now, Who::Steering, daemon.seen, STEERING_ASKS)?;
                }
            }
        }
        self.router.is(now, !house.world.router_is_well(), false);
        self.written(now, house)?;
        if now < self.look_at {
            return Ok(());
        }
        self.look_at = now + LOOK_EVERY;
        self.limits(now, house)?;
        Self::health(now, house)?;
        self.rule(now, house)?;
        self.recovered(now, house)?;
        self.memory(now, house)
    }

    fn turned(&mut self, now: Instant, house: &House<'_>, ill: Ill) {
        let lasting = |which: fn(Ill) -> bool| {
            let mut troubles = self.plan.troubles.iter();
            troubles.any(|t| which(t.ill) && t.begins() <= now && now < t.ends())
        };
        let login = ill.refuses_login();
        // What lasts for a moment only has been, too.
        if ill.is_routers() {
            self.router.is(now, true, login);
        }
        self.router.is(now, !house.world.router_is_well(), login);
        if ill.confuses_writes() {
            self.confusion.is(now, true, login);
        }
        self.confusion.is(now, lasting(Ill::confuses_writes), login);
        self.everything.is(now, true, login);
        let well = house.world.router_is_well();
        self.everything.is(now, lasting(|_| true) || !well, login);
        if let Some(who) = ill.stops() {
            self.late_until = now + Duration::from_secs(1);
            let begun = self.plan.troubles.iter();
            let begun = begun.filter(|t| t.ill.stops() == Some(who) && t.begins() <= now);
            let ends = begun.map(|t| t.ends() + MARGIN).max();
            self.excused_until[who as usize] = ends.unwrap_or(Instant::ZERO);
        }
    }

    /// Asks go out as if there were nothing else in the world.
    fn cycle(&self, now: Instant, who: Who, seen: Seen, every: Duration) -> Result<(), Broken> {
        if now < self.late_until || now <= self.excused_until[who as usize] {
            return Ok(());
        }
        for (line, asked_at) in seen.asked_at.into_iter().enumerate() {
            let since = asked_at.max(seen.resumed_at);
            if now - since > every + PERIOD {
                let how = format!(
                    "{who:?} has asked nothing over line {line} for {}",
                    now - since
                );
                return broken(Promise::NoCycleIsBlocked, now, how);
            }
        }
        Ok(())
    }

    /// What has been written to the router since the last look.
    fn written(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let router = &house.world.scene.router;
        let needless = router.needless_writes();
        if core::mem::replace(&mut self.needless, needless) != needless
            && self.confusion.is_settled(now)
        {
            let how = "a queue was told what it held".to_owned();
            return broken(Promise::NothingIsWrittenTwice, now, how);
        }
        let writes = router.persisted_writes();
        if core::mem::replace(&mut self.writes, writes) == writes {
            return Ok(());
        }
        for line in 0..2 {
            for direction in Direction::BOTH {
                let held = house.world.held(wan_id(line), direction);
                let before = core::mem::replace(&mut self.held[line][direction as usize], held);
                if held != before
                    && let Some(rate) = held
                {
                    self.in_bounds(now, line, direction, rate)?;
                }
            }
        }
        Ok(())
    }

    fn in_bounds(
        &self,
        now: Instant,
        line: usize,
        direction: Direction,
        rate: Rate,
    ) -> Result<(), Broken> {
        let shaper = &wan(self.plan.law, line).shapers[direction];
        let floors = &shaper.floors;
        let lowest = floors
            .green
            .min(floors.yellow)
            .min(floors.soft_red)
            .min(floors.red);
        let others = |t: &crate::plan::Trouble| match t.ill {
            Ill::Router(Fault::ClampsTo(theirs) | Fault::ChangedByHand(theirs)) => theirs == rate,
            // A write goes to an id. Who got that of another queue gets its limit, once: the answer has the name.
            Ill::Router(Fault::SwappedIds) => t.begins() <= now && now - t.begins() <= READ_BACK,
            _ => false,
        };
        if (lowest <= rate && rate <= shaper.ceiling) || self.plan.troubles.iter().any(others) {
            return Ok(());
        }
        let bounds = format!("{lowest} to {}", shaper.ceiling);
        let how = format!("line {line} {direction}: {rate} is not in {bounds}");
        broken(Promise::RatesStayInBounds, now, how)
    }

    /// What autorate believes and wants of the limits, and what they are.
    fn limits(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let Some(daemon) = house.running_autorate() else {
            return Ok(());
        };
        let seen = daemon.seen;
        let ready = self.router.is_settled(now)
            && now - seen.started_at.max(seen.resumed_at) > LOOKS_AROUND;
        for (line, status) in daemon.program.status().wans.iter().enumerate() {
            for direction in Direction::BOTH {
                let held = house.world.held(wan_id(line), direction);
                let up = ready && status.router.link.up;
                let believed = status.router.applied[direction];
                let since = &mut self.misbelieved_since[line][direction as usize];
                if for_too_long(since, now, up && believed != held, READ_BACK) {
                    let how =
                        format!("line {line} {direction}: {believed:?} is believed, {held:?} is");
                    return broken(Promise::BeliefIsTrue, now, how);
                }
                let wanted = status.rates[direction];
                let lacks_cut =
                    held.is_some_and(|held| wanted < held) && status.router.act != Act::Throttled;
                let since = &mut self.uncut_since[line][direction as usize];
                if for_too_long(since, now, up && lacks_cut, CARRIED_OUT) {
                    let how =
                        format!("line {line} {direction}: {wanted} is wanted, {held:?} stays");
                    return broken(Promise::NoCutIsLost, now, how);
                }
            }
        }
        Ok(())
    }

    fn health(now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let lie = |what: &str, since: Instant| {
            let how = format!("healthy, but {what} for {}", now - since);
            broken(Promise::HealthIsHonest, now, how)
        };
        if let Some(daemon) = &house.autorate
            && house.autorate_is_healthy() == Some(true)
            && now - daemon.seen.resumed_at > MARGIN
        {
            for (line, heard_at) in daemon.seen.heard_at.into_iter().enumerate() {
                if now - heard_at > GRACE + MARGIN {
                    return lie(&format!("line {line} is silent"), heard_at);
                }
            }
            for (line, answered_at) in daemon.seen.answered_at.into_iter().enumerate() {
                let answered_at = answered_at.max(daemon.seen.resumed_at);
                if now - answered_at > UNNOTICED + GRACE + MARGIN {
                    return lie(
                        &format!("the router does not answer about line {line}"),
                        answered_at,
                    );
                }
            }
        }
        if let Some(daemon) = &house.steering
            && house.steering_is_healthy() == Some(true)
            && now - daemon.seen.resumed_at > MARGIN
        {
            let answered_at = daemon.seen.answered_at[0].max(daemon.seen.resumed_at);
            if now - answered_at > UNNOTICED + GRACE + MARGIN {
                return lie("the router does not answer steering", answered_at);
            }
        }
        Ok(())
    }

    fn rule(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let Some(daemon) = house.running_steering() else {
            return Ok(());
        };
        let seen = daemon.seen;
        let ready = self.router.is_settled(now)
            && now - seen.started_at.max(seen.resumed_at) > LOOKS_AROUND;
        let rule = daemon.program.steering().rule();
        let (believed, wanted, stands) = (rule.switch(), rule.wanted(), house.world.rule());
        let wrong = ready && believed != Some(stands);
        if for_too_long(&mut self.rule_misbelieved_since, now, wrong, READ_BACK) {
            let how = format!("{believed:?} is believed, {stands:?} is");
            return broken(Promise::RuleIsAsBelieved, now, how);
        }
        let wrong = ready && wanted != stands;
        let patience = HAND_GRACE + READ_BACK;
        if for_too_long(&mut self.rule_unwanted_since, now, wrong, patience) {
            let how = format!("{wanted:?} is wanted, {stands:?} is");
            return broken(Promise::RuleIsAsBelieved, now, how);
        }
        Ok(())
    }

    fn recovered(&self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        if now < self.everything.settled_at() + QUIET || !self.everything.is_settled(now) {
            return Ok(());
        }
        let complaint = |who: &str, trouble: String| {
            let how = format!("{who} is not well: {trouble}");
            broken(Promise::EverythingRecovers, now, how)
        };
        if house.autorate_is_healthy() != Some(true) {
            let troubles = house.autorate.as_ref().map(|daemon| {
                let status = daemon.program.status();
                let wans = status.wans.iter();
                wans.map(|wan| wan.trouble(status.now)).collect::<Vec<_>>()
            });
            return complaint("autorate", format!("{troubles:?}"));
        }
        if house.steering_is_healthy() != Some(true) {
            let steering = house.steering.as_ref();
            let trouble = steering.map(|daemon| daemon.program.status().trouble());
            return complaint("steering", format!("{trouble:?}"));
        }
        Ok(())
    }

    fn memory(&mut self, now: Instant, house: &mut House<'_>) -> Result<(), Broken> {
        let both_run = house.autorate.is_some() && house.steering.is_some();
        if now < Instant::ZERO + WARM_AFTER || !both_run {
            return Ok(());
        }
        let held = memory::held();
        let warm = *self.warm.get_or_insert(held);
        if held - warm > SLACK {
            let how = format!("{} bytes more than at the start", held - warm);
            return broken(Promise::MemoryIsConstant, now, how);
        }
        Ok(())
    }
}

/// Whether something has been wrong for longer than it may.
fn for_too_long(since: &mut Option<Instant>, now: Instant, wrong: bool, may: Duration) -> bool {
    if !wrong {
        *since = None;
        return false;
    }
    now - *since.get_or_insert(now) > may
}

fn broken(promise: Promise, at: Instant, how: String) -> Result<(), Broken> {
    Err(Broken { promise, at, how })
}

fn wan_id(line: usize) -> WanId {
    WanId(u8::try_from(line).expect("two lines"))
}

const _: () = assert!(
    VERIFY_EVERY.as_micros() == 10_000_000,
    "the times above are made of it"
);
