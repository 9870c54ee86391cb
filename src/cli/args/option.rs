//! Options as argparse, and so v1.7, understands them.

use std::path::PathBuf;

use lexopt::{Arg, Parser};

use crate::manual::page::Page;

/// The option of a page that `arg` is, or is a unique beginning of.
pub(super) fn known(arg: Arg<'_>, page: &Page) -> Result<&'static str, String> {
    if let Arg::Short(letter) = arg {
        let of_letter = page.options.iter().find(|it| it.letter == Some(letter));
        return of_letter
            .map(|option| option.name)
            .ok_or_else(|| format!("unrecognized arguments: -{letter}"));
    }
    let names = |v1_7: bool| -> Vec<&'static str> {
        let options = page.options.iter().filter(|it| it.v1_7 == v1_7);
        options.map(|option| option.name).collect()
    };
    either(arg, &names(true), &names(false))
}

/// The known option that `arg` is, or is a unique beginning of, as argparse allows.
pub(super) fn option(arg: Arg<'_>, known: &[&'static str]) -> Result<&'static str, String> {
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
pub(super) fn said(error: lexopt::Error) -> String {
    error.to_string()
}

pub(super) fn files(parser: &mut Parser) -> Result<Vec<PathBuf>, String> {
    let files = parser
        .values()
        .map_err(|_| "argument --config: expected at least one file")?;
    Ok(files.map(PathBuf::from).collect())
}
