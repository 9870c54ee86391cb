//! A running dashboard.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration as Span;

use serde_json::Value;
use tempfile::TempDir;
use wanctl::shell::clock::{Clock, pause};
use wanctl::time::{Duration, Instant};

use crate::past::{self, Depth};

/// Anything that should happen at once, on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Dashboard {
    child: Child,
    pub(crate) home: TempDir,
    pub(crate) address: SocketAddr,
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    i64::try_from(Clock::start().wall().secs).unwrap()
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Clock::start();
    while !is_so() {
        assert!(
            clock.now() < Instant::ZERO + PATIENCE,
            "{what} did not come"
        );
        pause(Duration::from_millis(20));
    }
}

/// Where the history of a home is.
pub(crate) fn database(home: &TempDir) -> PathBuf {
    home.path().join("metrics.db")
}

/// A home with a history.
pub(crate) fn home(depth: Option<Depth>) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    if let Some(depth) = depth {
        past::fill(&database(&home), now(), depth);
    }
    home
}

impl Dashboard {
    /// On a free port of loopback.
    pub(crate) fn start(home: TempDir, health: &[String]) -> Self {
        let db = database(&home);
        let mut args = vec!["--db".to_owned(), db.display().to_string()];
        for address in health {
            args.extend(["--health".to_owned(), address.clone()]);
        }
        Self::start_with(home, "127.0.0.1:0", &args)
    }

    pub(crate) fn start_with(home: TempDir, listen: &str, args: &[String]) -> Self {
        let stderr = home.path().join("stderr");
        let child = command(listen, args)
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        let mut address = None;
        wait_until("its address", || {
            let text = fs::read_to_string(&stderr).unwrap();
            let after = text.split_once("the dashboard is at http://");
            address = after.and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
            address.is_some()
        });
        Self {
            child,
            home,
            address: address.unwrap(),
        }
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.home.path().join("stderr")).unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Span::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads to the end.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Status, head and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String, String) {
        let text = self.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    pub(crate) fn json(&self, path: &str) -> (u16, Value) {
        let (status, _, body) = self.get(path);
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    pub(crate) fn live(&self) -> Value {
        self.json("/api/live").1
    }

    /// Kilobytes it has in memory.
    pub(crate) fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    pub(crate) fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    fn status(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(path).unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(&mut self, signal: i32) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([format!("-{signal}"), pid])
            .status();
        assert!(sent.unwrap().success());
        let mut ended = None;
        wait_until("its end", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap().code()
    }
}

pub(crate) fn command(listen: &str, args: &[String]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_wanctl")));
    command
        .args(["dashboard", "--listen", listen])
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}
