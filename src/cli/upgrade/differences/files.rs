//! State, history, logs, listeners, the way it is installed.

use super::Difference::Told;
use super::{Difference, Setup, if_so, one};
use crate::config::{DEFAULT_DB_PATH, WanConfig};

pub(super) const DIFFERENCES: &[Difference] = &[
    // W-03, W-16
    Told(|_| {
        one(
            "The disk is written to once a second at most, not twenty times with a sync each; and if it is full \
             or slow, control goes on.",
        )
    }),
    // W-20
    Told(|setup| {
        let told = setup
            .wans
            .iter()
            .filter(|wan| wan.state.main != wan.state.v17);
        let told = told.map(|wan| {
            format!(
                "{}: state_file is honoured: {} survives a reboot. {}, where v1.7 kept it, is read where it is \
                 newer, and kept up to date for the way back.",
                wan.file.display(),
                wan.state.main.display(),
                wan.state.v17.display()
            )
        });
        told.collect()
    }),
    // W-11
    Told(|setup| {
        if_so(keeps_history(setup), || {
            "The history has a row a second instead of twenty, and is tidied up while it runs: no minutes at \
             a start, no gigabytes."
                .to_owned()
        })
    }),
    // W-37, W-55, W-57
    Told(|setup| {
        if_so(keeps_history(setup), || {
            "wanctl-history and /metrics/history answer every range; v1.7 was silent about the last day and \
             the last week. Asking does not slow control."
                .to_owned()
        })
    }),
    // W-19
    Told(|setup| {
        let other = setup
            .wans
            .iter()
            .filter_map(|wan| wan.storage.db_path.as_ref());
        let mut other = other.filter(|path| path.as_os_str() != DEFAULT_DB_PATH);
        other
            .next()
            .map(|path| {
                format!(
                    "/metrics/history reads {}, as configured; v1.7's read {DEFAULT_DB_PATH}.",
                    path.display()
                )
            })
            .into_iter()
            .collect()
    }),
    // W-22
    Told(|setup| {
        if_so(keeps_history(setup), || {
            "Upload zones are in the history by the second, too, and rows keep their labels; whoever counts \
             rows of wanctl_state should look at \"direction\"."
                .to_owned()
        })
    }),
    // W-35
    Told(|_| {
        one(
            "The line of every cycle is a debug line now, except when a zone changes and once a minute; the unit \
             does not run with --debug, and SIGUSR1 switches that on and off. Logs are opened anew after logrotate.",
        )
    }),
    // W-49
    Told(ports),
    // W-53
    Told(|_| {
        one(
            "Keys that are unknown or mistyped, and values without effect, are warned about at every start; v1.7 \
             said nothing.",
        )
    }),
    // W-54
    Told(|_| {
        one(
            "A file that cannot be used ends the service with one sentence and exit code 78, and it stays down \
             until somebody has mended it; v1.7 tried again every five seconds. --oneshot fails when it failed.",
        )
    }),
    // W-38
    Told(|_| {
        one(
            "wanctl-calibrate puts the router's limits back as it found them; v1.7's left both queues without any.",
        )
    }),
    // W-39, W-40, W-41, W-42 told to nobody: how it is installed has just been seen to.
    // W-45 told to nobody: the wizard's steering file is refused with a sentence of its own, as v1.7 refused it.
];

fn keeps_history(setup: &Setup<'_>) -> bool {
    setup.wans.iter().any(|wan| wan.storage.db_path.is_some())
}

/// Services of their own that want one port.
fn ports(setup: &Setup<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for (n, later) in setup.wans.iter().enumerate() {
        let clash = |earlier: &&&WanConfig| {
            earlier.health.enabled
                && later.health.enabled
                && earlier.health.port == later.health.port
        };
        if let Some(earlier) = setup.wans[..n].iter().find(clash) {
            told.push(format!(
                "{}: health_check.port {} is also that of {}: as with v1.7, only the one that starts first has a \
                 /health. Give each a port of its own.",
                later.file.display(),
                later.health.port,
                earlier.file.display()
            ));
        }
    }
    told
}
