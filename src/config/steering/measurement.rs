//! `measurement`: whom to ask, how often, and over which line.

use std::net::IpAddr;

use crate::config::host::{ReflectorAddress, ReflectorRule};
use crate::config::measurement::Interface;
use crate::config::rule::{Address, Number, Whole};
use crate::config::section::Section;
use crate::time::Duration;

/// `measurement`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SteeringMeasurement {
    /// `interval_seconds`, required, 0.01 to 60.
    pub interval: Duration,
    /// `ping_host`, required.
    pub ping_host: ReflectorAddress,
    /// `ping_count`, required, 1 to 20: echoes per cycle, whose median counts.
    pub ping_count: u8,
    /// `timeouts.ping`, default [`DEFAULT_STEERING_PING_TIMEOUT`](crate::config::DEFAULT_STEERING_PING_TIMEOUT).
    pub silent_after: Duration,
    /// `source_address`, default none: where the echoes leave from, to take the primary line.
    pub source_address: Option<IpAddr>,
    /// `interface`, default none: what they leave through.
    pub interface: Option<String>,
    /// `alternate`, default none: how to tell whether the alternate answers.
    pub alternate: Option<AlternateProbe>,
}

/// `measurement.alternate`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AlternateProbe {
    /// `ping_host`, default that of the primary.
    pub ping_host: ReflectorAddress,
    /// `source_address`.
    pub source_address: Option<IpAddr>,
    /// `interface`. At least one of the two is needed: otherwise the echoes take the primary line.
    pub interface: Option<String>,
}

/// Reads the section.
pub(super) fn measurement(
    section: Section<'_>,
    silent_after: Option<Duration>,
) -> Option<SteeringMeasurement> {
    let interval = section.required("interval_seconds", &Number::within(0.01, 60.0));
    let ping_host = section.required("ping_host", &ReflectorRule);
    let ping_count = section.required("ping_count", &Whole { min: 1, max: 20 });
    let source_address = section.optional("source_address", &Address);
    let interface = section.optional("interface", &Interface);
    let alternate = match section.value("alternate") {
        Some(_) => alternate(section.section("alternate"), ping_host.as_ref()).map(Some),
        None => Some(None),
    };
    section.finish(&[]);
    Some(SteeringMeasurement {
        interval: Duration::from_secs_f64(interval?),
        ping_host: ping_host?,
        ping_count: u8::try_from(ping_count?).unwrap_or(u8::MAX),
        silent_after: silent_after?,
        source_address: source_address?,
        interface: interface?,
        alternate: alternate?,
    })
}

fn alternate(section: Section<'_>, ping_host: Option<&ReflectorAddress>) -> Option<AlternateProbe> {
    let own = section.optional("ping_host", &ReflectorRule);
    let source_address = section.optional("source_address", &Address);
    let interface = section.optional("interface", &Interface);
    let aimed = section.value("source_address").is_some() || section.value("interface").is_some();
    if !aimed {
        let sentence = "missing, and without it or source_address the echoes would take the \
                        primary line; expected the interface or the address that leads to the alternate";
        section.lacks("interface", sentence);
    }
    section.finish(&[]);
    aimed.then_some(())?;
    Some(AlternateProbe {
        ping_host: own?.or_else(|| ping_host.cloned())?,
        source_address: source_address?,
        interface: interface?,
    })
}
