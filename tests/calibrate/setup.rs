//! A line, a router, a WAN file about them, and a calibration with somebody at the devices behind it.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration as StdDuration;

use serde_json::Value;
use tempfile::TempDir;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::config::edit;
use wanctl::direction::{Both, Direction};
use wanctl::sim::double::RouterOptions;
use wanctl::sim::line::LineOptions;
use wanctl::units::Rate;

/// Longer than any test takes on a machine that is busy.
const PATIENCE: StdDuration = StdDuration::from_secs(150);

/// The router's, which nobody prints.
pub(crate) const PASSWORD: &str = "open-sesame";

pub(crate) struct Setup {
    pub(crate) world: World,
    pub(crate) dir: TempDir,
    pub(crate) capacity: Both<Rate>,
    /// What the queues were set to before.
    pub(crate) limits: Both<Rate>,
    /// Of the WAN file.
    pub(crate) text: String,
}

/// A calibration that runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Receiver<String>,
    /// What it has said so far.
    pub(crate) said: String,
}

/// What it came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
    pub(crate) errors: String,
}

impl Setup {
    /// A cable line of 500/40 Mbit/s.
    pub(crate) fn new() -> Self {
        let capacity = LineOptions::default().capacity;
        Self::with(
            capacity,
            Both {
                down: Rate::bps(412_345_678),
                up: Rate::bps(31_234_567),
            },
        )
    }

    /// A line of this capacity, with a modem's buffers of half a second, and queues at these limits.
    pub(crate) fn with(capacity: Both<Rate>, limits: Both<Rate>) -> Self {
        let world = World::start(WorldOptions {
            line: LineOptions {
                capacity,
                buffer: capacity.map(|rate| rate.as_bps() / 16),
                ..LineOptions::default()
            },
            router: RouterOptions {
                password: PASSWORD.to_owned(),
                max_limit: limits,
                ..RouterOptions::default()
            },
            ..WorldOptions::default()
        })
        .expect("loopback has free ports");
        let dir = tempfile::tempdir().expect("a directory");
        let mut setup = Self {
            world,
            dir,
            capacity,
            limits,
            text: String::new(),
        };
        setup.text = setup.file_text();
        setup
    }

    /// The shipped example, as a user would change it.
    fn file_text(&self) -> String {
        let example = include_str!("../../configs/cable.yaml");
        let hosts: Vec<String> = self
            .world
            .reflector_addresses()
            .iter()
            .map(|address| format!("    - \"udp://{address}\""))
            .collect();
        let mut hosts = hosts.into_iter();
        let mut text = String::new();
        for line in example.lines() {
            // Six of them there, three here.
            let line = if line.starts_with("    - \"") {
                hosts.next()
            } else {
                Some(line.to_owned())
            };
            text.extend(line.map(|line| line + "\n"));
        }
        let port = self.world.router_port().to_string();
        let path = |name: &str| edit::quoted(&self.path(name).display().to_string());
        for (keys, value) in [
            (&["router", "host"][..], "127.0.0.1".to_owned()),
            (&["router", "port"], port),
            (&["router", "user"], "wanctl".to_owned()),
            (&["router", "password"], PASSWORD.to_owned()),
            (&["queues", "download"], "WAN-Download".to_owned()),
            (&["queues", "upload"], "WAN-Upload".to_owned()),
            (&["logging", "main_log"], path("main.log")),
            (&["logging", "debug_log"], path("debug.log")),
            (&["lock_file"], path("run/cable.lock")),
            (&["state_file"], path("cable_state.json")),
            (&["health_check", "port"], "0".to_owned()),
            (&["storage", "db_path"], "\"\"".to_owned()),
        ] {
            text = edit::set(&text, keys, &value).expect("the example can be edited");
        }
        text
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The WAN file.
    pub(crate) fn file(&self) -> PathBuf {
        let file = self.path("cable.yaml");
        if !file.exists() {
            fs::write(&file, &self.text).expect("a file");
            fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("ours");
        }
        file
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path("127.0.0.1+WAN-Download+WAN-Upload_calibration.journal")
    }

    /// What the router holds.
    pub(crate) fn held(&self) -> Both<Rate> {
        Both::from_fn(|direction| self.world.max_limit(direction).unwrap_or(Rate::ZERO))
    }

    pub(crate) fn writes(&self) -> usize {
        let journal = self.world.journal();
        journal.iter().filter(|entry| entry.is_write()).count()
    }

    /// A household that takes and sends all it can.
    pub(crate) fn want(&self, direction: Direction) {
        let capacity = self.capacity[direction];
        self.world.set_demand(direction, capacity + capacity);
        self.world.set_demand(direction.other(), Rate::ZERO);
    }

    pub(crate) fn rest(&self) {
        for direction in Direction::BOTH {
            self.world.set_demand(direction, Rate::ZERO);
        }
    }

    /// `wanctl calibrate --config` with more.
    pub(crate) fn calibrate(&self, more: &[&str]) -> Running {
        let mut command = self.command();
        command.args(["--seconds", "1"]).args(more);
        Running::start(command)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command.arg("calibrate").arg("--config").arg(self.file());
        command.arg("--state-dir").arg(self.dir.path());
        command
    }

    /// Somebody does as the calibration asks, to its end.
    pub(crate) fn obey(&self, mut running: Running) -> Ended {
        running.wait_for("Start a large download");
        self.want(Direction::Down);
        running.wait_for("start a large upload");
        self.want(Direction::Up);
        running.wait_for("the upload can stop");
        self.rest();
        running.end()
    }

    /// v1.7's results.
    pub(crate) fn results(&self) -> Value {
        let text = fs::read_to_string(self.path("cable_calibration.json")).expect("results");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = spawned.spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Self {
            child,
            lines,
            said: String::new(),
        }
    }

    /// Until it says that, or ends.
    pub(crate) fn wait_for(&mut self, words: &str) {
        while !self.said.contains(words) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.said += &(line + "\n"),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no {words:?} in time after\n{}", self.said)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let mut errors = String::new();
                    let pipe = self.child.stderr.take();
                    let _ = pipe.map(|mut pipe| pipe.read_to_string(&mut errors));
                    panic!("it ended without {words:?}:\n{}{errors}", self.said)
                }
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.expect("kill").success());
    }

    pub(crate) fn end(mut self) -> Ended {
        let mut errors = String::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut errors).expect("UTF-8");
        let code = self.child.wait().expect("it ends").code();
        self.said.extend(self.lines.iter().map(|line| line + "\n"));
        assert!(
            !self.said.contains(PASSWORD) && !errors.contains(PASSWORD),
            "{}{errors}",
            self.said
        );
        Ended {
            code,
            said: self.said,
            errors,
        }
    }
}

impl Ended {
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.said, self.errors);
        self
    }

    /// Whether that is there, on either output.
    pub(crate) fn has(self, words: &str) -> Self {
        let there = self.said.contains(words) || self.errors.contains(words);
        assert!(there, "{words:?} is not in\n{}{}", self.said, self.errors);
        self
    }
}

/// Until that is so.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..24_000 {
        if so() {
            return;
        }
        thread::park_timeout(StdDuration::from_millis(5));
    }
    panic!("never: {what}");
}
