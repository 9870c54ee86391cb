//! `wanctl calibrate`: how fast a line is, up to which limits it stays calm, and a WAN file that says so.
//!
//! ```text
//! plan ─▶ story ─▶ sides ─▶ bench ───────────┐
//! (file)             │      (router, echoes, │
//!                    │       counters, tool) │
//!                  record ◀─ search ◀────────┘
//!                    └─▶ settings ─▶ outcome
//!                        (pure)      (file, diff)
//! ```
//! Before the first limit is moved the limits are in a journal on disk; it goes when they have been read back
//! as they were (W-38). Whatever ends in between, the process included, they come back.

mod bench;
mod diff;
mod echoes;
mod journal;
mod journals;
mod outcome;
mod passed;
mod plan;
mod record;
mod restore;
mod router;
mod screen;
mod search;
mod settings;
mod sides;
mod story;
mod terminal;
mod tool;

use std::fs;
use std::process::ExitCode;

use self::journals::{Journals, Left};
use self::plan::Plan;
use self::router::Router;
use self::screen::{Mark, Screen};
use super::args::{CalibrateArgs, Of, Task};
use super::interrupt::Interrupt;
use super::secret;
use crate::config::WanConfig;
use crate::shell::clock::Clock;
use crate::shell::lock::{Lock, LockError};
use crate::shell::realtime;

/// SIGINT's number added to 128, as a shell has it (contract 10).
const INTERRUPTED: u8 = 130;

/// Why a calibration ends early.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Halt {
    /// Somebody wants it to.
    Interrupted,
    /// It cannot go on, in a sentence.
    Failed(String),
}

impl From<String> for Halt {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}

/// Calibrates, or says what that would be, or puts back what an earlier one left.
pub(super) fn run(args: &CalibrateArgs) -> Result<ExitCode, String> {
    // The password is in memory from here on.
    realtime::protect_secrets();
    if let Of::File(file) = &args.of {
        secret::know_what_the_service_knows(file);
    }
    let plan = Plan::of(args)?;
    let clock = Clock::start();
    let mut screen = Screen::new();
    let done = if args.dry_run {
        story::rehearse(args, &plan, clock, &mut screen)
    } else {
        whole(args, &plan, clock, &mut screen)
    };
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Halt::Interrupted) => {
            screen.say(Mark::Warning, "Interrupted.");
            Ok(ExitCode::from(INTERRUPTED))
        }
        Err(Halt::Failed(sentence)) => Err(sentence),
    }
}

/// What the daemon says of a calibration that was cut short, in lines of its log.
pub(super) fn left_behind(config: &WanConfig, dry_run: bool) -> Vec<String> {
    let Some(what) = Journals::of(config, None).hints().pop() else {
        return Vec::new();
    };
    let file = config.file.display();
    if dry_run {
        return vec![
            format!("{what} was cut short; the limits it left stay, because a dry run sets none"),
            format!(
                "to have back those it found: stop this, then wanctl calibrate --config {file} --restore"
            ),
        ];
    }
    vec![
        format!("{what} was cut short; the limits it left give way to those set from now on"),
        format!(
            "its journal is of no more use: wanctl calibrate --config {file} --restore removes it when this is stopped"
        ),
    ]
}

fn whole(args: &CalibrateArgs, plan: &Plan, clock: Clock, screen: &mut Screen) -> Result<(), Halt> {
    if args.task == Task::Measure {
        story::introduce(args, plan, screen);
        // Nothing has been changed yet: Ctrl-C may end the process as it always does.
        if !args.yes && !terminal::agrees("Go on? [Y/n] ", true) {
            screen.say(Mark::Info, "Nothing was changed.");
            return Ok(());
        }
    }
    let interrupt = Interrupt::catch()?;
    let _lock = lock(plan)?;
    let left = plan.journals.left()?;
    for left in &left {
        repair(plan, left, clock, screen)?;
    }
    if args.task == Task::Measure {
        return story::calibrate(args, plan, clock, &interrupt, screen);
    }
    if left.is_empty() {
        screen.say(
            Mark::Info,
            "No calibration was cut short: there is nothing to put back.",
        );
    }
    Ok(())
}

/// Puts back what a calibration that was cut short has found, unless the daemon has set its own limits since.
fn repair(plan: &Plan, left: &Left, clock: Clock, screen: &mut Screen) -> Result<(), Halt> {
    let Left { path, journal } = left;
    let host = plan.config.router.host.to_string();
    if !journal.router_host.eq_ignore_ascii_case(&host) {
        return Err(Halt::Failed(format!(
            "{} is about the router {}, and not {host}; see to its queues yourself, then remove the file.\n{}",
            path.display(),
            journal.router_host,
            restore::words(journal)
        )));
    }
    if left.is_superseded(&plan.config) {
        let sentence = format!(
            "The calibration of {} was cut short, but the daemon has run since and set its own limits: those from \
             before are not put back, and {} is removed. {}",
            journal.began,
            path.display(),
            restore::words(journal)
        );
        screen.say(Mark::Info, &sentence);
        return Ok(journal::remove(path)?);
    }
    screen.say(
        Mark::Warning,
        &format!(
            "The calibration of {} was cut short. Its limits are put back.",
            journal.began
        ),
    );
    let mut config = plan.config.router.clone();
    config.queues = journal.queues();
    let mut router = Router::connect(&config, clock)?;
    restore::restore(&mut router, journal, path, clock)?;
    screen.say(Mark::Done, &restore::words(journal));
    Ok(())
}

/// Keeps the daemon away. What starts it makes the lock's directory, and takes it away when it ends.
fn lock(plan: &Plan) -> Result<Lock, String> {
    let file = &plan.config.lock.file;
    if let Some(parent) = file.parent() {
        // Taking the lock says what is wrong with it.
        let _ = fs::create_dir_all(parent);
    }
    Lock::acquire(file).map_err(|error| match error {
        LockError::Held { .. } => format!(
            "{error}\nIt moves the limits that would be measured. Stop it: systemctl stop {unit}\nand afterwards: \
             systemctl start {unit}",
            unit = plan.unit()
        ),
        LockError::File { .. } => error.to_string(),
    })
}
