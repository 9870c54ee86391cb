//! A line, a router with the rule, and the files of a steering daemon.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::steering_file::{self, SteeringFile};
use crate::wait_for;

pub(crate) const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
/// Longest wait for what should take a second or two.
const PATIENCE: u64 = 30;

pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) dir: TempDir,
    /// `interval_seconds`.
    pub(crate) interval: f64,
    /// The way to the router, as the file says it.
    pub(crate) router: String,
    /// More lines for the file.
    pub(crate) more: String,
}

impl House {
    /// A calm line and a rule that is switched off. The delay alone decides, after a tenth of a second.
    pub(crate) fn new() -> Self {
        Self::with(WorldOptions::default())
    }

    pub(crate) fn with(options: WorldOptions) -> Self {
        let user = options.router.user.clone();
        let world = World::start(options).expect("loopback has free ports");
        let router = format!(
            "transport: rest\n  scheme: http\n  port: {}\n  user: {user}\n  password: secret\n  \
             ssh_key: /nonexistent",
            world.router_port()
        );
        world.scene().router.add_steering_rule(COMMENT);
        let house = Self {
            world,
            dir: tempfile::tempdir().expect("a place for temporary files"),
            interval: 0.05,
            router,
            more: String::new(),
        };
        house.autorate_says(24.0);
        house
    }

    /// Autorate's state document, just written.
    pub(crate) fn autorate_says(&self, baseline: f64) {
        let document =
            format!("{{\"ewma\":{{\"baseline_rtt\":{baseline},\"load_rtt\":{baseline}}}}}");
        fs::write(self.path("wan1_state.json"), document).expect("a directory of ours");
    }

    /// Autorate's state document, so many seconds old.
    #[expect(clippy::disallowed_methods, reason = "files have dates")]
    pub(crate) fn autorate_said_long_ago(&self, baseline: f64, seconds: u64) {
        self.autorate_says(baseline);
        let written = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        let file = File::options()
            .write(true)
            .open(self.path("wan1_state.json"));
        let file = file.expect("just written");
        file.set_modified(written).expect("our own file");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The line is overloaded, or calm.
    pub(crate) fn squeeze(&self, squeezed: bool) {
        let demand = if squeezed {
            Rate::mbit(1_000)
        } else {
            Rate::ZERO
        };
        let capacity = Rate::mbit(if squeezed { 300 } else { 500 });
        self.world.set_demand(Direction::Down, demand);
        self.world.set_capacity(Direction::Down, capacity);
    }

    /// Whether the rule is enabled on the router.
    pub(crate) fn steered(&self) -> bool {
        let scene = self.world.scene();
        let rule = scene.router.mangle(COMMENT).expect("the rule");
        rule.value("disabled") == Some("false")
    }

    /// Waits until the rule stands so.
    pub(crate) fn until_steered(&self, steered: bool) {
        let so = wait_for(PATIENCE, || (self.steered() == steered).then_some(()));
        assert!(so.is_some(), "steered: {}\n{}", !steered, self.log());
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("steering.log")).unwrap_or_default()
    }

    /// How often the log says it, once it does; the second thread writes it.
    pub(crate) fn says(&self, words: &str) -> usize {
        let count = || self.log().matches(words).count();
        wait_for(PATIENCE, || Some(count()).filter(|&count| count > 0)).unwrap_or(0)
    }

    /// What Prometheus is shown.
    pub(crate) fn metrics(&self) -> String {
        let log = self.log();
        let rest = log.split("Prometheus metrics available at ").nth(1);
        let url = rest
            .and_then(|rest| rest.lines().next())
            .expect("a line with the address");
        let mut response = ureq::get(url).call().expect("an answer");
        response.body_mut().read_to_string().expect("a page")
    }

    /// The state document, if there is one.
    pub(crate) fn document(&self) -> Option<Value> {
        let text = fs::read_to_string(self.path("steering_state.json")).ok()?;
        Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    }

    /// Waits until the state document says so; the second thread writes it.
    pub(crate) fn until_saved(&self, state: &str) {
        let so = wait_for(PATIENCE, || {
            (self.document()?["current_state"] == state).then_some(())
        });
        assert!(so.is_some(), "{:?}\n{}", self.document(), self.log());
    }

    pub(crate) fn write_config(&self) -> PathBuf {
        let dir = self.dir.path();
        let (at, more) = (dir.display(), &self.more);
        let file = SteeringFile {
            router: format!(
                "\n  host: 127.0.0.1\n  {}\n  verify_interval: 1",
                self.router
            ),
            comment: COMMENT,
            dir,
            state: "steering_state.json",
            reflector: self.world.reflector_addresses()[0],
            interval: self.interval,
            more: format!(
                "\
logging: {{ main_log: {at}/steering.log, debug_log: {at}/steering_debug.log }}
lock_file: {at}/steering.lock
lock_timeout: 300
storage: {{ db_path: {at}/metrics.db }}
health_check: {{ port: 0 }}
{more}
"
            ),
        };
        fs::write(self.path("wan1.yaml"), steering_file::primary()).expect("a directory of ours");
        let path = self.path("steering.yaml");
        fs::write(&path, file.text()).expect("a directory of ours");
        path
    }

    /// The command, under v1.7's name.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command.arg0("/usr/local/bin/wanctl-steering");
        for variable in [
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "WANCTL_LOG_FORMAT",
            "ROUTER_PASSWORD",
        ] {
            command.env_remove(variable);
        }
        command.arg("--config").arg(self.write_config());
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let output = self.command().args(args).output().expect("the binary");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// Starts the daemon and waits for its health address.
    pub(crate) fn start(&self) -> Daemon {
        // Addresses of an earlier life do not count.
        let before = self.log().len();
        let stderr = File::create(self.path("stderr")).expect("a directory of ours");
        let mut child = self.command().stderr(stderr).spawn().expect("the binary");
        let health = wait_for(PATIENCE, || {
            let log = self.log();
            let rest = log.get(before..)?.split("available at http://").nth(1)?;
            rest.split_once('/')?.0.parse().ok()
        });
        let Some(health) = health else {
            let ended = child.try_wait();
            panic!("it does not start ({ended:?}): {}", self.log());
        };
        Daemon { child, health }
    }
}

/// A running daemon; dropping it kills it.
pub(crate) struct Daemon {
    child: Child,
    health: SocketAddr,
}

impl Daemon {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) const fn health_address(&self) -> SocketAddr {
        self.health
    }

    /// `/health`, with its status.
    pub(crate) fn health(&self) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(10)))
            .build()
            .into();
        let url = format!("http://{}/health", self.health);
        let mut response = agent.get(&url).call().expect("an answer");
        let body = response.body_mut().read_to_string().expect("a body");
        let document = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}: {body}"));
        (response.status().as_u16(), document)
    }

    /// Waits until `/health` is like that.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let found = wait_for(PATIENCE, || {
            last = self.health().1;
            is_so(&last).then(|| last.clone())
        });
        found.unwrap_or_else(|| panic!("not {what}: {last:#}"))
    }

    /// Ends it as `kill` does, by default.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let pid = i32::try_from(self.pid()).expect("a pid");
        signal(pid, "TERM");
        let ended = wait_for(PATIENCE, || self.child.try_wait().expect("our child"));
        ended.expect("it ends when it is told to")
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("our child");
        self.child.wait().expect("our child");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(pid: i32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(sent.expect("kill").success());
}
