//! `wanctl replay --history`: last night again, on a real database, as a user asks for it.

use std::borrow::Cow;
use std::path::Path;
use std::process::{Command, Output};

use wanctl::history::database::Database;
use wanctl::history::metric;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;

const BEGUN: i64 = 1_795_176_000;

fn row(at: i64, metric: &'static str, value: f64) -> Row {
    Row {
        at,
        wan: "cable".into(),
        metric: Cow::Borrowed(metric),
        value,
        labels: None,
    }
}

/// Five minutes of a line that carries 500 Mbit/s, then 300, then 500 again, under a law that notices
/// the fall after 20 s.
fn night(counted: bool) -> Vec<Row> {
    (0..300)
        .flat_map(|n| {
            let at = BEGUN + n;
            let fallen = (100..200).contains(&n);
            let noticed = (120..210).contains(&n);
            let capacity: f64 = if fallen { 300.0 } else { 500.0 };
            let rate: f64 = if noticed { 280.0 } else { 480.0 };
            let bloated = fallen && !noticed;
            let delta = if bloated { 200.0 } else { 1.0 };
            let mut rows = vec![
                row(at, metric::RTT, 24.0 + delta),
                row(at, metric::BASELINE, 24.0),
                row(at, metric::DELTA, delta),
                row(at, metric::RATE_DOWN, rate),
                row(at, metric::RATE_UP, 30.0),
            ];
            if counted {
                rows.push(row(at, metric::ACHIEVED_DOWN, rate.min(capacity)));
                rows.push(row(at, metric::ACHIEVED_UP, 0.5));
            }
            rows
        })
        .collect()
}

fn replay(database: &Path, more: &[&str]) -> Output {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/cable.yaml");
    let database = database.to_str().unwrap();
    let night = ["--from", "2026-11-20T12:00Z", "--to", "2026-11-20T12:05Z"];
    Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["replay", "--config", config, "--history", "--db", database])
        .args(night)
        .args(more)
        .output()
        .unwrap()
}

/// The row of a law, by column.
fn of<'t>(text: &'t str, law: &str) -> Vec<&'t str> {
    let found = text
        .lines()
        .find(|line| line.split(',').nth(1) == Some(law));
    found
        .unwrap_or_else(|| panic!("{law}: {text}"))
        .split(',')
        .collect()
}

#[test]
fn the_night_is_played_again_with_every_law_that_is_asked_for() {
    for counted in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.db");
        let mut database = Database::open(&path).unwrap();
        database.insert(Tier::Raw, &night(counted)).unwrap();
        let done = replay(&path, &["--law", "adaptive,classic", "--csv"]);
        assert!(done.status.success(), "{done:?}");
        let text = String::from_utf8(done.stdout).unwrap();
        let p95 = |law| of(&text, law)[6].parse::<f64>().unwrap();
        assert!(p95("recorded") >= 190.0, "{text}");
        assert!(p95("adaptive") < 50.0, "{text}");
        assert_eq!(of(&text, "classic").len(), 12, "{text}");
        let told = replay(&path, &["--plot"]);
        let told = String::from_utf8(told.stdout).unwrap();
        let how = if counted {
            "with what passed"
        } else {
            "without what passed"
        };
        assert!(told.contains(how) && told.contains("* adaptive"), "{told}");
    }
}

#[test]
fn where_there_is_nothing_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let missing = replay(&path, &[]);
    assert_eq!(missing.status.code(), Some(1));
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(
        said.contains("metrics.db: there is no such database"),
        "{said}"
    );
    Database::open(&path)
        .unwrap()
        .insert(Tier::Raw, &night(true)[..70])
        .unwrap();
    let short = replay(&path, &[]);
    assert_eq!(short.status.code(), Some(1));
    let said = String::from_utf8(short.stderr).unwrap();
    assert!(
        said.contains("of cable there are 10 whole seconds"),
        "{said}"
    );
    let stranger = replay(&path, &["--wan", "nobody"]);
    let said = String::from_utf8(stranger.stderr).unwrap();
    assert!(
        said.contains("of nobody there are 0 whole seconds"),
        "{said}"
    );
}
