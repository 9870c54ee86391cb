//! Stands in for `chronicle` in a build without the feature `history`: nobody follows.

use std::path::Path;

use crate::config::{SteeringConfig, Storage, WanConfig};
use crate::program::Fact;
use crate::shell::clock::Clock;
use crate::shell::http_server::Aside;
use crate::shell::scribe::Followers;

/// Why none is kept, if one is wanted.
pub(super) fn absence(storage: &Storage) -> Option<&'static str> {
    let wanted = storage.db_path.is_some();
    wanted.then_some("No history is kept: this build was made without the feature `history`")
}

/// A file that nobody uses cannot be wrong.
pub(super) fn unfit(_path: &Path) -> Option<String> {
    None
}

/// Nobody answers: `/metrics/history` is not found.
pub(super) fn aside(_clock: Clock, _storage: &Storage) -> Option<Box<dyn Aside>> {
    None
}

/// Nobody.
pub(super) fn of_wans<'c>(
    _clock: Clock,
    _configs: impl IntoIterator<Item = &'c WanConfig>,
) -> Followers<Fact> {
    Vec::new()
}

/// Nobody.
pub(super) fn of_steering(
    _clock: Clock,
    _config: &SteeringConfig,
) -> Followers<crate::steer::Fact> {
    Vec::new()
}
