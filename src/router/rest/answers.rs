//! What the router answers, and what follows from it for the connection.

use super::talk::{Answer, RestTalk};
use super::{Link, Question, State};
use crate::router::Failure;
use crate::router::backoff;
use crate::router::talk::{After, Contact};
use crate::time::{Duration, Instant};

impl<T: RestTalk> Link<T> {
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

    /// Reads the reply, if it is complete.
    pub(super) fn finish(&mut self, now: Instant) {
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
            Err(why) => {
                if why == Failure::TooLarge && question == Question::Look {
                    self.talk.seen_too_large();
                }
                return self.fail(now, why);
            }
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
            (status, Question::Look) => self.looked(now, status, took),
            (status, Question::Order(order)) => self.done(now, order, status, took),
        }
        if self.is_up() && !reply.keep_alive {
            self.reconnect(now);
        }
        self.rx.clear();
    }

    fn looked(&mut self, now: Instant, status: u16, took: Duration) {
        let seen = match self.talk.seen(status, self.rx.body()) {
            Ok(seen) => seen,
            Err(why) => return self.fail(now, why),
        };
        self.backoff.looked(now - self.connected_at);
        self.believe();
        self.told.tell(Contact::Up);
        let again = self.talk.learn(now, seen, took, &mut self.told);
        self.state.look_at(now + again);
    }

    fn done(&mut self, now: Instant, order: T::Order, status: u16, took: Duration) {
        self.backoff.answered(T::subject(order));
        self.believe();
        let body = self.rx.body();
        let answer = Answer { status, body, took };
        match self.talk.answered(now, order, answer, &mut self.told) {
            After::Nothing => {}
            After::Look => self.state.look_at(now),
        }
    }

    /// The router answered us, and it was us it meant.
    fn believe(&mut self) {
        self.doubtful_401 &= self.backoff.owes();
    }

    fn unauthorized(&mut self, now: Instant, question: Question<T::Order>) {
        if let Question::Order(order) = question {
            self.backoff.owe(T::subject(order));
        }
        // After aborts RouterOS may hand us somebody else's 401 (routeros.md 1.7): believe the second.
        if core::mem::replace(&mut self.doubtful_401, true) {
            if let Question::Order(order) = question {
                self.told.tell(self.talk.unanswered(order));
            }
            self.fail(now, Failure::Unauthorized);
        } else {
            self.drop_connection(now + backoff::AFTER_ABORT);
            self.told.tell(Contact::Lost(None));
        }
    }
}
