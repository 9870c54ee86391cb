//! `/metrics` of both daemons, as they serve it while the line is overloaded, before `promtool check metrics`.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::names;
use crate::promtool::promtool;
use crate::wan_file::WanFile;

/// What Prometheus would call v1.7's names today. They are contract; nothing else may be complained about.
const V1_7S_UNITS: [&str; 3] = [
    "wanctl_rtt_baseline_ms metric names should not contain abbreviated units",
    "wanctl_rtt_delta_ms metric names should not contain abbreviated units",
    "wanctl_rtt_load_ms metric names should not contain abbreviated units",
];
/// Longest wait for what should take a second or a few.
const PATIENCE: Duration = Duration::from_secs(60);
const COMMENT: &str = "Steer";

/// A running daemon; dropping it kills it.
struct Daemon {
    child: Child,
    dir: TempDir,
    url: String,
}

impl Daemon {
    fn start(name: &str, dir: TempDir, config: &str) -> Self {
        let path = dir.path().join("config.yaml");
        fs::write(&path, config).expect("a directory of ours");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command.arg0(name).arg("--config").arg(path);
        command.env_remove("NOTIFY_SOCKET");
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the binary");
        let mut daemon = Self {
            child,
            dir,
            url: String::new(),
        };
        daemon.url = daemon.wait("the address of its metrics", |log| {
            let rest = log.split("Prometheus metrics available at ").nth(1)?;
            Some(rest.lines().next()?.to_owned())
        });
        daemon
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn wait<T>(&self, what: &str, probe: impl Fn(&str) -> Option<T>) -> T {
        let clock = Clock::new();
        loop {
            let log = self.log();
            if let Some(found) = probe(&log) {
                return found;
            }
            assert!(clock.now() < Instant::ZERO + PATIENCE, "no {what}: {log}");
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    }

    fn page(&self) -> String {
        let mut response = ureq::get(&self.url).call().expect("an answer");
        response.body_mut().read_to_string().expect("a page")
    }

    /// The page, once it has lines that begin like that and do not end in zero.
    fn page_with(&self, lines: &[&str]) -> String {
        let counts = |page: &str, begin: &str| {
            let mut lines = page.lines();
            lines.any(|line| line.starts_with(begin) && !line.ends_with(" 0"))
        };
        self.wait("such metrics", |_| {
            let page = self.page();
            let all = lines.iter().all(|begin| counts(&page, begin));
            all.then_some(page)
        })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "logging: {{ main_log: {dir}/log, debug_log: {dir}/debug.log }}\n\
         lock_file: {dir}/lock\n\
         health_check: {{ port: 0 }}\n\
         metrics: {{ enabled: true, port: 0 }}\n"
    )
}

fn squeeze(world: &World) {
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    world.set_capacity(Direction::Down, Rate::mbit(250));
}

fn udp(world: &World) -> Vec<String> {
    let addresses = world.reflector_addresses().iter();
    addresses
        .map(|address| format!("udp://{address}"))
        .collect()
}

fn autorate(world: &World) -> Daemon {
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let file = WanFile {
        name: "wan1",
        scheme: "http",
        router_port: world.router_port(),
        reflectors: udp(world),
        more: files(dir.path()),
    };
    Daemon::start("wanctl", dir, &file.text())
}

fn steering(world: &World) -> Daemon {
    world.scene().router.add_steering_rule(COMMENT);
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let (path, more) = (dir.path().display().to_string(), files(dir.path()));
    let (router, hosts) = (world.router_port(), udp(world));
    let (host, other) = (&hosts[0], &hosts[1]);
    let (autorate, state) = (format!("{path}/wan1.yaml"), format!("{path}/wan1.json"));
    let primary = include_str!("../config/valid.yaml").to_owned();
    fs::write(&autorate, primary + "health_check: { enabled: false }\n").expect("our own");
    let document = "{\"ewma\": {\"baseline_rtt\": 24, \"load_rtt\": 24}}";
    fs::write(&state, document).expect("our own");
    let text = format!(
        "\
wan_name: steering
router: {{ host: 127.0.0.1, transport: rest, scheme: http, port: {router}, user: wanctl, password: secret, ssh_key: /nonexistent }}
topology: {{ primary_wan: wan1, primary_wan_config: {autorate}, alternate_wan: wan2 }}
mangle_rule: {{ comment: {COMMENT} }}
measurement:
  interval_seconds: 0.05
  ping_host: \"{host}\"
  ping_count: 1
  alternate: {{ ping_host: \"{other}\", source_address: 127.0.0.1 }}
cake_state_sources: {{ primary: {state} }}
cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}
mode: {{ cake_aware: true }}
thresholds: {{ sample_seconds: 0.05 }}
state: {{ file: {path}/steering.json, history_size: 60 }}
lock_timeout: 300
{more}"
    );
    Daemon::start("wanctl-steering", dir, &text)
}

/// Only what is contract is complained about.
fn assert_clean(page: &str) {
    let Some((_, said)) = promtool(&["check", "metrics"], page) else {
        return;
    };
    for complaint in said.lines() {
        assert!(V1_7S_UNITS.contains(&complaint), "{complaint}\n{page}");
    }
}

#[test]
fn autorate_serves_what_promtool_accepts() {
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let daemon = autorate(&world);
    squeeze(&world);
    let page = daemon.page_with(&[
        "wanctl_start_time_seconds ",
        "wanctl_router_updates_total{",
        "wanctl_transitions_total{direction=\"download\"",
        "wanctl_rtt_delta_seconds_count{",
        "wanctl_router_write_duration_seconds_count{",
        "wanctl_tick_lateness_seconds_count ",
        "wanctl_reflector_replies_total{",
        "wanctl_reflector_rtt_seconds{",
    ]);
    assert_clean(&page);
    assert_known(&page);
}

#[test]
fn steering_serves_what_promtool_accepts() {
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let daemon = steering(&world);
    squeeze(&world);
    let page = daemon.page_with(&[
        "wanctl_start_time_seconds ",
        "wanctl_steering_cycles_total{",
        "wanctl_steering_echoes_answered_total{line=\"alternate\"",
        "wanctl_steering_rtt_delta_seconds{",
        "wanctl_steering_router_exchange_duration_seconds{",
        "wanctl_tick_lateness_seconds_count ",
    ]);
    assert_clean(&page);
    assert_known(&page);
}

/// What the other tests go by is all that is served.
fn assert_known(page: &str) {
    let (served, exported) = (names::series_of(page), names::exported());
    for (name, labels) in served {
        let known = exported.get(&name);
        assert!(
            known.is_some_and(|all| labels.is_subset(all)),
            "{name} {labels:?}"
        );
    }
}

#[test]
fn promtool_accepts_everything_that_can_be_said() {
    assert_clean(&names::autorate());
    assert_clean(&names::steering());
}
