//! The files of a daemon: locks, logs, state documents.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::Manner;
use crate::cli::args::RunArgs;
use crate::cli::{assemble, process};
use crate::config::{self, WanConfig};
use crate::report::state;
use crate::shell::lock::Lock;
use crate::shell::scribe::{Documents, ReadError, ScribeParams, WanFiles};
use crate::status::{Saved, label};

/// A second process may look while the daemon runs, but only one may act and keep state.
pub(super) fn leaves_traces(args: &RunArgs, manner: Manner) -> bool {
    match manner {
        Manner::Service => true,
        Manner::ByHand => !args.dry_run,
        Manner::Demo => false,
    }
}

pub(super) fn lock_all(loaded: &[config::Loaded<WanConfig>]) -> Result<Vec<Lock>, String> {
    let files = loaded.iter().map(|loaded| &loaded.config.lock.file);
    files
        .map(|file| process::lock(file, "; --once --dry-run needs no lock"))
        .collect()
}

pub(super) fn scribe_params(
    loaded: &[config::Loaded<WanConfig>],
    args: &RunArgs,
    manner: Manner,
) -> ScribeParams {
    let files = |loaded: &config::Loaded<WanConfig>| {
        let config = &loaded.config;
        let log = |path: &Path| (manner == Manner::Service).then(|| path.to_owned());
        let mut states = Vec::new();
        if leaves_traces(args, manner) {
            states.push(config.state.main.clone());
            if config.state.v17 != config.state.main {
                states.push(config.state.v17.clone());
            }
        }
        WanFiles {
            name: label(&config.wan_name),
            main_log: log(&config.logging.main_log),
            debug_log: log(&config.logging.debug_log),
            states,
        }
    };
    ScribeParams {
        wans: loaded.iter().map(files).collect(),
        format: process::log_format(),
        debug: args.debug,
        console: manner != Manner::Demo,
    }
}

/// Both documents are saved in one go: what is further apart, one of them has missed.
const TOGETHER: Duration = Duration::from_secs(10);

/// Whether a file was written so much later than another one that only it knows what happened last.
pub(in crate::cli) fn is_newer(file: &Path, other: &Path) -> bool {
    let written = |path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let (Some(file), Some(other)) = (written(file), written(other)) else {
        return false;
    };
    file.duration_since(other)
        .is_ok_and(|later| later > TOGETHER)
}

/// Reads the state document. v1.7's is taken over at the first start with a `state_file` of its own, and again
/// when v1.7 has run in the meantime.
pub(super) fn restore(
    config: &WanConfig,
    read: fn(&Path, &Documents<'_, Saved>) -> Result<Option<Saved>, ReadError>,
) -> Option<Saved> {
    let defaults = assemble::state_defaults(config);
    let documents = Documents {
        longest: state::LONGEST,
        parse: &|bytes| state::parse(bytes, &defaults),
    };
    let name = &config.wan_name;
    let mut paths = [&config.state.main, &config.state.v17];
    if is_newer(paths[1], paths[0]) {
        paths.reverse();
    }
    for path in paths {
        match read(path, &documents) {
            Ok(Some(saved)) => {
                if path != &config.state.main {
                    log::info!("{name}: state taken over from {}", path.display());
                }
                return Some(saved);
            }
            Ok(None) => {}
            Err(e) => log::warn!("{name}: Could not load state: {} {e}", path.display()),
        }
    }
    None
}
