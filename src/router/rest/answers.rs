//! What the router answers, and what follows from it.

use super::{Link, Question, State};
use crate::control::actuator::Order;
use crate::direction::Direction;
use crate::router::backoff;
use crate::router::{Event, Failure, Known, Refusal};
use crate::time::{Duration, Instant};
use crate::wire::routeros::{self, Queue};

impl Link {
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
    pub(super) fn refuse(&mut self, now: Instant, direction: Direction, why: Refusal) {
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
}
