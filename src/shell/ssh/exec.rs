//! One command on a standing session, step by step and without waiting.
//!
//! libssh2 wants an unfinished call repeated with the same arguments, and may hold bytes that no
//! readiness will announce: every step is tried until it says "again".

use std::io::{ErrorKind, Read};

use libssh2_sys as code;
use ssh2::{Channel, ErrorCode, Session};

use super::connect::of_ssh;
use crate::router::Failure;
use crate::wire::routeros_cli::Command;

/// Longer answers are no answers to us: two queues are some 800 bytes.
const MAX_TEXT: usize = 64 * 1024;
/// How often a session that has no room for a channel is asked again, a tick or so apart: OpenSSH frees
/// the last one's only after it has read what follows its end.
const OPENINGS: u8 = 10;
/// The status of a command that was ended by a signal.
const SIGNALLED: i32 = -1;

/// What a command came to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: i32,
    /// Everything it printed, errors included.
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Start,
    Read,
    Close,
    AwaitClose,
}

/// A command under way.
pub(super) struct Exec {
    command: Command,
    step: Step,
    channel: Option<Channel>,
    refusals: u8,
    text: Vec<u8>,
}

impl core::fmt::Debug for Exec {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Exec({:?}, {:?})", self.step, self.command)
    }
}

impl Exec {
    pub(super) const fn new(command: Command) -> Self {
        Self {
            command,
            step: Step::Open,
            channel: None,
            refusals: 0,
            text: Vec::new(),
        }
    }

    /// Does what can be done now; `None` if there is more to wait for.
    pub(super) fn advance(&mut self, session: &Session) -> Result<Option<Answer>, Failure> {
        loop {
            let Some(channel) = &mut self.channel else {
                match session.channel_session() {
                    Ok(channel) => {
                        self.channel = Some(channel);
                        self.step = Step::Start;
                        continue;
                    }
                    Err(e) if is(&e, code::LIBSSH2_ERROR_CHANNEL_FAILURE) => {
                        self.refusals += 1;
                        return if self.refusals < OPENINGS {
                            Ok(None)
                        } else {
                            Err(Failure::Busy)
                        };
                    }
                    Err(e) => return again(&e),
                }
            };
            let done = match self.step {
                Step::Open | Step::Start => channel.exec(&self.command),
                Step::Read => {
                    if !read(channel, &mut self.text)? {
                        return Ok(None);
                    }
                    Ok(())
                }
                Step::Close => channel.close(),
                Step::AwaitClose => channel.wait_close(),
            };
            if let Err(e) = done {
                return again(&e);
            }
            self.step = match self.step {
                Step::Open | Step::Start => Step::Read,
                Step::Read => Step::Close,
                Step::Close => Step::AwaitClose,
                Step::AwaitClose => return Ok(Some(answer(channel, &self.text))),
            };
        }
    }
}

/// Reads both of the command's outputs; `true` at their end.
fn read(channel: &mut Channel, text: &mut Vec<u8>) -> Result<bool, Failure> {
    loop {
        let mut heard = false;
        for stream in 0..2 {
            let mut buffer = [0; 2048];
            match channel.stream(stream).read(&mut buffer) {
                Ok(count) => {
                    heard |= count > 0;
                    text.extend_from_slice(&buffer[..count]);
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Err(Failure::Closed),
            }
        }
        if text.len() > MAX_TEXT {
            return Err(Failure::TooLarge);
        }
        if channel.eof() {
            return Ok(true);
        }
        if !heard {
            return Ok(false);
        }
    }
}

fn answer(channel: &Channel, text: &[u8]) -> Answer {
    let signalled = channel
        .exit_signal()
        .is_ok_and(|signal| signal.exit_signal.is_some());
    let status = if signalled {
        SIGNALLED
    } else {
        channel.exit_status().unwrap_or(SIGNALLED)
    };
    Answer {
        status,
        // RouterOS strings are bytes in any encoding; what we look at is ASCII.
        text: String::from_utf8_lossy(text).into_owned(),
    }
}

fn is(error: &ssh2::Error, number: libc::c_int) -> bool {
    error.code() == ErrorCode::Session(number)
}

/// "Again" is no error.
fn again(error: &ssh2::Error) -> Result<Option<Answer>, Failure> {
    if is(error, code::LIBSSH2_ERROR_EAGAIN) {
        Ok(None)
    } else if is(error, code::LIBSSH2_ERROR_CHANNEL_CLOSED) {
        Err(Failure::Closed)
    } else if is(error, code::LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED) {
        Err(Failure::Rejected)
    } else {
        Err(of_ssh(error).unwrap_or(Failure::Garbled))
    }
}
