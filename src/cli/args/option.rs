//! Options as argparse, and so v1.7, understands them.

use std::path::PathBuf;

use lexopt::{Arg, Parser};

use crate::manual::page::Page;

/// The option of a page that `arg` is, or is a unique beginning of, as argparse allows; the beginning of one of v1.7's
/// is never one of ours.
pub(super) fn known(arg: Arg<'_>, page: &Page) -> Result<&'static str, String> {
    let options = page.options.iter();
    match arg {
        Arg::Value(value) => Err(format!("unrecognized arguments: {}", value.display())),
        Arg::Short(letter) => options
            .clone()
            .find(|option| option.letter == Some(letter))
            .map(|option| option.name)
            .ok_or_else(|| format!("unrecognized arguments: -{letter}")),
        Arg::Long(name) => {
            if let Some(exact) = options.clone().find(|option| option.name == name) {
                return Ok(exact.name);
            }
            let begun = |v1_7: bool| -> Vec<&'static str> {
                let begun = options.clone().filter(|it| it.v1_7 == v1_7);
                let names = begun.map(|option| option.name);
                names.filter(|known| known.starts_with(name)).collect()
            };
            let (old, new) = (begun(true), begun(false));
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
pub(super) fn said(error: lexopt::Error) -> String {
    error.to_string()
}

pub(super) fn files(parser: &mut Parser) -> Result<Vec<PathBuf>, String> {
    let files = parser
        .values()
        .map_err(|_| "argument --config: expected at least one file")?;
    Ok(files.map(PathBuf::from).collect())
}
