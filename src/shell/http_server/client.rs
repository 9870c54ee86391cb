//! One connection, from its request to its end.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

use super::Site;
use super::response::{respond, respond_error};
use crate::time::Instant;
use crate::wire::http;

/// Bytes thrown away after an answer at most: who goes on is reset.
const DRAIN: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    pub(super) expires_at: Instant,
    stage: Stage,
    received: usize,
    /// What of `response` is still to be sent.
    unsent: (usize, usize),
    /// The request was not read to its end.
    more_comes: bool,
    /// Bytes thrown away after the answer.
    drained: usize,
}

/// What a client's connection is at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Reading,
    Sending,
    /// All is said. To close while something is unread would reset the connection, and the client might
    /// lose the answer; so it is thrown away first.
    Draining,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Progress {
    /// The socket has no more, or takes no more.
    Wait,
    Next(Stage),
    End,
}

impl Client {
    pub(super) fn new(stream: TcpStream, expires_at: Instant) -> Self {
        Self {
            stream,
            expires_at,
            stage: Stage::Reading,
            received: 0,
            unsent: (0, 0),
            more_comes: false,
            drained: 0,
        }
    }

    /// Does what can be done now.
    pub(super) fn move_on<S: Site>(
        &mut self,
        request: &mut [u8],
        response: &mut [u8],
        site: &S,
        status: &S::Status,
    ) -> Progress {
        loop {
            let progress = match self.stage {
                Stage::Reading => self.read(request, response, site, status),
                Stage::Sending => self.send(response),
                Stage::Draining => self.drain(request),
            };
            match progress {
                Progress::Next(stage) => self.stage = stage,
                Progress::Wait | Progress::End => return progress,
            }
        }
    }

    /// Reads until the request is complete and the response is written.
    fn read<S: Site>(
        &mut self,
        request: &mut [u8],
        response: &mut [u8],
        site: &S,
        status: &S::Status,
    ) -> Progress {
        loop {
            if self.received == request.len() {
                return self.refuse(response, 431);
            }
            match self.stream.read(&mut request[self.received..]) {
                Ok(0) => return Progress::End,
                Ok(n) => self.received += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Wait,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return Progress::End,
            }
            match http::parse_request(&request[..self.received]) {
                Ok(None) => {}
                Ok(Some(parsed)) => {
                    self.more_comes = !matches!(parsed.method, "GET" | "HEAD");
                    self.unsent = respond(response, parsed, site, status);
                    return Progress::Next(Stage::Sending);
                }
                Err(http::Malformed) => return self.refuse(response, 400),
            }
        }
    }

    fn refuse(&mut self, response: &mut [u8], status: u16) -> Progress {
        self.more_comes = true;
        self.unsent = respond_error(response, status);
        Progress::Next(Stage::Sending)
    }

    /// Sends what the socket takes.
    fn send(&mut self, response: &[u8]) -> Progress {
        while self.unsent.0 < self.unsent.1 {
            match self.stream.write(&response[self.unsent.0..self.unsent.1]) {
                Ok(n) if n > 0 => self.unsent.0 += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Wait,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => return Progress::End,
            }
        }
        match self.stream.shutdown(Shutdown::Write) {
            Ok(()) => Progress::Next(Stage::Draining),
            Err(_) => Progress::End,
        }
    }

    /// Throws away what the client still has to say, if it has.
    fn drain(&mut self, scratch: &mut [u8]) -> Progress {
        while self.drained < DRAIN {
            match self.stream.read(scratch) {
                Ok(n) if n > 0 => {
                    self.drained += n;
                    self.more_comes = true;
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock && self.more_comes => {
                    return Progress::Wait;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => return Progress::End,
            }
        }
        Progress::End
    }
}
