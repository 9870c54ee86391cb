//! The command lines of everything that is no daemon.

use std::path::PathBuf;

use lexopt::{Arg, Parser};

use super::option::{files, known, said};
use super::{CheckArgs, Command, DemoArgs, Errand, UpgradeArgs, some_but_not_too_many};
use crate::config::ControlLaw;
use crate::manual::commands::{CHECK, DEMO, FINGERPRINT, NOTICE};

pub(super) fn check(parser: &mut Parser) -> Result<Command, String> {
    let mut args = CheckArgs::default();
    let (mut from_v17, mut root) = (false, None);
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &CHECK)? {
            "config" => args.configs.extend(files(parser)?),
            "from-v17" => from_v17 = true,
            "root" => root = Some(PathBuf::from(parser.value().map_err(said)?)),
            "json" => args.json = true,
            "secrets" => args.secrets = Some(PathBuf::from(parser.value().map_err(said)?)),
            "write-test" => args.write_test = true,
            _ => return Ok(Command::Page(&CHECK)),
        }
    }
    if from_v17 {
        if args != CheckArgs::default() {
            return Err(
                "argument --from-v17: finds the files itself, and looks at nothing else".into(),
            );
        }
        let mut look = UpgradeArgs {
            errand: Errand::Look,
            ..UpgradeArgs::default()
        };
        if let Some(root) = root {
            look.root = root;
        }
        return Ok(Command::Upgrade(look));
    }
    if root.is_some() {
        return Err("argument --root: only with --from-v17".into());
    }
    some_but_not_too_many(&args.configs)?;
    Ok(Command::Check(args))
}

pub(super) fn notice(parser: &mut Parser) -> Result<Command, String> {
    let mut configs = Vec::new();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &NOTICE)? {
            "config" => configs.extend(files(parser)?),
            _ => return Ok(Command::Page(&NOTICE)),
        }
    }
    some_but_not_too_many(&configs)?;
    Ok(Command::Notice(configs))
}

pub(super) fn fingerprint(parser: &mut Parser) -> Result<Command, String> {
    let mut target = None;
    while let Some(arg) = parser.next().map_err(said)? {
        match arg {
            Arg::Value(value) if target.is_none() => target = Some(value),
            other => {
                known(other, &FINGERPRINT)?;
                return Ok(Command::Page(&FINGERPRINT));
            }
        }
    }
    let target = target.ok_or("fingerprint needs HOST or HOST:PORT")?;
    let target = target.into_string();
    target
        .map(Command::Fingerprint)
        .map_err(|raw| format!("{} is no host", raw.display()))
}

pub(super) fn demo(parser: &mut Parser) -> Result<Command, String> {
    let mut args = DemoArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &DEMO)? {
            "law" => args.law = Some(law(parser)?),
            "seconds" => {
                let value = parser.value().map_err(said)?;
                let seconds = value.to_str().and_then(|text| text.parse().ok());
                args.seconds = Some(seconds.filter(|n| (1..=86_400).contains(n)).ok_or_else(
                    || {
                        format!(
                            "argument --seconds: {} is not a number from 1 to 86400",
                            value.display()
                        )
                    },
                )?);
            }
            _ => return Ok(Command::Page(&DEMO)),
        }
    }
    Ok(Command::Demo(args))
}

/// The value of `--law`.
pub(super) fn law(parser: &mut Parser) -> Result<ControlLaw, String> {
    let value = parser.value().map_err(said)?;
    match value.to_str() {
        Some("classic") => Ok(ControlLaw::Classic),
        Some("adaptive") => Ok(ControlLaw::Adaptive),
        _ => Err(format!(
            "argument --law: {} is no control law; expected classic or adaptive",
            value.display()
        )),
    }
}
