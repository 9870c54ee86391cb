//! What both daemons live in: one router, two lines, one disk, and a wall clock that somebody sets.

use wanctl::direction::Direction;
use wanctl::program::WanId;
use wanctl::sim::double::Router;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::leg::LegOptions;
use wanctl::sim::line::LineOptions;
use wanctl::sim::random::Random;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::schedule::Schedule;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant, WallTime};
use wanctl::units::Rate;

use super::conditions::{Conditions, changes};
use super::disk::Disk;
use super::echoes::Echoes;
use crate::digest::Digest;
use crate::params::{COMMENT, queues};
use crate::plan::{Ill, Plan};
use crate::planted::Bug;

/// When the story begins, by the wall clock: seconds since 1970.
const EPOCH: i64 = 1_795_000_000;
/// A change waits so long before it is in flash.
const FLUSH_AFTER: Duration = Duration::from_secs(3);
/// More than can be ordered between two looks.
const ORDERED: usize = 64;

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) scene: Scene,
    pub(crate) echoes: Echoes,
    pub(crate) disk: Disk,
    pub(crate) conditions: Conditions,
    pub(crate) random: Random,
    pub(crate) digest: Digest,
    pub(crate) bug: Bug,
    /// What was ordered of the router since somebody looked.
    pub(crate) ordered: Vec<(WanId, Direction, Rate)>,
    /// By which somebody has set the wall clock.
    wall_offset: i64,
}

impl World {
    pub(crate) fn new(plan: &Plan, bug: Bug) -> Self {
        let conditions = Conditions::at(plan.home);
        let line = |n: usize| LineOptions {
            capacity: conditions.lines[n].capacity,
            demand: conditions.lines[n].demand,
            propagation: conditions.lines[n].propagation,
            seed: plan.seed ^ (n as u64 + 1),
            ..LineOptions::default()
        };
        let options = SceneOptions {
            line: line(0),
            beside: vec![LegOptions {
                line: line(1),
                schedule: Schedule::new(),
                queues: queues(1),
            }],
            ..SceneOptions::default()
        };
        let mut scene = Scene::new(&options);
        let router = &mut scene.router;
        router.flush_after = FLUSH_AFTER;
        router.journal.forgets = true;
        router.www.minds_aborts = true;
        router.www.is_one_session = true;
        add_rule(router, Switch::Off);
        let mut random = Random::new(plan.seed ^ 0x5eed);
        let echoes = Echoes::new(Random::new(random.draw()));
        Self {
            now: Instant::ZERO,
            scene,
            echoes,
            disk: Disk::default(),
            conditions,
            random,
            digest: Digest::default(),
            bug,
            ordered: Vec::with_capacity(ORDERED),
            wall_offset: 0,
        }
    }

    /// What the wall clock says.
    pub(crate) fn wall(&self) -> WallTime {
        let micros = self.now.as_micros();
        let secs = EPOCH + self.wall_offset + i64::try_from(micros / 1_000_000).unwrap_or(0);
        WallTime {
            secs: u64::try_from(secs).unwrap_or(0),
            nanos: u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0),
        }
    }

    /// Something that happens at once.
    pub(crate) fn happen(&mut self, ill: Ill) {
        match ill {
            Ill::RuleByHand(to) => {
                let disabled = if to == Switch::On { "false" } else { "true" };
                let router = &mut self.scene.router;
                router.set_mangle_property(COMMENT, "disabled", disabled);
            }
            Ill::ClockStep(by) => self.wall_offset += by,
            _ => {}
        }
    }

    /// From now on it is so.
    pub(crate) fn become_(&mut self, conditions: &Conditions) {
        let now = self.now;
        let before = core::mem::replace(&mut self.conditions, *conditions);
        self.disk.conditions = conditions.disk;
        if before.fault != conditions.fault {
            self.scene.set_fault(now, conditions.fault);
        }
        if before.rules != conditions.rules {
            self.set_rules(conditions.rules);
        }
        self.scene.advance(now);
        for n in 0..2 {
            let (was, is) = (&before.lines[n], &conditions.lines[n]);
            let line = match n {
                0 => &mut self.scene.first.line,
                n => &mut self.scene.beside[n - 1].line,
            };
            if was.propagation != is.propagation {
                line.set_propagation(now, is.propagation);
            }
            for (direction, capacity, demand) in changes(was, is) {
                if let Some(capacity) = capacity {
                    line.set_capacity(now, direction, capacity);
                }
                if let Some(demand) = demand {
                    line.set_demand(now, direction, demand);
                }
            }
        }
        self.scene.advance(now);
    }

    /// Whether anything may hinder what is asked of the router.
    pub(crate) fn router_is_well(&self) -> bool {
        self.conditions.fault == Fault::None
            && self.conditions.doors == Conditions::WELL.doors
            && self.conditions.rules == Conditions::WELL.rules
            && self.scene.is_up(self.now)
            && !self.scene.owes()
    }

    /// From now on so many rules have the comment, and stand as the one did.
    fn set_rules(&mut self, count: u8) {
        let stands = self.rule();
        let router = &mut self.scene.router;
        while router.mangle(COMMENT).is_some() {
            router.remove_mangle(COMMENT);
        }
        for _ in 0..count {
            add_rule(router, stands);
        }
    }

    /// The limit in the router's table, whether or not it shapes anything.
    pub(crate) fn held(&self, wan: WanId, direction: Direction) -> Option<Rate> {
        let leg = match wan.index() {
            0 => &self.scene.first,
            n => &self.scene.beside[n - 1],
        };
        let queue = self.scene.router.queue(leg.queue(direction))?;
        Some(Rate::bps(queue.number("max-limit")))
    }

    /// Which way the rule stands.
    pub(crate) fn rule(&self) -> Switch {
        let rule = self.scene.router.mangle(COMMENT);
        Switch::on_if(rule.is_some_and(|rule| !rule.is_on("disabled")))
    }
}

/// The rule that steers, standing so.
fn add_rule(router: &mut Router, stands: Switch) {
    router.add_steering_rule(COMMENT);
    if stands == Switch::On {
        router.set_mangle_property(COMMENT, "disabled", "false");
    }
}
