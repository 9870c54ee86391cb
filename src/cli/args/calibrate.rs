//! The command line of `wanctl calibrate` (contract 10).

use std::path::PathBuf;
use std::str::FromStr;

use lexopt::Parser;

use super::Command;
use super::option::{known, said};
use crate::config::ReflectorAddress;
use crate::control::law::adaptive::Preset;
use crate::direction::Both;
use crate::manual::commands::CALIBRATE;
use crate::units::Millis;

/// v1.7's `--target-bloat`, in milliseconds.
const DEFAULT_TARGET_MS: f64 = 10.0;
/// `--seconds`: what TCP needs to show a line's speed.
const DEFAULT_SECONDS: u64 = 10;
/// iperf3's own.
const IPERF3_PORT: u16 = 5201;

/// `wanctl calibrate`.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrateArgs {
    /// Which line it is.
    pub of: Of,
    /// What fills the line.
    pub traffic: Traffic,
    /// One of one's own instead of the file's reflectors.
    pub ping_host: Option<ReflectorAddress>,
    /// Up to so much added delay the line counts as calm.
    pub target_bloat: Millis,
    /// Where a new file and the JSON go; without, `/etc/wanctl`, or beside the present file.
    pub output_dir: Option<PathBuf>,
    /// Where the journal is, instead of `/var/lib/wanctl`, and a new file's state and lock will be, instead of
    /// `/var/lib/wanctl` and `/run/wanctl`.
    pub state_dir: Option<PathBuf>,
    /// Seconds of one measurement.
    pub seconds: u64,
    /// 0.9 of the capacity instead of a search, as v1.7.
    pub skip_search: bool,
    /// Only says what would be done.
    pub dry_run: bool,
    /// Asks nothing.
    pub yes: bool,
    /// What it is all for.
    pub task: Task,
}

/// What a calibration does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Task {
    /// Measures, after it has put back what an earlier one left.
    Measure,
    /// Only puts that back.
    Restore,
}

/// Where router and queues are from.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    /// A WAN file, which is edited.
    File(PathBuf),
    /// The command line, as in v1.7; there will be a new file.
    Named(Named),
}

/// What v1.7 was told of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// The WAN's name.
    pub wan_name: String,
    /// `HOST` or `HOST:PORT`.
    pub router: String,
    /// The RouterOS user.
    pub user: Option<String>,
    /// With a key the router is asked by SSH, else by REST.
    pub ssh_key: Option<String>,
    /// The queues' names, where they are not v1.7's.
    pub queues: Both<Option<String>>,
    /// What kind of line it is; guessed from its round trip if nothing is said.
    pub line: Option<Preset>,
}

/// What fills the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Traffic {
    /// The user, who is asked to.
    Own,
    /// iperf3 to a server of that name.
    Iperf3 {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
    },
    /// netperf to a server of that name.
    Netperf(String),
}

pub(super) fn calibrate(parser: &mut Parser) -> Result<Command, String> {
    let mut args = CalibrateArgs {
        of: Of::Named(Named::default()),
        traffic: Traffic::Own,
        ping_host: None,
        target_bloat: Millis::new(DEFAULT_TARGET_MS).unwrap_or_default(),
        output_dir: None,
        state_dir: None,
        seconds: DEFAULT_SECONDS,
        skip_search: false,
        dry_run: false,
        yes: false,
        task: Task::Measure,
    };
    let (mut config, mut named) = (None, Named::default());
    while let Some(arg) = parser.next().map_err(said)? {
        let option = known(arg, &CALIBRATE)?;
        match option {
            "config" => config = Some(PathBuf::from(parser.value().map_err(said)?)),
            "wan-name" => named.wan_name = text(parser, option)?,
            "router" => named.router = text(parser, option)?,
            "user" => named.user = Some(text(parser, option)?),
            "ssh-key" => named.ssh_key = Some(text(parser, option)?),
            "download-queue" => named.queues.down = Some(text(parser, option)?),
            "upload-queue" => named.queues.up = Some(text(parser, option)?),
            "line" => named.line = Some(line(parser)?),
            "state-dir" => args.state_dir = Some(parser.value().map_err(said)?.into()),
            "iperf3" => traffic(&mut args, iperf3(&text(parser, option)?)?)?,
            "netperf" | "netperf-host" => {
                let host = text(parser, option)?;
                traffic(&mut args, Traffic::Netperf(host))?;
            }
            "ping-host" => {
                let host = text(parser, option)?;
                let parsed = ReflectorAddress::parse(&host);
                let complaint = || format!("argument --ping-host: {host} is no host");
                args.ping_host = Some(parsed.ok_or_else(complaint)?);
            }
            "target-bloat" => args.target_bloat = number(parser, option, 1.0, 200.0, Millis::new)?,
            "seconds" => args.seconds = number(parser, option, 1, 60, Some)?,
            "output-dir" => args.output_dir = Some(parser.value().map_err(said)?.into()),
            "skip-binary-search" => args.skip_search = true,
            "dry-run" => args.dry_run = true,
            "yes" => args.yes = true,
            "restore" => args.task = Task::Restore,
            "version" => return Ok(Command::Version),
            _ => return Ok(Command::Page(&CALIBRATE)),
        }
    }
    args.of = of(config, named)?;
    Ok(Command::Calibrate(args))
}

fn of(config: Option<PathBuf>, named: Named) -> Result<Of, String> {
    match config {
        Some(_) if named != Named::default() => Err(
            "argument --config: the file names line, router and queues; leave the other options away".into(),
        ),
        Some(file) => Ok(Of::File(file)),
        None => {
            let missing = [("--wan-name", &named.wan_name), ("--router", &named.router)]
                .into_iter()
                .filter(|(_, value)| value.is_empty());
            let missing: Vec<&str> = missing.map(|(option, _)| option).collect();
            if missing.is_empty() {
                return Ok(Of::Named(named));
            }
            Err(format!(
                "the following arguments are required: {} (or --config)",
                missing.join(", ")
            ))
        }
    }
}

/// Only one of them can fill the line.
fn traffic(args: &mut CalibrateArgs, traffic: Traffic) -> Result<(), String> {
    if args.traffic != Traffic::Own {
        return Err("only one of --iperf3 and --netperf-host can be given, once".into());
    }
    args.traffic = traffic;
    Ok(())
}

/// `HOST` or `HOST:PORT`; an address of IPv6 in brackets before a port.
fn iperf3(server: &str) -> Result<Traffic, String> {
    let complaint = || format!("argument --iperf3: {server} is not HOST or HOST:PORT");
    let (host, port) = match server.rsplit_once(':') {
        Some((host, _)) if host.contains(':') && !host.starts_with('[') => (server, None),
        Some((host, port)) if !server.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    };
    let port = port.map_or(Ok(IPERF3_PORT), |port| {
        port.parse().map_err(|_| complaint())
    })?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    // It would be an option to iperf3.
    if host.is_empty() || host.starts_with('-') || port == 0 {
        return Err(complaint());
    }
    Ok(Traffic::Iperf3 { host, port })
}

fn line(parser: &mut Parser) -> Result<Preset, String> {
    let kind = text(parser, "line")?;
    Preset::named(&kind).ok_or_else(|| {
        format!("argument --line: {kind} is no kind of line; expected cable, dsl, fiber, lte or starlink")
    })
}

/// Some text; a leading dash would be an option, here or to a tool.
fn text(parser: &mut Parser, option: &str) -> Result<String, String> {
    let value = parser.value().map_err(said)?;
    let value = value
        .into_string()
        .map_err(|raw| format!("argument --{option}: {} is not UTF-8 text", raw.display()))?;
    if value.is_empty() || value.starts_with('-') {
        return Err(format!("argument --{option}: expected one argument"));
    }
    Ok(value)
}

fn number<N: FromStr + PartialOrd + Copy + std::fmt::Display, T>(
    parser: &mut Parser,
    option: &str,
    low: N,
    high: N,
    make: impl Fn(N) -> Option<T>,
) -> Result<T, String> {
    let value = parser.value().map_err(said)?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    let number = number.filter(|n| (&low..=&high).contains(&n));
    number.and_then(make).ok_or_else(|| {
        format!(
            "argument --{option}: {} is not a number from {low} to {high}",
            value.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::parse;

    fn of(line: &str) -> Result<CalibrateArgs, String> {
        let words = line.split_whitespace().map(Into::into);
        match parse(words) {
            Ok(Command::Calibrate(args)) => Ok(args),
            Ok(other) => panic!("{other:?}"),
            Err(usage) => Err(usage.to_string()),
        }
    }

    #[test]
    fn all_of_v1_7s_flags_mean_what_they_did() {
        let args = of("/usr/bin/wanctl-calibrate --wan-name wan1 --router 192.0.2.1 --user me --ssh-key /k \
                       --netperf-host n.example --ping-host 9.9.9.9 --download-queue D --upload-queue U \
                       --target-bloat 7.5 --output-dir /tmp/out --skip-binary-search")
        .unwrap();
        let Of::Named(named) = args.of else {
            panic!("{args:?}")
        };
        assert_eq!(
            (named.wan_name.as_str(), named.router.as_str()),
            ("wan1", "192.0.2.1")
        );
        assert_eq!(
            (named.user.as_deref(), named.ssh_key.as_deref()),
            (Some("me"), Some("/k"))
        );
        assert_eq!(
            (named.queues.down.as_deref(), named.queues.up.as_deref()),
            (Some("D"), Some("U"))
        );
        assert_eq!(args.traffic, Traffic::Netperf("n.example".to_owned()));
        assert_eq!(args.ping_host, ReflectorAddress::parse("9.9.9.9"));
        assert_eq!(args.target_bloat, Millis::new(7.5).unwrap());
        assert_eq!(
            args.output_dir.as_deref(),
            Some(std::path::Path::new("/tmp/out"))
        );
        assert!(args.skip_search && !args.dry_run && !args.yes && args.task == Task::Measure);
        // A file's journal, too, may lie elsewhere.
        let elsewhere = of("wanctl calibrate --config w.yaml --state-dir /d").unwrap();
        assert_eq!(
            elsewhere.state_dir.as_deref(),
            Some(std::path::Path::new("/d"))
        );
        // Abbreviated, as argparse allows.
        let short = of("wanctl calibrate --wan w --rout r --net n.example --skip").unwrap();
        assert!(short.skip_search && short.traffic == Traffic::Netperf("n.example".to_owned()));
    }

    #[test]
    fn without_options_they_are_v1_7s_and_the_traffic_is_the_users() {
        let args = of("wanctl calibrate --config wan1.yaml").unwrap();
        assert_eq!(args.of, Of::File("wan1.yaml".into()));
        assert_eq!((args.traffic, args.seconds), (Traffic::Own, 10));
        assert_eq!(args.target_bloat, Millis::of(10));
    }

    #[test]
    fn a_server_has_a_port_or_iperf3s_own() {
        for (server, host, port) in [
            ("192.0.2.1", "192.0.2.1", 5_201),
            ("i.example:9201", "i.example", 9_201),
            ("2001:db8::1", "2001:db8::1", 5_201),
            ("[2001:db8::1]", "2001:db8::1", 5_201),
            ("[2001:db8::1]:53", "2001:db8::1", 53),
        ] {
            let host = host.to_owned();
            assert_eq!(
                iperf3(server),
                Ok(Traffic::Iperf3 { host, port }),
                "{server}"
            );
        }
        for server in ["", ":5201", "-h", "host:", "host:0", "host:x", "host:70000"] {
            assert!(iperf3(server).is_err(), "{server}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_with_the_usage() {
        for (line, said) in [
            (
                "",
                "the following arguments are required: --wan-name, --router (or --config)",
            ),
            ("--wan-name x", "are required: --router (or --config)"),
            ("--config f --user me", "leave the other options away"),
            (
                "--config f --iperf3 a --netperf b",
                "only one of --iperf3 and --netperf-host",
            ),
            ("--config f --seconds 0", "0 is not a number from 1 to 60"),
            (
                "--config f --target-bloat NaN",
                "NaN is not a number from 1 to 200",
            ),
            ("--config f --ping-host a..b", "a..b is no host"),
            (
                "--wan-name w --router r --line isdn",
                "isdn is no kind of line",
            ),
            (
                "--config f --iperf3 -R",
                "argument --iperf3: expected one argument",
            ),
        ] {
            let usage = of(&format!("wanctl calibrate {line}")).unwrap_err();
            assert!(
                usage.starts_with("usage: wanctl-calibrate ") && usage.contains(said),
                "{usage}"
            );
        }
    }
}
