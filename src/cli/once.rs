//! `wanctl --config F --once`: one round of the real daemon, printed so that a person understands it.

mod patience;
mod verdict;
mod words;

use std::fmt::Write as _;
use std::process::ExitCode;

use self::patience::{PATIENCE, Retries};
use self::verdict::shortcomings;
use self::words::describe;
use super::args::RunArgs;
use super::daemon::{self, Daemon, Manner};
use super::{complain, print, secret};
use crate::autorate::Autorate;
use crate::config::ControlLaw;
use crate::program::Program;
use crate::shell::event_loop::After;
use crate::status::{Sight, WanStatus};
use crate::time::{Duration, Instant};

/// The adaptive law's round: sixteen reflectors at most, one every 50 ms, and a second for the last one.
const HEARD_OUT: Duration = Duration::from_millis(1_800);

/// Sends the process's log lines to stderr, for a person.
pub(super) fn install_log(debug: bool) {
    let level = if debug {
        log::LevelFilter::Debug
    } else {
        log::LevelFilter::Warn
    };
    let config = simplelog::ConfigBuilder::new()
        .set_time_level(log::LevelFilter::Off)
        .set_target_level(log::LevelFilter::Off)
        .set_thread_level(log::LevelFilter::Off)
        .set_location_level(log::LevelFilter::Off)
        .add_filter_allow_str("wanctl")
        .build();
    // A second call in one process keeps the first logger.
    let _ = simplelog::WriteLogger::init(level, config, std::io::stderr());
}

/// One measure–judge–act round.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, String> {
    if let Some(first) = args.configs.first() {
        secret::know_what_the_service_knows(first);
    }
    let loaded = daemon::load(&args.configs)?;
    for loaded in &loaded {
        for warning in &loaded.warnings {
            complain(&format!("warning: {warning}"));
        }
        for warning in super::assemble::warnings(&loaded.config) {
            let file = loaded.config.file.display();
            complain(&format!("warning: {file}: {warning}"));
        }
    }
    let mut daemon = Daemon::prepare(&loaded, args, Manner::ByHand)?;
    let mut retries = vec![Retries::default(); loaded.len()];
    let mut judged = false;
    let ended = daemon.event_loop.run(|now, program: &mut Autorate| {
        let mut wans = loaded.iter().zip(&program.status().wans);
        if !judged && wans.all(|(loaded, wan)| is_measured(loaded.config.control_law, wan, now)) {
            judged = true;
            program.hold();
        }
        let mut settled = true;
        for (retries, wan) in retries.iter_mut().zip(&program.status().wans) {
            retries.observe(&wan.router);
            settled &= retries.are_over(wan);
        }
        if (judged && settled) || now >= Instant::ZERO + PATIENCE {
            After::Stop
        } else {
            After::GoOn
        }
    });
    let status = daemon.event_loop.program().status().clone();
    daemon.end();
    ended?;
    let mut text = String::new();
    let mut success = true;
    for (loaded, wan) in loaded.iter().zip(&status.wans) {
        describe(&mut text, &loaded.config, wan, &status);
        for why in shortcomings(wan, args.dry_run) {
            success = false;
            // A String takes everything.
            let _ = writeln!(text, "  failed    {why}");
        }
    }
    text.push_str(if success {
        "Result: ok\n"
    } else {
        "Result: FAILED\n"
    });
    print(&text)?;
    Ok(if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether there is something to judge. The adaptive law asks one reflector after the other, and all of
/// them are heard out.
fn is_measured(law: ControlLaw, wan: &WanStatus, now: Instant) -> bool {
    let heard_out = match law {
        ControlLaw::Classic => true,
        ControlLaw::Adaptive => {
            let reflectors = &wan.measurement.reflectors;
            reflectors.iter().all(|one| one.last.is_some()) || now >= Instant::ZERO + HEARD_OUT
        }
    };
    heard_out && !matches!(wan.measurement.sight, Sight::Starting)
}
