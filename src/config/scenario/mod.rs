//! A scenario file: a line, and what happens to it (`configs/scenarios`).

mod course;
mod rules;

use std::path::Path;

use self::course::course;
use self::rules::{AmountRule, DistanceRule, FARTHEST, LONGEST, Millis, Seconds, share};
use super::rule::{Flag, Number, Rule, Text, Whole};
use super::section::Section;
use super::value::Value;
use crate::control::prober::MAX_REFLECTORS;
use crate::direction::Both;
use crate::sim::trial::story::{
    Amount, Distance, RouterHabits, Side, Story, Trouble, Weather, Wrong,
};
use crate::sim::trial::{Quirks, Span};
use crate::time::Duration;

/// `lasts_sec`, in seconds: long enough to see what a law does, short enough to read.
pub const DEFAULT_LASTS: Duration = Duration::from_secs(120);
/// `flows` of each direction: a household. 0 is a stream of endlessly many.
pub const DEFAULT_FLOWS: u32 = 8;
/// The longest story, in seconds: a day.
pub const LONGEST_STORY: u32 = 86_400;
/// `buffer_ms` of a direction: an ordinary modem.
pub const DEFAULT_BUFFER: Duration = Duration::from_millis(400);
/// More flows than this are one stream.
const MOST_FLOWS: u32 = 64;
/// The largest packet on a line, in bytes.
const LONGEST_PACKET: u32 = 65_535;

/// Reads the root of a scenario file. `None` means that a problem was noted.
pub(super) fn read(file: &Path, root: Section<'_>) -> Option<Story> {
    let about = root.or("about", String::new(), &Text);
    let lasts = Seconds::within(10.0, LONGEST_STORY.into());
    let lasts = root.or("lasts_sec", DEFAULT_LASTS, &lasts);
    let rtt = course(&root, "rtt_ms", &DistanceRule, Distance::OfConfigured(1.0));
    let down = side(root.section("download"));
    let up = side(root.section("upload"));
    let shared = root.optional("shared_capacity", &AmountRule::CAPACITY);
    let reflectors = root.section("reflectors");
    let quirks = quirks(&reflectors);
    let troubles = each(&reflectors, "troubles", trouble);
    reflectors.finish(&[]);
    let weather = each(&root, "weather", weather);
    let router = router(root.section("router"));
    let flows = Whole {
        min: 0,
        max: MOST_FLOWS,
    };
    let flows = root.or("flows", DEFAULT_FLOWS, &flows);
    let packet = Whole {
        min: 0,
        max: LONGEST_PACKET,
    };
    let packet = root.or("packet_bytes", 0, &packet);
    root.finish(&[]);
    Some(Story {
        name: file.file_stem()?.to_string_lossy().into_owned(),
        about: about?,
        lasts: lasts?,
        rtt: rtt?,
        sides: Both {
            down: down?,
            up: up?,
        },
        shared: shared?,
        reflectors: quirks?,
        troubles: troubles?,
        weather: weather?,
        router: router?,
        flows: flows?,
        packet: packet?.into(),
    })
}

fn side(section: Section<'_>) -> Option<Side> {
    let all = Amount::OfCeiling(1.0);
    let capacity = course(&section, "capacity", &AmountRule::CAPACITY, all);
    let load = course(&section, "load", &AmountRule::LOAD, AmountRule::IDLE);
    let buffer = section.or("buffer_ms", DEFAULT_BUFFER, &Millis::within(1.0, 10_000.0));
    section.finish(&[]);
    Some(Side {
        capacity: capacity?,
        load: load?,
        buffer: buffer?,
    })
}

fn quirks(section: &Section<'_>) -> Option<Quirks> {
    let usual = Quirks::default();
    let jitter = section.or("jitter_ms", usual.jitter, &FARTHEST);
    let spikes = share(section, "spikes_percent", usual.spikes);
    let loss = share(section, "loss_percent", usual.loss);
    Some(Quirks {
        jitter: jitter?,
        spikes: spikes?,
        loss: loss?,
        ..usual
    })
}

/// Every item of a list of sections, none if there is no such list.
fn each<T>(
    section: &Section<'_>,
    key: &'static str,
    read: impl Fn(Section<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(value) = section.value(key) else {
        return Some(Vec::new());
    };
    let Some(items) = value.items() else {
        let advice = "expected a list, each item with keys of its own".to_owned();
        value.problem("is no list", Some(advice));
        return None;
    };
    let read = items.iter().map(|item| read(Section::of(item)?));
    // Every item is read, so that all problems are noted.
    let read: Vec<Option<T>> = read.collect();
    read.into_iter().collect()
}

fn span(section: &Section<'_>) -> Option<Span> {
    let from = section.required("from_sec", &LONGEST);
    let until = section.required("until_sec", &LONGEST);
    let (from, until) = (from?, until?);
    if from >= until {
        section.conflict("until_sec", "is not after from_sec");
        return None;
    }
    Some(Span { from, until })
}

fn trouble(section: Section<'_>) -> Option<Trouble> {
    let reflector = section.required("reflector", &Which);
    let span = span(&section);
    let silent = section.or("silent", false, &Flag);
    let farther = section.optional("farther_ms", &FARTHEST);
    let what = match (silent?, farther?) {
        (true, None) => Some(Wrong::Silent),
        (false, Some(by)) => Some(Wrong::Farther(by)),
        (true, Some(_)) => {
            section.conflict("farther_ms", "is not heard of a reflector that is silent");
            None
        }
        (false, None) => {
            section.missing("silent", "silent: true, or farther_ms");
            None
        }
    };
    section.finish(&[]);
    Some(Trouble {
        reflector: reflector?,
        span: span?,
        what: what?,
    })
}

fn weather(section: Section<'_>) -> Option<Weather> {
    let span = span(&section);
    let adds = section.required("adds_ms", &FARTHEST);
    let period = Seconds::within(0.1, LONGEST_STORY.into());
    let repeats_every = section.optional("repeat_every_sec", &period);
    section.finish(&[]);
    Some(Weather {
        span: span?,
        adds: adds?,
        repeats_every: repeats_every?,
    })
}

fn router(section: Section<'_>) -> Option<RouterHabits> {
    let usual = RouterHabits::default();
    let takes = Millis::within(1.0, 5_000.0);
    let write_takes = section.or("write_ms", usual.write_takes, &takes);
    let counters = section.or("counters", true, &Flag);
    let takes = section.or("counters_ms", Duration::from_millis(20), &takes);
    let read = section.or("counters_read_percent", 100.0, &Number::within(50.0, 200.0));
    section.finish(&[]);
    let takes = takes?;
    Some(RouterHabits {
        write_takes: write_takes?,
        counters_take: counters?.then_some(takes),
        counters_read: read? / 100.0,
    })
}

/// One reflector, counted from 1, or all of them.
#[derive(Clone, Copy, Debug)]
struct Which;

impl Rule for Which {
    type Output = Option<u8>;

    fn expected(&self) -> String {
        format!("a number from 1 to {MAX_REFLECTORS}, or all")
    }

    fn read(&self, value: &Value<'_>) -> Result<Option<u8>, super::rule::Bad> {
        if let Ok(word) = Text.read(value) {
            return match &*word {
                "all" => Ok(None),
                _ => Err("is no reflector".into()),
            };
        }
        let most = u32::try_from(MAX_REFLECTORS).unwrap_or(u32::MAX);
        let which = Whole { min: 1, max: most }.read(value)?;
        Ok(u8::try_from(which - 1).ok())
    }
}

#[cfg(test)]
mod tests;
