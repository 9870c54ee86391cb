//! A chart for the terminal: what the line was like, at a glance.

use std::collections::BTreeMap;
use std::fmt;

use super::super::chart::{COLUMNS, Moments, chart, row};
use super::table::local;
use crate::history::metric;
use crate::history::query::Query;
use crate::history::row::Sample;

/// GREEN, YELLOW, SOFT_RED, RED.
const ZONES: [char; 4] = ['·', 'y', 's', 'R'];

/// Which of two values of one moment is shown.
type Pick = fn(f64, f64) -> f64;

/// All WANs of a range.
#[derive(Debug)]
pub(super) struct Plot {
    from: i64,
    to: i64,
    wans: BTreeMap<String, Lines>,
}

/// One WAN: of delays and zones the worst of each moment, of rates the lowest.
#[derive(Debug)]
struct Lines {
    rtt: Moments,
    delta: Moments,
    down: Moments,
    up: Moments,
    zone_down: Moments,
    zone_up: Moments,
    steered: Moments,
}

impl Plot {
    pub(super) fn new(query: &Query) -> Self {
        Self {
            from: query.from,
            to: query.to,
            wans: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, sample: &Sample<'_>) {
        let (from, to) = (sample.at, sample.at + sample.tier.seconds() - 1);
        let (Some(first), Some(last)) = (self.column(from), self.column(to)) else {
            return;
        };
        if !self.wans.contains_key(sample.wan) {
            self.wans.insert(sample.wan.to_owned(), Lines::EMPTY);
        }
        let Some((moments, pick)) = self
            .wans
            .get_mut(sample.wan)
            .and_then(|lines| lines.of(sample))
        else {
            return;
        };
        for moment in &mut moments[first..=last] {
            *moment = Some(moment.map_or(sample.value, |known| pick(known, sample.value)));
        }
    }

    /// Where that second stands; `None` if there is no time to divide.
    fn column(&self, at: i64) -> Option<usize> {
        let whole = i128::from(self.to.checked_sub(self.from)?) + 1;
        let past = i128::from(at.clamp(self.from, self.to)) - i128::from(self.from);
        usize::try_from(past * COLUMNS as i128 / whole).ok()
    }
}

impl Lines {
    const EMPTY: Self = Self {
        rtt: [None; COLUMNS],
        delta: [None; COLUMNS],
        down: [None; COLUMNS],
        up: [None; COLUMNS],
        zone_down: [None; COLUMNS],
        zone_up: [None; COLUMNS],
        steered: [None; COLUMNS],
    };

    /// Where a row belongs, and which of two values stays.
    fn of(&mut self, sample: &Sample<'_>) -> Option<(&mut Moments, Pick)> {
        let labelled = |word| sample.labels.is_some_and(|labels| labels.contains(word));
        // Steering measures on its own; the charts are the line's as autorate sees it.
        let steering = labelled("\"steering\"");
        match sample.metric {
            metric::STEERING_ENABLED => Some((&mut self.steered, f64::max)),
            _ if steering => None,
            metric::RTT | metric::RTT_MAX => Some((&mut self.rtt, f64::max)),
            metric::DELTA | metric::DELTA_MAX => Some((&mut self.delta, f64::max)),
            metric::RATE_DOWN | metric::RATE_DOWN_MIN => Some((&mut self.down, f64::min)),
            metric::RATE_UP | metric::RATE_UP_MIN => Some((&mut self.up, f64::min)),
            metric::STATE if labelled("\"upload\"") => Some((&mut self.zone_up, f64::max)),
            metric::STATE => Some((&mut self.zone_down, f64::max)),
            _ => None,
        }
    }

    fn is_empty(&self) -> bool {
        let rates = [&self.rtt, &self.delta, &self.down, &self.up];
        let zones = [&self.zone_down, &self.zone_up, &self.steered];
        let mut all = rates.into_iter().chain(zones).flatten();
        all.all(Option::is_none)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        chart(f, "longest RTT, ms", &self.rtt)?;
        chart(f, "greatest delta over the baseline, ms", &self.delta)?;
        chart(f, "lowest download rate, Mbit/s", &self.down)?;
        chart(f, "lowest upload rate, Mbit/s", &self.up)?;
        let zone = |value: f64| {
            let mut known = (0_u8..).zip(ZONES);
            known
                .find(|(code, _)| value.total_cmp(&f64::from(*code)).is_eq())
                .map_or('?', |(_, letter)| letter)
        };
        row(f, "down", &self.zone_down, zone)?;
        row(f, "up", &self.zone_up, zone)?;
        row(f, "steered", &self.steered, |value| {
            if value > 0.0 { '#' } else { '·' }
        })
    }
}

impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (wan, lines) in self.wans.iter().filter(|(_, lines)| !lines.is_empty()) {
            writeln!(f, "{wan}: {} to {}\n", local(self.from), local(self.to))?;
            lines.write(f)?;
            f.write_str("\nworst zone of each moment: · GREEN, y YELLOW, s SOFT_RED, R RED\n\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tier::Tier;

    fn sample(
        at: i64,
        metric: &'static str,
        value: f64,
        labels: Option<&'static str>,
    ) -> Sample<'static> {
        Sample {
            at,
            wan: "wan1",
            metric,
            value,
            labels,
            tier: Tier::Raw,
        }
    }

    fn plotted(range: (i64, i64), samples: &[Sample<'_>]) -> Vec<String> {
        let mut plot = Plot::new(&Query {
            from: range.0,
            to: range.1,
            ..Query::default()
        });
        for sample in samples {
            plot.add(sample);
        }
        let text = plot.to_string();
        text.lines().skip(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_moment_has_its_column_and_the_worst_of_it_is_shown() {
        let up = Some(r#"{"direction": "upload"}"#);
        let lines = plotted(
            (0, 139),
            &[
                sample(0, metric::RTT, 20.0, None),
                sample(1, metric::RTT_MAX, 100.0, None),
                sample(138, metric::RTT, 40.0, None),
                sample(2, metric::STATE, 0.0, None),
                sample(3, metric::STATE, 3.0, None),
                sample(4, metric::STATE, 1.0, up),
                sample(0, metric::RTT, 900.0, Some(r#"{"source": "steering"}"#)),
                sample(
                    2,
                    metric::STEERING_ENABLED,
                    1.0,
                    Some(r#"{"source": "steering"}"#),
                ),
            ],
        );
        let blank = " ".repeat(68);
        assert_eq!(
            lines[..9],
            [
                "         longest RTT, ms".to_owned(),
                "    100 │█".to_owned(),
                "        │█".to_owned(),
                "        │█".to_owned(),
                format!("        │█{blank}█"),
                format!("        │█{blank}█"),
                "   down │ R".to_owned(),
                "     up │  y".to_owned(),
                "steered │ #".to_owned(),
            ]
        );
    }

    #[test]
    fn a_row_of_an_hour_fills_its_hour() {
        let hour = Sample {
            tier: Tier::Hour,
            ..sample(0, metric::DELTA, -1.0, None)
        };
        let lines = plotted((0, 7_199), &[hour]);
        assert_eq!(lines[1], "     -1 │");
        assert_eq!(lines[5], format!("        │{}", "▁".repeat(35)));
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(plotted((0, 10), &[]).is_empty());
        assert!(plotted((0, 0), &[sample(0, "other", 1.0, None)]).is_empty());
    }
}
