//! The real daemon in a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use wanctl::cli::stage::world::World;

use crate::until;

/// What the router section of a config file says.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub(crate) transport: &'static str,
    /// Empty: no REST.
    pub(crate) password: &'static str,
    pub(crate) ssh_port: u16,
    pub(crate) key: PathBuf,
    pub(crate) known_hosts: PathBuf,
    pub(crate) law: &'static str,
}

/// A running daemon. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Daemon {
    dir: TempDir,
    child: Child,
    health: String,
}

impl Daemon {
    pub(crate) fn start(world: &World, router: &Router) -> Self {
        let dir = TempDir::new().unwrap();
        let config = dir.path().join("wan.yaml");
        fs::write(&config, text(world, router, dir.path())).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_wanctl"))
            .arg("--config")
            .arg(&config)
            .env_remove("NOTIFY_SOCKET")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut daemon = Self {
            dir,
            child,
            health: String::new(),
        };
        let found = until(Duration::from_secs(10), || {
            let log = daemon.log();
            let at = log.split("Health endpoint available at ").nth(1);
            let url = at.and_then(|at| at.split_ascii_whitespace().next());
            url.unwrap_or_default().clone_into(&mut daemon.health);
            !daemon.health.is_empty()
        });
        assert!(found, "{}", daemon.log());
        daemon
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("main.log")).unwrap_or_default()
    }

    /// How often the log says this.
    pub(crate) fn says(&self, words: &str) -> usize {
        self.log().matches(words).count()
    }

    /// Waits for the log to say this.
    pub(crate) fn expect(&self, secs: u64, words: &str) {
        let said = until(Duration::from_secs(secs), || self.says(words) > 0);
        assert!(said, "not said in {secs} s: {words}\n{}", self.log());
    }

    pub(crate) fn health(&self) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut response = agent.get(&self.health).call().unwrap();
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// All that it says and writes.
    pub(crate) fn all_it_says(&self) -> String {
        let mut said = self.health().to_string();
        for entry in fs::read_dir(self.dir.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|e| e != "yaml") {
                said += &String::from_utf8_lossy(&fs::read(path).unwrap());
            }
        }
        said
    }

    /// `/wans/0/router/…` of the health document.
    pub(crate) fn router(&self, key: &str) -> Value {
        self.health()["wans"][0]["router"][key].clone()
    }

    /// Nothing made the loop late: a blocking call of a second would drop twenty ticks. This is a
    /// busy machine, which drops one now and then.
    pub(crate) fn assert_on_time(&self) {
        let health = self.health();
        let pulse = &health["loop"];
        println!("{pulse}");
        let missed = pulse["missed_ticks"].as_u64();
        assert!(missed.is_some_and(|missed| missed < 10), "{pulse}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("{}", self.log());
        }
    }
}

/// One round by hand: what it printed, and whether it says that it worked.
pub(crate) fn once(world: &World, router: &Router) -> (String, bool) {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("wan.yaml");
    fs::write(&config, text(world, router, dir.path())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["--once", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    println!("{text}");
    (text, output.status.success())
}

/// `wanctl check --json`: its findings and its exit code.
pub(crate) fn check(world: &World, router: &Router) -> (Vec<Value>, Option<i32>) {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("wan.yaml");
    fs::write(&config, text(world, router, dir.path())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["check", "--json", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&output.stderr));
    let findings = serde_json::from_slice(&output.stdout).unwrap();
    (findings, output.status.code())
}

pub(crate) fn text(world: &World, router: &Router, dir: &Path) -> String {
    let reflectors: Vec<String> = world
        .reflector_addresses()
        .iter()
        .map(|address| format!("\"udp://{address}\""))
        .collect();
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    format!(
        "
wan_name: wan1
router:
  host: 127.0.0.1
  port: {port}
  scheme: http
  transport: {transport}
  # sshd lets nobody in but its own user; the double's has the same name.
  user: {user}
  password: \"{password}\"
  ssh_key: {key}
  ssh_port: {ssh_port}
  known_hosts: {known_hosts}
  write_limit: {{ changes: 64, window_sec: 1 }}
  queue_types: {{ download: leave, upload: leave }}
  verify_interval: 2
queues: {{ download: WAN-Download, upload: WAN-Upload }}
continuous_monitoring:
  enabled: true
  control_law: {law}
  baseline_rtt_initial: 24
  download:
    floor_green_mbps: 150
    floor_yellow_mbps: 120
    floor_soft_red_mbps: 100
    floor_red_mbps: 80
    ceiling_mbps: 550
    step_up_mbps: 3
    factor_down: 0.85
    factor_down_yellow: 0.98
  upload: {{ floor_mbps: 8, ceiling_mbps: 42, step_up_mbps: 0.3, factor_down: 0.9, factor_down_yellow: 0.98 }}
  thresholds:
    target_bloat_ms: 12
    warn_bloat_ms: 45
    hard_red_bloat_ms: 80
    baseline_time_constant_sec: 50
    load_time_constant_sec: 0.1
  ping_hosts: [{hosts}]
  use_median_of_three: true
  fallback_checks: {{ check_gateway: false, check_tcp: false }}
health_check: {{ port: 0 }}
metrics: {{ enabled: false }}
logging: {{ main_log: {dir}/main.log, debug_log: {dir}/debug.log }}
lock_file: {dir}/wan.lock
lock_timeout: 300
storage: {{ db_path: \"\" }}
",
        port = world.router_port(),
        transport = router.transport,
        law = router.law,
        user = user.trim(),
        password = router.password,
        key = router.key.display(),
        ssh_port = router.ssh_port,
        known_hosts = router.known_hosts.display(),
        hosts = reflectors.join(", "),
        dir = dir.display(),
    )
}
