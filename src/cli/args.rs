//! Command lines (contract 2.1): v1.7's flags and forms, and ours.

mod calibrate;
mod dashboard;
mod double;
mod health;
mod history;
mod manual;
mod option;
mod replay;
mod setup;
mod simulate;
mod steering;
#[cfg(test)]
mod tests;
mod tools;
mod upgrade;

pub use calibrate::{CalibrateArgs, Named, Of, Task, Traffic};
pub use dashboard::DashboardArgs;
pub use double::{DoubleArgs, Tls};
pub use health::HealthArgs;
pub use history::{HistoryArgs, HistoryForm};
pub use manual::ManualArgs;
pub use replay::{ReplayArgs, Source};
pub use setup::{Answers, SetupArgs};
pub use simulate::{SimulateArgs, SimulateForm};
pub use steering::SteeringArgs;
pub use upgrade::{Errand, UpgradeArgs};

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use lexopt::Parser;

use self::option::{files, known, said};
use crate::config::ControlLaw;
use crate::manual::commands::{
    CALIBRATE, CHECK, DASHBOARD, DEMO, DOUBLE, DOUBLE_CLI, FINGERPRINT, HEALTH, HELP_COMMAND,
    HISTORY, MANUAL, NOTICE, REPLAY, RUN, SETUP, SIMULATE, STEERING, UPGRADE,
};
use crate::manual::page::Page;

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The autorate daemon, or one round of it, or a check of its files.
    Run(RunArgs),
    /// The steering daemon, its reset, or a check of its file.
    Steering(SteeringArgs),
    /// What happened.
    History(HistoryArgs),
    /// A page to look at.
    Dashboard(DashboardArgs),
    /// What the law would have decided on a recorded trace.
    Replay(ReplayArgs),
    /// What laws make of scenarios on somebody's line.
    Simulate(SimulateArgs),
    /// The daemon on a simulated line.
    Demo(DemoArgs),
    /// How fast a line is, and a file that says so.
    Calibrate(CalibrateArgs),
    /// What may be wrong with a set-up, router included.
    Check(CheckArgs),
    /// From a router and some answers to files that work.
    Setup(Box<SetupArgs>),
    /// v1.7 in the way of ours: what there is, and its place taken, or given back.
    Upgrade(UpgradeArgs),
    /// A notice, to see that it arrives.
    Notice(Vec<PathBuf>),
    /// How running daemons are.
    Health(HealthArgs),
    /// The certificate of `HOST[:PORT]`.
    Fingerprint(String),
    /// The RouterOS double alone.
    Double(DoubleArgs),
    /// One command to a running double's console.
    DoubleCli {
        /// Where it listens.
        socket: PathBuf,
        /// The command, if SSH does not bring one.
        command: String,
    },
    /// What there is to read.
    Manual(ManualArgs),
    /// Print what the page says.
    Page(&'static Page),
    /// Print the version.
    Version,
}

/// `wanctl --config …`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RunArgs {
    /// One file per WAN.
    pub configs: Vec<PathBuf>,
    /// Debug log files and console.
    pub debug: bool,
    /// Never write to the router.
    pub dry_run: bool,
    /// What to do with them.
    pub mode: Mode,
}

/// What `--config` files are for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    /// Run until told to stop.
    #[default]
    Daemon,
    /// One measure–judge–act round, printed.
    Once,
    /// Check the files.
    Validate,
}

/// `wanctl demo`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DemoArgs {
    /// End by itself after so many seconds.
    pub seconds: Option<u64>,
    /// Which law decides; the adaptive one if nothing is said.
    pub law: Option<ControlLaw>,
}

/// `wanctl check`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CheckArgs {
    /// One file per WAN.
    pub configs: Vec<PathBuf>,
    /// For programs.
    pub json: bool,
    /// Whether the router may be written to, a little.
    pub write_test: bool,
    /// The service's environment, if it is not the file `secrets` beside the first config.
    pub secrets: Option<PathBuf>,
}

/// The command line makes no sense.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Usage {
    page: &'static Page,
    complaint: String,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\nwanctl: error: {}",
            self.page.usage(),
            self.complaint
        )
    }
}

type Parse = fn(&mut Parser) -> Result<Command, String>;

/// Every command, and who reads what follows it.
static COMMANDS: [(&Page, Parse); 17] = [
    (&SETUP, setup::setup),
    (&STEERING, steering::steering),
    (&CHECK, tools::check),
    (&CALIBRATE, calibrate::calibrate),
    (&UPGRADE, upgrade::upgrade),
    (&HISTORY, history::history),
    (&DASHBOARD, dashboard::dashboard),
    (&NOTICE, tools::notice),
    (&HEALTH, health::health),
    (&FINGERPRINT, tools::fingerprint),
    (&DEMO, tools::demo),
    (&SIMULATE, simulate::simulate),
    (&REPLAY, replay::replay),
    (&MANUAL, manual::manual),
    (&HELP_COMMAND, manual::help),
    (&DOUBLE, double::double),
    (&DOUBLE_CLI, double::double_cli),
];

/// Reads a command line; its first word is the program's name.
///
/// # Errors
/// [`Usage`], to be printed on stderr.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Usage> {
    let mut args = args.into_iter().peekable();
    let program = args.next().unwrap_or_default();
    let called = Path::new(&program).file_name().unwrap_or_default();
    // A name with a dash is a command by itself, wherever the program lies.
    let by_name = COMMANDS.iter().find(|(page, _)| called == page.command);
    let (page, parse) = match by_name {
        Some(command) => *command,
        None => match args.peek().and_then(|word| by_word(word)) {
            Some(command) => {
                args.next();
                command
            }
            None => (&RUN, run as Parse),
        },
    };
    let parsed = parse(&mut Parser::from_args(args));
    parsed.map_err(|complaint| Usage { page, complaint })
}

fn by_word(word: &OsStr) -> Option<(&'static Page, Parse)> {
    let same = |(page, _): &&(&'static Page, Parse)| page.word().is_some_and(|own| word == own);
    COMMANDS.iter().find(same).copied()
}

fn run(parser: &mut Parser) -> Result<Command, String> {
    let mut args = RunArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &RUN)? {
            "config" => args.configs.extend(files(parser)?),
            "debug" => args.debug = true,
            "once" | "oneshot" => args.mode = Mode::Once,
            "dry-run" => args.dry_run = true,
            "validate-config" => args.mode = Mode::Validate,
            "version" => return Ok(Command::Version),
            _ => return Ok(Command::Page(&RUN)),
        }
    }
    some_but_not_too_many(&args.configs)?;
    Ok(Command::Run(args))
}

fn some_but_not_too_many(configs: &[PathBuf]) -> Result<(), String> {
    let most = crate::status::MAX_WANS;
    match configs.len() {
        0 => Err("the following arguments are required: --config".into()),
        n if n > most => Err(format!(
            "argument --config: at most {most} WANs in one process"
        )),
        _ => Ok(()),
    }
}
