//! A house to try commands in: a router double, a line's reflectors, and the files of somebody who has set up wanctl.

#![expect(
    clippy::disallowed_methods,
    reason = "other programs run in real time, and are waited for"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_yaml::Value;
use tempfile::TempDir;
use wanctl::history::database::Database;
use wanctl::history::metric;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;

use crate::root;

/// For whatever is run: longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);
const WANCTL: &str = env!("CARGO_BIN_EXE_wanctl");

/// What is done on the router beforehand, so that `wanctl check` finds nothing to say.
const ROUTER: [&str; 3] = [
    "/queue tree set [find name=WAN-Download] bucket-size=0.01",
    "/queue tree set [find name=WAN-Upload] bucket-size=0.01",
    "/ip firewall mangle add chain=prerouting action=mark-connection new-connection-mark=steered connection-state=new \
     disabled=yes comment=\"ADAPTIVE: Steer latency-sensitive to WAN2\"",
];

/// A router double, and a person's files about it.
pub(crate) struct House {
    dir: TempDir,
    double: Child,
    router_port: String,
    health_port: u16,
    steering_port: u16,
}

impl House {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let (double, greeting) = start_double();
        let said = |before: &str| {
            let line = greeting.lines().find_map(|line| line.strip_prefix(before));
            line.unwrap_or_else(|| panic!("{before}: {greeting}"))
                .trim()
        };
        let router_port = said("REST: https://127.0.0.1:")
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let socket = said("console: ");
        for line in ROUTER {
            let args = ["double-cli", "--socket", socket, line];
            let out = Command::new(WANCTL).args(args).output().expect("it runs");
            // RouterOS says nothing when it has done something.
            assert!(out.stdout.is_empty(), "{line}: {out:?}");
        }
        let reflectors = said("reflectors: ").split(' ');
        let reflectors: Vec<String> = reflectors.map(|it| format!("\"{it}\"")).collect();
        let house = Self {
            router_port,
            health_port: free_port(),
            steering_port: free_port(),
            dir,
            double,
        };
        house.furnish(said("tls_fingerprint: "), &reflectors);
        house
    }

    /// The files.
    fn furnish(&self, fingerprint: &str, reflectors: &[String]) {
        for folder in [
            "etc/wanctl",
            "var/lib/wanctl",
            "var/log/wanctl",
            "run/wanctl",
            "bin",
        ] {
            fs::create_dir_all(self.path(folder)).expect("a folder");
        }
        for name in ["wanctl", "wanctl-steering", "wanctl-history"] {
            symlink(WANCTL, self.path("bin").join(name)).expect("a link");
        }
        symlink(root("configs"), self.path("configs")).expect("a link");
        let here = self.dir.path().display();
        let router = format!(
            "router: {{ host: 127.0.0.1, port: {}, scheme: https, tls_fingerprint: {fingerprint}, user: wanctl, \
             password: \"${{ROUTER_PASSWORD}}\", queue_types: {{ download: leave, upload: leave }} }}\n",
            self.router_port
        );
        let notices = service();
        for (name, health) in [("wan1", self.health_port), ("wan2", free_port())] {
            let own = format!(
                "wan_name: {name}\n{router}\
                 queues: {{ download: WAN-Download, upload: WAN-Upload }}\n\
                 continuous_monitoring: {{ ping_hosts: [{}], use_median_of_three: false }}\n\
                 logging: {{ main_log: {here}/var/log/wanctl/{name}.log, debug_log: {here}/var/log/wanctl/{name}_debug.log }}\n\
                 lock_file: {here}/run/wanctl/{name}.lock\n\
                 state_file: {here}/var/lib/wanctl/{name}_state.json\n\
                 health_check: {{ port: {health} }}\n\
                 notices: {{ url: \"http://127.0.0.1:{notices}/\" }}\n\
                 storage: {{ db_path: {here}/var/lib/wanctl/metrics.db }}\n",
                reflectors.join(", ")
            );
            self.write(
                &format!("{name}.yaml"),
                include_str!("../config/valid.yaml"),
                &own,
            );
        }
        let own = format!(
            "{}measurement: {{ ping_host: {}, source_address: null, interface: null, alternate: null }}\n\
             topology: {{ primary_wan_config: {here}/etc/wanctl/wan1.yaml }}\n\
             cake_state_sources: {{ primary: {here}/var/lib/wanctl/wan1_state.json }}\n\
             cake_queues: {{ primary_download: WAN-Download, primary_upload: WAN-Upload }}\n\
             logging: {{ main_log: {here}/var/log/wanctl/steering.log, debug_log: {here}/var/log/wanctl/steering_debug.log }}\n\
             lock_file: {here}/run/wanctl/steering.lock\n\
             state: {{ file: {here}/var/lib/wanctl/steering_state.json }}\n\
             health_check: {{ port: {} }}\n\
             storage: {{ db_path: {here}/var/lib/wanctl/metrics.db }}\n",
            router.replace(", queue_types: { download: leave, upload: leave }", ""),
            reflectors[0],
            self.steering_port
        );
        self.write(
            "steering.yaml",
            include_str!("../config/steering.yaml"),
            &own,
        );
        fs::create_dir(self.path("elsewhere")).expect("a folder");
        let mut history =
            Database::open(&self.path("var/lib/wanctl/metrics.db")).expect("a database");
        history.insert(Tier::Raw, &night()).expect("room");
        fs::write(
            self.path("etc/wanctl/secrets"),
            "ROUTER_PASSWORD='secret'\n",
        )
        .expect("a file");
        let wan1 = fs::read_to_string(self.path("wan1.yaml")).expect("just written");
        fs::write(
            self.path("broken.yaml"),
            wan1.replace("factor_down: 0.85", "factor_down: 1.5"),
        )
        .expect("a file");
    }

    /// A file in `/etc/wanctl`, and beside the person who types.
    fn write(&self, name: &str, base: &str, own: &str) {
        let mut value: Value = serde_yaml::from_str(base).expect("YAML");
        merge(&mut value, serde_yaml::from_str(own).expect("YAML"));
        let text = serde_yaml::to_string(&value).expect("YAML");
        fs::write(self.path("etc/wanctl").join(name), &text).expect("a file");
        fs::write(self.path(name), text).expect("a file");
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// A command line as it is shown, for this house: its own directories, router and ports.
    fn at_home(&self, line: &str) -> String {
        let here = self.dir.path().display();
        let (exec, line) = line
            .strip_prefix("exec ")
            .map_or(("", line), |line| ("exec ", line));
        let mut line = line
            .replace("/etc/wanctl", &format!("{here}/etc/wanctl"))
            .replace("/var/lib/wanctl", &format!("{here}/var/lib/wanctl"))
            .replace(
                "fingerprint 192.168.1.1",
                &format!("fingerprint 127.0.0.1:{}", self.router_port),
            )
            .replace("127.0.0.1:9101", &format!("127.0.0.1:{}", self.health_port));
        let history = line.starts_with("wanctl history") || line.starts_with("wanctl-history");
        if history && !line.contains("--db") {
            line = format!("{line} --db {here}/var/lib/wanctl/metrics.db");
        }
        if line.starts_with("wanctl dashboard") && !line.contains("--listen") {
            line = format!("{line} --listen 127.0.0.1:0");
        }
        if line.starts_with("wanctl health") && !line.contains("--config") {
            line = format!("{line} --url 127.0.0.1:{}", self.health_port);
        }
        if line.starts_with("wanctl upgrade") {
            line = format!("{line} --root {here}/elsewhere");
        }
        format!("{exec}{line}")
    }

    fn shell(&self, line: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.path("bin");
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(self.at_home(line))
            .current_dir(self.dir.path())
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("ROUTER_PASSWORD", "secret")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command line to its end.
    pub(crate) fn run(&self, line: &str) -> Output {
        let child = self.shell(line).spawn().expect("a shell");
        finished(child, line)
    }

    /// Runs one command that goes on until it is told to stop, and does something meanwhile.
    pub(crate) fn during<T>(&self, line: &str, meanwhile: impl FnOnce() -> T) -> (Output, T) {
        // The shell itself becomes the command, which is to get the signal.
        let child = self
            .shell(&format!("exec {line}"))
            .spawn()
            .expect("a shell");
        let done = meanwhile();
        let stopped = Command::new("kill")
            .arg("-TERM")
            .arg(child.id().to_string())
            .status();
        assert!(
            stopped.expect("kill").success(),
            "{line}: it had ended already"
        );
        (finished(child, line), done)
    }

    /// Waits until autorate answers on its health port.
    pub(crate) fn wait_for_health(&self) {
        wait(|| TcpStream::connect(("127.0.0.1", self.health_port)).is_ok());
    }

    /// The same of steering.
    pub(crate) fn wait_for_steering(&self) {
        wait(|| TcpStream::connect(("127.0.0.1", self.steering_port)).is_ok());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.double.kill();
        let _ = self.double.wait();
    }
}

/// Waits for something to become so.
fn wait(mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "it never came");
        thread::sleep(Duration::from_millis(50));
    }
}

fn finished(mut child: Child, line: &str) -> Output {
    let begun = Instant::now();
    // What is printed must be read for it to go on.
    let reader = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.expect("piped")
                .read_to_end(&mut bytes)
                .expect("readable");
            bytes
        })
    };
    let stdout = reader(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = reader(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let status = loop {
        if let Some(status) = child.try_wait().expect("ours") {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{line}: does not end");
        }
        thread::sleep(Duration::from_millis(20));
    };
    Output {
        status,
        stdout: stdout.join().expect("a reader"),
        stderr: stderr.join().expect("a reader"),
    }
}

/// The double, and what it says of itself.
fn start_double() -> (Child, String) {
    let mut double = Command::new(WANCTL)
        .args(["double", "--tls"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("a double");
    let mut lines = BufReader::new(double.stdout.take().expect("piped")).lines();
    let mut greeting = String::new();
    while !greeting.contains("reflectors: ") {
        let line = lines.next().expect("it greets").expect("UTF-8");
        greeting.push_str(&line);
        greeting.push('\n');
    }
    (double, greeting)
}

/// Five minutes of a line that carries less in the middle, which end now.
fn night() -> Vec<Row> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let begun = i64::try_from(now).expect("in range") - 300;
    let second = |n: i64| {
        let delta = if (100..120).contains(&n) { 200.0 } else { 1.0 };
        let rate = if (120..210).contains(&n) {
            280.0
        } else {
            480.0
        };
        let rows = [
            (metric::RTT, 24.0 + delta),
            (metric::BASELINE, 24.0),
            (metric::DELTA, delta),
            (metric::RATE_DOWN, rate),
            (metric::RATE_UP, 30.0),
        ];
        rows.map(|(metric, value)| Row {
            at: begun + n,
            wan: "wan1".into(),
            metric: metric.into(),
            value,
            labels: None,
        })
    };
    (0..300).flat_map(second).collect()
}

/// A web service that takes every notice; it lives as long as the test.
fn service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let mut request = [0; 4096];
            // A notice is short: the first piece has its head, and what follows is not looked at.
            let _ = stream.read(&mut request).expect("a request");
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).expect("it listens");
        }
    });
    port
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

/// Lays one tree over another; null takes a key away.
pub(crate) fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Mapping(base), Value::Mapping(over)) => {
            for (key, value) in over {
                if value.is_null() {
                    base.remove(&key);
                } else if let Some(below) = base.get_mut(&key) {
                    merge(below, value);
                } else {
                    base.insert(key, value);
                }
            }
        }
        (base, over) => *base = over,
    }
}

/// Whether a file holds these words.
pub(crate) fn holds(file: &Path, words: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.contains(words)
}
