//! What the daemons promise, whatever happens; looked after at every step.

mod afterwards;
mod limits;

use core::fmt;

use wanctl::direction::Direction;
use wanctl::program::WanId;
use wanctl::status::GRACE;
use wanctl::steering::rule::HAND_GRACE;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::house::{House, PERIOD, Seen, Step};
use crate::memory;
use crate::params::VERIFY_EVERY;
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
    /// Limits are again what the lines carry.
    RatesComeBack,
    /// The preferred transport serves again.
    PreferredServes,
    /// Nobody is sent over the alternate when the primary is well.
    SteeringIsLeft,
    /// Whenever a daemon was killed, its documents can be read.
    DocumentsAreReadable,
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
/// A limit that should be lower and has stayed as it is.
#[derive(Clone, Copy, Debug)]
struct Starved {
    since: Instant,
    held: Option<Rate>,
}

/// Looks after all of them.
#[derive(Debug)]
pub(crate) struct Watch<'p> {
    plan: &'p Plan,
    router: Spell,
    /// While the router may rightly be told what it holds.
    confusion: Spell,
    everything: Spell,
    /// The router had something to do that it has taken before.
    owed: bool,
    /// Since when nothing hinders what is asked of the router.
    open_since: Option<Instant>,
    late_until: Instant,
    /// Until when a daemon may rightly be late because of what has begun.
    excused_until: [Instant; 2],
    needless: u64,
    writes: u64,
    held: [[Option<Rate>; 2]; 2],
    /// What the router's limits are, and the version of its queues that is known of.
    holds: (Option<u64>, [[Option<Rate>; 2]; 2]),
    misbelieved_since: [[Option<Instant>; 2]; 2],
    uncut_since: [[Option<Instant>; 2]; 2],
    starved: [[Option<Starved>; 2]; 2],
    /// The highest limits since it was time that they came back.
    peaks: [[Rate; 2]; 2],
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
            owed: false,
            open_since: Some(Instant::ZERO),
            late_until: Instant::ZERO,
            excused_until: [Instant::ZERO; 2],
            needless: 0,
            writes: 0,
            held: [[None; 2]; 2],
            holds: (None, [[None; 2]; 2]),
            misbelieved_since: [[None; 2]; 2],
            uncut_since: [[None; 2]; 2],
            starved: [[None; 2]; 2],
            peaks: [[Rate::ZERO; 2]; 2],
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
        let owes = house.world.scene.owes();
        if core::mem::replace(&mut self.owed, owes) != owes {
            self.reckon(now, house, false);
        }
        let is_open = house.world.router_is_well();
        self.router.is(now, !is_open, false);
        let open_since = self.open_since.unwrap_or(now);
        self.open_since = is_open.then_some(open_since);
        self.ordered(now, house)?;
        self.written(now, house)?;
        documents(now, house)?;
        if now < self.look_at {
            return Ok(());
        }
        self.look_at = now + LOOK_EVERY;
        self.see(house);
        self.limits(now, house)?;
        self.health(now, house)?;
        self.rule(now, house)?;
        self.recovered(now, house)?;
        self.afterwards(now, house)?;
        self.memory(now, house)
    }

    /// What the router's limits are now.
    fn see(&mut self, house: &House<'_>) {
        let version = Some(house.world.scene.router.course_version());
        if self.holds.0 == version {
            return;
        }
        let held = |line| {
            let of = |direction| house.world.held(wan_id(line), direction);
            Direction::BOTH.map(of)
        };
        self.holds = (version, [0, 1].map(held));
    }

    fn turned(&mut self, now: Instant, house: &House<'_>, ill: Ill) {
        let login = ill.refuses_login();
        // What lasts for a moment only has been, too.
        if ill.is_routers() {
            self.router.is(now, true, login);
        }
        if ill.confuses_writes() {
            self.confusion.is(now, true, login);
        }
        self.everything.is(now, true, login);
        self.reckon(now, house, login);
        if let Some(who) = ill.stops() {
            self.late_until = now + Duration::from_secs(1);
            let begun = self.plan.troubles.iter();
            let begun = begun.filter(|t| t.ill.stops() == Some(who) && t.begins() <= now);
            let ends = begun.map(|t| t.ends() + MARGIN).max();
            self.excused_until[who as usize] = ends.unwrap_or(Instant::ZERO);
        }
    }

    /// What is disturbed from now on.
    fn reckon(&mut self, now: Instant, house: &House<'_>, login: bool) {
        let lasting = |which: fn(Ill) -> bool| {
            let mut troubles = self.plan.troubles.iter();
            troubles.any(|t| which(t.ill) && t.begins() <= now && now < t.ends())
        };
        let well = house.world.router_is_well();
        let owes = house.world.scene.owes();
        self.router.is(now, !well, login);
        let confused = lasting(Ill::confuses_writes) || owes;
        self.confusion.is(now, confused, login);
        let disturbed = lasting(|_| true) || !well;
        self.everything.is(now, disturbed, login);
    }

    /// Asks go out as if there were nothing else in the world.
    fn cycle(&self, now: Instant, who: Who, seen: Seen, every: Duration) -> Result<(), Broken> {
        if now < self.late_until || now <= self.excused_until[who as usize] {
            return Ok(());
        }
        let lines = match who {
            Who::Autorate => self.plan.home.wans,
            Who::Steering => 2,
        };
        for (line, asked_at) in seen.asked_at.into_iter().take(lines).enumerate() {
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

    fn health(&self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let lie = |what: &str, since: Instant| {
            let how = format!("healthy, but {what} for {}", now - since);
            broken(Promise::HealthIsHonest, now, how)
        };
        if let Some(daemon) = &house.autorate
            && house.autorate_is_healthy() == Some(true)
            && now - daemon.seen.resumed_at > MARGIN
        {
            let lines = self.plan.home.wans;
            for (line, heard_at) in daemon.seen.heard_at.into_iter().take(lines).enumerate() {
                if now - heard_at > GRACE + MARGIN {
                    return lie(&format!("line {line} is silent"), heard_at);
                }
            }
            let answered = daemon.seen.answered_at.into_iter().take(lines);
            for (line, answered_at) in answered.enumerate() {
                let answered_at = answered_at.max(daemon.seen.resumed_at);
                if now - answered_at > UNNOTICED + MARGIN {
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
            if now - answered_at > UNNOTICED + MARGIN {
                return lie("the router does not answer steering", answered_at);
            }
            let [primary, alternate] = daemon.seen.heard_at;
            let heard_at = primary.max(alternate);
            if now - heard_at > GRACE + MARGIN {
                return lie("neither line answers steering", heard_at);
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

    fn memory(&mut self, now: Instant, house: &mut House<'_>) -> Result<(), Broken> {
        let all_run =
            house.autorate.is_some() && (house.steering.is_some() || !self.plan.home.steers);
        if now < Instant::ZERO + WARM_AFTER || !all_run {
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

/// What a killed daemon leaves behind.
fn documents(now: Instant, house: &House<'_>) -> Result<(), Broken> {
    let Some(torn) = house.world.disk.torn else {
        return Ok(());
    };
    let how = format!("document {torn} of those on the disk");
    broken(Promise::DocumentsAreReadable, now, how)
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
