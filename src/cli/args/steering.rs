//! The command line of steering (contract 2.2).

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{files, known, said};
use crate::manual::commands::STEERING;

/// `wanctl-steering --config …`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SteeringArgs {
    /// The file.
    pub config: PathBuf,
    /// Debug log file and console.
    pub debug: bool,
    /// Switch the rule off and end.
    pub reset: bool,
    /// Only check the file.
    pub validate: bool,
}

pub(super) fn steering(parser: &mut Parser) -> Result<Command, String> {
    let mut args = SteeringArgs::default();
    let mut configs = Vec::new();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &STEERING)? {
            "config" => configs.extend(files(parser)?),
            "reset" => args.reset = true,
            "debug" => args.debug = true,
            "validate-config" => args.validate = true,
            "version" => return Ok(Command::Version),
            _ => return Ok(Command::Page(&STEERING)),
        }
    }
    args.config = match configs.as_slice() {
        [] => return Err("the following arguments are required: --config".into()),
        [one] => one.clone(),
        [..] => return Err("argument --config: one file; start a process for each".into()),
    };
    Ok(Command::Steering(args))
}
