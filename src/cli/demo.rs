//! `wanctl demo`
use std::process::ExitCode;

pub(super) fn run(_: &super::args::DemoArgs) -> Result<ExitCode, String> {
    Err("x".into())
}
