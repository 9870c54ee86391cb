//! What will happen to a house: all of it is known beforehand, and small enough to read.
//!
//! | trouble | how it is played |
//! |---|---|
//! | the router is slow | `Fault::SlowBy`, `Latency`, `Budget` |
//! | hangs | `Fault::Silence`, `Hangs`, `HangingWrites`; `Door::Void` |
//! | acts long after it was given up | `Fault::ActsLate` |
//! | reboots, is renumbered | `Fault::Reboot`, `Renumbered`, `SwappedIds` |
//! | refuses | `Fault::Status`, `ReadOnlyUser`, `Forbids`, `RefusesWhatItDid`, `ClampsTo`, `UnauthorizedStorm` |
//! | talks nonsense | `Fault::Garbage`, `HalfResponse`, `Reset`, `ControlCharacters`, `Chunked`, `Confused`, ... |
//! | has no session to spare | `Fault::SessionLimit`, `CloseAfterEach`, `AnnouncedClose`; `Failure::Busy` |
//! | is changed by hand | `Fault::ChangedByHand`, `EmptyList`, `InvalidQueues`; [`Ill::RuleByHand`], [`Ill::Rules`] |
//! | TLS and SSH fail | [`Ill::Door`] with `Failure::Tls`, `HostKeyUnknown`, `HostKeyChanged`, `KeyFile`, `Ssh`, ... |
//! | echoes: loss, duplicates, disorder, forgery | [`Ill::Loss`], [`Ill::Twice`], [`Ill::Disorder`], [`Ill::Forgery`] |
//! | no echo at all | [`Ill::Silence`], [`Ill::Unsent`]; [`Ill::Capacity`] of 0 |
//! | reflectors lie | [`Ill::Liar`], [`Ill::FalseClock`] |
//! | the path, the capacity or the load is another | [`Ill::Path`], [`Ill::Capacity`], [`Ill::Demand`] |
//! | clock steps; late and missing ticks | [`Ill::ClockStep`]; [`Ill::Late`], [`Ill::Stopped`] |
//! | the disk is full, slow, corrupt | [`Ill::DiskFull`], [`Ill::DiskSlow`], [`Ill::DiskRots`] |
//! | killed and restarted at any event | [`Ill::Killed`], [`Ill::KilledAsking`], [`Ill::Restarted`] |

use core::fmt;

use wanctl::direction::Direction;
use wanctl::router::{Failure, Transport};
use wanctl::sim::double::faults::Fault;
use wanctl::sim::wires::Door;
use wanctl::status::Unsent;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};

/// A whole fate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// For whatever is left to chance: jitter, which echoes are lost, how late a tick is.
    pub(crate) seed: u64,
    pub(crate) law: Law,
    pub(crate) route: Route,
    pub(crate) home: Home,
    pub(crate) troubles: Vec<Trouble>,
    /// How long it is looked at.
    pub(crate) lasts: Duration,
}

/// What the house is like, trouble or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Home {
    /// Lines that autorate has the queues of: the primary, or both. Steering uses both in any case.
    pub(crate) wans: usize,
    /// The second daemon runs, too.
    pub(crate) steers: bool,
    /// It would always move more than its lines carry.
    pub(crate) busy: bool,
    /// The reflectors tell their time to who asks for it.
    pub(crate) told_time: bool,
}

impl Home {
    /// Two lines, and nothing going on.
    pub(crate) const QUIET: Self = Self {
        wans: 2,
        steers: true,
        busy: false,
        told_time: false,
    };
    /// One line, and nothing going on.
    pub(crate) const PLAIN: Self = Self {
        wans: 1,
        steers: false,
        ..Self::QUIET
    };
}

/// `control_law`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Law {
    Classic,
    Adaptive,
}

/// Which transports both daemons have, the preferred one first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    Rest,
    Ssh,
    RestThenSsh,
    SshThenRest,
}

impl Route {
    pub(crate) const ALL: [Self; 4] = [Self::Rest, Self::Ssh, Self::RestThenSsh, Self::SshThenRest];

    pub(crate) const fn preferred(self) -> Transport {
        match self {
            Self::Rest | Self::RestThenSsh => Transport::Rest,
            Self::Ssh | Self::SshThenRest => Transport::Ssh,
        }
    }

    pub(crate) const fn has(self, transport: Transport) -> bool {
        match self {
            Self::Rest => matches!(transport, Transport::Rest),
            Self::Ssh => matches!(transport, Transport::Ssh),
            Self::RestThenSsh | Self::SshThenRest => true,
        }
    }
}

/// One thing that goes wrong, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    pub(crate) ill: Ill,
}

impl Trouble {
    pub(crate) fn begins(&self) -> Instant {
        Instant::ZERO + self.at
    }

    pub(crate) fn ends(&self) -> Instant {
        self.begins() + self.lasts
    }
}

/// What can go wrong. Lines are 0, the primary, and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ill {
    /// The router's own.
    Router(Fault),
    /// Nobody gets in at one of its services, or at both.
    Door(Service, Door),
    /// Somebody switches the steering rule by hand. Lasts for a moment.
    RuleByHand(Switch),
    /// So many rules have the steering rule's comment.
    Rules(u8),
    /// So many per cent of a line's echoes get lost.
    Loss(usize, u8),
    /// So many per cent of a line's answers come twice.
    Twice(usize, u8),
    /// Some of a line's answers take up to so much longer, and overtake each other.
    Disorder(usize, Duration),
    /// Somebody guesses sequence numbers on a line and answers first, so many per cent of all.
    Forgery(usize, u8),
    /// A line's echoes are not answered, TCP connects are.
    Silence(usize),
    /// One reflector of a line takes so much longer.
    Liar(usize, u8, Duration),
    /// The clock of one reflector of a line shows so much more, to who asks for its time.
    FalseClock(usize, u8, Duration),
    /// A line's echoes do not even leave.
    Unsent(usize, Unsent),
    /// The internet is so far away over a line.
    Path(usize, Duration),
    /// A line passes so many Mbit/s; 0 is a dead line.
    Capacity(usize, Direction, u64),
    /// The house would move so many Mbit/s over a line.
    Demand(usize, Direction, u64),
    /// Somebody sets the wall clock forward, or back, by so many seconds. Lasts for a moment.
    ClockStep(i64),
    /// Each tick of a daemon is up to so late.
    Late(Who, Duration),
    /// A daemon does not run at all.
    Stopped(Who),
    /// The disk takes nothing.
    DiskFull,
    /// It takes so long for everything.
    DiskSlow(Duration),
    /// What is read of it has other bytes than were written.
    DiskRots,
    /// A daemon is killed with so many of its outputs undone, and started again in the end.
    Killed(Who, u16),
    /// The same, but as soon as it has asked the next thing of the router, and before the answer.
    KilledAsking(Who),
    /// The same, but it is asked to end and has its last words.
    Restarted(Who),
}

/// One of the two daemons.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Who {
    Autorate,
    Steering,
}

/// What listens on the router.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Service {
    Rest,
    Ssh,
    Both,
}

impl Ill {
    /// Whether it is about the router, or the way to it.
    pub(crate) const fn is_routers(self) -> bool {
        matches!(
            self,
            Self::Router(_) | Self::Door(..) | Self::RuleByHand(_) | Self::Rules(_)
        )
    }

    /// Whether what it leaves behind needs a person, so that it is tried again slowly.
    pub(crate) const fn refuses_login(self) -> bool {
        matches!(
            self,
            Self::Router(Fault::Status(401) | Fault::AbortDamage | Fault::UnauthorizedStorm(_))
                | Self::Door(_, Door::Shut(Failure::Unauthorized))
        )
    }

    /// Whether writes come to nothing, or to something else, though the router speaks: it may be told again
    /// what it holds, because nobody can know that it does.
    pub(crate) const fn confuses_writes(self) -> bool {
        matches!(
            self,
            Self::Router(
                Fault::ClampsTo(_)
                    | Fault::Status(403)
                    | Fault::ReadOnlyUser
                    | Fault::Forbids(_)
                    | Fault::ChangedByHand(_)
                    | Fault::SwappedIds
                    | Fault::ActsLate(_)
                    | Fault::Reboot(_)
            )
        )
    }

    /// Which daemon it stops for a while.
    pub(crate) const fn stops(self) -> Option<Who> {
        match self {
            Self::Late(who, _)
            | Self::Stopped(who)
            | Self::Killed(who, _)
            | Self::KilledAsking(who)
            | Self::Restarted(who) => Some(who),
            _ => None,
        }
    }

    /// Whether it can strike a house like this: one without steering has one line, and no rule.
    pub(crate) fn befalls(self, home: Home) -> bool {
        let strikes_one = match self {
            Self::RuleByHand(_) | Self::Rules(_) => false,
            Self::Loss(line, _)
            | Self::Twice(line, _)
            | Self::Disorder(line, _)
            | Self::Forgery(line, _)
            | Self::Silence(line)
            | Self::Liar(line, ..)
            | Self::FalseClock(line, ..)
            | Self::Unsent(line, _)
            | Self::Path(line, _)
            | Self::Capacity(line, ..)
            | Self::Demand(line, ..) => line == 0,
            _ => self.stops() != Some(Who::Steering),
        };
        home.steers || strikes_one
    }

    /// Which daemon does not live while it lasts.
    pub(crate) const fn ends(self) -> Option<Who> {
        match self {
            Self::Killed(who, _) | Self::KilledAsking(who) | Self::Restarted(who) => Some(who),
            _ => None,
        }
    }
}

/// As Rust, to be pasted as a test.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Plan {{")?;
        writeln!(f, "    seed: {},", self.seed)?;
        writeln!(f, "    law: Law::{:?},", self.law)?;
        writeln!(f, "    route: Route::{:?},", self.route)?;
        writeln!(f, "    home: {:?},", self.home)?;
        writeln!(f, "    troubles: vec![")?;
        for trouble in &self.troubles {
            writeln!(f, "        {trouble},")?;
        }
        writeln!(f, "    ],")?;
        writeln!(f, "    lasts: {},", Span(self.lasts))?;
        write!(f, "}}")
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, lasts, ill } = self;
        write!(
            f,
            "Trouble {{ at: {}, lasts: {}, ill: {ill} }}",
            Span(*at),
            Span(*lasts)
        )
    }
}

/// `Debug` spells everything as Rust does but for the names of enums and the insides of quantities.
impl fmt::Display for Ill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ill::")?;
        match *self {
            Self::Router(fault) => write!(f, "Router({})", Spelled(fault)),
            Self::Door(service, Door::Shut(why)) => {
                write!(
                    f,
                    "Door(Service::{service:?}, Door::Shut(Failure::{why:?}))"
                )
            }
            Self::Door(service, door) => write!(f, "Door(Service::{service:?}, Door::{door:?})"),
            Self::RuleByHand(to) => write!(f, "RuleByHand(Switch::{to:?})"),
            Self::Disorder(line, by) => write!(f, "Disorder({line}, {})", Span(by)),
            Self::Liar(line, which, by) => write!(f, "Liar({line}, {which}, {})", Span(by)),
            Self::FalseClock(line, which, by) => {
                write!(f, "FalseClock({line}, {which}, {})", Span(by))
            }
            Self::Unsent(line, why) => write!(f, "Unsent({line}, Unsent::{why:?})"),
            Self::Path(line, rtt) => write!(f, "Path({line}, {})", Span(rtt)),
            Self::Capacity(line, direction, mbit) => {
                write!(f, "Capacity({line}, Direction::{direction:?}, {mbit})")
            }
            Self::Demand(line, direction, mbit) => {
                write!(f, "Demand({line}, Direction::{direction:?}, {mbit})")
            }
            Self::Late(who, by) => write!(f, "Late(Who::{who:?}, {})", Span(by)),
            Self::Stopped(who) => write!(f, "Stopped(Who::{who:?})"),
            Self::DiskSlow(by) => write!(f, "DiskSlow({})", Span(by)),
            Self::Killed(who, after) => write!(f, "Killed(Who::{who:?}, {after})"),
            Self::KilledAsking(who) => write!(f, "KilledAsking(Who::{who:?})"),
            Self::Restarted(who) => write!(f, "Restarted(Who::{who:?})"),
            other => write!(f, "{other:?}"),
        }
    }
}

struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        match micros % 1_000 {
            0 => write!(f, "Duration::from_millis({})", micros / 1_000),
            _ => write!(f, "Duration::from_micros({micros})"),
        }
    }
}

struct Spelled(Fault);

impl fmt::Display for Spelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault::")?;
        match self.0 {
            Fault::SlowBy(by) => write!(f, "SlowBy({})", Span(by)),
            Fault::ActsLate(by) => write!(f, "ActsLate({})", Span(by)),
            Fault::Hangs(by) => write!(f, "Hangs({})", Span(by)),
            Fault::Reboot(by) => write!(f, "Reboot({})", Span(by)),
            Fault::HangingWrites(queue, by) => write!(f, "HangingWrites({queue:?}, {})", Span(by)),
            Fault::ClampsTo(rate) => write!(f, "ClampsTo(Rate::bps({}))", rate.as_bps()),
            Fault::ChangedByHand(rate) => write!(f, "ChangedByHand(Rate::bps({}))", rate.as_bps()),
            other => write!(f, "{other:?}"),
        }
    }
}
