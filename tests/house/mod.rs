//! A house with two lines in virtual time: one router double with four queues and the steering rule, an
//! autorate per line and the steering, each with its own real link. Only the programs and their links
//! count as the daemons' work; the world around them is played aside.

mod helm;
mod shaper;

use wanctl::control::prober::Target;
use wanctl::direction::Both;
use wanctl::program::WanId;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::leg::LegOptions;
use wanctl::sim::line::LineOptions;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::schedule::Schedule;
use wanctl::sim::wires::Meter;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

pub(crate) use self::helm::{Helm, Mode};
pub(crate) use self::shaper::Shaper;

/// The loop's beat.
pub(crate) const PERIOD: Duration = Duration::from_millis(50);
/// The rule that steers.
pub(crate) const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
/// How far away the internet is over the primary, and over the alternate.
pub(crate) const CALM: [Duration; 2] = [Duration::from_millis(24), Duration::from_millis(45)];
/// Echoes under way: a second of bufferbloat, and the quick steering.
const UNDER_WAY: usize = 512;

/// What `ping_host` over the primary is worth. The line has nothing to do with it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Host {
    #[default]
    Honest,
    /// It does not answer.
    Silent,
    /// It takes its time.
    SlowBy(Duration),
}

/// Who sent an echo.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Shaper(usize),
    Helm,
}

/// An echo on its way back.
#[derive(Clone, Copy, Debug)]
struct Reply {
    at: Instant,
    whose: Whose,
    wan: WanId,
    seq: u16,
    rtt: Duration,
}

/// What the programs live in.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) scene: Scene,
    pub(crate) host: Host,
    replies: Vec<Reply>,
}

/// All of it.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) shapers: [Shaper; 2],
    pub(crate) helm: Helm,
}

impl House {
    /// The lines live as `schedules` say, the primary first.
    pub(crate) fn new(mode: Mode, schedules: [Schedule; 2]) -> Self {
        Self {
            world: World::new(schedules),
            shapers: [0, 1].map(Shaper::new),
            helm: Helm::new(mode),
        }
    }

    /// One beat: what arrives, the router, and everybody's tick.
    pub(crate) fn tick(&mut self, meter: &mut impl Meter) {
        let Self {
            world,
            shapers,
            helm,
        } = self;
        world.now = world.now + PERIOD;
        while let Some(reply) = world.arrived(meter) {
            match reply.whose {
                Whose::Shaper(n) => shapers[n].hear(&reply, world, meter),
                Whose::Helm => helm.hear(&reply, world, meter),
            }
        }
        for shaper in shapers.iter_mut() {
            shaper.tick(world, meter);
        }
        helm.tick(&mut shapers[0], world, meter);
    }
}

impl World {
    fn new(schedules: [Schedule; 2]) -> Self {
        let line = |n: usize| LineOptions {
            demand: Both {
                down: [Rate::mbit(300), Rate::mbit(20)][n],
                up: Rate::mbit(10),
            },
            propagation: CALM[n],
            // A quarter of a second at 60 Mbit/s, and at 16.
            buffer: Both {
                down: 1_900_000,
                up: 500_000,
            },
            seed: [11, 12][n],
            ..LineOptions::default()
        };
        let [schedule, beside] = schedules;
        let options = SceneOptions {
            line: line(0),
            schedule,
            beside: vec![LegOptions {
                line: line(1),
                schedule: beside,
                queues: shaper::queues(1),
            }],
            ..SceneOptions::default()
        };
        let mut scene = Scene::new(&options);
        scene.router.flush_after = Duration::from_secs(40);
        for (list, address) in [
            ("FORCE_OUT_WAN1", "10.0.0.5"),
            ("FORCE_OUT_WAN2", "10.0.0.6"),
        ] {
            scene.router.add_address(list, address, false);
        }
        scene.router.add_steering_rule(COMMENT);
        Self {
            now: Instant::ZERO,
            scene,
            host: Host::Honest,
            replies: Vec::with_capacity(UNDER_WAY),
        }
    }

    /// What an echo sent now over a line takes; `None` if it never returns.
    pub(crate) fn rtt(&mut self, line: usize) -> Option<Duration> {
        if !self.scene.is_up(self.now) {
            return None;
        }
        match line {
            0 => self.scene.rtt(self.now),
            n => self.scene.rtt_beside(n - 1, self.now),
        }
    }

    /// The same to steering's `ping_host`.
    pub(crate) fn rtt_of_host(&mut self, line: usize) -> Option<Duration> {
        let rtt = self.rtt(line)?;
        match self.host {
            Host::Silent if line == 0 => None,
            Host::SlowBy(more) if line == 0 => Some(rtt + more),
            _ => Some(rtt),
        }
    }

    /// Which way a rule stands on the router.
    pub(crate) fn rule(&self, comment: &str) -> Switch {
        let rule = self.scene.router.mangle(comment).expect("the rule");
        Switch::on_if(!rule.is_on("disabled"))
    }

    /// Somebody switches a rule by hand.
    pub(crate) fn switch_by_hand(&mut self, comment: &str, to: Switch) {
        let disabled = if to == Switch::On { "false" } else { "true" };
        let router = &mut self.scene.router;
        router.set_mangle_property(comment, "disabled", disabled);
    }

    /// Power fails; the router is back after so long.
    pub(crate) fn cut_power(&mut self, away: Duration) {
        self.scene.set_fault(self.now, Fault::Reboot(away));
    }

    fn send(&mut self, whose: Whose, wan: WanId, target: Target, seq: u16) {
        let line = match whose {
            Whose::Shaper(n) => n,
            Whose::Helm => wan.index(),
        };
        let rtt = match (whose, target) {
            (_, Target::Gateway) => self
                .scene
                .is_up(self.now)
                .then_some(Duration::from_millis(1)),
            (Whose::Shaper(_), Target::Reflector(_)) => self.rtt(line),
            (Whose::Helm, Target::Reflector(_)) => self.rtt_of_host(line),
        };
        let Some(rtt) = rtt else {
            return;
        };
        assert!(self.replies.len() < UNDER_WAY, "so many echoes under way");
        let reply = Reply {
            at: self.now + rtt,
            whose,
            wan,
            seq,
            rtt,
        };
        // The next one to arrive is the last.
        let place = self.replies.partition_point(|other| other.at > reply.at);
        self.replies.insert(place, reply);
    }

    fn arrived(&mut self, meter: &mut impl Meter) -> Option<Reply> {
        let now = self.now;
        meter.aside(|| self.replies.pop_if(|reply| reply.at <= now))
    }
}
