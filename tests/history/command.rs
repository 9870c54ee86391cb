//! `wanctl history`, the real binary: v1.7's forms to the letter (contract 2.4).

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::params;

use crate::v17;

/// A second of one WAN, a change of zone and a row of another time and WAN.
fn small(folder: &Path) -> PathBuf {
    let path = folder.join("metrics.db");
    let db = v17::empty(&path);
    let why =
        r#"{"direction": "upload", "reason": "RTT delta 50.0ms exceeded warn threshold 45.0ms"}"#;
    let down = r#"{"direction": "download"}"#;
    for (at, wan, metric, value, labels) in [
        (1_795_200_000, "Büro", "wanctl_rtt_ms", 1_234.5, None),
        (1_795_204_801, "wan1", "wanctl_rtt_ms", 23.456_78, None),
        (1_795_204_801, "wan1", "wanctl_rate_upload_mbps", 50.0, None),
        (1_795_204_801, "wan1", "wanctl_state", 1.0, Some(down)),
        (1_795_204_802, "wan1", "wanctl_state", 3.0, Some(why)),
    ] {
        let sql = "INSERT INTO metrics (timestamp, wan_name, metric_name, value, labels)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        db.execute(sql, params![at, wan, metric, value, labels])
            .unwrap();
    }
    path
}

/// Under its old name, two hours east of Greenwich.
fn history(folder: &Path, args: &[&str]) -> Output {
    let name = folder.join("wanctl-history");
    if !name.exists() {
        symlink(env!("CARGO_BIN_EXE_wanctl"), &name).unwrap();
    }
    let mut command = Command::new(name);
    command.args(args).env("TZ", "EET-2").stdin(Stdio::null());
    command.output().unwrap()
}

fn out(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

const RANGE: [&str; 4] = ["--from", "2026-11-20 20:39", "--to", "2026-11-20T20:01:00Z"];

fn asked(args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let db = ["--db", path.to_str().unwrap()];
    let all = [&db[..], &RANGE[..], args].concat();
    let output = history(folder.path(), &all);
    assert!(output.stderr.is_empty(), "{output:?}");
    out(&output).to_owned()
}

#[test]
fn a_table_is_v1_7s() {
    assert_eq!(
        asked(&[]),
        "\
Timestamp            Metric                      Value
-------------------  -----------------------  --------
2026-11-20 22:00:02  wanctl_state                3
2026-11-20 22:00:01  wanctl_state                1
2026-11-20 22:00:01  wanctl_rate_upload_mbps    50
2026-11-20 22:00:01  wanctl_rtt_ms              23.457
2026-11-20 20:40:00  wanctl_rtt_ms            1234.5
"
    );
}

#[test]
fn and_has_more_columns_when_asked() {
    assert_eq!(
        asked(&["-v", "--metrics", "wanctl_rate_upload_mbps, wanctl_state", "--wan", "wan1"]),
        "\
Timestamp            Metric                     Value  WAN    Labels                                                                                Granularity
-------------------  -----------------------  -------  -----  ------------------------------------------------------------------------------------  -------------
2026-11-20 22:00:02  wanctl_state                   3  wan1   {\"direction\": \"upload\", \"reason\": \"RTT delta 50.0ms exceeded warn threshold 45.0ms\"}  raw
2026-11-20 22:00:01  wanctl_state                   1  wan1   {\"direction\": \"download\"}                                                             raw
2026-11-20 22:00:01  wanctl_rate_upload_mbps       50  wan1                                                                                         raw
"
    );
}

#[test]
fn json_is_v1_7s() {
    assert_eq!(
        asked(&[
            "--json",
            "--summary",
            "--metrics",
            "wanctl_rtt_ms,wanctl_state"
        ])
        .lines()
        .skip(9)
        .collect::<Vec<_>>()
        .join("\n"),
        r#"  {
    "timestamp": 1795204801,
    "wan_name": "wan1",
    "metric_name": "wanctl_state",
    "value": 1.0,
    "labels": "{\"direction\": \"download\"}",
    "granularity": "raw"
  },
  {
    "timestamp": 1795204801,
    "wan_name": "wan1",
    "metric_name": "wanctl_rtt_ms",
    "value": 23.45678,
    "labels": null,
    "granularity": "raw"
  },
  {
    "timestamp": 1795200000,
    "wan_name": "B\u00fcro",
    "metric_name": "wanctl_rtt_ms",
    "value": 1234.5,
    "labels": null,
    "granularity": "raw"
  }
]"#
    );
    let all: serde_json::Value = serde_json::from_str(&asked(&["--json"])).unwrap();
    assert_eq!(all.as_array().map(Vec::len), Some(5));
}

#[test]
fn csv_has_a_heading_and_quotes() {
    assert_eq!(
        asked(&["--csv"]),
        "\
timestamp,time,wan_name,metric_name,value,labels,granularity
1795204802,2026-11-20 22:00:02,wan1,wanctl_state,3.0,\"{\"\"direction\"\": \"\"upload\"\", \"\"reason\"\": \
\"\"RTT delta 50.0ms exceeded warn threshold 45.0ms\"\"}\",raw
1795204801,2026-11-20 22:00:01,wan1,wanctl_state,1.0,\"{\"\"direction\"\": \"\"download\"\"}\",raw
1795204801,2026-11-20 22:00:01,wan1,wanctl_rate_upload_mbps,50.0,,raw
1795204801,2026-11-20 22:00:01,wan1,wanctl_rtt_ms,23.45678,,raw
1795200000,2026-11-20 20:40:00,Büro,wanctl_rtt_ms,1234.5,,raw
"
    );
}

#[test]
fn a_summary_is_v1_7s() {
    assert_eq!(
        asked(&["--summary"]),
        "
wanctl_rate_upload_mbps (1 samples)
----------------------------------------
  min: 50
  max: 50
  avg: 50
  p50: 50
  p95: 50
  p99: 50

wanctl_rtt_ms (2 samples)
----------------------------------------
  min: 23.457
  max: 1234.5
  avg: 628.978
  p50: 628.978
  p95: 2263.887
  p99: 2409.212

wanctl_state (1 samples)
----------------------------------------
  YELLOW: 100.0%
"
    );
}

#[test]
fn no_data_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let db = [
        "--db",
        path.to_str().unwrap(),
        "--wan",
        "wan9",
        "--last",
        "52w",
    ];
    let nothing = "No data found for the specified time range.\n";
    for form in [&[][..], &["--summary"], &["-v"]] {
        let output = history(folder.path(), &[&db[..], form].concat());
        assert_eq!(out(&output), nothing);
    }
    // What a program reads stays what it can read; the sentence is for whoever looks on.
    for (form, empty) in [
        ("--json", "[]\n"),
        (
            "--csv",
            "timestamp,time,wan_name,metric_name,value,labels,granularity\n",
        ),
    ] {
        let output = history(folder.path(), &[&db[..], &[form]].concat());
        assert_eq!(out(&output), empty);
        assert_eq!(String::from_utf8_lossy(&output.stderr), nothing);
    }
}

#[test]
fn what_is_wrong_is_said_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let rubbish = folder.path().join("rubbish");
    std::fs::write(&rubbish, "no database at all ".repeat(500)).unwrap();
    let rubbish = rubbish.to_str().unwrap();
    for (args, code, said) in [
        (
            &["--db", "/no/such.db"][..],
            1,
            "Database not found: /no/such.db. Run wanctl to generate data.\n",
        ),
        (
            &["--last", "7x"],
            2,
            "error: argument --last: Invalid duration: '7x'. Use format like '1h', '30m', '7d'\n",
        ),
        (
            &["--from", "bad"],
            2,
            "Invalid timestamp: 'bad'. Use ISO 8601 or 'YYYY-MM-DD HH:MM' format\n",
        ),
        (&["--db", rubbish], 1, "a new one is begun\n"),
    ] {
        let output = history(folder.path(), args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.ends_with(said), "{error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_database_is_read_where_nothing_can_be_written() {
    let Some(disk) = crate::mount::Mount::small(1_024) else {
        return;
    };
    let path = small(disk.path());
    disk.remount("ro");
    let folder = tempfile::tempdir().unwrap();
    let db = ["--db", path.to_str().unwrap(), "--csv"];
    let output = history(folder.path(), &[&db[..], &RANGE[..]].concat());
    assert_eq!(out(&output).lines().count(), 6);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * v17::HOUR);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args([
            "history",
            "--csv",
            "--from",
            "2026-11-20T15:00Z",
            "--to",
            "2026-11-20T20:00Z",
        ])
        .arg("--db")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}

#[test]
fn a_bloated_file_becomes_small_keeps_its_rows_and_gives_back_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("bloated.db");
    let db = v17::empty(&other);
    v17::bloat(&db);
    let copy = format!(
        "ATTACH '{}' AS rows; INSERT INTO metrics SELECT * FROM rows.metrics",
        small(folder.path()).display()
    );
    db.execute_batch(&copy).unwrap();
    drop(db);
    let compact = ["--compact", "--db", other.to_str().unwrap()];
    let output = history(folder.path(), &compact);
    let said = out(&output);
    assert!(
        said.contains(" MB, now 0.0 MB\n") || said.contains(" MB, now 0.1 MB\n"),
        "{said}"
    );
    assert!(std::fs::metadata(&other).unwrap().len() < 100_000);
    assert_eq!(crate::upkeep::count(&other, "1"), 5);
    let database = wanctl::history::database::Database::read(&other).unwrap();
    assert!(database.size().unwrap().shrinks);
}

#[test]
fn a_file_that_is_not_there_or_in_use_is_not_made_small_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path());
    let missing = history(folder.path(), &["--compact", "--db", "/nowhere/x.db"]);
    assert_eq!(missing.status.code(), Some(1));
    let words = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(words.contains("there is no such database"), "{words}");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let db = path.to_str().unwrap();
    let locked = history(folder.path(), &["--compact", "--db", db]);
    assert_eq!(locked.status.code(), Some(1));
    let words = String::from_utf8_lossy(&locked.stderr).into_owned();
    assert!(words.contains("is locked by another process"), "{words}");
}
