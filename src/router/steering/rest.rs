//! What is asked about the rule, the queue and the lists over REST, and how the answers are read.

use super::memory::Subject;
use super::{Event, Order, Reading, Refusal, Seen, Steering, Switch};
use crate::router::rest::talk::{Answer, Ask, RestTalk};
use crate::router::talk::{After, Told};
use crate::router::{Failure, Known};
use crate::time::Instant;
use crate::wire::routeros::{self, Found, RULES_PATH, Unreadable};

const RULES: &str = "/rest/ip/firewall/mangle";
const FILTER_PATH: &str = "/rest/ip/firewall/mangle/print";

impl RestTalk for Steering {
    fn look(&mut self, now: Instant) -> Ask {
        match self.next_subject(now) {
            Subject::Rule => self.ask_rules(),
            Subject::List(list) => Ask::get(&routeros::entries_path(&self.interest.lists[list])),
        }
    }

    fn order(&self, order: Order) -> Option<Ask> {
        Some(match order {
            Order::Count => Ask::get(&routeros::counters_path(&self.interest.queue)),
            Order::Read => self.ask_rules(),
            Order::Set(switch) => {
                let body = routeros::switch_body(switch == Switch::On);
                Ask::patch(RULES, self.id()?, body)
            }
        })
    }

    fn seen(&self, status: u16, body: &[u8]) -> Result<Seen, Failure> {
        match (self.asked, status) {
            (Subject::Rule, 200..300) => routeros::find_rule(body, &self.interest.comment)
                .map(Seen::Rule)
                .map_err(|Unreadable| Failure::Garbled),
            (Subject::Rule, status) => Err(Failure::Status(status)),
            (Subject::List(list), 200..300) => {
                let count = routeros::count_entries(body, &self.interest.lists[list]);
                Ok(Seen::List(count.ok()))
            }
            (Subject::List(_), _) => Ok(Seen::List(None)),
        }
    }

    fn seen_too_large(&mut self) {
        match self.asked {
            Subject::Rule => self.too_many_rules = true,
            Subject::List(list) => self.too_large[list] = true,
        }
    }

    fn answered(
        &mut self,
        now: Instant,
        order: Order,
        reply: Answer<'_>,
        told: &mut Told<Event>,
    ) -> After {
        let done = match reply.status {
            200..300 => self.understand(now, order, reply),
            404 if matches!(order, Order::Set(_)) => {
                self.rule = None;
                Err(Refusal::IdUnknown)
            }
            403 => Err(Refusal::NotPermitted),
            _ if routeros::refuses_permission(reply.body) => Err(Refusal::NotPermitted),
            status => Err(Refusal::Status(status)),
        };
        self.conclude(now, order, done, told)
    }
}

impl Steering {
    /// All rules, unless they do not fit into an answer: then the router filters, and may miss some.
    fn ask_rules(&self) -> Ask {
        if self.too_many_rules {
            Ask::post(FILTER_PATH, &routeros::rules_filter(&self.interest.comment))
        } else {
            Ask::get(RULES_PATH)
        }
    }

    fn understand(
        &mut self,
        now: Instant,
        order: Order,
        reply: Answer<'_>,
    ) -> Result<Event, Refusal> {
        let Answer { body, took, .. } = reply;
        let unclear = |Unreadable| Refusal::Unclear;
        match order {
            Order::Count => {
                let found = routeros::find_counters(body, &self.interest.queue);
                let counters = found.map_err(unclear)?.ok_or(Refusal::QueueMissing)?;
                Ok(Event::Counted { counters, took })
            }
            Order::Read => {
                let found = routeros::find_rule(body, &self.interest.comment);
                let reading = self.found(now, found.map_err(unclear)?);
                let known = Known::Read;
                Ok(Event::Rule {
                    reading,
                    known,
                    took,
                })
            }
            Order::Set(_) => {
                let rule = routeros::parse_rule(body, &self.interest.comment).map_err(unclear)?;
                let reading = Reading::of(&rule);
                self.rule = Some(Found::One(rule));
                self.learned_at = now;
                let known = Known::Written;
                Ok(Event::Rule {
                    reading,
                    known,
                    took,
                })
            }
        }
    }
}
