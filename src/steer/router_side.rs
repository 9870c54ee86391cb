//! What the router says, folded into what steering believes of it; and what it is asked.

use crate::program::{OutboxOf, Output};
use crate::router::Known;
use crate::router::steering::{Counters, Event, Order, Reading, Refusal};
use crate::steering::evidence::QueueNews;
use crate::steering::fact::{self, Standing};
use crate::steering::queue::QueueReading;
use crate::steering::rule::{self, RuleFact, Switch};
use crate::time::{Duration, Instant};

use super::fact::Fact;
use super::{PRIMARY, Steer, tell};

/// Shortest time between two reads of the queue: the router has other things to do.
const COUNT_EVERY: Duration = Duration::from_millis(500);

/// The conversation: one order at a time, so that every answer is to what was asked last.
#[derive(Debug)]
pub(super) struct Asking {
    asked: Option<Order>,
    count_at: Instant,
    count_every: Option<Duration>,
    /// What the queue said since the last cycle.
    pub(super) queue: QueueNews,
}

impl Asking {
    /// With `counts`, the queue is read every `interval`.
    pub(super) fn new(now: Instant, counts: bool, interval: Duration) -> Self {
        Self {
            asked: None,
            count_at: now,
            count_every: counts.then_some(interval.max(COUNT_EVERY)),
            queue: QueueNews::Pending,
        }
    }
}

impl Steer {
    /// Asks what is to be asked next, if the router can be asked.
    pub(super) fn ask(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        if !self.status.link.up || self.asking.asked.is_some() {
            return;
        }
        let order = match self.steering.order(now) {
            Some(rule::Order::Read) => Order::Read,
            Some(rule::Order::Set(switch)) => Order::Set(switch),
            None => match self.asking.count_every {
                Some(every) if now >= self.asking.count_at => {
                    self.asking.count_at = now + every;
                    Order::Count
                }
                _ => return,
            },
        };
        self.asking.asked = Some(order);
        out.push(Output::Write {
            wan: PRIMARY,
            order,
        });
    }

    /// Takes what the link tells.
    pub(super) fn router(&mut self, now: Instant, event: Event, out: &mut OutboxOf<Self>) {
        match event {
            Event::Up => {
                let fact = self.status.link.reached(now);
                tell(fact.map(Fact::Link), out);
            }
            Event::Rule {
                reading,
                known,
                took,
            } => {
                self.status.link.took = Some(took);
                self.rule_seen(now, reading, known, out);
            }
            Event::Counted { counters, took } => {
                self.status.link.took = Some(took);
                self.answered(Order::Count);
                self.status.queue_refused = None;
                self.asking.queue = QueueNews::Read(reading_of(counters));
            }
            Event::Entries { list, count } => self.entries(list, count, out),
            Event::Refused { order, why } => self.refused(now, order, why, out),
            Event::Unanswered { order } => {
                self.answered(order);
                self.not_done(now, order, out);
            }
            Event::Lost(why) => {
                self.asking.asked = None;
                self.steering.link_lost(now);
                let fact = self.status.link.lost(now, why);
                tell(fact.map(Fact::Link), out);
            }
            Event::Switched { to, why } => {
                let fact = self.status.link.switched(now, to, why);
                tell([Fact::Link(fact)], out);
            }
            Event::SpareFailed(why) => {
                let fact = self.status.link.spare_failed(now, why);
                tell(fact.map(Fact::Link), out);
            }
        }
        self.believe(now);
        self.announce(now, out);
        self.ask(now, out);
    }

    /// What is believed of the rule, for the snapshot.
    pub(super) fn believe(&mut self, now: Instant) {
        let rule = self.steering.rule();
        let shown = &mut self.status.rule;
        shown.belief = rule.belief();
        shown.yielding_until = rule.yielding_until();
        let wanted = self.steering.wanted();
        if rule.switch() == Some(wanted) {
            shown.behind_since = None;
        } else {
            shown.behind_since.get_or_insert(now);
        }
        self.status.wanted = wanted;
        self.status.standing = self.steering.standing();
    }

    fn answered(&mut self, order: Order) {
        self.asking.asked.take_if(|asked| *asked == order);
    }

    fn rule_seen(
        &mut self,
        now: Instant,
        reading: Reading,
        known: Known,
        out: &mut OutboxOf<Self>,
    ) {
        let invalid = matches!(reading, Reading::One { invalid: true, .. });
        if invalid && !self.status.rule.invalid {
            tell([Fact::RuleInvalid], out);
        }
        self.status.rule.invalid = invalid;
        match (known, self.asking.asked) {
            (Known::Written, asked) => {
                if let Some(order @ Order::Set(_)) = asked {
                    self.answered(order);
                }
                // Its own answer is no read-back: that follows.
                self.steering.rule_written(now);
            }
            // The router was looked at before it got the order.
            (Known::Read, Some(Order::Set(_))) => {}
            (Known::Read, _) => {
                self.answered(Order::Read);
                self.status.rule.refused = None;
                let facts = self.steering.rule_read(now, machine_reading(reading));
                self.decisions(now, facts, out);
            }
        }
    }

    fn refused(&mut self, now: Instant, order: Order, why: Refusal, out: &mut OutboxOf<Self>) {
        self.answered(order);
        let entry = match order {
            Order::Count => &mut self.status.queue_refused,
            Order::Read | Order::Set(_) => &mut self.status.rule.refused,
        };
        let before = entry.replace((entry.map_or(now, |(since, _)| since), why));
        let is_new = before.is_none_or(|(_, earlier)| earlier != why);
        // A queue that cannot be read is told by the decisions, with v1.7's words.
        if order != Order::Count && is_new {
            tell([Fact::RuleRefused(why)], out);
        }
        self.not_done(now, order, out);
    }

    fn not_done(&mut self, now: Instant, order: Order, out: &mut OutboxOf<Self>) {
        match order {
            Order::Count => self.asking.queue = QueueNews::Failed,
            Order::Read | Order::Set(_) => {
                self.status.rule.failed += 1;
                let facts = self.steering.rule_failed(now);
                self.decisions(now, facts, out);
            }
        }
    }

    fn entries(&mut self, list: usize, count: Option<u32>, out: &mut OutboxOf<Self>) {
        let Some(shown) = self.status.lists.get_mut(list) else {
            return;
        };
        let before = core::mem::replace(&mut shown.entries, count);
        if let Some(count) = count.filter(|&count| before != Some(count)) {
            let list = shown.name.clone();
            tell([Fact::Entries { list, count }], out);
        }
    }

    /// Tells what the decisions told, and counts it.
    pub(super) fn decisions(
        &mut self,
        now: Instant,
        facts: impl IntoIterator<Item = fact::Fact>,
        out: &mut OutboxOf<Self>,
    ) {
        for fact in facts {
            match &fact {
                fact::Fact::Moved { to, .. } => {
                    self.status.moved = Some((now, self.wall));
                    self.status.moves[usize::from(*to == Standing::Good)] += 1;
                }
                fact::Fact::Rule(RuleFact::Verified(_)) => self.status.rule.switched += 1,
                fact::Fact::Rule(RuleFact::ByHand(..)) => self.status.rule.by_hand += 1,
                fact::Fact::Rule(RuleFact::Reasserting(..)) => {
                    self.status.rule.behind_since = Some(now);
                }
                // The router is believed; nothing was decided.
                fact::Fact::Adopted(_) => self.telling.wanted = self.steering.wanted(),
                _ => {}
            }
            let would = match &fact {
                fact::Fact::WouldEnable(..) => Some(Switch::On),
                fact::Fact::WouldDisable(..) => Some(Switch::Off),
                _ => None,
            };
            let about = self.about(&fact).clone();
            tell([Fact::Decision { about, fact }], out);
            if let Some(switch) = would {
                tell([Fact::WouldSwitch(switch), Fact::RoutingUnchanged], out);
            }
        }
        self.keep(now, out);
    }
}

const fn reading_of(counters: Counters) -> QueueReading {
    QueueReading {
        packets: counters.packets,
        bytes: counters.bytes,
        dropped: counters.dropped,
        queued_packets: counters.queued_packets,
        queued_bytes: counters.queued_bytes,
    }
}

const fn machine_reading(reading: Reading) -> rule::Reading {
    match reading {
        Reading::Missing => rule::Reading::Missing,
        Reading::One { stands, .. } => rule::Reading::One(stands),
        Reading::Several(count) => rule::Reading::Ambiguous(count),
    }
}
