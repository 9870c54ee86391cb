//! `wanctl-steering --config F`: the steering daemon from its file to its last line (contract 2.2, 4.1).

pub mod assemble;
mod banner;

use std::path::Path;
use std::process::ExitCode;

use super::args::SteeringArgs;
use super::{chronicle, complain, listeners, notices, print, process, secret};
use crate::config::{self, Loaded, SteeringConfig};
use crate::program::Program;
use crate::report::steering::{self as report, state};
use crate::shell::clock::Clock;
use crate::shell::event_loop::{After, EventLoop, LoopParams};
use crate::shell::feed::FeedReader;
use crate::shell::lock::Lock;
use crate::shell::realtime;
use crate::shell::scribe::{
    self, Documents, InboxOf, ReadError, Scribe, ScribeOf, ScribeParams, WanFiles,
};
use crate::shell::signals;
use crate::status::label;
use crate::steer::{PRIMARY, Steer};
use crate::steering::fact::Standing;
use crate::steering::record::Saved;
use crate::steering::rule::Belief;
use crate::time::{Duration, Instant};

/// The loop's beat; a cycle comes every `interval_seconds`.
const PERIOD: Duration = super::daemon::PERIOD;
/// How long `--reset` tries before it says that it failed.
const RESET_FOR: Duration = Duration::from_secs(20);

/// What the process is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Errand {
    /// To steer until told to stop.
    Steer,
    /// To switch the rule off.
    Reset,
}

/// A daemon ready to run.
struct Daemon {
    event_loop: EventLoop<Steer>,
    scribe: ScribeOf<Steer>,
    /// Held until the end.
    _lock: Lock,
}

/// Runs until told to stop, or resets.
pub(super) fn run(args: &SteeringArgs) -> Result<ExitCode, String> {
    secret::know_what_the_service_knows(&args.config);
    let loaded = match load(&args.config) {
        Ok(loaded) => loaded,
        Err(sentence) => return Ok(process::unusable(&sentence)),
    };
    if args.reset {
        reset(&loaded, args)
    } else {
        steer(&loaded, args)
    }
}

/// Checks the file.
pub(super) fn validate(config: &Path) -> Result<ExitCode, String> {
    let (text, valid) = config::validate_report(config);
    print(&text)?;
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn load(path: &Path) -> Result<Loaded<SteeringConfig>, String> {
    config::load_steering(path).map_err(|report| {
        if config::load(path).is_ok() {
            let file = path.display();
            return format!("{file}: is the file of a WAN: wanctl --config {file}");
        }
        // v1.7's words; the report goes on with the file.
        format!("ERROR: Failed to load config: {}: {report}", path.display())
    })
}

fn steer(loaded: &Loaded<SteeringConfig>, args: &SteeringArgs) -> Result<ExitCode, String> {
    let config = &loaded.config;
    let mut daemon = Daemon::prepare(loaded, args, Errand::Steer)?;
    let (feed, sentence) = assemble::feed(config);
    if let Some(sentence) = sentence {
        log::warn!("{sentence}");
    }
    let clock = daemon.event_loop.clock();
    let mut feed = FeedReader::start(clock, feed).map_err(|e| e.to_string())?;
    log::info!(
        "Starting daemon mode with {}s cycle interval",
        config.measurement.interval.as_secs_f64()
    );
    if config.realtime {
        process::go_realtime();
    }
    let ended = daemon.event_loop.run(|now, program: &mut Steer| {
        program.hear(now, feed.latest(now));
        After::GoOn
    });
    daemon.end();
    ended.map(|()| ExitCode::SUCCESS)
}

/// Switches the rule off, sees that it is, saves that, and says so (W-29).
fn reset(loaded: &Loaded<SteeringConfig>, args: &SteeringArgs) -> Result<ExitCode, String> {
    let config = &loaded.config;
    let mut daemon = Daemon::prepare(loaded, args, Errand::Reset)?;
    log::info!("Reset: the steering rule is to be disabled");
    let ended = daemon.event_loop.run(|now, program: &mut Steer| {
        let belief = program.status().rule.belief;
        let hopeless = matches!(belief, Belief::Missing | Belief::Ambiguous(_));
        if program.is_off() || hopeless || now >= Instant::ZERO + RESET_FOR {
            After::Stop
        } else {
            After::GoOn
        }
    });
    let program = daemon.event_loop.program();
    let off = program.is_off();
    let why = program.status().trouble();
    daemon.end();
    ended?;
    let (comment, state) = (&config.comment, config.state_file.display());
    let sentence = if !off {
        let why = why.map_or("the router did not answer in time", report::trouble);
        format!("the rule \"{comment}\" could not be seen to be disabled: {why}")
    } else if peek(config).is_some_and(|saved| saved.standing == Standing::Good) {
        return print(&format!(
            "The rule \"{comment}\" is disabled, and {state} says so.\n"
        ));
    } else {
        format!("the rule \"{comment}\" is disabled, but {state} could not be written")
    };
    complain(&format!("wanctl: {sentence}"));
    Ok(ExitCode::FAILURE)
}

impl Daemon {
    /// Takes the lock, starts the scribe, opens every socket.
    fn prepare(
        loaded: &Loaded<SteeringConfig>,
        args: &SteeringArgs,
        errand: Errand,
    ) -> Result<Self, String> {
        let config = &loaded.config;
        // The password is in memory from here on.
        realtime::protect_secrets();
        let clock = Clock::start();
        let signals = signals::catch()?;
        let lock = process::lock(&config.lock.file, "")?;
        let followers = match errand {
            Errand::Steer => {
                let mut followers = notices::of_steering(clock, config);
                followers.extend(chronicle::of_steering(clock, config));
                followers
            }
            Errand::Reset => Vec::new(),
        };
        let scribe = Scribe::start::<Steer>(clock, scribe_params(config, args), followers)?;
        let inbox = scribe.inbox();
        scribe::install_log(&inbox);
        if let Some(sentence) = chronicle::absence(&config.storage) {
            log::info!("{sentence}");
        }
        let assembled = assemble::ports(config, errand == Errand::Steer).and_then(|wans| {
            let mode = wans[0].echo.mode().to_string();
            if errand == Errand::Steer {
                introduce(&inbox, loaded, &mode);
            }
            let saved = restore(config);
            let mut program = Steer::new(clock.now(), assemble::params(config, saved));
            if errand == Errand::Reset {
                program.retire(clock.now());
            }
            let listens = errand == Errand::Steer;
            let address = |section, listen| {
                let address = listeners::address(section, listen);
                address.filter(|_| listens)
            };
            let params = LoopParams {
                period: PERIOD.min(config.measurement.interval),
                wans,
                health: address("health_check", &config.health),
                aside: None,
                metrics: address("metrics", &config.metrics),
                signals,
                inbox,
                notifier: process::notifier(),
            };
            EventLoop::new(clock, program, params)
        });
        match assembled {
            Ok(event_loop) => Ok(Self {
                event_loop,
                scribe,
                _lock: lock,
            }),
            Err(sentence) => {
                // Under systemd the log file is where people look.
                log::error!("{sentence}");
                process::finish(scribe);
                Err(sentence)
            }
        }
    }

    fn end(self) {
        log::info!("Shutdown complete");
        process::finish(self.scribe);
    }
}

fn scribe_params(config: &SteeringConfig, args: &SteeringArgs) -> ScribeParams {
    ScribeParams {
        wans: vec![WanFiles {
            name: label(&config.wan_name),
            main_log: Some(config.logging.main_log.clone()),
            debug_log: Some(config.logging.debug_log.clone()),
            states: vec![config.state_file.clone()],
        }],
        format: process::log_format(),
        debug: args.debug,
        console: true,
    }
}

/// The first lines of the log.
fn introduce(inbox: &InboxOf<Steer>, loaded: &Loaded<SteeringConfig>, echo_mode: &str) {
    let config = &loaded.config;
    for line in banner::lines(config, echo_mode) {
        process::say(inbox, PRIMARY, log::Level::Info, &line);
    }
    let odd = loaded.warnings.iter().map(ToString::to_string);
    let router = super::assemble::router_warnings(&config.file, &config.router);
    for warning in odd.chain(router) {
        process::say(inbox, PRIMARY, log::Level::Warn, &warning);
    }
}

/// How the state document is read.
fn with_documents<T>(config: &SteeringConfig, read: impl FnOnce(&Documents<'_, Saved>) -> T) -> T {
    let prefix = config.topology.state_prefix();
    let history = config.params.history_size;
    read(&Documents {
        longest: state::LONGEST,
        parse: &|bytes| state::parse(bytes, &prefix, history),
    })
}

/// The state document as it lies there.
fn peek(config: &SteeringConfig) -> Option<Saved> {
    peek_at(config, &config.state_file).ok()?
}

/// The state document as it lies at another path.
pub(super) fn peek_at(config: &SteeringConfig, path: &Path) -> Result<Option<Saved>, ReadError> {
    with_documents(config, |documents| scribe::peek_state(path, documents))
}

/// Reads the state document, or its backup.
fn restore(config: &SteeringConfig) -> Option<Saved> {
    let path = &config.state_file;
    with_documents(config, |documents| {
        match scribe::read_state(path, documents) {
            Ok(saved) => saved,
            Err(e) => {
                log::warn!("Could not load state: {} {e}", path.display());
                let (backup, saved) = scribe::peek_backup(path, documents)?;
                log::info!("State taken over from {}", backup.display());
                Some(saved)
            }
        }
    })
}
