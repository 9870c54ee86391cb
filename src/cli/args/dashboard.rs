//! The command line of `wanctl dashboard`.

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{files, known, said};
use crate::manual::commands::DASHBOARD;

/// `wanctl dashboard`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DashboardArgs {
    /// `HOST:PORT`.
    pub listen: String,
    /// WAN and steering files, which say where `/health` and the history are.
    pub configs: Vec<PathBuf>,
    /// Where else `/health` is: `http://HOST:PORT/health`, or the `HOST:PORT` of it.
    pub health: Vec<String>,
    /// The database, whatever the files say.
    pub db: Option<PathBuf>,
}

impl Default for DashboardArgs {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN.into(),
            configs: Vec::new(),
            health: Vec::new(),
            db: None,
        }
    }
}

/// This machine only; 9100 to 9103 are the daemons' own.
const DEFAULT_LISTEN: &str = "127.0.0.1:9104";

pub(super) fn dashboard(parser: &mut Parser) -> Result<Command, String> {
    let mut args = DashboardArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &DASHBOARD)? {
            "listen" => args.listen = text(parser)?,
            "config" => args.configs.extend(files(parser)?),
            "health" => args.health.push(text(parser)?),
            "db" => args.db = Some(parser.value().map_err(said)?.into()),
            _ => return Ok(Command::Page(&DASHBOARD)),
        }
    }
    Ok(Command::Dashboard(args))
}

fn text(parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().map_err(said)?;
    Ok(value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Command, String> {
        dashboard(&mut Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn the_dashboard_needs_to_be_told_nothing() {
        assert_eq!(of(""), Ok(Command::Dashboard(DashboardArgs::default())));
    }

    #[test]
    fn and_may_be_told_everything() {
        let line = "--listen 0.0.0.0:80 --config a b --health http://x:9101 --health y:9102 --db d";
        let args = DashboardArgs {
            listen: "0.0.0.0:80".into(),
            configs: vec!["a".into(), "b".into()],
            health: vec!["http://x:9101".into(), "y:9102".into()],
            db: Some("d".into()),
        };
        assert_eq!(of(line), Ok(Command::Dashboard(args)));
        assert_eq!(of("--frob"), Err("unrecognized arguments: --frob".into()));
        assert_eq!(of("--help"), Ok(Command::Page(&DASHBOARD)));
    }
}
