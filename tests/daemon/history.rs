//! The daemon's history: what it writes, and what happens when it cannot.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::Connection;
use wanctl::direction::Direction;
use wanctl::history::database::Database;
use wanctl::history::query::Query;
use wanctl::history::row::Row;
use wanctl::units::Rate;

use crate::mount::Mount;
use crate::support::*;

/// A daemon of this world with a history at `path`.
pub(crate) fn setup(world: &wanctl::cli::stage::world::World, path: &Path) -> Setup {
    let mut setup = Setup::new(world);
    setup.storage = format!("{{ db_path: {} }}", path.display());
    setup
}

/// All rows, newest first.
pub(crate) fn rows(path: &Path) -> Vec<Row> {
    let database = Database::read(path).expect("a database");
    let everything = Query {
        from: 0,
        to: i64::MAX / 2,
        ..Query::default()
    };
    // As they were written: a range so long would be answered by the hour.
    let mut rows = Vec::new();
    let spans = everything.plan(&database).expect("a plan");
    assert!(!spans.is_empty(), "nothing was written");
    let end = spans[0].to;
    let last_hours = Query {
        from: end - 5 * 3_600,
        to: end,
        ..Query::default()
    };
    let read = last_hours.run(&database, &mut |sample| {
        rows.push(sample.to_row());
        ControlFlow::Continue(())
    });
    read.expect("rows");
    rows
}

/// Rows per metric.
fn counted(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(&*row.metric).or_default() += 1;
    }
    counts
}

fn labels(row: &Row) -> &str {
    row.labels.as_deref().unwrap_or("")
}

#[test]
fn seconds_transitions_writes_and_the_start_are_written() {
    let folder = tempdir();
    let path = folder.path().join("made/for/it/metrics.db");
    let world = world();
    let mut daemon = Daemon::start(&setup(&world, &path));
    daemon.wait_settled(&world);
    squeeze(&world);
    daemon.wait_log("download RED: ");
    relax(&world);
    nap(2_000);
    let ticks = number(&daemon.health().1["loop"]["ticks"]);
    assert!(daemon.stop().0.success());
    let rows = rows(&path);
    let counts = counted(&rows);
    // One of each a second, give or take those at the ends.
    let seconds = ticks / 20.0;
    for metric in [
        "wanctl_rtt_ms",
        "wanctl_rtt_baseline_ms",
        "wanctl_rtt_delta_ms",
        "wanctl_rate_download_mbps",
        "wanctl_rate_upload_mbps",
    ] {
        let count = counts[metric] as f64;
        assert!(
            count >= 3.0 && count <= seconds + 5.0,
            "{count} of {metric} in {seconds} s"
        );
    }
    assert!(rows.iter().all(|row| &*row.wan == "wan1"));
    let has = |metric: &str, words: &str| {
        rows.iter()
            .any(|row| row.metric == metric && labels(row).contains(words))
    };
    assert!(has("wanctl_state", r#"{"direction": "download"}"#));
    assert!(has("wanctl_state", r#"{"direction": "upload"}"#));
    assert!(has(
        "wanctl_state",
        r#""direction": "download", "reason": ""#
    ));
    assert!(has("wanctl_router_write", r#""outcome": "applied""#));
    let snapshot = rows.iter().find(|r| r.metric == "wanctl_config_snapshot");
    assert_eq!(
        labels(snapshot.expect("a row of the start")),
        "{\"trigger\": \"startup\", \"autorate\": {\"baseline_rtt_initial\": 24.0, \
         \"download_ceiling_mbps\": 480.0, \"upload_ceiling_mbps\": 38.0, \"target_bloat_ms\": 12.0, \
         \"warn_bloat_ms\": 45.0}, \"steering\": null}"
    );
}

#[test]
fn a_database_that_another_process_locks_stops_nothing_and_is_told_once() {
    let folder = tempdir();
    let path = folder.path().join("metrics.db");
    drop(Database::open(&path).expect("a new one"));
    let other = Connection::open(&path).expect("it is there");
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        .expect("nobody else has it");
    let world = world();
    let mut daemon = Daemon::start(&setup(&world, &path));
    daemon.wait_settled(&world);
    daemon.wait_log("No history is being written");
    daemon.assert_on_time();
    squeeze(&world);
    daemon.wait_health("the line is felt", 20, |_, health| {
        number(&wan(health)["download"]["current_rate_mbps"]) < 300.0
    });
    drop(other);
    wait_until("the history goes on", 90, || {
        daemon.log().contains("The history is written again after")
    });
    assert_eq!(daemon.log().matches("No history is being").count(), 1);
    assert!(daemon.log().contains("nothing is missing"));
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
    assert!(counted(&rows(&path))["wanctl_rtt_ms"] > 5);
}

#[test]
fn a_place_that_cannot_be_written_stops_nothing() {
    let folder = tempdir();
    fs::write(folder.path().join("file"), "").expect("ours");
    let path = folder.path().join("file/metrics.db");
    let world = world();
    let mut daemon = Daemon::start(&setup(&world, &path));
    daemon.wait_settled(&world);
    daemon.wait_log("[WARNING] No history is being written: ");
    assert_eq!(daemon.health().0, 200);
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
}

#[test]
fn a_full_disk_stops_nothing_and_the_history_goes_on_when_there_is_room() {
    let Some(disk) = Mount::small(4_096) else {
        return;
    };
    let ballast = disk.path().join("ballast");
    // Until not one byte more fits.
    let filled = fs::write(&ballast, vec![0; 8 << 20]);
    assert!(filled.is_err());
    goes_on(&disk, "no room on the disk for", || {
        fs::remove_file(&ballast).expect("ours");
    });
}

#[test]
fn a_disk_that_may_only_be_read_stops_nothing_and_the_history_goes_on_when_it_may_be_written() {
    let Some(disk) = Mount::small(4_096) else {
        return;
    };
    disk.remount("ro");
    goes_on(&disk, "may not be written", || disk.remount("rw"));
}

#[test]
fn a_disk_that_is_full_for_log_state_and_history_at_once_stops_nothing_and_all_goes_on() {
    let Some(disk) = Mount::small(4_096) else {
        return;
    };
    let world = world();
    let mut setup = setup(&world, &disk.path().join("metrics.db"));
    setup.main_log = disk.path().join("wan1.log");
    setup.state_file = Some(disk.path().join("wan1.json"));
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    let ballast = disk.path().join("ballast");
    assert!(fs::write(&ballast, vec![0; 8 << 20]).is_err());
    squeeze(&world);
    let troubles = daemon.wait_health("all three fail", 60, |_, health| {
        let health = &health["loop"];
        health["state_files_unsaved"] == 1
            && health["history_failing"] == true
            && number(&health["log_records_lost"]) > 0.0
    });
    assert!(number(&wan(&troubles)["download"]["current_rate_mbps"]) < 300.0);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    daemon.assert_on_time();
    fs::remove_file(&ballast).expect("ours");
    relax(&world);
    daemon.wait_health("all is written again", 90, |_, health| {
        health["loop"]["state_files_unsaved"] == 0 && health["loop"]["history_failing"] == false
    });
    // That the state is saved again may be told to a log that takes nothing yet.
    daemon.wait_log("The history is written again after");
    daemon.wait_settled(&world);
    assert!(daemon.stop().0.success());
    let state = fs::read(disk.path().join("wan1.json")).expect("it is saved");
    let state: serde_json::Value = serde_json::from_slice(&state).expect("whole");
    assert!(state["download"]["current_rate"].is_u64(), "{state}");
    assert!(counted(&rows(&disk.path().join("metrics.db")))["wanctl_rtt_ms"] > 0);
}

/// The daemon says what is wrong, controls, and writes its history once that is mended.
fn goes_on(disk: &Mount, trouble: &str, mend: impl FnOnce()) {
    let path = disk.path().join("metrics.db");
    let world = world();
    let mut daemon = Daemon::start(&setup(&world, &path));
    daemon.wait_settled(&world);
    daemon.wait_log(trouble);
    let failing = |daemon: &Daemon, failing| {
        daemon.wait_health("the history's condition", 20, |_, health| {
            health["loop"]["history_failing"] == failing
        });
    };
    failing(&daemon, true);
    squeeze(&world);
    daemon.wait_health("the line is felt", 20, |_, health| {
        number(&wan(health)["download"]["current_rate_mbps"]) < 300.0
    });
    daemon.assert_on_time();
    mend();
    wait_until("the history goes on", 90, || {
        daemon.log().contains("The history is written again after")
    });
    failing(&daemon, false);
    assert!(daemon.stop().0.success());
    let rows = rows(&path);
    let counts = counted(&rows);
    assert!(counts["wanctl_rtt_ms"] > 0, "{counts:?}\n{}", daemon.log());
}
