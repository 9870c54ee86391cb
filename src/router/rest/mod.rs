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

mod exchange;
mod habit;

use heapless::Deque;

use self::exchange::Rx;
use self::habit::Habit;
use super::backoff::{self, Backoff};
use super::{Event, Failure, Known, Refusal};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::wire::http::{self, Full, RequestHead};
use crate::wire::routeros::{self, Name, Queue};

/// A connection, TLS included, stands within this time or not at all.
pub const CONNECT_FOR: Duration = Duration::from_secs(3);
/// Longest wait for an answer, whatever `timeouts.ssh_command` says: a control loop cannot use one
/// that is older. RouterOS's slowest measured write took 0.13 s (routeros.md 1.7).
pub const REPLY_FOR_MAX: Duration = Duration::from_secs(5);
/// Shortest time between two connections while nothing is wrong.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);
/// An id this young survives a silent close: nobody restores a backup so fast.
const IDS_LAST: Duration = Duration::from_secs(2);

/// What a REST link needs to know.
#[derive(Clone)]
pub struct LinkParams {
    /// The `Host` header.
    pub host: String,
    /// The `Authorization` header: `Basic …`. Never printed.
    pub authorization: String,
    /// Names of the two queues.
    pub queues: Both<String>,
    /// Queue types to keep the queues at; `None` leaves them alone.
    pub queue_types: Both<Option<String>>,
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`].
    pub reply_for: Duration,
    /// How often the queues are read although nothing suggests a change.
    pub verify_every: Duration,
}

impl core::fmt::Debug for LinkParams {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LinkParams")
            .field("host", &self.host)
            .field("authorization", &"***")
            .field("queues", &self.queues)
            .finish_non_exhaustive()
    }
}

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

    /// Takes an order; a newer one for the same queue replaces it. It is answered by one
    /// [`Event::Holds`] or [`Event::Refused`], or by [`Event::Lost`].
    ///
    /// # Panics
    /// Never: there is a place per direction.
    pub fn submit(&mut self, order: Order) {
        if !self.is_up() && self.lingering.is_none() {
            return;
        }
        if self.ids[order.direction].is_none() && !self.is_looking() {
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

    /// Writes the next request into `buffer`, if one is due; returns its length.
    ///
    /// # Errors
    /// [`Full`] if the buffer is too small for any request.
    pub fn request(&mut self, now: Instant, buffer: &mut [u8]) -> Result<usize, Full> {
        let State::Idle { used, look_at } = self.state else {
            return Ok(0);
        };
        let Some(question) = self.next_question(now, look_at) else {
            return Ok(0);
        };
        let len = match question {
            Question::Look => self.write(buffer, "GET", routeros::LOOK_UP_PATH, None)?,
            Question::Set(order) => {
                let Some(id) = self.ids[order.direction].clone() else {
                    self.refuse(now, order.direction, Refusal::QueueMissing);
                    return Ok(0);
                };
                let queue_type = self.type_differs[order.direction]
                    .then(|| self.params.queue_types[order.direction].as_deref())
                    .flatten();
                let body = routeros::set_body(order.rate, queue_type);
                let mut path = heapless::String::<{ routeros::MAX_NAME + 24 }>::new();
                path.push_str("/rest/queue/tree/")
                    .and_then(|()| path.push_str(&id))
                    .map_err(|_| Full)?;
                self.write(buffer, "PATCH", &path, Some(&body))?
            }
        };
        self.state = State::Awaiting {
            question,
            asked_at: now,
            deadline: now + self.params.reply_for.min(REPLY_FOR_MAX),
            used,
            look_at,
        };
        Ok(len)
    }

    /// Where the next bytes from the router belong. Empty only if an answer is too large, which
    /// [`received`](Self::received) has dealt with by then.
    pub fn space(&mut self) -> &mut [u8] {
        self.rx.space()
    }

    /// `len` bytes arrived in [`space`](Self::space).
    pub fn received(&mut self, now: Instant, len: usize) {
        self.rx.received(len);
        match self.state {
            State::Awaiting { .. } => self.finish(now),
            // Nobody asked: an answer to somebody else's question, or to one we gave up on.
            _ if len > 0 => self.fail(now, Failure::Garbled),
            _ => {}
        }
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

    /// A look that is due goes first, but not twice in a row: on a router that closes after every answer
    /// looks would leave no room for orders.
    fn next_question(&mut self, now: Instant, look_at: Instant) -> Option<Question> {
        if self.habit.holds_back(now) {
            return None;
        }
        let look = now >= look_at;
        if look && !(self.looked_last && self.knows_the_next()) {
            return Some(Question::Look);
        }
        self.orders.pop_front().map(Question::Set)
    }

    /// Whether the next order's queue is known.
    fn knows_the_next(&self) -> bool {
        self.orders
            .front()
            .is_some_and(|order| self.ids[order.direction].is_some())
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

    fn write(
        &self,
        buffer: &mut [u8],
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<usize, Full> {
        let head = RequestHead {
            method,
            path,
            host: &self.params.host,
            authorization: &self.params.authorization,
        };
        http::write_request(buffer, head, body)
    }

    /// Reads the reply, if it is complete.
    fn finish(&mut self, now: Instant) {
        let State::Awaiting {
            question,
            asked_at,
            look_at,
            ..
        } = self.state
        else {
            return;
        };
        let reply = match self.rx.reply() {
            Ok(None) => return,
            Ok(Some(reply)) => reply,
            Err(why) => return self.fail(now, why),
        };
        self.state = State::Idle {
            used: true,
            look_at,
        };
        self.habit.answered(now);
        self.looked_last = question == Question::Look;
        let took = now - asked_at;
        match (reply.status, question) {
            (401, _) => self.unauthorized(now, question),
            (200..300, Question::Look) => self.looked(now, took),
            (status, Question::Look) => self.fail(now, Failure::Status(status)),
            (200..300, Question::Set(order)) => self.written(now, order, took),
            (status, Question::Set(order)) => self.not_written(now, order.direction, status),
        }
        if self.is_up() && !reply.keep_alive {
            self.reconnect(now);
        }
        self.rx.clear();
    }

    fn looked(&mut self, now: Instant, took: Duration) {
        let names = self.params.queues.as_ref().map(String::as_str);
        let Ok(found) = routeros::find_queues(self.rx.body(), names) else {
            return self.fail(now, Failure::Garbled);
        };
        self.backoff.read(now - self.connected_at);
        self.believe();
        let complete = found.down.is_some() && found.up.is_some();
        self.tell(Event::Up);
        for direction in Direction::BOTH {
            if let Some(queue) = &found[direction] {
                self.learn(now, direction, queue, Known::Read, took);
            } else {
                self.ids[direction] = None;
                self.tell(Event::Refused {
                    direction,
                    why: Refusal::QueueMissing,
                });
            }
        }
        let again = if complete {
            self.missing.reset();
            self.params.verify_every
        } else {
            self.missing.next(&backoff::MISSING)
        };
        self.look_at(now + again);
    }

    fn written(&mut self, now: Instant, order: Order, took: Duration) {
        self.answered(order.direction);
        if let Ok(queue) = routeros::parse_queue(self.rx.body()) {
            self.learn(now, order.direction, &queue, Known::Written, took);
        } else {
            self.refuse(now, order.direction, Refusal::Unclear);
        }
    }

    fn not_written(&mut self, now: Instant, direction: Direction, status: u16) {
        self.answered(direction);
        let body = self.rx.body();
        let why = if status == 404 {
            self.ids[direction] = None;
            Refusal::IdUnknown
        } else if self.type_differs[direction] && routeros::refuses_queue_type(body) {
            self.type_refused[direction] = true;
            self.type_differs[direction] = false;
            Refusal::QueueTypeMissing
        } else if routeros::refuses_permission(body) || status == 403 {
            Refusal::NotPermitted
        } else {
            Refusal::Status(status)
        };
        self.refuse(now, direction, why);
    }

    /// A write failed or is doubtful: a 400 may have been applied (routeros.md 1.4), so read.
    fn refuse(&mut self, now: Instant, direction: Direction, why: Refusal) {
        self.tell(Event::Refused { direction, why });
        self.look_at(now);
    }

    fn learn(
        &mut self,
        now: Instant,
        direction: Direction,
        queue: &Queue,
        known: Known,
        took: Duration,
    ) {
        self.ids[direction] = Some(queue.id.clone());
        self.learned_at = now;
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

    /// The router answered a write.
    fn answered(&mut self, direction: Direction) {
        self.backoff.written(direction);
        self.believe();
    }

    /// The router answered us, and it was us it meant.
    const fn believe(&mut self) {
        self.doubtful_401 &= self.backoff.owes();
    }

    fn unauthorized(&mut self, now: Instant, question: Question) {
        if let Question::Set(order) = question {
            self.backoff.owe(order.direction);
        }
        // After aborts RouterOS may hand us somebody else's 401 (routeros.md 1.7): believe the second.
        if core::mem::replace(&mut self.doubtful_401, true) {
            if let Question::Set(Order { direction, .. }) = question {
                self.tell(Event::Unanswered { direction });
            }
            self.fail(now, Failure::Unauthorized);
        } else {
            self.drop_connection(now + backoff::AFTER_ABORT);
            self.tell(Event::Lost(None));
        }
    }

    fn look_at(&mut self, at: Instant) {
        if let State::Idle { look_at, .. } = &mut self.state {
            *look_at = at;
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
