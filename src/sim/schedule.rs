//! What happens to a line over time: load comes and goes, capacity drops and returns.

use crate::direction::{Both, Direction};
use crate::sim::line::Line;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// One thing that happens to a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// Modem and provider pass this much from now on.
    Capacity(Direction, Rate),
    /// The home wants to move this much from now on.
    Demand(Direction, Rate),
    /// The empty line has this RTT from now on: another route.
    Propagation(Duration),
}

/// Changes in the order they happen, each so long after the schedule's start.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    changes: Vec<(Duration, Change)>,
    next: usize,
    started_at: Instant,
    repeats_every: Option<Duration>,
}

impl Schedule {
    /// Nothing ever happens.
    pub fn new() -> Self {
        Self::default()
    }

    /// `change` happens `after` the start. In any order; changes at the same moment keep theirs.
    #[must_use]
    pub fn at(mut self, after: Duration, change: Change) -> Self {
        self.changes.push((after, change));
        self.changes.sort_by_key(|&(after, _)| after);
        self
    }

    /// All these happen, each so long after the start. In any order; changes at the same moment keep
    /// theirs.
    pub fn of(mut changes: Vec<(Duration, Change)>) -> Self {
        changes.sort_by_key(|&(after, _)| after);
        Self {
            changes,
            ..Self::default()
        }
    }

    /// Starts over every `period`; what lies beyond it does not happen. A zero period never repeats.
    #[must_use]
    pub fn repeating_every(mut self, period: Duration) -> Self {
        self.changes.retain(|&(after, _)| after < period);
        self.repeats_every = (period > Duration::ZERO).then_some(period);
        self
    }

    /// The start is `now`, not the start of time.
    #[must_use]
    pub fn starting(mut self, now: Instant) -> Self {
        self.started_at = now;
        self
    }

    /// Half a minute of family life on a line of this capacity, over and over: a download begins and is
    /// joined by an upload, the provider's capacity falls by half in the middle of it and returns,
    /// and then the house is quiet.
    pub fn demo(capacity: Both<Rate>) -> Self {
        use Change::{Capacity, Demand};
        use Direction::{Down, Up};

        let twice = |rate: Rate| rate + rate;
        let half = |rate: Rate| Rate::bps(rate.as_bps() / 2);
        let second = Duration::from_secs;
        Self::new()
            .at(second(3), Demand(Down, twice(capacity.down)))
            .at(second(6), Demand(Up, twice(capacity.up)))
            .at(second(9), Capacity(Down, half(capacity.down)))
            .at(second(14), Capacity(Down, capacity.down))
            .at(second(18), Demand(Up, Rate::ZERO))
            .at(second(23), Demand(Down, Rate::ZERO))
            .repeating_every(second(30))
    }

    /// When something happens next.
    pub fn next_at(&self) -> Instant {
        match self.changes.get(self.next) {
            Some(&(after, _)) => self.started_at + after,
            None => Instant::NEVER,
        }
    }

    /// Lets happen what is due by `now`, each thing at its own moment, however late this is called.
    pub fn play(&mut self, now: Instant, line: &mut Line) {
        while let Some(&(after, change)) = self.changes.get(self.next)
            && let at = self.started_at + after
            && at <= now
            && at < Instant::NEVER
        {
            change.happen(at, line);
            self.next += 1;
            if let Some(period) = self.repeats_every
                && self.next == self.changes.len()
            {
                self.started_at = self.started_at + period;
                self.next = 0;
            }
        }
    }
}

impl Change {
    fn happen(self, at: Instant, line: &mut Line) {
        match self {
            Self::Capacity(direction, rate) => line.set_capacity(at, direction, rate),
            Self::Demand(direction, rate) => line.set_demand(at, direction, rate),
            Self::Propagation(rtt) => line.set_propagation(at, rtt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::line::LineOptions;

    const DOWN: Direction = Direction::Down;

    fn second(n: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(n)
    }

    #[test]
    fn a_late_look_finds_everything_happened_in_its_time() {
        let schedule = Schedule::new()
            .at(Duration::from_secs(3), Change::Demand(DOWN, Rate::ZERO))
            .at(
                Duration::from_secs(1),
                Change::Demand(DOWN, Rate::mbit(100)),
            );
        let carried = |looks: &[u64]| {
            let mut line = Line::new(&LineOptions::default());
            let mut schedule = schedule.clone();
            for &look in looks {
                schedule.play(second(look), &mut line);
            }
            line.advance(second(10));
            line.take_carried(DOWN)
        };
        assert_eq!(carried(&[10]), 25_000_000, "two seconds at 100M");
        assert_eq!(carried(&[0, 1, 2, 3, 4]), carried(&[10]));
    }

    #[test]
    fn the_demo_repeats_every_half_minute() {
        let capacity = LineOptions::default().capacity;
        let mut line = Line::new(&LineOptions::default());
        let mut schedule = Schedule::demo(capacity);
        for round in 0..5 {
            let at = |n: u64| second(round * 30 + n);
            schedule.play(at(2), &mut line);
            assert_eq!(line.demand(), Both::default(), "quiet");
            schedule.play(at(12), &mut line);
            assert_eq!(line.demand().up, Rate::mbit(80));
            assert_eq!(line.capacity().down, Rate::mbit(250));
            schedule.play(at(29), &mut line);
            assert_eq!(line.capacity(), capacity);
        }
    }

    #[test]
    fn what_ends_ends() {
        let mut line = Line::new(&LineOptions::default());
        let change = Change::Propagation(Duration::from_millis(40));
        let mut schedule = Schedule::new()
            .at(Duration::from_secs(1), change)
            .starting(second(100));
        assert_eq!(schedule.next_at(), second(101));
        schedule.play(second(200), &mut line);
        assert_eq!(schedule.next_at(), Instant::NEVER);
        schedule.play(Instant::NEVER, &mut line);
        assert!(line.rtt(second(200)).unwrap() >= Duration::from_millis(40));
    }
}
