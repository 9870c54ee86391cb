//! One fault, one route, one moment.

use std::collections::VecDeque;
use std::fmt;

use wanctl::direction::{Both, Direction};
use wanctl::program::Program;
use wanctl::router::Transport;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::sim::wires::{NoMeter, RestWire, SshWire, Traffic};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::harness::world::{Side, Trouble, Worlds};

/// Which transports a WAN has; the first one is preferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    Rest,
    Ssh,
    RestThenSsh,
    SshThenRest,
}

impl Route {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::Ssh => "SSH",
            Self::RestThenSsh => "both, REST first",
            Self::SshThenRest => "both, SSH first",
        }
    }

    const fn transports(self) -> &'static [Transport] {
        match self {
            Self::Rest => &[Transport::Rest],
            Self::Ssh => &[Transport::Ssh],
            Self::RestThenSsh => &[Transport::Rest, Transport::Ssh],
            Self::SshThenRest => &[Transport::Ssh, Transport::Rest],
        }
    }
}

/// When the fault begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    /// It is there before we are.
    Start,
    /// Nothing is being written; the load comes while it lasts.
    Idle,
    /// A write has left and not arrived.
    Sent,
    /// A write has been served and its answer is on the way.
    Answered,
}

impl Moment {
    pub(crate) const ALL: [Self; 4] = [Self::Start, Self::Idle, Self::Sent, Self::Answered];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Start => "at start",
            Self::Idle => "idle",
            Self::Sent => "write sent",
            Self::Answered => "answer due",
        }
    }
}

/// How long every fault lasts.
const LASTS: Duration = Duration::from_secs(20);
/// The line is quiet for so long, which is enough to settle.
const QUIET: Duration = Duration::from_secs(25);
/// What a healthy link may need.
const SOON: Duration = Duration::from_secs(2);
/// How long it must stay so.
const AFTERWARDS: Duration = Duration::from_secs(15);
/// Ticks after which a wish that is still on its way is late: two commands over SSH take 0.4 s.
const LATE: usize = 10;
/// With a router that takes half a second for each of them, a healthy link lags so many.
const LAGS: usize = 40;
/// `/health` may be content for so long although the router holds something else: its grace, and the
/// read-back that finds it.
const CONTENT: Duration = Duration::from_secs(15);

/// One cell of the matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) fault: Fault,
    pub(crate) route: Route,
    pub(crate) moment: Moment,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// From the end of the fault until the router held what was wanted, for good.
    recovered: Option<Duration>,
    allowed: Duration,
    /// Writes that reached the router and left it as it was.
    needless: u64,
    /// Writes told as done that the router did not hold.
    lies: u64,
    /// Ticks while `/health` was content and the router held something else for long.
    content: u64,
    /// The other transport was not turned to, though it would have served.
    stranded: bool,
    writes: u64,
    /// What went over the wires.
    wires: (Traffic, u64),
    /// So many needless writes and lies are the fault's own.
    excused: (u64, u64),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |span: Duration| span.as_secs_f64();
        let text = match self.recovered {
            Some(span) => format!("{:.1} ({:.0})", seconds(span), seconds(self.allowed)),
            None => "never".to_owned(),
        };
        f.pad(&text)
    }
}

impl Outcome {
    /// Whether anything at all was as it is without a fault: nobody could have seen it, so that there was
    /// nothing to recover from.
    pub(crate) fn is_as(&self, none: &Self) -> bool {
        let seen = |of: &Self| {
            (
                of.recovered,
                (of.needless, of.lies, of.content, of.writes),
                of.wires,
            )
        };
        seen(self) == seen(none)
    }

    pub(crate) fn complaint(&self) -> Option<String> {
        let Some(recovered) = self.recovered else {
            return Some("never recovered".to_owned());
        };
        if recovered > self.allowed {
            Some(format!(
                "recovered after {recovered:?}, allowed {:?}",
                self.allowed
            ))
        } else if self.needless > self.excused.0 {
            Some(format!(
                "{} of {} writes were needless",
                self.needless, self.writes
            ))
        } else if self.lies > self.excused.1 {
            Some(format!("{} lies", self.lies))
        } else if self.stranded {
            Some("the other transport was not turned to".to_owned())
        } else if self.content > 0 {
            Some(format!("content for {} ticks too many", self.content))
        } else {
            None
        }
    }
}

impl Cell {
    /// Needless writes and lies that nobody could avoid.
    const fn excused(self) -> (u64, u64) {
        match (self.fault, self.moment) {
            // It takes the write and applies something else: asked again after 0.25 s, 0.5 s … 30 s.
            (Fault::ClampsTo(_), _) => (20, 0),
            // Somebody is faster than the answer, or the other queue's write goes into this one before
            // the answer about this one is told.
            (Fault::ChangedByHand(_) | Fault::SwappedIds, Moment::Answered) => (0, 1),
            _ => (0, 0),
        }
    }

    /// Whether the fault is one of the web server's alone, and there is a way around it.
    fn turns_to_ssh(self) -> bool {
        self.route == Route::RestThenSsh
            && matches!(self.fault, Fault::AbortDamage | Fault::UnauthorizedStorm(_))
    }

    pub(crate) fn play(self) -> Outcome {
        let begins = match self.moment {
            Moment::Start => Instant::ZERO,
            _ => Instant::ZERO + QUIET,
        };
        let load_at = match self.moment {
            Moment::Start => Duration::from_secs(3),
            Moment::Idle => QUIET + Duration::from_secs(3),
            Moment::Sent | Moment::Answered => QUIET,
        };
        let mut worlds = Worlds::over(self.route.transports(), 1, &busy_from(load_at));
        let trouble = Trouble {
            fault: self.fault,
            ..Trouble::default()
        };
        if self.moment == Moment::Start {
            worlds.trouble = trouble;
        }
        // As odd as RouterOS gets: aborted requests break its server, and a command that hangs keeps
        // everything else of the same user waiting.
        let www = &mut worlds.sides[0].scene.router.www;
        www.minds_aborts = true;
        www.is_one_session = true;
        let mut watch = Watch::default();
        while worlds.now < begins {
            watch.tick(&mut worlds);
        }
        match self.moment {
            Moment::Start => {}
            Moment::Idle => worlds.trouble = trouble,
            Moment::Sent => worlds.on_sent = Some(trouble),
            Moment::Answered => worlds.on_answered = Some(trouble),
        }
        while worlds.on_sent.is_some() || worlds.on_answered.is_some() {
            watch.tick(&mut worlds);
        }
        let ends = worlds.now + LASTS;
        while worlds.now < ends {
            watch.tick(&mut worlds);
        }
        let stranded = self.turns_to_ssh() && watch.transport != Transport::Ssh;
        worlds.trouble = Trouble::default();
        let allowed = SOON + longest_pause(self.fault);
        // Until it has held for a while, or will not any more.
        while worlds.now < watch.steady_since().max(ends) + AFTERWARDS
            && worlds.now < ends + allowed + AFTERWARDS
        {
            watch.tick(&mut worlds);
        }
        let tally = worlds.tally;
        Outcome {
            recovered: watch
                .behind_since
                .is_none()
                .then(|| watch.in_step_since - ends),
            allowed,
            needless: worlds.sides[0].scene.router.needless_writes(),
            lies: tally.lies,
            content: watch.content,
            stranded,
            writes: tally.writes,
            wires: wires(&worlds.sides[0]),
            excused: self.excused(),
        }
    }
}

/// Follows what was wanted and what the router held.
#[derive(Debug, Default)]
struct Watch {
    /// Newest first.
    wants: VecDeque<Both<Rate>>,
    astray_since: Option<Instant>,
    behind_since: Option<Instant>,
    in_step_since: Instant,
    content: u64,
    transport: Transport,
}

impl Watch {
    fn tick(&mut self, worlds: &mut Worlds) {
        worlds.tick(&mut NoMeter);
        let wan = &worlds.program.status().wans[0];
        self.transport = wan.router.link.transport;
        self.wants.truncate(LAGS - 1);
        self.wants.push_front(wan.rates);
        let follows = |within: usize| {
            Direction::BOTH.into_iter().all(|direction| {
                let held = worlds.sides[0].scene.max_limit(direction);
                let mut wants = self.wants.iter().take(within);
                wants.any(|want| Some(want[direction]) == held)
            })
        };
        if follows(LAGS) {
            self.astray_since = None;
        } else {
            let since = *self.astray_since.get_or_insert(worlds.now);
            let told = wan.trouble(worlds.now).is_some();
            self.content += u64::from(!told && worlds.now - since > CONTENT);
        }
        if !follows(LATE) {
            self.behind_since.get_or_insert(worlds.now);
        } else if self.behind_since.take().is_some() {
            self.in_step_since = worlds.now;
        }
    }

    /// Since when the router follows; never, if it does not.
    fn steady_since(&self) -> Instant {
        match self.behind_since {
            Some(_) => Instant::NEVER,
            None => self.in_step_since,
        }
    }
}

/// What went over a WAN's REST connection, and the commands over its SSH session.
fn wires(side: &Side) -> (Traffic, u64) {
    let rest = side.ways.rest().map(RestWire::traffic);
    let ssh = side.ways.ssh().map(SshWire::commands);
    (rest.unwrap_or_default(), ssh.unwrap_or_default())
}

/// The house is quiet until then, and wants more than the line has from then on.
fn busy_from(at: Duration) -> Schedule {
    Schedule::new()
        .at(at, Change::Demand(Direction::Down, Rate::mbit(900)))
        .at(at, Change::Demand(Direction::Up, Rate::mbit(90)))
}

/// The longest documented pause that the fault can have led to (the guide `operating`).
const fn longest_pause(fault: Fault) -> Duration {
    Duration::from_secs(match fault {
        // A refused login, and the damage outlasts its cause by 2.4 s.
        Fault::AbortDamage => 3 + 30,
        // Nothing listens, or it hangs up.
        Fault::Reset
        | Fault::CloseAfterEach
        | Fault::AnnouncedClose
        | Fault::HalfResponse
        | Fault::Reboot(_)
        | Fault::SessionLimit(_) => 5,
        // No fault of the link: it goes on all the time.
        Fault::None
        | Fault::SlowBy(_)
        | Fault::Latency
        | Fault::Budget
        | Fault::Chunked
        | Fault::ControlCharacters
        | Fault::AbsentDisabled
        | Fault::SwappedIds
        | Fault::Renumbered
        | Fault::ChangedByHand(_) => 0,
        // The last command goes on hanging, and everything else of ours waits for it.
        Fault::Hangs(_) => 60 + 30,
        // Answers that never come or make no sense, refusals, missing queues; a refused login's first
        // pause, because no fault here lasts into a second one.
        _ => 30,
    })
}
