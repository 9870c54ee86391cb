//! What is asked about queues over SSH, and how what is printed is read.

use super::{Counting, Event, Queues, Refusal};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::router::ssh::talk::{Answer, Params, Setup, SshTalk};
use crate::router::talk::{After, Told};
use crate::router::{Failure, Known};
use crate::time::{Duration, Instant};
use crate::wire::routeros::{Queue, Unreadable};
use crate::wire::routeros_cli::{self, Command, Scope};

/// What an SSH link about queues needs to know.
#[derive(Clone, Debug)]
pub struct LinkParams {
    /// Names of the two queues.
    pub queues: Both<String>,
    /// Queue types to keep the queues at; `None` leaves them alone.
    pub queue_types: Both<Option<String>>,
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](crate::router::rest::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// How often the queues are read although nothing suggests a change.
    pub verify_every: Duration,
    /// Whether it asks for the queues' counters, too: for a law that needs them.
    pub counting: bool,
}

impl Setup for LinkParams {
    type Talk = Queues;

    fn params(self) -> Params<Queues> {
        let talk = Queues::new(self.queues, self.queue_types, self.verify_every);
        Params {
            reply_for: self.reply_for,
            talk: if self.counting { talk.counting() } else { talk },
        }
    }
}

impl SshTalk for Queues {
    fn look(&mut self, _: Instant) -> Command {
        routeros_cli::look_up(self.names(), self.scope())
    }

    /// One line sets and reads back: what it prints confirms it.
    fn order(&self, order: Order) -> Option<Command> {
        let name = &self.names[order.direction];
        let queue_type = self.type_to_set(order.direction);
        let scope = if self.counted[order.direction] {
            self.scope()
        } else {
            // A line that the console cannot parse changes nothing: first a look must have shown that
            // it can.
            Scope::Settings
        };
        Some(routeros_cli::set(name, order.rate, queue_type, scope))
    }

    fn seen(&self, status: i32, text: &str) -> Result<Both<Option<Queue>>, Failure> {
        let printed =
            routeros_cli::find_queues(text, self.names()).map_err(|Unreadable| Failure::Garbled)?;
        let queues = printed.queues;
        if (status != 0 || printed.more) && queues.down.is_none() && queues.up.is_none() {
            return Err(Failure::Rejected);
        }
        Ok(queues)
    }

    fn asks_for_less(&mut self) -> bool {
        let asked_for_more = self.counting == Counting::Wanted;
        if asked_for_more {
            self.counting = Counting::Refused;
        }
        asked_for_more
    }

    fn answered(
        &mut self,
        now: Instant,
        order: Order,
        printed: Answer<'_>,
        told: &mut Told<Event>,
    ) -> After {
        let direction = order.direction;
        let why = match routeros_cli::find_queues(printed.text, self.names()) {
            Ok(found) if printed.status == 0 && !found.more => match &found.queues[direction] {
                Some(queue) => {
                    let how = (Known::Written, printed.took);
                    self.holds(now, direction, queue, how, told);
                    return After::Nothing;
                }
                // `set [find …]` found nothing and called that a success (W-34).
                None => Refusal::QueueMissing,
            },
            _ => self.complaint(direction, printed.text),
        };
        told.tell(Event::Refused { direction, why });
        // A write that failed is doubtful: read.
        After::Look
    }
}

impl Queues {
    const fn scope(&self) -> Scope {
        match self.counting {
            Counting::Wanted => Scope::Counters,
            Counting::Unwanted | Counting::Refused => Scope::Settings,
        }
    }

    fn complaint(&mut self, direction: Direction, text: &str) -> Refusal {
        if self.type_differs[direction] && routeros_cli::refuses_queue_type(text) {
            self.forgo_type(direction);
            Refusal::QueueTypeMissing
        } else if routeros_cli::refuses_permission(text) {
            Refusal::NotPermitted
        } else if text.contains("no such item") || text.contains("expected item id") {
            Refusal::QueueMissing
        } else {
            Refusal::Rejected
        }
    }
}
