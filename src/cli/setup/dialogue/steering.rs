//! Steering: which line is watched, which one helps out, and the rule between them.

use super::Given;
use crate::cli::check::visit::Visit;
use crate::cli::setup::files::{self, STEERING};
use crate::cli::setup::plan::{Line, Router, Steering};
use crate::cli::setup::stop::Stop;
use crate::cli::setup::talk::{Next, Question, Talk};
use crate::config::{self, SteeringConfig};

pub(super) fn steering(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    router: &Router,
    lines: &[Line],
    visit: Option<&Visit>,
) -> Result<Option<Steering>, Stop> {
    if !wanted(talk, given, lines)? {
        return Ok(None);
    }
    let before = given.before.steering.as_ref();
    let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let is_line = |name: &str| {
        let is_one = names.contains(&name);
        is_one
            .then(|| name.to_owned())
            .ok_or_else(|| format!("{name:?} is none of the lines {}", names.join(", ")))
    };
    let known = before.map(|before| before.topology.primary.as_str());
    let known = known
        .filter(|name| names.contains(name))
        .or(names.first().copied());
    let words = "Line that is watched, and left when it is bad";
    let question = Question::new("primary", words, given.answer("primary")).known(known);
    let primary = talk.ask(question, is_line)?;
    let other = names.iter().copied().find(|name| *name != primary);
    let question = Question::new(
        "alternate",
        "Line that helps out",
        given.answer("alternate"),
    );
    let alternate = talk.ask(question.known(other), |name| match is_line(name) {
        Ok(name) if name == primary => Err("that is the line that is watched".to_owned()),
        checked => checked,
    })?;
    let steering = Steering {
        comment: comment(talk, given, &alternate, visit)?,
        primary,
        alternate,
    };
    if let Some(visit) = visit {
        look(talk, given, router, lines, visit, &steering)?;
    }
    Ok(Some(steering))
}

fn wanted(talk: &mut Talk<'_>, given: Given<'_>, lines: &[Line]) -> Result<bool, Stop> {
    if given.args.steering == Some(true) && lines.len() < 2 {
        let sentence = "--steering: it needs two lines; give --wan twice";
        return Err(Stop::Bad(sentence.to_owned()));
    }
    let before = given.before.steering.is_some();
    match given.args.steering {
        Some(wanted) => Ok(wanted),
        None if lines.len() < 2 => Ok(false),
        None if !talk.is_attended() => Ok(before),
        None => {
            talk.head("Steering");
            talk.say(
                "wanctl can send new calls and games over the other line while one is really bad. It \
                 switches one mangle rule on the router for that.",
            )?;
            talk.confirm("Set that up, too?", before)
        }
    }
}

fn comment(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    alternate: &str,
    visit: Option<&Visit>,
) -> Result<String, Stop> {
    let before = given.before.steering.as_ref();
    let before = before.map(|before| before.comment.clone());
    let found = visit.map_or_else(Vec::new, Visit::comments);
    let found = found.into_iter().find(|comment| {
        let comment = comment.to_lowercase();
        comment.contains("steer") && comment.contains(&alternate.to_lowercase())
    });
    let usual = format!("wanctl: latency-sensitive to {alternate}");
    let known = before.or(found).unwrap_or(usual);
    let words = "Comment of the mangle rule that steers";
    let question = Question::new("mangle-comment", words, given.answer("mangle-comment"));
    talk.ask(question.known(Some(&known)), |text| {
        if text.is_empty() || text.chars().any(char::is_control) {
            Err("a comment is needed".to_owned())
        } else {
            Ok(text.to_owned())
        }
    })
}

/// Until the rule is there and in order, or the person goes on without.
fn look(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    router: &Router,
    lines: &[Line],
    visit: &Visit,
    steering: &Steering,
) -> Result<(), Stop> {
    let config = config_of(given, router, lines, steering)?;
    loop {
        let words = visit.judge_rule(&config);
        let errors: Vec<&str> = words
            .iter()
            .filter(|word| word.is_error)
            .map(|word| word.page.as_str())
            .collect();
        if errors.is_empty() {
            return Ok(());
        }
        if !talk.is_attended() {
            return Err(Stop::Failed(errors.concat().trim().to_owned()));
        }
        talk.show(&errors.concat())?;
        if talk.wait()? == Next::Skip {
            return Ok(());
        }
    }
}

fn config_of(
    given: Given<'_>,
    router: &Router,
    lines: &[Line],
    steering: &Steering,
) -> Result<SteeringConfig, Stop> {
    let text = files::steering(STEERING, steering, lines, router, given.places)
        .map_err(|error| Stop::Failed(error.to_string()))?;
    let file = given.places.file("steering");
    let loaded = config::parse_steering(&file, text.as_bytes());
    Ok(loaded.map_err(|report| report.to_string())?.config)
}
