//! `/system/package/update`: which RouterOS there is, and how to get it.

use super::profile::Profile;
use super::record::Record;
use super::table::{Field, Kind, Table};

const FIELDS: &[Field] = &[Field(
    "channel",
    Kind::OneOf(&["long-term", "stable", "testing", "development"]),
)];

/// What every channel of the double offers.
pub(super) const NEWEST: Profile = Profile::V7_23;

pub(super) const AVAILABLE: &str = "New version is available";
/// While it restarts (text assumed).
pub(super) const INSTALLING: &str = "Downloaded, rebooting...";

/// Nobody has looked for updates yet.
pub(super) fn table() -> Table {
    Table::new(FIELDS, vec![Record::of(&[("channel", "stable")])])
}

/// `7.23.7` of `7.23.7 (long-term)`.
pub(super) fn number(version: &str) -> &str {
    version.split(' ').next().unwrap_or(version)
}

/// `check-for-updates`, as the row looks afterwards.
pub(super) fn look(row: &mut Record, installed: &str) {
    let newest = number(NEWEST.version());
    row.set("latest-version", newest);
    let status = if number(installed) == newest {
        "System is already up to date"
    } else {
        AVAILABLE
    };
    row.set("status", status);
}
