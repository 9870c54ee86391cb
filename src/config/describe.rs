//! What `--validate-config` prints (contract 2.1).

use std::fmt::Write;
use std::path::Path;

use super::adaptive::AdaptiveConfig;
use super::{
    ControlLaw, FileKind, Problem, Report, WanConfig, kind, load, load_steering, steering,
};
use crate::control::law::adaptive::ShaperParams;
use crate::direction::Both;
use crate::units::Rate;

/// The report on one file, a WAN's or steering's, and whether it is valid. Warnings follow the block of a
/// valid file.
pub fn validate_report(path: &Path) -> (String, bool) {
    let read = match kind(path) {
        FileKind::Wan => load(path).map(|file| (effective(&file.config), file.warnings)),
        FileKind::Steering => {
            load_steering(path).map(|file| (steering::effective(&file.config), file.warnings))
        }
    };
    match read {
        Ok((values, warnings)) => (valid(path, &values, &warnings), true),
        Err(report) => (invalid(path, &report), false),
    }
}

fn invalid(path: &Path, report: &Report) -> String {
    let path = path.display();
    format!("Configuration INVALID: {path}\n  Error: {report}\n")
}

fn valid(path: &Path, values: &str, warnings: &[Problem]) -> String {
    let mut text = format!("Configuration valid: {}\n{values}", path.display());
    for warning in warnings {
        writeln!(text, "  Warning: {warning}").expect("a String takes any text");
    }
    text
}

/// The effective values, those of classic in v1.7's form.
fn effective(config: &WanConfig) -> String {
    let router = &config.router;
    let mut rows = vec![
        ("WAN", config.wan_name.clone()),
        ("Transport", router.transport.to_string()),
        ("Router", format!("{}:{}", router.host, router.user)),
    ];
    match config.control_law {
        ControlLaw::Classic => rows.extend(classic(config)),
        ControlLaw::Adaptive => rows.extend(adaptive(&config.adaptive)),
    }
    rows.push(("Ping hosts", config.as_written.ping_hosts.clone()));
    let queues = format!("{}, {}", router.queues.down, router.queues.up);
    rows.push(("Queue names", queues));
    let lines = rows
        .iter()
        .map(|(name, value)| format!("  {name}: {value}\n"));
    lines.collect()
}

fn classic(config: &WanConfig) -> [(&'static str, String); 5] {
    let (down, up) = (&config.shapers.down, &config.shapers.up);
    let written = &config.as_written;
    let floors = (&down.floors, &written.upload_floors);
    [
        ("Download", span(floors.0.red, down.ceiling)),
        (
            "  Floors",
            format!(
                "GREEN={}, YELLOW={}, SOFT_RED={}, RED={}",
                whole(floors.0.green),
                whole(floors.0.yellow),
                whole(floors.0.soft_red),
                whole(floors.0.red)
            ),
        ),
        ("Upload", span(floors.1.red, up.ceiling)),
        (
            "  Floors",
            format!(
                "GREEN={}, YELLOW={}, RED={}",
                whole(floors.1.green),
                whole(floors.1.yellow),
                whole(floors.1.red)
            ),
        ),
        (
            "Thresholds",
            format!(
                "GREEN<={}ms, SOFT_RED<={}ms, RED>{}ms",
                written.target_bloat, written.warn_bloat, written.hard_red_bloat
            ),
        ),
    ]
}

fn adaptive(config: &AdaptiveConfig) -> [(&'static str, String); 6] {
    let Both { down, up } = config.shapers;
    // A slow line's rates have digits behind the point, and so has this.
    let limits = |limits: ShaperParams| {
        let ShaperParams {
            floor,
            base,
            ceiling,
            ..
        } = limits;
        format!("{floor} - {ceiling}, base {base}")
    };
    [
        ("Control law", "adaptive".to_owned()),
        ("  Line", config.line.word().to_owned()),
        ("  Aggressiveness", format!("{:?}", config.aggressiveness)),
        ("  Bloat begins at", format!("{}ms", down.tuning.threshold)),
        ("Download", limits(down)),
        ("Upload", limits(up)),
    ]
}

fn span(from: Rate, to: Rate) -> String {
    format!("{} - {}", whole(from), whole(to))
}

/// Whole megabits, halves to even as Python's `{:.0f}`.
fn whole(rate: Rate) -> String {
    format!("{:.0}M", rate.as_mbps())
}
