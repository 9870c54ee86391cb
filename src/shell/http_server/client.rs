//! One connection, from its request to its end.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;

use super::response::{respond, respond_error, respond_with};
use super::{Aside, Reply, Site, Ticket};
use crate::time::{Duration, Instant};
use crate::wire::http;

/// Bytes thrown away after an answer at most: who goes on is reset.
const DRAIN: usize = 64 * 1024;
/// Bytes sent per wake-up at most: copying more into a socket would delay a tick.
const SENT_AT_ONCE: usize = 256 * 1024;
/// How long an answer that is made elsewhere may take, and then its way to the client: longer than the
/// slowest of them, so that it is the answer that says so.
pub(super) const ASIDE_LIFE: Duration = Duration::from_secs(12);

#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    pub(super) expires_at: Instant,
    stage: Stage,
    received: usize,
    /// The answer, if it was made elsewhere.
    reply: Option<Reply>,
    /// What of `reply`, or of `response`, is still to be sent.
    unsent: (usize, usize),
    /// The request wants no body.
    head_only: bool,
    /// The request was not read to its end.
    more_comes: bool,
    /// Bytes thrown away after the answer.
    drained: usize,
}

/// What a client's connection is at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Reading,
    /// Somebody else has the question.
    Waiting(Ticket),
    Sending,
    /// All is said. To close while something is unread would reset the connection, and the client might
    /// lose the answer; so it is thrown away first.
    Draining,
}

/// What an answer is made of.
#[derive(Debug)]
pub(super) struct House<'h, S: Site> {
    pub(super) site: &'h S,
    pub(super) status: &'h S::Status,
    pub(super) aside: Option<&'h dyn Aside>,
    /// For the question that may be asked now.
    pub(super) ticket: Ticket,
    pub(super) now: Instant,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Progress {
    /// The socket has no more, or takes no more, or has taken enough for now.
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
            reply: None,
            unsent: (0, 0),
            head_only: false,
            more_comes: false,
            drained: 0,
        }
    }

    /// Does what can be done now.
    pub(super) fn move_on<S: Site>(
        &mut self,
        request: &mut [u8],
        response: &mut [u8],
        house: &House<'_, S>,
    ) -> Progress {
        loop {
            let progress = match self.stage {
                Stage::Reading => self.read(request, response, house),
                Stage::Waiting(_) => Progress::Wait,
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
        house: &House<'_, S>,
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
                    self.head_only = parsed.method == "HEAD";
                    if let Some(aside) = house
                        .aside
                        .filter(|a| !self.more_comes && a.is_for(parsed.path))
                    {
                        if !aside.ask(house.ticket, parsed.path) {
                            self.unsent = respond_error(response, 503);
                            return Progress::Next(Stage::Sending);
                        }
                        self.expires_at = house.now + ASIDE_LIFE;
                        return Progress::Next(Stage::Waiting(house.ticket));
                    }
                    self.unsent = respond(response, parsed, house.site, house.status);
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

    /// Whether it waits for this answer.
    pub(super) fn awaits(&self, ticket: Ticket) -> bool {
        self.stage == Stage::Waiting(ticket)
    }

    /// The answer it waits for.
    pub(super) fn take(&mut self, mut reply: Reply) {
        self.unsent = respond_with(&mut reply, if self.head_only { "HEAD" } else { "GET" });
        self.reply = Some(reply);
        self.stage = Stage::Sending;
    }

    /// Whether more of an answer is to be sent.
    pub(super) fn is_sending(&self) -> bool {
        self.stage == Stage::Sending
    }

    /// Gives back an answer that was made elsewhere.
    pub(super) fn give_back(&mut self) -> Option<Reply> {
        self.reply.take()
    }

    /// Sends what the socket takes.
    fn send(&mut self, response: &[u8]) -> Progress {
        let bytes = self.reply.as_ref().map_or(response, Reply::bytes);
        let enough = self.unsent.0 + SENT_AT_ONCE;
        while self.unsent.0 < self.unsent.1 {
            if self.unsent.0 >= enough {
                return Progress::Wait;
            }
            let end = self.unsent.1.min(enough);
            match self.stream.write(&bytes[self.unsent.0..end]) {
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
