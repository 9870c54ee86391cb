//! Many values of one time become one: cycles to seconds, rows to tiers, rows to answers.

use std::borrow::Cow;
use std::sync::Arc;

use super::metric::{self, Kind};
use super::row::{Row, Sample};
use super::tier::Tier;

/// Events that one time passes on; a line that flaps for an hour does not fill the hours' tier with it.
const MOST_EVENTS: usize = 600;

/// The values of one time, as they come in; any order will do.
#[derive(Debug, Default)]
pub struct Blender {
    series: Vec<Series>,
    events: Vec<Row>,
}

#[derive(Debug)]
struct Series {
    wan: Arc<str>,
    metric: Cow<'static, str>,
    labels: Option<Cow<'static, str>>,
    kind: Kind,
    /// Seconds that the values stand for, together.
    seconds: u64,
    sum: f64,
    least: f64,
    greatest: f64,
    /// How long each value held, of what is never averaged; there are four zones.
    tally: Vec<(f64, u64)>,
}

impl Blender {
    /// One more value.
    pub fn add(&mut self, sample: &Sample<'_>) {
        if !sample.value.is_finite() {
            return;
        }
        let found = self.series.iter_mut().find(|series| {
            series.metric == sample.metric
                && series.labels.as_deref() == sample.labels
                && *series.wan == *sample.wan
        });
        if let Some(series) = found {
            series.add(sample);
            return;
        }
        let kind = Kind::of(sample.metric, sample.labels);
        if kind != Kind::Event {
            self.series.push(Series::new(sample, kind));
        } else if self.events.len() < MOST_EVENTS {
            self.events.push(sample.to_row());
        }
    }

    /// Whether nothing came in.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.events.is_empty()
    }

    /// What became of it, as rows that begin `at`, the newest first; it is empty then.
    pub fn take(&mut self, at: i64) -> Vec<Row> {
        let mut rows = core::mem::take(&mut self.events);
        rows.sort_by_key(|event| core::cmp::Reverse(event.at));
        let series = core::mem::take(&mut self.series);
        for one in &series {
            if let Some(value) = one.value() {
                // Where there is a mean, it decides whether its extreme is worth a row.
                if !series.iter().any(|mean| one.is_extreme_of(mean)) {
                    rows.push(one.row(at, one.metric.clone(), value));
                }
                rows.extend(one.extreme(at, value, &series));
            }
        }
        rows
    }
}

impl Series {
    fn new(sample: &Sample<'_>, kind: Kind) -> Self {
        let row = sample.to_row();
        let mut series = Self {
            wan: row.wan,
            metric: row.metric,
            labels: row.labels,
            kind,
            seconds: 0,
            sum: 0.0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            tally: Vec::new(),
        };
        series.add(sample);
        series
    }

    fn add(&mut self, sample: &Sample<'_>) {
        let (value, seconds) = (sample.value, sample.tier.seconds().unsigned_abs());
        self.seconds += seconds;
        self.sum += value * seconds as f64;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        if self.kind == Kind::MostTime {
            let same = |(known, _): &&mut (f64, u64)| known.total_cmp(&value).is_eq();
            match self.tally.iter_mut().find(same) {
                Some((_, held)) => *held += seconds,
                None => self.tally.push((value, seconds)),
            }
        }
    }

    fn value(&self) -> Option<f64> {
        match self.kind {
            Kind::Mean => Some(self.sum / self.seconds as f64),
            Kind::Max => Some(self.greatest),
            Kind::Min => Some(self.least),
            // Of two that held equally long, the worse one: zones are numbered that way.
            Kind::MostTime => {
                let longest =
                    |a: &&(f64, u64), b: &&(f64, u64)| (a.1).cmp(&b.1).then(a.0.total_cmp(&b.0));
                self.tally.iter().max_by(longest).map(|&(value, _)| value)
            }
            Kind::Event => None,
        }
    }

    fn is_extreme_of(&self, mean: &Self) -> bool {
        metric::extreme_of(&mean.metric).is_some_and(|(name, _)| self.metric == name)
            && self.labels == mean.labels
            && self.wan == mean.wan
    }

    /// The row of the extreme that this mean hides.
    fn extreme(&self, at: i64, mean: f64, all: &[Self]) -> Option<Row> {
        let (name, kind) = metric::extreme_of(&self.metric)?;
        let own = all.iter().find(|other| other.is_extreme_of(self));
        let extreme = match kind {
            Kind::Min => own.map_or(self.least, |own| own.least.min(self.least)),
            _ => own.map_or(self.greatest, |own| own.greatest.max(self.greatest)),
        };
        metric::hides(mean, extreme, kind).then(|| self.row(at, name.into(), extreme))
    }

    fn row(&self, at: i64, metric: Cow<'static, str>, value: f64) -> Row {
        Row {
            at,
            wan: Arc::clone(&self.wan),
            metric,
            value,
            labels: self.labels.clone(),
        }
    }
}

/// Rows of finer tiers, newest first, as rows of a coarser one, newest first; of several tiers in turn, too.
#[derive(Debug)]
pub(super) struct Coarser {
    tier: Tier,
    begun: Option<i64>,
    blender: Blender,
}

impl Coarser {
    pub(super) fn new(tier: Tier) -> Self {
        Self {
            tier,
            begun: None,
            blender: Blender::default(),
        }
    }

    pub(super) const fn tier(&self) -> Tier {
        self.tier
    }

    /// Takes a row; returns those of the time that it has left.
    pub(super) fn add(&mut self, sample: &Sample<'_>) -> Vec<Row> {
        let start = self.tier.start_of(sample.at);
        let done = if self.begun.is_some_and(|begun| begun != start) {
            self.finish()
        } else {
            Vec::new()
        };
        self.begun = Some(start);
        self.blender.add(sample);
        done
    }

    /// What is left.
    pub(super) fn finish(&mut self) -> Vec<Row> {
        self.begun
            .take()
            .map_or_else(Vec::new, |begun| self.blender.take(begun))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An hour of seconds, some of them missing, through `tiers` one after the other.
    fn through(tiers: &[Tier], name: &str, values: &[Option<f64>]) -> Vec<(i64, String, f64)> {
        let mut rows: Vec<(i64, String, f64, Tier)> = Vec::new();
        for (at, value) in (0..).zip(values) {
            rows.extend(value.map(|value| (at, name.to_owned(), value, Tier::Raw)));
        }
        rows.reverse();
        for &tier in tiers {
            let mut coarser = Coarser::new(tier);
            let mut made = Vec::new();
            for (at, metric, value, tier) in &rows {
                let tier = *tier;
                made.extend(coarser.add(&Sample {
                    tier,
                    ..sample(*at, metric, *value, None)
                }));
            }
            made.extend(coarser.finish());
            let made = made.into_iter();
            rows = made
                .map(|row| (row.at, row.metric.into_owned(), row.value, tier))
                .collect();
        }
        rows.into_iter()
            .map(|(at, metric, value, _)| (at, metric, value))
            .collect()
    }

    /// The row of an hour that says this.
    fn said(rows: &[(i64, String, f64)], name: &str) -> Option<f64> {
        rows.iter()
            .find(|(_, metric, _)| metric == name)
            .map(|&(_, _, value)| value)
    }

    fn seconds() -> impl Strategy<Value = Vec<Option<f64>>> {
        prop::collection::vec(prop::option::weighted(0.9, 0.0..500.0_f64), 1..900)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn an_hour_tells_the_worst_second_whichever_tiers_it_went_through(values in seconds()) {
            let greatest = values.iter().flatten().copied().reduce(f64::max);
            for tiers in [&Tier::MADE[..], &[Tier::Hour]] {
                let rows = through(tiers, metric::RTT, &values);
                let told = said(&rows, metric::RTT_MAX).or(said(&rows, metric::RTT));
                prop_assert_eq!(told.is_some(), greatest.is_some());
                if let (Some(told), Some(greatest)) = (told, greatest) {
                    // In every tier an extreme next to its mean has no row of its own.
                    let next_to = f64::max(greatest / 20.0, 5.0) * tiers.len() as f64;
                    prop_assert!(told <= greatest + 1e-9 && greatest - told <= next_to, "{told}, not {greatest}");
                }
            }
        }

        #[test]
        fn an_hour_is_the_mean_of_its_seconds_whichever_tiers_it_went_through(
            values in prop::collection::vec(0.0..500.0_f64, 3_600),
        ) {
            let mean = values.iter().sum::<f64>() / 3_600.0;
            let values: Vec<_> = values.into_iter().map(Some).collect();
            for tiers in [&Tier::MADE[..], &[Tier::FiveMinutes, Tier::Hour], &[Tier::Hour]] {
                let told = said(&through(tiers, metric::RTT, &values), metric::RTT).expect("a mean");
                prop_assert!((told - mean).abs() < 1e-6, "{told}, not {mean}");
            }
        }
    }

    fn sample<'a>(at: i64, metric: &'a str, value: f64, labels: Option<&'a str>) -> Sample<'a> {
        Sample {
            at,
            wan: "wan1",
            metric,
            value,
            labels,
            tier: Tier::Raw,
        }
    }

    fn blended(samples: &[Sample<'_>]) -> Vec<(i64, String, f64, Option<String>)> {
        let mut blender = Blender::default();
        for sample in samples {
            blender.add(sample);
        }
        let rows = blender.take(60).into_iter();
        rows.map(|row| {
            let labels = row.labels.map(Cow::into_owned);
            (row.at, row.metric.into_owned(), row.value, labels)
        })
        .collect()
    }

    #[test]
    fn numbers_become_their_mean_and_the_extreme_it_hides() {
        let rows = blended(&[
            sample(60, metric::RTT, 20.0, None),
            sample(61, metric::RTT, 22.0, None),
            sample(62, metric::RTT, 90.0, None),
            sample(60, metric::RATE_DOWN, 500.0, None),
            sample(61, metric::RATE_DOWN, 500.0, None),
        ]);
        assert_eq!(
            rows,
            [
                (60, "wanctl_rtt_ms".into(), 44.0, None),
                (60, "wanctl_rtt_max_ms".into(), 90.0, None),
                (60, "wanctl_rate_download_mbps".into(), 500.0, None),
            ]
        );
    }

    #[test]
    fn an_extreme_survives_every_tier() {
        let rows = blended(&[
            sample(60, metric::RATE_UP_MIN, 5.0, None),
            sample(60, metric::RATE_UP, 20.0, None),
            sample(61, metric::RATE_UP, 4.0, None),
            sample(62, metric::RATE_UP, 21.0, None),
            // A row without its mean, as a filter may leave it.
            sample(62, metric::RTT_MAX, 80.0, None),
            sample(63, metric::RTT_MAX, 70.0, None),
        ]);
        assert_eq!(
            rows,
            [
                (60, "wanctl_rate_upload_mbps".into(), 15.0, None),
                (60, "wanctl_rate_upload_min_mbps".into(), 4.0, None),
                (60, "wanctl_rtt_max_ms".into(), 80.0, None),
            ]
        );
    }

    /// W-22, b-31.
    #[test]
    fn zones_are_never_averaged_and_directions_never_mixed() {
        let (down, up) = (r#"{"direction": "download"}"#, r#"{"direction": "upload"}"#);
        let rows = blended(&[
            sample(60, metric::STATE, 0.0, Some(down)),
            sample(61, metric::STATE, 3.0, Some(down)),
            sample(62, metric::STATE, 0.0, Some(down)),
            sample(60, metric::STATE, 0.0, Some(up)),
            sample(61, metric::STATE, 3.0, Some(up)),
        ]);
        assert_eq!(
            rows,
            [
                (60, "wanctl_state".into(), 0.0, Some(down.into())),
                (60, "wanctl_state".into(), 3.0, Some(up.into())),
            ]
        );
    }

    #[test]
    fn what_happened_once_stays_as_it_was() {
        let why = r#"{"direction": "download", "reason": "RTT delta 20.0ms"}"#;
        let rows = blended(&[
            sample(61, metric::STATE, 1.0, Some(why)),
            sample(95, metric::STATE, 3.0, Some(why)),
        ]);
        assert_eq!(
            rows,
            [
                (95, "wanctl_state".into(), 3.0, Some(why.into())),
                (61, "wanctl_state".into(), 1.0, Some(why.into())),
            ]
        );
    }

    #[test]
    fn an_hour_of_flapping_is_cut_short() {
        let why = Some(r#"{"reason": "x"}"#);
        let many: Vec<_> = (0..5_000)
            .map(|at| sample(at, metric::STATE, 1.0, why))
            .collect();
        assert_eq!(blended(&many).len(), MOST_EVENTS);
    }

    #[test]
    fn a_coarser_answer_is_made_of_finer_rows() {
        let mut coarser = Coarser::new(Tier::Minute);
        let mut rows = Vec::new();
        for at in (0..180).rev() {
            let value = (at / 60) as f64;
            rows.extend(coarser.add(&sample(at, "x", value, None)));
        }
        rows.extend(coarser.finish());
        let rows: Vec<_> = rows.iter().map(|row| (row.at, row.value)).collect();
        assert_eq!(rows, [(120, 2.0), (60, 1.0), (0, 0.0)]);
        assert!(coarser.finish().is_empty());
    }
}
