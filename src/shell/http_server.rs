//! The health and metrics sockets: a fixed number of connections, of bytes and of seconds, on the loop.
//!
//! An answer proves that the loop is alive. A slow, silent or shouting client costs one slot for at
//! most `LIFE`; when all are taken, the oldest gives way.

use core::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};

use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use crate::time::{Duration, Instant};
use crate::wire::http;

/// Connections at a time.
pub const SLOTS: usize = 8;
/// A request that is longer is refused; ours need forty bytes.
const REQUEST: usize = 2048;
/// A connection lives no longer, whatever it does.
const LIFE: Duration = Duration::from_secs(2);
/// Connections accepted per wake-up: a flood must not delay a tick.
const ACCEPTS: usize = 16;
/// Bytes thrown away after an answer at most: who goes on is reset.
const DRAIN: usize = 64 * 1024;
/// Room for the head of a response.
const HEAD: usize = 256;

/// What a server has to say.
pub trait Site {
    /// What it says it of.
    type Status;

    /// Answers `path`, writing the body; returns the status and the content type.
    fn answer(&self, status: &Self::Status, path: &str, body: &mut [u8]) -> Answer;
    /// How long a body may get.
    fn capacity(&self) -> usize;
}

/// What a [`Site`] answers.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// Bytes written into the body.
    pub len: usize,
}

#[derive(Debug)]
struct Slot {
    client: Option<Client>,
    request: [u8; REQUEST],
    response: Box<[u8]>,
}

#[derive(Debug)]
struct Client {
    stream: TcpStream,
    expires_at: Instant,
    stage: Stage,
    received: usize,
    /// What of `response` is still to be sent.
    unsent: (usize, usize),
    /// The request was not read to its end.
    more_comes: bool,
    /// Bytes thrown away after the answer.
    drained: usize,
}

/// One listening socket and its connections.
#[derive(Debug)]
pub struct HttpServer<S> {
    listener: TcpListener,
    site: S,
    slots: Vec<Slot>,
    base: Token,
    /// Connections may wait in the backlog without a new edge.
    backlog: bool,
}

impl<S: Site> HttpServer<S> {
    /// Listens on `address`; tokens `base` to `base + SLOTS` are its own.
    ///
    /// # Errors
    /// The system's words, if the address cannot be had.
    pub fn bind(
        registry: &Registry,
        base: Token,
        address: SocketAddr,
        site: S,
    ) -> Result<Self, String> {
        let mut listener = TcpListener::bind(address).map_err(|e| e.to_string())?;
        listener
            .register(registry, base, Interest::READABLE)
            .map_err(|e| e.to_string())?;
        let room = HEAD + site.capacity();
        let slots = (0..SLOTS)
            .map(|_| Slot {
                client: None,
                request: [0; REQUEST],
                response: vec![0; room].into_boxed_slice(),
            })
            .collect();
        Ok(Self {
            listener,
            site,
            slots,
            base,
            backlog: false,
        })
    }

    /// The address it listens on, with the port the system chose if 0 was asked for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Whether `token` is one of its own.
    pub fn owns(&self, token: Token) -> bool {
        (self.base.0..=self.base.0 + SLOTS).contains(&token.0)
    }

    /// Something is readable or writable.
    pub fn ready(&mut self, now: Instant, token: Token, registry: &Registry, status: &S::Status) {
        if token == self.base {
            self.accept(now, registry, status);
        } else {
            self.serve(token.0 - self.base.0 - 1, status);
        }
    }

    /// Time passed: call once per tick.
    pub fn tick(&mut self, now: Instant, registry: &Registry, status: &S::Status) {
        for slot in &mut self.slots {
            slot.client.take_if(|client| now >= client.expires_at);
        }
        if self.backlog {
            self.accept(now, registry, status);
        }
    }

    fn accept(&mut self, now: Instant, registry: &Registry, status: &S::Status) {
        self.backlog = true;
        for _ in 0..ACCEPTS {
            match self.listener.accept() {
                Ok((stream, _)) => self.admit(now, stream, registry, status),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.backlog = false;
                    return;
                }
                // A client that left again, or no descriptor left: the next tick tries once more.
                Err(_) => return,
            }
        }
    }

    fn admit(
        &mut self,
        now: Instant,
        mut stream: TcpStream,
        registry: &Registry,
        status: &S::Status,
    ) {
        let place = self.free_slot();
        let token = Token(self.base.0 + 1 + place);
        let interest = Interest::READABLE | Interest::WRITABLE;
        if stream.register(registry, token, interest).is_ok() {
            self.slots[place].client = Some(Client::new(stream, now + LIFE));
            self.serve(place, status);
        }
    }

    /// A free slot, or the oldest one.
    fn free_slot(&self) -> usize {
        let age = |slot: &Slot| slot.client.as_ref().map(|client| client.expires_at);
        (0..SLOTS)
            .min_by_key(|&n| age(&self.slots[n]))
            .expect("there is more than one slot")
    }

    fn serve(&mut self, place: usize, status: &S::Status) {
        let slot = &mut self.slots[place];
        if let Some(client) = &mut slot.client
            && client.move_on(&mut slot.request, &mut slot.response, &self.site, status)
                == Progress::End
        {
            slot.client = None;
        }
    }
}

/// What a client's connection is at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Reading,
    Sending,
    /// All is said. To close while something is unread would reset the connection, and the client might
    /// lose the answer; so it is thrown away first.
    Draining,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    /// The socket has no more, or takes no more.
    Wait,
    Next(Stage),
    End,
}

impl Client {
    fn new(stream: TcpStream, expires_at: Instant) -> Self {
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
    fn move_on<S: Site>(
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

/// Writes body and head so that they touch; returns where they lie.
fn respond<S: Site>(
    response: &mut [u8],
    request: http::Request<'_>,
    site: &S,
    status: &S::Status,
) -> (usize, usize) {
    let (head_room, body) = response.split_at_mut(HEAD);
    let answer = match request.method {
        "GET" | "HEAD" => site.answer(status, request.path, body),
        _ => error(501, body),
    };
    let start = write_head(head_room, answer);
    let body_len = if request.method == "HEAD" {
        0
    } else {
        answer.len
    };
    (start, HEAD + body_len)
}

fn respond_error(response: &mut [u8], status: u16) -> (usize, usize) {
    let (head_room, body) = response.split_at_mut(HEAD);
    let answer = error(status, body);
    (write_head(head_room, answer), HEAD + answer.len)
}

/// A JSON error as v1.7's: `{"error": "Not found"}`.
pub fn error(status: u16, body: &mut [u8]) -> Answer {
    let mut out = http::Writer::new(body);
    // The longest is 40 bytes.
    let _ = fmt::Write::write_fmt(
        &mut out,
        format_args!("{{\"error\": \"{}\"}}", reason(status).1),
    );
    Answer {
        status,
        content_type: "application/json",
        len: out.len(),
    }
}

/// Writes the head at the end of `room`, where the body follows; returns its start.
fn write_head(room: &mut [u8], answer: Answer) -> usize {
    use core::fmt::Write as _;
    let mut head = heapless::String::<HEAD>::new();
    write!(
        head,
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        answer.status,
        reason(answer.status).0,
        answer.content_type,
        answer.len
    )
    .expect("the longest head has 170 bytes");
    let start = room.len() - head.len();
    room[start..].copy_from_slice(head.as_bytes());
    start
}

const fn reason(status: u16) -> (&'static str, &'static str) {
    match status {
        200 => ("OK", ""),
        400 => ("Bad Request", "Bad request"),
        404 => ("Not Found", "Not found"),
        431 => ("Request Header Fields Too Large", "Request too large"),
        501 => ("Not Implemented", "Only GET and HEAD are supported"),
        503 => ("Service Unavailable", "Unavailable"),
        _ => ("Internal Server Error", "Internal error"),
    }
}
