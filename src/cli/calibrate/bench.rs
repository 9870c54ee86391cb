//! One measurement: a limit, traffic, echoes and counters for a while, and what came of it.

use super::Halt;
use super::echoes::{Baseline, Bloat, Echoes, Heard};
use super::passed::{Passed, Reading};
use super::router::Router;
use super::screen::{Mark, Screen};
use super::search::BOTTOM;
use super::tool::Tool;
use crate::cli::args::Traffic;
use crate::cli::interrupt::Interrupt;
use crate::direction::{Both, Direction};
use crate::shell::clock::Clock;
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

/// Until TCP has found the line's speed, and until a queue shows, as v1.7.
const RAMP: Duration = Duration::from_secs(2);
const SETTLE: Duration = Duration::from_secs(1);
/// How often the counters are read.
const READ_EVERY: Duration = Duration::from_millis(200);
/// Readings that may fail in a row: a router that is busy is no router that is gone.
const MISSES: u32 = 3;
/// Less than this is nobody's large transfer, nor less than this share of the limit that was found.
const TRAFFIC: Rate = Rate::bps(100_000);
const TRAFFIC_SHARE: f64 = 0.005;
/// Less than this share of the other direction may be nothing but its acknowledgements.
const ACKNOWLEDGEMENTS: f64 = 0.15;
/// How long to wait for traffic of the user's.
const TRAFFIC_WITHIN: Duration = Duration::from_secs(180);
/// How long to look whether traffic flows.
const GLANCE: Duration = Duration::from_secs(1);
/// How long queues may take to drain.
const DRAINED_WITHIN: Duration = Duration::from_secs(5);
const DRAIN_LOOK: Duration = Duration::from_millis(300);
/// Less than this share of a limit does not try it.
const FILLED: f64 = 0.7;
/// More than this is a line, or a tool, that has not found its speed yet; its inverse a transfer that ended.
const STILL_GROWING: f64 = 1.1;
/// Up to this factor a tool and the counters differ by their clocks; the traffic that goes around a queue is more.
const AROUND: f64 = 1.1;
/// How often a measurement that tells nothing is made.
const TRIES: u32 = 3;
/// A public server has one client at a time.
const TOOL_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// A run of the tool before anything is changed.
const TOOL_TEST: Duration = Duration::from_secs(1);

/// What measuring takes.
pub(super) struct Bench<'a> {
    pub(super) clock: Clock,
    pub(super) interrupt: &'a Interrupt,
    pub(super) screen: &'a mut Screen,
    pub(super) router: Router,
    pub(super) echoes: Echoes,
    pub(super) traffic: &'a Traffic,
    /// Up to so much added delay the line is calm.
    pub(super) target: Millis,
    /// How long one measurement takes.
    pub(super) span: Duration,
    /// What somebody's large transfer moves at least.
    pub(super) traffic_from: Both<Rate>,
    /// The limits that the router holds.
    pub(super) held: Both<Rate>,
    pub(super) baseline: Baseline,
}

/// What a large transfer moves at least, where this limit was found.
pub(super) fn least_traffic(limit: Rate) -> Rate {
    TRAFFIC.max(limit.times(TRAFFIC_SHARE))
}

/// A while of listening.
#[derive(Debug)]
pub(super) struct Listened {
    pub(super) heard: Heard,
    pub(super) passed: Passed,
}

/// What one measurement came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// By the queue's counter.
    pub(super) rate: Rate,
    /// `None`: no echo came back.
    pub(super) bloat: Option<Bloat>,
    growth: f64,
}

impl Bench<'_> {
    /// Whether the tool and its server answer, if there is one.
    pub(super) fn try_tool(&mut self) -> Result<(), Halt> {
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(tool) = Tool::start(self.traffic, Direction::Down, TOOL_TEST)? else {
                return Ok(());
            };
            let name = tool.name();
            match tool.finish(self.clock, self.interrupt) {
                Ok(rate) => {
                    let line = format!("{name} and its server answer: {rate} down");
                    self.screen.say(Mark::Done, &line);
                    return Ok(());
                }
                Err(Halt::Failed(why)) if tries < TRIES => self.tool_again(&why)?,
                Err(halt) => return Err(halt),
            }
        }
    }

    fn tool_again(&mut self, why: &str) -> Result<(), Halt> {
        self.screen
            .say(Mark::Warning, &format!("{why}; tried again."));
        self.listen(TOOL_AGAIN_AFTER, "waiting").map(drop)
    }

    /// How long the ramp of a measurement without a limit takes.
    pub(super) fn ramp(&self) -> Duration {
        RAMP.min(self.span)
    }

    /// The same with a limit.
    pub(super) fn settle(&self) -> Duration {
        SETTLE.min(self.span)
    }

    /// Sets a limit, unless it is held already.
    pub(super) fn limit(&mut self, direction: Direction, limit: Rate) -> Result<(), Halt> {
        if self.interrupt.has_come() {
            return Err(Halt::Interrupted);
        }
        if self.held[direction] != limit {
            self.router.set(direction, limit)?;
            self.held[direction] = limit;
        }
        Ok(())
    }

    /// Listens to reflectors and counters; `what` is shown meanwhile.
    pub(super) fn listen(&mut self, span: Duration, what: &str) -> Result<Listened, Halt> {
        let (clock, interrupt) = (self.clock, self.interrupt);
        let (router, screen) = (&mut self.router, &mut *self.screen);
        let began_at = clock.now();
        let (mut read_at, mut misses) = (began_at, 0);
        let mut passed = Passed::default();
        let heard = self.echoes.listen(span, |now| {
            if interrupt.has_come() {
                return Err(Halt::Interrupted);
            }
            if now < read_at {
                return Ok(());
            }
            read_at = now + READ_EVERY;
            match count(router, clock) {
                Ok(reading) => {
                    misses = 0;
                    passed.note(reading);
                }
                Err(_) if misses < MISSES => misses += 1,
                Err(why) => return Err(Halt::Failed(why)),
            }
            screen.progress(now - began_at, &format!("{what}: {}", moving(&passed)));
            Ok(())
        })?;
        passed.note(count(&mut self.router, clock)?);
        Ok(Listened { heard, passed })
    }

    /// What the line passes without a limit, once that does not grow any more.
    pub(super) fn capacity(&mut self, direction: Direction) -> Result<Measured, Halt> {
        self.limit(direction, Rate::ZERO)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let measured =
                self.measure(direction, self.ramp(), &format!("{direction}, no limit"))?;
            let Some(changed) = measured.unsteady() else {
                return Ok(measured);
            };
            if tries == TRIES {
                let line = format!(
                    "The {direction} {changed} to the last: the line may pass more than was measured."
                );
                self.screen.say(Mark::Warning, &line);
                return Ok(measured);
            }
            self.screen.say(
                Mark::Info,
                &format!("The {direction} {changed}: measured again."),
            );
        }
    }

    /// What passes below a limit. `after_bloat`: queues of the trial before have to drain first.
    pub(super) fn trial(
        &mut self,
        direction: Direction,
        limit: Rate,
        capacity: Rate,
        after_bloat: bool,
    ) -> Result<Measured, Halt> {
        if after_bloat {
            // Traffic that goes on leaves queues no room to drain at a limit near the capacity.
            if *self.traffic == Traffic::Own {
                self.limit(direction, capacity.times(BOTTOM))?;
            }
            self.drain()?;
        }
        self.limit(direction, limit)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let what = format!("{direction} below {limit}");
            let measured = self.measure(direction, self.settle(), &what)?;
            let filled = measured.rate.share_of(limit) >= FILLED;
            if filled || !measured.is_calm(self.target) {
                return Ok(measured);
            }
            let seen = format!("Only {} passed below {limit}", measured.rate);
            let (now, instead) = match self.traffic {
                Traffic::Own => (
                    format!("keep the {direction} running, or add another"),
                    format!("larger or more {direction}s at once, or --iperf3"),
                ),
                Traffic::Iperf3 { .. } | Traffic::Netperf(_) => (
                    "the tool's server may be busy".to_owned(),
                    "another server".to_owned(),
                ),
            };
            if tries == TRIES {
                return Err(Halt::Failed(format!(
                    "{seen}, which does not try that limit; use {instead}"
                )));
            }
            self.screen
                .say(Mark::Warning, &format!("{seen}; {now}. Measured again."));
        }
    }

    fn measure(
        &mut self,
        direction: Direction,
        settle: Duration,
        what: &str,
    ) -> Result<Measured, Halt> {
        let mut tries = 0;
        loop {
            tries += 1;
            let tool = Tool::start(self.traffic, direction, settle + self.span)?;
            if tool.is_none() {
                self.await_traffic(direction)?;
            }
            self.listen(settle, what)?;
            let listened = self.listen(self.span, what)?;
            let rate = listened.passed.rate(direction);
            let claimed = tool.map(|tool| tool.finish(self.clock, self.interrupt));
            match claimed.transpose() {
                Ok(Some(claimed)) => self.counters_agree(direction, rate, claimed)?,
                Ok(None) if rate < self.expected(direction) && tries < TRIES => {
                    self.screen
                        .say(Mark::Warning, &format!("The {direction} stopped."));
                    continue;
                }
                Ok(None) => {}
                Err(Halt::Failed(why)) if tries < TRIES => {
                    self.tool_again(&why)?;
                    continue;
                }
                Err(halt) => return Err(halt),
            }
            self.screen.passed(settle + self.span);
            return Ok(Measured {
                rate,
                bloat: listened.heard.bloat(&self.baseline).filter(|_| {
                    // Where most echoes are lost, those that are not tell of the gaps between the queues.
                    listened.heard.answered() * 4 >= listened.heard.sent
                }),
                growth: listened.passed.growth(direction),
            });
        }
    }

    /// A limit that most of the traffic goes around is none, and one that some goes around is less than it says.
    fn counters_agree(
        &mut self,
        direction: Direction,
        counted: Rate,
        claimed: Rate,
    ) -> Result<(), Halt> {
        let name = &self.router.names()[direction];
        if claimed < counted + counted + TRAFFIC {
            if claimed > counted.times(AROUND) + TRAFFIC {
                let line = format!(
                    "{name} counted {counted} of the {claimed} that went through: some of the traffic goes around \
                     the queue, and the results are too low."
                );
                self.screen.say(Mark::Warning, &line);
            }
            return Ok(());
        }
        Err(Halt::Failed(format!(
            "{name} counted {counted} of the {claimed} that went through: most of the traffic goes around the \
             queue, FastTrack perhaps; `wanctl check` says more"
        )))
    }

    /// Waits until the user's traffic flows in this direction, and not the other.
    fn await_traffic(&mut self, direction: Direction) -> Result<(), Halt> {
        let until = self.clock.now() + TRAFFIC_WITHIN;
        loop {
            let what = format!("waiting for the {direction}");
            let passed = self.listen(GLANCE, &what)?.passed;
            let (rate, other) = (passed.rate(direction), passed.rate(direction.other()));
            if rate >= self.expected(direction) && rate >= other.times(ACKNOWLEDGEMENTS) {
                return Ok(());
            }
            if self.clock.now() >= until {
                return Err(Halt::Failed(format!(
                    "no large {direction} came for {} s; --iperf3 HOST makes one",
                    TRAFFIC_WITHIN.as_secs_f64()
                )));
            }
        }
    }

    /// What the user's transfer moves at least, below the limit that is held.
    fn expected(&self, direction: Direction) -> Rate {
        let least = self.traffic_from[direction];
        match self.held[direction] {
            Rate::ZERO => least,
            limit => least.min(limit.times(0.5)),
        }
    }

    /// Waits until the line is calm, but not for ever.
    fn drain(&mut self) -> Result<(), Halt> {
        let until = self.clock.now() + DRAINED_WITHIN;
        while self.clock.now() < until {
            let heard = self.listen(DRAIN_LOOK, "queues drain")?.heard;
            let bloat = heard.bloat(&self.baseline);
            if bloat.is_some_and(|bloat| bloat.median <= self.target) {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Measured {
    /// Whether the delay stayed at the target.
    pub(super) fn is_calm(&self, target: Millis) -> bool {
        self.bloat.is_some_and(|bloat| bloat.median <= target)
    }

    /// What happened to the traffic, if its mean tells neither of its beginning nor of its end.
    fn unsteady(&self) -> Option<&'static str> {
        if self.growth >= STILL_GROWING {
            Some("was still growing")
        } else if self.growth * STILL_GROWING <= 1.0 {
            Some("became less")
        } else {
            None
        }
    }
}

fn count(router: &mut Router, clock: Clock) -> Result<Reading, String> {
    let asked_at = clock.now();
    let queues = router.look()?;
    let took = clock.now() - asked_at;
    let bytes = |direction: Direction| {
        let name = &router.names()[direction];
        let bytes = queues[direction].bytes;
        bytes.ok_or_else(|| format!("the router does not say what {name} has passed"))
    };
    Ok(Reading {
        at: middle(asked_at, took),
        bytes: Both {
            down: bytes(Direction::Down)?,
            up: bytes(Direction::Up)?,
        },
    })
}

/// The router looked somewhere between question and answer.
fn middle(asked_at: Instant, took: Duration) -> Instant {
    asked_at + Duration::from_micros(took.as_micros() / 2)
}

fn moving(passed: &Passed) -> String {
    let lately = |direction| passed.lately(direction, GLANCE);
    format!(
        "{} down, {} up",
        lately(Direction::Down),
        lately(Direction::Up)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_that_ended_half_way_is_no_capacity() {
        let said = |growth| {
            let measured = Measured {
                rate: Rate::mbit(50),
                bloat: None,
                growth,
            };
            measured.unsteady()
        };
        for growth in [0.0, 0.5, 0.9] {
            assert_eq!(said(growth), Some("became less"), "{growth}");
        }
        for growth in [0.95, 1.0, 1.05] {
            assert_eq!(said(growth), None, "{growth}");
        }
        assert_eq!(said(1.2), Some("was still growing"));
    }
}
