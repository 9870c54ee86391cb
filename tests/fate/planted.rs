//! Bugs planted between the daemons and their world, one for each law: the net has to find them.

use core::sync::atomic::{AtomicU64, Ordering};

use wanctl::control::actuator::Order;
use wanctl::direction::Both;
use wanctl::program::WanId;
use wanctl::router::queues::Event;
use wanctl::router::steering as rule;
use wanctl::router::talk::Contact;
use wanctl::router::{Failure, Known, Transport};
use wanctl::sim::scene::Scene;
use wanctl::sim::wires::{Door, Doors};
use wanctl::steering::evidence::Feed;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::plan::Who;
use crate::promises::Promise;

/// What is wrong.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Planted {
    #[default]
    Nothing,
    /// After a lost connection a limit loses a digit.
    LosesDigit,
    /// After a lost connection the first write is sent twice.
    WritesTwice,
    /// After a lost connection the router is seen to hold what it was written last, whatever it holds.
    BelievesItself,
    /// After a restart every cut gets lost, and counts as done.
    LosesCuts,
    /// A cycle waits for the router, as v1.7's did.
    WaitsForRouter,
    /// Of everything told, something stays behind.
    Leaks,
    /// Health is what it was when autorate last started.
    FlattersItself,
    /// The rule is seen as it was seen first.
    RuleUnseen,
    /// After three failures in a row the router is given up for good.
    GivesUp,
    /// Who dies while he writes leaves half a document.
    TearsDocuments,
    /// After a restart every answer seems to have waited in a queue.
    HearsQueues,
    /// Once another transport has served, the preferred one is never let in again.
    Disloyal,
    /// Once it has steered, steering neither hears the primary nor anything new of it.
    Clings,
    /// Chance that no seed knows of.
    Dice,
}

impl Planted {
    /// Each with the promise that it breaks.
    pub(crate) const ALL: [(Self, Promise); 14] = [
        (Self::LosesDigit, Promise::RatesStayInBounds),
        (Self::WritesTwice, Promise::NothingIsWrittenTwice),
        (Self::BelievesItself, Promise::BeliefIsTrue),
        (Self::LosesCuts, Promise::NoCutIsLost),
        (Self::WaitsForRouter, Promise::NoCycleIsBlocked),
        (Self::Leaks, Promise::MemoryIsConstant),
        (Self::FlattersItself, Promise::HealthIsHonest),
        (Self::RuleUnseen, Promise::RuleIsAsBelieved),
        (Self::GivesUp, Promise::EverythingRecovers),
        (Self::TearsDocuments, Promise::DocumentsAreReadable),
        (Self::HearsQueues, Promise::RatesComeBack),
        (Self::Disloyal, Promise::PreferredServes),
        (Self::Clings, Promise::SteeringIsLeft),
        (Self::Dice, Promise::SameSeedSameRun),
    ];
}

/// What becomes of an order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bent<O, E> {
    /// It goes on its way, as it is now.
    Straight(O),
    /// It does not, and this is told.
    Lost(E),
}

/// A planted bug and its memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bug {
    planted: Planted,
    /// Autorate has lost a connection since the bug was planted.
    lost: bool,
    written_twice: bool,
    written: [Both<Option<Rate>>; 2],
    /// Starts of autorate.
    starts: u32,
    /// Failures of autorate's links in a row.
    failures: u32,
    waits_since: Option<Instant>,
    rule: Option<rule::Reading>,
    /// Which transport autorate has turned from first.
    left: Option<Transport>,
    has_steered: bool,
    word: Option<Feed>,
}

/// What a leak leaves behind at a time.
const LEAK: usize = 16 * 1_024;
/// What is heard of a queue that is not there.
const QUEUE: Duration = Duration::from_millis(100);
/// A router is waited for so long.
const BLOCKS_FOR: Duration = Duration::from_millis(1_000);

impl Bug {
    pub(crate) fn new(planted: Planted) -> Self {
        Self {
            planted,
            ..Self::default()
        }
    }

    fn is(&self, planted: Planted) -> bool {
        self.planted == planted
    }

    pub(crate) fn starts(&mut self, who: Who) {
        self.starts += u32::from(who == Who::Autorate);
        self.failures = 0;
    }

    pub(crate) fn hears(&mut self, who: Who, contact: Option<Contact>) {
        if who == Who::Steering {
            return;
        }
        match contact {
            Some(Contact::Lost(Some(_))) => {
                self.lost = true;
                self.written_twice = false;
                self.failures += 1;
            }
            Some(Contact::Switched { to, .. }) => _ = self.left.get_or_insert(to.other()),
            Some(Contact::Up) if self.failures < 3 => self.failures = 0,
            _ => {}
        }
    }

    pub(crate) fn bend_limit(&self, scene: &Scene, order: Order) -> Bent<Order, Event> {
        let Order { direction, rate } = order;
        match self.planted {
            Planted::LosesDigit if self.lost => Bent::Straight(Order {
                direction,
                rate: Rate::bps(rate.as_bps() / 10),
            }),
            Planted::LosesCuts
                if self.starts > 1
                    && scene.max_limit(direction).is_some_and(|held| rate < held) =>
            {
                Bent::Lost(taken(order))
            }
            _ => Bent::Straight(order),
        }
    }

    /// The event as it is heard, and what is ordered at once because of it.
    pub(crate) fn bend_holding(&mut self, wan: WanId, mut event: Event) -> (Event, Option<Order>) {
        let Event::Holds {
            direction,
            rate,
            known,
            ..
        } = &mut event
        else {
            return (event, None);
        };
        let written = &mut self.written[wan.index()][*direction];
        match known {
            Known::Written => *written = Some(*rate),
            Known::Read if self.lost && self.planted == Planted::BelievesItself => {
                *rate = written.unwrap_or(*rate);
            }
            Known::Read => {}
        }
        let again = *known == Known::Written
            && self.lost
            && self.is(Planted::WritesTwice)
            && !core::mem::replace(&mut self.written_twice, true);
        let order = Order {
            direction: *direction,
            rate: *rate,
        };
        (event, again.then_some(order))
    }

    pub(crate) fn bend_rule(&mut self, mut event: rule::Event) -> rule::Event {
        if let rule::Event::Rule { reading, .. } = &mut event
            && self.is(Planted::RuleUnseen)
        {
            *reading = *self.rule.get_or_insert(*reading);
        }
        if let rule::Event::Rule { reading, .. } = event {
            let steers = |reading| matches!(reading, rule::Reading::One { stands, .. } if stands == Switch::On);
            self.has_steered |= steers(reading);
        }
        event
    }

    /// What autorate's documents say, as steering hears it.
    pub(crate) fn bend_word(&mut self, word: Option<Feed>) -> Option<Feed> {
        if self.is(Planted::Clings) && self.has_steered {
            self.word = self.word.or(word);
            return self.word;
        }
        word
    }

    /// Whether an answer is not heard.
    pub(crate) fn deafens(&self, who: Who, wan: WanId) -> bool {
        let primary = who == Who::Steering && wan.index() == 0;
        primary && self.has_steered && self.is(Planted::Clings)
    }

    /// The doors as a daemon finds them.
    pub(crate) fn bend_doors(&self, who: Who, mut doors: Doors) -> Doors {
        if !self.is(Planted::Disloyal) || who == Who::Steering {
            return doors;
        }
        let shut = Door::Shut(Failure::ConnectionRefused);
        match self.left {
            Some(Transport::Rest) => doors.rest = shut,
            Some(Transport::Ssh) => doors.ssh = shut,
            None => {}
        }
        doors
    }

    pub(crate) fn tears(&self) -> bool {
        self.is(Planted::TearsDocuments)
    }

    pub(crate) fn blocks_cycle(&mut self, now: Instant, who: Who, busy: bool) -> bool {
        if !self.is(Planted::WaitsForRouter) || who == Who::Steering {
            return false;
        }
        if !busy {
            self.waits_since = None;
            return false;
        }
        let waited = now - *self.waits_since.get_or_insert(now);
        waited > Duration::ZERO && waited < BLOCKS_FOR
    }

    pub(crate) fn leaks(&self) -> Option<Vec<u8>> {
        self.is(Planted::Leaks).then(|| vec![0; LEAK])
    }

    pub(crate) fn flatters(&self) -> bool {
        self.is(Planted::FlattersItself)
    }

    pub(crate) fn abandons(&self, who: Who) -> bool {
        self.is(Planted::GivesUp) && who == Who::Autorate && self.failures >= 3
    }

    /// An RTT, as it is heard.
    pub(crate) fn shakes(&self, who: Who, rtt: Duration) -> Duration {
        static CHANCE: AtomicU64 = AtomicU64::new(0);
        if self.is(Planted::HearsQueues) && self.starts > 1 && who == Who::Autorate {
            return rtt + QUEUE;
        }
        if !self.is(Planted::Dice) {
            return rtt;
        }
        let chance = CHANCE.fetch_add(1, Ordering::Relaxed);
        rtt + Duration::from_micros(chance % 7_919)
    }
}

/// The answer of a router that has done what it was told.
const fn taken(Order { direction, rate }: Order) -> Event {
    Event::Holds {
        direction,
        rate,
        known: Known::Written,
        took: Duration::from_millis(10),
        inactive: false,
        bytes: None,
    }
}
