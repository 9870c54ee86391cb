//! The real program and the real links, tick by tick in virtual time, against the in-memory line and
//! router. Only the program, the links and the reports count as the daemon's work; the world around
//! them is played aside.

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config::{ControlLaw, WanConfig};
use wanctl::control::actuator::Order;
use wanctl::control::prober::{Echo, Target};
use wanctl::direction::Direction;
use wanctl::program::{Beat, Fact, Input, Outbox, Output, Program, WanId};
use wanctl::report::{health, lines, prometheus};
use wanctl::router::ways::Ways;
use wanctl::router::{Transport, rest, ssh};
use wanctl::sim::double::faults::Fault;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::schedule::Schedule;
use wanctl::sim::wires::{Doors, Far, Meter, RestWire, SshWire};
use wanctl::status::Saved;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::{WanFile, load};

pub(crate) const PERIOD: Duration = Duration::from_millis(50);
/// How often the world looks up in between.
pub(crate) const STEP: Duration = Duration::from_millis(10);
const STEPS: usize = 5;
/// Echoes under way: half a second of bufferbloat for three reflectors.
const UNDER_WAY: usize = 256;

/// How a stretch of time goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trouble {
    /// No reflector answers.
    pub(crate) icmp_silent: bool,
    /// Nor does the gateway or a TCP target.
    pub(crate) dead: bool,
    /// The router's plug is pulled.
    pub(crate) unplugged: bool,
    /// What is wrong with the router's answers.
    pub(crate) fault: Fault,
}

/// What happened, for a test to see that it did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) replies: u64,
    pub(crate) tcp_rounds: u64,
    pub(crate) writes: u64,
    pub(crate) events: u64,
    pub(crate) saves: u64,
    pub(crate) facts: u64,
    /// Writes told as done that the router does not hold.
    pub(crate) lies: u64,
    pub(crate) pages: u64,
}

/// One WAN's ways to its router, and what is at their other end.
pub(crate) struct Side {
    pub(crate) ways: Ways<RestWire, SshWire>,
    pub(crate) scene: Scene,
}

/// Some WANs and the world around them.
pub(crate) struct Worlds {
    pub(crate) program: Autorate,
    pub(crate) now: Instant,
    pub(crate) trouble: Trouble,
    /// What begins with the next write: before its request has arrived.
    pub(crate) on_sent: Option<Trouble>,
    /// The same when its answer is on the way.
    pub(crate) on_answered: Option<Trouble>,
    pub(crate) tally: Tally,
    pub(crate) sides: Vec<Side>,
    outbox: Outbox,
    replies: Vec<(Instant, WanId, u16, Duration)>,
    health: Vec<u8>,
    metrics: Vec<u8>,
    /// The last state of each WAN.
    pub(crate) saved: Vec<Saved>,
    line: heapless::String<240>,
}

impl Worlds {
    /// `count` WANs with three reflectors each, over these transports, the preferred one first.
    pub(crate) fn over(route: &[Transport], count: u8, story: &Schedule) -> Self {
        let config = |n: u8| {
            let file = WanFile {
                name: &format!("wan{n}"),
                scheme: "http",
                router_port: 80,
                reflectors: vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()],
                more: String::new(),
            };
            load(&file).config
        };
        let options = SceneOptions {
            schedule: story.clone(),
            ..SceneOptions::default()
        };
        let configs: Vec<_> = (0..count).map(config).collect();
        Self::of(route, &configs, &options)
    }

    /// These WANs, each before a scene of its own.
    pub(crate) fn of(route: &[Transport], configs: &[WanConfig], options: &SceneOptions) -> Self {
        let mut wans = heapless::Vec::new();
        let mut sides = Vec::new();
        for (seed, config) in (1..).zip(configs) {
            let params = assemble::wan_params(config, None, false);
            assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
            let mut options = options.clone();
            options.line.seed = seed;
            sides.push(Side {
                ways: ways(route, config),
                scene: Scene::new(&options),
            });
        }
        let count = configs.len();
        let program = Autorate::new(wans, false);
        Self {
            now: Instant::ZERO,
            trouble: Trouble::default(),
            on_sent: None,
            on_answered: None,
            tally: Tally::default(),
            sides,
            outbox: Outbox::default(),
            replies: Vec::with_capacity(UNDER_WAY * count),
            health: vec![0; health::capacity(count)],
            metrics: vec![0; prometheus::capacity(program.status())],
            program,
            saved: vec![Saved::default(); count],
            line: heapless::String::new(),
        }
    }

    /// One period: what arrives, the router, the tick, and every few ticks somebody who looks.
    pub(crate) fn tick(&mut self, meter: &mut impl Meter) {
        for _ in 0..STEPS {
            self.now = self.now + STEP;
            self.deliver(meter);
            for n in 0..self.sides.len() {
                self.drive(n, meter);
            }
        }
        self.program
            .tick(self.now, Beat::default(), &mut self.outbox);
        self.carry_out(meter);
        if (self.now.as_micros() / PERIOD.as_micros()).is_multiple_of(5) {
            self.look();
        }
    }

    /// `/health` and `/metrics`, written as the loop writes them.
    pub(crate) fn look(&mut self) {
        let status = self.program.status();
        let len = health::write(status, &mut self.health).expect("it fits");
        assert!(len > 100);
        let len = prometheus::write(status, &mut self.metrics).expect("it fits");
        assert!(len > 100);
        self.tally.pages += 2;
    }

    fn deliver(&mut self, meter: &mut impl Meter) {
        // Sorted in place; nothing is allocated for a list that is sorted already but for one tail.
        meter.aside(|| {
            self.replies
                .sort_unstable_by_key(|&(at, ..)| core::cmp::Reverse(at));
        });
        while let Some(&(at, wan, seq, rtt)) = self.replies.last()
            && at <= self.now
        {
            self.replies.pop();
            self.tally.replies += 1;
            self.program.input(
                at,
                Input::Reply {
                    wan,
                    seq,
                    rtt,
                    stamps: None,
                },
                &mut self.outbox,
            );
            self.carry_out(meter);
        }
    }

    fn carry_out(&mut self, meter: &mut impl Meter) {
        while let Some(output) = self.outbox.pop() {
            match output {
                Output::Probe { wan, echo } => self.probe(wan, echo, meter),
                Output::TryTcp { wan } => {
                    self.tally.tcp_rounds += 1;
                    let took = (!self.trouble.dead).then(|| Duration::from_millis(30));
                    for _ in 0..2 {
                        let input = Input::Connected { wan, took };
                        self.program.input(self.now, input, &mut self.outbox);
                    }
                }
                Output::Write { wan, order } => self.write(wan, order, meter),
                Output::Look { wan } => {
                    self.sides[wan.index()].ways.glance(self.now);
                    self.drive(wan.index(), meter);
                }
                Output::Save { wan, saved } => {
                    self.tally.saves += 1;
                    self.saved[wan.index()] = saved;
                }
                Output::Tell { wan, fact } => {
                    self.tally.facts += 1;
                    meter.told(wan, &fact);
                    if let Fact::Written {
                        direction, rate, ..
                    } = fact
                        && self.held(wan, direction) != Some(rate)
                    {
                        self.tally.lies += 1;
                    }
                    core::hint::black_box(lines::level(&fact));
                    self.line.clear();
                }
            }
        }
    }

    fn write(&mut self, wan: WanId, order: Order, meter: &mut impl Meter) {
        self.tally.writes += 1;
        self.sides[wan.index()].ways.submit(order);
        self.trouble = self.on_sent.take().unwrap_or(self.trouble);
        self.drive(wan.index(), meter);
        self.trouble = self.on_answered.take().unwrap_or(self.trouble);
    }

    /// The limit in the router's table, whether or not it shapes anything.
    fn held(&self, wan: WanId, direction: Direction) -> Option<Rate> {
        let scene = &self.sides[wan.index()].scene;
        let queue = scene.router.queue(scene.queue(direction))?;
        Some(Rate::bps(queue.number("max-limit")))
    }

    fn probe(&mut self, wan: WanId, echo: Echo, meter: &mut impl Meter) {
        let silent = match echo.target {
            Target::Gateway => self.trouble.dead,
            Target::Reflector(_) => self.trouble.dead || self.trouble.icmp_silent,
        };
        let scene = &mut self.sides[wan.index()].scene;
        let now = self.now;
        if let Some(rtt) = meter.aside(|| scene.rtt(now)).filter(|_| !silent)
            && self.replies.len() < self.replies.capacity()
        {
            self.replies.push((now + rtt, wan, echo.seq, rtt));
        }
    }

    /// What the shell does when a socket is ready, and at every tick.
    pub(crate) fn drive(&mut self, n: usize, meter: &mut impl Meter) {
        let now = self.now;
        let wan = WanId(u8::try_from(n).expect("a few WANs"));
        let Self {
            sides,
            trouble,
            tally,
            program,
            outbox,
            ..
        } = self;
        let Side { ways, scene } = &mut sides[n];
        if scene.fault() != trouble.fault {
            meter.aside(|| scene.set_fault(now, trouble.fault));
        }
        let mut far = Far {
            scene,
            doors: Doors::plugged(!trouble.unplugged),
            meter,
        };
        ways.drive(now, &mut far, |event| {
            tally.events += 1;
            program.input(now, Input::Router { wan, event }, outbox);
        });
    }
}

fn ways(route: &[Transport], config: &WanConfig) -> Ways<RestWire, SshWire> {
    let has = |transport| route.contains(&transport);
    let rest = has(Transport::Rest).then(|| RestWire::new(rest_params(config)));
    let ssh = has(Transport::Ssh).then(|| SshWire::new(ssh_params(config)));
    Ways::new(route[0], rest, ssh)
}

fn rest_params(config: &WanConfig) -> rest::LinkParams {
    rest::LinkParams {
        host: "127.0.0.1".into(),
        // wanctl:secret
        authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
        queues: config.router.queues.clone(),
        queue_types: config.router.queue_types.clone(),
        reply_for: config.router.timeout,
        verify_every: config.router.verify_interval,
    }
}

fn ssh_params(config: &WanConfig) -> ssh::LinkParams {
    ssh::LinkParams {
        queues: config.router.queues.clone(),
        queue_types: config.router.queue_types.clone(),
        reply_for: config.router.timeout,
        verify_every: config.router.verify_interval,
        counting: config.control_law == ControlLaw::Adaptive,
    }
}
