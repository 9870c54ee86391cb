//! The health and metrics sockets: a fixed number of connections, of bytes and of seconds, on the loop.
//!
//! An answer proves that the loop is alive. A slow, silent or shouting client costs one slot for at
//! most `LIFE`; when all are taken, the oldest gives way.

mod aside;
mod client;
mod response;

use std::io::ErrorKind;
use std::net::SocketAddr;

use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

pub use self::aside::{Aside, Reply, Ticket};
use self::client::{Client, House, Progress};
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
    aside: Option<Box<dyn Aside>>,
    /// Questions so far that could be asked aside.
    tickets: u64,
    slots: Vec<Slot>,
    base: Token,
    /// Connections may wait in the backlog without a new edge.
    backlog: bool,
}

impl<S: Site> HttpServer<S> {
    /// Listens on `address`; tokens `base` to `base + SLOTS` are its own. What `aside` is for, it answers.
    ///
    /// # Errors
    /// The system's words, if the address cannot be had.
    pub fn bind(
        registry: &Registry,
        base: Token,
        address: SocketAddr,
        site: S,
        aside: Option<Box<dyn Aside>>,
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
            aside,
            tickets: 0,
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
            self.serve(now, token.0 - self.base.0 - 1, status);
        }
    }

    /// Time passed: call once per tick.
    pub fn tick(&mut self, now: Instant, registry: &Registry, status: &S::Status) {
        self.hand_out();
        for place in 0..SLOTS {
            match &self.slots[place].client {
                Some(client) if now >= client.expires_at => self.dismiss(place),
                Some(client) if client.is_sending() => self.serve(now, place, status),
                _ => {}
            }
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
            self.dismiss(place);
            self.slots[place].client = Some(Client::new(stream, now + LIFE));
            self.serve(now, place, status);
        }
    }

    /// A free slot, or the oldest one.
    fn free_slot(&self) -> usize {
        let age = |slot: &Slot| slot.client.as_ref().map(|client| client.expires_at);
        (0..SLOTS)
            .min_by_key(|&n| age(&self.slots[n]))
            .expect("there is more than one slot")
    }

    fn serve(&mut self, now: Instant, place: usize, status: &S::Status) {
        self.tickets += 1;
        let house = House {
            site: &self.site,
            status,
            aside: self.aside.as_deref(),
            ticket: Ticket(self.tickets),
            now,
        };
        let slot = &mut self.slots[place];
        if let Some(client) = &mut slot.client
            && client.move_on(&mut slot.request, &mut slot.response, &house) == Progress::End
        {
            self.dismiss(place);
        }
    }

    /// Answers that were made elsewhere go to whoever still waits for them.
    fn hand_out(&mut self) {
        let Some(aside) = &self.aside else { return };
        while let Some((ticket, reply)) = aside.answered() {
            let mut clients = self
                .slots
                .iter_mut()
                .filter_map(|slot| slot.client.as_mut());
            match clients.find(|client| client.awaits(ticket)) {
                Some(client) => client.take(reply),
                None => aside.done_with(reply),
            }
        }
    }

    /// Ends a connection, if there is one.
    fn dismiss(&mut self, place: usize) {
        let client = self.slots[place].client.take();
        if let Some(reply) = client.and_then(|mut client| client.give_back())
            && let Some(aside) = &self.aside
        {
            aside.done_with(reply);
        }
    }
}
