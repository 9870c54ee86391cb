//! Programs that fill the line: iperf3 and netperf. What they say has passed is compared with the queues'
//! counters, which count what is to be limited.

mod iperf3;
mod netperf;

use std::io::{self, Read as _};
use std::process::{Child, Command, Stdio};

use super::Halt;
use crate::cli::args::Traffic;
use crate::cli::interrupt::Interrupt;
use crate::direction::Direction;
use crate::shell::clock::{Clock, pause};
use crate::time::Duration;
use crate::units::Rate;

/// How long a program may take to end after its time.
const GRACE: Duration = Duration::from_secs(6);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A program that runs. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Tool {
    child: Child,
    read: fn(&str) -> Result<Rate, String>,
    name: &'static str,
}

impl Tool {
    /// Starts what fills a direction for so long; `None` if the user does that.
    ///
    /// # Errors
    /// A sentence, if there is no such program.
    pub(super) fn start(
        traffic: &Traffic,
        direction: Direction,
        span: Duration,
    ) -> Result<Option<Self>, String> {
        let seconds = whole_seconds(span);
        let (command, read, name): (Command, fn(&str) -> _, _) = match traffic {
            Traffic::Own => return Ok(None),
            Traffic::Iperf3 { host, port } => (
                iperf3::command(host, *port, direction, seconds),
                iperf3::read,
                "iperf3",
            ),
            Traffic::Netperf(host) => (
                netperf::command(host, direction, seconds),
                netperf::read,
                "netperf",
            ),
        };
        spawn(command, read, name).map(Some)
    }

    /// What it is called.
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// Waits for its end; what it says has passed.
    ///
    /// # Errors
    /// What went wrong, in its own words.
    pub(super) fn finish(mut self, clock: Clock, interrupt: &Interrupt) -> Result<Rate, Halt> {
        let until = clock.now() + GRACE;
        loop {
            match self.child.try_wait() {
                Ok(Some(_)) => break,
                Ok(None) if interrupt.has_come() => return Err(Halt::Interrupted),
                Ok(None) if clock.now() < until => pause(LOOK_EVERY),
                Ok(None) => return Err(self.failed("does not end")),
                Err(error) => return Err(self.failed(&error.to_string())),
            }
        }
        let said = self
            .said()
            .map_err(|error| self.failed(&error.to_string()))?;
        (self.read)(&said).map_err(|why| self.failed(&why))
    }

    fn said(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        if let Some(mut out) = self.child.stdout.take() {
            out.read_to_end(&mut bytes)?;
        }
        if let Some(mut errors) = self.child.stderr.take() {
            errors.read_to_end(&mut bytes)?;
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn failed(&self, why: &str) -> Halt {
        let why: String = why
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Halt::Failed(format!("{}: {}", self.name, why.trim()))
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(
    mut command: Command,
    read: fn(&str) -> Result<Rate, String>,
    name: &'static str,
) -> Result<Tool, String> {
    // It needs neither the router's password, which may be in the environment, nor another language than ours.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let child = command
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!(
                "{name} is not installed: `apt install {name}`, or leave --{name} away and fill the line yourself"
            ),
            _ => format!("{name} cannot be started: {error}"),
        })?;
    Ok(Tool { child, read, name })
}

/// Rounded up.
fn whole_seconds(span: Duration) -> u64 {
    span.as_micros().div_ceil(1_000_000)
}
