//! `wanctl --config …`: the autorate daemon from its files to its last line.

mod files;

use std::path::PathBuf;
use std::process::ExitCode;

pub(super) use self::files::is_newer;
use self::files::{leaves_traces, lock_all, restore, scribe_params};
use super::args::RunArgs;
use super::process;
use super::{assemble, banner, calibrate, chronicle, listeners, notices, secret, together};
use crate::autorate::{Autorate, OnExit, Wan, WanParams};
use crate::config::{self, WanConfig};
use crate::program::WanId;
use crate::shell::clock::Clock;
use crate::shell::event_loop::{After, EventLoop, LoopParams};
use crate::shell::lock::Lock;
use crate::shell::realtime;
use crate::shell::scribe::{self, InboxOf, Scribe, ScribeOf};
use crate::shell::signals::{self, Caught};
use crate::time::Duration;

/// The control cycle (contract 3.1).
pub(super) const PERIOD: Duration = Duration::from_millis(50);
/// Where a daemon's words go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Manner {
    /// A service: log files, state documents, health and metrics sockets.
    Service,
    /// By hand: state documents only, and not even those in a dry run.
    ByHand,
    /// On a simulated line: nothing touches a disk; health is served on a free port.
    Demo,
}

/// A daemon ready to run.
pub(super) struct Daemon {
    pub(super) event_loop: EventLoop<Autorate>,
    scribe: ScribeOf<Autorate>,
    /// Held until the end.
    _locks: Vec<Lock>,
}

/// Loads all files, or says all that is wrong with all of them.
pub(super) fn load(paths: &[PathBuf]) -> Result<Vec<config::Loaded<WanConfig>>, String> {
    let (mut loaded, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match config::load(path) {
            Ok(config) => loaded.push(config),
            Err(_) if config::kind(path) == config::FileKind::Steering => problems.push(format!(
                "{file}: is a steering file: wanctl-steering --config {file}",
                file = path.display()
            )),
            Err(report) => problems.push(format!("{}: {report}", path.display())),
        }
    }
    if problems.is_empty() {
        Ok(loaded)
    } else {
        Err(problems.join("\n"))
    }
}

/// Runs until told to stop.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, String> {
    if let Some(first) = args.configs.first() {
        secret::know_what_the_service_knows(first);
    }
    let loaded = match load(&args.configs) {
        Ok(loaded) => loaded,
        Err(sentence) => return Ok(process::unusable(&sentence)),
    };
    if let Some(sentence) = together::refusal(loaded.iter().map(|loaded| &loaded.config)) {
        return Ok(process::unusable(&sentence));
    }
    let realtime_wanted = loaded.iter().any(|loaded| loaded.config.realtime);
    let mut daemon = Daemon::prepare(&loaded, args, Manner::Service)?;
    log::info!(
        "Starting daemon mode with {}s cycle interval",
        PERIOD.as_secs_f64()
    );
    if realtime_wanted {
        process::go_realtime();
    }
    let ended = daemon.event_loop.run(|_, _| After::GoOn);
    daemon.end();
    ended.map(|()| ExitCode::SUCCESS)
}

impl Daemon {
    /// Takes the locks, starts the scribe, opens every socket.
    pub(super) fn prepare(
        loaded: &[config::Loaded<WanConfig>],
        args: &RunArgs,
        manner: Manner,
    ) -> Result<Self, String> {
        // The password is in memory from here on.
        realtime::protect_secrets();
        let clock = Clock::start();
        let signals = signals::catch()?;
        let locks = if leaves_traces(args, manner) {
            lock_all(loaded)?
        } else {
            Vec::new()
        };
        let configs = || loaded.iter().map(|loaded| &loaded.config);
        let followers = match manner {
            Manner::Service => {
                let mut followers = notices::of_wans(clock, configs());
                followers.extend(chronicle::of_wans(clock, configs()));
                followers
            }
            Manner::ByHand | Manner::Demo => Vec::new(),
        };
        let scribe =
            Scribe::start::<Autorate>(clock, scribe_params(loaded, args, manner), followers)?;
        let inbox = scribe.inbox();
        match manner {
            Manner::Service => scribe::install_log(&inbox),
            Manner::ByHand | Manner::Demo => super::once::install_log(args.debug),
        }
        let event_loop = assemble_loop(clock, loaded, args, manner, signals, inbox);
        match event_loop {
            Ok(event_loop) => Ok(Self {
                event_loop,
                scribe,
                _locks: locks,
            }),
            Err(sentence) => {
                // Under systemd the log file is where people look.
                log::error!("{sentence}");
                process::finish(scribe);
                Err(sentence)
            }
        }
    }

    /// Lets the scribe finish and releases the locks.
    pub(super) fn end(self) {
        log::info!("Daemon shutdown complete");
        process::finish(self.scribe);
    }
}

fn assemble_loop(
    clock: Clock,
    loaded: &[config::Loaded<WanConfig>],
    args: &RunArgs,
    manner: Manner,
    signals: Caught,
    inbox: InboxOf<Autorate>,
) -> Result<EventLoop<Autorate>, String> {
    let mut wans = heapless::Vec::new();
    let mut ports = Vec::new();
    for (n, loaded) in (0..).zip(loaded) {
        let sockets = assemble::wan_ports(&loaded.config)?;
        if manner == Manner::Service {
            introduce(&inbox, WanId(n), loaded, &sockets.echo.mode().to_string());
            for warning in calibrate::left_behind(&loaded.config, args.dry_run) {
                process::say(&inbox, WanId(n), log::Level::Warn, &warning);
            }
        }
        let params = wan_params(&loaded.config, args, manner);
        wans.push(Wan::new(clock.now(), params))
            .map_err(|_| "too many WANs")?;
        ports.push(sockets);
    }
    let first = &loaded[0].config;
    let service = manner == Manner::Service;
    if service {
        let configs = || loaded.iter().map(|loaded| &loaded.config);
        let warnings = together::warnings(configs());
        if let Some(sentence) = chronicle::absence(&first.storage) {
            log::info!("{sentence}");
        }
        for warning in warnings.into_iter().chain(listeners::ignored(configs())) {
            process::say(&inbox, WanId(0), log::Level::Warn, &warning);
        }
    }
    let params = LoopParams {
        period: PERIOD,
        wans: ports,
        health: (manner != Manner::ByHand)
            .then(|| listeners::address("health_check", &first.health))
            .flatten(),
        aside: service
            .then(|| chronicle::aside(clock, &first.storage))
            .flatten(),
        metrics: service
            .then(|| listeners::address("metrics", &first.metrics))
            .flatten(),
        signals,
        inbox,
        notifier: process::notifier(),
    };
    EventLoop::new(clock, Autorate::new(wans, args.dry_run), params)
}

/// What a WAN starts from, its last state included.
fn wan_params(config: &WanConfig, args: &RunArgs, manner: Manner) -> WanParams {
    let saved = match manner {
        Manner::Demo => None,
        _ if leaves_traces(args, manner) => restore(config, scribe::read_state),
        _ => restore(config, scribe::peek_state),
    };
    let mut params = assemble::wan_params(config, saved, args.dry_run);
    if manner == Manner::ByHand {
        // What one round has written is its result; the ceilings would undo it at once.
        params.on_exit = OnExit::Leave;
    }
    params
}

/// A WAN's first lines in its log.
fn introduce(
    inbox: &InboxOf<Autorate>,
    id: WanId,
    loaded: &config::Loaded<WanConfig>,
    echo_mode: &str,
) {
    for line in banner::lines(&loaded.config, echo_mode) {
        process::say(inbox, id, log::Level::Info, &line);
    }
    let odd = loaded.warnings.iter().map(ToString::to_string);
    for warning in odd.chain(assemble::warnings(&loaded.config)) {
        process::say(inbox, id, log::Level::Warn, &warning);
    }
}
