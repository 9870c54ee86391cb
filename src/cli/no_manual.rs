//! Stands in for `manual` in a build without the feature.

use std::process::ExitCode;

use super::args::ManualArgs;

/// Says so.
pub(super) fn run(_args: &ManualArgs) -> Result<ExitCode, String> {
    Err("this build has no manual: it was made without the feature `manual`; every command has --help".into())
}
