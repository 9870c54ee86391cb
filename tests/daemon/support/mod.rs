//! A world, a daemon to live in it, and the patience to watch.

mod daemon;
mod setup;

use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};
use std::time::Duration as StdDuration;

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::sim::double::journal::Entry;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

pub(crate) use self::daemon::Daemon;
pub(crate) use self::setup::Setup;

/// The router's credentials: words that stand in no log by accident.
pub(crate) const USER: &str = "wanctl";
pub(crate) const PASSWORD: &str = "hunter2-Zq9";
/// `USER:PASSWORD` in base64.
const BASIC: &str = "d2FuY3RsOmh1bnRlcjItWnE5";
/// `PASSWORD` in base64, but for the end, which depends on what follows.
const ENCODED: &str = "aHVudGVyMi1acT";

/// Nobody learns the password from this.
pub(crate) fn assert_secretless(said: &str) {
    for secret in [PASSWORD, BASIC, ENCODED, "Authorization"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

/// The config's ceilings; the line passes 500 and 40.
pub(crate) const CEILING_DOWN: Rate = Rate::mbit(480);
pub(crate) const CEILING_UP: Rate = Rate::mbit(38);

/// Longest wait for what should take a second or a few.
pub(crate) const PATIENCE: u64 = 30;

/// The default world with our password.
pub(crate) fn world() -> World {
    world_of(WorldOptions::default())
}

pub(crate) fn world_of(mut options: WorldOptions) -> World {
    PASSWORD.clone_into(&mut options.router.password);
    World::start(options).expect("loopback has free ports")
}

/// The home wants more than the line has, and the line has half of what it had.
pub(crate) fn squeeze(world: &World) {
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    world.set_capacity(Direction::Down, Rate::mbit(250));
}

/// All is as it was.
pub(crate) fn relax(world: &World) {
    world.set_demand(Direction::Down, Rate::ZERO);
    world.set_capacity(Direction::Down, Rate::mbit(500));
}

/// Whether the router holds the ceilings, which is what an idle line ends at.
pub(crate) fn holds_ceilings(world: &World) -> bool {
    world.max_limit(Direction::Down) == Some(CEILING_DOWN)
        && world.max_limit(Direction::Up) == Some(CEILING_UP)
}

/// Whether the router holds limits of ours for both queues: the ceilings, or less if an echo was late on a busy
/// machine. It began with what the line passes.
pub(crate) fn holds_ours(world: &World) -> bool {
    let at_most = |direction, ceiling| {
        world
            .max_limit(direction)
            .is_some_and(|held| held <= ceiling)
    };
    at_most(Direction::Down, CEILING_DOWN) && at_most(Direction::Up, CEILING_UP)
}

/// The writes among the requests so far.
pub(crate) fn writes(world: &World) -> Vec<Entry> {
    let mut journal = world.journal();
    journal.retain(Entry::is_write);
    journal
}

/// The binary, without what this process inherited.
pub(crate) fn wanctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    for variable in [
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "WANCTL_LOG_FORMAT",
        "ROUTER_PASSWORD",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the binary is there");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

pub(crate) fn tempdir() -> TempDir {
    tempfile::tempdir().expect("a place for temporary files")
}

pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(StdDuration::from_secs(10)))
        .max_idle_connections(0)
        .build()
        .new_agent()
}

pub(crate) fn get(agent: &Agent, address: SocketAddr, path: &str) -> (u16, String) {
    let url = format!("http://{address}{path}");
    let mut response = agent.get(&url).call().expect("an answer");
    let body = response.body_mut().read_to_string().expect("a whole body");
    (response.status().as_u16(), body)
}

/// The WAN of a single-WAN health document.
pub(crate) fn wan(health: &Value) -> &Value {
    &health["wans"][0]
}

pub(crate) fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// How much longer than on an idle machine anything may take: somebody may be building beside us.
const BUSY: u64 = 3;

/// Polls until there is something; `seconds` are those of an idle machine.
pub(crate) fn wait_for<T>(what: &str, seconds: u64, mut probe: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::new();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(
            clock.now() < limit(BUSY * seconds),
            "{what}: not in {BUSY} x {seconds} s"
        );
        nap(20);
    }
}

pub(crate) fn wait_until(what: &str, seconds: u64, mut is_so: impl FnMut() -> bool) {
    wait_for(what, seconds, || is_so().then_some(()));
}

pub(crate) fn limit(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// A pause between two looks.
pub(crate) fn nap(millis: u64) {
    let (clock, span) = (Clock::new(), Duration::from_millis(millis));
    while clock.now() < Instant::ZERO + span {
        // May wake early, hence the loop.
        std::thread::park_timeout(StdDuration::from_millis(millis));
    }
}
