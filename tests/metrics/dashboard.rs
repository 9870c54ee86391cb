//! `configs/grafana/wanctl.json`, as far as it can be judged without a Grafana.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::promtool::{assert_content, config};
use crate::query::{assert_exported, names};

/// What Grafana puts in, by example.
const VARIABLES: [(&str, &str); 4] = [
    ("$__rate_interval", "1m"),
    ("$__interval", "15s"),
    ("$__range", "6h"),
    ("$wan", "wan1|wan2"),
];

/// The lowest schema with the panels we use (Grafana 9).
const SCHEMA: u64 = 37;
const WIDTH: u64 = 24;

fn dashboard() -> Value {
    let (_, text) = config("grafana/wanctl.json");
    serde_json::from_str(&text).expect("JSON")
}

fn panels(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().expect("panels")
}

/// Every `expr` anywhere, and what the variables are made of.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == "expr" => found.push(text.clone()),
                    _ => queries(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

fn all_queries() -> Vec<String> {
    let mut found = Vec::new();
    queries(&dashboard(), &mut found);
    assert!(found.len() > 20, "{found:?}");
    found
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    let text = value[key].as_str();
    text.unwrap_or_else(|| panic!("{key} is missing in {value:#}"))
}

fn number(value: &Value, key: &str) -> u64 {
    let number = value[key].as_u64();
    number.unwrap_or_else(|| panic!("{key} is missing in {value:#}"))
}

#[test]
fn it_has_what_grafana_needs() {
    let dashboard = dashboard();
    assert!(number(&dashboard, "schemaVersion") >= SCHEMA);
    assert_eq!(text(&dashboard, "title"), "wanctl");
    assert_eq!(text(&dashboard, "uid"), "wanctl");
    // Grafana gives it a number of its own.
    assert!(dashboard["id"].is_null());
    let variables = dashboard["templating"]["list"]
        .as_array()
        .expect("variables");
    let is = |name: &str, kind: &str| {
        let mut variables = variables.iter();
        variables.any(|v| text(v, "name") == name && text(v, "type") == kind)
    };
    assert!(is("datasource", "datasource") && is("wan", "query"));
    for variable in variables.iter().filter(|v| v["type"] == "query") {
        assert_exported(text(variable, "name"), text(variable, "definition"));
        assert_eq!(variable["definition"], variable["query"]["query"]);
    }
}

#[test]
fn every_panel_says_what_it_shows_and_whom_it_asks() {
    let dashboard = dashboard();
    let mut ids = HashSet::new();
    for panel in panels(&dashboard) {
        let title = text(panel, "title");
        assert!(ids.insert(number(panel, "id")), "{title}: its id is taken");
        if text(panel, "type") == "row" {
            continue;
        }
        assert!(!text(panel, "description").is_empty(), "{title}");
        assert!(panel["fieldConfig"]["defaults"].is_object(), "{title}");
        assert!(panel["options"].is_object(), "{title}");
        let targets = panel["targets"].as_array().expect("targets");
        assert!(!targets.is_empty(), "{title}");
        let mut letters = HashSet::new();
        for target in targets {
            assert!(letters.insert(text(target, "refId")), "{title}");
            for asked in [target, panel] {
                assert_eq!(
                    text(&asked["datasource"], "uid"),
                    "${datasource}",
                    "{title}"
                );
            }
            let expr = text(target, "expr");
            assert!(!names(expr).is_empty(), "{title}: {expr}");
        }
    }
}

#[test]
fn no_panel_covers_another() {
    let dashboard = dashboard();
    let mut taken = HashSet::new();
    for panel in panels(&dashboard) {
        let (title, place) = (text(panel, "title"), &panel["gridPos"]);
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| number(place, key));
        assert!(w > 0 && h > 0 && x + w <= WIDTH, "{title}: {place}");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{title} covers another at {cell:?}");
        }
    }
}

#[test]
fn it_asks_for_what_is_exported() {
    for expr in all_queries() {
        assert_exported("dashboard", &expr);
    }
}

/// Each as a rule, because promtool checks no bare expressions.
#[test]
fn promtool_accepts_every_query() {
    let mut rules = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    for (n, expr) in all_queries().into_iter().enumerate() {
        let fill = |expr: String, (name, value): &(&str, &str)| expr.replace(name, value);
        let expr = VARIABLES.iter().fold(expr, fill);
        assert!(!expr.contains('$'), "an unknown variable: {expr}");
        let expr = serde_json::Value::String(expr);
        let written = writeln!(rules, "  - {{ record: \"query:{n}\", expr: {expr} }}");
        written.expect("a String takes everything");
    }
    let file = tempfile::NamedTempFile::new().expect("a place for temporary files");
    std::fs::write(file.path(), rules).expect("our own");
    assert_content(&["check", "rules"], file.path());
}
