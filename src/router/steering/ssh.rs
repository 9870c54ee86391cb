//! What is asked about the rule, the queue and the lists over SSH, and how what is printed is read.

use super::memory::Subject;
use super::{Event, Order, Reading, Refusal, Seen, Steering, Switch};
use crate::router::ssh::talk::{Answer, SshTalk};
use crate::router::talk::{After, Told};
use crate::router::{Failure, Known};
use crate::time::Instant;
use crate::wire::routeros::{Found, Unreadable};
use crate::wire::routeros_cli::{self, Command};

impl SshTalk for Steering {
    fn look(&mut self, now: Instant) -> Command {
        match self.next_subject(now) {
            Subject::Rule => routeros_cli::look_up_rule(&self.interest.comment),
            Subject::List(list) => routeros_cli::count_entries(&self.interest.lists[list]),
        }
    }

    fn order(&self, order: Order) -> Option<Command> {
        let comment = &self.interest.comment;
        Some(match order {
            Order::Count => routeros_cli::counters(&self.interest.queue),
            Order::Read => routeros_cli::look_up_rule(comment),
            // One line switches and reads back: what it prints confirms it.
            Order::Set(switch) => routeros_cli::switch(self.id()?, switch == Switch::On, comment),
        })
    }

    fn seen(&self, status: i32, text: &str) -> Result<Seen, Failure> {
        if let Subject::List(_) = self.asked {
            let count = routeros_cli::read_count(text).filter(|_| status == 0);
            return Ok(Seen::List(count));
        }
        let (found, more) = routeros_cli::find_rule(text, &self.interest.comment)
            .map_err(|Unreadable| Failure::Garbled)?;
        if (status != 0 || more) && found == Found::Missing {
            return Err(Failure::Rejected);
        }
        Ok(Seen::Rule(found))
    }

    fn answered(
        &mut self,
        now: Instant,
        order: Order,
        printed: Answer<'_>,
        told: &mut Told<Event>,
    ) -> After {
        let done = self.hear(now, order, printed);
        self.conclude(now, order, done, told)
    }
}

impl Steering {
    fn hear(&mut self, now: Instant, order: Order, printed: Answer<'_>) -> Result<Event, Refusal> {
        let Answer { status, text, took } = printed;
        let unclear = |Unreadable| Refusal::Unclear;
        if order == Order::Count {
            let found = routeros_cli::find_counters(text, &self.interest.queue);
            let (counters, more) = found.map_err(unclear)?;
            if status != 0 || more {
                return Err(self.complaint(order, text));
            }
            let counters = counters.ok_or(Refusal::QueueMissing)?;
            return Ok(Event::Counted { counters, took });
        }
        let found = routeros_cli::find_rule(text, &self.interest.comment);
        let (found, more) = found.map_err(unclear)?;
        if status != 0 || more {
            return Err(self.complaint(order, text));
        }
        let reading = self.found(now, found);
        let known = match (order, reading) {
            (Order::Set(_), Reading::One { .. }) => Known::Written,
            // It went away, or got a twin, while it was switched.
            (Order::Set(_), Reading::Missing) => return Err(Refusal::RuleMissing),
            (Order::Set(_), Reading::Several(count)) => return Err(Refusal::RuleAmbiguous(count)),
            _ => Known::Read,
        };
        Ok(Event::Rule {
            reading,
            known,
            took,
        })
    }

    /// What the console says instead of doing it, with status 0 or not.
    fn complaint(&mut self, order: Order, text: &str) -> Refusal {
        let no_such_item = text.contains("no such item") || text.contains("expected item id");
        if routeros_cli::refuses_permission(text) {
            Refusal::NotPermitted
        } else if no_such_item && matches!(order, Order::Set(_)) {
            self.rule = None;
            Refusal::IdUnknown
        } else {
            Refusal::Rejected
        }
    }
}
