//! One command after the other, and what the router prints.

use super::talk::{Answer, SshTalk};
use super::{Link, Question, State};
use crate::router::Failure;
use crate::router::rest::REPLY_FOR_MAX;
use crate::router::talk::{After, Contact};
use crate::time::{Duration, Instant};
use crate::wire::routeros_cli::Command;

impl<T: SshTalk> Link<T> {
    /// Takes an order; a newer one about the same replaces it. It is answered by an event about the
    /// same, or by [`Contact::Lost`].
    pub fn submit(&mut self, order: T::Order) {
        if !self.is_up() {
            return;
        }
        let looking = self.state.is_looking();
        if let Some(cannot) = self.orders.submit(order, &self.talk, looking) {
            self.told.tell(cannot);
        }
    }

    /// The next command, if one is due. [`answered`](Self::answered) belongs to it.
    pub fn command(&mut self, now: Instant) -> Option<Command> {
        let State::Idle { used, look_at } = self.state else {
            return None;
        };
        let (question, command) = if now >= look_at {
            (Question::Look, self.talk.look(now))
        } else {
            let order = self.orders.take()?;
            let Some(command) = self.talk.order(order) else {
                self.told.tell(self.talk.cannot(order));
                self.state.look_at(now);
                return None;
            };
            (Question::Order(order), command)
        };
        self.state = State::Awaiting {
            question,
            asked_at: now,
            deadline: now + self.reply_for.min(REPLY_FOR_MAX),
            used,
            look_at,
        };
        Some(command)
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
            Question::Order(order) => {
                self.backoff.answered(T::subject(order));
                let answer = Answer { status, text, took };
                match self.talk.answered(now, order, answer, &mut self.told) {
                    After::Nothing => {}
                    After::Look => self.state.look_at(now),
                }
            }
        }
    }

    fn looked(&mut self, now: Instant, status: i32, text: &str, took: Duration) {
        let seen = match self.talk.seen(status, text) {
            Ok(seen) => seen,
            Err(Failure::Rejected) if self.talk.asks_for_less() => return self.state.look_at(now),
            Err(why) => return self.fail(now, why),
        };
        self.backoff.looked(now - self.connected_at);
        self.told.tell(Contact::Up);
        let again = self.talk.learn(now, seen, took, &mut self.told);
        self.state.look_at(now + again);
    }
}
