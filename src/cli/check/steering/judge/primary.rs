//! The primary's own file and its autorate.

use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::steering::facts::Primary;
use crate::config::{SteeringConfig, WanConfig};
use crate::direction::Both;
use crate::shell::feed::LiveTrouble;
use crate::shell::feed::once::Document;

fn warning(id: &'static str, what: String) -> Finding {
    Finding::warning(Subject::Primary, id, what)
}

/// Everything about autorate.
pub(in crate::cli::check::steering) fn primary(
    config: &SteeringConfig,
    primary: &Primary,
) -> Vec<Finding> {
    let mut findings = match &primary.file {
        Ok(file) => agreement(config, file),
        Err(why) => vec![no_file(config, why)],
    };
    match &primary.look.document {
        Ok(found) => findings.extend(document(config, found)),
        Err(troubles) => {
            let all: Vec<String> = troubles
                .iter()
                .map(|(path, why)| format!("{} {why}", path.display()))
                .collect();
            findings.push(missing(config, &all.join("; ")));
        }
    }
    findings.push(live(config, primary.look.live));
    findings
}

fn no_file(config: &SteeringConfig, why: &str) -> Finding {
    let path = config.topology.primary_config.display();
    let what = format!("The primary's own file cannot be used: {why}.");
    warning("primary-file", what)
        .why("Autorate's state document and /health are looked for where they are by default.")
        .advice(format!(
            "`wanctl check --config {path}` says more; if it is another file, write its path into \
             topology.primary_wan_config."
        ))
}

/// Does that file say the same as ours?
fn agreement(config: &SteeringConfig, file: &WanConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let path = config.topology.primary_config.display();
    let (ours, theirs) = (&config.topology.primary, &file.wan_name);
    if !ours.eq_ignore_ascii_case(theirs) {
        let what = format!("topology.primary_wan is {ours}, and {path} is about {theirs}.");
        findings.push(
            warning("primary-name", what)
                .why("The names of states and of FORCE_OUT lists come from here, the measurements from there.")
                .in_file(format!("topology:\n  primary_wan: \"{theirs}\"")),
        );
    }
    let (ours, theirs) = (&config.router.queues, &file.router.queues);
    if ours != theirs {
        let what = format!(
            "cake_queues are {} and {}, and {path} has {} and {}.",
            ours.down, ours.up, theirs.down, theirs.up
        );
        findings.push(
            warning("primary-queues", what)
                .why("A queue that is not the primary's tells nothing about it.")
                .in_file(queues_yaml(theirs)),
        );
    }
    if findings.is_empty() {
        let what = format!("{path} is about the same WAN and queues.");
        findings.push(Finding::ok(Subject::Primary, "primary-file", what));
    }
    findings
}

/// The primary's queues, for a steering file.
pub(super) fn queues_yaml(queues: &Both<String>) -> String {
    format!(
        "cake_queues:\n  primary_download: \"{}\"\n  primary_upload: \"{}\"",
        queues.down, queues.up
    )
}

fn start(config: &SteeringConfig) -> String {
    format!(
        "Start autorate, `wanctl --config {}`, or the unit wanctl@{}, and see what it says.",
        config.topology.primary_config.display(),
        config.topology.primary
    )
}

fn missing(config: &SteeringConfig, troubles: &str) -> Finding {
    let what = format!("No state document of autorate's can be used: {troubles}.");
    warning("autorate-missing", what)
        .why(
            "Without its baseline there is no delay to judge by, but for one that steering has saved \
             itself: nobody is steered for delay until autorate has written one, or its /health answers.",
        )
        .advice(start(config))
}

fn document(config: &SteeringConfig, found: &Document) -> Vec<Finding> {
    let path = found.path.display();
    let mut findings = Vec::new();
    if found.path != config.sources.primary {
        let what = format!(
            "cake_state_sources.primary is {}, and the document is {path}.",
            config.sources.primary.display()
        );
        findings.push(
            Finding::note(Subject::Primary, "autorate-elsewhere", what)
                .why("The primary's own file says where it is, and that is where it is read.")
                .in_file(format!("cake_state_sources:\n  primary: \"{path}\"")),
        );
    }
    let seconds = found.age.as_secs_f64().round();
    let stale_after = config.params.stale_after;
    if found.age > stale_after {
        let what = format!("Autorate's state document {path} is {seconds} s old.");
        findings.push(
            warning("autorate-stale", what)
                .why(format!(
                    "After {} s it counts as stopped: its last baseline goes on, and decisions take three \
                     times as long.",
                    stale_after.as_secs_f64()
                ))
                .advice(start(config)),
        );
    }
    let (min, max) = config.params.baseline_bounds;
    let baseline = found.baseline.as_f64();
    if baseline < min.as_f64() || baseline > max.as_f64() {
        let what = format!(
            "Autorate's baseline of {baseline:.1} ms is outside thresholds.baseline_rtt_bounds, {} to {}.",
            min.as_f64(),
            max.as_f64()
        );
        let low = min.as_f64().min((baseline / 2.0).floor().max(1.0));
        let high = max.as_f64().max((baseline * 2.0).ceil());
        findings.push(
            warning("autorate-baseline", what)
                .why(
                    "It is ignored: the last one within them goes on, if there was any. If that is how far \
                     away the world is from here, let them say so:",
                )
                .in_file(format!(
                    "thresholds:\n  baseline_rtt_bounds: {{ min: {low}, max: {high} }}"
                )),
        );
    }
    if findings.is_empty() {
        let what = format!(
            "Autorate's state document {path} is {seconds} s old, its baseline {baseline:.1} ms."
        );
        findings.push(Finding::ok(Subject::Primary, "autorate", what));
    }
    findings
}

fn live(config: &SteeringConfig, live: Option<Result<(), LiveTrouble>>) -> Finding {
    const WHY: &str = "Its zone, whether its rate is at the floor and whether its reflectors answer come \
                       from there; without them a host that is down looks like a line that is.";
    match live {
        Some(Ok(())) => {
            let what = "Autorate's /health answers and knows the primary.";
            Finding::ok(Subject::Primary, "autorate-live", what)
        }
        Some(Err(why)) => warning("autorate-silent", format!("Autorate's /health {why}."))
            .why(WHY)
            .advice(start(config)),
        None => Finding::note(
            Subject::Primary,
            "autorate-no-health",
            "Autorate has no /health: its own file switches it off.",
        )
        .why(WHY)
        .advice(format!(
            "Let health_check.enabled be true in {}.",
            config.topology.primary_config.display()
        )),
    }
}
