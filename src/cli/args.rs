//! Command lines (contract 2.1): v1.7's flags and forms, and ours.

mod double;

pub use double::DoubleArgs;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use lexopt::{Arg, Parser};

use super::help::{CHECK_HELP, DEMO_HELP, FINGERPRINT_HELP, HELP, REPLAY_HELP, RUN_USAGE};

/// What to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {
    /// The autorate daemon, or one round of it, or a check of its files.
    Run(RunArgs),
    /// What the law would have decided on a recorded trace.
    Replay {
        /// The WAN file.
        config: PathBuf,
        /// CSV with an `rtt_ms` column.
        trace: PathBuf,
    },
    /// The daemon on a simulated line.
    Demo(DemoArgs),
    /// What may be wrong with a set-up, router included.
    Check(CheckArgs),
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
    synopsis: &'static str,
    complaint: String,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nwanctl: error: {}", self.synopsis, self.complaint)
    }
}

/// Reads a command line; its first word is the program's name.
///
/// # Errors
/// [`Usage`], to be printed on stderr.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Usage> {
    let mut args = args.into_iter().peekable();
    let program = args.next().unwrap_or_default();
    if let Some(tool) = later_tool(&program) {
        return Err(usage(format!(
            "{tool} is not in this build yet; this is wanctl {}",
            env!("CARGO_PKG_VERSION")
        )));
    }
    let subcommand = args.peek().and_then(|arg| match arg.to_str() {
        Some("demo") => Some(demo as fn(&mut Parser) -> Result<Command, String>),
        Some("check") => Some(check),
        Some("fingerprint") => Some(fingerprint),
        Some("replay") => Some(replay as fn(&mut Parser) -> Result<Command, String>),
        Some("double") => Some(double::double as fn(&mut Parser) -> Result<Command, String>),
        Some("double-cli") => {
            Some(double::double_cli as fn(&mut Parser) -> Result<Command, String>)
        }
        _ => None,
    });
    match subcommand {
        Some(parse) => {
            args.next();
            parse(&mut Parser::from_args(args)).map_err(usage)
        }
        None => run(&mut Parser::from_args(args)).map_err(usage),
    }
}

/// v1.7's other programs, which one binary will answer to.
fn later_tool(program: &OsStr) -> Option<&'static str> {
    let name = Path::new(program).file_name()?.to_str()?;
    ["wanctl-steering", "wanctl-calibrate", "wanctl-history"]
        .into_iter()
        .find(|tool| *tool == name)
}

fn usage(complaint: impl Into<String>) -> Usage {
    Usage {
        synopsis: RUN_USAGE,
        complaint: complaint.into(),
    }
}

/// v1.7's options: what abbreviated one of them then, does so now.
const V1_7: [&str; 5] = ["config", "debug", "oneshot", "validate-config", "help"];
/// What has come since.
const OURS: [&str; 3] = ["once", "dry-run", "version"];

fn run(parser: &mut Parser) -> Result<Command, String> {
    let mut args = RunArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match either(arg, &V1_7, &OURS)? {
            "config" => args.configs.extend(files(parser)?),
            "debug" => args.debug = true,
            "once" | "oneshot" => args.mode = Mode::Once,
            "dry-run" => args.dry_run = true,
            "validate-config" => args.mode = Mode::Validate,
            "version" => return Ok(Command::Version),
            _ => return Ok(Command::Help(HELP)),
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

fn check(parser: &mut Parser) -> Result<Command, String> {
    let mut args = CheckArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match option(arg, &["config", "json", "write-test", "help"])? {
            "config" => args.configs.extend(files(parser)?),
            "json" => args.json = true,
            "write-test" => args.write_test = true,
            _ => return Ok(Command::Help(CHECK_HELP)),
        }
    }
    some_but_not_too_many(&args.configs)?;
    Ok(Command::Check(args))
}

fn fingerprint(parser: &mut Parser) -> Result<Command, String> {
    let mut target = None;
    while let Some(arg) = parser.next().map_err(said)? {
        match arg {
            Arg::Value(value) if target.is_none() => target = Some(value),
            other => {
                option(other, &["help"])?;
                return Ok(Command::Help(FINGERPRINT_HELP));
            }
        }
    }
    let target = target.ok_or("fingerprint needs HOST or HOST:PORT")?;
    let target = target.into_string();
    target
        .map(Command::Fingerprint)
        .map_err(|raw| format!("{} is no host", raw.display()))
}

fn files(parser: &mut Parser) -> Result<Vec<PathBuf>, String> {
    let files = parser
        .values()
        .map_err(|_| "argument --config: expected at least one file")?;
    Ok(files.map(PathBuf::from).collect())
}

fn demo(parser: &mut Parser) -> Result<Command, String> {
    let mut args = DemoArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match option(arg, &["seconds", "help"])? {
            "seconds" => {
                let value = parser.value().map_err(said)?;
                let seconds = value.to_str().and_then(|text| text.parse().ok());
                args.seconds = Some(seconds.filter(|n| (1..=86_400).contains(n)).ok_or_else(
                    || {
                        format!(
                            "argument --seconds: {} is not a number from 1 to 86400",
                            value.display()
                        )
                    },
                )?);
            }
            _ => return Ok(Command::Help(DEMO_HELP)),
        }
    }
    Ok(Command::Demo(args))
}

fn replay(parser: &mut Parser) -> Result<Command, String> {
    let (mut config, mut trace) = (None, None);
    while let Some(arg) = parser.next().map_err(said)? {
        match option(arg, &["config", "trace", "help"])? {
            "config" => config = Some(PathBuf::from(parser.value().map_err(said)?)),
            "trace" => trace = Some(PathBuf::from(parser.value().map_err(said)?)),
            _ => return Ok(Command::Help(REPLAY_HELP)),
        }
    }
    match (config, trace) {
        (Some(config), Some(trace)) => Ok(Command::Replay { config, trace }),
        _ => Err("replay needs --config F and --trace T.csv".into()),
    }
}

/// The known option that `arg` is, or is a unique beginning of, as argparse allows.
fn option(arg: Arg<'_>, known: &[&'static str]) -> Result<&'static str, String> {
    either(arg, known, &[])
}

/// As [`option`]; the beginning of an `old` one is never one of a `new` one.
fn either(
    arg: Arg<'_>,
    old: &[&'static str],
    new: &[&'static str],
) -> Result<&'static str, String> {
    match arg {
        Arg::Short('h') => Ok("help"),
        Arg::Short('V') if new.contains(&"version") => Ok("version"),
        Arg::Short(c) => Err(format!("unrecognized arguments: -{c}")),
        Arg::Value(value) => Err(format!("unrecognized arguments: {}", value.display())),
        Arg::Long(name) => {
            if let Some(exact) = old.iter().chain(new).find(|&&k| k == name) {
                return Ok(exact);
            }
            let begun = |known: &[&'static str]| -> Vec<&'static str> {
                let begun = known.iter().filter(|k| k.starts_with(name));
                begun.copied().collect()
            };
            let (old, new) = (begun(old), begun(new));
            match if old.is_empty() { &new[..] } else { &old[..] } {
                [one] => Ok(one),
                [] => Err(format!("unrecognized arguments: --{name}")),
                [one, other, ..] => Err(format!(
                    "ambiguous option: --{name} could match --{one}, --{other}"
                )),
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn said(error: lexopt::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Command, String> {
        let words = std::iter::once("wanctl").chain(line.split_whitespace());
        parse(words.map(OsString::from)).map_err(|usage| usage.complaint)
    }

    fn run_args(line: &str) -> RunArgs {
        match of(line) {
            Ok(Command::Run(args)) => args,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn v1_7s_forms_are_understood() {
        for line in [
            "--config a.yaml b.yaml --debug",
            "--config a.yaml b.yaml --deb",
            "--debug --conf a.yaml b.yaml",
            "--config=a.yaml --config b.yaml --debug",
        ] {
            let args = run_args(line);
            assert_eq!(
                args.configs,
                [Path::new("a.yaml"), Path::new("b.yaml")],
                "{line}"
            );
            assert!(args.debug);
        }
        assert_eq!(run_args("--config a --oneshot").mode, Mode::Once);
        assert_eq!(run_args("--config a --once --dry-run").mode, Mode::Once);
        assert_eq!(run_args("--config a --validate").mode, Mode::Validate);
    }

    /// Contract 2: options may be abbreviated, and scripts do.
    #[test]
    fn what_abbreviated_an_option_of_v1_7_still_does() {
        for (short, debug, mode) in [
            ("--d", true, Mode::Daemon),
            ("--o", false, Mode::Once),
            ("--on", false, Mode::Once),
            ("--v", false, Mode::Validate),
        ] {
            let args = run_args(&format!("--c a {short}"));
            assert_eq!((args.debug, args.mode), (debug, mode), "{short}");
            assert!(!args.dry_run, "{short}");
        }
        assert!(matches!(of("--h"), Ok(Command::Help(_))));
        // Ours may be abbreviated where v1.7 knew nothing.
        assert!(run_args("--c a --dr").dry_run);
        assert_eq!(run_args("--c a --onc").mode, Mode::Once);
        assert_eq!(of("--ver"), Ok(Command::Version));
    }

    #[test]
    fn nonsense_is_explained() {
        for (line, complaint) in [
            ("", "the following arguments are required: --config"),
            ("--config", "argument --config: expected at least one file"),
            ("--config a --frob", "unrecognized arguments: --frob"),
            ("--config a -x", "unrecognized arguments: -x"),
            ("a.yaml", "unrecognized arguments: a.yaml"),
            ("demo --config", "unrecognized arguments: --config"),
            (
                "double --s 1",
                "ambiguous option: --s could match --ssh-socket, --seconds",
            ),
            (
                "--config 1 2 3 4 5 6 7 8 9",
                "argument --config: at most 8 WANs in one process",
            ),
            (
                "demo --seconds soon",
                "argument --seconds: soon is not a number from 1 to 86400",
            ),
            (
                "replay --config a",
                "replay needs --config F and --trace T.csv",
            ),
            ("check", "the following arguments are required: --config"),
            ("fingerprint", "fingerprint needs HOST or HOST:PORT"),
            ("fingerprint a b", "unrecognized arguments: b"),
        ] {
            assert_eq!(of(line), Err(complaint.into()), "{line}");
        }
    }

    #[test]
    fn help_and_version_need_nothing_else() {
        assert!(matches!(of("--help"), Ok(Command::Help(_))));
        assert!(matches!(of("-h"), Ok(Command::Help(_))));
        assert!(matches!(of("demo --help"), Ok(Command::Help(_))));
        assert_eq!(of("--version"), Ok(Command::Version));
    }

    #[test]
    fn v1_7s_other_programs_say_that_they_are_not_there_yet() {
        let said = parse(["/usr/bin/wanctl-history".into()]).unwrap_err();
        assert!(
            said.to_string()
                .contains("wanctl-history is not in this build yet")
        );
    }
}
