//! What the router says, folded into one WAN's belief about it.

use super::Wan;
use crate::control::actuator::Act;
use crate::direction::{Both, Direction};
use crate::program::{Fact, Outbox, Output, WanId};
use crate::router::{Event, Known, Refusal};
use crate::status::{RouterStatus, WanStatus};
use crate::time::{Duration, Instant};
use crate::units::Rate;

impl Wan {
    pub(super) fn router(
        &mut self,
        now: Instant,
        id: WanId,
        event: Event,
        status: &mut WanStatus,
        out: &mut Outbox,
    ) {
        let mut tell = |fact| out.push(Output::Tell { wan: id, fact });
        let link = &mut status.router.link;
        match event {
            // That it lists its queues does not show that it takes writes again.
            Event::Up if self.actuator.owes() => link.up = true,
            Event::Up => link.reached(now).map(Fact::Link).into_iter().for_each(tell),
            Event::Unanswered { direction } => self.actuator.unanswered(direction),
            Event::Lost(why) => {
                self.actuator.lost();
                if let Some(pilot) = self.controller.pilot_mut() {
                    pilot.uncounted();
                }
                link.lost(now, why)
                    .map(Fact::Link)
                    .into_iter()
                    .for_each(tell);
            }
            Event::Renewed { direction } => {
                if let Some(pilot) = self.controller.pilot_mut() {
                    pilot.renewed(direction);
                }
            }
            Event::Holds {
                direction,
                rate,
                known,
                took,
                inactive,
                bytes,
            } => {
                link.took = Some(took);
                self.counted(now, direction, known, took, bytes);
                let was_inactive =
                    core::mem::replace(&mut status.router.inactive[direction], inactive);
                if inactive && !was_inactive {
                    tell(Fact::Inactive { direction });
                }
                self.holds(now, direction, rate, known, took, status, &mut tell);
                self.answered(now, status, &mut tell);
            }
            Event::Switched { to, why } => tell(Fact::Link(link.switched(now, to, why))),
            Event::SpareFailed(why) => {
                link.spare_failed(now, why)
                    .map(Fact::Link)
                    .into_iter()
                    .for_each(tell);
            }
            Event::Refused { direction, why } => {
                self.actuator.refused(now, direction, why.is_certain());
                if why == Refusal::NotPermitted {
                    self.actuator.insist(direction);
                }
                refused(now, direction, why, status, &mut tell);
                self.answered(now, status, &mut tell);
            }
        }
    }

    /// The last answer that was owed may have come, or may be wanted no more.
    pub(super) fn answered(
        &self,
        now: Instant,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        let link = &mut status.router.link;
        if link.up && !link.reachable && !self.actuator.owes() {
            link.reached(now).map(Fact::Link).into_iter().for_each(tell);
        }
    }

    /// What a law that counts learns of an answer: what went through the queue, when the router looked,
    /// which is taken for halfway between question and answer, and how long it took.
    fn counted(
        &mut self,
        now: Instant,
        direction: Direction,
        known: Known,
        took: Duration,
        bytes: Option<u64>,
    ) {
        let Some(pilot) = self.controller.pilot_mut() else {
            return;
        };
        if let Some(bytes) = bytes {
            let halfway = now - Duration::from_micros(took.as_micros() / 2);
            pilot.counted(halfway, direction, bytes);
        }
        match known {
            Known::Written => pilot.wrote(took),
            Known::Read => {
                self.look_due_since = None;
                pilot.counters_came(took);
            }
        }
    }

    /// How far the router is behind what is wanted. A spent budget and a dry run are our own will.
    pub(super) fn compare(
        &self,
        now: Instant,
        rates: Both<Rate>,
        act: Act,
        router: &mut RouterStatus,
    ) {
        let held = self.actuator.held();
        for direction in Direction::BOTH {
            let holds = held[direction] == Some(rates[direction]);
            let behind = &mut router.behind_since[direction];
            if holds || matches!(act, Act::Throttled | Act::Withheld) {
                *behind = None;
            } else {
                behind.get_or_insert(now);
            }
            // The write whose fate was doubtful was applied after all.
            let doubtful = |(_, why): &mut (Instant, Refusal)| *why != Refusal::NotPermitted;
            if holds {
                router.refused[direction].take_if(doubtful);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an event's fields, taken apart once"
    )]
    fn holds(
        &mut self,
        now: Instant,
        direction: Direction,
        rate: Rate,
        known: Known,
        took: Duration,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        let contradicted = self.actuator.contradicted(direction, rate);
        match known {
            Known::Written => {
                status.counters.updates += 1;
                status.router.writes.observe(took);
                status.router.refused[direction] = None;
                tell(Fact::Written {
                    direction,
                    rate,
                    took,
                });
            }
            Known::Read => {
                status.router.found[direction].get_or_insert(rate);
                if let Some(confirmed) = contradicted {
                    status.counters.drifts += 1;
                    tell(Fact::Drift {
                        direction,
                        confirmed,
                        found: rate,
                    });
                }
                if status.router.refused[direction]
                    .is_some_and(|(_, why)| why == Refusal::QueueMissing)
                {
                    status.router.refused[direction] = None;
                }
            }
        }
        if self.actuator.holds(now, direction, rate, known) {
            status.router.behind_since[direction] = None;
        }
        status.router.applied[direction] = Some(rate);
    }
}

fn refused(
    now: Instant,
    direction: Direction,
    why: Refusal,
    status: &mut WanStatus,
    tell: &mut impl FnMut(Fact),
) {
    status.counters.refusals[direction] += 1;
    let before = status.router.refused[direction];
    let since = before.map_or(now, |(since, _)| since);
    status.router.refused[direction] = Some((since, why));
    if before.is_none_or(|(_, earlier)| earlier != why) {
        tell(Fact::Refused { direction, why });
    }
}
