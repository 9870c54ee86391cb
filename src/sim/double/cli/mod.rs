//! The console face, as SSH's exec shows it: one line in, text out, and an exit status that says
//! little.
//!
//! ```text
//! line ─▶ cursor ─▶ parse (the whole line) ─▶ check (names) ─▶ run, one after the other ─▶ value, print
//! ```
//!
//! Complaints are text on stdout with status 0; a write that worked prints nothing. What no source
//! knows is marked "assumed".

mod check;
mod condition;
mod cursor;
mod parse;
mod pattern;
mod print;
mod run;
mod value;

use super::Router;
use super::refusal::Refusal;
use crate::time::{Duration, Instant};
use parse::Statement;

/// What an exec gives back.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CliOutcome {
    /// Lines end in CR LF, and many in spaces.
    pub output: String,
    /// The exit status.
    pub status: u8,
    /// How long the router takes.
    pub after: Duration,
    /// The connection breaks instead; `output` is what came before.
    pub dropped: bool,
}

/// What the sources do not agree about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CliOptions {
    /// The exit status of a refused line: 0 was measured, 1 was claimed.
    pub error_status: u8,
    /// `set [find …]` that finds nothing: silent success was measured in scripts; with this it
    /// complains `expected item id`, as an interactive line did.
    pub empty_find_complains: bool,
}

/// Why the console does not do a line. Columns count from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum CliError {
    BadCommand(String, usize),
    BadParameter(String, usize),
    ExpectedCommand(usize),
    ExpectedEnd(usize),
    ExpectedItem(usize),
    Syntax(usize),
    /// More than one line: an exec takes one. Text assumed.
    SecondLine,
    /// Text assumed; it is what people quote from the forum.
    Missing(&'static str),
    Refused(Refusal),
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing(name) => Self::Missing(name),
            Refusal::NotFound => Self::Refused(Refusal::NoSuchItem),
            refusal => Self::Refused(refusal),
        }
    }
}

impl CliError {
    fn text(&self) -> String {
        match self {
            Self::BadCommand(name, at) => format!("bad command name {name} (line 1 column {at})"),
            Self::BadParameter(name, at) => format!("bad parameter {name} (line 1 column {at})"),
            Self::ExpectedCommand(at) => format!("expected command name (line 1 column {at})"),
            Self::ExpectedEnd(at) => format!("expected end of command (line 1 column {at})"),
            Self::ExpectedItem(at) => format!("expected item id (line 1 column {at})"),
            Self::Syntax(at) => format!("syntax error (line 1 column {at})"),
            Self::SecondLine => "syntax error (line 2 column 1)".to_owned(),
            Self::Missing(name) => format!("missing value(s) of argument(s) {name}"),
            Self::Refused(refusal) => refusal.detail().unwrap_or_default(),
        }
    }
}

impl Router {
    /// Does what a console line says, and remembers the line.
    pub fn run_cli(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.journal.note_cli(now, line);
        let user = self.access.user.clone();
        self.access.act_as(Some(user));
        self.outcome(now, line)
    }

    /// What somebody sees at a terminal who may do everything. The journal is the client's: it does not
    /// have the line.
    pub fn run_terminal(&mut self, now: Instant, line: &str) -> CliOutcome {
        self.access.act_as(None);
        self.outcome(now, line)
    }

    fn outcome(&mut self, now: Instant, line: &str) -> CliOutcome {
        let (output, done) = self.watched(now, |router| router.printed(now, line));
        let status = if done { 0 } else { self.cli.error_status };
        CliOutcome {
            output,
            status,
            ..CliOutcome::default()
        }
    }

    /// What a script of one or several lines prints; a complaint is printed like anything else.
    pub(super) fn script_output(&mut self, now: Instant, script: &str) -> String {
        let script = script.replace("\r\n", "\n").replace('\n', ";");
        self.printed(now, &script).0
    }

    /// What is printed, and whether it worked.
    fn printed(&mut self, now: Instant, line: &str) -> (String, bool) {
        let mut output = String::new();
        let done = self.run_lines(now, line, &mut output);
        if let Err(error) = &done {
            output.push_str(&error.text());
            output.push_str("\r\n");
        }
        (output, done.is_ok())
    }

    /// Nothing is done if any of the line is not understood; what is refused ends the line.
    fn run_lines(&mut self, now: Instant, line: &str, output: &mut String) -> Result<(), CliError> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.contains('\n') {
            return Err(CliError::SecondLine);
        }
        let statements = parse::script(line)?;
        for statement in &statements {
            self.check(statement)?;
        }
        for statement in &statements {
            output.push_str(&self.run(now, statement)?);
        }
        Ok(())
    }
}

/// Whether a line asks for a change.
pub(crate) fn is_write(line: &str) -> bool {
    let verbs = ["print", "find", "get"];
    let is_change = |statement: &Statement| match statement {
        Statement::Command(command) => !verbs.contains(&command.verb),
        Statement::Put(_) => false,
    };
    parse::script(line).is_ok_and(|statements| statements.iter().any(is_change))
}
