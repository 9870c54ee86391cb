//! A session for tools, which may wait. Whom it trusts and how it speaks is the daemon's own code.

use std::net::{IpAddr, Shutdown};

use super::SshParams;
use super::connect::{self, Stood, Target};
use super::exec::Exec;
use super::said::{Refused, Said};
use crate::router::Failure;
use crate::shell::clock::{Clock, pause};
use crate::time::Duration;
use crate::wire::routeros_cli::Command;

/// Between two looks whether the router has said more.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A session that was let in.
#[derive(Debug)]
pub struct Console {
    stood: Stood,
}

impl Console {
    /// Connects, and lets itself be let in. Waits up to ten seconds.
    ///
    /// # Errors
    /// [`Refused`], with what a person can do about it.
    pub fn open(params: &SshParams, address: IpAddr) -> Result<Self, Refused> {
        let target = Target::of(params);
        connect::open(&target, address).map(|stood| Self { stood })
    }

    /// Runs a command and waits for its end, at most for `patience`.
    ///
    /// # Errors
    /// Why there is no answer. The session is of no use after that.
    pub fn run(&self, clock: Clock, command: Command, patience: Duration) -> Result<Said, Failure> {
        let asked_at = clock.now();
        let mut exec = Exec::new(command);
        loop {
            let answer = exec.advance(&self.stood.session)?;
            let took = clock.now() - asked_at;
            if let Some(answer) = answer {
                return Ok(Said {
                    status: answer.status,
                    text: answer.text,
                    took,
                });
            }
            if took >= patience {
                return Err(Failure::TimedOut);
            }
            pause(LOOK_EVERY);
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Without a socket, libssh2's goodbyes fail at once instead of waiting.
        let _ = self.stood.tcp.shutdown(Shutdown::Both);
    }
}
