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
    CALIBRATE, CHECK, DASHBOARD, DEMO, DOUBLE, FINGERPRINT, HEALTH, HELP_COMMAND, HISTORY, MANUAL,
    NOTICE, REPLAY, RUN, SETUP, SIMULATE, STEERING, UPGRADE,
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
    /// Print this.
    Help(&'static str),
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
}

/// The command line makes no sense.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Usage {
    synopsis: String,
    complaint: String,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nwanctl: error: {}", self.synopsis, self.complaint)
    }
}

type Parse = fn(&mut Parser) -> Result<Command, String>;

/// Reads a command line; its first word is the program's name.
///
/// # Errors
/// [`Usage`], to be printed on stderr.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Usage> {
    let mut args = args.into_iter().peekable();
    let program = args.next().unwrap_or_default();
    if is_called(&program, "wanctl-steering") {
        let parsed = steering::steering(&mut Parser::from_args(args));
        return parsed.map_err(|complaint| usage_of(STEERING.usage(), complaint));
    }
    if is_called(&program, "wanctl-history") {
        let parsed = history::history(&mut Parser::from_args(args));
        return parsed.map_err(|complaint| usage_of(HISTORY.usage(), complaint));
    }
    if is_called(&program, "wanctl-calibrate") {
        let parsed = calibrate::calibrate(&mut Parser::from_args(args));
        return parsed.map_err(|complaint| usage_of(CALIBRATE.usage(), complaint));
    }
    let subcommand = args.peek().and_then(|arg| match arg.to_str() {
        Some("demo") => Some((tools::demo as Parse, DEMO.usage())),
        Some("calibrate") => Some((calibrate::calibrate as Parse, CALIBRATE.usage())),
        Some("check") => Some((tools::check as Parse, CHECK.usage())),
        Some("setup") => Some((setup::setup as Parse, SETUP.usage())),
        Some("upgrade") => Some((upgrade::upgrade as Parse, UPGRADE.usage())),
        Some("notice") => Some((tools::notice as Parse, NOTICE.usage())),
        Some("steering") => Some((steering::steering as Parse, STEERING.usage())),
        Some("history") => Some((history::history as Parse, HISTORY.usage())),
        Some("dashboard") => Some((dashboard::dashboard as Parse, DASHBOARD.usage())),
        Some("health") => Some((health::health as Parse, HEALTH.usage())),
        Some("fingerprint") => Some((tools::fingerprint as Parse, FINGERPRINT.usage())),
        Some("replay") => Some((replay::replay as Parse, REPLAY.usage())),
        Some("simulate") => Some((simulate::simulate as Parse, SIMULATE.usage())),
        Some("manual") => Some((manual::manual as Parse, MANUAL.usage())),
        Some("help") => Some((manual::help as Parse, HELP_COMMAND.usage())),
        Some("double") => Some((double::double as Parse, DOUBLE.usage())),
        Some("double-cli") => Some((double::double_cli as Parse, synopsis(double::CLI_HELP))),
        _ => None,
    });
    match subcommand {
        Some((parse, synopsis)) => {
            args.next();
            let parsed = parse(&mut Parser::from_args(args));
            parsed.map_err(|complaint| usage_of(synopsis, complaint))
        }
        None => run(&mut Parser::from_args(args)).map_err(usage),
    }
}

/// The paragraph of a help text that shows the command line.
fn synopsis(help: &'static str) -> String {
    let mut paragraphs = help.split("\n\n");
    let usage = paragraphs.find(|paragraph| paragraph.starts_with("usage: "));
    usage.unwrap_or_default().to_owned()
}

/// Whether that is the program's name, wherever it lies.
fn is_called(program: &OsStr, name: &str) -> bool {
    Path::new(program).file_name() == Some(OsStr::new(name))
}

fn usage(complaint: impl Into<String>) -> Usage {
    usage_of(RUN.usage(), complaint)
}

fn usage_of(synopsis: String, complaint: impl Into<String>) -> Usage {
    Usage {
        synopsis,
        complaint: complaint.into(),
    }
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
