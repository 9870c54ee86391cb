//! The REST link: one kept-alive HTTP connection, one request at a time.
//!
//! ```text
//! Down ─retry_at─▶ Connecting ─connected─▶ Idle ◀─reply─ Awaiting
//!  ▲                   │                    │  ─request─▶  │
//!  └─ deadline, close, garbage, odd status ─┴──────────────┘
//! ```
//!
//! The shell moves the bytes: it connects when [`Link::poll`] asks for it, reads into
//! [`Link::space`], and sends what [`Link::request`] writes. What is asked and what an answer means is
//! the [`RestTalk`]'s; the link knows connections and HTTP.

mod answers;
mod asks;
mod exchange;
mod habit;
pub mod talk;

use self::exchange::Rx;
use self::habit::Habit;
use self::talk::{Params, RestTalk, Setup};
use super::backoff::{self, Backoff};
use super::orders::Orders;
use super::queues::Queues;
pub use super::queues::rest::LinkParams;
use super::state::{Due, Question, State};
use super::talk::{Contact, Told};
use super::{Action, Failure};
use crate::time::{Duration, Instant};

/// A connection, TLS included, stands within this time or not at all.
pub const CONNECT_FOR: Duration = Duration::from_secs(3);
/// Longest wait for an answer, whatever `timeouts.ssh_command` says: a control loop cannot use one
/// that is older. RouterOS's slowest measured write took 0.13 s (routeros.md 1.7).
pub const REPLY_FOR_MAX: Duration = Duration::from_secs(5);
/// Shortest time between two connections while nothing is wrong.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);
/// An id this young survives a silent close: nobody restores a backup so fast.
const IDS_LAST: Duration = Duration::from_secs(2);

/// A link to a router, to talk about the queues of one WAN unless said otherwise.
#[derive(Debug)]
pub struct Link<T: RestTalk = Queues> {
    access: Access,
    talk: T,
    state: State<T::Order>,
    backoff: Backoff,
    connected_at: Instant,
    /// A connection ended between two exchanges and the next one carries on: when it looks next.
    lingering: Option<Instant>,
    /// A 401 came and the next answer decides whether it was meant for us.
    doubtful_401: bool,
    /// The last exchange on this connection was a look.
    looked_last: bool,
    habit: Habit,
    close: bool,
    orders: Orders<T>,
    rx: Rx,
    told: Told<T::Event>,
}

/// What goes into every request.
struct Access {
    host: String,
    authorization: String,
    reply_for: Duration,
}

impl core::fmt::Debug for Access {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Access({})", self.host)
    }
}

impl<T: RestTalk> Link<T> {
    /// A link that connects at the first [`poll`](Self::poll).
    pub fn new<P: Setup<Talk = T>>(params: P) -> Self {
        let Params {
            host,
            authorization,
            reply_for,
            talk,
        } = params.params();
        Self {
            access: Access {
                host,
                authorization,
                reply_for,
            },
            talk,
            state: State::NEW,
            backoff: Backoff::default(),
            connected_at: Instant::ZERO,
            lingering: None,
            doubtful_401: false,
            looked_last: false,
            habit: Habit::default(),
            close: false,
            orders: Orders::new(),
            rx: Rx::new(),
            told: Told::new(),
        }
    }

    /// Time passed. Call once per tick and after [`received`](Self::received).
    pub fn poll(&mut self, now: Instant) -> Option<Action> {
        match self.state.pass(now, CONNECT_FOR) {
            Due::Connect => {
                self.close = false;
                return Some(Action::Connect);
            }
            Due::GiveUp => self.fail(now, Failure::TimedOut),
            Due::Nothing => {}
        }
        core::mem::take(&mut self.close).then_some(Action::Close)
    }

    /// The connection stands, TLS included.
    pub fn connected(&mut self, now: Instant) {
        if let State::Connecting { .. } = self.state {
            self.rx.clear();
            self.connected_at = now;
            self.habit.connected();
            let mut look_at = self.lingering.take().unwrap_or(now);
            if now - self.talk.learned_at() >= IDS_LAST {
                // Ids may have changed while we were away, and somebody may have changed things by hand.
                self.talk.forget();
                look_at = now;
            }
            self.state = State::Idle {
                // One that carries on and has nothing to ask may be closed as well as the one before.
                used: look_at > now,
                look_at,
            };
        }
    }

    /// The connection could not be opened, broke, or was closed by the router.
    pub fn closed(&mut self, now: Instant, why: Failure) {
        match self.state {
            State::Down { .. } => {}
            // Servers close idle connections,
            State::Idle { used: true, .. } if why == Failure::Closed => {
                self.habit.closed(now);
                self.reconnect(now);
            }
            // sometimes just as the next request is on its way.
            State::Awaiting { used: true, .. }
                if why == Failure::Closed
                    && self.rx.is_empty()
                    && self.backoff.spend_free_retry() =>
            {
                self.habit.closed(now);
                if let Some(order) = self.state.order() {
                    self.backoff.owe(T::subject(order));
                }
                self.reconnect(now);
            }
            _ => {
                // A response without a length ends with its connection.
                if why == Failure::Closed && self.rx.ends_with_connection() {
                    self.finish(now);
                }
                self.fail(now, why);
            }
        }
    }

    /// There is nowhere to connect to yet, or another address to try: the next [`poll`](Self::poll) asks
    /// again, and nothing has failed.
    pub fn not_yet(&mut self, now: Instant) {
        self.state.not_yet(now);
    }

    /// Where the next bytes from the router belong. Empty only if an answer is too large, which
    /// [`received`](Self::received) has dealt with by then.
    pub fn space(&mut self) -> &mut [u8] {
        self.rx.space()
    }

    /// What happened since the last call.
    pub fn event(&mut self) -> Option<T::Event> {
        self.told.fetch()
    }

    /// Whether a connection stands.
    pub const fn is_up(&self) -> bool {
        self.state.is_up()
    }

    /// Whether an answer is under way or an order waits.
    pub fn is_busy(&self) -> bool {
        self.state.is_awaiting() || !self.orders.is_empty()
    }

    /// Closes without a word and stays closed until [`wake`](Self::wake).
    pub fn sleep(&mut self) {
        self.drop_connection(Instant::NEVER);
    }

    /// Connects at the next [`poll`](Self::poll), whatever the back-off says.
    pub fn wake(&mut self, now: Instant) {
        self.state.wake(now);
    }

    /// Looks next.
    pub fn look(&mut self, now: Instant) {
        self.state.look_at(now);
        if let Some(look_at) = &mut self.lingering {
            *look_at = now;
        }
    }

    /// Looks at once if the talk has counters, and nothing else is under way or waits: whatever that is,
    /// it matters more, and most of it brings counters as well. Nor
    /// if the router has lately closed a connection early: those are for orders.
    pub fn glance(&mut self, now: Instant) {
        if self.is_up() && !self.is_busy() && self.talk.has_counters() && !self.habit.is_spared(now)
        {
            self.look(now);
        }
    }

    fn fail(&mut self, now: Instant, why: Failure) {
        if let Some(order) = self.state.order() {
            self.backoff.owe(T::subject(order));
            self.told.tell(self.talk.unanswered(order));
        }
        let pause = self.backoff.next(backoff::policy(why));
        self.drop_connection(now + pause);
        self.told.tell(Contact::Lost(Some(why)));
    }

    /// The router closed an idle connection, or announced that it will: no failure. At once, but no
    /// more than once a second, in case it does so after every answer. For such a server the ids of a
    /// moment ago still hold, or it would spend every connection on the look.
    fn reconnect(&mut self, now: Instant) {
        let retry_at = now.max(self.connected_at + RECONNECT_EVERY);
        self.habit.ended(now, retry_at);
        match self.state {
            State::Idle { look_at, .. } if now - self.talk.learned_at() < IDS_LAST => {
                self.close = true;
                self.lingering = Some(look_at);
                self.state = State::Down { retry_at };
            }
            _ => {
                self.drop_connection(retry_at);
                self.told.tell(Contact::Lost(None));
            }
        }
    }

    fn drop_connection(&mut self, retry_at: Instant) {
        self.close = true;
        self.lingering = None;
        self.orders.clear();
        self.state = State::Down { retry_at };
    }
}

#[cfg(test)]
mod tests;
