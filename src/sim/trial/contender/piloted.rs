//! The adaptive law, in the daemon's own pilot.

use super::super::TICK;
use super::super::setup::Setup;
use crate::control::bloat::oneway::{Stamps, Turn};
use crate::control::law::adaptive::{Decision, Pilot, PilotParams};
use crate::control::prober::Question;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// The daemon's pilot, and who is asked next.
#[derive(Debug)]
pub(super) struct Piloted {
    pilot: Pilot,
    decisions: Option<Both<Decision>>,
    next: u8,
    reflectors: u8,
}

impl Piloted {
    pub(super) fn new(now: Instant, setup: &Setup) -> Self {
        let params = PilotParams {
            reflectors: setup.reflectors,
            echo_every: TICK,
            shapers: setup.adaptive,
            learned: None,
            one_way: setup.one_way,
        };
        Self {
            pilot: Pilot::new(now, &params),
            decisions: None,
            next: 0,
            reflectors: setup.reflectors,
        }
    }

    pub(super) fn rates(&self) -> Both<Rate> {
        self.pilot.rates()
    }

    pub(super) const fn decisions(&self) -> Option<Both<Decision>> {
        self.decisions
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.decisions = Some(self.pilot.step(now).1);
    }

    pub(super) fn next_reflector(&mut self, now: Instant) -> (u8, Question) {
        let n = self.next;
        self.next = (n + 1) % self.reflectors;
        let question = match self.pilot.ask(now, n) {
            Turn::Echo => Question::Echo,
            Turn::Time | Turn::Trial => Question::Time,
        };
        (n, question)
    }

    pub(super) fn reply(
        &mut self,
        now: Instant,
        reflector: u8,
        rtt: Duration,
        stamps: Option<Stamps>,
    ) {
        self.pilot.answered(now, reflector, rtt, stamps);
    }

    pub(super) fn wants_counters(&mut self, now: Instant) -> bool {
        self.pilot.wants_counters(now)
    }

    pub(super) fn counted(&mut self, at: Instant, took: Duration, bytes: Both<u64>) {
        self.pilot.counters_came(took);
        for direction in Direction::BOTH {
            self.pilot.counted(at, direction, bytes[direction]);
        }
    }

    pub(super) fn wrote(&mut self, takes: Duration) {
        self.pilot.wrote(takes);
    }
}
