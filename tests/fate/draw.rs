//! A fate for a seed.

use wanctl::direction::Direction;
use wanctl::router::Failure;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::random::Random;
use wanctl::sim::wires::Door;
use wanctl::status::Unsent;
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::plan::{Home, Ill, Law, Plan, Route, Service, Trouble, Who};

/// Which houses fates befall.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Homes {
    /// All kinds alike.
    Alike,
    /// None is full day and night. Most are those of people who come from v1.7 and have one line: its law, no second
    /// daemon. One in so many is of any kind.
    Plain(u64),
}

/// How a fate is spread over time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Before it nothing happens: daemons start, baselines settle.
    pub(crate) calm: Duration,
    /// One trouble in so much time, on average.
    pub(crate) every: Duration,
    /// None lasts longer.
    pub(crate) longest: Duration,
    /// Until here they begin; what comes after shows whether all is well again.
    pub(crate) until: Duration,
    pub(crate) lasts: Duration,
    pub(crate) homes: Homes,
}

impl Pace {
    /// A quarter of a minute: what a daemon must never do, it does not do in the middle of it either.
    pub(crate) const BRIEF: Self = Self {
        calm: Duration::from_secs(1),
        every: Duration::from_secs(1),
        longest: Duration::from_secs(8),
        until: Duration::from_secs(12),
        lasts: Duration::from_secs(15),
        homes: Homes::Alike,
    };
    /// A minute and a half: some troubles, and time to recover from them.
    pub(crate) const SHORT: Self = Self {
        calm: Duration::from_secs(5),
        every: Duration::from_secs(3),
        longest: Duration::from_secs(10),
        until: Duration::from_secs(18),
        lasts: Duration::from_secs(95),
        homes: Homes::Alike,
    };
    /// Some troubles, and time until nobody could tell any more that there were any.
    pub(crate) const LONG: Self = Self {
        lasts: Duration::from_secs(450),
        ..Self::SHORT
    };
}

/// What a fate is made of: each has some of these kinds and not the others, so that one kind does not always
/// hide what another one does.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Router,
    Door,
    Echoes,
    Line,
    Process,
    Disk,
    Beat,
    Hand,
}

const KINDS: [Kind; 8] = [
    Kind::Router,
    Kind::Door,
    Kind::Echoes,
    Kind::Line,
    Kind::Process,
    Kind::Disk,
    Kind::Beat,
    Kind::Hand,
];

/// Draws.
#[derive(Debug)]
struct Dice(Random);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("an index")]
    }

    fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.between(from, to))
    }

    fn per_cent(&mut self) -> u8 {
        self.one(&[1, 5, 20, 50, 90, 100])
    }

    fn line(&mut self) -> usize {
        self.one(&[0, 0, 1])
    }

    fn direction(&mut self) -> Direction {
        self.one(&Direction::BOTH)
    }

    fn who(&mut self) -> Who {
        self.one(&[Who::Autorate, Who::Steering])
    }
}

/// The fate of this seed.
pub(crate) fn plan(seed: u64, pace: &Pace) -> Plan {
    let mut dice = Dice(Random::new(seed));
    // The first draws of neighbouring seeds resemble each other.
    for _ in 0..4 {
        dice.0.draw();
    }
    let mut law = dice.one(&[Law::Classic, Law::Adaptive]);
    let route = dice.one(&Route::ALL);
    let mut home = Home {
        wans: dice.one(&[1, 2, 2]),
        steers: true,
        busy: dice.one(&[false, false, true]),
        told_time: dice.one(&[false, true]),
    };
    if let Homes::Plain(others) = pace.homes {
        home.busy = false;
        if !seed.is_multiple_of(others) {
            (law, home) = (Law::Classic, Home::PLAIN);
        }
    }
    let mut kinds: Vec<Kind> = KINDS.into_iter().filter(|_| dice.below(2) == 0).collect();
    if kinds.is_empty() {
        kinds.push(dice.one(&KINDS));
    }
    let mut troubles = Vec::new();
    let mut at = pace.calm;
    loop {
        at = at + dice.millis(1, pace.every.as_micros() / 500);
        if at >= pace.until {
            break;
        }
        // Short ones are as likely as long ones, whatever the longest is.
        let longest = (pace.longest.as_micros() / 1_000) >> dice.below(8);
        let lasts = dice.millis(1, longest.max(2));
        let kind = dice.one(&kinds);
        let ill = ill(&mut dice, kind);
        if ill.befalls(home) {
            troubles.push(Trouble { at, lasts, ill });
        }
    }
    Plan {
        seed,
        law,
        route,
        home,
        troubles,
        lasts: pace.lasts,
    }
}

fn ill(dice: &mut Dice, kind: Kind) -> Ill {
    match kind {
        Kind::Router => router(dice),
        Kind::Door => Ill::Door(
            dice.one(&[Service::Rest, Service::Ssh, Service::Both, Service::Both]),
            door(dice),
        ),
        Kind::Echoes => echoes(dice),
        Kind::Line => line(dice),
        Kind::Process => process(dice),
        Kind::Disk => disk(dice),
        Kind::Beat => match dice.below(3) {
            0 => Ill::ClockStep(dice.one(&[-86_400, -3_600, -1, 1, 3_600, 86_400])),
            1 => Ill::Late(dice.who(), dice.millis(1, 400)),
            _ => Ill::Stopped(dice.who()),
        },
        Kind::Hand => match dice.below(4) {
            0 => Ill::RuleByHand(dice.one(&[Switch::On, Switch::Off])),
            1 => Ill::Router(Fault::Renumbered),
            2 => Ill::Rules(dice.one(&[0, 2])),
            _ => Ill::Router(Fault::ChangedByHand(dice.one(&[
                Rate::ZERO,
                Rate::mbit(7),
                Rate::mbit(30),
                Rate::mbit(200),
            ]))),
        },
    }
}

fn router(dice: &mut Dice) -> Ill {
    Ill::Router(match dice.below(26) {
        0 => Fault::Garbage,
        1 => Fault::Silence,
        2 => Fault::HalfResponse,
        3 => Fault::Reset,
        4 => Fault::Status(dice.one(&[401, 403, 404, 500, 503])),
        5 => Fault::CloseAfterEach,
        6 => Fault::AnnouncedClose,
        7 => Fault::SlowBy(dice.millis(50, 6_000)),
        8 => Fault::EmptyList,
        9 => Fault::ClampsTo(Rate::mbit(dice.between(20, 400))),
        10 => Fault::ControlCharacters,
        11 => Fault::Chunked,
        12 => Fault::RefusesWhatItDid,
        13 => Fault::Latency,
        14 => Fault::Budget,
        15 => Fault::Hangs(dice.millis(1_000, 10_000)),
        16 => Fault::HangingWrites(
            dice.one(&[None, Some("WAN-Download"), Some("LTE-Upload")]),
            dice.millis(1_000, 20_000),
        ),
        17 => dice.one(&[Fault::AbortDamage, Fault::UnauthorizedStorm(30)]),
        18 => Fault::SwappedIds,
        19 => Fault::Renumbered,
        20 => Fault::Reboot(dice.millis(1_000, 30_000)),
        21 => dice.one(&[
            Fault::Confused,
            Fault::AbsentDisabled,
            Fault::ReadOnlyUser,
            Fault::Forbids("tree"),
            Fault::Forbids("mangle"),
        ]),
        22 => Fault::InvalidQueues,
        23 | 24 => Fault::ActsLate(dice.millis(500, 20_000)),
        _ => Fault::SessionLimit(0),
    })
}

fn door(dice: &mut Dice) -> Door {
    dice.one(&[
        Door::Void,
        Door::Void,
        Door::Shut(Failure::ConnectionRefused),
        Door::Shut(Failure::NetworkUnreachable),
        Door::Shut(Failure::NameUnknown),
        Door::Shut(Failure::Tls),
        Door::Shut(Failure::Unauthorized),
        Door::Shut(Failure::HostKeyUnknown),
        Door::Shut(Failure::HostKeyChanged),
        Door::Shut(Failure::KeyFile),
        Door::Shut(Failure::Garbled),
        Door::Shut(Failure::Busy),
        Door::Shut(Failure::Ssh),
        Door::Shut(Failure::Closed),
    ])
}

fn echoes(dice: &mut Dice) -> Ill {
    let line = dice.line();
    match dice.below(8) {
        0 => Ill::Loss(line, dice.per_cent()),
        1 => Ill::Twice(line, dice.per_cent()),
        2 => Ill::Disorder(line, dice.millis(1, 4_000)),
        3 => Ill::Forgery(line, dice.per_cent()),
        4 => Ill::Silence(line),
        5 => Ill::Liar(line, dice.one(&[0, 1, 2]), dice.millis(1, 500)),
        6 => Ill::FalseClock(line, dice.one(&[0, 1, 2]), dice.millis(1, 20_000)),
        _ => Ill::Unsent(
            line,
            dice.one(&[
                Unsent::NoRoute,
                Unsent::Forbidden,
                Unsent::QueueFull,
                Unsent::NoInterface,
                Unsent::NoSource,
                Unsent::NoAddress,
                Unsent::Refused,
            ]),
        ),
    }
}

fn line(dice: &mut Dice) -> Ill {
    let line = dice.line();
    match dice.below(5) {
        0 => Ill::Path(line, dice.millis(5, 150)),
        1 | 2 => Ill::Demand(line, dice.direction(), dice.one(&[0, 5, 40, 120, 400, 900])),
        _ => Ill::Capacity(
            line,
            dice.direction(),
            dice.one(&[0, 3, 10, 20, 60, 100, 250]),
        ),
    }
}

fn disk(dice: &mut Dice) -> Ill {
    match dice.below(3) {
        0 => Ill::DiskFull,
        1 => Ill::DiskSlow(dice.millis(100, 10_000)),
        _ => Ill::DiskRots,
    }
}

fn process(dice: &mut Dice) -> Ill {
    let who = dice.who();
    match dice.below(5) {
        0 => Ill::Restarted(who),
        1 => Ill::KilledAsking(who),
        _ => Ill::Killed(who, u16::try_from(dice.below(40)).expect("small")),
    }
}
