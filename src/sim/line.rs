//! One WAN as two fluid queues: what is sent beyond the line's capacity waits in a modem, and every
//! echo waits behind it.
//!
//! ```text
//! download:  demand, held to CAKE's rate ─▶ [ISP's buffer] ─ capacity ─▶ CAKE ─▶ home
//! upload:    demand, held to CAKE's rate ─▶ CAKE ─▶ [modem's buffer] ─ capacity ─▶ internet
//! ```
//!
//! Senders follow CAKE at once, as if TCP had already reacted; so on both sides the buffer in front
//! of the bottleneck is fed with the smaller of demand and CAKE's rate. Who models the reaction himself
//! says what far senders really send with [`Line::set_sent`]. Flows are constant between two calls, which makes the integral exact however long the span is: an idle hour costs one call.

use crate::direction::{Both, Direction};
use crate::sim::random::Random;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// What a line is when the story starts.
#[derive(Clone, Copy, Debug)]
pub struct LineOptions {
    /// What modem and provider really pass.
    pub capacity: Both<Rate>,
    /// What the home's senders and receivers would like to move.
    pub demand: Both<Rate>,
    /// The RTT of an empty line.
    pub propagation: Duration,
    /// Added to every RTT, evenly from zero up to here.
    pub jitter: Duration,
    /// The buffer in front of the bottleneck, in bytes; what does not fit is lost.
    pub buffer: Both<u64>,
    /// For the jitter.
    pub seed: u64,
}

/// An idle cable line: 500/40 Mbit/s, 24 ms away, with buffers of about half a second.
impl Default for LineOptions {
    fn default() -> Self {
        Self {
            capacity: Both {
                down: Rate::mbit(500),
                up: Rate::mbit(40),
            },
            demand: Both::default(),
            propagation: Duration::from_millis(24),
            jitter: Duration::from_micros(400),
            buffer: Both {
                down: 32_000_000,
                up: 2_500_000,
            },
            seed: 1,
        }
    }
}

/// A line at one moment.
#[derive(Clone, Debug)]
pub struct Line {
    now: Instant,
    pipes: Both<Pipe>,
    propagation: Duration,
    jitter: Duration,
    random: Random,
}

impl Line {
    /// The line as `options` says, at the start of time and unshaped.
    pub fn new(options: &LineOptions) -> Self {
        Self {
            now: Instant::ZERO,
            pipes: Both::from_fn(|direction| Pipe {
                capacity: options.capacity[direction],
                demand: options.demand[direction],
                sent: None,
                shaped: Rate::ZERO,
                buffer: Volume::of_bytes(options.buffer[direction]),
                backlog: Volume::NONE,
                behind: Volume::NONE,
                carried: Volume::NONE,
            }),
            propagation: options.propagation,
            jitter: options.jitter,
            random: Random::new(options.seed),
        }
    }

    /// Lets time pass until `now`; an earlier `now` changes nothing.
    pub fn advance(&mut self, now: Instant) {
        if now <= self.now {
            return;
        }
        let span = now - self.now;
        for direction in Direction::BOTH {
            self.pipes[direction].advance(direction, span);
        }
        self.now = now;
    }

    /// How long an echo sent at `now` takes, there and back. `None`: a direction passes nothing at
    /// all, so it never returns.
    pub fn rtt(&mut self, now: Instant) -> Option<Duration> {
        self.advance(now);
        let waiting = self.pipes.down.delay()? + self.pipes.up.delay()?;
        let jitter = self.random.below(self.jitter.as_micros());
        Some(self.propagation + waiting + Duration::from_micros(jitter))
    }

    /// What the modem and the provider pass from now on; zero is a dead line.
    pub fn set_capacity(&mut self, now: Instant, direction: Direction, capacity: Rate) {
        self.advance(now);
        self.pipes[direction].capacity = capacity;
    }

    /// What the home would like to move from now on.
    pub fn set_demand(&mut self, now: Instant, direction: Direction, demand: Rate) {
        self.advance(now);
        self.pipes[direction].demand = demand;
    }

    /// What CAKE lets through from now on; zero is unlimited, as `max-limit` says it.
    pub fn set_shaped(&mut self, now: Instant, direction: Direction, shaped: Rate) {
        self.advance(now);
        self.pipes[direction].shaped = shaped;
    }

    /// What the senders of a direction really send from now on, whatever they would like to and were
    /// told to. In the upload CAKE still holds it, because CAKE is before the bottleneck there.
    pub fn set_sent(&mut self, now: Instant, direction: Direction, sent: Rate) {
        self.advance(now);
        self.pipes[direction].sent = Some(sent);
    }

    /// The RTT of the empty line from now on.
    pub fn set_propagation(&mut self, now: Instant, propagation: Duration) {
        self.advance(now);
        self.propagation = propagation;
    }

    /// What modem and provider pass.
    pub fn capacity(&self) -> Both<Rate> {
        self.pipes.as_ref().map(|pipe| pipe.capacity)
    }

    /// What the home would like to move.
    pub fn demand(&self) -> Both<Rate> {
        self.pipes.as_ref().map(|pipe| pipe.demand)
    }

    /// Bytes that wait in front of the bottleneck.
    pub fn backlog(&self, direction: Direction) -> u64 {
        self.pipes[direction].backlog.as_bytes()
    }

    /// What the buffer in front of the bottleneck holds, in bytes.
    pub fn buffer(&self, direction: Direction) -> u64 {
        self.pipes[direction].buffer.as_bytes()
    }

    /// Bytes that wait inside CAKE: after a cut, what the provider's buffer still delivers.
    pub fn backlog_in_cake(&self, direction: Direction) -> u64 {
        self.pipes[direction].behind.as_bytes()
    }

    /// Whole bytes that went through CAKE since the last call, as a queue's counter sees them.
    pub fn take_carried(&mut self, direction: Direction) -> u64 {
        self.pipes[direction].carried.take_bytes()
    }
}

#[derive(Clone, Copy, Debug)]
struct Pipe {
    capacity: Rate,
    demand: Rate,
    /// Instead of the demand held to CAKE's rate.
    sent: Option<Rate>,
    shaped: Rate,
    buffer: Volume,
    /// In front of the bottleneck.
    backlog: Volume,
    /// Behind the bottleneck, in CAKE: only the download has CAKE there.
    behind: Volume,
    carried: Volume,
}

impl Pipe {
    fn advance(&mut self, direction: Direction, span: Duration) {
        let arrived = Volume::passed(self.inflow(direction), span);
        // A queue that is never empty serves at capacity, one that runs empty has served it all.
        let left = (self.backlog.plus(arrived)).min(Volume::passed(self.capacity, span));
        let waiting = self.backlog.plus(arrived).minus(left);
        let lost = waiting.minus(self.buffer);
        self.backlog = waiting.minus(lost);
        let counted = match direction {
            Direction::Up => arrived.minus(lost),
            Direction::Down => self.through_cake(left, span),
        };
        self.carried = self.carried.plus(counted);
    }

    /// A second queue whose input only ever slows down within one span (the bottleneck's capacity
    /// while its buffer drains, the inflow afterwards), so its output is again a minimum.
    fn through_cake(&mut self, arrived: Volume, span: Duration) -> Volume {
        let waiting = self.behind.plus(arrived);
        let passed = match self.shaped {
            Rate::ZERO => waiting,
            rate => waiting.min(Volume::passed(rate, span)),
        };
        self.behind = waiting.minus(passed);
        passed
    }

    fn inflow(&self, direction: Direction) -> Rate {
        match (self.sent, self.shaped, direction) {
            (Some(sent), _, Direction::Down) | (Some(sent), Rate::ZERO, Direction::Up) => sent,
            (sent, rate, _) if rate > Rate::ZERO => rate.min(sent.unwrap_or(self.demand)),
            _ => self.demand,
        }
    }

    fn delay(&self) -> Option<Duration> {
        if self.backlog == Volume::NONE && self.capacity > Rate::ZERO {
            return Some(Duration::ZERO);
        }
        let micros = self.backlog.0.checked_div(self.capacity.as_bps().into())?;
        // An hour's wait is as good as any longer one.
        let micros = u64::try_from(micros).unwrap_or(u64::MAX / 4);
        Some(Duration::from_micros(micros))
    }
}

/// Data in millionths of a bit: a rate times microseconds is a whole number of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Volume(u128);

impl Volume {
    const NONE: Self = Self(0);
    const BYTE: u128 = 8_000_000;

    fn of_bytes(bytes: u64) -> Self {
        Self(u128::from(bytes) * Self::BYTE)
    }

    fn passed(rate: Rate, span: Duration) -> Self {
        Self(u128::from(rate.as_bps()) * u128::from(span.as_micros()))
    }

    const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Nothing, if `other` is more.
    const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    fn as_bytes(self) -> u64 {
        u64::try_from(self.0 / Self::BYTE).unwrap_or(u64::MAX)
    }

    /// Takes the whole bytes out and leaves the fraction.
    fn take_bytes(&mut self) -> u64 {
        let bytes = self.as_bytes();
        self.0 %= Self::BYTE;
        bytes
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
