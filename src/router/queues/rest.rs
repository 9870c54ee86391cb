//! What is asked about queues over REST, and how the answers are read.

use core::fmt;

use super::{Event, Queues, Refusal};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::router::rest::talk::{Answer, Ask, Params, RestTalk, Setup};
use crate::router::talk::{After, Told};
use crate::router::{Failure, Known};
use crate::time::{Duration, Instant};
use crate::wire::routeros::{self, Queue};

/// What a REST link about queues needs to know.
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
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](crate::router::rest::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// How often the queues are read although nothing suggests a change.
    pub verify_every: Duration,
}

impl fmt::Debug for LinkParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkParams")
            .field("host", &self.host)
            .field("authorization", &"***")
            .field("queues", &self.queues)
            .finish_non_exhaustive()
    }
}

impl Setup for LinkParams {
    type Talk = Queues;

    fn params(self) -> Params<Queues> {
        Params {
            host: self.host,
            authorization: self.authorization,
            reply_for: self.reply_for,
            talk: Queues::new(self.queues, self.queue_types, self.verify_every),
        }
    }
}

impl RestTalk for Queues {
    fn look(&mut self, _: Instant) -> Ask {
        Ask::get(routeros::LOOK_UP_PATH)
    }

    fn order(&self, order: Order) -> Option<Ask> {
        let id = self.ids[order.direction].as_deref()?;
        let body = routeros::set_body(order.rate, self.type_to_set(order.direction));
        Some(Ask::patch("/rest/queue/tree", id, &body))
    }

    fn seen(&self, status: u16, body: &[u8]) -> Result<Both<Option<Queue>>, Failure> {
        match status {
            200..300 => routeros::find_queues(body, self.names())
                .map_err(|routeros::Unreadable| Failure::Garbled),
            status => Err(Failure::Status(status)),
        }
    }

    fn answered(
        &mut self,
        now: Instant,
        order: Order,
        reply: Answer<'_>,
        told: &mut Told<Event>,
    ) -> After {
        let direction = order.direction;
        let why = match reply.status {
            200..300 => {
                if let Ok(queue) = routeros::parse_queue(reply.body, &self.names[direction]) {
                    let how = (Known::Written, reply.took);
                    self.holds(now, direction, &queue, how, told);
                    return After::Nothing;
                }
                // It may have been another queue: no id is used again before it is looked up.
                self.ids = Both::default();
                Refusal::Unclear
            }
            status => self.refusal(direction, status, reply.body),
        };
        told.tell(Event::Refused { direction, why });
        // A write failed or is doubtful: a 400 may have been applied (routeros.md 1.4), so read.
        After::Look
    }
}

impl Queues {
    fn refusal(&mut self, direction: Direction, status: u16, body: &[u8]) -> Refusal {
        if status == 404 {
            self.ids[direction] = None;
            Refusal::IdUnknown
        } else if self.type_differs[direction] && routeros::refuses_queue_type(body) {
            self.forgo_type(direction);
            Refusal::QueueTypeMissing
        } else if routeros::refuses_permission(body) || status == 403 {
            Refusal::NotPermitted
        } else {
            Refusal::Status(status)
        }
    }
}
