//! What holds when the last trouble is over, soon and in the end.

use wanctl::direction::Direction;
use wanctl::program::Program as _;
use wanctl::report::Report;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::{Broken, Promise, Watch, broken};
use crate::house::House;
use crate::params::wan;
use crate::plan::{Ill, Law};

/// Standing lines, rules and transports need so long after the last trouble that somebody sees it.
const QUIET: Duration = Duration::from_secs(15);
/// Under load that never ends a baseline that was lied about is learned again within three minutes.
const LEARNED: Duration = Duration::from_secs(180);
/// The preferred transport is asked every five minutes at the latest; its link may pause for half a minute, and needs a
/// moment to answer.
const TRANSPORT_BACK: Duration = Duration::from_secs(300 + 30 + 20);
/// A hand on the rule is respected for a minute, and a switch that is due needs half a minute of calm.
const STEERING_LEFT: Duration = Duration::from_secs(60 + 92);
/// From then on limits are looked at, for so long.
const RATES_FOR: Duration = Duration::from_secs(100);
/// What of the line, or of the ceiling, a limit has to reach within that time.
const SHARE: f64 = 0.5;

impl Watch<'_> {
    /// Everybody calls himself healthy, soon after the last trouble.
    pub(super) fn recovered(&self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let patience = if self.plan.home.busy { LEARNED } else { QUIET };
        if now < self.everything.settled_at() + patience || !self.everything.is_settled(now) {
            return Ok(());
        }
        let complaint = |who: &str, trouble: String| {
            let how = format!("{who} is not well: {trouble}");
            broken(Promise::EverythingRecovers, now, how)
        };
        if house.autorate_is_healthy() != Some(true) {
            let troubles = house.autorate.as_ref().map(|daemon| {
                let status = daemon.program.status();
                let wans = status.wans.iter();
                wans.map(|wan| wan.trouble(status.now)).collect::<Vec<_>>()
            });
            return complaint("autorate", format!("{troubles:?}"));
        }
        if self.plan.home.steers && house.steering_is_healthy() != Some(true) {
            let steering = house.steering.as_ref();
            let trouble = steering.map(|daemon| daemon.program.status().trouble());
            return complaint("steering", format!("{trouble:?}"));
        }
        Ok(())
    }

    /// Everything is as it was before, in the end.
    pub(super) fn afterwards(&mut self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let calm_for = self.everything.calm_for(now).unwrap_or(Duration::ZERO);
        self.rates_back(now, calm_for, house)?;
        if calm_for > STEERING_LEFT {
            self.steering_left(now, house)?;
        }
        let transport_back = TRANSPORT_BACK + self.everything.login_pause();
        if calm_for > transport_back {
            preferred(now, house)?;
        }
        // The pages are long, and one look is enough.
        if calm_for > transport_back && now + QUIET > Instant::ZERO + self.plan.lasts {
            metrics(now, house)?;
        }
        Ok(())
    }

    /// A limit has to reach a share of what the line carries, if the law has a reason to raise it: the adaptive one
    /// does not search while nothing is going on.
    fn rates_back(
        &mut self,
        now: Instant,
        calm_for: Duration,
        house: &House<'_>,
    ) -> Result<(), Broken> {
        if calm_for < LEARNED {
            self.peaks = [[Rate::ZERO; 2]; 2];
            return Ok(());
        }
        for line in 0..self.plan.home.wans {
            for direction in Direction::BOTH {
                let held = self.holds.1[line][direction as usize];
                let searches = self.searches(direction);
                let peak = &mut self.peaks[line][direction as usize];
                *peak = held.unwrap_or(Rate::ZERO).max(*peak);
                let ceiling = wan(self.plan.law, line).shapers[direction].ceiling;
                let carried = house.world.conditions.lines[line].capacity[direction];
                let enough = ceiling.min(carried).times(SHARE);
                if searches && calm_for > LEARNED + RATES_FOR && *peak < enough {
                    let how = format!("line {line} {direction}: at most {peak} of {enough}");
                    return broken(Promise::RatesComeBack, now, how);
                }
            }
        }
        Ok(())
    }

    /// Whether the law has a reason to raise this limit, and means to find out what the line carries.
    fn searches(&self, direction: Direction) -> bool {
        let home = &self.plan.home;
        let mut ills = self.plan.troubles.iter().map(|trouble| trouble.ill);
        match self.plan.law {
            // v1.7's follows a way that is shorter, but none that is longer by more than its threshold.
            Law::Classic => {
                !ills.any(|ill| matches!(ill, Ill::Path(..) | Ill::Liar(..) | Ill::Forgery(..)))
            }
            // Under load that never ends it does not find out for minutes that it was lied to about the calm; and where
            // nobody tells which direction a queue is in, an upload that is always full pays for the download's search.
            Law::Adaptive => {
                home.busy
                    && (direction == Direction::Down || home.told_time)
                    && !ills.any(|ill| matches!(ill, Ill::Forgery(..)))
            }
        }
    }

    /// A house that moves more than its lines carry may have a reason to steer.
    fn steering_left(&self, now: Instant, house: &House<'_>) -> Result<(), Broken> {
        let has_no_reason = self.plan.home.steers && !self.plan.home.busy;
        if has_no_reason && house.world.rule() == Switch::On {
            let how = "the rule is on, and nothing is wrong".to_owned();
            return broken(Promise::SteeringIsLeft, now, how);
        }
        Ok(())
    }
}

/// Whoever prefers a transport uses it.
fn preferred(now: Instant, house: &House<'_>) -> Result<(), Broken> {
    let autorate = house.running_autorate().into_iter();
    let wans = autorate.flat_map(|daemon| daemon.program.status().wans.iter());
    let links = wans.map(|wan| wan.router.link);
    let steering = house.running_steering().into_iter();
    let links = links.chain(steering.map(|daemon| daemon.program.status().link));
    for link in links {
        if link.transport != link.preferred {
            let how = format!(
                "{:?} serves, {:?} would be preferred",
                link.transport, link.preferred
            );
            return broken(Promise::PreferredServes, now, how);
        }
    }
    Ok(())
}

/// The metrics say that all is well, too.
fn metrics(now: Instant, house: &House<'_>) -> Result<(), Broken> {
    let autorate = house.running_autorate();
    let steering = house.running_steering();
    let pages = [
        autorate.map(|daemon| page(&*daemon.program)),
        steering.map(|daemon| page(&*daemon.program)),
    ];
    for line in pages.iter().flatten().flat_map(|page| page.lines()) {
        let wrong = (line.contains("router_reachable{") && line.ends_with(" 0"))
            || (line.contains("queue_inactive{") && line.ends_with(" 1"));
        if wrong {
            return broken(Promise::EverythingRecovers, now, line.to_owned());
        }
    }
    Ok(())
}

fn page<P: Report>(program: &P) -> String {
    let status = program.status();
    let mut page = vec![0; P::metrics_capacity(status)];
    let len = P::metrics(status, &mut page).expect("it fits");
    page.truncate(len);
    String::from_utf8(page).expect("metrics are text")
}
