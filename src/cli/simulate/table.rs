//! What came of it, as rows.

use std::fmt::Write as _;

use serde::Serialize;

use super::picture::Picture;
use crate::direction::Direction;
use crate::sim::trial::story::Story;
use crate::sim::trial::{Law, Score};
use crate::time::Duration;

/// From here on a call suffers, in milliseconds: the and every peer's measure.
const SUFFERS: f64 = 30.0;

/// Below all tables.
pub(in crate::cli) const LEGEND: &str = "\
* the law of the config. Delay: what queues added to a round trip while the line was in use. Used: the
share of what was wanted and the line could carry; - not in use. The first 5 s are not judged.
";

/// What was played.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Subject<'s> {
    pub(in crate::cli) name: &'s str,
    pub(in crate::cli) about: &'s str,
    pub(in crate::cli) lasts: Duration,
}

impl<'s> Subject<'s> {
    pub(super) fn of(story: &'s Story) -> Self {
        Self {
            name: &story.name,
            about: &story.about,
            lasts: story.lasts,
        }
    }
}

/// One law on one subject, with its picture if it is wanted.
#[derive(Debug)]
pub(in crate::cli) struct Played {
    pub(in crate::cli) row: Row,
    pub(in crate::cli) picture: Option<Picture>,
}

/// What one law made of it.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Row {
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
    pub(in crate::cli) fn new(subject: &Subject<'_>, law: Law, seed: u64, score: &Score) -> Self {
        let used = |direction| {
            let used = score.utilisation_of(direction);
            used.map(|used| tenths(100.0 * used))
        };
        Self {
            scenario: subject.name.to_owned(),
            law: law.name(),
            seed,
            seconds: subject.lasts.as_secs_f64(),
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

    /// What was recorded: sorted deltas in milliseconds, and writes a minute.
    #[cfg(feature = "history")]
    pub(in crate::cli) fn recorded(subject: &Subject<'_>, deltas: &[f64], writes: f64) -> Self {
        let quantile = |percent: usize| {
            let rank = deltas.len().saturating_sub(1) * percent / 100;
            deltas.get(rank).copied().unwrap_or(0.0)
        };
        let count = deltas.len().max(1) as f64;
        let above = deltas.iter().filter(|delta| **delta > SUFFERS).count();
        Self {
            scenario: subject.name.to_owned(),
            law: "recorded",
            seed: 0,
            seconds: subject.lasts.as_secs_f64(),
            delay_mean_ms: tenths(deltas.iter().sum::<f64>() / count),
            delay_p50_ms: tenths(quantile(50)),
            delay_p95_ms: tenths(quantile(95)),
            delay_p99_ms: tenths(quantile(99)),
            above_30_ms_percent: tenths(100.0 * above as f64 / count),
            used_down_percent: None,
            used_up_percent: None,
            writes_per_minute: tenths(writes),
        }
    }
}

/// More would only look exact.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A story's table, and its pictures.
pub(in crate::cli) fn text(subject: &Subject<'_>, own: Law, played: &[Played]) -> String {
    let mut text = format!(
        "{}: {} ({:.0} s)\n{:20}{:^28}   over   used, %      writes\n{:20}{:>7}{:>7}{:>7}{:>7}  30 ms   down     up  a minute\n",
        subject.name,
        subject.about,
        subject.lasts.as_secs_f64(),
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

pub(in crate::cli) fn csv_head() -> String {
    COLUMNS.join(",") + "\n"
}

/// A line per law.
pub(in crate::cli) fn csv(played: &[Played]) -> String {
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
pub(in crate::cli) fn json(played: &[Played], mut first: bool) -> String {
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
