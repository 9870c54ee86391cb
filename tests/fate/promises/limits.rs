//! What is ordered of the router, what it holds, and what autorate believes that it holds.

use wanctl::control::actuator::Act;
use wanctl::direction::Direction;
use wanctl::program::Program as _;
use wanctl::sim::double::faults::Fault;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::{
    Broken, LOOKS_AROUND, Promise, READ_BACK, Starved, Watch, broken, for_too_long, wan_id,
};
use crate::house::House;
use crate::params::wan;
use crate::plan::{Ill, Trouble};

/// What an order may take while nothing hinders it, a slow console and another queue's order included.
const CARRIED_OUT: Duration = Duration::from_secs(3);
/// The window of the write budget.
const BUDGET: Duration = Duration::from_secs(10);
/// A question that will never be answered is given up, and a broken web server mends itself.
const AFTER_EFFECTS: Duration = Duration::from_secs(5 + 3);

impl Watch<'_> {
    /// What autorate has ordered since the last look.
    pub(super) fn ordered(&self, now: Instant, house: &mut House<'_>) -> Result<(), Broken> {
        for (wan, direction, rate) in house.world.ordered.drain(..) {
            if !self.may_be(wan.index(), direction, rate) {
                let how = format!("line {} {direction}: {rate} is ordered", wan.index());
                return broken(Promise::RatesStayInBounds, now, how);
            }
        }
        Ok(())
    }

    /// What has been written to the router since the last look.
    pub(super) fn written(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let router = &house.world.scene.router;
        let needless = router.needless_writes();
        if core::mem::replace(&mut self.needless, needless) != needless
            && self.confusion.is_settled(now)
        {
            let how = "a queue was told what it held".to_owned();
            return broken(Promise::NothingIsWrittenTwice, now, how);
        }
        let writes = router.persisted_writes();
        if core::mem::replace(&mut self.writes, writes) == writes {
            return Ok(());
        }
        for line in 0..self.plan.home.wans {
            for direction in Direction::BOTH {
                let held = house.world.held(wan_id(line), direction);
                let before = core::mem::replace(&mut self.held[line][direction as usize], held);
                if held != before
                    && let Some(rate) = held
                {
                    self.in_bounds(now, line, direction, rate)?;
                }
            }
        }
        Ok(())
    }

    fn in_bounds(
        &self,
        now: Instant,
        line: usize,
        direction: Direction,
        rate: Rate,
    ) -> Result<(), Broken> {
        if self.may_be(line, direction, rate) {
            return Ok(());
        }
        let theirs = |t: &Trouble| match t.ill {
            Ill::Router(Fault::ClampsTo(theirs) | Fault::ChangedByHand(theirs)) => {
                theirs == rate && t.begins() <= now
            }
            // A write goes to an id: who got that of another queue gets its limit, once. The answer has the name.
            Ill::Router(Fault::SwappedIds) => {
                let lands_until = t.begins() + READ_BACK + self.latest_deed();
                t.begins() <= now && now <= lands_until && self.is_anothers(line, direction, rate)
            }
            _ => false,
        };
        if self.plan.troubles.iter().any(theirs) {
            return Ok(());
        }
        let how = format!("line {line} {direction} holds {rate}");
        broken(Promise::RatesStayInBounds, now, how)
    }

    /// How late the router does what it was told, at most.
    fn latest_deed(&self) -> Duration {
        let by = |t: &Trouble| match t.ill {
            Ill::Router(Fault::ActsLate(by)) => by,
            _ => Duration::ZERO,
        };
        let latest = self.plan.troubles.iter().map(by).max();
        latest.unwrap_or(Duration::ZERO)
    }

    /// Whether a limit lies between the lowest floor and the ceiling.
    fn may_be(&self, line: usize, direction: Direction, rate: Rate) -> bool {
        let shaper = &wan(self.plan.law, line).shapers[direction];
        let floors = &shaper.floors;
        let lowest = floors
            .green
            .min(floors.yellow)
            .min(floors.soft_red)
            .min(floors.red);
        lowest <= rate && rate <= shaper.ceiling
    }

    fn is_anothers(&self, line: usize, direction: Direction, rate: Rate) -> bool {
        let others = (0..self.plan.home.wans).flat_map(|n| Direction::BOTH.map(|other| (n, other)));
        let mut others = others.filter(|&other| other != (line, direction));
        others.any(|(n, other)| self.may_be(n, other, rate))
    }

    /// What autorate believes and wants of the limits, and what they are.
    pub(super) fn limits(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let Some(daemon) = house.running_autorate() else {
            return Ok(());
        };
        let seen = daemon.seen;
        let awake = now - seen.started_at.max(seen.resumed_at) > LOOKS_AROUND;
        let ready = self.router.is_settled(now) && awake;
        let is_open = self.open_since.is_some_and(|at| now - at > AFTER_EFFECTS);
        for (line, status) in daemon.program.status().wans.iter().enumerate() {
            for direction in Direction::BOTH {
                let held = self.holds.1[line][direction as usize];
                let up = status.router.link.up;
                let believed = status.router.applied[direction];
                let wrong = is_open && awake && up && believed != held;
                let since = &mut self.misbelieved_since[line][direction as usize];
                if for_too_long(since, now, wrong, READ_BACK) {
                    let how =
                        format!("line {line} {direction}: {believed:?} is believed, {held:?} is");
                    return broken(Promise::BeliefIsTrue, now, how);
                }
                let wanted = status.rates[direction];
                let lacks_cut = ready && up && held.is_some_and(|held| wanted < held);
                let throttled = status.router.act == Act::Throttled;
                let uncut = &mut self.uncut_since[line][direction as usize];
                // Each write gives a spent budget a new start.
                let starved = &mut self.starved[line][direction as usize];
                if !lacks_cut || starved.is_none_or(|it| it.held != held) {
                    *starved = lacks_cut.then_some(Starved { since: now, held });
                }
                let is_hopeless = starved.is_some_and(|it| now - it.since > BUDGET + CARRIED_OUT);
                if for_too_long(uncut, now, lacks_cut && !throttled, CARRIED_OUT) || is_hopeless {
                    let how =
                        format!("line {line} {direction}: {wanted} is wanted, {held:?} stays");
                    return broken(Promise::NoCutIsLost, now, how);
                }
            }
        }
        Ok(())
    }
}
