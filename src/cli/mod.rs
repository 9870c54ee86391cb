//! The commands. Unlike the daemon's loop they may block.
//!
//! Exit codes: 0 it worked, 1 it did not, 2 the command line makes no sense. `check` has 2 for
//! warnings, too; a usage error prints nothing on stdout. A daemon below a service manager has 78 for
//! a file that cannot be used.
//!
//! Nothing here uses `print!` and its like, which panic when nobody reads.

pub mod args;
pub mod assemble;
mod banner;
mod calibrate;
mod chart;
mod check;
#[cfg_attr(not(feature = "history"), path = "no_chronicle.rs")]
mod chronicle;
mod daemon;
#[cfg_attr(not(feature = "dashboard"), path = "no_dashboard.rs")]
mod dashboard;
mod demo;
mod double;
mod fingerprint;
mod health;
#[cfg_attr(not(feature = "history"), path = "no_history.rs")]
mod history;
mod interrupt;
mod listeners;
#[cfg_attr(not(feature = "manual"), path = "no_manual.rs")]
mod manual;
mod notices;
mod number;
mod once;
mod pages;
mod process;
pub mod replay;
pub mod secret;
mod setup;
pub mod simulate;
pub mod stage;
pub mod steering;
mod together;
mod transport;
mod upgrade;

use std::io::{self, Write as _, stdout};
use std::process::ExitCode;

use self::args::{Command, Mode, RunArgs};
use crate::shell::journal;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    match args::parse(std::env::args_os()) {
        Ok(command) => run(command),
        Err(usage) => {
            complain(usage.to_string().trim_end());
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Page(page) => print(&page.help()),
        Command::Manual(args) => manual::run(&args),
        Command::Version => print(concat!("wanctl ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Run(args) => match args.mode {
            Mode::Validate => validate(&args),
            Mode::Daemon => daemon::run(&args),
            Mode::Once => once::run(&args),
        },
        Command::Steering(args) if args.validate => steering::validate(&args.config),
        Command::Steering(args) => steering::run(&args),
        Command::History(args) => history::run(&args),
        Command::Dashboard(args) => dashboard::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Double(args) => double::run(&args),
        Command::DoubleCli { socket, command } => double::ask(&socket, &command),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Setup(args) => setup::run(&args),
        Command::Upgrade(args) => upgrade::run(&args),
        Command::Notice(configs) => notices::run(&configs),
        Command::Health(args) => health::run(&args),
        Command::Fingerprint(target) => fingerprint::run(&target),
    };
    match done {
        Ok(code) => code,
        Err(sentence) => {
            complain(&format!("wanctl: {sentence}"));
            ExitCode::FAILURE
        }
    }
}

/// Checks every file, whatever becomes of the ones before it.
fn validate(args: &RunArgs) -> Result<ExitCode, String> {
    let mut all_valid = true;
    for path in &args.configs {
        let (text, valid) = crate::config::validate_report(path);
        print(&text)?;
        all_valid &= valid;
    }
    if all_valid {
        // Steering has listeners of its own, in a process of its own.
        let mut wans = args.configs.clone();
        wans.retain(|path| crate::config::kind(path) == crate::config::FileKind::Wan);
        let loaded = daemon::load(&wans)?;
        let configs = || loaded.iter().map(|loaded| &loaded.config);
        for warning in together::warnings(configs())
            .into_iter()
            .chain(listeners::ignored(configs()))
        {
            print(&format!("Warning: {warning}\n"))?;
        }
    }
    Ok(if all_valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints to stdout.
fn print(text: &str) -> Result<ExitCode, String> {
    printed(stdout().lock().write_all(text.as_bytes()))
}

/// What printing came to; a reader that left early (`| head`) is no error.
fn printed(written: io::Result<()>) -> Result<ExitCode, String> {
    match written {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {e}"))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A line on stderr, an error for the journal.
fn complain(line: &str) {
    journal::complain(log::Level::Error, line);
}
