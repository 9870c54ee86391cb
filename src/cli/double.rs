//! `wanctl double`: the RouterOS double alone, for whoever wants to talk to it; `wanctl double-cli`:
//! its console, for one command.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::args::{DoubleArgs, Tls};
use super::fingerprint::digits;
use super::stage::certificate::Certificate;
use super::stage::cli_socket;
use super::stage::stop::Stop;
use super::stage::world::{World, WorldOptions};
use crate::sim::double::RouterOptions;
use crate::sim::line::LineOptions;
use crate::sim::schedule::Schedule;
use crate::time::{Duration, Instant};

/// What ssh says when the session breaks.
const BROKEN: u8 = 255;
/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn run(args: &DoubleArgs) -> Result<ExitCode, String> {
    let ended = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&ended))
            .map_err(|e| format!("cannot catch signals: {e}"))?;
    }
    let certificate = match args.tls {
        Tls::None => None,
        wanted => Some(Certificate::make(wanted == Tls::Only12)?),
    };
    let fingerprint = certificate.as_ref().map(|made| digits(&made.fingerprint));
    let line = LineOptions::default();
    let world = World::start(WorldOptions {
        tls: certificate.map(|made| made.config),
        fingerprint: fingerprint.clone(),
        router_port: args.port,
        cli_socket: args.ssh_socket.clone(),
        schedule: Schedule::demo(line.capacity),
        line,
        router: RouterOptions {
            profile: args.profile,
            ..RouterOptions::default()
        },
        ..WorldOptions::default()
    })
    .map_err(|e| format!("cannot set up the double: {e}"))?;
    if args.tls == Tls::Only12 {
        world.terminal("/ip service set www-ssl tls-version=only-1.2");
    }
    world.fault(args.fault);
    super::print(&greeting(args, &world, fingerprint.as_deref()))?;
    let end_at = args
        .seconds
        .map_or(Instant::NEVER, |n| Instant::ZERO + Duration::from_secs(n));
    let never = Stop::default();
    while !ended.load(Ordering::Relaxed) && world.clock().now() < end_at {
        never.wait(LOOK);
    }
    Ok(ExitCode::SUCCESS)
}

fn greeting(args: &DoubleArgs, world: &World, fingerprint: Option<&str>) -> String {
    let defaults = RouterOptions::default();
    let reflectors = world.reflector_addresses().iter();
    let reflectors: Vec<String> = reflectors
        .map(|address| format!("udp://{address}"))
        .collect();
    let (scheme, pin) = fingerprint.map_or(("http", String::new()), |digits| {
        ("https", format!("tls_fingerprint: \"{digits}\"\n"))
    });
    format!(
        "RouterOS {}\nREST: {scheme}://127.0.0.1:{}/rest, user {}, password {}\n{pin}console: {}\n\
         queues: {}, {}\nreflectors: {}\n",
        args.profile.version(),
        world.router_port(),
        defaults.user,
        defaults.password,
        world.cli_socket().display(),
        defaults.queues.down,
        defaults.queues.up,
        reflectors.join(" "),
    )
}

pub(super) fn ask(socket: &Path, command: &str) -> Result<ExitCode, String> {
    let forced = std::env::var("SSH_ORIGINAL_COMMAND").ok();
    let line = forced.as_deref().unwrap_or(command);
    if line.is_empty() {
        return Err("the double has a console for single commands only".to_owned());
    }
    let outcome = cli_socket::ask(socket, line)
        .map_err(|e| format!("no double listens at {}: {e}", socket.display()))?;
    match outcome {
        None => Ok(ExitCode::from(BROKEN)),
        Some(outcome) => {
            super::print(&outcome.output)?;
            Ok(ExitCode::from(outcome.status))
        }
    }
}
