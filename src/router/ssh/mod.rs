//! The SSH link: one standing session, one command at a time.
//!
//! ```text
//! Down ─retry_at─▶ Connecting ─connected─▶ Idle ◀─answered─ Awaiting
//!  ▲                   │                    │  ──command──▶   │
//!  └─ deadline, close, refusal to list ─────┴─────────────────┘
//! ```
//!
//! The shell connects when [`Link::poll`] asks for it, runs what [`Link::command`] says, and brings
//! exit status and text to [`Link::answered`]. What is said and what was printed means is the
//! [`SshTalk`]'s, which judges both: RouterOS reports errors as text with status 0 (routeros.md 3).

mod exchange;
pub mod talk;

use self::talk::{Params, Setup, SshTalk};
use super::backoff::{self, Backoff};
use super::orders::Orders;
use super::queues::Queues;
pub use super::queues::ssh::LinkParams;
use super::state::{Due, Question, State};
use super::talk::{Contact, Told};
use super::{Action, Failure};
use crate::time::{Duration, Instant};

/// A session stands within this time or not at all, as in v1.7 (contract 8.5). Small routers need a
/// second or more for the signature of an RSA key.
pub const CONNECT_FOR: Duration = Duration::from_secs(10);
/// Shortest time between two connections while nothing is wrong.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);

/// A link to a router, to talk about the queues of one WAN unless said otherwise.
#[derive(Debug)]
pub struct Link<T: SshTalk = Queues> {
    reply_for: Duration,
    talk: T,
    state: State<T::Order>,
    backoff: Backoff,
    connected_at: Instant,
    close: bool,
    orders: Orders<T>,
    told: Told<T::Event>,
}

impl<T: SshTalk> Link<T> {
    /// A link that connects at the first [`poll`](Self::poll).
    pub fn new<P: Setup<Talk = T>>(params: P) -> Self {
        let Params { reply_for, talk } = params.params();
        Self {
            reply_for,
            talk,
            state: State::NEW,
            backoff: Backoff::default(),
            connected_at: Instant::ZERO,
            close: false,
            orders: Orders::new(),
            told: Told::new(),
        }
    }

    /// Time passed. Call once per tick and after [`answered`](Self::answered).
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

    /// The session stands: the router is who it should be, and so are we.
    pub fn connected(&mut self, now: Instant) {
        if let State::Connecting { .. } = self.state {
            self.connected_at = now;
            // Somebody may have changed things by hand while we were away.
            self.talk.forget();
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
                if let Some(order) = self.state.order() {
                    self.backoff.owe(T::subject(order));
                }
                self.drop_session(now.max(self.connected_at + RECONNECT_EVERY));
                self.told.tell(Contact::Lost(None));
            }
            _ => self.fail(now, why),
        }
    }

    /// There is nowhere to connect to yet, or another address to try: the next [`poll`](Self::poll) asks
    /// again, and nothing has failed.
    pub fn not_yet(&mut self, now: Instant) {
        self.state.not_yet(now);
    }

    /// What happened since the last call.
    pub fn event(&mut self) -> Option<T::Event> {
        self.told.fetch()
    }

    /// Whether a session stands.
    pub const fn is_up(&self) -> bool {
        self.state.is_up()
    }

    /// Whether an answer is under way or an order waits.
    pub fn is_busy(&self) -> bool {
        self.state.is_awaiting() || !self.orders.is_empty()
    }

    /// Closes without a word and stays closed until [`wake`](Self::wake).
    pub fn sleep(&mut self) {
        self.drop_session(Instant::NEVER);
    }

    /// Connects at the next [`poll`](Self::poll), whatever the back-off says.
    pub fn wake(&mut self, now: Instant) {
        self.state.wake(now);
    }

    /// Looks next.
    pub const fn look(&mut self, now: Instant) {
        self.state.look_at(now);
    }

    /// Looks at once if the talk has counters, and nothing else is under way or waits: whatever that is,
    /// it matters more, and most of it brings counters as well.
    pub fn glance(&mut self, now: Instant) {
        if !self.is_busy() && self.talk.has_counters() {
            self.look(now);
        }
    }

    fn fail(&mut self, now: Instant, why: Failure) {
        if let Some(order) = self.state.order() {
            self.backoff.owe(T::subject(order));
            self.told.tell(self.talk.unanswered(order));
        }
        let pause = self.backoff.next(backoff::policy(why));
        self.drop_session(now + pause);
        self.told.tell(Contact::Lost(Some(why)));
    }

    fn drop_session(&mut self, retry_at: Instant) {
        self.close = true;
        self.orders.clear();
        self.state = State::Down { retry_at };
    }
}

#[cfg(test)]
mod tests;
