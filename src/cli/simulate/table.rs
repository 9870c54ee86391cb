//! What came of it, as rows.

use std::fmt::Write as _;

use serde::Serialize;

use super::Played;
use crate::direction::Direction;
use crate::sim::trial::story::Story;
use crate::sim::trial::{Law, Score};

/// From here on a call suffers, in milliseconds: the and every peer's measure.
const SUFFERS: f64 = 30.0;

/// Below all tables.
pub(super) const LEGEND: &str = "\
* the law of the config. Delay: what queues added to a round trip while the line was in use. Used: the
share of what was wanted and the line could carry; - not in use. The first 5 s are not judged.
";

/// One law on one story.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    scenario: String,
    law: &'static str,
    seed: u64,
    seconds: f64,
    delay_mean_ms: f64,
    delay_p50_ms: f64,
    delay_p95_ms: f64,
    delay_p99_ms: f64,
    above_30_ms_percent: f64,
    used_down_percent: Option<f64>,
    used_up_percent: Option<f64>,
    writes_per_minute: f64,
}

impl Row {
    pub(super) fn new(story: &Story, law: Law, seed: u64, score: &Score) -> Self {
        let used = |direction| {
            let used = score.utilisation_of(direction);
            used.map(|used| tenths(100.0 * used))
        };
        Self {
            scenario: story.name.clone(),
            law: law.name(),
            seed,
            seconds: story.lasts.as_secs_f64(),
            delay_mean_ms: tenths(score.mean()),
            delay_p50_ms: tenths(score.queue(0.5)),
            delay_p95_ms: tenths(score.queue(0.95)),
            delay_p99_ms: tenths(score.queue(0.99)),
            above_30_ms_percent: tenths(100.0 * score.above(SUFFERS)),
            used_down_percent: used(Direction::Down),
            used_up_percent: used(Direction::Up),
            writes_per_minute: tenths(score.changes_per_minute()),
        }
    }
}

/// More would only look exact.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A story's table, and its pictures.
pub(super) fn text(story: &Story, own: Law, played: &[Played]) -> String {
    let mut text = format!(
        "{}: {} ({:.0} s)\n{:20}{:^28}   over   used, %      writes\n{:20}{:>7}{:>7}{:>7}{:>7}  30 ms   down     up  a minute\n",
        story.name,
        story.about,
        story.lasts.as_secs_f64(),
        "",
        "added delay, ms",
        "law",
        "mean",
        "p50",
        "p95",
        "p99",
    );
    for Played { row, .. } in played {
        let mark = if row.law == own.name() { '*' } else { ' ' };
        let used = |used: Option<f64>| used.map_or("-".to_owned(), |used| format!("{used:.1}"));
        let _ = writeln!(
            text,
            "{mark} {:18}{:7.1}{:7.1}{:7.1}{:7.1}{:6.1}%{:>7}{:>7}{:10.0}",
            row.law,
            row.delay_mean_ms,
            row.delay_p50_ms,
            row.delay_p95_ms,
            row.delay_p99_ms,
            row.above_30_ms_percent,
            used(row.used_down_percent),
            used(row.used_up_percent),
            row.writes_per_minute,
        );
    }
    text.push('\n');
    for picture in played.iter().filter_map(|played| played.picture.as_ref()) {
        let _ = writeln!(text, "{picture}");
    }
    text
}

const COLUMNS: [&str; 12] = [
    "scenario",
    "law",
    "seed",
    "seconds",
    "delay_mean_ms",
    "delay_p50_ms",
    "delay_p95_ms",
    "delay_p99_ms",
    "above_30_ms_percent",
    "used_down_percent",
    "used_up_percent",
    "writes_per_minute",
];

pub(super) fn csv_head() -> String {
    COLUMNS.join(",") + "\n"
}

/// A line per law.
pub(super) fn csv(played: &[Played]) -> String {
    let mut text = String::new();
    for Played { row, .. } in played {
        let used = |used: Option<f64>| used.map_or(String::new(), |used| used.to_string());
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            row.scenario,
            row.law,
            row.seed,
            row.seconds,
            row.delay_mean_ms,
            row.delay_p50_ms,
            row.delay_p95_ms,
            row.delay_p99_ms,
            row.above_30_ms_percent,
            used(row.used_down_percent),
            used(row.used_up_percent),
            row.writes_per_minute,
        );
    }
    text
}

/// Items of an array that was begun; `first` needs no comma.
pub(super) fn json(played: &[Played], mut first: bool) -> String {
    let mut text = String::new();
    for Played { row, .. } in played {
        text.push_str(if core::mem::take(&mut first) {
            "\n  "
        } else {
            ",\n  "
        });
        // A row has nothing that JSON could not say.
        text.push_str(&serde_json::to_string(row).unwrap_or_default());
    }
    text
}
