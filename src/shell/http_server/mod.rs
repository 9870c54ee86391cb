//! The health and metrics sockets: a fixed number of connections, of bytes and of seconds, on the loop.
//!
//! An answer proves that the loop is alive. A slow, silent or shouting client costs one slot for at
//! most `LIFE`; when all are taken, the oldest gives way.

mod client;
mod response;

use std::io::ErrorKind;
use std::net::SocketAddr;

use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use self::client::{Client, Progress};
use self::response::HEAD;
pub use self::response::error;
use crate::time::{Duration, Instant};

/// Connections at a time.
pub const SLOTS: usize = 8;
/// A request that is longer is refused; ours need forty bytes.
const REQUEST: usize = 2048;
/// A connection lives no longer, whatever it does.
const LIFE: Duration = Duration::from_secs(2);
/// Connections accepted per wake-up: a flood must not delay a tick.
const ACCEPTS: usize = 16;

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
