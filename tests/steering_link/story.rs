//! Two links, a router, and somebody who asks.

use wanctl::router::rest;
use wanctl::router::ssh;
use wanctl::router::steering::{Event, Interest, Order, Reading, Steering, Switch};
use wanctl::router::ways::Ways;
use wanctl::router::{Known, Transport};
use wanctl::sim::double::faults::Fault;
use wanctl::sim::double::profile::Profile;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::wires::{Doors, Far, NoMeter, RestWire, SshWire};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

pub(crate) const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
pub(crate) const QUEUE: &str = "WAN-Download";
pub(crate) const LISTS: [&str; 2] = ["FORCE_OUT_WAN1", "FORCE_OUT_WAN2"];
const STEP: Duration = Duration::from_millis(10);

/// Which transports there are; the first one is preferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    Rest,
    Ssh,
    RestThenSsh,
    SshThenRest,
}

pub(crate) const EACH: [Route; 2] = [Route::Rest, Route::Ssh];

pub(crate) struct Story {
    ways: Ways<RestWire<Steering>, SshWire<Steering>>,
    pub(crate) scene: Scene,
    pub(crate) now: Instant,
    pub(crate) said: Vec<Event>,
    unplugged: bool,
}

impl Story {
    /// A router with our rule, switched off, among others; nothing has been asked.
    pub(crate) fn new(route: Route) -> Self {
        Self::with(route, Profile::default())
    }

    pub(crate) fn with(route: Route, profile: Profile) -> Self {
        let mut story = Self::bare(route, profile);
        let router = &mut story.scene.router;
        router.add_mangle(&[("chain", "forward"), ("action", "accept")]);
        router.add_mangle(&[("chain", "prerouting"), ("comment", "ADAPTIVE: Steer")]);
        router.add_steering_rule(COMMENT);
        let odd = "say \"ADAPTIVE: Steer latency-sensitive to WAN2\"; \u{e4}\\";
        router.add_mangle(&[("chain", "prerouting"), ("comment", odd)]);
        story
    }

    /// A router without any rule.
    pub(crate) fn bare(route: Route, profile: Profile) -> Self {
        let interest = || Interest {
            queue: QUEUE.into(),
            comment: COMMENT.into(),
            lists: LISTS.iter().map(|&list| list.to_owned()).collect(),
            verify_every: Duration::from_secs(10),
        };
        let reply_for = Duration::from_secs(5);
        let rest = || {
            RestWire::new(rest::talk::Params {
                host: "router".into(),
                // wanctl:secret
                authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
                reply_for,
                talk: Steering::new(interest()),
            })
        };
        let ssh = || {
            SshWire::new(ssh::talk::Params {
                reply_for,
                talk: Steering::new(interest()),
            })
        };
        let ways = match route {
            Route::Rest => Ways::new(Transport::Rest, Some(rest()), None),
            Route::Ssh => Ways::new(Transport::Ssh, None, Some(ssh())),
            Route::RestThenSsh => Ways::new(Transport::Rest, Some(rest()), Some(ssh())),
            Route::SshThenRest => Ways::new(Transport::Ssh, Some(rest()), Some(ssh())),
        };
        let mut options = SceneOptions::default();
        options.router.profile = profile;
        options.line.demand.down = Rate::mbit(80);
        Self {
            ways,
            scene: Scene::new(&options),
            now: Instant::ZERO,
            said: Vec::new(),
            unplugged: false,
        }
    }

    /// The rule was read.
    pub(crate) fn up(route: Route) -> Self {
        let mut story = Self::new(route);
        story.run(2);
        assert!(story.said.contains(&Event::Up), "{:?}", story.said);
        assert_eq!(
            story.reading(),
            Some(Reading::One {
                stands: Switch::Off,
                invalid: false
            })
        );
        story.said.clear();
        story
    }

    pub(crate) fn run(&mut self, secs: u64) {
        self.run_ms(secs * 1_000);
    }

    pub(crate) fn run_ms(&mut self, ms: u64) {
        let until = self.now + Duration::from_millis(ms);
        while self.now < until {
            self.now = self.now + STEP;
            self.drive();
        }
    }

    fn drive(&mut self) {
        let mut far = Far {
            scene: &mut self.scene,
            doors: Doors::plugged(!self.unplugged),
            meter: &mut NoMeter,
        };
        let said = &mut self.said;
        self.ways
            .drive(self.now, &mut far, |event| said.push(event));
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.ways.submit(order);
        self.drive();
    }

    /// Orders, waits for two seconds, and gives what was said since.
    pub(crate) fn orders(&mut self, order: Order) -> Vec<Event> {
        self.said.clear();
        self.order(order);
        self.run(2);
        self.said.clone()
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.scene.set_fault(self.now, fault);
    }

    pub(crate) const fn plug(&mut self, is_in: bool) {
        self.unplugged = !is_in;
    }

    /// What was last read of the rule, or read back.
    pub(crate) fn reading(&self) -> Option<Reading> {
        self.said.iter().rev().find_map(|event| match event {
            Event::Rule { reading, .. } => Some(*reading),
            _ => None,
        })
    }

    /// The last readback.
    pub(crate) fn written(&self) -> Option<Reading> {
        self.said.iter().rev().find_map(|event| match event {
            Event::Rule {
                reading,
                known: Known::Written,
                ..
            } => Some(*reading),
            _ => None,
        })
    }

    /// Whether the router's rule is on.
    pub(crate) fn is_on(&self) -> bool {
        let rule = self.scene.router.mangle(COMMENT).expect("the rule");
        !rule.is_on("disabled")
    }

    /// The writes that reached the router.
    pub(crate) fn writes(&self) -> usize {
        let entries = self.scene.router.journal.entries();
        entries.filter(|entry| entry.is_write()).count()
    }

    pub(crate) fn serving(&self) -> Option<Transport> {
        self.said.iter().rev().find_map(|event| match event {
            Event::Switched { to, .. } => Some(*to),
            _ => None,
        })
    }
}

pub(crate) const fn one(stands: Switch) -> Reading {
    Reading::One {
        stands,
        invalid: false,
    }
}
