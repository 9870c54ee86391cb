//! The one loop: timer, echo sockets, router links, health and metrics, signals, on one thread.
//!
//! It never waits for anything but `poll`. The clock is read once per wake-up, and once more where a
//! microsecond matters: when an echo leaves and when it returns.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use mio::{Events, Interest, Poll, Waker};
use signal_hook::consts::{SIGHUP, SIGUSR1};
use signal_hook_mio::v1_0::Signals;

use super::clock::Clock;
use super::http_server::HttpServer;
use super::inputs::Inputs;
use super::resolver::Resolver;
use super::scribe::{Inbox, Record};
use super::signals::Caught;
use super::sites::{HealthSite, MetricsSite};
use super::summary::Summary;
use super::systemd::Notifier;
use super::timer::Timer;
use super::tokens;
use super::wan_ports::{WanPorts, WanPortsParams};
use crate::program::{Beat, Outbox, Output, Program, WanId};
use crate::report::lines;
use crate::time::{Duration, Instant};

/// Events taken per wake-up; more stay in the kernel.
const EVENTS: usize = 128;
/// How long the last orders of a stopping program may take: what was under way and two writes, at 0.2 s
/// each over SSH (routeros.md 3). A router that takes longer is not waited for.
const STOP_FOR: Duration = Duration::from_secs(1);
/// How often systemd's status line is renewed.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// What a loop is made of, besides its program.
#[derive(Debug)]
pub struct LoopParams {
    /// One tick; 50 ms but for tests.
    pub period: Duration,
    /// The sockets of each WAN.
    pub wans: Vec<WanPortsParams>,
    /// Where `/health` listens.
    pub health: Option<SocketAddr>,
    /// Where `/metrics` listens.
    pub metrics: Option<SocketAddr>,
    /// What `kill` says.
    pub signals: Caught,
    /// The scribe's inbox.
    pub inbox: Inbox,
    /// The service manager.
    pub notifier: Notifier,
}

/// Whether to go on, asked after every tick.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum After {
    /// Go on.
    GoOn,
    /// Stop as if SIGTERM had come.
    Stop,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Running,
    Stopping { until: Instant },
    Ended,
}

/// The loop around a program.
pub struct EventLoop<P> {
    poll: Poll,
    events: Events,
    clock: Clock,
    program: P,
    outbox: Outbox,
    wans: Vec<WanPorts>,
    health: Option<HttpServer<HealthSite>>,
    metrics: Option<HttpServer<MetricsSite>>,
    timer: Timer,
    signals: Signals,
    resolver: Option<Resolver>,
    inbox: Inbox,
    notifier: Notifier,
    petted_at: Instant,
    status_at: Instant,
    work: Duration,
    phase: Phase,
}

impl<P: core::fmt::Debug> core::fmt::Debug for EventLoop<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EventLoop")
            .field("program", &self.program)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

impl<P: Program> EventLoop<P> {
    /// Puts everything on the loop.
    ///
    /// # Errors
    /// In words, whatever the system refused.
    pub fn new(clock: Clock, program: P, params: LoopParams) -> Result<Self, String> {
        let said = |what: &'static str| move |e: io::Error| format!("cannot {what}: {e}");
        let poll = Poll::new().map_err(said("create an event queue"))?;
        let registry = poll.registry();
        let mut timer = Timer::start(clock, clock.now() + params.period, params.period)
            .map_err(|e| e.to_string())?;
        registry
            .register(&mut timer, tokens::TIMER, Interest::READABLE)
            .map_err(said("watch the timer"))?;
        let Caught(mut signals) = params.signals;
        registry
            .register(&mut signals, tokens::SIGNALS, Interest::READABLE)
            .map_err(said("watch signals"))?;
        let waker = Waker::new(registry, tokens::RESOLVER).map_err(said("create a waker"))?;
        let resolver = Resolver::start(Arc::new(waker)).map_err(|e| e.to_string())?;
        let count = params.wans.len();
        let health = params.health.and_then(|address| {
            let site = HealthSite { wans: count };
            let bound = HttpServer::bind(registry, tokens::HEALTH, address, site);
            listening("Health endpoint", "/health", address, bound)
        });
        let metrics = params.metrics.and_then(|address| {
            let site = MetricsSite { wans: count };
            let bound = HttpServer::bind(registry, tokens::METRICS, address, site);
            listening("Prometheus metrics", "/metrics", address, bound)
        });
        let wans = (0..)
            .zip(params.wans)
            .map(|(n, wan)| WanPorts::new(WanId(n), registry, wan))
            .collect::<Result<_, _>>()?;
        let now = clock.now();
        Ok(Self {
            events: Events::with_capacity(EVENTS),
            poll,
            clock,
            program,
            outbox: Outbox::default(),
            wans,
            health,
            metrics,
            timer,
            signals,
            resolver: Some(resolver),
            inbox: params.inbox,
            notifier: params.notifier,
            petted_at: now,
            status_at: now,
            work: Duration::ZERO,
            phase: Phase::Running,
        })
    }

    /// Where `/health` listens, if it could be had.
    pub fn health_address(&self) -> Option<SocketAddr> {
        self.health.as_ref().and_then(HttpServer::address)
    }

    /// The program.
    pub const fn program(&self) -> &P {
        &self.program
    }

    /// Runs until SIGTERM or SIGINT, or until `after` says so after a tick. The first beat declares the
    /// daemon ready.
    ///
    /// # Errors
    /// In words, if `poll` fails: without it there is no loop.
    pub fn run(&mut self, mut after: impl FnMut(Instant, &mut P) -> After) -> Result<(), String> {
        let mut started = false;
        while self.phase != Phase::Ended {
            let wait = self
                .wans
                .iter()
                .any(WanPorts::has_more)
                .then_some(std::time::Duration::ZERO);
            match self.poll.poll(&mut self.events, wait) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(format!("cannot wait for events: {e}")),
            }
            let now = self.clock.now();
            let beat = self.dispatch(now);
            if let Some(beat) = beat {
                self.tick(now, beat);
                if !started {
                    started = true;
                    self.notifier.ready();
                }
                self.notify(now);
                if self.phase == Phase::Running && after(now, &mut self.program) == After::Stop {
                    self.stop(now);
                }
                self.work = self.clock.now() - now;
            }
            self.end_if_done(now);
        }
        Ok(())
    }

    /// Works off what `poll` reported; `Some` if the timer fired.
    fn dispatch(&mut self, now: Instant) -> Option<super::timer::Beat> {
        let mut beat = None;
        let mut signalled = false;
        let mut resolved = false;
        for event in &self.events {
            let registry = self.poll.registry();
            match event.token() {
                tokens::TIMER => beat = Some(self.timer.fire(self.clock)),
                tokens::SIGNALS => signalled = true,
                tokens::RESOLVER => resolved = true,
                token => {
                    if let Some(n) = tokens::wan_of(token) {
                        let (program, outbox) = (&mut self.program, &mut self.outbox);
                        self.wans[n].ready(self.clock, now, registry, token, |input| {
                            program.input(now, input, outbox);
                        });
                    } else if let Some(server) = self.health.as_mut().filter(|s| s.owns(token)) {
                        server.ready(now, token, registry, self.program.status());
                    } else if let Some(server) = self.metrics.as_mut().filter(|s| s.owns(token)) {
                        server.ready(now, token, registry, self.program.status());
                    }
                }
            }
        }
        for wan in &mut self.wans {
            let (program, outbox) = (&mut self.program, &mut self.outbox);
            let registry = self.poll.registry();
            wan.catch_up(self.clock, now, registry, |input| {
                program.input(now, input, outbox);
            });
        }
        if resolved {
            self.collect_names(now);
        }
        if signalled {
            self.handle_signals(now);
        }
        self.carry_out(now);
        beat.filter(|beat| beat.due > 0)
    }

    fn tick(&mut self, now: Instant, beat: super::timer::Beat) {
        for wan in &mut self.wans {
            let (program, outbox) = (&mut self.program, &mut self.outbox);
            let registry = self.poll.registry();
            wan.tick(now, registry, self.resolver.as_mut(), |input| {
                program.input(now, input, outbox);
            });
        }
        self.carry_out(now);
        if self.phase == Phase::Running {
            let beat = Beat {
                missed: beat.due - 1,
                late: beat.late,
                work: self.work,
                records_lost: self.inbox.lost(),
            };
            self.program.tick(now, beat, &mut self.outbox);
            self.carry_out(now);
        }
        let registry = self.poll.registry();
        if let Some(server) = &mut self.health {
            server.tick(now, registry, self.program.status());
        }
        if let Some(server) = &mut self.metrics {
            server.tick(now, registry, self.program.status());
        }
    }

    /// Does what the program asked for, until it asks for nothing more.
    fn carry_out(&mut self, now: Instant) {
        let registry = self.poll.registry();
        let mut replies = Inputs::new();
        loop {
            while let Some(output) = self.outbox.pop() {
                match output {
                    Output::Probe { wan, echo } => {
                        self.wans[wan.index()].probe(self.clock, now, echo);
                    }
                    Output::TryTcp { wan } => {
                        self.wans[wan.index()].try_tcp(self.clock, now, registry, |input| {
                            replies.keep(input);
                        });
                    }
                    Output::Write { wan, order } => {
                        let ports = &mut self.wans[wan.index()];
                        ports.write(order);
                        ports.drive(now, registry, |input| replies.keep(input));
                    }
                    Output::Save { wan, saved } => self.inbox.leave(Record::Save { wan, saved }),
                    Output::Tell { wan, fact } => {
                        if lines::level(&fact) <= log::Level::Info || self.inbox.wants_debug() {
                            self.inbox.leave(Record::Fact { wan, fact });
                        }
                    }
                }
            }
            match replies.take() {
                Some(input) => self.program.input(now, input, &mut self.outbox),
                None => return,
            }
        }
    }

    fn collect_names(&mut self, now: Instant) {
        while let Some(answer) = self.resolver.as_mut().and_then(Resolver::take) {
            for wan in &mut self.wans {
                wan.resolved(now, &answer);
            }
        }
    }

    fn handle_signals(&mut self, now: Instant) {
        let mut stop = false;
        for signal in self.signals.pending() {
            match signal {
                SIGHUP => self.inbox.leave(Record::Reopen),
                SIGUSR1 => {
                    let debug = self.inbox.toggle_debug();
                    log::info!("Debug logging {}", if debug { "on" } else { "off" });
                }
                _ => stop = true,
            }
        }
        if stop {
            match self.phase {
                Phase::Running => self.stop(now),
                // Asked twice: at once.
                Phase::Stopping { .. } | Phase::Ended => self.phase = Phase::Ended,
            }
        }
    }

    fn stop(&mut self, now: Instant) {
        log::info!("Shutdown requested, exiting gracefully...");
        self.notifier.stopping();
        self.phase = Phase::Stopping {
            until: now + STOP_FOR,
        };
        self.program.stop(now, &mut self.outbox);
        self.carry_out(now);
    }

    /// A stopping loop ends when the last orders are answered, or cannot be in time.
    fn end_if_done(&mut self, now: Instant) {
        if let Phase::Stopping { until } = self.phase
            && (now >= until || !self.wans.iter().any(WanPorts::is_writing))
        {
            self.phase = Phase::Ended;
        }
    }

    fn notify(&mut self, now: Instant) {
        if let Some(period) = self.notifier.watchdog_period()
            && now - self.petted_at >= period
        {
            self.petted_at = now;
            self.notifier.watchdog();
        }
        if now >= self.status_at {
            self.status_at = now + STATUS_EVERY;
            if let Some(wan) = self.program.status().wans.first() {
                self.notifier.status(format_args!("{}", Summary(wan, now)));
            }
        }
    }
}

/// A socket that cannot be had is a warning, as in v1.7: control goes on without it.
fn listening<S: super::http_server::Site>(
    what: &str,
    path: &str,
    address: SocketAddr,
    bound: Result<HttpServer<S>, String>,
) -> Option<HttpServer<S>> {
    match bound {
        Ok(server) => {
            if let Some(address) = server.address() {
                log::info!("{what} available at http://{address}{path}");
            }
            Some(server)
        }
        Err(e) => {
            log::warn!("{what} not available, cannot listen on {address}: {e}");
            None
        }
    }
}
