//! `/system/resource` and `/system/identity`: menus with one object and no list.

use super::profile::Profile;
use super::record::Record;
use super::table::{Field, Kind, Table};
use crate::time::{Duration, Instant};

/// The flash sectors RouterOS wrote before it came to us.
const SECTORS_BEFORE: u64 = 91_274;

/// The router's name.
pub(super) fn identity() -> Table {
    let row = Record::of(&[("name", "wanctl-double")]);
    Table::new(&[Field("name", Kind::Text)], vec![row])
}

/// What the router knows of itself.
#[derive(Clone, Debug)]
pub(super) struct System {
    pub(super) booted_at: Instant,
    pub(super) writes_since_boot: u64,
    pub(super) writes: u64,
    pub(super) profile: Profile,
    pub(super) version: String,
}

impl System {
    pub(super) fn new(profile: Profile) -> Self {
        Self {
            profile,
            booted_at: Instant::ZERO,
            writes_since_boot: 0,
            writes: 0,
            version: profile.version().to_owned(),
        }
    }

    /// Something ended up in flash. Whether RouterOS merges quick successions nobody has published,
    /// so each change counts (assumed).
    pub(super) const fn persist(&mut self) {
        self.writes += 1;
        self.writes_since_boot += 1;
    }

    pub(super) fn resource(&self, now: Instant) -> Record {
        let mut resource = Record::of(&[
            ("architecture-name", "arm64"),
            ("bad-blocks", "0"),
            ("board-name", "RB5009UG+S+"),
            ("build-time", self.profile.build_time()),
            ("cpu", "ARM64"),
            ("cpu-count", "4"),
            ("cpu-frequency", "1400"),
            ("cpu-load", "3"),
            ("factory-software", "7.4"),
            ("free-hdd-space", "992980992"),
            ("free-memory", "805699840"),
            ("platform", "MikroTik"),
            ("total-hdd-space", "1073741824"),
            ("total-memory", "1073741824"),
            ("version", &self.version),
        ]);
        resource.set("uptime", &uptime(now - self.booted_at));
        resource.set_number("write-sect-since-reboot", self.writes_since_boot);
        resource.set_number("write-sect-total", SECTORS_BEFORE + self.writes);
        resource
    }
}

/// `1w2d20h12m20s`, without what is zero.
fn uptime(span: Duration) -> String {
    let seconds = span.as_micros() / 1_000_000;
    let parts = [
        (seconds / 604_800, 'w'),
        (seconds / 86_400 % 7, 'd'),
        (seconds / 3_600 % 24, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let mut text = String::new();
    for (count, unit) in parts.into_iter().filter(|&(count, _)| count > 0) {
        text.push_str(&count.to_string());
        text.push(unit);
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_as_routeros_writes_it() {
        for (seconds, text) in [
            (0, "0s"),
            (26_272, "7h17m52s"),
            (245_540, "2d20h12m20s"),
            (604_860, "1w1m"),
        ] {
            assert_eq!(uptime(Duration::from_secs(seconds)), text);
        }
    }
}
