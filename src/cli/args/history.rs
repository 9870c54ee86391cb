//! The command line of `wanctl history` (contract 2.4).

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{known, said};
use crate::config::DEFAULT_DB_PATH;
use crate::manual::commands::HISTORY;
use crate::shell::when;

/// `wanctl history`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HistoryArgs {
    /// Seconds up to now.
    pub last: Option<i64>,
    /// Seconds since 1970.
    pub from: Option<i64>,
    /// Seconds since 1970; means nothing without `from`, as in v1.7.
    pub to: Option<i64>,
    /// Exact names; all without any.
    pub metrics: Vec<String>,
    /// An exact name; all without.
    pub wan: Option<String>,
    /// How it is printed.
    pub form: HistoryForm,
    /// All columns.
    pub verbose: bool,
    /// Prints nothing and makes the file small.
    pub compact: bool,
    /// The database.
    pub db: PathBuf,
}

/// How history is printed.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum HistoryForm {
    /// Columns for people.
    #[default]
    Table,
    /// Statistics of each metric.
    Summary,
    /// A chart for the terminal.
    Plot,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl Default for HistoryArgs {
    fn default() -> Self {
        Self {
            last: None,
            from: None,
            to: None,
            metrics: Vec::new(),
            wan: None,
            form: HistoryForm::default(),
            verbose: false,
            compact: false,
            db: DEFAULT_DB_PATH.into(),
        }
    }
}

pub(super) fn history(parser: &mut Parser) -> Result<Command, String> {
    let mut args = HistoryArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &HISTORY)? {
            "last" => args.last = Some(span(parser)?),
            "from" => args.from = Some(moment(parser, "from")?),
            "to" => args.to = Some(moment(parser, "to")?),
            "metrics" => args.metrics = names(&text(parser)?),
            "wan" => args.wan = Some(text(parser)?),
            "db" => args.db = parser.value().map_err(said)?.into(),
            "verbose" => args.verbose = true,
            "compact" => args.compact = true,
            // JSON wins, whatever comes with it.
            "json" => args.form = args.form.max(HistoryForm::Json),
            "plot" => args.form = args.form.max(HistoryForm::Plot),
            "csv" => args.form = args.form.max(HistoryForm::Csv),
            "summary" => args.form = args.form.max(HistoryForm::Summary),
            "version" => return Ok(Command::Version),
            _ => return Ok(Command::Page(&HISTORY)),
        }
    }
    Ok(Command::History(args))
}

fn text(parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().map_err(said)?;
    Ok(value.to_string_lossy().into_owned())
}

fn names(list: &str) -> Vec<String> {
    let names = list.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn span(parser: &mut Parser) -> Result<i64, String> {
    let text = text(parser)?;
    when::duration(&text).ok_or_else(|| {
        format!("argument --last: Invalid duration: '{text}'. Use format like '1h', '30m', '7d'")
    })
}

pub(super) fn moment(parser: &mut Parser, option: &str) -> Result<i64, String> {
    let text = text(parser)?;
    when::timestamp(&text).ok_or_else(|| {
        format!(
            "argument --{option}: Invalid timestamp: '{text}'. Use ISO 8601 or 'YYYY-MM-DD HH:MM' format"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Command, String> {
        history(&mut Parser::from_args(line.split_whitespace()))
    }

    fn args(line: &str) -> HistoryArgs {
        match of(line) {
            Ok(Command::History(args)) => args,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn all_flags_of_v1_7_are_there() {
        assert_eq!(args(""), HistoryArgs::default());
        assert_eq!(
            args(
                "--last 2h --from=2026-11-20T12:00Z --to 2026-11-20T13:00Z --metrics a,,b --wan w -v --db x"
            ),
            HistoryArgs {
                last: Some(7_200),
                from: Some(1_795_176_000),
                to: Some(1_795_179_600),
                metrics: vec!["a".into(), "b".into()],
                wan: Some("w".into()),
                verbose: true,
                db: "x".into(),
                ..HistoryArgs::default()
            }
        );
        for (line, form) in [
            ("--summary", HistoryForm::Summary),
            ("--json --summary", HistoryForm::Json),
            ("--sum --js", HistoryForm::Json),
            ("--csv --summary", HistoryForm::Csv),
            ("--verb", HistoryForm::Table),
            ("--plot", HistoryForm::Plot),
        ] {
            assert_eq!(args(line).form, form, "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_said_in_v1_7s_words() {
        for (line, complaint) in [
            (
                "--last 7x",
                "argument --last: Invalid duration: '7x'. Use format like '1h', '30m', '7d'",
            ),
            (
                "--from bad",
                "argument --from: Invalid timestamp: 'bad'. Use ISO 8601 or 'YYYY-MM-DD HH:MM' format",
            ),
            ("--frob", "unrecognized arguments: --frob"),
            ("2h", "unrecognized arguments: 2h"),
        ] {
            assert_eq!(of(line), Err(complaint.into()));
        }
    }
}
