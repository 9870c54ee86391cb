//! What is wrong at a moment: all troubles that last, as one.

use wanctl::direction::Both;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::wires::{Door, Doors};
use wanctl::status::Unsent;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::params::CALM;
use crate::plan::{Home, Ill, Plan, Service, Trouble, Who};

/// What a line passes on a good day.
const CAPACITY: Both<Rate> = Both {
    down: Rate::mbit(500),
    up: Rate::mbit(40),
};
/// What the house moves while nobody thinks of it.
const DEMAND: Both<Rate> = Both {
    down: Rate::mbit(20),
    up: Rate::mbit(2),
};
/// What it would move while everybody does something.
const BUSY_DEMAND: Both<Rate> = Both {
    down: Rate::mbit(900),
    up: Rate::mbit(60),
};

/// All of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conditions {
    pub(crate) fault: Fault,
    pub(crate) doors: Doors,
    /// Rules with the steering rule's comment.
    pub(crate) rules: u8,
    pub(crate) lines: [LineConditions; 2],
    pub(crate) disk: DiskConditions,
    /// How late the ticks of autorate and of steering are at most; `None` while it does not run.
    pub(crate) late: [Option<Duration>; 2],
}

/// One line, and what becomes of echoes over it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LineConditions {
    pub(crate) propagation: Duration,
    pub(crate) capacity: Both<Rate>,
    pub(crate) demand: Both<Rate>,
    pub(crate) loss: u8,
    pub(crate) twice: u8,
    pub(crate) disorder: Duration,
    pub(crate) forged: u8,
    pub(crate) silent: bool,
    pub(crate) liar: Option<(u8, Duration)>,
    /// The reflectors tell their time.
    pub(crate) tells_time: bool,
    /// The clock of one of them is so much ahead.
    pub(crate) false_clock: Option<(u8, Duration)>,
    pub(crate) unsent: Option<Unsent>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DiskConditions {
    pub(crate) full: bool,
    pub(crate) slow: Duration,
    pub(crate) rots: bool,
}

impl LineConditions {
    const fn well(line: usize) -> Self {
        Self {
            propagation: CALM[line],
            capacity: CAPACITY,
            demand: DEMAND,
            loss: 0,
            twice: 0,
            disorder: Duration::ZERO,
            forged: 0,
            silent: false,
            liar: None,
            tells_time: false,
            false_clock: None,
            unsent: None,
        }
    }
}

impl Conditions {
    /// Nothing is wrong.
    pub(crate) const WELL: Self = Self {
        fault: Fault::None,
        doors: Doors::both(Door::Open),
        rules: 1,
        lines: [LineConditions::well(0), LineConditions::well(1)],
        disk: DiskConditions {
            full: false,
            slow: Duration::ZERO,
            rots: false,
        },
        late: [Some(Duration::ZERO); 2],
    };

    /// Nothing is wrong in a house like this.
    pub(crate) const fn at(home: Home) -> Self {
        let mut all = Self::WELL;
        let mut n = 0;
        while n < all.lines.len() {
            if home.busy {
                all.lines[n].demand = BUSY_DEMAND;
            }
            all.lines[n].tells_time = home.told_time;
            n += 1;
        }
        all
    }

    /// What all of these make of it that last at `now`; of two about the same, the later one counts.
    pub(crate) fn of(plan: &Plan, now: Instant) -> Self {
        let lasting = |trouble: &&Trouble| trouble.begins() <= now && now < trouble.ends();
        let mut all = Self::at(plan.home);
        for trouble in plan.troubles.iter().filter(lasting) {
            all.suffer(trouble.ill);
        }
        all
    }

    fn suffer(&mut self, ill: Ill) {
        match ill {
            Ill::Router(fault) => self.fault = fault,
            Ill::Door(service, door) => match service {
                Service::Rest => self.doors.rest = door,
                Service::Ssh => self.doors.ssh = door,
                Service::Both => self.doors = Doors::both(door),
            },
            Ill::Rules(count) => self.rules = count,
            Ill::Loss(line, share) => self.lines[line].loss = share,
            Ill::Twice(line, share) => self.lines[line].twice = share,
            Ill::Disorder(line, by) => self.lines[line].disorder = by,
            Ill::Forgery(line, share) => self.lines[line].forged = share,
            Ill::Silence(line) => self.lines[line].silent = true,
            Ill::Liar(line, which, by) => self.lines[line].liar = Some((which, by)),
            Ill::FalseClock(line, which, by) => self.lines[line].false_clock = Some((which, by)),
            Ill::Unsent(line, why) => self.lines[line].unsent = Some(why),
            Ill::Path(line, rtt) => self.lines[line].propagation = rtt,
            Ill::Capacity(line, direction, mbit) => {
                self.lines[line].capacity[direction] = Rate::mbit(mbit);
            }
            Ill::Demand(line, direction, mbit) => {
                self.lines[line].demand[direction] = Rate::mbit(mbit);
            }
            Ill::DiskFull => self.disk.full = true,
            Ill::DiskSlow(by) => self.disk.slow = by,
            Ill::DiskRots => self.disk.rots = true,
            Ill::Late(who, by) => self.late[who as usize] = Some(by),
            Ill::Stopped(who) => self.late[who as usize] = None,
            // They happen, and do not last; or it is the daemon that lasts or does not.
            Ill::RuleByHand(_)
            | Ill::ClockStep(_)
            | Ill::Killed(..)
            | Ill::KilledAsking(_)
            | Ill::Restarted(_) => {}
        }
    }

    /// Of both daemons' ticks.
    pub(crate) const fn late(&self, who: Who) -> Option<Duration> {
        self.late[who as usize]
    }
}

/// What a direction of a line can do.
pub(crate) fn changes(
    before: &LineConditions,
    after: &LineConditions,
) -> impl Iterator<Item = (Direction, Option<Rate>, Option<Rate>)> {
    let new = |of: &Both<Rate>, was: &Both<Rate>, direction: Direction| {
        (of[direction] != was[direction]).then_some(of[direction])
    };
    Direction::BOTH
        .map(|direction| {
            (
                direction,
                new(&after.capacity, &before.capacity, direction),
                new(&after.demand, &before.demand, direction),
            )
        })
        .into_iter()
}
