//! v1.7's law: one round of echoes per tick, and so many writes a minute.

use super::super::setup::ClassicSetup;
use crate::control::blackout::Step;
use crate::control::controller::Controller;
use crate::control::delay::DelayTracker;
use crate::control::law::classic::Shaper;
use crate::control::prober::{Prober, Sample};
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::Rate;

#[derive(Debug)]
pub(super) struct Classic {
    prober: Prober,
    controller: Controller,
    /// So many writes in so long a time; `None` does not count them.
    limit: Option<(usize, Duration)>,
    writes: Vec<Instant>,
}

impl Classic {
    pub(super) fn new(now: Instant, setup: &ClassicSetup, limited: bool) -> Self {
        Self {
            prober: Prober::new(now, setup.prober),
            controller: Controller::new(
                DelayTracker::new(setup.delay, setup.initial),
                setup.shapers.map(Shaper::new),
            ),
            limit: limited.then_some(setup.writes),
            writes: Vec::new(),
        }
    }

    pub(super) fn rates(&self) -> Both<Rate> {
        self.controller.rates()
    }

    pub(super) fn tick(&mut self, now: Instant) {
        if let Sample::Rtt(rtt) = self.prober.close_round(now) {
            self.controller.step(now, Step::Judge(rtt));
        }
    }

    pub(super) fn echoes(&mut self) -> Vec<(u8, u16)> {
        (0_u8..)
            .zip(self.prober.open_round())
            .map(|(n, echo)| (n, echo.seq))
            .collect()
    }

    pub(super) fn reply(&mut self, now: Instant, seq: u16, rtt: Duration) {
        self.prober.reply(now, seq, rtt);
    }

    pub(super) fn may_write(&mut self, now: Instant) -> bool {
        let Some((most, window)) = self.limit else {
            return true;
        };
        self.writes.retain(|&at| at + window > now);
        self.writes.len() < most
    }

    pub(super) fn wrote(&mut self, now: Instant) {
        self.writes.push(now);
    }
}
