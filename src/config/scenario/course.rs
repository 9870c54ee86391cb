//! A quantity that changes: one value, a list of steps, or a section that says how.

use super::rules::{LONGEST, Seconds, share};
use super::{LONGEST_STORY, each};
use crate::config::node::Kind;
use crate::config::rule::Rule;
use crate::config::section::Section;
use crate::config::value::Value;
use crate::sim::trial::story::{Course, Draw};
use crate::time::Duration;

/// From one step of a walk or a swing to the next.
const STEP: Seconds = Seconds::within(0.05, 3_600.0);
const HALF_A_SECOND: Duration = Duration::from_millis(500);
const PERIOD: Seconds = Seconds::within(0.1, LONGEST_STORY as f64);
/// The ways a section can say it.
const WAYS: [&str; 4] = ["steps", "walk", "swing", "random"];

/// The course below `key`, or the usual value throughout.
pub(super) fn course<R: Rule>(
    section: &Section<'_>,
    key: &'static str,
    rule: &R,
    usual: R::Output,
) -> Option<Course<R::Output>> {
    let Some(value) = section.value(key) else {
        return Some(Course::Steady(usual));
    };
    match &value.node.kind {
        Kind::Scalar { .. } => value.read(rule).map(Course::Steady),
        Kind::List(_) => steps(section, key, rule, None),
        Kind::Section(_) => changing(section.section(key), rule),
    }
}

fn changing<R: Rule>(section: Section<'_>, rule: &R) -> Option<Course<R::Output>> {
    let mut given = WAYS.into_iter().filter(|way| section.value(way).is_some());
    let (way, more) = (given.next(), given.next());
    if let Some(more) = more {
        section.conflict(
            more,
            "is one way too many; expected one of steps, walk, swing, random",
        );
        return None;
    }
    let course = match way {
        Some("steps") => {
            let period = section.optional("repeat_every_sec", &PERIOD);
            steps(&section, "steps", rule, period?)
        }
        Some("walk") => walk(section.section("walk"), rule),
        Some("swing") => swing(section.section("swing"), rule),
        Some(_) => random(section.section("random"), rule),
        None => {
            section.missing("steps", "a value, or one of steps, walk, swing, random");
            None
        }
    };
    section.finish(&[]);
    course
}

fn steps<R: Rule>(
    section: &Section<'_>,
    key: &'static str,
    rule: &R,
    repeats_every: Option<Duration>,
) -> Option<Course<R::Output>> {
    let steps = each(section, key, |step| {
        let at = step.required("at_sec", &LONGEST);
        let is = step.required("is", rule);
        step.finish(&[]);
        Some((at?, is?))
    })?;
    if steps.first().is_none_or(|&(at, _)| at > Duration::ZERO) {
        section.conflict(key, "begins too late; expected a first step with at_sec: 0");
        return None;
    }
    if steps.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        section.conflict(
            key,
            "is out of order; expected each at_sec above the one before",
        );
        return None;
    }
    Some(Course::Steps {
        steps,
        repeats_every,
    })
}

fn walk<R: Rule>(section: Section<'_>, rule: &R) -> Option<Course<R::Output>> {
    let around = section.required("around", rule);
    let by = section.required("by", rule);
    let every = section.or("every_sec", HALF_A_SECOND, &STEP);
    let jumps = share(&section, "jumps_percent", 0.0);
    let least = section.required("least", rule);
    let most = section.required("most", rule);
    section.finish(&[]);
    Some(Course::Walk {
        around: around?,
        by: by?,
        every: every?,
        jumps: jumps?,
        least: least?,
        most: most?,
    })
}

fn swing<R: Rule>(section: Section<'_>, rule: &R) -> Option<Course<R::Output>> {
    let from = section.required("from", rule);
    let to = section.required("to", rule);
    let over = section.required("over_sec", &PERIOD);
    let every = section.or("every_sec", HALF_A_SECOND, &STEP);
    let dips = share(&section, "dips_percent", 0.0);
    section.finish(&[]);
    Some(Course::Swing {
        from: from?,
        to: to?,
        over: over?,
        every: every?,
        dips: dips?,
    })
}

fn random<R: Rule>(section: Section<'_>, rule: &R) -> Option<Course<R::Output>> {
    let lasts = match section.value("every_sec") {
        Some(value) if value.items().is_some() => pair(&value, &PERIOD),
        _ => {
            let every = section.required("every_sec", &PERIOD);
            every.map(|every| (every, every))
        }
    };
    let draw = match (section.value("of"), section.value("between")) {
        (Some(value), None) => some(&value, rule).map(Draw::Of),
        (None, Some(value)) => pair(&value, rule).map(|(low, high)| Draw::Between(low, high)),
        (Some(_), Some(_)) => {
            section.conflict(
                "between",
                "is one too many beside of; expected one of the two",
            );
            None
        }
        (None, None) => {
            section.missing(
                "of",
                "a list of values, or between with the lowest and the highest",
            );
            None
        }
    };
    section.finish(&[]);
    Some(Course::Random {
        lasts: lasts?,
        draw: draw?,
    })
}

/// At least one value.
fn some<R: Rule>(value: &Value<'_>, rule: &R) -> Option<Vec<R::Output>> {
    let items = value.items().unwrap_or_default();
    if items.is_empty() {
        let advice = format!("expected a list, each item {}", rule.expected());
        value.problem("is no list of values", Some(advice));
        return None;
    }
    let read: Vec<_> = items.iter().map(|item| item.read(rule)).collect();
    read.into_iter().collect()
}

/// The lowest and the highest value.
fn pair<R: Rule>(value: &Value<'_>, rule: &R) -> Option<(R::Output, R::Output)> {
    let items = value.items().unwrap_or_default();
    let [low, high] = items.as_slice() else {
        let advice = format!("expected [lowest, highest], each {}", rule.expected());
        value.problem("is no pair of values", Some(advice));
        return None;
    };
    let (low, high) = (low.read(rule), high.read(rule));
    Some((low?, high?))
}
