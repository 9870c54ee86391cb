//! HTTP over a connection that is made of moments.

use std::io::Write as _;

use super::{Door, Far, Meter};
use crate::router::queues::Queues;
use crate::router::rest::Link;
use crate::router::rest::talk::{RestTalk, Setup};
use crate::router::ways::{Drive, way_of_its_link};
use crate::router::{Action, Failure};
use crate::sim::double::faults::Fault;
use crate::sim::double::http::{Request, Response};
use crate::time::{Duration, Instant};

/// As much as the shell has for a request.
const REQUEST: usize = 1536;
/// What one answer takes on an idle LAN, beside the router's own time.
const ON_THE_WAY: Duration = Duration::from_millis(10);
/// The network likes odd pieces.
const PIECE: usize = 97;
/// Chunks so small that a client cannot be lucky.
const CHUNK: usize = 7;
/// Room for the bytes of an answer, so that it need not grow.
const ANSWER: usize = 64 * 1024;

/// A REST link and its connection.
#[derive(Debug)]
pub struct RestWire<T: RestTalk = Queues> {
    link: Link<T>,
    request: Box<[u8]>,
    /// What the server makes of them.
    parsed: Request,
    connected: bool,
    answer: Answer,
    traffic: Traffic,
}

/// What went over a wire so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// Connections that stood.
    pub connects: u64,
    /// Requests sent.
    pub requests: u64,
    /// Bytes of HTTP sent.
    pub sent: u64,
    /// Bytes of HTTP received.
    pub received: u64,
}

/// The answer on its way.
#[derive(Debug)]
struct Answer {
    bytes: Vec<u8>,
    /// So many of them have arrived.
    given: usize,
    /// When the next ones may; [`Instant::NEVER`] if nothing is on its way.
    at: Instant,
    /// Whether the router closes after them.
    last: bool,
}

impl Answer {
    const fn is_due(&self, now: Instant) -> bool {
        self.at.as_micros() <= now.as_micros()
    }
}

impl<T: RestTalk> RestWire<T> {
    /// Connects with the first drive.
    pub fn new<P: Setup<Talk = T>>(params: P) -> Self {
        Self {
            link: Link::new(params),
            request: vec![0; REQUEST].into_boxed_slice(),
            parsed: Request::default(),
            connected: false,
            answer: Answer {
                bytes: Vec::with_capacity(ANSWER),
                given: 0,
                at: Instant::NEVER,
                last: false,
            },
            traffic: Traffic::default(),
        }
    }

    /// What went over it so far.
    pub const fn traffic(&self) -> Traffic {
        self.traffic
    }

    fn connect<M>(&mut self, now: Instant, far: &Far<'_, M>) {
        match far.doors.rest {
            Door::Open if far.scene.is_up(now) => {}
            Door::Open => return self.link.closed(now, Failure::ConnectionRefused),
            Door::Shut(why) => return self.link.closed(now, why),
            Door::Void => return,
        }
        self.traffic.connects += 1;
        self.link.connected(now);
        if matches!(far.scene.fault(), Fault::SessionLimit(_)) {
            return self.link.closed(now, Failure::Closed);
        }
        self.connected = true;
        self.answer.at = Instant::NEVER;
    }

    /// We hang up, or it does.
    fn disconnect<M>(&mut self, now: Instant, far: &mut Far<'_, M>) {
        if self.connected && self.answer.at != Instant::NEVER {
            far.scene.router.www.abort(now);
        }
        self.connected = false;
        self.answer.at = Instant::NEVER;
    }

    fn lose(&mut self, now: Instant) {
        self.connected = false;
        self.answer.at = Instant::NEVER;
        self.link.closed(now, Failure::Closed);
    }

    /// Whether something moved.
    fn exchange<M: Meter>(&mut self, now: Instant, far: &mut Far<'_, M>) -> bool {
        if !self.connected {
            return false;
        }
        let door = far.doors.rest;
        if matches!(door, Door::Shut(_)) || !far.scene.is_up(now) {
            self.lose(now);
            return true;
        }
        let len = self
            .link
            .request(now, &mut self.request)
            .expect("the buffer is the shell's");
        if len > 0 {
            if door == Door::Open {
                self.ask(now, len, far);
            }
            return true;
        }
        if door == Door::Void || !self.answer.is_due(now) {
            return false;
        }
        self.take(now, far);
        true
    }

    fn ask<M: Meter>(&mut self, now: Instant, len: usize, far: &mut Far<'_, M>) {
        self.traffic.requests += 1;
        self.traffic.sent += len as u64;
        let (bytes, request, answer) = (&self.request[..len], &mut self.parsed, &mut self.answer);
        let scene = &mut *far.scene;
        let reset = far.meter.aside(|| {
            parse(bytes, request);
            let fault = scene.fault();
            let response = scene.answer(now, request);
            answer.at = match fault {
                Fault::Silence => Instant::NEVER,
                _ => now + ON_THE_WAY + response.after,
            };
            answer.given = 0;
            answer.last = matches!(
                fault,
                Fault::CloseAfterEach
                    | Fault::AnnouncedClose
                    | Fault::HalfResponse
                    | Fault::Garbage
            );
            spell(fault, &response, &mut answer.bytes);
            response.reset
        });
        if reset {
            self.lose(now);
        }
    }

    fn take<M>(&mut self, now: Instant, far: &mut Far<'_, M>) {
        let left = &self.answer.bytes[self.answer.given..];
        let room = self.link.space();
        let piece = room.len().min(PIECE).min(left.len());
        room[..piece].copy_from_slice(&left[..piece]);
        self.answer.given += piece;
        self.traffic.received += piece as u64;
        let whole = self.answer.given == self.answer.bytes.len();
        if whole {
            self.answer.at = Instant::NEVER;
            far.scene.router.www.complete(now);
        }
        self.link.received(now, piece);
        if !self.link.is_up() {
            // What is left of the answer, nobody reads.
            self.disconnect(now, far);
        } else if whole && self.answer.last {
            self.lose(now);
        }
    }
}

way_of_its_link!(RestWire, RestTalk);

impl<T: RestTalk, M: Meter> Drive<Far<'_, M>> for RestWire<T> {
    fn drive(&mut self, now: Instant, far: &mut Far<'_, M>, each: &mut dyn FnMut(T::Event)) {
        loop {
            match self.link.poll(now) {
                Some(Action::Connect) => self.connect(now, far),
                Some(Action::Close) => self.disconnect(now, far),
                None => {}
            }
            let mut moved = self.exchange(now, far);
            while let Some(event) = self.link.event() {
                moved = true;
                each(event);
            }
            if !moved {
                return;
            }
        }
    }
}

/// What a server makes of the bytes; the request before it gives its room.
fn parse(bytes: &[u8], request: &mut Request) {
    let text = core::str::from_utf8(bytes).expect("requests are ASCII");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (words.next(), words.next());
    method.unwrap_or_default().clone_into(&mut request.method);
    path.unwrap_or_default().clone_into(&mut request.path);
    body.as_bytes().clone_into(&mut request.body);
    let given = lines.find_map(|line| line.strip_prefix("Authorization: "));
    match (given, &mut request.authorization) {
        (Some(given), Some(before)) => given.clone_into(before),
        (given, authorization) => *authorization = given.map(str::to_owned),
    }
}

/// The answer as bytes, or what the fault makes of them.
fn spell(fault: Fault, response: &Response, bytes: &mut Vec<u8>) {
    bytes.clear();
    let status = response.status;
    match fault {
        Fault::Garbage => bytes.extend_from_slice(b"\x16\x03\x01 what?\r\n\r\n"),
        Fault::Chunked => {
            let head = format!("HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n");
            bytes.extend_from_slice(head.as_bytes());
            for chunk in response.body.chunks(CHUNK) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
        _ => {
            let length = response.body.len();
            let connection = match fault {
                Fault::AnnouncedClose => "close",
                _ => "keep-alive",
            };
            // A Vec takes everything.
            let _ = write!(
                bytes,
                "HTTP/1.1 {status} X\r\nConnection: {connection}\r\nContent-Length: {length}\r\n\
                 Content-Type: application/json\r\n\r\n"
            );
            bytes.extend_from_slice(&response.body);
        }
    }
    if fault == Fault::HalfResponse {
        bytes.truncate(bytes.len() - response.body.len().div_ceil(2).max(1));
    }
}
