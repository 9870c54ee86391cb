//! What the link asks: orders come in, requests go out.

use super::talk::{Ask, RestTalk};
use super::{Link, Question, REPLY_FOR_MAX, State};
use crate::time::Instant;
use crate::wire::http::{self, Full, RequestHead};

impl<T: RestTalk> Link<T> {
    /// Takes an order; a newer one about the same replaces it. It is answered by an event about the
    /// same, or by [`Contact::Lost`](crate::router::talk::Contact::Lost).
    pub fn submit(&mut self, order: T::Order) {
        if !self.is_up() && self.lingering.is_none() {
            return;
        }
        let looking = self.state.is_looking();
        if let Some(cannot) = self.orders.submit(order, &self.talk, looking) {
            self.told.tell(cannot);
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
        let ask = match question {
            Question::Look => self.talk.look(now),
            Question::Order(order) => {
                let Some(ask) = self.talk.order(order) else {
                    self.told.tell(self.talk.cannot(order));
                    self.state.look_at(now);
                    return Ok(0);
                };
                ask
            }
        };
        let len = self.write(buffer, &ask)?;
        self.state = State::Awaiting {
            question,
            asked_at: now,
            deadline: now + self.access.reply_for.min(REPLY_FOR_MAX),
            used,
            look_at,
        };
        Ok(len)
    }

    /// A look that is due goes first, but not twice in a row: on a router that closes after every answer
    /// looks would leave no room for orders.
    fn next_question(&mut self, now: Instant, look_at: Instant) -> Option<Question<T::Order>> {
        if self.habit.holds_back(now) {
            return None;
        }
        let look = now >= look_at;
        if look && !(self.looked_last && self.can_do_the_next()) {
            return Some(Question::Look);
        }
        self.orders.take().map(Question::Order)
    }

    /// Whether enough is known for the next order.
    fn can_do_the_next(&self) -> bool {
        let next = self.orders.next();
        next.is_some_and(|order| self.talk.can(order))
    }

    fn write(&self, buffer: &mut [u8], ask: &Ask) -> Result<usize, Full> {
        let head = RequestHead {
            method: ask.method,
            path: &ask.path,
            host: &self.access.host,
            authorization: &self.access.authorization,
        };
        http::write_request(buffer, head, ask.body.as_deref())
    }
}
