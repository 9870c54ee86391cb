//! `wanctl simulate` as people call it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wanctl::config;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn file(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

fn simulate(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    command
        .arg("simulate")
        .args(args)
        .output()
        .expect("it runs")
}

/// What it prints if it works.
fn printed(args: &[&str]) -> String {
    let output = simulate(args);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {complaints}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn cable() -> String {
    file("configs/cable.yaml").display().to_string()
}

#[test]
fn every_shipped_config_can_be_simulated_and_its_law_is_marked() {
    let configs = [
        "cable", "dsl", "fiber", "lte", "starlink", "wan1", "wan2", "classic",
    ];
    for config in configs {
        let path = file(&format!("configs/{config}.yaml"));
        let path = path.display().to_string();
        let text = printed(&["--config", &path, "--scenario", "upload"]);
        let laws: Vec<_> = text
            .lines()
            .skip_while(|line| !line.starts_with("law "))
            .skip(1)
            .take(3)
            .map(|line| line.split_whitespace().next())
            .collect();
        let marked = laws.iter().filter(|word| **word == Some("*")).count();
        assert_eq!(marked, 1, "{text}");
    }
}

#[test]
fn the_same_seed_prints_the_same_and_another_one_does_not() {
    let config = cable();
    let run = |seed| {
        let args = [
            "--config",
            &config,
            "--scenario",
            "lte",
            "--law",
            "adaptive",
        ];
        printed(&[&args[..], &["--seed", seed, "--csv"]].concat())
    };
    let first = run("4");
    assert_eq!(first, run("4"));
    let row = |text: &str| text.lines().nth(1).map(|row| row.replace(",5,", ",4,"));
    assert_ne!(row(&first), row(&run("5")));
}

#[test]
fn programs_get_every_scenario_and_law_once() {
    let config = cable();
    let args = ["--config", &config, "--seconds", "10", "--law", "all"];
    let json = printed(&[&args[..], &["--json"]].concat());
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    let listed = printed(&["--list"]);
    assert_eq!(rows.len(), 5 * listed.lines().count());
    let scenarios = rows.iter().step_by(5).map(|row| row["scenario"].clone());
    let names = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    assert!(scenarios.eq(names.map(serde_json::Value::from)));
    let csv = printed(&[&args[..], &["--csv"]].concat());
    let columns = |line: &str| line.split(',').count();
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.lines().all(|line| columns(line) == 12), "{csv}");
    // A name for each column, and the JSON has the same.
    let names = csv.lines().next().unwrap_or_default().split(',');
    assert!(names.into_iter().all(|name| rows[0].get(name).is_some()));
}

#[test]
fn a_chart_shows_the_law_that_is_asked_for_and_else_the_configs() {
    let config = cable();
    let args = ["--config", &config, "--scenario", "steps", "--plot"];
    let own = printed(&args);
    let charts = |text: &str| text.matches("longest added delay, ms").count();
    assert_eq!(charts(&own), 1);
    let asked = printed(&[&args[..], &["--law", "adaptive,bands"]].concat());
    assert_eq!(charts(&asked), 2);
    for title in [
        "bands, 120 s from left to right",
        "lowest download capacity, Mbit/s",
        "lowest download rate, Mbit/s",
    ] {
        assert!(asked.contains(title), "{asked}");
    }
    assert!(
        asked.lines().all(|line| line.chars().count() <= 105),
        "{asked}"
    );
}

#[test]
fn all_that_is_wrong_with_both_files_is_said_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let [config, scenario] = ["wan.yaml", "mine.yaml"].map(|name| folder.path().join(name));
    std::fs::write(&config, "wan_name: x\n").expect("written");
    std::fs::write(&scenario, "lasts_sec: 1\ndownload: {capacity: fast}\n").expect("written");
    let [config, scenario] = [config, scenario].map(|path| path.display().to_string());
    let output = simulate(&["--config", &config, "--scenario", &scenario]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    for sentence in [
        format!("{config}: Config validation failed with"),
        format!("{scenario}:1: lasts_sec: 1 is out of range; expected a number from 10 to 86400"),
        format!("{scenario}:2: download.capacity: 'fast' is no rate; expected "),
    ] {
        assert!(said.contains(&sentence), "{sentence}\n{said}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_2_and_prints_nothing() {
    let config = cable();
    for args in [
        &[][..],
        &["--config", &config, "--law", "none"],
        &["--config", &config, "--seconds", "1"],
    ] {
        let output = simulate(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    let output = simulate(&["--config", &config, "--scenario", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
}

/// Whoever follows the guide gets what it shows; and a scenario that nobody may look at can still be played.
#[test]
fn the_guides_scenario_and_those_of_every_folder_are_right_to_the_last_key() {
    let guide = file("src/manual/guides/simulate.md");
    let guide = std::fs::read_to_string(guide).expect("a guide");
    let (_, after) = guide
        .split_once("A scenario is a small file")
        .expect("a section about scenarios");
    let (_, example) = after.split_once("```yaml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let loaded = config::parse_scenario(Path::new("guide.yaml"), example.as_bytes());
    assert!(loaded.expect("it is right").warnings.is_empty());

    let mut played = 0;
    for folder in ["configs/scenarios", "tests/heldout", "tests/laboratory"] {
        for entry in std::fs::read_dir(file(folder)).expect("a folder") {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            if name.ends_with(".yaml") && !name.ends_with("line.yaml") {
                let loaded = config::load_scenario(&path).unwrap_or_else(|e| panic!("{e}"));
                assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
                played += 1;
            }
        }
    }
    assert!(played >= 15 + 5 + 11, "{played}");
}
