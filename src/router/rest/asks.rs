//! What the link asks: orders come in, requests go out.

use super::{Link, Question, REPLY_FOR_MAX, State};
use crate::control::actuator::Order;
use crate::router::{Event, Refusal};
use crate::time::Instant;
use crate::wire::http::{self, Full, RequestHead};
use crate::wire::routeros;

impl Link {
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
}
