//! The SSH link: one standing session, one command at a time.
//!
//! ```text
//! Down ─retry_at─▶ Connecting ─connected─▶ Idle ◀─answered─ Awaiting
//!  ▲                   │                    │  ──command──▶   │
//!  └─ deadline, close, refusal to list ─────┴─────────────────┘
//! ```
//!
//! The shell connects when [`Link::poll`] asks for it, runs what [`Link::command`] says, and brings
//! exit status and text to [`Link::answered`]. Both are judged: RouterOS reports errors as text with
//! status 0 (routeros.md 3), and a write is confirmed by the queue that its own line reads back.

mod exchange;

use heapless::Deque;

use super::backoff::{self, Backoff};
use super::{Event, Failure};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};

/// A session stands within this time or not at all, as in v1.7 (contract 8.5). Small routers need a
/// second or more for the signature of an RSA key.
pub const CONNECT_FOR: Duration = Duration::from_secs(10);
/// Shortest time between two connections while nothing is wrong.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);

/// What an SSH link needs to know.
#[derive(Clone, Debug)]
pub struct LinkParams {
    /// Names of the two queues.
    pub queues: Both<String>,
    /// Queue types to keep the queues at; `None` leaves them alone.
    pub queue_types: Both<Option<String>>,
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](super::rest::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// How often the queues are read although nothing suggests a change.
    pub verify_every: Duration,
}

/// What the shell should do with the session.
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
        /// Whether this session has carried an exchange yet.
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
    close: bool,
    /// Which queues the last look-up found.
    found: Both<bool>,
    /// Where the queue's type is not the one we keep, and the router knows ours.
    type_differs: Both<bool>,
    type_refused: Both<bool>,
    orders: Deque<Order, 2>,
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
            close: false,
            found: Both::default(),
            type_differs: Both::default(),
            type_refused: Both::default(),
            orders: Deque::new(),
            events: Deque::new(),
        }
    }

    /// Time passed. Call once per tick and after [`answered`](Self::answered).
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

    /// The session stands: the router is who it should be, and so are we.
    pub fn connected(&mut self, now: Instant) {
        if let State::Connecting { .. } = self.state {
            self.connected_at = now;
            // Somebody may have set a limit by hand while we were away.
            self.found = Both::default();
            self.state = State::Idle {
                used: false,
                look_at: now,
            };
        }
    }

    /// The session could not be opened, broke, or was closed by the router.
    pub fn closed(&mut self, now: Instant, why: Failure) {
        match self.state {
            State::Down { .. } => {}
            // Servers close idle sessions, sometimes just as the next command is on its way.
            State::Idle { used: true, .. } | State::Awaiting { used: true, .. }
                if why == Failure::Closed && self.backoff.spend_free_retry() =>
            {
                if let Some(direction) = self.writing() {
                    self.backoff.owe(direction);
                }
                self.drop_session(now.max(self.connected_at + RECONNECT_EVERY));
                self.tell(Event::Lost(None));
            }
            _ => self.fail(now, why),
        }
    }

    /// There is nowhere to connect to yet, or another address to try: the next [`poll`](Self::poll) asks
    /// again, and nothing has failed.
    pub fn not_yet(&mut self, now: Instant) {
        if let State::Connecting { .. } = self.state {
            self.state = State::Down { retry_at: now };
        }
    }

    /// What happened since the last call.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether a session stands.
    pub const fn is_up(&self) -> bool {
        matches!(self.state, State::Idle { .. } | State::Awaiting { .. })
    }

    /// Whether an answer is under way or an order waits.
    pub fn is_busy(&self) -> bool {
        matches!(self.state, State::Awaiting { .. }) || !self.orders.is_empty()
    }

    /// Closes without a word and stays closed until [`wake`](Self::wake).
    pub fn sleep(&mut self) {
        self.drop_session(Instant::NEVER);
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
            State::Down { .. } | State::Connecting { .. } => {}
        }
    }

    /// The queue to which a write is under way.
    const fn writing(&self) -> Option<Direction> {
        match self.state {
            State::Awaiting {
                question: Question::Set(order),
                ..
            } => Some(order.direction),
            _ => None,
        }
    }

    fn fail(&mut self, now: Instant, why: Failure) {
        if let Some(direction) = self.writing() {
            self.backoff.owe(direction);
            self.tell(Event::Unanswered { direction });
        }
        let pause = self.backoff.next(backoff::policy(why));
        self.drop_session(now + pause);
        self.tell(Event::Lost(Some(why)));
    }

    fn drop_session(&mut self, retry_at: Instant) {
        self.close = true;
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
