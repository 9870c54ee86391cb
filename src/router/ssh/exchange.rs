//! One command after the other, and what the router prints.

use super::{Link, Question, State};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::router::backoff;
use crate::router::rest::REPLY_FOR_MAX;
use crate::router::{Event, Failure, Known, Refusal};
use crate::time::{Duration, Instant};
use crate::wire::routeros::Queue;
use crate::wire::routeros_cli::{self, Command};

impl Link {
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

    fn is_looking(&self) -> bool {
        matches!(
            self.state,
            State::Awaiting {
                question: Question::Look,
                ..
            }
        )
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
}
