//! So many flows that they are one stream, which follows what it is told.

use super::Path;
use crate::time::Duration;
use crate::units::Rate;

/// A raise is used within about this time, in seconds.
const CLIMBS_IN_S: f64 = 0.25;
/// A cut is followed within so many RTTs.
const FALLS_IN_RTTS: f64 = 1.5;
/// When packets are lost at the provider, the stream is about this share of the capacity.
const AFTER_LOSS: f64 = 1.05;
/// CAKE asks for less as soon as more than this waits in it, and for how much less per second of it.
const CAKE_HOLDS_S: f64 = 0.005;
const CAKE_ASKS_AT_MOST: f64 = 0.3;

/// The stream of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim::trial) struct Stream {
    bps: f64,
}

impl Stream {
    /// What was sent last.
    pub(super) fn rate(self) -> Rate {
        Rate::bps(1).times(self.bps)
    }

    /// What is sent for the next `span`.
    pub(super) fn step(&mut self, span: Duration, path: Path) -> Rate {
        let shaped = path.shaped.as_bps() as f64;
        let waits = path.in_cake as f64 * 8.0 / shaped.max(1.0);
        let asked = if waits > CAKE_HOLDS_S {
            shaped * (1.0 - waits.min(CAKE_ASKS_AT_MOST))
        } else {
            shaped
        };
        let target = asked.min(path.demand.as_bps() as f64);
        let tau = if target < self.bps {
            FALLS_IN_RTTS * path.rtt.as_secs_f64()
        } else {
            CLIMBS_IN_S
        };
        self.bps += (target - self.bps) * (span.as_secs_f64() / tau).min(1.0);
        if path.losing {
            self.bps = self.bps.min(AFTER_LOSS * path.capacity.as_bps() as f64);
        }
        self.rate()
    }
}
