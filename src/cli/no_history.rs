//! Stands in for `history` in a build without the feature.

use std::process::ExitCode;

use super::args::HistoryArgs;

/// Says so.
pub(super) fn run(_args: &HistoryArgs) -> Result<ExitCode, String> {
    Err("this build has no history: it was made without the feature `history`".into())
}
