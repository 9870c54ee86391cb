//! Faults by name, for the command line and for tables in tests.

use std::str::FromStr;

use super::Fault;
use crate::time::Duration;
use crate::units::Rate;

impl Fault {
    /// Every fault with a name, with the strength it has on the command line.
    pub const NAMED: [(&str, Self); 33] = [
        ("none", Self::None),
        ("garbage", Self::Garbage),
        ("silence", Self::Silence),
        ("half-response", Self::HalfResponse),
        ("reset", Self::Reset),
        ("status-401", Self::Status(401)),
        ("status-403", Self::Status(403)),
        ("status-404", Self::Status(404)),
        ("status-500", Self::Status(500)),
        ("status-503", Self::Status(503)),
        ("close-after-each", Self::CloseAfterEach),
        ("announced-close", Self::AnnouncedClose),
        ("slow", Self::SlowBy(Duration::from_millis(400))),
        ("empty-list", Self::EmptyList),
        ("clamps", Self::ClampsTo(Rate::mbit(100))),
        ("control-characters", Self::ControlCharacters),
        ("chunked", Self::Chunked),
        ("refuses-what-it-did", Self::RefusesWhatItDid),
        ("latency", Self::Latency),
        ("budget", Self::Budget),
        ("hang", Self::HANG),
        (
            "hanging-writes",
            Self::HangingWrites(None, Duration::from_secs(60)),
        ),
        ("abort-damage", Self::AbortDamage),
        ("unauthorized-storm", Self::UnauthorizedStorm(50)),
        ("swapped-ids", Self::SwappedIds),
        ("renumbered", Self::Renumbered),
        ("reboot", Self::Reboot(Duration::from_secs(5))),
        ("confused", Self::Confused),
        ("read-only", Self::ReadOnlyUser),
        ("absent-disabled", Self::AbsentDisabled),
        ("invalid-queues", Self::InvalidQueues),
        ("changed-by-hand", Self::ChangedByHand(Rate::mbit(7))),
        ("session-limit", Self::SessionLimit(0)),
    ];

    /// The names, for a message.
    pub fn names() -> String {
        Self::NAMED.map(|(name, _)| name).join(", ")
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::NAMED.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, fault)| *fault)
            .ok_or_else(|| format!("{name} is none of {}", Self::names()))
    }
}
