//! The line and the router of one WAN as they belong together: what the router's queues say is what
//! the line is shaped to, and what the line carries is what the queues count.

use super::double::cli::CliOutcome;
use super::double::faults::Fault;
use super::double::http::{Request, Response};
use super::double::{Router, RouterOptions};
use super::line::{Line, LineOptions};
use super::schedule::Schedule;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Everything a scene starts with.
#[derive(Clone, Debug, Default)]
pub struct SceneOptions {
    /// The line.
    pub line: LineOptions,
    /// The router.
    pub router: RouterOptions,
    /// What will happen to the line.
    pub schedule: Schedule,
}

/// One WAN's world. It moves only when looked at; since the line's integral is exact, nobody can
/// tell.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The line; call [`Scene::advance`] before and after changing it.
    pub line: Line,
    /// The router; the same holds.
    pub router: Router,
    fault: Fault,
    /// While it boots, nobody answers.
    up_at: Instant,
    schedule: Schedule,
    queues: Both<String>,
}

impl Scene {
    /// As `options` say, at the start of time.
    pub fn new(options: &SceneOptions) -> Self {
        let mut scene = Self {
            line: Line::new(&options.line),
            router: Router::new(&options.router),
            fault: Fault::None,
            up_at: Instant::ZERO,
            schedule: options.schedule.clone(),
            queues: options.router.queues.clone(),
        };
        scene.advance(Instant::ZERO);
        scene
    }

    /// Lets everything happen until `now`: first the past under the old limits, then the limits.
    pub fn advance(&mut self, now: Instant) {
        self.flow(now);
        for direction in Direction::BOTH {
            let carried = self.line.take_carried(direction);
            let queued = self.line.backlog_in_cake(direction);
            let queue = &self.queues[direction];
            self.router.carry(now, queue, carried, queued);
        }
    }

    /// What is wrong with the router.
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// From now on this is wrong with the router. A reboot's broken connections are the server's.
    pub fn set_fault(&mut self, now: Instant, fault: Fault) {
        self.advance(now);
        self.fault.end(now, &mut self.router);
        fault.begin(now, &mut self.router);
        self.fault = fault;
        if let Fault::Reboot(away) = fault {
            self.up_at = now + away;
        }
        self.advance(now);
    }

    /// Whether the router is up at all.
    pub fn is_up(&self, now: Instant) -> bool {
        now >= self.up_at
    }

    /// The line alone: echoes are many and do not look at counters.
    fn flow(&mut self, now: Instant) {
        self.schedule.play(now, &mut self.line);
        for direction in Direction::BOTH {
            let shaped = self.max_limit(direction).unwrap_or(Rate::ZERO);
            self.line.set_shaped(now, direction, shaped);
        }
    }

    /// The router's answer; what it changes holds at once.
    pub fn answer(&mut self, now: Instant, request: &Request) -> Response {
        self.advance(now);
        let response = self.fault.answer(now, &mut self.router, request);
        self.advance(now);
        response
    }

    /// What the console says to a line; what it changes holds at once.
    pub fn run_cli(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.advance(now);
        if !self.is_up(now) || !self.router.is_on("ssh") {
            return CliOutcome {
                dropped: true,
                ..CliOutcome::default()
            };
        }
        let outcome = self.fault.run_cli(now, &mut self.router, line);
        self.advance(now);
        outcome
    }

    /// What somebody sees at the router's own terminal; what it changes holds at once.
    pub fn run_terminal(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.advance(now);
        let outcome = self.router.run_terminal(now, line);
        self.advance(now);
        outcome
    }

    /// The RTT of an echo sent now; `None` if the line is dead.
    pub fn rtt(&mut self, now: Instant) -> Option<Duration> {
        self.flow(now);
        self.line.rtt(now)
    }

    /// What a direction is shaped to; `None` if its queue is missing or disabled, or gone around.
    pub fn max_limit(&self, direction: Direction) -> Option<Rate> {
        self.router.shapes(&self.queues[direction])
    }

    /// The name of a direction's queue.
    pub fn queue(&self, direction: Direction) -> &str {
        &self.queues[direction]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn patch(max_limit: &str) -> Request {
        Request::new("PATCH", "/rest/queue/tree/WAN-Download")
            .signed("wanctl", "secret")
            .carrying(&format!(r#"{{"max-limit":"{max_limit}"}}"#))
    }

    #[test]
    fn a_write_to_the_router_drains_the_line() {
        let mut options = SceneOptions::default();
        options.line.jitter = Duration::ZERO;
        options.line.capacity.down = Rate::mbit(250);
        options.line.demand.down = Rate::mbit(1_000);
        let mut scene = Scene::new(&options);
        // 500M of max-limit, 250M of capacity: half a second's worth waits after half a second.
        assert_eq!(scene.rtt(at(500)), Some(Duration::from_millis(524)));
        assert_eq!(scene.answer(at(500), &patch("200M")).status, 200);
        assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(200)));
        assert_eq!(scene.rtt(at(3_000)), Some(Duration::from_millis(24)));
    }

    #[test]
    fn the_queues_count_what_the_line_carried() {
        let mut options = SceneOptions::default();
        options.line.demand.down = Rate::mbit(80);
        let mut scene = Scene::new(&options);
        for second in 1..=10 {
            scene.advance(at(second * 1_000));
        }
        let queue = scene.router.queue("WAN-Download").unwrap();
        assert_eq!(queue.number("bytes"), 100_000_000);
        assert_eq!(queue.number("rate"), 80_000_000);
        assert_eq!(queue.number("dropped"), 0);
        assert_eq!(scene.router.queue("WAN-Upload").unwrap().number("bytes"), 0);
    }

    #[test]
    fn a_removed_queue_shapes_nothing() {
        let mut scene = Scene::new(&SceneOptions::default());
        scene.router.remove_queue("WAN-Download");
        scene.advance(at(0));
        scene
            .line
            .set_demand(at(0), Direction::Down, Rate::mbit(510));
        assert!(scene.rtt(at(5_000)).unwrap() > Duration::from_millis(100));
        assert_eq!(scene.max_limit(Direction::Down), None);
    }
}
