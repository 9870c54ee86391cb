//! The command line of `wanctl health`.

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{files, known, said};
use crate::manual::commands::HEALTH;

/// `wanctl health`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HealthArgs {
    /// WAN and steering files, which say where `/health` is.
    pub configs: Vec<PathBuf>,
    /// `http://HOST:PORT/health`, or the `HOST:PORT` of it.
    pub urls: Vec<String>,
    /// Seconds (1 to 3600) to ask again for.
    pub wait: Option<u64>,
    /// Only the exit code.
    pub quiet: bool,
}

pub(super) fn health(parser: &mut Parser) -> Result<Command, String> {
    let mut args = HealthArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &HEALTH)? {
            "config" => args.configs.extend(files(parser)?),
            "url" => {
                let value = parser.value().map_err(said)?;
                args.urls.push(value.to_string_lossy().into_owned());
            }
            "wait" => args.wait = Some(seconds(parser)?),
            "quiet" => args.quiet = true,
            _ => return Ok(Command::Page(&HEALTH)),
        }
    }
    Ok(Command::Health(args))
}

fn seconds(parser: &mut Parser) -> Result<u64, String> {
    let value = parser.value().map_err(said)?;
    let seconds = value.to_str().and_then(|text| text.parse().ok());
    seconds.filter(|n| (1..=3_600).contains(n)).ok_or_else(|| {
        format!(
            "argument --wait: {} is not a number from 1 to 3600",
            value.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Command, String> {
        health(&mut Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn it_needs_to_be_told_nothing_and_may_be_told_all() {
        assert_eq!(of(""), Ok(Command::Health(HealthArgs::default())));
        let all = HealthArgs {
            configs: vec!["a".into(), "b".into()],
            urls: vec!["x:9101".to_owned(), "y:9102".to_owned()],
            wait: Some(30),
            quiet: true,
        };
        let line = "--config a b --url x:9101 --url y:9102 --wait 30 --quiet";
        assert_eq!(of(line), Ok(Command::Health(all)));
        assert_eq!(of("--help"), Ok(Command::Page(&HEALTH)));
        let never = Err("argument --wait: never is not a number from 1 to 3600".to_owned());
        assert_eq!(of("--wait never"), never);
    }
}
