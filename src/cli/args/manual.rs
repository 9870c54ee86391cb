//! The command lines of `wanctl manual` and `wanctl help`.

use std::path::PathBuf;

use lexopt::{Arg, Parser};

use super::Command;
use super::option::{known, said};
use crate::manual::commands::{self, HELP_COMMAND, MANUAL, RUN};

/// `wanctl manual`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum ManualArgs {
    /// Say what there is.
    #[default]
    List,
    /// Print one of it.
    Show(String),
    /// Write all of it below this directory.
    Write(PathBuf),
}

pub(super) fn manual(parser: &mut Parser) -> Result<Command, String> {
    let mut args = ManualArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        if let (Arg::Value(name), ManualArgs::List) = (&arg, &args) {
            args = ManualArgs::Show(name.to_string_lossy().into_owned());
            continue;
        }
        match known(arg, &MANUAL)? {
            "list" => args = ManualArgs::List,
            "write" => args = ManualArgs::Write(parser.value().map_err(said)?.into()),
            _ => return Ok(Command::Page(&MANUAL)),
        }
    }
    Ok(Command::Manual(args))
}

pub(super) fn help(parser: &mut Parser) -> Result<Command, String> {
    let page = match parser.next().map_err(said)? {
        None => &RUN,
        Some(Arg::Value(name)) => {
            let name = name.to_string_lossy();
            commands::find(&name).ok_or_else(|| {
                format!("there is no command '{name}'; `wanctl --help` says which there are")
            })?
        }
        Some(arg) => {
            known(arg, &HELP_COMMAND)?;
            &HELP_COMMAND
        }
    };
    match parser.next().map_err(said)? {
        None => Ok(Command::Page(page)),
        Some(arg) => {
            known(arg, &HELP_COMMAND)?;
            Ok(Command::Page(page))
        }
    }
}
