//! What happens to a house, and what becomes of a call in it under each way to steer.

use wanctl::program::Program as _;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::schedule::Schedule;
use wanctl::sim::wires::NoMeter;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};

use crate::house::{CALM, COMMENT, Host, House, Mode, PERIOD};
use crate::v17::{Judging, V17};

/// A call suffers from more delay than this on top of the line's calm.
const BEARABLE: Duration = Duration::from_millis(30);

/// Something that happens to the house, beside what happens to its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// Somebody switches every steering rule so.
    ByHand(Switch),
    /// The router is away for so long, and forgets what it has not written down yet.
    PowerCut(Duration),
    /// The router has this fault from now on.
    Router(Fault),
    /// The primary's autorate dies.
    AutorateStops,
    /// The host that steering pings is worth this from now on.
    PingHost(Host),
}

/// A story.
#[derive(Clone, Debug)]
pub(crate) struct Tale {
    /// What happens to the lines, the primary first.
    pub(crate) lines: [Schedule; 2],
    /// At which second what happens besides.
    pub(crate) events: Vec<(u64, Event)>,
    /// How many seconds it lasts.
    pub(crate) seconds: u64,
}

/// What became of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    ticks_bad: u64,
    /// When the rule was switched by the program, in seconds.
    pub(crate) switched: Vec<(f64, Switch)>,
    stands: Switch,
}

impl Ledger {
    /// Seconds in which the call suffered.
    pub(crate) fn bad(&self) -> f64 {
        self.ticks_bad as f64 * PERIOD.as_secs_f64()
    }

    /// When the rule was switched so for the nth time, counting from 0.
    pub(crate) fn at(&self, n: usize) -> f64 {
        let known = self.switched.get(n);
        known.map_or(f64::INFINITY, |&(at, _)| at)
    }

    fn note(&mut self, now: Instant, stands: Switch, bad: [bool; 2]) {
        if stands != self.stands {
            self.switched.push((now.as_secs_f64(), stands));
            self.stands = stands;
        }
        self.ticks_bad += u64::from(bad[usize::from(stands == Switch::On)]);
    }
}

/// A story as it went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Nobody steers.
    pub(crate) never: Ledger,
    /// v1.7, cake-aware as in its example.
    pub(crate) v17: Ledger,
    /// v1.7 with `cake_aware: false`.
    pub(crate) legacy: Ledger,
    /// We do.
    pub(crate) ours: Ledger,
    /// What we believe at the end is what the router holds.
    pub(crate) believes_what_is: bool,
    /// So many switches by hand were seen.
    pub(crate) by_hand: u64,
}

impl Tale {
    /// Plays it.
    pub(crate) fn play(&self, mode: Mode) -> Outcome {
        let mut house = House::new(mode, self.lines.clone());
        let mut others = [
            V17::new(Judging::CakeAware, "v1.7"),
            V17::new(Judging::Legacy, "v1.7, delay only"),
        ];
        for other in &others {
            house.world.scene.router.add_steering_rule(other.comment());
        }
        let mut outcome = Outcome::default();
        let mut events = self.events.iter().peekable();
        while house.world.now < Instant::ZERO + Duration::from_secs(self.seconds) {
            let due = |second: u64| house.world.now >= Instant::ZERO + Duration::from_secs(second);
            if let Some(&(_, event)) = events.next_if(|&&(second, _)| due(second)) {
                happen(event, &mut house);
                // Not our doing, and not v1.7's.
                outcome.ours.stands = house.world.rule(COMMENT);
                outcome.v17.stands = house.world.rule(others[0].comment());
                outcome.legacy.stands = house.world.rule(others[1].comment());
            }
            house.tick(&mut NoMeter);
            for other in &mut others {
                other.tick(&house.shapers[0], &mut house.world);
            }
            outcome.note(&mut house, &others);
        }
        outcome.believes_what_is =
            house.helm.program.steering().rule().switch() == Some(house.world.rule(COMMENT));
        outcome.by_hand = house.helm.program.status().rule.by_hand;
        outcome
    }
}

impl Outcome {
    fn note(&mut self, house: &mut House, others: &[V17; 2]) {
        let bad = [0, 1].map(|line| {
            let rtt = house.world.rtt(line);
            rtt.is_none_or(|rtt| rtt > CALM[line] + BEARABLE)
        });
        let (now, rule) = (house.world.now, |comment| house.world.rule(comment));
        self.never.note(now, Switch::Off, bad);
        self.ours.note(now, rule(COMMENT), bad);
        self.v17.note(now, rule(others[0].comment()), bad);
        self.legacy.note(now, rule(others[1].comment()), bad);
    }
}

fn happen(event: Event, house: &mut House) {
    match event {
        Event::ByHand(to) => {
            for comment in [COMMENT, "v1.7", "v1.7, delay only"] {
                house.world.switch_by_hand(comment, to);
            }
        }
        Event::Router(fault) => house.world.scene.set_fault(house.world.now, fault),
        Event::PowerCut(away) => house.world.cut_power(away),
        Event::AutorateStops => house.shapers[0].is_running = false,
        Event::PingHost(host) => house.world.host = host,
    }
}
