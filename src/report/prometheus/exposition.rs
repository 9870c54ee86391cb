//! How a metric is spelled.

use core::fmt::{self, Display, Write};

use crate::direction::Direction;
use crate::status::{Status, WanStatus};
use crate::wire::http::Writer;

pub(super) struct Exposition<'a> {
    pub(super) out: Writer<'a>,
    pub(super) status: &'a Status,
}

impl Exposition<'_> {
    pub(super) fn head(&mut self, name: &str, help: &str, kind: &str) -> fmt::Result {
        head(&mut self.out, name, help, kind)
    }

    pub(super) fn gauge<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> V,
    ) -> fmt::Result {
        self.head(name, help, "gauge")?;
        for wan in &self.status.wans {
            let label = Lower(&wan.name);
            writeln!(self.out, "{name}{{wan=\"{label}\"}} {}", value(wan))?;
        }
        Ok(())
    }

    pub(super) fn per_direction<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus, Direction) -> Option<V>,
    ) -> fmt::Result {
        self.head(name, help, "gauge")?;
        for wan in &self.status.wans {
            for direction in Direction::BOTH {
                if let Some(value) = value(wan, direction) {
                    let label = Lower(&wan.name);
                    writeln!(
                        self.out,
                        "{name}{{direction=\"{direction}\",wan=\"{label}\"}} {value}"
                    )?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> u64,
    ) -> fmt::Result {
        if self.status.wans.iter().all(|wan| value(wan) == 0) {
            return Ok(());
        }
        self.head(name, help, "counter")?;
        for wan in &self.status.wans {
            if value(wan) > 0 {
                let label = Lower(&wan.name);
                writeln!(self.out, "{name}{{wan=\"{label}\"}} {}", value(wan))?;
            }
        }
        Ok(())
    }

    pub(super) fn counter_per_direction(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus, Direction) -> u64,
    ) -> fmt::Result {
        let counted = |wan| Direction::BOTH.iter().any(|&d| value(wan, d) > 0);
        if !self.status.wans.iter().any(counted) {
            return Ok(());
        }
        self.head(name, help, "counter")?;
        for wan in &self.status.wans {
            for direction in Direction::BOTH {
                let (count, label) = (value(wan, direction), Lower(&wan.name));
                if count > 0 {
                    writeln!(
                        self.out,
                        "{name}{{direction=\"{direction}\",wan=\"{label}\"}} {count}"
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// Announces a name, once.
pub(in crate::report) fn head(
    out: &mut Writer<'_>,
    name: &str,
    help: &str,
    kind: &str,
) -> fmt::Result {
    write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n")
}

/// As Python prints a float: `500.0`.
pub(in crate::report) struct Float(pub(in crate::report) f64);

impl Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// ASCII lower case; `wan_name` is ASCII by its rule.
pub(super) struct Lower<'a>(pub(super) &'a str);

impl Display for Lower<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| f.write_char(c.to_ascii_lowercase()))
    }
}
