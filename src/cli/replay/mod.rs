//! `wanctl replay`: what would a law have done with what was recorded?

#[cfg(feature = "history")]
mod night;
mod trace;

pub use self::trace::replay;

use std::process::ExitCode;

use super::args::{ReplayArgs, Source};

pub(super) fn run(args: &ReplayArgs) -> Result<ExitCode, String> {
    match &args.source {
        Source::Trace(trace) => trace::run(&args.config, trace),
        #[cfg(feature = "history")]
        Source::History { .. } => night::run(args),
        #[cfg(not(feature = "history"))]
        Source::History { .. } => {
            Err("this build has no history: it was made without the feature `history`".into())
        }
    }
}
