//! The lines: how many, what kind, how fast.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::{Given, of_line, queues};
use crate::cli::args::Answers;
use crate::cli::check::visit::Visit;
use crate::cli::setup::files::mbit;
use crate::cli::setup::kinds::{KINDS, Kind, kind};
use crate::cli::setup::plan::{Line, Router};
use crate::cli::setup::stop::Stop;
use crate::cli::setup::talk::{Question, Talk};
use crate::config::{ControlLaw, WanConfig};
use crate::direction::{Both, Direction};
use crate::status::MAX_WANS;

/// Mbit/s that a config may have as a ceiling, and a line needs at least to be worth it.
const LEAST: f64 = 0.5;
const MOST: Both<f64> = Both {
    down: 10_000.0,
    up: 1_000.0,
};
/// What steering's file is called.
const TAKEN: &str = "steering";

pub(super) fn lines(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    router: &Router,
    mut visit: Option<&mut Visit>,
) -> Result<Vec<Line>, Stop> {
    let count = count(talk, given)?;
    let mut lines: Vec<Line> = Vec::new();
    for n in 0..count {
        let flags = given.args.lines.get(n);
        let name = name(talk, given, flags, n, &lines)?;
        let title = if count == 1 {
            "The line".to_owned()
        } else {
            format!("Line {} of {count}: {name}", n + 1)
        };
        talk.head(&title);
        let line = of_name(talk, given, flags, name, count)?;
        let line = queues::queues(
            talk,
            given,
            flags,
            (line, &lines, count),
            router,
            visit.as_deref_mut(),
        )?;
        lines.push(line);
    }
    Ok(lines)
}

fn count(talk: &mut Talk<'_>, given: Given<'_>) -> Result<usize, Stop> {
    let flagged = given.args.lines.len();
    if flagged > 0 {
        return Ok(flagged);
    }
    talk.head("The lines");
    let before = given.before.wans.len().max(1).to_string();
    let words = "How many internet lines does the router have";
    let question = Question::new("wan", words, None).known(Some(&before));
    talk.ask(question, |text| {
        let count = text.parse().ok().filter(|n| (1..=MAX_WANS).contains(n));
        count.ok_or_else(|| format!("{text:?} is not a number from 1 to {MAX_WANS}"))
    })
}

/// The name of the nth line, if nobody says another.
pub(super) fn default_name(given: Given<'_>, flags: Option<&Answers>, n: usize) -> String {
    let flagged = of_line(flags, "wan").map(str::to_owned);
    let before = || given.before.wans.get(n).map(|(name, _)| name.clone());
    flagged
        .or_else(before)
        .unwrap_or_else(|| format!("wan{}", n + 1))
}

fn name(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    flags: Option<&Answers>,
    n: usize,
    others: &[Line],
) -> Result<String, Stop> {
    let known = default_name(given, None, n);
    let words = format!("A short name for line {}", n + 1);
    let question = Question::new("wan", &words, of_line(flags, "wan")).known(Some(&known));
    talk.ask(question, |text| {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if text.is_empty() || !text.chars().all(legal) || text.starts_with(['-', '.']) {
            Err(format!(
                "{text:?}: use letters, digits, \"_\", \"-\" and \".\""
            ))
        } else if text == TAKEN || others.iter().any(|other| other.name == text) {
            Err(format!(
                "{text} is taken; the file {text}.yaml is another one's"
            ))
        } else {
            Ok(text.to_owned())
        }
    })
}

fn of_name(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    flags: Option<&Answers>,
    name: String,
    count: usize,
) -> Result<Line, Stop> {
    let before = given.before.wan(&name);
    let kind = ask_kind(talk, of_line(flags, "line"), before)?;
    let ceilings = ceilings(talk, flags, before)?;
    let source = match (of_line(flags, "source-address"), count) {
        (None, 1) => before.and_then(source_of),
        (flag, _) => source(talk, flag, before)?,
    };
    Ok(Line {
        name,
        kind,
        ceilings,
        queues: Both::default(),
        source,
    })
}

fn ask_kind(
    talk: &mut Talk<'_>,
    flag: Option<&str>,
    before: Option<&WanConfig>,
) -> Result<&'static Kind, Stop> {
    let adaptive = before.filter(|before| before.control_law == ControlLaw::Adaptive);
    let known = adaptive.map(|before| before.adaptive.line.word());
    if talk.is_attended() && flag.is_none() {
        let mut table = String::new();
        for (n, kind) in KINDS.iter().enumerate() {
            let _ = writeln!(table, "  {} {:<9} {}", n + 1, kind.word, kind.meaning);
        }
        talk.show(&table)?;
    }
    let question = Question::new("line", "What kind of line is it", flag).known(known);
    talk.ask(question, kind)
}

fn ceilings(
    talk: &mut Talk<'_>,
    flags: Option<&Answers>,
    before: Option<&WanConfig>,
) -> Result<Both<f64>, Stop> {
    if talk.is_attended() {
        talk.say(
            "How fast is it on its best day, in Mbit/s? What the contract promises will do: the ceiling is \
             that, and the rest is found out. `wanctl calibrate` measures it later.",
        )?;
    }
    let known = before.map(|before| {
        mbit(Both::from_fn(|direction| {
            before.shapers[direction].ceiling.as_mbps()
        }))
    });
    let mut ceilings = Both::default();
    for direction in Direction::BOTH {
        let (flag, words) = match direction {
            Direction::Down => ("download", "Download, Mbit/s"),
            Direction::Up => ("upload", "Upload, Mbit/s"),
        };
        let known = known.as_ref().map(|known| known[direction].as_str());
        let question = Question::new(flag, words, of_line(flags, flag)).known(known);
        let most = MOST[direction];
        ceilings[direction] = talk.ask(question, |text| {
            let mbps = text
                .parse()
                .ok()
                .filter(|mbps| (LEAST..=most).contains(mbps));
            mbps.ok_or_else(|| format!("{text:?} is not a number from {LEAST} to {most}"))
        })?;
    }
    Ok(ceilings)
}

fn source_of(before: &WanConfig) -> Option<IpAddr> {
    before.measurement.source_address
}

/// Where this machine has a way of its own to each line.
fn source(
    talk: &mut Talk<'_>,
    flag: Option<&str>,
    before: Option<&WanConfig>,
) -> Result<Option<IpAddr>, Stop> {
    if talk.is_attended() && flag.is_none() {
        talk.say(
            "Each line is measured by echoes that leave over it. Which address of this machine does the \
             router route over this line? (\"none\" if the line is the default way out.)",
        )?;
    }
    let before = before.and_then(source_of).map(|ip| ip.to_string());
    let known = before.as_deref().unwrap_or("none");
    let question = Question::new("source-address", "Source address", flag).known(Some(known));
    talk.ask(question, |text| match text {
        "none" | "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| format!("{text:?} is no address")),
    })
}
