//! The download queue, whose packets are evidence.

use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::judge::quoted;
use crate::cli::check::object::{Object, named};
use crate::config::{SteeringConfig, WanConfig};
use crate::steering::params::Judging;

/// Whether it is there and counts.
pub(super) fn queue(
    config: &SteeringConfig,
    primary: Option<&WanConfig>,
    queues: &[Object],
) -> Option<Finding> {
    let name = &config.router.queues.down;
    let counts = matches!(config.params.judging, Judging::CakeAware(_));
    let found = named(queues, name);
    if !counts {
        // With delay alone nobody looks at it.
        return None;
    }
    Some(match found {
        None => missing(config, primary, queues),
        Some(queue) if queue.is_on("disabled") => {
            let what = format!("The queue {name} is disabled.");
            warning("queue-disabled", what).on_router(format!(
                "/queue tree set [find name={}] disabled=no",
                quoted(name)
            ))
        }
        Some(queue) if queue.is_on("invalid") => {
            let what = format!(
                "The queue {name} is invalid: its parent {} does not exist or is not usable.",
                queue.shown("parent")
            );
            warning("queue-invalid", what).advice(whole(config))
        }
        Some(_) => {
            let what = format!("{name} is there and switched on.");
            Finding::ok(Subject::Download, "queue", what)
        }
    })
}

fn warning(id: &'static str, what: String) -> Finding {
    Finding::warning(Subject::Download, id, what).why(
        "No packets wait in it, so that the queue is no evidence: delay alone must last longer before \
         anybody is steered.",
    )
}

/// That file's own check knows more about queues.
fn whole(config: &SteeringConfig) -> String {
    format!(
        "`wanctl check --config {}` says what the primary's queues need.",
        config.topology.primary_config.display()
    )
}

fn missing(config: &SteeringConfig, primary: Option<&WanConfig>, queues: &[Object]) -> Finding {
    let name = &config.router.queues.down;
    let names: Vec<&str> = queues.iter().map(|queue| queue.shown("name")).collect();
    let there = if names.is_empty() {
        "its /queue tree is empty".to_owned()
    } else {
        format!("it has {}", names.join(", "))
    };
    let what = format!("The router has no queue {name}; {there}.");
    let finding = warning("queue-missing", what);
    let theirs = primary.map(|primary| &primary.router.queues);
    match theirs.filter(|theirs| theirs.down != *name && named(queues, &theirs.down).is_some()) {
        Some(theirs) => finding.in_file(super::primary::queues_yaml(theirs)),
        None => finding.advice(whole(config)),
    }
}
