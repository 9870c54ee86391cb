use super::*;
use crate::config::{Report, parse_scenario};
use crate::sim::trial::story::{Course, Draw};

fn read(text: &str) -> Result<Story, Report> {
    parse_scenario(Path::new("folder/mine.yaml"), text.as_bytes()).map(|loaded| loaded.config)
}

fn said(text: &str) -> Vec<String> {
    let report = read(text).expect_err("something is wrong");
    let warnings = report.warnings().iter();
    let all = report.problems().iter().chain(warnings);
    all.map(ToString::to_string).collect()
}

#[test]
fn what_is_left_out_has_a_usual_value() {
    let story = read("about: nothing happens").unwrap();
    assert_eq!(story.name, "mine");
    assert_eq!(story.lasts, DEFAULT_LASTS);
    assert_eq!(story.flows, DEFAULT_FLOWS);
    assert_eq!(story.rtt, Course::Steady(Distance::OfConfigured(1.0)));
    for side in [&story.sides.down, &story.sides.up] {
        assert_eq!(side.capacity, Course::Steady(Amount::OfCeiling(1.0)));
        assert_eq!(side.load, Course::Steady(AmountRule::IDLE));
        assert_eq!(side.buffer, DEFAULT_BUFFER);
    }
    assert_eq!(story.router, RouterHabits::default());
    assert_eq!(story.shared, None);
}

#[test]
fn every_way_to_say_how_a_quantity_goes_is_read() {
    let story = read(
        "
rtt_ms: {random: {every_sec: 15, between: [90%, 44]}}
shared_capacity: 60
download:
  capacity:
    - {at_sec: 0, is: 40%}
    - {at_sec: 2.5, is: 40}
  load: {repeat_every_sec: 20, steps: [{at_sec: 0, is: bulk}]}
upload:
  capacity: {walk: {around: 60%, by: 6, least: 1, most: 98%, jumps_percent: 2}}
  load: {swing: {from: idle, to: bulk, over_sec: 300}}
",
    )
    .unwrap();
    let second = Duration::from_secs;
    let between = Draw::Between(
        Distance::OfConfigured(0.9),
        Distance::Absolute(Duration::from_millis(44)),
    );
    let lasts = (second(15), second(15));
    assert_eq!(
        story.rtt,
        Course::Random {
            lasts,
            draw: between
        }
    );
    let forty = Amount::Absolute(crate::units::Rate::mbit(40));
    let steps = vec![
        (Duration::ZERO, Amount::OfCeiling(0.4)),
        (Duration::from_millis(2_500), forty),
    ];
    let repeats_every = None;
    assert_eq!(
        story.sides.down.capacity,
        Course::Steps {
            steps,
            repeats_every
        }
    );
    let steps = vec![(Duration::ZERO, Amount::Bulk)];
    let repeats_every = Some(second(20));
    assert_eq!(
        story.sides.down.load,
        Course::Steps {
            steps,
            repeats_every
        }
    );
    assert!(matches!(
        story.sides.up.capacity,
        Course::Walk { jumps, .. } if (jumps - 0.02).abs() < 1e-9
    ));
    assert!(matches!(story.sides.up.load, Course::Swing { over, .. } if over == second(300)));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line_and_what_would_be_right() {
    let said = said(
        "lasts_sec: 5
rtt: 10
download:
  capacity: fast
  load: {walk: {around: 30%}, swing: 3}
upload:
  capacity:
    - {at_sec: 3, is: 40%}
  load: {random: {every_sec: [1, 2, 3], of: []}}
reflectors:
  troubles:
    - {reflector: none, from_sec: 9, until_sec: 3}
    - 7
weather: 3
router: {write_ms: 0}
",
    );
    let expected = [
        "folder/mine.yaml:1: lasts_sec: 5 is out of range; expected a number from 10 to 86400",
        "folder/mine.yaml:4: download.capacity: 'fast' is no rate; expected a share of the ceiling such as \
         40% or Mbit/s such as 40",
        "folder/mine.yaml:5: download.load.swing: is one way too many; expected one of steps, walk, swing, \
         random",
        "folder/mine.yaml:7: upload.capacity: begins too late; expected a first step with at_sec: 0",
        "folder/mine.yaml:9: upload.load.random.every_sec: is no pair of values; expected [lowest, highest], \
         each a number from 0.1 to 86400.0",
        "folder/mine.yaml:9: upload.load.random.of: is no list of values; expected a list, each item a share \
         of the ceiling such as 40%, Mbit/s such as 40, bulk or idle",
        "folder/mine.yaml:12: reflectors.troubles[0].reflector: 'none' is no reflector; expected a number from \
         1 to 16, or all",
        "folder/mine.yaml:12: reflectors.troubles[0].until_sec: is not after from_sec",
        "folder/mine.yaml:12: reflectors.troubles[0].silent: missing; expected silent: true, or farther_ms",
        "folder/mine.yaml:13: reflectors.troubles[1]: 7 is no section; expected keys of its own",
        "folder/mine.yaml:14: weather: 3 is no list; expected a list, each item with keys of its own",
        "folder/mine.yaml:15: router.write_ms: 0 is out of range; expected a number from 1 to 5000",
        "folder/mine.yaml:2: rtt: unknown key, ignored",
    ];
    assert_eq!(said, expected);
}

#[test]
fn an_empty_file_and_a_list_are_no_scenario() {
    for (text, sentence) in [
        (
            "",
            "folder/mine.yaml: empty; a config file has keys such as download",
        ),
        (
            "- 1",
            "folder/mine.yaml:1: not a section of keys; a config file begins with keys such as download",
        ),
    ] {
        assert_eq!(said(text), [sentence]);
    }
}
