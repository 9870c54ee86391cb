//! The command line of `wanctl replay`.

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::history::{moment, span};
use super::option::{known, said};
use super::simulate::{SimulateForm, laws, text};
use crate::manual::commands::REPLAY;
use crate::sim::trial::Law;

/// `wanctl replay`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReplayArgs {
    /// The WAN file.
    pub config: PathBuf,
    /// What is replayed.
    pub source: Source,
}

/// What is replayed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// A CSV file with an `rtt_ms` column, through v1.7's law.
    Trace(PathBuf),
    /// The history, through any law.
    History {
        /// Another database than the file's.
        db: Option<PathBuf>,
        /// Seconds up to now.
        last: Option<i64>,
        /// Seconds since 1970.
        from: Option<i64>,
        /// Seconds since 1970.
        to: Option<i64>,
        /// Another name than the file's.
        wan: Option<String>,
        /// The laws that play; without any, v1.7's and the adaptive one.
        laws: Vec<Law>,
        /// How it is printed.
        form: SimulateForm,
    },
}

pub(super) fn replay(parser: &mut Parser) -> Result<Command, String> {
    let (mut config, mut trace, mut history) = (None, None, false);
    let (mut db, mut last, mut from, mut to, mut wan) = (None, None, None, None, None);
    let (mut chosen, mut form) = (Vec::new(), SimulateForm::default());
    while let Some(arg) = parser.next().map_err(said)? {
        let name = known(arg, &REPLAY)?;
        match name {
            "config" => config = Some(PathBuf::from(parser.value().map_err(said)?)),
            "trace" => trace = Some(PathBuf::from(parser.value().map_err(said)?)),
            "help" => return Ok(Command::Page(&REPLAY)),
            _ => {
                // Whoever says when means the history.
                history = true;
                match name {
                    "db" => db = Some(PathBuf::from(parser.value().map_err(said)?)),
                    "last" => last = Some(span(parser)?),
                    "from" => from = Some(moment(parser, "from")?),
                    "to" => to = Some(moment(parser, "to")?),
                    "wan" => wan = Some(text(parser)?),
                    "law" => laws(&text(parser)?, &mut chosen)?,
                    "plot" => form = form.max(SimulateForm::Plot),
                    "csv" => form = form.max(SimulateForm::Csv),
                    "json" => form = form.max(SimulateForm::Json),
                    _ => {}
                }
            }
        }
    }
    let source = match (trace, history) {
        (Some(trace), false) => Source::Trace(trace),
        (None, true) => Source::History {
            db,
            last,
            from,
            to,
            wan,
            laws: chosen,
            form,
        },
        (Some(_), true) => return Err("--trace and --history exclude each other".into()),
        (None, false) => return Err(NEEDS.into()),
    };
    let config = config.ok_or(NEEDS)?;
    Ok(Command::Replay(ReplayArgs { config, source }))
}

const NEEDS: &str = "replay needs --config F, and --trace T.csv or --history";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<ReplayArgs, String> {
        match replay(&mut Parser::from_args(line.split_whitespace())) {
            Ok(Command::Replay(args)) => Ok(args),
            Ok(other) => panic!("{line}: {other:?}"),
            Err(complaint) => Err(complaint),
        }
    }

    #[test]
    fn a_trace_or_the_history() {
        let trace = of("--config w.yaml --trace t.csv").unwrap();
        assert_eq!(trace.source, Source::Trace("t.csv".into()));
        let night = of("--config w.yaml --last 12h --law all --plot").unwrap();
        let Source::History {
            last, laws, form, ..
        } = night.source
        else {
            panic!("{night:?}");
        };
        assert_eq!(
            (last, laws.len(), form),
            (Some(43_200), 5, SimulateForm::Plot)
        );
        assert!(matches!(
            of("--config w --history").unwrap().source,
            Source::History { last: None, .. }
        ));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (line, complaint) in [
            ("--config w", NEEDS),
            ("--history", NEEDS),
            (
                "--config w --trace t --last 1h",
                "--trace and --history exclude each other",
            ),
        ] {
            assert_eq!(of(line), Err(complaint.into()), "{line}");
        }
    }
}
