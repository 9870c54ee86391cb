//! The one loop: timer, echo sockets, router links, health and metrics, signals, on one thread.
//!
//! It never waits for anything but `poll`. The clock is read once per wake-up, and once more where a
//! microsecond matters: when an echo leaves and when it returns.

mod orders;
mod outside;
mod wake;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use mio::{Events, Interest, Poll, Registry, Token, Waker};
use signal_hook_mio::v1_0::Signals;

use super::clock::Clock;
use super::http_server::{Aside, HttpServer, Site};
use super::resolver::Resolver;
use super::scribe::{Inbox, InboxOf};
use super::signals::Caught;
use super::sites::{HealthSite, MetricsSite};
use super::systemd::Notifier;
use super::timer::Timer;
use super::tokens;
use super::wan_ports::{WanPorts, WanPortsParams};
use crate::program::{Outbox, OutboxOf, WanId};
use crate::report::Report;
use crate::router::rest::talk::RestTalk;
use crate::router::ssh::talk::SshTalk;
use crate::router::{rest, ssh};
use crate::time::{Duration, Instant};

/// Events taken per wake-up; more stay in the kernel.
const EVENTS: usize = 128;
/// What a loop is made of, besides its program.
#[derive(Debug)]
pub struct LoopParams<S, F, R = rest::LinkParams, C = ssh::LinkParams> {
    /// One tick; 50 ms but for tests.
    pub period: Duration,
    /// The sockets of each WAN.
    pub wans: Vec<WanPortsParams<R, C>>,
    /// Where `/health` listens.
    pub health: Option<SocketAddr>,
    /// Who answers beside `/health` what takes too long for the loop.
    pub aside: Option<Box<dyn Aside>>,
    /// Where `/metrics` listens.
    pub metrics: Option<SocketAddr>,
    /// What `kill` says.
    pub signals: Caught,
    /// The scribe's inbox.
    pub inbox: Inbox<S, F>,
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

/// A program that the loop can run: it can be reported on, and talks over both transports.
pub trait Runs: Report<Talk: RestTalk + SshTalk> {}
impl<P: Report<Talk: RestTalk + SshTalk>> Runs for P {}

/// The loop around a program.
pub struct EventLoop<P: Runs> {
    poll: Poll,
    events: Events,
    clock: Clock,
    program: P,
    outbox: OutboxOf<P>,
    wans: Vec<WanPorts<P::Talk>>,
    health: Option<HttpServer<HealthSite<P>>>,
    metrics: Option<HttpServer<MetricsSite<P>>>,
    timer: Timer,
    signals: Signals,
    resolver: Option<Resolver>,
    inbox: InboxOf<P>,
    notifier: Notifier,
    petted_at: Instant,
    status_at: Instant,
    work: Duration,
    phase: Phase,
}

impl<P: Runs + core::fmt::Debug> core::fmt::Debug for EventLoop<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EventLoop")
            .field("program", &self.program)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

impl<P: Runs> EventLoop<P> {
    /// Puts everything on the loop.
    ///
    /// # Errors
    /// In words, whatever the system refused.
    pub fn new<R, C>(
        clock: Clock,
        program: P,
        params: LoopParams<P::Saved, P::Fact, R, C>,
    ) -> Result<Self, String>
    where
        R: rest::talk::Setup<Talk = P::Talk>,
        C: ssh::talk::Setup<Talk = P::Talk>,
    {
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
        let health = listening(
            registry,
            tokens::HEALTH,
            params.health,
            HealthSite::of(&program),
            params.aside,
            ("Health endpoint", "/health"),
        );
        let metrics = listening(
            registry,
            tokens::METRICS,
            params.metrics,
            MetricsSite::of(&program),
            None,
            ("Prometheus metrics", "/metrics"),
        );
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

    /// The clock of the process.
    pub const fn clock(&self) -> Clock {
        self.clock
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
        let now = self.clock.now();
        self.take_back();
        self.program.ended(now, &mut self.outbox);
        self.carry_out(now);
        Ok(())
    }
}

/// A socket that cannot be had is a warning, as in v1.7: control goes on without it.
fn listening<S: Site>(
    registry: &Registry,
    base: Token,
    address: Option<SocketAddr>,
    site: S,
    aside: Option<Box<dyn Aside>>,
    (what, path): (&str, &str),
) -> Option<HttpServer<S>> {
    let address = address?;
    match HttpServer::bind(registry, base, address, site, aside) {
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
