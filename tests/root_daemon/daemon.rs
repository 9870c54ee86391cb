//! The real binary in this thread's network namespace, and what it says about itself.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_wanctl");
/// Nothing in these stories takes longer, unless it never happens.
const PATIENCE: Duration = Duration::from_secs(30);

/// What differs between the stories' configs.
pub(super) struct Setup {
    pub(super) router_port: u16,
    /// `continuous_monitoring.measurement`, as flow YAML.
    pub(super) measurement: String,
    pub(super) hosts: &'static str,
    pub(super) mode: &'static str,
    /// `gateway_ip`.
    pub(super) gateway: String,
    /// A state document from an earlier run.
    pub(super) state: Option<&'static str>,
    /// Put before the binary, with `{dir}` for its directory.
    pub(super) wrapper: &'static [&'static str],
    /// Files for the wrapper.
    pub(super) files: &'static [(&'static str, &'static str)],
}

impl Setup {
    pub(super) fn of(line: &super::line::Line) -> Self {
        Self {
            router_port: line.router.router_port(),
            measurement: "{}".to_owned(),
            hosts: "10.99.0.1, 10.99.0.2, 10.99.0.3",
            mode: "graceful_degradation",
            gateway: "10.99.0.4".to_owned(),
            state: None,
            wrapper: &[],
            files: &[],
        }
    }

    fn config(&self, dir: &str) -> String {
        let Self {
            router_port,
            measurement,
            hosts,
            mode,
            gateway,
            ..
        } = self;
        format!(
            r"
wan_name: wan1
router: {{transport: rest, host: 127.0.0.1, port: {router_port}, user: wanctl, password: secret, ssh_key: /dev/null, verify_interval: 1, queue_types: {{download: leave, upload: leave}}}}
queues: {{download: WAN-Download, upload: WAN-Upload}}
continuous_monitoring:
  enabled: true
  baseline_rtt_initial: 20
  download: {{floor_green_mbps: 100, floor_yellow_mbps: 75, floor_soft_red_mbps: 50, floor_red_mbps: 25, ceiling_mbps: 400, step_up_mbps: 5, factor_down: 0.85}}
  upload: {{floor_mbps: 10, ceiling_mbps: 40, step_up_mbps: 1, factor_down: 0.9}}
  # A reflector that is 30 ms slower would show; a busy test machine must not.
  thresholds: {{target_bloat_ms: 20, warn_bloat_ms: 60, hard_red_bloat_ms: 90, accel_threshold_ms: 50, baseline_time_constant_sec: 5, load_time_constant_sec: 0.5}}
  ping_hosts: [{hosts}]
  use_median_of_three: true
  measurement: {measurement}
  fallback_checks: {{enabled: true, check_gateway: true, check_tcp: true, gateway_ip: '{gateway}', tcp_targets: [[10.99.0.5, 443]], fallback_mode: {mode}, max_fallback_cycles: 3}}
logging: {{main_log: {dir}/main.log, debug_log: {dir}/debug.log}}
state_file: {dir}/state.json
lock_file: {dir}/wan1.lock
lock_timeout: 300
"
        )
    }
}

/// A running daemon.
pub(super) struct Daemon {
    dir: TempDir,
    child: Child,
}

/// What `/health` answered.
#[derive(Clone, Debug)]
pub(super) struct Health {
    pub(super) code: u16,
    pub(super) document: Value,
}

impl Health {
    pub(super) fn measurement(&self) -> &Value {
        &self.document["wans"][0]["measurement"]
    }

    pub(super) fn source(&self) -> &str {
        self.measurement()["source"].as_str().unwrap()
    }

    /// 200 and "healthy", or neither.
    pub(super) fn is_healthy(&self) -> bool {
        let healthy = self.document["status"] == "healthy";
        assert_eq!(healthy, self.code == 200, "{self:?}");
        healthy
    }

    /// What is known about the n-th reflector.
    pub(super) fn reflector(&self, n: usize, key: &str) -> f64 {
        let value = &self.measurement()["reflectors"][n][key];
        value.as_f64().unwrap_or(f64::NAN)
    }

    pub(super) fn rates(&self) -> [&Value; 2] {
        ["download", "upload"].map(|side| &self.document["wans"][0][side]["current_rate_mbps"])
    }

    pub(super) fn zones(&self) -> [&str; 2] {
        ["download", "upload"].map(|side| {
            let zone = &self.document["wans"][0][side]["state"];
            zone.as_str().unwrap()
        })
    }

    pub(super) fn cannot_send(&self) -> bool {
        self.measurement()["send_error"].is_string()
    }

    pub(super) fn missed_ticks(&self) -> u64 {
        self.document["loop"]["missed_ticks"].as_u64().unwrap()
    }
}

impl Daemon {
    pub(super) fn start(setup: &Setup) -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().to_str().unwrap();
        // One of the stories runs as nobody.
        fs::set_permissions(path, PermissionsExt::from_mode(0o777)).unwrap();
        let binary = format!("{path}/wanctl");
        // Not by ourselves: another story's process, forked meanwhile, would hold it open for writing,
        // and a file held so cannot be run.
        super::line::run("cp", &[BINARY, &binary]).unwrap();
        fs::write(format!("{path}/wan1.yaml"), setup.config(path)).unwrap();
        if let Some(state) = setup.state {
            fs::write(format!("{path}/state.json"), state).unwrap();
        }
        for (name, text) in setup.files {
            fs::write(format!("{path}/{name}"), text).unwrap();
        }
        let words = setup.wrapper.iter().map(|word| word.replace("{dir}", path));
        let mut words = words.chain([binary]);
        let child = Command::new(words.next().unwrap())
            .args(words)
            .args(["--config", &format!("{path}/wan1.yaml")])
            .env_remove("NOTIFY_SOCKET")
            .stdout(File::create(format!("{path}/out")).unwrap())
            .stderr(File::create(format!("{path}/err")).unwrap())
            .spawn()
            .unwrap();
        Self { dir, child }
    }

    pub(super) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// Asks from inside the namespace. `None` while nobody listens yet.
    pub(super) fn health() -> Option<Health> {
        let mut stream = TcpStream::connect("127.0.0.1:9101").ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "GET /health HTTP/1.1\r\nHost: wanctl\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Some(Health {
            code: head.split(' ').nth(1).unwrap().parse().unwrap(),
            document: serde_json::from_str(body).unwrap(),
        })
    }

    /// Waits until `/health` is as described.
    pub(super) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Health) -> bool) -> Health {
        let started_at = Instant::now();
        loop {
            let health = Self::health();
            if let Some(health) = health.as_ref()
                && is_so(health)
            {
                println!("{what}: after {:.1} s", started_at.elapsed().as_secs_f64());
                return health.clone();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && started_at.elapsed() < PATIENCE,
                "not {what}: {health:#?}, {ended:?}\n{}{}",
                self.file("err"),
                self.file("main.log")
            );
            sleep(Duration::from_millis(100));
        }
    }

    /// Checks that `/health` stays as described for a while.
    pub(super) fn stays(&mut self, what: &str, time: Duration, is_so: impl Fn(&Health) -> bool) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            let health = Self::health();
            let ended = self.child.try_wait().unwrap();
            assert!(
                health.as_ref().is_some_and(&is_so),
                "not {what}: {health:#?}, {ended:?}"
            );
            sleep(Duration::from_millis(100));
        }
    }

    /// How often the log says it by now.
    pub(super) fn said(&self, words: &str) -> usize {
        self.file("main.log").matches(words).count()
    }

    /// Waits until the log says it so often, and no more often.
    pub(super) fn told(&self, words: &str, times: usize) {
        let until = Instant::now() + PATIENCE;
        loop {
            let log = self.file("main.log");
            let count = log.matches(words).count();
            if count == times {
                return;
            }
            assert!(
                count < times && Instant::now() < until,
                "{count} times {words:?} in\n{log}"
            );
            sleep(Duration::from_millis(100));
        }
    }

    /// Asks it to stop.
    pub(super) fn stop(&mut self) -> ExitStatus {
        signal(&self.child);
        self.ended()
    }

    /// Waits until it has ended by itself.
    pub(super) fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "still running");
            sleep(Duration::from_millis(20));
        }
    }

    /// A start that must fail: exit code 1, and these words on stderr.
    pub(super) fn refused(setup: &Setup, words: &[&str]) {
        let mut daemon = Self::start(setup);
        let status = daemon.ended();
        let err = daemon.file("err");
        println!("refused: {}", err.trim());
        assert_eq!(status, ExitStatus::from_raw(1 << 8), "{err}");
        for word in words {
            let word = word.replace("{dir}", daemon.dir.path().to_str().unwrap());
            assert!(err.contains(&word), "no {word:?} in {err}");
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(unsafe_code, reason = "the standard library can only kill")]
fn signal(child: &Child) {
    let pid = i32::try_from(child.id()).unwrap();
    // SAFETY: no pointers; the child has not been waited for, so the id is its own.
    let sent = unsafe { libc::kill(pid, libc::SIGTERM) };
    assert_eq!(sent, 0);
}
