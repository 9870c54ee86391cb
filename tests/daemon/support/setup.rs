//! A WAN file to be.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use wanctl::cli::stage::world::World;

use super::{PASSWORD, USER};

/// A WAN file to be.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) name: String,
    /// `router.host`.
    pub(crate) host: &'static str,
    port: u16,
    pub(crate) scheme: &'static str,
    /// `router.password`.
    pub(crate) password: &'static str,
    reflectors: Vec<SocketAddr>,
    verify_interval: u32,
    /// More lines of `continuous_monitoring`.
    pub(crate) monitoring: &'static str,
    /// More lines of `router`.
    pub(crate) router: String,
    /// More sections.
    pub(crate) more: String,
    pub(crate) write_limit: &'static str,
    /// The value of `health_check`.
    pub(crate) health: String,
    /// The value of `storage`: no history, unless a test is about it.
    pub(crate) storage: String,
    pub(crate) main_log: PathBuf,
    pub(crate) state_file: Option<PathBuf>,
}

impl Setup {
    /// A daemon of this world: reads back every second and may write as often as it likes.
    pub(crate) fn new(world: &World) -> Self {
        Self {
            name: "wan1".into(),
            host: "127.0.0.1",
            port: world.router_port(),
            scheme: "http",
            password: PASSWORD,
            reflectors: world.reflector_addresses().to_vec(),
            verify_interval: 1,
            monitoring: "",
            router: String::new(),
            more: String::new(),
            write_limit: "write_limit: { changes: 64, window_sec: 1 }",
            health: "{ port: 0 }".into(),
            storage: "{ db_path: '' }".into(),
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
            host,
            port,
            scheme,
            password,
            monitoring,
            router,
            more,
            write_limit,
            verify_interval,
            health,
            storage,
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
  host: {host}
  port: {port}
  scheme: {scheme}
  transport: rest
  user: {USER}
  password: {password}
  ssh_key: /nonexistent
  verify_interval: {verify_interval}
  {write_limit}
  queue_types: {{ download: leave, upload: leave }}{router}
queues: {{ download: WAN-Download, upload: WAN-Upload }}
continuous_monitoring:
  enabled: true{monitoring}
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
{state_file}storage: {storage}
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
