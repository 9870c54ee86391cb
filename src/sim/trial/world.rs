//! Everything outside the daemon.

use super::contender::Contender;
use super::scenario::{Scenario, TheirClock};
use super::senders::{Path, Senders};
use crate::control::actuator::{Act, Actuator, Known, Order, Spending};
use crate::control::bloat::oneway::Stamps;
use crate::control::prober::Question;
use crate::direction::{Both, Direction};
use crate::sim::line::Line;
use crate::sim::random::Random;
use crate::sim::schedule::Schedule;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// What a write or a reading takes on the router itself.
const NEAR: Duration = Duration::from_millis(5);

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
    /// What each direction has for itself, and has with the other one.
    alone: Both<Rate>,
    together: Both<Rate>,
    actuator: Actuator,
    changes: u64,
    /// Cumulated, as a queue shows them.
    counted: Both<u64>,
    /// Since the last look of the score.
    pub(super) carried: Both<u64>,
    readings: Vec<(Instant, Instant, Both<u64>)>,
}

impl World {
    pub(super) fn new(scenario: &Scenario, spending: Spending) -> Self {
        Self {
            schedule: scenario.schedule.clone(),
            line: Line::new(&scenario.line),
            senders: Both::from_fn(|_| Senders::new(scenario.flows)),
            random: Random::new(scenario.line.seed ^ 0x5eed),
            ways: Random::new(scenario.line.seed ^ 0x0a15),
            replies: Vec::new(),
            shaped: Both::default(),
            writes: Vec::new(),
            alone: Both::default(),
            together: Both::default(),
            actuator: Actuator::new(spending, false),
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
        self.share(now, span);
        self.write(now);
        let rtt = self.queueing() + self.scenario.line.propagation;
        for direction in Direction::BOTH {
            let shaped = self.shaped[direction];
            let path = Path {
                direction,
                demand: self.line.demand()[direction],
                shaped,
                capacity: self.line.capacity()[direction],
                propagation: self.scenario.line.propagation,
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
                contender.reply(reply);
            }
            !due
        });
    }

    /// Reads the counters when the daemon asks for them.
    fn count(&mut self, now: Instant, contender: &mut Contender) {
        let frozen = self.scenario.counters_frozen.iter();
        let frozen = frozen.copied().any(|span| span.holds(now));
        let took = if contender.is_on_the_router() {
            NEAR
        } else {
            self.scenario.counters_take
        };
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
            let takes = if contender.is_on_the_router() {
                NEAR
            } else {
                self.scenario.write_takes
            };
            contender.wrote(now, takes);
            for order in orders.into_iter().flatten() {
                self.changes += 1;
                self.writes.push((now + takes, order));
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
            let quirks = &self.scenario.reflectors[usize::from(reflector)];
            let lost = self.random.happens(quirks.loss);
            let untold = question == Question::Time && quirks.clock.is_none();
            if lost || untold || quirks.silent.iter().any(|span| span.holds(now)) {
                continue;
            }
            let mut extra = self.random.below(quirks.jitter.as_micros());
            if self.random.happens(quirks.spikes) {
                extra += 20_000 + self.random.below(60_000);
            }
            let far = quirks.offset.iter().chain(&self.scenario.weather);
            let far = far.filter(|(span, _)| span.holds(now));
            extra += far.map(|(_, delay)| delay.as_micros()).sum::<u64>();
            let clock = quirks.clock.filter(|_| question == Question::Time);
            extra += self.behind_a_packet();
            let stamps = clock.map(|clock| self.stamps(now, clock, extra));
            let rtt = rtt + Duration::from_micros(extra);
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

    /// What an echo waits for the packet that is just being sent, there and back, in microseconds.
    fn behind_a_packet(&mut self) -> u64 {
        if self.scenario.packet == 0 {
            return 0;
        }
        let mut waits = 0;
        for direction in Direction::BOTH {
            let capacity = self.line.capacity()[direction];
            let busy = self.senders[direction].rate().share_of(capacity);
            let micros = self.scenario.packet * 8_000_000 / capacity.as_bps().max(1);
            if self.random.happens(busy) {
                waits += self.random.below(micros);
            }
        }
        waits
    }

    /// Divides what both directions share: each has half of it, and what the other one leaves.
    fn share(&mut self, now: Instant, span: Duration) {
        let Some(pool) = self.scenario.shared else {
            return;
        };
        let wanted = Both::from_fn(|direction| {
            let waiting = self.line.backlog(direction) as f64 * 8.0 / span.as_secs_f64();
            self.senders[direction].rate() + Rate::bps(1).times(waiting)
        });
        let capacity = self.line.capacity();
        for direction in Direction::BOTH {
            // What somebody else set is the direction's own from now on.
            if capacity[direction] != self.together[direction] {
                self.alone[direction] = capacity[direction];
            }
            let left = pool - wanted[direction.other()];
            let given = left.max(pool.times(0.5)).min(self.alone[direction]);
            self.together[direction] = given;
            self.line.set_capacity(now, direction, given);
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
