//! A running daemon in a directory of its own.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::World;
use wanctl::time::{Duration, Instant};

use super::*;

/// A running daemon; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    home: Option<TempDir>,
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
        let mut child = command.spawn().expect("the binary is there");
        // Who asked for a pipe wants one that nobody reads.
        drop(child.stderr.take());
        let log = home.path().join(&setups[0].main_log);
        Self {
            child,
            home: Some(home),
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
                found.is_some() || (ended.is_none() && clock.now() < limit(BUSY * PATIENCE)),
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

    /// Where its `/health` is.
    pub(crate) fn place(&self) -> SocketAddr {
        self.health
    }

    pub(crate) fn dir(&self) -> &Path {
        self.home
            .as_ref()
            .expect("taken at the very end only")
            .path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir().join(name)).unwrap_or_default()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The scribe writes ten times a second.
    pub(crate) fn wait_log(&self, words: &str) {
        wait_until(words, PATIENCE, || self.log().contains(words));
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

    /// Waits until `/health` is so; `seconds` are those of an idle machine.
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
                clock.now() < limit(BUSY * seconds),
                "{what} did not come in {BUSY} x {seconds} s: {status} {health:#}\n{}",
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

    /// Kills it without warning; what it left behind.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().expect("our child");
        self.wait();
        self.into_home()
    }

    /// The directory of one that ended, without its log: the next one has another health address.
    pub(crate) fn into_home(mut self) -> TempDir {
        // There may be none.
        let _ = fs::remove_file(&self.log);
        self.home.take().expect("taken once")
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the end of the process", PATIENCE, || {
            self.child.try_wait().expect("our child")
        })
    }

    /// Nothing the daemon says gives the password away.
    pub(crate) fn assert_discreet(&self) {
        assert_secretless(&self.get("/health").1);
        self.assert_files_are_secretless();
    }

    /// Nor does anything that it wrote: logs, states, history, what went to stderr.
    pub(crate) fn assert_files_are_secretless(&self) {
        for entry in fs::read_dir(self.dir()).expect("a directory of ours") {
            let path = entry.expect("an entry").path();
            if path.is_file() && path.extension().is_none_or(|e| e != "yaml") {
                assert_secretless(&String::from_utf8_lossy(
                    &fs::read(path).expect("a file of ours"),
                ));
            }
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
