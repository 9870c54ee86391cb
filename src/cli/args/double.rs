//! `wanctl double` and `wanctl double-cli`: for tests and the curious, so not in the main help.

use std::path::PathBuf;

use lexopt::{Arg, Parser};

use super::Command;
use super::option::{known, said};
use crate::manual::commands::{DOUBLE, DOUBLE_CLI};
use crate::sim::double::faults::Fault;
use crate::sim::double::profile::Profile;

/// `wanctl double`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DoubleArgs {
    /// The port of the REST API; 0 is any free one.
    pub port: u16,
    /// What it speaks there.
    pub tls: Tls,
    /// Where the console listens.
    pub ssh_socket: Option<PathBuf>,
    /// Which RouterOS.
    pub profile: Profile,
    /// What is wrong with it.
    pub fault: Fault,
    /// End by itself after so many seconds.
    pub seconds: Option<u64>,
}

/// How the REST API is spoken.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tls {
    /// Plain HTTP.
    #[default]
    None,
    /// HTTPS, with a certificate that nobody vouches for.
    Any,
    /// The same, in TLS 1.2 and nothing newer.
    Only12,
}

pub(super) fn double(parser: &mut Parser) -> Result<Command, String> {
    let mut args = DoubleArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        let name = known(arg, &DOUBLE)?;
        match name {
            "help" => return Ok(Command::Page(&DOUBLE)),
            "tls" | "tls12" => {
                let tls = if name == "tls" { Tls::Any } else { Tls::Only12 };
                if args.tls != Tls::None && args.tls != tls {
                    return Err("--tls and --tls12: only one of them can be meant".to_owned());
                }
                args.tls = tls;
                continue;
            }
            _ => {}
        }
        let value = parser.value().map_err(said)?;
        if name == "ssh-socket" {
            args.ssh_socket = Some(PathBuf::from(value));
            continue;
        }
        let text = value.to_str().unwrap_or_default();
        let wrong = |why: String| format!("argument --{name}: {why}");
        let number = |_| wrong(format!("{} is not a number", value.display()));
        match name {
            "port" => args.port = text.parse().map_err(number)?,
            "seconds" => args.seconds = Some(text.parse().map_err(number)?),
            "profile" => args.profile = text.parse().map_err(wrong)?,
            _ => args.fault = text.parse().map_err(wrong)?,
        }
    }
    Ok(Command::Double(args))
}

pub(super) fn double_cli(parser: &mut Parser) -> Result<Command, String> {
    let (mut socket, mut words) = (None, Vec::new());
    while let Some(arg) = parser.next().map_err(said)? {
        match arg {
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            arg => match known(arg, &DOUBLE_CLI)? {
                "socket" => socket = Some(PathBuf::from(parser.value().map_err(said)?)),
                _ => return Ok(Command::Page(&DOUBLE_CLI)),
            },
        }
    }
    Ok(Command::DoubleCli {
        socket: socket.ok_or("double-cli needs --socket PATH")?,
        command: words.join(" "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::parse;
    use crate::time::Duration;

    fn of(line: &str) -> Result<Command, String> {
        let words = std::iter::once("wanctl").chain(line.split_whitespace());
        let parsed = parse(words.map(std::ffi::OsString::from));
        parsed.map_err(|usage| usage.to_string())
    }

    #[test]
    fn the_double_is_told_what_to_be() {
        let line = "double --port 8080 --ssh-socket /tmp/s --profile 7.9 --fault slow --seconds 3";
        let args = DoubleArgs {
            port: 8080,
            tls: Tls::None,
            ssh_socket: Some("/tmp/s".into()),
            profile: Profile::V7_9,
            fault: Fault::SlowBy(Duration::from_millis(400)),
            seconds: Some(3),
        };
        assert_eq!(of(line), Ok(Command::Double(args)));
        for (line, tls) in [("double --tls", Tls::Any), ("double --tls12", Tls::Only12)] {
            let args = DoubleArgs {
                tls,
                ..DoubleArgs::default()
            };
            assert_eq!(of(line), Ok(Command::Double(args)), "{line}");
        }
        for (line, complaint) in [
            ("double --port x", "argument --port: x is not a number"),
            ("double --profile 6.49", "6.49 is none of 7.9, 7.16, 7.20"),
            ("double --fault gremlins", "gremlins is none of none, gar"),
            ("double --tls12 --tls", "only one of them can be meant"),
            ("double --tls --tls12", "only one of them can be meant"),
            ("double --port x", "usage: wanctl double [--port N]"),
            ("double-cli /system", "double-cli needs --socket PATH"),
            ("double-cli /system", "usage: wanctl double-cli --socket"),
        ] {
            assert!(of(line).unwrap_err().contains(complaint), "{line}");
        }
    }

    #[test]
    fn the_help_knows_every_fault() {
        for (name, _) in Fault::NAMED {
            assert!(name == "none" || DOUBLE.help().contains(name), "{name}");
        }
    }

    #[test]
    fn a_command_is_the_rest_of_the_line() {
        let command = Command::DoubleCli {
            socket: "/s".into(),
            command: "/system identity print".to_owned(),
        };
        assert_eq!(
            of("double-cli --socket /s /system identity print"),
            Ok(command)
        );
    }
}
