//! Statistics of each metric.

use std::collections::BTreeMap;
use std::fmt;

use super::super::number::short;
use crate::history::metric::{self, Kind};
use crate::history::row::Sample;

/// All values of each metric, eight bytes each; the range chooses a tier, so there are 200,000 at most of a WAN's
/// seconds, and of v1.7's cycles some millions.
#[derive(Debug, Default)]
pub(super) struct Summary {
    metrics: BTreeMap<String, Vec<f64>>,
}

const ZONES: [&str; 4] = ["GREEN", "YELLOW", "SOFT_RED", "RED"];
/// v1.7's codes of anything that it calls a state.
const CODES: core::ops::RangeInclusive<f64> = 0.0..=10.0;

impl Summary {
    pub(super) fn add(&mut self, sample: &Sample<'_>) {
        // A change is a moment and its code no number to be added up.
        if sample.metric == metric::MODE {
            return;
        }
        let mut value = sample.value;
        if sample.metric == metric::STATE {
            // A change is a moment, not a time: in the coarser tiers there are more of them than hours.
            if Kind::of(sample.metric, sample.labels) == Kind::Event {
                return;
            }
            // Steering's RED has autorate's code of SOFT_RED (contract 7.3).
            let steering = sample
                .labels
                .is_some_and(|labels| labels.contains("\"steering\""));
            if steering && value.total_cmp(&2.0).is_eq() {
                value = 3.0;
            }
        }
        match self.metrics.get_mut(sample.metric) {
            Some(values) => values.push(value),
            None => {
                self.metrics.insert(sample.metric.to_owned(), vec![value]);
            }
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, values) in &self.metrics {
            writeln!(f, "\n{name} ({} samples)\n{}", values.len(), "-".repeat(40))?;
            let is_code = |value: &f64| value.fract() == 0.0 && CODES.contains(value);
            if name.to_ascii_lowercase().contains("state") && values.iter().all(is_code) {
                distribution(f, values)?;
            } else {
                statistics(f, values)?;
            }
        }
        Ok(())
    }
}

fn distribution(f: &mut fmt::Formatter<'_>, values: &[f64]) -> fmt::Result {
    for code in 0..=10_u8 {
        let count = values
            .iter()
            .filter(|value| value.total_cmp(&f64::from(code)).is_eq())
            .count();
        if count == 0 {
            continue;
        }
        match ZONES.get(usize::from(code)) {
            Some(zone) => write!(f, "  {zone}: ")?,
            None => write!(f, "  STATE_{code}: ")?,
        }
        writeln!(f, "{:.1}%", count as f64 * 100.0 / values.len() as f64)?;
    }
    Ok(())
}

fn statistics(f: &mut fmt::Formatter<'_>, values: &[f64]) -> fmt::Result {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let average = values.iter().sum::<f64>() / values.len() as f64;
    let ends = (sorted.first(), sorted.last());
    let (Some(&least), Some(&greatest)) = ends else {
        return Ok(());
    };
    let lines = [
        ("min", least),
        ("max", greatest),
        ("avg", average),
        ("p50", percentile(&sorted, 50)),
        ("p95", percentile(&sorted, 95)),
        ("p99", percentile(&sorted, 99)),
    ];
    lines
        .iter()
        .try_for_each(|(name, value)| writeln!(f, "  {name}: {}", short(*value)))
}

/// v1.7's (Python's exclusive quantiles): at i·(n+1)/100, and beyond the ends by the slope there, so that
/// the p99 of few values can exceed them all.
fn percentile(sorted: &[f64], i: usize) -> f64 {
    let n = sorted.len();
    if n < 2 {
        return sorted.first().copied().unwrap_or(0.0);
    }
    let position = i * (n + 1);
    let j = (position / 100).clamp(1, n - 1);
    let part = (position as f64 - (j * 100) as f64) / 100.0;
    sorted[j - 1] + (sorted[j] - sorted[j - 1]) * part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tier::Tier;

    /// `statistics.quantiles(x, n=100)` of Python.
    #[test]
    fn percentiles_are_v1_7s() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        close(percentile(&hundred, 50), 50.5);
        close(percentile(&hundred, 95), 95.95);
        close(percentile(&[1.0, 2.0], 99), 2.97);
        close(percentile(&[1.0, 2.0], 50), 1.5);
        close(percentile(&[7.0], 99), 7.0);
    }

    fn of(samples: &[(&str, f64, Option<&str>)]) -> String {
        let mut summary = Summary::default();
        for &(metric, value, labels) in samples {
            summary.add(&Sample {
                at: 0,
                wan: "w",
                metric,
                value,
                labels,
                tier: Tier::Raw,
            });
        }
        summary.to_string()
    }

    #[test]
    fn zones_are_counted_and_numbers_measured() {
        let (change, steering) = (
            Some(r#"{"reason": "x"}"#),
            Some(r#"{"source": "steering"}"#),
        );
        assert_eq!(
            of(&[
                ("wanctl_state", 0.0, None),
                ("wanctl_state", 0.0, None),
                ("wanctl_state", 2.0, None),
                ("wanctl_state", 2.0, steering),
                ("wanctl_state", 3.0, change),
                ("wanctl_rtt_ms", 20.0, None),
                ("wanctl_rtt_ms", 21.5, None),
                ("other_STATE", 7.0, None),
            ]),
            "
other_STATE (1 samples)
----------------------------------------
  STATE_7: 100.0%

wanctl_rtt_ms (2 samples)
----------------------------------------
  min: 20
  max: 21.5
  avg: 20.75
  p50: 20.75
  p95: 22.775
  p99: 22.955

wanctl_state (4 samples)
----------------------------------------
  GREEN: 50.0%
  SOFT_RED: 25.0%
  RED: 25.0%
"
        );
        assert_eq!(of(&[]), "");
    }
}
