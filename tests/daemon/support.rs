//! A daemon in a directory of its own, and a world for it to live in.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
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

/// The router's credentials: words that stand in no log by accident.
pub(crate) const USER: &str = "wanctl";
pub(crate) const PASSWORD: &str = "hunter2-Zq9";
/// `USER:PASSWORD` in base64.
const BASIC: &str = "d2FuY3RsOmh1bnRlcjItWnE5";

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

/// The writes among the requests so far.
pub(crate) fn writes(world: &World) -> Vec<Entry> {
    let mut journal = world.journal();
    journal.retain(Entry::is_write);
    journal
}

/// A WAN file to be.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) name: String,
    port: u16,
    pub(crate) scheme: &'static str,
    reflectors: Vec<SocketAddr>,
    verify_interval: u32,
    /// More lines of `router`.
    pub(crate) router: String,
    /// More sections.
    pub(crate) more: String,
    pub(crate) write_limit: &'static str,
    /// The value of `health_check`.
    pub(crate) health: String,
    pub(crate) main_log: PathBuf,
    pub(crate) state_file: Option<PathBuf>,
}

impl Setup {
    /// A daemon of this world: reads back every second and may write as often as it likes.
    pub(crate) fn new(world: &World) -> Self {
        Self {
            name: "wan1".into(),
            port: world.router_port(),
            scheme: "http",
            reflectors: world.reflector_addresses().to_vec(),
            verify_interval: 1,
            router: String::new(),
            more: String::new(),
            write_limit: "write_limit: { changes: 64, window_sec: 1 }",
            health: "{ port: 0 }".into(),
            main_log: "wan1.log".into(),
            state_file: None,
        }
    }

    pub(crate) fn router(mut self, line: &str) -> Self {
        // A String takes everything.
        let _ = write!(self.router, "\n  {line}");
        self
    }

    pub(crate) const fn read_back_every(mut self, seconds: u32) -> Self {
        self.verify_interval = seconds;
        self
    }

    /// The file's text; relative paths are inside `dir`.
    fn text(&self, dir: &Path) -> String {
        let hosts: Vec<_> = self
            .reflectors
            .iter()
            .map(|address| format!("\"udp://{address}\""))
            .collect();
        let Self {
            name,
            port,
            scheme,
            router,
            more,
            write_limit,
            verify_interval,
            health,
            ..
        } = self;
        let dir_text = dir.display();
        let state_file = self.state_file.as_ref().map_or(String::new(), |path| {
            format!("state_file: {}\n", dir.join(path).display())
        });
        format!(
            "\
wan_name: {name}
router:
  host: 127.0.0.1
  port: {port}
  scheme: {scheme}
  transport: rest
  user: {USER}
  password: {PASSWORD}
  ssh_key: /nonexistent
  verify_interval: {verify_interval}
  {write_limit}
  queue_types: {{ download: leave, upload: leave }}{router}
queues: {{ download: WAN-Download, upload: WAN-Upload }}
continuous_monitoring:
  enabled: true
  baseline_rtt_initial: 24
  download:
    floor_green_mbps: 150
    floor_yellow_mbps: 120
    floor_soft_red_mbps: 100
    floor_red_mbps: 80
    ceiling_mbps: 480
    step_up_mbps: 3
    factor_down: 0.85
  upload: {{ floor_mbps: 8, ceiling_mbps: 38, step_up_mbps: 1, factor_down: 1.0, factor_down_yellow: 1.0 }}
  thresholds:
    target_bloat_ms: 12
    warn_bloat_ms: 45
    hard_red_bloat_ms: 80
    baseline_time_constant_sec: 50
    load_time_constant_sec: 0.1
  ping_hosts: [{}]
  use_median_of_three: true
  fallback_checks: {{ check_gateway: false, check_tcp: false }}
health_check: {health}
logging: {{ main_log: {}, debug_log: {dir_text}/{name}_debug.log }}
lock_file: {dir_text}/{name}.lock
lock_timeout: 300
{state_file}storage: {{ db_path: \"\" }}
{more}",
            hosts.join(", "),
            dir.join(&self.main_log).display(),
        )
    }

    /// Writes the file into `dir`.
    pub(crate) fn write(&self, dir: &Path) -> PathBuf {
        let path = dir.join(format!("{}.yaml", self.name));
        fs::write(&path, self.text(dir)).expect("a directory of ours");
        path
    }
}

/// The binary, without what this process inherited.
pub(crate) fn wanctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    for variable in [
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "WANCTL_LOG_FORMAT",
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

/// A running daemon; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    home: TempDir,
    log: PathBuf,
    agent: Agent,
    health: SocketAddr,
}

impl Daemon {
    /// Starts one and waits for its health address.
    pub(crate) fn start(setup: &Setup) -> Self {
        Self::start_in(tempdir(), &[setup], |_| {})
    }

    /// Starts one whose health address cannot be had.
    pub(crate) fn start_with_metrics_only(setup: &Setup) -> Self {
        let mut daemon = Self::spawn(tempdir(), &[setup], |_| {});
        daemon.announced("Prometheus metrics available at http://");
        daemon
    }

    /// Starts one for several WANs in a directory that was prepared, with a command that was changed.
    pub(crate) fn start_in(
        home: TempDir,
        setups: &[&Setup],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut daemon = Self::spawn(home, setups, change);
        daemon.health = daemon.announced("Health endpoint available at http://");
        daemon
    }

    /// Starts one and waits for nothing.
    pub(crate) fn spawn(
        home: TempDir,
        setups: &[&Setup],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = wanctl();
        command.arg("--config");
        for setup in setups {
            command.arg(setup.write(home.path()));
        }
        let file = |name: &str| File::create(home.path().join(name)).expect("a directory of ours");
        command.stdout(file("stdout")).stderr(file("stderr"));
        change(&mut command);
        let child = command.spawn().expect("the binary is there");
        let log = home.path().join(&setups[0].main_log);
        Self {
            child,
            home,
            log,
            agent: agent(),
            health: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }

    /// The address that follows these words in the log (or on stderr, with `--debug`).
    pub(crate) fn announced(&mut self, words: &str) -> SocketAddr {
        let mut found = None;
        let clock = Clock::new();
        while found.is_none() {
            let text = self.log() + &self.stderr();
            found = text.split(words).nth(1).and_then(|rest| {
                let (address, _) = rest.split_once('/')?;
                address.parse().ok()
            });
            let ended = self.child.try_wait().expect("our child");
            assert!(
                found.is_some() || (ended.is_none() && clock.now() < limit(PATIENCE)),
                "no {words} ({ended:?}): {text}"
            );
            nap(10);
        }
        found.expect("just found")
    }

    pub(crate) const fn health_address(&self) -> SocketAddr {
        self.health
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn dir(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir().join(name)).unwrap_or_default()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(crate) fn stderr(&self) -> String {
        self.read("stderr")
    }

    /// One honest request.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(&self.agent, self.health, path)
    }

    /// The status and the document of `/health`.
    pub(crate) fn health(&self) -> (u16, Value) {
        let (status, text) = self.get("/health");
        (
            status,
            serde_json::from_str(&text).expect("/health is JSON"),
        )
    }

    /// Waits until `/health` is so.
    pub(crate) fn wait_health(
        &self,
        what: &str,
        seconds: u64,
        mut is_so: impl FnMut(u16, &Value) -> bool,
    ) -> Value {
        let clock = Clock::new();
        loop {
            let (status, health) = self.health();
            if is_so(status, &health) {
                return health;
            }
            assert!(
                clock.now() < limit(seconds),
                "{what} did not come in {seconds} s: {status} {health:#}\n{}",
                self.log()
            );
            nap(100);
        }
    }

    /// Waits until the daemon has settled on an idle line.
    pub(crate) fn wait_settled(&self, world: &World) {
        self.wait_health("the ceilings", 60, |status, _| {
            status == 200 && holds_ceilings(world)
        });
    }

    pub(crate) fn signal(&self, signal: i32) {
        kill(self.pid(), signal);
    }

    /// Asks it to stop and says how it went and how long that took.
    pub(crate) fn stop(&mut self) -> (ExitStatus, Duration) {
        let clock = Clock::new();
        self.signal(libc::SIGTERM);
        let status = self.wait();
        (status, clock.now() - Instant::ZERO)
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the end of the process", PATIENCE, || {
            self.child.try_wait().expect("our child")
        })
    }

    /// Nothing the daemon says gives the password away.
    pub(crate) fn assert_discreet(&self) {
        let mut said = self.get("/health").1;
        for entry in fs::read_dir(self.dir()).expect("a directory of ours") {
            let path = entry.expect("an entry").path();
            if path.is_file() && path.extension().is_none_or(|e| e != "yaml") {
                said += &String::from_utf8_lossy(&fs::read(path).expect("a file of ours"));
            }
        }
        for secret in [PASSWORD, BASIC, "Authorization"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }

    /// Ticks are not missed because of what the test did; a busy machine may cost a few.
    pub(crate) fn assert_on_time(&self) {
        let (_, health) = self.health();
        let (ticks, missed) = (
            number(&health["loop"]["ticks"]),
            number(&health["loop"]["missed_ticks"]),
        );
        assert!(
            missed <= 5.0 + ticks / 20.0,
            "{missed} of {ticks}\n{}",
            self.log()
        );
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(unsafe_code, reason = "std sends no signal but SIGKILL")]
pub(crate) fn kill(pid: u32, signal: i32) {
    let pid = i32::try_from(pid).expect("a pid");
    // SAFETY: no memory is involved; the pid is that of a child not yet waited for.
    let sent = unsafe { libc::kill(pid, signal) };
    assert_eq!(sent, 0, "signal {signal} to {pid}");
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

/// Polls until there is something.
pub(crate) fn wait_for<T>(what: &str, seconds: u64, mut probe: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::new();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(clock.now() < limit(seconds), "{what}: not in {seconds} s");
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
