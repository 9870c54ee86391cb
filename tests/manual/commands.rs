//! Every command line that is shown is run, as it is written.

use std::collections::BTreeSet;
use std::process::Output;
use std::thread;
use std::time::Duration;

use wanctl::manual::commands::ALL;

use crate::blocks::{Typed, typed};
use crate::house::{House, holds};
use crate::places::{PLACES, Place};
use crate::root;

/// Those of README and guides, and the examples of the pages.
fn shown() -> Vec<Typed> {
    let mut shown = typed();
    for page in ALL {
        shown.extend(page.examples.iter().map(|(line, _)| Typed {
            place: format!("{} --help", page.command),
            line: (*line).to_owned(),
        }));
    }
    shown
}

/// Commands of wanctl that touch nothing outside of the house.
const HARMLESS: [&str; 14] = [
    "wanctl --config ",
    "wanctl --version",
    "wanctl check ",
    "wanctl demo ",
    "wanctl double ",
    "wanctl fingerprint ",
    "wanctl help ",
    "wanctl history ",
    "wanctl-history ",
    "wanctl manual ",
    "wanctl notice ",
    "wanctl replay ",
    "wanctl simulate ",
    "wanctl-steering --config ",
];

/// Where a line is run; `None` if nobody has said.
fn place_of(line: &str) -> Option<Place> {
    let named = PLACES.iter().find(|(known, _)| *known == line);
    let harmless = HARMLESS.iter().any(|begin| line.starts_with(begin));
    let by_default = || harmless.then_some(Place::Here(0));
    named.map(|(_, place)| *place).or_else(by_default)
}

#[test]
fn every_command_line_has_its_place_and_every_place_its_line() {
    let shown = shown();
    assert!(shown.len() > 20, "{}", shown.len());
    for Typed { place, line } in &shown {
        match place_of(line) {
            None => {
                panic!("{place}: nobody runs `{line}`; tests/manual/places.rs has to say who does")
            }
            Some(Place::Elsewhere(file, words)) => {
                assert!(
                    holds(&root(file), words),
                    "{place}: {file} does not run `{words}`"
                );
            }
            Some(Place::Here(_) | Place::Lasts | Place::Beside) => {}
        }
    }
    for (line, _) in PLACES {
        let used = shown.iter().any(|typed| typed.line == *line);
        assert!(used, "nobody shows `{line}` any more");
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "what lasts is given a moment in which it could end by itself"
)]
fn every_command_line_works_as_it_is_written() {
    let house = House::new();
    let lines: BTreeSet<String> = shown().into_iter().map(|typed| typed.line).collect();
    let all_of = |wanted: fn(Place) -> bool| {
        let lines = lines.iter();
        lines.filter(move |line| place_of(line).is_some_and(wanted))
    };
    let (daemon, steering) = (
        "wanctl --config /etc/wanctl/wan1.yaml",
        "wanctl-steering --config /etc/wanctl/steering.yaml",
    );
    let (ended, (steered, ())) = house.during(daemon, || {
        house.wait_for_health();
        house.during(steering, || {
            house.wait_for_steering();
            for line in all_of(|place| place == Place::Beside) {
                let out = house.run(line);
                assert!(out.status.success(), "{line}: {}", said(&out));
            }
        })
    });
    assert!(ended.status.success(), "{daemon}: {}", said(&ended));
    assert!(steered.status.success(), "{steering}: {}", said(&steered));
    for line in all_of(|place| matches!(place, Place::Here(_))) {
        let Some(Place::Here(code)) = place_of(line) else {
            continue;
        };
        let out = house.run(line);
        assert_eq!(out.status.code(), Some(code), "{line}:\n{}", said(&out));
    }
    for line in all_of(|place| place == Place::Lasts) {
        let (ended, ()) = house.during(line, || thread::sleep(Duration::from_secs(2)));
        assert!(ended.status.success(), "{line}: {}", said(&ended));
    }
}

fn said(out: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&out.stdout) + &text(&out.stderr)
}
