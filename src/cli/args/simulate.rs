//! The command line of `wanctl simulate`.

use std::path::PathBuf;

use lexopt::Parser;

use super::Command;
use super::option::{known, said};
use crate::config::LONGEST_STORY;
use crate::manual::commands::SIMULATE;
use crate::sim::trial::Law;

/// `wanctl simulate`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SimulateArgs {
    /// The WAN file; none is needed to list the scenarios.
    pub config: Option<PathBuf>,
    /// Names and files; all built-in ones without any.
    pub scenarios: Vec<String>,
    /// The laws that play; without any, the base rate, v1.7's and the adaptive one.
    pub laws: Vec<Law>,
    /// Decides what happens by chance.
    pub seed: u64,
    /// Instead of the time a scenario says it lasts.
    pub seconds: Option<u32>,
    /// How it is printed.
    pub form: SimulateForm,
    /// Say which scenarios there are, and nothing else.
    pub list: bool,
}

/// How a simulation is printed.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum SimulateForm {
    /// A table for people.
    #[default]
    Table,
    /// The table, and a chart of each law that is asked for.
    Plot,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl Default for SimulateArgs {
    fn default() -> Self {
        Self {
            config: None,
            scenarios: Vec::new(),
            laws: Vec::new(),
            seed: 1,
            seconds: None,
            form: SimulateForm::default(),
            list: false,
        }
    }
}

/// The shortest run, in seconds: the first five are not judged.
const SHORTEST: u32 = 10;

pub(super) fn simulate(parser: &mut Parser) -> Result<Command, String> {
    let mut args = SimulateArgs::default();
    while let Some(arg) = parser.next().map_err(said)? {
        match known(arg, &SIMULATE)? {
            "config" => args.config = Some(parser.value().map_err(said)?.into()),
            "scenario" => args.scenarios.push(text(parser)?),
            "law" => laws(&text(parser)?, &mut args.laws)?,
            "seed" => args.seed = number(parser, "seed", 0..=u64::from(u32::MAX))?,
            "seconds" => {
                let range = u64::from(SHORTEST)..=u64::from(LONGEST_STORY);
                let seconds = number(parser, "seconds", range)?;
                args.seconds = u32::try_from(seconds).ok();
            }
            // JSON wins, whatever comes with it.
            "plot" => args.form = args.form.max(SimulateForm::Plot),
            "csv" => args.form = args.form.max(SimulateForm::Csv),
            "json" => args.form = args.form.max(SimulateForm::Json),
            "list" => args.list = true,
            _ => return Ok(Command::Page(&SIMULATE)),
        }
    }
    if args.config.is_none() && !args.list {
        return Err("the following arguments are required: --config".into());
    }
    Ok(Command::Simulate(args))
}

pub(super) fn text(parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().map_err(said)?;
    Ok(value.to_string_lossy().into_owned())
}

fn number(
    parser: &mut Parser,
    name: &str,
    range: std::ops::RangeInclusive<u64>,
) -> Result<u64, String> {
    let text = text(parser)?;
    let number = text.parse().ok().filter(|n| range.contains(n));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        format!("argument --{name}: {text} is not a number from {least} to {most}")
    })
}

/// Names with commas between them; each law once, in the order of the table.
pub(super) fn laws(list: &str, laws: &mut Vec<Law>) -> Result<(), String> {
    for name in list.split(',').map(str::trim) {
        let named = Law::NAMED.iter().find(|(known, _)| *known == name);
        match named {
            Some(&(_, law)) if laws.contains(&law) => {}
            Some(&(_, law)) => laws.push(law),
            None if name == "all" => *laws = Law::NAMED.map(|(_, law)| law).to_vec(),
            None => {
                let known = Law::NAMED.map(|(known, _)| known).join(", ");
                return Err(format!(
                    "argument --law: {name} is no law; expected {known} or all"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<SimulateArgs, String> {
        match simulate(&mut Parser::from_args(line.split_whitespace())) {
            Ok(Command::Simulate(args)) => Ok(args),
            Ok(other) => panic!("{line}: {other:?}"),
            Err(complaint) => Err(complaint),
        }
    }

    #[test]
    fn every_option_is_read() {
        let line = "--config w.yaml --scenario lte --scenario my/own.yaml --law classic,adaptive \
                    --law classic --seed 7 --seconds 3600 --plot";
        let expected = SimulateArgs {
            config: Some("w.yaml".into()),
            scenarios: vec!["lte".into(), "my/own.yaml".into()],
            laws: vec![Law::Classic, Law::Adaptive],
            seed: 7,
            seconds: Some(3_600),
            form: SimulateForm::Plot,
            list: false,
        };
        assert_eq!(of(line), Ok(expected));
        let all = of("--config x --law all --json --plot").unwrap();
        assert_eq!(all.laws.len(), 5);
        assert_eq!(all.form, SimulateForm::Json);
        assert!(of("--list").unwrap().list);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (line, complaint) in [
            ("", "the following arguments are required: --config"),
            (
                "--config x --law casq",
                "argument --law: casq is no law; expected static, classic, bands, bands-tight, adaptive or all",
            ),
            (
                "--config x --seconds 3",
                "argument --seconds: 3 is not a number from 10 to 86400",
            ),
            (
                "--config x --seed -1",
                "argument --seed: -1 is not a number from 0 to 4294967295",
            ),
        ] {
            assert_eq!(of(line), Err(complaint.into()), "{line}");
        }
    }
}
