//! YAML blocks are what the validator takes, RouterOS blocks what the double's console does.

use std::path::Path;

use serde_yaml::Value;
use wanctl::config::{parse, parse_scenario, parse_steering};
use wanctl::sim::double::{Router, RouterOptions};
use wanctl::time::Instant;

use crate::blocks::all;
use crate::house::merge;

const WAN: &str = include_str!("../config/valid.yaml");
const STEERING: &str = include_str!("../config/steering.yaml");
/// Sections that only a steering file has.
const ONLY_STEERING: [&str; 9] = [
    "topology",
    "mangle_rule",
    "measurement",
    "cake_state_sources",
    "cake_queues",
    "mode",
    "thresholds",
    "confidence",
    "steering",
];
/// Menus that the double does not have.
const UNKNOWN_MENUS: [&str; 5] = [
    "/system logging",
    "/user/ssh-keys",
    "/routing table",
    "/ip route",
    "/tool",
];

#[test]
fn every_yaml_block_is_taken_by_the_validator() {
    let mut seen = 0;
    for code in all().into_iter().filter(|code| code.language == "yaml") {
        let value: Value =
            serde_yaml::from_str(&code.text).unwrap_or_else(|e| panic!("{}: {e}", code.place));
        let has = |key: &str| value.get(key).is_some();
        let file = Path::new("block.yaml");
        let over = |base: &str| {
            let mut whole: Value = serde_yaml::from_str(base).expect("YAML");
            merge(&mut whole, value.clone());
            serde_yaml::to_string(&whole).expect("YAML")
        };
        let (problems, warnings) = if has("services") {
            // For another program: that it is YAML has been seen.
            (String::new(), Vec::new())
        } else if has("lasts_sec") {
            said(parse_scenario(file, code.text.as_bytes()))
        } else if ONLY_STEERING.iter().any(|key| has(key)) {
            said(parse_steering(file, over(STEERING).as_bytes()))
        } else {
            said(parse(file, over(WAN).as_bytes()))
        };
        assert!(problems.is_empty(), "{}: {problems}", code.place);
        let unknown = warnings
            .iter()
            .find(|warning| warning.contains("unknown key"));
        assert_eq!(unknown, None, "{}", code.place);
        seen += 1;
    }
    assert!(seen > 0, "there are some");
}

/// Problems, and warnings.
fn said<T>(
    read: Result<wanctl::config::Loaded<T>, wanctl::config::Report>,
) -> (String, Vec<String>) {
    match read {
        Ok(loaded) => {
            let warnings = loaded.warnings.iter().map(ToString::to_string);
            (String::new(), warnings.collect())
        }
        Err(report) => (report.to_string(), Vec::new()),
    }
}

/// What the double has from the start, and how it goes away.
const MADE: [(&str, &str); 3] = [
    ("/queue tree add", "/queue tree remove [find]"),
    ("/user add name=wanctl", "/user remove [find name=wanctl]"),
    (
        "/user group add name=wanctl",
        "/user group remove [find name=wanctl]",
    ),
];

#[test]
fn every_routeros_block_is_done_by_the_double() {
    let (mut done, mut unknown) = (0, 0);
    for code in all().into_iter().filter(|code| code.language == "routeros") {
        let mut router = Router::new(&RouterOptions::default());
        // Who is told to make something has none of that name yet.
        for (made, away) in MADE {
            if code.text.contains(made) {
                let outcome = router.run_terminal(Instant::ZERO, away);
                assert_eq!(outcome.output, "", "{away}");
            }
        }
        for line in code
            .text
            .replace("\\\n", "")
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let outcome = router.run_terminal(Instant::ZERO, &line);
            let known = !UNKNOWN_MENUS.iter().any(|menu| line.starts_with(menu));
            let refused = [
                "bad command name",
                "bad parameter",
                "syntax error",
                "failure",
                "expected",
                "no such",
                "input does not match",
                "missing value",
                "invalid",
            ];
            let refusal = refused
                .iter()
                .find(|words| outcome.output.starts_with(*words));
            if known {
                assert_eq!(refusal, None, "{}: {line}\n{}", code.place, outcome.output);
                done += 1;
            } else {
                assert_eq!(
                    refusal,
                    Some(&"bad command name"),
                    "{}: the double knows {line}",
                    code.place
                );
                unknown += 1;
            }
        }
    }
    assert!(
        done > 0,
        "{done} done, {unknown} in menus that the double does not have"
    );
}
