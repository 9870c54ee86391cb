//! A router and its lines as they belong together: what the router's queues say is what a line is
//! shaped to, and what a line carries is what its queues count.

use super::belated::Belated;
use super::double::cli::CliOutcome;
use super::double::faults::Fault;
use super::double::http::{Request, Response};
use super::double::{Router, RouterOptions};
use super::leg::{Leg, LegOptions};
use super::line::LineOptions;
use super::schedule::Schedule;
use crate::direction::Direction;
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
    /// Further lines of the same router, with queues of their own.
    pub beside: Vec<LegOptions>,
}

/// One router's world. It moves only when looked at; since the line's integral is exact, nobody can
/// tell.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The first line; call [`Scene::advance`] before and after changing it.
    pub first: Leg,
    /// The others; the same holds.
    pub beside: Vec<Leg>,
    /// The router; the same holds.
    pub router: Router,
    fault: Fault,
    /// Whether its SSH server is on, and for which [`Router::services_version`].
    ssh: (u64, bool),
    /// What it has taken and not done yet.
    belated: Belated,
    /// While it boots, nobody answers.
    up_at: Instant,
}

impl Scene {
    /// As `options` say, at the start of time.
    pub fn new(options: &SceneOptions) -> Self {
        let queues = &options.router.queues;
        let leg = |leg: &LegOptions| Leg::new(&leg.line, &leg.schedule, &leg.queues);
        let mut scene = Self {
            first: Leg::new(&options.line, &options.schedule, queues),
            beside: options.beside.iter().map(leg).collect(),
            router: router(options),
            fault: Fault::None,
            ssh: (u64::MAX, false),
            belated: Belated::default(),
            up_at: Instant::ZERO,
        };
        scene.advance(Instant::ZERO);
        scene
    }

    /// Lets everything happen until `now`: first the past under the old limits, then the limits.
    pub fn advance(&mut self, now: Instant) {
        for leg in core::iter::once(&mut self.first).chain(&mut self.beside) {
            leg.flow(now, &self.router);
            leg.count(now, &mut self.router);
        }
    }

    /// The limits are others now; nothing has passed since [`Scene::advance`].
    fn reshape(&mut self, now: Instant) {
        for leg in core::iter::once(&mut self.first).chain(&mut self.beside) {
            leg.flow(now, &self.router);
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
            self.belated.forget();
            self.up_at = now + away;
        }
        self.advance(now);
    }

    /// Whether the router is up at all.
    pub fn is_up(&self, now: Instant) -> bool {
        now >= self.up_at
    }

    /// Whether anybody listens to SSH at all.
    pub fn has_ssh(&mut self, now: Instant) -> bool {
        let version = self.router.services_version();
        if self.ssh.0 != version {
            self.ssh = (version, self.router.is_on("ssh"));
        }
        self.ssh.1 && self.is_up(now)
    }

    /// Lets the router do what it was to do before `now`; so that it happens in time, call it often.
    pub fn catch_up(&mut self, now: Instant) {
        while let Some((at, deed)) = self.belated.due(now) {
            self.advance(at);
            deed.done(at, &mut self.router);
            self.reshape(at);
        }
    }

    /// Whether the router has taken something that it has not done yet.
    pub const fn owes(&self) -> bool {
        self.belated.is_owed()
    }

    /// The router's answer; what it changes holds at once.
    pub fn answer(&mut self, now: Instant, request: &Request) -> Response {
        self.catch_up(now);
        self.advance(now);
        if let Fault::ActsLate(by) = self.fault
            && let Some(silence) = self.belated.takes(now + by, request)
        {
            self.router.journal.note(now, request);
            return silence;
        }
        let response = self.fault.answer(now, &mut self.router, request);
        self.reshape(now);
        response
    }

    /// What the console says to a line; what it changes holds at once.
    pub fn run_cli(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.catch_up(now);
        self.advance(now);
        if !self.has_ssh(now) {
            return CliOutcome {
                dropped: true,
                ..CliOutcome::default()
            };
        }
        if let Fault::ActsLate(by) = self.fault
            && let Some(silence) = self.belated.takes_line(now + by, line)
        {
            self.router.journal.note_cli(now, line);
            return silence;
        }
        let outcome = self.fault.run_cli(now, &mut self.router, line);
        self.reshape(now);
        outcome
    }

    /// What somebody sees at the router's own terminal; what it changes holds at once.
    pub fn run_terminal(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.advance(now);
        let outcome = self.router.run_terminal(now, line);
        self.reshape(now);
        outcome
    }

    /// The RTT of an echo sent now over the first line; `None` if it is dead. Echoes are many, and do not
    /// look at counters.
    pub fn rtt(&mut self, now: Instant) -> Option<Duration> {
        self.first.rtt(now)
    }

    /// The same over one of the others; `None`, too, if there is none of that number.
    pub fn rtt_beside(&mut self, n: usize, now: Instant) -> Option<Duration> {
        self.beside.get_mut(n)?.rtt(now)
    }

    /// What a direction of the first line is shaped to; `None` if its queue is missing or disabled, or gone
    /// around.
    pub fn max_limit(&self, direction: Direction) -> Option<Rate> {
        self.router.shapes(self.queue(direction))
    }

    /// The name of its queue.
    pub fn queue(&self, direction: Direction) -> &str {
        self.first.queue(direction)
    }
}

/// The router with the queues of all lines.
fn router(options: &SceneOptions) -> Router {
    let mut router = Router::new(&options.router);
    for leg in &options.beside {
        for (direction, parent) in [(Direction::Down, "bridge"), (Direction::Up, "ether1")] {
            let kind = &options.router.queue_types[direction];
            let limit = options.router.max_limit[direction];
            router.add_queue(&leg.queues[direction], parent, kind, limit);
        }
    }
    router
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direction::Both;

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
    fn each_line_has_its_own_queues_and_its_own_fate() {
        let beside = LegOptions {
            line: LineOptions {
                propagation: Duration::from_millis(40),
                jitter: Duration::ZERO,
                ..LineOptions::default()
            },
            schedule: Schedule::new(),
            queues: Both {
                down: "LTE-Download".to_owned(),
                up: "LTE-Upload".to_owned(),
            },
        };
        let mut options = SceneOptions {
            beside: vec![beside],
            ..SceneOptions::default()
        };
        options.line.jitter = Duration::ZERO;
        options.line.demand.down = Rate::mbit(80);
        let mut scene = Scene::new(&options);
        let other = &mut scene.beside[0].line;
        other.set_demand(at(0), Direction::Down, Rate::mbit(8));
        let patch = Request::new("PATCH", "/rest/queue/tree/LTE-Download")
            .signed("wanctl", "secret")
            .carrying(r#"{"max-limit":"4M"}"#);
        assert_eq!(scene.answer(at(1_000), &patch).status, 200);
        scene.advance(at(2_000));
        let bytes = |name| scene.router.queue(name).unwrap().number("bytes");
        assert_eq!(bytes("WAN-Download"), 20_000_000);
        assert_eq!(bytes("LTE-Download"), 1_500_000);
        scene
            .first
            .line
            .set_capacity(at(2_000), Direction::Down, Rate::ZERO);
        assert_eq!(scene.rtt(at(3_000)), None);
        let alive = Some(Duration::from_millis(40));
        assert_eq!(scene.rtt_beside(0, at(3_000)), alive);
        assert_eq!(scene.rtt_beside(1, at(3_000)), None, "there is no third");
    }

    #[test]
    fn a_write_may_land_after_a_newer_one() {
        let mut scene = Scene::new(&SceneOptions::default());
        scene.set_fault(at(0), Fault::ActsLate(Duration::from_secs(8)));
        assert!(scene.answer(at(0), &patch("200M")).after > Duration::from_secs(60));
        assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(500)));
        scene.set_fault(at(1_000), Fault::None);
        assert_eq!(scene.answer(at(1_000), &patch("300M")).status, 200);
        scene.catch_up(at(7_999));
        assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(300)));
        assert!(scene.owes());
        scene.catch_up(at(8_000));
        assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(200)));
        assert!(!scene.owes());
    }

    #[test]
    fn what_a_router_was_to_do_is_forgotten_in_a_reboot() {
        let mut scene = Scene::new(&SceneOptions::default());
        scene.set_fault(at(0), Fault::ActsLate(Duration::from_secs(8)));
        let line = "/queue tree set [find name=\"WAN-Download\"] max-limit=200M";
        assert!(scene.run_cli(at(0), line).dropped);
        assert!(scene.owes());
        scene.set_fault(at(1_000), Fault::Reboot(Duration::from_secs(1)));
        assert!(!scene.owes());
    }

    #[test]
    fn a_removed_queue_shapes_nothing() {
        let mut scene = Scene::new(&SceneOptions::default());
        scene.router.remove_queue("WAN-Download");
        scene.advance(at(0));
        let line = &mut scene.first.line;
        line.set_demand(at(0), Direction::Down, Rate::mbit(510));
        assert!(scene.rtt(at(5_000)).unwrap() > Duration::from_millis(100));
        assert_eq!(scene.max_limit(Direction::Down), None);
    }
}
