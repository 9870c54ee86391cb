//! How a metric is spelled, whoever serves it.

use core::fmt::{self, Display, Write};

use crate::status::histogram::{Histogram, Scale};
use crate::time::Duration;
use crate::units::{Millis, Rate};
use crate::wire::http::Writer;

/// What a metric is.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) enum Kind {
    Gauge,
    Counter,
    Histogram,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// The exposition as it grows. Labels are given as they stand between the braces, sorted by name as v1.7
/// has them.
pub(in crate::report) struct Page<'a>(Writer<'a>);

impl<'a> Page<'a> {
    pub(in crate::report) const fn new(buffer: &'a mut [u8]) -> Self {
        Self(Writer::new(buffer))
    }

    pub(in crate::report) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Announces a name, once.
    pub(in crate::report) fn head(&mut self, name: &str, help: &str, kind: Kind) -> fmt::Result {
        let kind = kind.word();
        write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n")
    }

    /// One line.
    pub(in crate::report) fn series(
        &mut self,
        name: &str,
        labels: impl Display,
        value: impl Display,
    ) -> fmt::Result {
        writeln!(self.0, "{name}{{{labels}}} {value}")
    }

    /// A metric of one line.
    pub(in crate::report) fn only(
        &mut self,
        name: &str,
        help: &str,
        kind: Kind,
        labels: impl Display,
        value: impl Display,
    ) -> fmt::Result {
        self.head(name, help, kind)?;
        self.series(name, labels, value)
    }

    /// A metric of one line that needs no label.
    pub(in crate::report) fn single(
        &mut self,
        name: &str,
        help: &str,
        kind: Kind,
        value: impl Display,
    ) -> fmt::Result {
        self.head(name, help, kind)?;
        writeln!(self.0, "{name} {value}")
    }

    /// The lines of one histogram.
    pub(in crate::report) fn histogram<S: Scale>(
        &mut self,
        name: &str,
        labels: Option<&dyn Display>,
        histogram: &Histogram<S>,
    ) -> fmt::Result {
        let mut bucket = Labels { labels, le: None };
        for (edge, count) in histogram.cumulative() {
            bucket.le = Some(Edge(edge));
            writeln!(self.0, "{name}_bucket{bucket} {count}")?;
        }
        let labels = Labels { labels, le: None };
        let (sum, count) = (Float(histogram.sum().as_secs_f64()), histogram.count());
        write!(
            self.0,
            "{name}_sum{labels} {sum}\n{name}_count{labels} {count}\n"
        )
    }
}

/// The labels of a histogram's line, which may have none.
struct Labels<'a> {
    labels: Option<&'a dyn Display>,
    le: Option<Edge>,
}

impl Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.labels, &self.le) {
            (None, None) => Ok(()),
            (None, Some(edge)) => write!(f, "{{le=\"{edge}\"}}"),
            (Some(labels), None) => write!(f, "{{{labels}}}"),
            (Some(labels), Some(edge)) => write!(f, "{{{labels},le=\"{edge}\"}}"),
        }
    }
}

/// Where a bucket ends, in seconds.
struct Edge(Option<Duration>);

impl Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(edge) => Float(edge.as_secs_f64()).fmt(f),
            None => f.write_str("+Inf"),
        }
    }
}

/// As Python prints a float: `500.0`.
pub(in crate::report) struct Float(pub(in crate::report) f64);

impl Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A delay in Prometheus' unit.
pub(in crate::report) fn seconds(delay: Millis) -> Float {
    Float(delay.as_f64() / 1e3)
}

/// A rate in Prometheus' unit.
pub(in crate::report) fn bytes_per_second(rate: Rate) -> Float {
    Float(rate.as_bps() as f64 / 8.0)
}
