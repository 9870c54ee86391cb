//! Line, router and reflectors of one WAN, running in real time.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rustls::ServerConfig;

use super::cli_socket::CliServer;
use super::clock::Clock;
use super::port::Port;
use super::reflectors::{Manner, Reflectors};
use super::router::RouterServer;
use super::stop::lock;
use crate::direction::Direction;
use crate::sim::double::RouterOptions;
use crate::sim::double::cli::CliOutcome;
use crate::sim::double::faults::Fault;
use crate::sim::double::journal::Entry;
use crate::sim::line::LineOptions;
use crate::sim::scene::{Scene, SceneOptions};
use crate::sim::schedule::Schedule;
use crate::units::Rate;

/// What a world starts with.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The router's certificate; without, it speaks plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
    /// What `/certificate` shows as its SHA-256, in hexadecimal digits; any, if nobody looks.
    pub fingerprint: Option<String>,
    /// The router's port; 0 is any free one.
    pub router_port: u16,
    /// Where the console listens; without, a new path in the temporary directory.
    pub cli_socket: Option<PathBuf>,
    /// How many reflectors.
    pub reflectors: usize,
    /// The line.
    pub line: LineOptions,
    /// The router.
    pub router: RouterOptions,
    /// What will happen to the line.
    pub schedule: Schedule,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            tls: None,
            fingerprint: None,
            router_port: 0,
            cli_socket: None,
            reflectors: 3,
            line: LineOptions::default(),
            router: RouterOptions::default(),
            schedule: Schedule::new(),
        }
    }
}

/// A running world. Dropping it ends all its threads.
///
/// Nothing ticks in here: the scene catches up, exactly, whenever a request or an echo comes in.
#[derive(Debug)]
pub struct World {
    scene: Arc<Mutex<Scene>>,
    clock: Clock,
    tls: Option<Arc<ServerConfig>>,
    port: Arc<Port>,
    router: Option<RouterServer>,
    console: CliServer,
    reflectors: Reflectors,
}

impl World {
    /// Opens all ports.
    ///
    /// # Errors
    /// If the system has no ports, sockets or threads left.
    pub fn start(options: WorldOptions) -> io::Result<Self> {
        let clock = Clock::new();
        let scene = Arc::new(Mutex::new(Scene::new(&SceneOptions {
            line: options.line,
            router: options.router,
            schedule: options.schedule,
            ..SceneOptions::default()
        })));
        let tls = options.tls;
        let port = Arc::new(Port::take(options.router_port)?);
        {
            let router = &mut lock(&scene).router;
            let service = if tls.is_some() { "www-ssl" } else { "www" };
            router.set_service(service, Some(port.number()));
            if tls.is_some() {
                router.certify("router", options.fingerprint.as_deref());
            }
        }
        let router = RouterServer::start(&port, Arc::clone(&scene), clock, tls.clone())?;
        let console = CliServer::start(options.cli_socket, Arc::clone(&scene), clock)?;
        let reflectors = Reflectors::start(options.reflectors, Arc::clone(&scene), clock)?;
        Ok(Self {
            scene,
            clock,
            tls,
            port,
            router: Some(router),
            console,
            reflectors,
        })
    }

    /// Where the router listens, or did before it was unplugged.
    pub fn router_port(&self) -> u16 {
        self.port.number()
    }

    /// Where the reflectors are.
    pub fn reflector_addresses(&self) -> &[SocketAddr] {
        self.reflectors.addresses()
    }

    /// Changes one reflector's behaviour.
    pub fn set_reflector(&self, reflector: usize, manner: Manner) {
        self.reflectors.set_manner(reflector, manner);
    }

    /// What modem and provider pass from now on; zero is a dead line.
    pub fn set_capacity(&self, direction: Direction, capacity: Rate) {
        let now = self.clock.now();
        self.scene()
            .first
            .line
            .set_capacity(now, direction, capacity);
    }

    /// What the home would like to move from now on.
    pub fn set_demand(&self, direction: Direction, demand: Rate) {
        let now = self.clock.now();
        self.scene().first.line.set_demand(now, direction, demand);
    }

    /// What is wrong with the router from now on.
    pub fn fault(&self, fault: Fault) {
        let now = self.clock.now();
        self.scene().set_fault(now, fault);
        if let Fault::Reboot(_) = fault {
            self.hang_up();
        }
    }

    /// Where the router's console listens: one line in, its output out (see [`cli_socket`]).
    ///
    /// [`cli_socket`]: super::cli_socket
    pub fn cli_socket(&self) -> &Path {
        self.console.path()
    }

    /// The requests so far, oldest first.
    pub fn journal(&self) -> Vec<Entry> {
        self.scene().router.journal.entries().cloned().collect()
    }

    /// What somebody does at the router's own terminal, with every right; what it prints.
    pub fn terminal(&self, line: &str) -> CliOutcome {
        let outcome = self.scene().run_terminal(self.clock.now(), line);
        if let Some(router) = &self.router {
            router.follow();
        }
        outcome
    }

    /// What a direction is shaped to; `None` if its queue is missing or disabled.
    pub fn max_limit(&self, direction: Direction) -> Option<Rate> {
        self.scene().max_limit(direction)
    }

    /// Connections the router accepted since it was last plugged in.
    pub fn connections(&self) -> u64 {
        self.router.as_ref().map_or(0, RouterServer::connections)
    }

    /// The router closes every open connection, silently.
    pub fn hang_up(&self) {
        if let Some(router) = &self.router {
            router.hang_up();
        }
    }

    /// Pulls the router's plug: connections close, new ones are refused.
    pub fn unplug_router(&mut self) {
        self.router = None;
    }

    /// Plugs it in again, on the same port; counters and uptime start over.
    ///
    /// # Errors
    /// If the system has no sockets or threads left.
    pub fn plug_router(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        self.scene().router.reboot(now);
        let scene = Arc::clone(&self.scene);
        self.router = None;
        self.router = Some(RouterServer::start(
            &self.port,
            scene,
            self.clock,
            self.tls.clone(),
        )?);
        Ok(())
    }

    /// Everything else one may want to look at or change, up to date. While this is held, neither
    /// router nor reflectors answer.
    pub fn scene(&self) -> MutexGuard<'_, Scene> {
        let mut scene = lock(&self.scene);
        scene.advance(self.clock.now());
        scene
    }

    /// The world's clock, for the line's setters.
    pub const fn clock(&self) -> Clock {
        self.clock
    }
}
