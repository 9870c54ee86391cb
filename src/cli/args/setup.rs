//! `wanctl setup`: every question of the dialogue has a flag, and every flag is the answer to one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{known, said};
use crate::manual::commands::SETUP;

/// What was answered beforehand: the flag without its dashes, and the answer as it was given.
pub type Answers = BTreeMap<&'static str, String>;

/// `wanctl setup`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct SetupArgs {
    /// Ask nothing.
    pub unattended: bool,
    /// Where the files go; `None`: /etc/wanctl.
    pub dir: Option<PathBuf>,
    /// Where state, history, logs and locks go; `None`: where a service's go.
    pub data: Option<PathBuf>,
    /// Write nothing.
    pub dry_run: bool,
    /// Do not run `wanctl check` in the end.
    pub no_check: bool,
    /// Believe the certificate and the host key that are shown now.
    pub trust: bool,
    /// No way by SSH.
    pub no_ssh: bool,
    /// Whether there is to be a steering file.
    pub steering: Option<bool>,
    /// About the router, and about steering.
    pub answers: Answers,
    /// About each line, in their order.
    pub lines: Vec<Answers>,
}

/// Where things go.
const PLACES: [&str; 2] = ["dir", "data"];
/// Asked of every line; `wan` begins one.
const OF_A_LINE: [&str; 7] = [
    "wan",
    "line",
    "download",
    "upload",
    "download-queue",
    "upload-queue",
    "source-address",
];

pub(super) fn setup(parser: &mut Parser) -> Result<Command, String> {
    let mut args = SetupArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        let flag = known(arg, &SETUP)?;
        match flag {
            "yes" | "unattended" => args.unattended = true,
            "dry-run" => args.dry_run = true,
            "no-check" => args.no_check = true,
            "trust-on-first-use" => args.trust = true,
            "no-ssh" => args.no_ssh = true,
            "steering" | "no-steering" => args.steering = Some(flag == "steering"),
            "help" => return Ok(Command::Page(&SETUP)),
            _ => answer(&mut args, flag, parser)?,
        }
    }
    contradictions(&args)?;
    Ok(Command::Setup(Box::new(args)))
}

/// A flag with a value.
fn answer(args: &mut SetupArgs, flag: &'static str, parser: &mut Parser) -> Result<(), String> {
    let value = parser.value().map_err(said)?;
    if PLACES.contains(&flag) {
        let place = if flag == "dir" {
            &mut args.dir
        } else {
            &mut args.data
        };
        *place = Some(PathBuf::from(value));
        return Ok(());
    }
    let text = value
        .into_string()
        .map_err(|raw| format!("argument --{flag}: {} is no text", raw.display()))?;
    let answers = if OF_A_LINE.contains(&flag) {
        of_the_line(&mut args.lines, flag)
    } else {
        &mut args.answers
    };
    match answers.insert(flag, text) {
        None => Ok(()),
        Some(_) => Err(format!(
            "argument --{flag}: given twice; only one can be meant"
        )),
    }
}

/// The line that a flag is about.
fn of_the_line<'l>(lines: &'l mut Vec<Answers>, flag: &str) -> &'l mut Answers {
    if flag == "wan" || lines.is_empty() {
        lines.push(Answers::new());
    }
    let last = lines.len() - 1;
    &mut lines[last]
}

fn contradictions(args: &SetupArgs) -> Result<(), String> {
    let given = |flag| args.answers.contains_key(flag);
    let both = |one: &str, other: &str| {
        Err(format!(
            "--{one} and --{other}: only one of them can be meant"
        ))
    };
    if given("password-file") && given("password-env") {
        return both("password-file", "password-env");
    }
    if args.no_ssh && given("ssh-key") {
        return both("no-ssh", "ssh-key");
    }
    if args.steering == Some(false) && given("mangle-comment") {
        return both("no-steering", "mangle-comment");
    }
    if args.lines.len() > crate::status::MAX_WANS {
        return Err(format!(
            "argument --wan: at most {} lines in one process",
            crate::status::MAX_WANS
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::parse;

    fn of(line: &str) -> Result<SetupArgs, String> {
        let words = format!("wanctl setup {line}");
        let words = words.split_whitespace().map(std::ffi::OsString::from);
        match parse(words.collect::<Vec<_>>()) {
            Ok(Command::Setup(args)) => Ok(*args),
            Ok(other) => panic!("{other:?}"),
            Err(usage) => Err(usage.to_string()),
        }
    }

    #[test]
    fn flags_about_a_line_belong_to_the_last_wan() {
        let args = of("--router 192.0.2.1 --wan a --line dsl --wan b --line lte --yes").unwrap();
        assert!(args.unattended);
        assert_eq!(args.answers["router"], "192.0.2.1");
        let lines = args.lines.iter();
        let lines = lines.map(|line| (&*line["wan"], &*line["line"]));
        assert_eq!(lines.collect::<Vec<_>>(), [("a", "dsl"), ("b", "lte")]);
        // One line needs no name.
        assert_eq!(of("--line dsl").unwrap().lines[0].get("wan"), None);
        assert_eq!(of("--steering").unwrap().steering, Some(true));
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (line, sentence) in [
            ("--password-file a --password-env B", "only one of them"),
            ("--ssh-key generate --no-ssh", "only one of them"),
            ("--router a --router b", "--router: given twice"),
            ("--line dsl --line lte", "--line: given twice"),
            ("--password secret", "--password could match"),
            ("--frobnicate", "unrecognized arguments: --frobnicate"),
        ] {
            let complaint = of(line).unwrap_err();
            assert!(complaint.contains(sentence), "{line}: {complaint}");
        }
    }
}
