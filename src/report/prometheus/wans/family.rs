//! One metric with the lines of all WANs.

use core::fmt::{self, Display};

use super::{Kind, Wans};
use crate::direction::Direction;
use crate::report::prometheus::label::{Escaped, Label};
use crate::report::prometheus::page::Float;
use crate::status::histogram::{Histogram, Scale};
use crate::status::{ReflectorStatus, WanStatus};

impl Wans<'_, '_, '_> {
    pub(super) fn gauge<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> V,
    ) -> fmt::Result {
        self.per_wan(name, help, Kind::Gauge, |wan| Some(value(wan)))
    }

    /// Something that is so (1) or not (0).
    pub(super) fn flag(
        &mut self,
        name: &str,
        help: &str,
        is_so: impl Fn(&WanStatus) -> bool,
    ) -> fmt::Result {
        self.gauge(name, help, |wan| flag(is_so(wan)))
    }

    /// The same of each direction.
    pub(super) fn flag_per_direction(
        &mut self,
        name: &str,
        help: &str,
        is_so: impl Fn(&WanStatus, Direction) -> bool,
    ) -> fmt::Result {
        self.per_direction(name, help, Kind::Gauge, |wan, direction| {
            Some(flag(is_so(wan, direction)))
        })
    }

    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> u64,
    ) -> fmt::Result {
        self.per_wan(name, help, Kind::Counter, |wan| Some(value(wan)))
    }

    /// One of v1.7's, which are there after their first increment only.
    pub(super) fn v1_7s_counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> u64,
    ) -> fmt::Result {
        if self.status.wans.iter().all(|wan| value(wan) == 0) {
            return Ok(());
        }
        self.per_wan(name, help, Kind::Counter, |wan| {
            Some(value(wan)).filter(|&count| count > 0)
        })
    }

    pub(super) fn histogram<S: Scale>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> &Histogram<S>,
    ) -> fmt::Result {
        self.page.head(name, help, Kind::Histogram)?;
        for wan in &self.status.wans {
            let label = Label(&wan.name);
            let labels = format_args!("wan=\"{label}\"");
            self.page.histogram(name, Some(&labels), value(wan))?;
        }
        Ok(())
    }

    pub(super) fn per_wan<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        kind: Kind,
        value: impl Fn(&WanStatus) -> Option<V>,
    ) -> fmt::Result {
        self.page.head(name, help, kind)?;
        for wan in &self.status.wans {
            if let Some(value) = value(wan) {
                let label = Label(&wan.name);
                let labels = format_args!("wan=\"{label}\"");
                self.page.series(name, labels, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn per_direction<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        kind: Kind,
        value: impl Fn(&WanStatus, Direction) -> Option<V>,
    ) -> fmt::Result {
        self.page.head(name, help, kind)?;
        for wan in &self.status.wans {
            for direction in Direction::BOTH {
                if let Some(value) = value(wan, direction) {
                    let label = Label(&wan.name);
                    let labels = format_args!("direction=\"{direction}\",wan=\"{label}\"");
                    self.page.series(name, labels, value)?;
                }
            }
        }
        Ok(())
    }

    /// A host that stands twice in the list has one line, the first one's: a scrape takes no series twice.
    pub(super) fn per_reflector<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        kind: Kind,
        value: impl Fn(&ReflectorStatus) -> Option<V>,
    ) -> fmt::Result {
        self.page.head(name, help, kind)?;
        for wan in &self.status.wans {
            let reflectors = &wan.measurement.reflectors;
            for (n, reflector) in reflectors.iter().enumerate() {
                let again = reflectors[..n].iter().any(|r| r.label == reflector.label);
                if let Some(value) = value(reflector).filter(|_| !again) {
                    let (host, label) = (Escaped(&reflector.label), Label(&wan.name));
                    let labels = format_args!("host=\"{host}\",wan=\"{label}\"");
                    self.page.series(name, labels, value)?;
                }
            }
        }
        Ok(())
    }
}

/// As v1.7 wrote its flags.
pub(super) fn flag(is_so: bool) -> Float {
    Float(f64::from(u8::from(is_so)))
}
