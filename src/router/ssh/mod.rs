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

use heapless::Deque;

use super::backoff::{self, Backoff};
use super::rest::REPLY_FOR_MAX;
use super::{Event, Failure, Known, Refusal};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::wire::routeros::Queue;
use crate::wire::routeros_cli::{self, Command};

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
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`].
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

    /// Takes an order; a newer one for the same queue replaces it. It is answered by one
    /// [`Event::Holds`] or [`Event::Refused`], or by [`Event::Lost`].
    ///
    /// # Panics
    /// Never: there is a place per direction.
    pub fn submit(&mut self, order: Order) {
        if !self.is_up() {
            return;
        }
        if !self.found[order.direction] && !self.is_looking() {
            self.tell(Event::Refused {
                direction: order.direction,
                why: Refusal::QueueMissing,
            });
            return;
        }
        if let Some(waiting) = self
            .orders
            .iter_mut()
            .find(|waiting| waiting.direction == order.direction)
        {
            *waiting = order;
        } else {
            self.orders
                .push_back(order)
                .expect("two directions, two places");
        }
    }

    /// The next command, if one is due. [`answered`](Self::answered) belongs to it.
    pub fn command(&mut self, now: Instant) -> Option<Command> {
        let State::Idle { used, look_at } = self.state else {
            return None;
        };
        let question = if now >= look_at {
            Question::Look
        } else {
            Question::Set(self.orders.pop_front()?)
        };
        self.state = State::Awaiting {
            question,
            asked_at: now,
            deadline: now + self.params.reply_for.min(REPLY_FOR_MAX),
            used,
            look_at,
        };
        Some(match question {
            Question::Look => routeros_cli::look_up(self.names()),
            Question::Set(order) => {
                let direction = order.direction;
                let queue_type = self.type_differs[direction]
                    .then(|| self.params.queue_types[direction].as_deref())
                    .flatten();
                routeros_cli::set(&self.params.queues[direction], order.rate, queue_type)
            }
        })
    }

    /// The command ended with this status, and this is everything it printed.
    pub fn answered(&mut self, now: Instant, status: i32, text: &str) {
        let State::Awaiting {
            question,
            asked_at,
            look_at,
            ..
        } = self.state
        else {
            return;
        };
        self.state = State::Idle {
            used: true,
            look_at,
        };
        let took = now - asked_at;
        match question {
            Question::Look => self.looked(now, status, text, took),
            Question::Set(order) => self.written(now, order, status, text, took),
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

    fn is_looking(&self) -> bool {
        matches!(
            self.state,
            State::Awaiting {
                question: Question::Look,
                ..
            }
        )
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

    fn names(&self) -> Both<&str> {
        self.params.queues.as_ref().map(String::as_str)
    }

    fn looked(&mut self, now: Instant, status: i32, text: &str, took: Duration) {
        let Ok(printed) = routeros_cli::find_queues(text, self.names()) else {
            return self.fail(now, Failure::Garbled);
        };
        let queues = printed.queues;
        if (status != 0 || printed.more) && queues.down.is_none() && queues.up.is_none() {
            return self.fail(now, Failure::Rejected);
        }
        self.backoff.read(now - self.connected_at);
        self.tell(Event::Up);
        for direction in Direction::BOTH {
            self.found[direction] = queues[direction].is_some();
            if let Some(queue) = &queues[direction] {
                self.learn(direction, queue, Known::Read, took);
            } else {
                self.tell(Event::Refused {
                    direction,
                    why: Refusal::QueueMissing,
                });
            }
        }
        let again = if self.found.down && self.found.up {
            self.missing.reset();
            self.params.verify_every
        } else {
            self.missing.next(&backoff::MISSING)
        };
        self.look(now + again);
    }

    fn written(&mut self, now: Instant, order: Order, status: i32, text: &str, took: Duration) {
        let direction = order.direction;
        self.backoff.written(direction);
        let why = match routeros_cli::find_queues(text, self.names()) {
            Ok(printed) if status == 0 && !printed.more => match &printed.queues[direction] {
                Some(queue) => return self.learn(direction, queue, Known::Written, took),
                // `set [find …]` found nothing and called that a success (W-34).
                None => Refusal::QueueMissing,
            },
            _ => self.refusal(direction, text),
        };
        self.tell(Event::Refused { direction, why });
        // A write that failed is doubtful: read.
        self.look(now);
    }

    fn refusal(&mut self, direction: Direction, text: &str) -> Refusal {
        if self.type_differs[direction] && routeros_cli::refuses_queue_type(text) {
            self.type_refused[direction] = true;
            self.type_differs[direction] = false;
            Refusal::QueueTypeMissing
        } else if routeros_cli::refuses_permission(text) {
            Refusal::NotPermitted
        } else if text.contains("no such item") || text.contains("expected item id") {
            Refusal::QueueMissing
        } else {
            Refusal::Rejected
        }
    }

    fn learn(&mut self, direction: Direction, queue: &Queue, known: Known, took: Duration) {
        self.type_differs[direction] = !self.type_refused[direction]
            && self.params.queue_types[direction]
                .as_ref()
                .is_some_and(|ours| *ours != *queue.queue_type);
        self.tell(Event::Holds {
            direction,
            rate: queue.max_limit,
            known,
            took,
            inactive: queue.inactive,
        });
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
