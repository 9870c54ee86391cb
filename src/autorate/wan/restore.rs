//! What an earlier run left, checked against today's config.

use super::WanParams;
use crate::control::controller::Controller;
use crate::control::delay::DelayTracker;
use crate::control::law::adaptive::{Pilot, PilotParams};
use crate::control::law::classic::Shaper;
use crate::direction::Both;
use crate::status::Saved;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// One echo leaves in every tick of 50 ms, contract 1.3's cycle.
const ECHO_EVERY: Duration = Duration::from_millis(50);

/// The law that is configured, with what it may still believe of an earlier run.
pub(super) fn restore(now: Instant, params: &WanParams) -> Controller {
    let (delay, shapers) = restore_classic(params);
    let Some(adaptive) = params.adaptive else {
        return Controller::new(delay, shapers);
    };
    let pilot = PilotParams {
        reflectors: params.prober.reflectors,
        echo_every: ECHO_EVERY,
        shapers: adaptive,
        learned: params.saved.and_then(|saved| saved.learned),
        one_way: params.one_way,
    };
    let baseline = delay.current().baseline;
    Controller::adaptive(Pilot::new(now, &pilot), baseline)
}

/// The averages and directions of an earlier run, checked against today's config (W-63).
fn restore_classic(params: &WanParams) -> (DelayTracker, Both<Shaper>) {
    let Some(saved) = params.saved else {
        return (
            DelayTracker::new(params.delay, params.baseline_initial),
            params.shapers.map(Shaper::new),
        );
    };
    (
        restore_delay(params, &saved),
        Both::from_fn(|direction| {
            Shaper::restored(
                params.shapers[direction],
                saved.streaks[direction],
                saved.rates[direction],
            )
        }),
    )
}

/// A baseline within its bounds, and a load RTT that is GREEN beside it. A document may be a second or
/// a year old: rates are cut for what is measured now, and a load RTT that starts at the baseline has
/// caught up with a bloated line within a few cycles. Far below the baseline it would hide bloat for as
/// long, and then call it a spike.
fn restore_delay(params: &WanParams, saved: &Saved) -> DelayTracker {
    let (low, high) = params.delay.baseline_bounds;
    if saved.baseline < low || high < saved.baseline {
        return DelayTracker::new(params.delay, params.baseline_initial);
    }
    let green = params
        .shapers
        .map(|shaper| shaper.thresholds.green.as_f64());
    let apart = (saved.load - saved.baseline).as_f64().abs();
    let load = if saved.load > Millis::ZERO && apart <= green.down.min(green.up) {
        saved.load
    } else {
        saved.baseline
    };
    DelayTracker::restored(params.delay, saved.baseline, load)
}
