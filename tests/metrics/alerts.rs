//! `configs/prometheus`: rules, their stories, and the scrape file.

use serde_yaml::Value;

use crate::promtool::{assert_content, config};
use crate::query::assert_exported;

fn rules() -> Vec<Value> {
    let (_, text) = config("prometheus/alerts.yml");
    let file: Value = serde_yaml::from_str(&text).expect("YAML");
    let groups = file["groups"].as_sequence().expect("groups").clone();
    let rules = groups.iter().map(|group| group["rules"].as_sequence());
    rules
        .flat_map(|rules| rules.expect("rules"))
        .cloned()
        .collect()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    let word = value[key].as_str();
    word.unwrap_or_else(|| panic!("{key} is missing in {value:?}"))
}

#[test]
fn promtool_accepts_rules_and_scrape_file() {
    let (rules, _) = config("prometheus/alerts.yml");
    assert_content(&["check", "rules"], &rules);
    let (scrape, _) = config("prometheus/scrape.yml");
    assert_content(&["check", "config"], &scrape);
}

#[test]
fn promtool_sees_every_story_end_as_told() {
    let (stories, _) = config("prometheus/alerts_test.yml");
    assert_content(&["test", "rules"], &stories);
}

#[test]
fn rules_ask_for_what_is_exported() {
    for rule in rules() {
        assert_exported(word(&rule, "alert"), word(&rule, "expr"));
    }
}

#[test]
fn every_rule_has_a_summary_a_severity_and_a_story() {
    let (_, stories) = config("prometheus/alerts_test.yml");
    for rule in rules() {
        let alert = word(&rule, "alert");
        let (labels, annotations) = (&rule["labels"], &rule["annotations"]);
        let severity = word(labels, "severity");
        assert!(matches!(severity, "page" | "ticket"), "{alert}: {severity}");
        assert!(word(annotations, "summary").len() < 100, "{alert}");
        assert!(word(annotations, "description").len() > 20, "{alert}");
        let fires = format!("{{alertname=\"{alert}\"");
        assert!(stories.contains(&fires), "no story in which {alert} fires");
    }
}

/// The stories are about series that exist.
#[test]
fn stories_are_about_what_is_exported() {
    let (_, text) = config("prometheus/alerts_test.yml");
    let file: Value = serde_yaml::from_str(&text).expect("YAML");
    let stories = file["tests"].as_sequence().expect("tests");
    assert!(stories.len() > 10);
    for story in stories {
        let name = word(story, "name");
        for input in story["input_series"].as_sequence().expect("series") {
            assert_exported(name, word(input, "series"));
        }
    }
}
