//! Which of two links serves. PURE.
//!
//! ```text
//!            fails twice                     it answers
//! Preferred ─────────────▶ Neither ◀──────▶ Other ──┐
//!     ▲                       │  fails twice        │ probes the preferred one after 30 s,
//!     └─── first to answer ───┘                     │ 60 s … 300 s
//!     └──────────────── a probe was answered ───────┘
//! ```
//!
//! Links reconnect by themselves; this decides which of them are awake and whose events count. A probe
//! is a connection and a look: it reads and changes nothing. What only a person can
//! mend (a password, a key, a certificate) is not retried before the switch and probed slowly, so it
//! cannot make the daemon go to and fro.
//!
//! A changed host key or certificate does not keep us from the other transport: whoever can stand
//! between can also block a port, so that would protect nobody and stop control.

use heapless::Deque;

use super::talk::{Contact, Tell};
use super::{Event, Failure, Known, Transport};
use crate::time::{Duration, Instant};

/// First pause before the preferred transport is probed.
pub const PROBE_MIN: Duration = Duration::from_secs(30);
/// Longest pause.
pub const PROBE_MAX: Duration = Duration::from_secs(300);
/// A transport that was read so long after a failure has recovered from it.
const STEADY: Duration = Duration::from_secs(60);

/// What a link should do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Errand {
    /// Connect now.
    Wake(Transport),
    /// Close, and stay closed.
    Sleep(Transport),
    /// Look now.
    Look(Transport),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The preferred one serves, the other one sleeps.
    Preferred,
    /// Both try; the first to answer serves.
    Neither,
    /// The other one serves.
    Other(Probe),
}

/// How the preferred one is doing while the other one serves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Probe {
    At(Instant),
    UnderWay,
    Answered,
}

/// Chooses between one or two links of one WAN, which tell `E`.
#[derive(Debug)]
pub struct Failover<E = Event> {
    preferred: Transport,
    /// Whether there is another one.
    spare: bool,
    state: State,
    /// Who serves, or served last.
    serving: Transport,
    /// The one failure that is let pass.
    failed_at: Option<Instant>,
    probe_in: Option<Duration>,
    /// Why the preferred one does not serve.
    why: Option<Failure>,
    errands: Deque<Errand, 8>,
    events: Deque<E, 32>,
}

impl<E: Tell> Failover<E> {
    /// Prefers one transport. With a `spare` both links exist, and that one goes to sleep.
    pub fn new(preferred: Transport, spare: bool) -> Self {
        let mut failover = Self {
            preferred,
            spare,
            state: State::Preferred,
            serving: preferred,
            failed_at: None,
            probe_in: None,
            why: None,
            errands: Deque::new(),
            events: Deque::new(),
        };
        if spare {
            failover.send(Errand::Sleep(preferred.other()));
        }
        failover
    }

    /// Whose orders they are.
    pub const fn serving(&self) -> Transport {
        self.serving
    }

    /// Whether orders go out. Before the preferred one takes back they do not, or a busy line would
    /// never leave a gap for it; the [`Contact::Lost`] of the switch lets them be given again.
    pub fn takes_orders(&self) -> bool {
        self.state != State::Other(Probe::Answered)
    }

    /// Time passed. `busy`: the serving link has something under way, which is not cut off.
    pub fn poll(&mut self, now: Instant, busy: bool) {
        match self.state {
            State::Other(Probe::At(at)) if now >= at => {
                self.state = State::Other(Probe::UnderWay);
                self.send(Errand::Wake(self.preferred));
            }
            State::Other(Probe::Answered) if !busy => {
                self.tell(Contact::Lost(None).into());
                self.send(Errand::Sleep(self.preferred.other()));
                // What it said as a probe is old by now.
                self.send(Errand::Look(self.preferred));
                self.serve(self.preferred);
            }
            _ => {}
        }
    }

    /// A link said something.
    pub fn take(&mut self, now: Instant, from: Transport, event: E) {
        match (self.state, event.contact()) {
            (State::Neither, Some(Contact::Up)) => {
                self.send(Errand::Sleep(from.other()));
                if from == self.preferred {
                    self.serve(from);
                } else {
                    let probe_at = now + self.pause();
                    self.state = State::Other(Probe::At(probe_at));
                    self.announce(from);
                }
                self.tell(event);
            }
            (State::Other(_), contact) if from == self.preferred => self.probed(now, contact),
            (_, Some(Contact::Lost(Some(why)))) if from == self.serving => {
                self.tell(event);
                self.failed(now, why);
            }
            (State::Neither, Some(Contact::Lost(Some(why)))) => {
                self.tell(Contact::SpareFailed(why).into());
            }
            _ if from == self.serving => {
                self.tell(event);
                if self.is_proof(now, &event) {
                    self.failed_at = None;
                    if from == self.preferred {
                        self.probe_in = None;
                    }
                }
            }
            // The last words of a link that was sent to sleep.
            _ => {}
        }
    }

    /// What a link should do next.
    pub fn errand(&mut self) -> Option<Errand> {
        self.errands.pop_front()
    }

    /// What the program should know, in order.
    pub fn event(&mut self) -> Option<E> {
        self.events.pop_front()
    }

    /// One retry, then the other one may try too.
    fn failed(&mut self, now: Instant, why: Failure) {
        if self.serving == self.preferred {
            self.why = Some(why);
        }
        let again = self.failed_at.replace(now).is_some();
        if self.spare && self.state != State::Neither && (again || why.needs_a_person()) {
            self.state = State::Neither;
            self.send(Errand::Wake(self.serving.other()));
        }
    }

    fn probed(&mut self, now: Instant, contact: Option<Contact>) {
        match contact {
            Some(Contact::Up) if self.state == State::Other(Probe::UnderWay) => {
                self.state = State::Other(Probe::Answered);
            }
            Some(Contact::Lost(Some(why))) => {
                self.why = Some(why);
                let probe_at = now + self.pause();
                self.state = State::Other(Probe::At(probe_at));
                self.send(Errand::Sleep(self.preferred));
                self.tell(Contact::SpareFailed(why).into());
            }
            _ => {}
        }
    }

    fn serve(&mut self, preferred: Transport) {
        self.state = State::Preferred;
        self.why = None;
        self.announce(preferred);
    }

    fn announce(&mut self, serving: Transport) {
        self.failed_at = None;
        if core::mem::replace(&mut self.serving, serving) != serving {
            let why = self.why;
            self.tell(Contact::Switched { to: serving, why }.into());
        }
    }

    /// How long the preferred one is left alone.
    fn pause(&mut self) -> Duration {
        let pause = match (self.why, self.probe_in) {
            // A wrong password twice a minute fills the router's log, and may lock us out.
            (Some(Failure::Unauthorized), _) => PROBE_MAX,
            (_, None) => PROBE_MIN,
            (_, Some(last)) => last.doubled().min(PROBE_MAX),
        };
        self.probe_in = Some(pause);
        pause
    }

    /// That a link connects and looks does not prove that it can write.
    fn is_proof(&self, now: Instant, event: &E) -> bool {
        match event.proves() {
            Some(Known::Written) => true,
            Some(Known::Read) => self.failed_at.is_some_and(|at| now - at >= STEADY),
            None => false,
        }
    }

    fn send(&mut self, errand: Errand) {
        // The shell runs them after every call; one call sends three at most.
        let _ = self.errands.push_back(errand);
    }

    fn tell(&mut self, event: E) {
        // Four times what a link says in one call.
        let _ = self.events.push_back(event);
    }
}

#[cfg(test)]
mod tests;
