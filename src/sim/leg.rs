//! One of a router's lines, the queues that shape it, and what happens to it.

use super::double::Router;
use super::line::{Line, LineOptions};
use super::schedule::Schedule;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// A line besides the first one of a [`SceneOptions`](super::scene::SceneOptions).
#[derive(Clone, Debug)]
pub struct LegOptions {
    /// The line.
    pub line: LineOptions,
    /// What will happen to it.
    pub schedule: Schedule,
    /// The names of its two queues, which the router gets with the scene.
    pub queues: Both<String>,
}

/// A line with its queues.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The line; call [`Scene::advance`](super::scene::Scene::advance) before and after changing it.
    pub line: Line,
    schedule: Schedule,
    queues: Both<String>,
    /// What its queues let through, and for which [`Router::course_version`].
    shaped: (u64, Both<Rate>),
}

impl Leg {
    pub(super) fn new(line: &LineOptions, schedule: &Schedule, queues: &Both<String>) -> Self {
        Self {
            line: Line::new(line),
            schedule: schedule.clone(),
            queues: queues.clone(),
            shaped: (u64::MAX, Both::default()),
        }
    }

    /// Lets everything happen to the line until `now`, and from then on under the limits that the router has.
    pub(super) fn flow(&mut self, now: Instant, router: &Router) {
        self.schedule.play(now, &mut self.line);
        let version = router.course_version();
        if self.shaped.0 != version {
            let shaped = |queue: &String| router.shapes(queue).unwrap_or(Rate::ZERO);
            self.shaped = (version, self.queues.as_ref().map(shaped));
        }
        for direction in Direction::BOTH {
            self.line
                .set_shaped(now, direction, self.shaped.1[direction]);
        }
    }

    /// Lets the queues count what the line has carried since the last call.
    pub(super) fn count(&mut self, now: Instant, router: &mut Router) {
        for direction in Direction::BOTH {
            let carried = self.line.take_carried(direction);
            let queued = self.line.backlog_in_cake(direction);
            router.carry(now, &self.queues[direction], carried, queued);
        }
    }

    /// The RTT of an echo sent now, under the limits of the last [`Self::flow`]; `None` if the line is dead.
    pub(super) fn rtt(&mut self, now: Instant) -> Option<Duration> {
        self.schedule.play(now, &mut self.line);
        self.line.rtt(now)
    }

    /// The name of a direction's queue.
    pub fn queue(&self, direction: Direction) -> &str {
        &self.queues[direction]
    }
}
