//! Steering.

use super::Difference::Told;
use super::control::seconds;
use super::{Difference, Setup};
use crate::config::SteeringConfig;
use crate::time::Duration;

/// What v1.7's confidence scoring took every cycle for.
const COUNTED: Duration = Duration::from_millis(50);

pub(super) const DIFFERENCES: &[Difference] = &[
    // W-12
    Told(|setup| {
        if_steering(setup, |it| {
            Some(format!(
                "Steering really switches the mangle rule now, over REST and over SSH; v1.7 could not over \
                 REST, and that is the only way it went. The rule is the one whose comment is exactly \
                 '{}'; `wanctl check --config {}` says whether the router has it.",
                it.comment,
                it.file.display()
            ))
        })
    }),
    // W-23
    Told(|setup| {
        if_steering(setup, |it| {
            let live = it.params.confidence.is_some_and(|params| !params.dry_run);
            live.then(|| {
                "Live confidence scoring decides alone; in v1.7 the rows of samples switched beside it."
                    .to_owned()
            })
        })
    }),
    // W-24, W-52
    Told(|setup| if_steering(setup, timers)),
    // W-25, W-51
    Told(|setup| {
        always(
            setup,
            "A primary line that is dead is left, and so is one that is bad while its queue cannot be read: v1.7 \
             went on with the last good delay for ever.",
        )
    }),
    // W-27
    Told(|setup| {
        if_steering(setup, |it| {
            Some(format!(
                "A baseline of autorate's that is older than {} is not trusted, and /health says so; v1.7 used \
                 one of any age.",
                seconds(it.params.stale_after)
            ))
        })
    }),
    // W-28
    Told(|setup| {
        always(
            setup,
            "The rule is read at the start and every half minute, and made to fit: a rule that was switched by \
             hand, or came back with a reboot, no longer stays wrong.",
        )
    }),
    // W-29
    Told(|setup| {
        always(
            setup,
            "wanctl-steering --reset writes the reset down, and fails if the rule could not be seen to be off.",
        )
    }),
    // W-50, W-56
    Told(|setup| {
        if_steering(setup, |it| {
            Some(format!(
                "A cycle takes the {} it says, whatever ping_count is: the echoes of a cycle are sent together. \
                 A delay above a second no longer ends the daemon.",
                seconds(it.measurement.interval)
            ))
        })
    }),
    // W-17
    Told(|setup| {
        if_steering(setup, |it| {
            it.health.enabled.then(|| {
                format!(
                    "/health on port {} goes on answering after steering has switched; v1.7's fell silent.",
                    it.health.port
                )
            })
        })
    }),
    // W-26
    Told(|setup| {
        if_steering(setup, |it| {
            it.metrics.enabled.then(|| {
                format!(
                    "Its metrics are served at last, on port {}; v1.7 kept them to itself.",
                    it.metrics.port
                )
            })
        })
    }),
    // W-18
    Told(|setup| {
        if_steering(setup, |it| {
            Some(format!(
                "{} keeps its baseline and the time of the last switch over a restart; there is no .backup any \
                 more, because the document is replaced in one step.",
                it.state_file.display()
            ))
        })
    }),
    // W-30 told to nobody: nobody misses the false drops of the first reading.
];

fn timers(it: &SteeringConfig) -> Option<String> {
    let params = it.params.confidence?;
    let brake = "The flap brake raises what is needed to steer; v1.7 only wrote that it did.";
    if it.measurement.interval == COUNTED {
        return Some(brake.to_owned());
    }
    let factor = it.measurement.interval.as_secs_f64() / COUNTED.as_secs_f64();
    let v17 = params.hold.as_secs_f64() * factor / 60.0;
    Some(format!(
        "Times of confidence are times: the hold-down of {} was {v17:.0} minutes in v1.7, at an interval of {}. {brake}",
        seconds(params.hold),
        seconds(it.measurement.interval)
    ))
}

fn if_steering(setup: &Setup<'_>, tell: impl Fn(&SteeringConfig) -> Option<String>) -> Vec<String> {
    setup.steering.and_then(tell).into_iter().collect()
}

fn always(setup: &Setup<'_>, sentence: &str) -> Vec<String> {
    if_steering(setup, |_| Some(sentence.to_owned()))
}
