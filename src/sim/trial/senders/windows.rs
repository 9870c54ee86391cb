//! A few TCP flows: what they have in flight grows by CUBIC, and their rate is that over the RTT.
//!
//! So a queue in front of the bottleneck grows only as fast as the windows do, whatever CAKE would let
//! through, and a cut is followed within an RTT because the acknowledgements come at the new rate.

use super::Path;
use crate::direction::Direction;
use crate::time::Duration;
use crate::units::Rate;

/// A full packet, in bits.
const PACKET: f64 = 12_000.0;
/// What a flow begins with, in packets (RFC 6928).
const INITIAL: f64 = 10.0;
/// What a loss leaves, and how fast a window returns to where it was, in packets per second cubed (RFC 9438).
const BETA: f64 = 0.7;
const CUBIC: f64 = 0.4;
/// Packets per RTT at least: as fair as Reno (RFC 9438 4.3).
const RENO: f64 = 3.0 * (1.0 - BETA) / (1.0 + BETA);
/// Slow start ends when the RTT is an eighth longer, within 4 and 16 ms (RFC 9406).
const HYSTART: (f64, f64) = (0.004, 0.016);
/// CAKE drops when packets have waited longer than this for so long (its target and interval), in seconds.
const TARGET: f64 = 0.005;
const INTERVAL: f64 = 0.1;
/// The share of the flows that a full buffer hits.
const HIT: f64 = 0.7;
/// Without an acknowledgement for so long, a flow begins anew (RFC 6298's least, as Linux has it), in seconds.
const TIMES_OUT: f64 = 0.2;
/// The fluid looks only so often, in seconds.
const SHORTEST_RTT: f64 = 0.01;

/// The flows of one direction.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim::trial) struct Windows {
    flows: f64,
    /// In flight, of all of them, in bits.
    window: f64,
    starting: bool,
    /// What a flow had before its last loss, in packets, and how long ago that was, in seconds.
    before: f64,
    since: f64,
    /// How long CAKE has held more than it wants to, in seconds.
    standing: f64,
    /// How long nothing has come back, in seconds.
    deaf: f64,
    /// In CAKE, in bits, where CAKE is on this side of the bottleneck.
    held: f64,
    bps: f64,
}

impl Windows {
    pub(super) fn new(flows: u32) -> Self {
        let flows = f64::from(flows);
        Self {
            flows,
            window: flows * INITIAL * PACKET,
            starting: true,
            before: 0.0,
            since: 0.0,
            standing: 0.0,
            deaf: 0.0,
            held: 0.0,
            bps: 0.0,
        }
    }

    pub(super) fn rate(self) -> Rate {
        Rate::bps(1).times(self.bps)
    }

    pub(super) fn step(&mut self, span: Duration, path: Path) -> Rate {
        let span = span.as_secs_f64();
        if path.capacity == Rate::ZERO {
            return self.wait(span);
        }
        self.deaf = 0.0;
        let shaped = match path.shaped {
            Rate::ZERO => f64::INFINITY,
            rate => rate.as_bps() as f64,
        };
        let held = match path.direction {
            Direction::Down => path.in_cake as f64 * 8.0,
            Direction::Up => self.held,
        };
        let in_cake = held / shaped;
        let rtt = (path.rtt.as_secs_f64() + in_cake).max(SHORTEST_RTT);
        let demand = path.demand.as_bps() as f64;
        let initial = self.flows * INITIAL * PACKET;
        if self.window / rtt >= demand {
            // Nobody has more to send: the next thing begins anew.
            self.window = (demand * rtt).max(initial);
            (self.starting, self.before, self.since) = (true, 0.0, 0.0);
        } else {
            self.grow(span, rtt, path.propagation.as_secs_f64());
        }
        self.standing = if in_cake > TARGET {
            self.standing + span
        } else {
            0.0
        };
        if self.standing > INTERVAL {
            // Each flow has a queue of its own and loses one packet per interval, then more often.
            let every = INTERVAL / (self.standing / INTERVAL).sqrt();
            self.lose((1.0 - BETA) * span / every.max(rtt));
        }
        if path.losing && self.since > rtt {
            self.lose((1.0 - BETA) * HIT);
        }
        self.window = self.window.max(self.flows * PACKET);
        self.bps = (self.window / rtt).min(demand);
        if path.direction == Direction::Up {
            self.held = (self.held + (self.bps - shaped) * span).max(0.0);
            if self.held > 0.0 {
                self.bps = shaped;
            }
        }
        self.rate()
    }

    /// Over a dead line.
    fn wait(&mut self, span: f64) -> Rate {
        self.deaf += span;
        if self.deaf > TIMES_OUT {
            self.window = self.flows * PACKET;
            (self.starting, self.before, self.since) = (true, 0.0, 0.0);
        }
        self.bps = 0.0;
        Rate::ZERO
    }

    fn grow(&mut self, span: f64, rtt: f64, propagation: f64) {
        if self.starting {
            let (least, most) = HYSTART;
            if rtt - propagation > (propagation / 8.0).clamp(least, most) {
                self.starting = false;
            } else {
                self.window *= (span / rtt).exp2();
            }
            return;
        }
        self.since += span;
        let back_at = (self.before * (1.0 - BETA) / CUBIC).cbrt();
        let cubic = 3.0 * CUBIC * (self.since - back_at).powi(2);
        self.window += self.flows * PACKET * cubic.max(RENO / rtt) * span;
    }

    /// Loses this share of what is in flight.
    fn lose(&mut self, share: f64) {
        self.before = self.window / PACKET / self.flows;
        (self.starting, self.since) = (false, 0.0);
        self.window *= 1.0 - share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(10);

    /// The delay in front of a bottleneck of `capacity`, in milliseconds, every 10 ms, behind a shaper.
    fn queue(capacity: Rate, shaped: Rate, seconds: usize) -> Vec<f64> {
        let mut windows = Windows::new(4);
        let mut waiting = 0.0;
        let mut all = Vec::new();
        let (mut in_cake, pass) = (0.0_f64, capacity.as_bps() as f64);
        for _ in 0..seconds * 100 {
            let queue = Duration::from_secs_f64(waiting / pass);
            let propagation = Duration::from_millis(20);
            let rate = windows.step(
                STEP,
                Path {
                    direction: Direction::Down,
                    demand: Rate::mbit(1_000),
                    shaped,
                    capacity,
                    propagation,
                    rtt: propagation + queue,
                    losing: false,
                    in_cake: Rate::bps(1).times(in_cake / 8.0).as_bps(),
                },
            );
            let arrives = rate.as_bps() as f64 * STEP.as_secs_f64();
            let leaves = (waiting + arrives).min(pass * STEP.as_secs_f64());
            waiting += arrives - leaves;
            let most = shaped.as_bps() as f64 * STEP.as_secs_f64();
            in_cake = (in_cake + leaves - most).max(0.0);
            all.push(waiting / pass * 1e3);
        }
        all
    }

    #[test]
    fn below_the_capacity_the_queue_is_cakes() {
        let queue = queue(Rate::mbit(20), Rate::mbit(18), 20);
        assert!(queue[300..].iter().all(|ms| *ms < 2.0));
    }

    #[test]
    fn above_it_the_queue_grows_as_fast_as_the_windows_and_no_faster() {
        let queue = queue(Rate::mbit(20), Rate::mbit(40), 3);
        let (one, two) = (queue[100], queue[200]);
        assert!(two > one + 5.0, "it grows: {one} {two}");
        assert!(two - one < 300.0, "a fluid would add a second: {one} {two}");
    }
}
