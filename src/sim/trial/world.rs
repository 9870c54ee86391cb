//! Everything outside the daemon.

use super::contender::Contender;
use super::scenario::{Scenario, TheirClock};
use super::senders::{Path, Senders};
use crate::control::actuator::{Act, Actuator, Budget, Known, Order};
use crate::control::bloat::oneway::Stamps;
use crate::control::prober::Question;
use crate::direction::{Both, Direction};
use crate::sim::line::Line;
use crate::sim::random::Random;
use crate::sim::schedule::Schedule;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// A reply on its way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub(super) at: Instant,
    pub(super) seq: u16,
    pub(super) reflector: u8,
    pub(super) rtt: Duration,
    pub(super) stamps: Option<Stamps>,
}

#[derive(Debug)]
pub(super) struct World {
    scenario: Scenario,
    schedule: Schedule,
    pub(super) line: Line,
    senders: Both<Senders>,
    random: Random,
    /// How much of an accident happens on the way there.
    ways: Random,
    replies: Vec<Reply>,
    shaped: Both<Rate>,
    writes: Vec<(Instant, Order)>,
    actuator: Actuator,
    changes: u64,
    /// Cumulated, as a queue shows them.
    counted: Both<u64>,
    /// Since the last look of the score.
    pub(super) carried: Both<u64>,
    readings: Vec<(Instant, Instant, Both<u64>)>,
}

impl World {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            schedule: scenario.schedule.clone(),
            line: Line::new(&scenario.line),
            senders: Both::default(),
            random: Random::new(scenario.line.seed ^ 0x5eed),
            ways: Random::new(scenario.line.seed ^ 0x0a15),
            replies: Vec::new(),
            shaped: Both::default(),
            writes: Vec::new(),
            actuator: Actuator::new(Budget::new(64, Duration::from_secs(1)), false),
            changes: 0,
            counted: Both::default(),
            carried: Both::default(),
            readings: Vec::new(),
            scenario: scenario.clone(),
        }
    }

    /// The router holds these rates when the story begins.
    pub(super) fn start(&mut self, rates: Both<Rate>) {
        self.shaped = rates;
        for direction in Direction::BOTH {
            self.actuator
                .holds(Instant::ZERO, direction, rates[direction], Known::Read);
        }
    }

    /// Lets one span pass, and tells the daemon what arrived in it.
    pub(super) fn step(&mut self, now: Instant, span: Duration, contender: &mut Contender) {
        self.schedule.play(now, &mut self.line);
        self.write(now);
        let rtt = self.queueing() + self.scenario.line.propagation;
        for direction in Direction::BOTH {
            let shaped = self.shaped[direction];
            let path = Path {
                demand: self.line.demand()[direction],
                shaped,
                capacity: self.line.capacity()[direction],
                rtt,
                losing: self.line.backlog(direction) >= self.line.buffer(direction),
                in_cake: self.line.backlog_in_cake(direction),
            };
            let sent = self.senders[direction].step(span, path);
            self.line.set_shaped(now, direction, shaped);
            self.line.set_sent(now, direction, sent);
        }
        self.line.advance(now + span);
        for direction in Direction::BOTH {
            let bytes = self.line.take_carried(direction);
            self.carried[direction] += bytes;
            self.counted[direction] += bytes;
        }
        self.count(now, contender);
        self.replies.retain(|reply| {
            let due = reply.at <= now;
            if due {
                contender.reply(reply.at, reply);
            }
            !due
        });
    }

    /// Reads the counters when the daemon asks for them.
    fn count(&mut self, now: Instant, contender: &mut Contender) {
        let frozen = self.scenario.counters_frozen.iter();
        let frozen = frozen.copied().any(|span| span.holds(now));
        let took = self.scenario.counters_take;
        if self.scenario.counters && contender.wants_counters(now) {
            let halfway = now + Duration::from_micros(took.as_micros() / 2);
            let bytes = match self.readings.last() {
                Some(&(_, _, bytes)) if frozen => bytes,
                _ => self.counted.map(|bytes| {
                    let high = Rate::bps(bytes).times(self.scenario.counters_read);
                    high.as_bps()
                }),
            };
            self.readings.push((now + took, halfway, bytes));
        }
        for &(at, halfway, bytes) in &self.readings {
            if at <= now && at + Duration::from_millis(10) > now {
                contender.counted(halfway, took, bytes);
            }
        }
        // The last one stays: a frozen counter repeats it.
        let last = self.readings.last().copied();
        self.readings
            .retain(|&reading| reading.0 > now || Some(reading) == last);
    }

    /// Carries out what the daemon wants, through the real actuator.
    pub(super) fn act(&mut self, now: Instant, contender: &mut Contender) {
        let allowed = contender.may_write(now);
        if let Act::Send(orders) = self.actuator.want(now, contender.rates(), allowed) {
            contender.wrote(now, self.scenario.write_takes);
            for order in orders.into_iter().flatten() {
                self.changes += 1;
                self.writes.push((now + self.scenario.write_takes, order));
            }
        }
    }

    fn write(&mut self, now: Instant) {
        for &(at, order) in &self.writes {
            if at <= now {
                self.shaped[order.direction] = order.rate;
                self.actuator
                    .holds(now, order.direction, order.rate, Known::Written);
            }
        }
        self.writes.retain(|&(at, _)| at > now);
    }

    /// Sends the tick's echoes.
    pub(super) fn probe(&mut self, now: Instant, contender: &mut Contender) {
        for (reflector, seq, question) in contender.echoes(now) {
            let Some(rtt) = self.line.rtt(now) else {
                continue;
            };
            let quirks = self.scenario.reflectors[usize::from(reflector)];
            let lost = self.random.happens(quirks.loss);
            let untold = question == Question::Time && quirks.clock.is_none();
            if lost || untold || quirks.silent.is_some_and(|span| span.holds(now)) {
                continue;
            }
            let mut extra = self.random.below(quirks.jitter.as_micros());
            if self.random.happens(quirks.spikes) {
                extra += 20_000 + self.random.below(60_000);
            }
            let weather: u64 = self
                .scenario
                .weather
                .iter()
                .filter(|(span, _)| span.holds(now))
                .map(|(_, delay)| delay.as_micros())
                .sum();
            let offset = quirks.offset.filter(|(span, _)| span.holds(now));
            let offset = offset.map_or(0, |(_, delay)| delay.as_micros());
            let accidents = extra + weather + offset;
            let clock = quirks.clock.filter(|_| question == Question::Time);
            let stamps = clock.map(|clock| self.stamps(now, clock, accidents));
            let rtt = rtt + Duration::from_micros(accidents);
            self.replies.push(Reply {
                stamps,
                at: now + rtt,
                seq,
                reflector,
                rtt,
            });
        }
    }

    /// Jitter and accidents happen on the way there as often as on the way back.
    fn stamps(&mut self, now: Instant, clock: TheirClock, accidents: u64) -> Stamps {
        let halfway = self.scenario.line.propagation.as_micros() / 2;
        let there = Duration::from_micros(halfway + self.ways.below(accidents));
        let shows = clock.shows(now + self.waits().up + there);
        Stamps {
            sent_at: now,
            originate: u32::MAX,
            receive: shows,
            transmit: shows,
        }
    }

    /// What waits in front of the bottlenecks, as a delay.
    pub(super) fn queueing(&self) -> Duration {
        let waits = self.waits();
        waits.down + waits.up
    }

    /// The same of each.
    fn waits(&self) -> Both<Duration> {
        let capacity = self.line.capacity();
        Both::from_fn(|direction| {
            let bits = self.line.backlog(direction) as f64 * 8.0;
            Duration::from_secs_f64(bits / capacity[direction].as_bps().max(1) as f64)
        })
    }

    pub(super) const fn changes(&self) -> u64 {
        self.changes
    }
}
