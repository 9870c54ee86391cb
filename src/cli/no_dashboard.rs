//! Stands in for `dashboard` in a build without the feature.

use std::process::ExitCode;

use super::args::DashboardArgs;

/// Says so.
pub(super) fn run(_args: &DashboardArgs) -> Result<ExitCode, String> {
    Err("this build has no dashboard: it was made without the feature `dashboard`".into())
}
