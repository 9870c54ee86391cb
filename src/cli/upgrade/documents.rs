//! The state documents: what goes on from where it was.

use std::path::{Path, PathBuf};

use super::root::Root;
use crate::cli::{assemble, daemon, steering};
use crate::config::{SteeringConfig, WanConfig};
use crate::report::state;
use crate::shell::scribe::{self, Documents};
use crate::steering::fact::Standing;

/// A WAN's document; `other` is the path that counts if it was written later.
pub(super) fn wan(root: &Root, config: &WanConfig, path: &Path, other: Option<&PathBuf>) -> String {
    let (here, other) = (root.at(path), other.map(|other| root.at(other)));
    if other.is_some_and(|other| daemon::is_newer(&other, &here)) {
        return "is older than v1.7's own, which counts; stays, and is written from now on"
            .to_owned();
    }
    let defaults = assemble::state_defaults(config);
    let documents = Documents {
        longest: state::LONGEST,
        parse: &|bytes| state::parse(bytes, &defaults),
    };
    match scribe::peek_state(&here, &documents) {
        Ok(Some(saved)) => format!(
            "goes on: download {}, upload {}, baseline {:.1} ms",
            saved.rates.down,
            saved.rates.up,
            saved.baseline.as_f64()
        ),
        Ok(None) => "is not there any more".to_owned(),
        Err(e) => format!("{e}: is set aside, and wanctl begins at the ceilings"),
    }
}

/// Steering's.
pub(super) fn steering(root: &Root, config: &SteeringConfig, path: &Path) -> String {
    match steering::peek_at(config, &root.at(path)) {
        Ok(Some(saved)) => {
            let standing = match saved.standing {
                Standing::Good => "traffic takes the primary line",
                Standing::Degraded => "traffic is on the alternate line",
            };
            format!("goes on: {standing}; the rule on the router has the last word")
        }
        Ok(None) => "is not there any more".to_owned(),
        Err(e) => format!("{e}: is set aside, its .backup is tried, and then steering begins anew"),
    }
}
