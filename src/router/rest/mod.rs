//! The REST link: one kept-alive HTTP connection, one request at a time.
//!
//! ```text
//! Down ─retry_at─▶ Connecting ─connected─▶ Idle ◀─reply─ Awaiting
//!  ▲                   │                    │  ─request─▶  │
//!  └─ deadline, close, garbage, odd status ─┴──────────────┘
//! ```
//!
//! The shell moves the bytes: it connects when [`Link::poll`] asks for it, reads into
//! [`Link::space`], and sends what [`Link::request`] writes.

mod answers;
mod asks;
mod exchange;
mod habit;
mod params;

use heapless::Deque;

use self::exchange::Rx;
use self::habit::Habit;
pub use self::params::LinkParams;
use super::backoff::{self, Backoff};
use super::{Event, Failure};
use crate::control::actuator::Order;
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::wire::routeros::Name;

/// A connection, TLS included, stands within this time or not at all.
pub const CONNECT_FOR: Duration = Duration::from_secs(3);
/// Longest wait for an answer, whatever `timeouts.ssh_command` says: a control loop cannot use one
/// that is older. RouterOS's slowest measured write took 0.13 s (routeros.md 1.7).
pub const REPLY_FOR_MAX: Duration = Duration::from_secs(5);
/// Shortest time between two connections while nothing is wrong.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);
/// An id this young survives a silent close: nobody restores a backup so fast.
const IDS_LAST: Duration = Duration::from_secs(2);

/// What the shell should do with the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Open one and say so with [`Link::connected`], or report [`Link::closed`].
    Connect,
    /// Drop it; do not report that.
    Close,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Question {
    /// What do the queues hold?
    Look,
    Set(Order),
}

#[derive(Clone, Copy, Debug)]
enum State {
    Down {
        retry_at: Instant,
    },
    Connecting {
        deadline: Instant,
    },
    Idle {
        /// Whether this connection has carried an exchange yet.
        used: bool,
        /// When the queues are read next.
        look_at: Instant,
    },
    Awaiting {
        question: Question,
        asked_at: Instant,
        deadline: Instant,
        used: bool,
        look_at: Instant,
    },
}

/// The link of one WAN to its router.
#[derive(Debug)]
pub struct Link {
    params: LinkParams,
    state: State,
    backoff: Backoff,
    /// For looking after a queue that is missing.
    missing: Backoff,
    connected_at: Instant,
    /// When the router last told us an id.
    learned_at: Instant,
    /// A connection ended between two exchanges and the next one carries on: when it looks next.
    lingering: Option<Instant>,
    /// A 401 came and the next answer decides whether it was meant for us.
    doubtful_401: bool,
    /// The last exchange on this connection was a look-up.
    looked_last: bool,
    habit: Habit,
    close: bool,
    ids: Both<Option<Name>>,
    /// Where the queue's type is not the one we keep, and the router knows ours.
    type_differs: Both<bool>,
    type_refused: Both<bool>,
    orders: Deque<Order, 2>,
    rx: Rx,
    events: Deque<Event, 8>,
}

impl Link {
    /// A link that connects at the first [`poll`](Self::poll).
    pub fn new(params: LinkParams) -> Self {
        Self {
            params,
            state: State::Down {
                retry_at: Instant::ZERO,
            },
            backoff: Backoff::default(),
            missing: Backoff::default(),
            connected_at: Instant::ZERO,
            learned_at: Instant::ZERO,
            lingering: None,
            doubtful_401: false,
            looked_last: false,
            habit: Habit::default(),
            close: false,
            ids: Both::default(),
            type_differs: Both::default(),
            type_refused: Both::default(),
            orders: Deque::new(),
            rx: Rx::new(),
            events: Deque::new(),
        }
    }

    /// Time passed. Call once per tick and after [`received`](Self::received).
    pub fn poll(&mut self, now: Instant) -> Option<Action> {
        match self.state {
            State::Down { retry_at } if now >= retry_at => {
                let deadline = now + CONNECT_FOR;
                self.state = State::Connecting { deadline };
                self.close = false;
                return Some(Action::Connect);
            }
            State::Connecting { deadline } | State::Awaiting { deadline, .. }
                if now >= deadline =>
            {
                self.fail(now, Failure::TimedOut);
            }
            _ => {}
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
            if now - self.learned_at >= IDS_LAST {
                // Ids may have changed while we were away, and somebody may have set a limit by hand.
                self.ids = Both::default();
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
            State::Awaiting {
                used: true,
                question,
                ..
            } if why == Failure::Closed
                && self.rx.is_empty()
                && self.backoff.spend_free_retry() =>
            {
                self.habit.closed(now);
                if let Question::Set(order) = question {
                    self.backoff.owe(order.direction);
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
        if let State::Connecting { .. } = self.state {
            self.state = State::Down { retry_at: now };
        }
    }

    /// Where the next bytes from the router belong. Empty only if an answer is too large, which
    /// [`received`](Self::received) has dealt with by then.
    pub fn space(&mut self) -> &mut [u8] {
        self.rx.space()
    }

    /// What happened since the last call.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether a connection stands.
    pub const fn is_up(&self) -> bool {
        matches!(self.state, State::Idle { .. } | State::Awaiting { .. })
    }

    /// Whether an answer is under way or an order waits.
    pub fn is_busy(&self) -> bool {
        matches!(self.state, State::Awaiting { .. }) || !self.orders.is_empty()
    }

    /// Closes without a word and stays closed until [`wake`](Self::wake).
    pub fn sleep(&mut self) {
        self.drop_connection(Instant::NEVER);
    }

    /// Connects at the next [`poll`](Self::poll), whatever the back-off says.
    pub fn wake(&mut self, now: Instant) {
        if let State::Down { retry_at } = &mut self.state {
            *retry_at = now;
        }
    }

    /// Reads the queues next.
    pub fn look(&mut self, now: Instant) {
        match &mut self.state {
            State::Idle { look_at, .. } | State::Awaiting { look_at, .. } => *look_at = now,
            State::Down { .. } | State::Connecting { .. } => {
                if let Some(look_at) = &mut self.lingering {
                    *look_at = now;
                }
            }
        }
    }

    fn fail(&mut self, now: Instant, why: Failure) {
        if let State::Awaiting {
            question: Question::Set(Order { direction, .. }),
            ..
        } = self.state
        {
            self.backoff.owe(direction);
            self.tell(Event::Unanswered { direction });
        }
        let pause = self.backoff.next(backoff::policy(why));
        self.drop_connection(now + pause);
        self.tell(Event::Lost(Some(why)));
    }

    /// The router closed an idle connection, or announced that it will: no failure. At once, but no
    /// more than once a second, in case it does so after every answer. For such a server the ids of a
    /// moment ago still hold, or it would spend every connection on the look-up.
    fn reconnect(&mut self, now: Instant) {
        let retry_at = now.max(self.connected_at + RECONNECT_EVERY);
        match self.state {
            State::Idle { look_at, .. } if now - self.learned_at < IDS_LAST => {
                self.close = true;
                self.lingering = Some(look_at);
                self.state = State::Down { retry_at };
            }
            _ => {
                self.drop_connection(retry_at);
                self.tell(Event::Lost(None));
            }
        }
    }

    fn drop_connection(&mut self, retry_at: Instant) {
        self.close = true;
        self.lingering = None;
        self.orders.clear();
        self.state = State::Down { retry_at };
    }

    fn tell(&mut self, event: Event) {
        // The shell empties this after every call; eight is twice what one call can say.
        let _ = self.events.push_back(event);
    }
}

#[cfg(test)]
mod tests;
