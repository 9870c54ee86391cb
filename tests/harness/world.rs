//! The real program and the real REST link, tick by tick in virtual time, against the in-memory line
//! and router. Only the program, the link and the reports count as the daemon's work; the world
//! around them is played aside.

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::control::prober::{Echo, Target};
use wanctl::program::{Beat, Input, Outbox, Output, Program, WanId};
use wanctl::report::{health, lines, prometheus};
use wanctl::router::Failure;
use wanctl::router::rest::{Action, Link, LinkParams};
use wanctl::sim::double::faults::Fault;
use wanctl::sim::double::http::Request;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::schedule::Schedule;
use wanctl::status::Saved;
use wanctl::time::{Duration, Instant};

use super::WanFile;

pub(crate) const PERIOD: Duration = Duration::from_millis(50);
/// Echoes under way: half a second of bufferbloat for three reflectors.
const UNDER_WAY: usize = 256;

/// Says which part of the work is the daemon's own.
pub(crate) trait Meter {
    /// Runs something that is not the daemon's work.
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T;
}

/// Everything counts.
pub(crate) struct NoMeter;

impl Meter for NoMeter {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

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
    pub(crate) requests: u64,
    pub(crate) events: u64,
    pub(crate) saves: u64,
    pub(crate) facts: u64,
    pub(crate) pages: u64,
    pub(crate) connects: u64,
}

struct Router {
    link: Link,
    scene: Scene,
    /// The answer on its way: bytes, how many were taken, when the rest may come.
    answer: Vec<u8>,
    given: usize,
    answer_at: Instant,
    request: Vec<u8>,
    connected: bool,
}

/// Some WANs and the world around them.
pub(crate) struct Worlds {
    pub(crate) program: Autorate,
    pub(crate) now: Instant,
    pub(crate) trouble: Trouble,
    pub(crate) tally: Tally,
    routers: Vec<Router>,
    outbox: Outbox,
    replies: Vec<(Instant, WanId, u16, Duration)>,
    health: Vec<u8>,
    metrics: Vec<u8>,
    /// The last state of each WAN.
    pub(crate) saved: Vec<Saved>,
    line: heapless::String<240>,
}

impl Worlds {
    /// `count` WANs with three reflectors each; load comes and goes for ever.
    pub(crate) fn new(count: u8) -> Self {
        let mut wans = heapless::Vec::new();
        let mut routers = Vec::new();
        for n in 0..count {
            let name = format!("wan{n}");
            let file = WanFile {
                name: &name,
                scheme: "http",
                router_port: 80,
                reflectors: vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()],
                more: String::new(),
            };
            let config = file.load().config;
            let params = assemble::wan_params(&config, None, false);
            assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
            let mut options = SceneOptions::default();
            options.line.seed = u64::from(n) + 1;
            options.schedule = Schedule::demo(options.line.capacity);
            routers.push(Router {
                link: Link::new(link_params(&config)),
                scene: Scene::new(&options),
                answer: Vec::with_capacity(64 * 1024),
                given: 0,
                answer_at: Instant::NEVER,
                request: vec![0; 1536],
                connected: false,
            });
        }
        let count = usize::from(count);
        Self {
            program: Autorate::new(wans, false),
            now: Instant::ZERO,
            trouble: Trouble::default(),
            tally: Tally::default(),
            routers,
            outbox: Outbox::default(),
            replies: Vec::with_capacity(UNDER_WAY * count),
            health: vec![0; health::capacity(count)],
            metrics: vec![0; prometheus::capacity(count)],
            saved: vec![Saved::default(); count],
            line: heapless::String::new(),
        }
    }

    /// One period: what arrives, the router, the tick, and every few ticks somebody who looks.
    pub(crate) fn tick(&mut self, meter: &mut impl Meter) {
        self.now = self.now + PERIOD;
        self.deliver(meter);
        for n in 0..self.routers.len() {
            self.drive(n, meter);
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

    /// The rates of a WAN as its router has them.
    pub(crate) fn scene(&self, n: usize) -> &Scene {
        &self.routers[n].scene
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
            self.program
                .input(at, Input::Reply { wan, seq, rtt }, &mut self.outbox);
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
                Output::Write { wan, order } => {
                    self.tally.writes += 1;
                    self.routers[wan.index()].link.submit(order);
                    self.drive(wan.index(), meter);
                }
                Output::Save { wan, saved } => {
                    self.tally.saves += 1;
                    self.saved[wan.index()] = saved;
                }
                Output::Tell { fact, .. } => {
                    self.tally.facts += 1;
                    core::hint::black_box(lines::level(&fact));
                    self.line.clear();
                }
            }
        }
    }

    fn probe(&mut self, wan: WanId, echo: Echo, meter: &mut impl Meter) {
        let silent = match echo.target {
            Target::Gateway => self.trouble.dead,
            Target::Reflector(_) => self.trouble.dead || self.trouble.icmp_silent,
        };
        let scene = &mut self.routers[wan.index()].scene;
        let now = self.now;
        if let Some(rtt) = meter.aside(|| scene.rtt(now)).filter(|_| !silent)
            && self.replies.len() < self.replies.capacity()
        {
            self.replies.push((now + rtt, wan, echo.seq, rtt));
        }
    }

    /// What `shell/router_port.rs` does with a socket.
    fn drive(&mut self, n: usize, meter: &mut impl Meter) {
        let now = self.now;
        let wan = WanId(u8::try_from(n).expect("a few WANs"));
        for _ in 0..64 {
            let router = &mut self.routers[n];
            match router.link.poll(now) {
                Some(Action::Connect) if self.trouble.unplugged => {
                    router.link.closed(now, Failure::ConnectionRefused);
                }
                Some(Action::Connect) => {
                    self.tally.connects += 1;
                    router.connected = true;
                    router.answer_at = Instant::NEVER;
                    router.link.connected(now);
                }
                Some(Action::Close) => {
                    router.connected = false;
                    router.answer_at = Instant::NEVER;
                }
                None => {}
            }
            if router.connected && self.trouble.unplugged {
                router.connected = false;
                router.answer_at = Instant::NEVER;
                router.link.closed(now, Failure::Closed);
            }
            let moved =
                router.connected && router.exchange(now, self.trouble, &mut self.tally, meter);
            let mut told = false;
            while let Some(event) = self.routers[n].link.event() {
                told = true;
                self.tally.events += 1;
                let input = Input::Router { wan, event };
                self.program.input(now, input, &mut self.outbox);
            }
            if !told && !moved {
                return;
            }
        }
    }
}

impl Router {
    fn exchange(
        &mut self,
        now: Instant,
        trouble: Trouble,
        tally: &mut Tally,
        meter: &mut impl Meter,
    ) -> bool {
        let len = self.link.request(now, &mut self.request).expect("it fits");
        if len > 0 {
            tally.requests += 1;
            let (request, answer, scene) =
                (&self.request[..len], &mut self.answer, &mut self.scene);
            meter.aside(|| answered(now, request, trouble.fault, scene, answer));
            self.given = 0;
            // The next look finds it: a router takes some milliseconds.
            self.answer_at = now + Duration::from_millis(10);
            return false;
        }
        if now < self.answer_at {
            return false;
        }
        // In odd pieces, as the network likes.
        let room = self.link.space();
        let piece = room.len().min(97).min(self.answer.len() - self.given);
        room[..piece].copy_from_slice(&self.answer[self.given..self.given + piece]);
        self.given += piece;
        if self.given == self.answer.len() {
            self.answer_at = Instant::NEVER;
        }
        self.link.received(now, piece);
        if !self.link.is_up() {
            self.connected = false;
        }
        true
    }
}

/// The double's answer as bytes.
fn answered(now: Instant, bytes: &[u8], fault: Fault, scene: &mut Scene, answer: &mut Vec<u8>) {
    let text = core::str::from_utf8(bytes).expect("requests are ASCII");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    let mut lines = head.lines();
    let mut words = lines.next().expect("a request line").split(' ');
    let (method, path) = (words.next().expect("method"), words.next().expect("path"));
    let mut request = Request::new(method, path).carrying(body);
    request.authorization = lines
        .find_map(|line| line.strip_prefix("Authorization: "))
        .map(str::to_owned);
    if scene.fault() != fault {
        scene.set_fault(now, fault);
    }
    let response = scene.answer(now, &request);
    answer.clear();
    match fault {
        Fault::Garbage => answer.extend_from_slice(b"\x16\x03\x01 what?\r\n\r\n"),
        Fault::Silence => {}
        Fault::Chunked => {
            answer.extend_from_slice(
                format!(
                    "HTTP/1.1 {} X\r\nTransfer-Encoding: chunked\r\n\r\n",
                    response.status
                )
                .as_bytes(),
            );
            for chunk in response.body.chunks(7) {
                answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                answer.extend_from_slice(chunk);
                answer.extend_from_slice(b"\r\n");
            }
            answer.extend_from_slice(b"0\r\n\r\n");
        }
        _ => {
            answer.extend_from_slice(
                format!(
                    "HTTP/1.1 {} X\r\nContent-Length: {}\r\nContent-Type: application/json\r\n\r\n",
                    response.status,
                    response.body.len()
                )
                .as_bytes(),
            );
            answer.extend_from_slice(&response.body);
        }
    }
}

fn link_params(config: &wanctl::config::WanConfig) -> LinkParams {
    LinkParams {
        host: "127.0.0.1".into(),
        // wanctl:secret
        authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
        queues: config.router.queues.clone(),
        queue_types: config.router.queue_types.clone(),
        reply_for: config.router.timeout,
        verify_every: config.router.verify_interval,
    }
}
