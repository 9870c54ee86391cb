//! The command lines of the take-over.

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{known, said};
use crate::manual::commands::UPGRADE;

/// `wanctl upgrade`, and `wanctl check --from-v17`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UpgradeArgs {
    /// What to do.
    pub errand: Errand,
    /// Do not ask.
    pub yes: bool,
    /// Where the system lies; `/` is this one.
    pub root: PathBuf,
}

/// What to do about v1.7.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Errand {
    /// Look and tell.
    Look,
    /// Put ours in its place.
    #[default]
    TakeOver,
    /// Put it back.
    Back,
}

impl Default for UpgradeArgs {
    fn default() -> Self {
        Self {
            errand: Errand::default(),
            yes: false,
            root: PathBuf::from("/"),
        }
    }
}

pub(super) fn upgrade(parser: &mut Parser) -> Result<Command, String> {
    let mut args = UpgradeArgs::default();
    let mut errands = Vec::new();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &UPGRADE)? {
            "dry-run" => errands.push(Errand::Look),
            "back" => errands.push(Errand::Back),
            "yes" => args.yes = true,
            "root" => args.root = PathBuf::from(parser.value().map_err(said)?),
            _ => return Ok(Command::Page(&UPGRADE)),
        }
    }
    if errands.contains(&Errand::Look) && errands.contains(&Errand::Back) {
        return Err("argument --back: not allowed with argument --dry-run".into());
    }
    args.errand = errands.pop().unwrap_or_default();
    Ok(Command::Upgrade(args))
}
