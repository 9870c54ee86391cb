//! This machine and its files.

use crate::setup::{Setup, said};

#[test]
fn directories_that_are_missing() {
    let mut setup = Setup::new();
    let gone = setup
        .dir
        .path()
        .join("gone/wan1.lock")
        .display()
        .to_string();
    setup.merge(&format!("lock_file: {gone}"));
    setup
        .check()
        .exits(1)
        .has("cannot write into the lock directory")
        .has("the daemon refuses to start");
    assert_eq!(setup.fix("directory-lock"), Some(0));
}

#[test]
fn what_the_unit_makes_may_be_missing_before_its_first_start() {
    let mut setup = Setup::new();
    let directory = format!("/run/wanctl-{}", std::process::id());
    setup.merge(&format!("lock_file: {directory}/wan1.lock"));
    setup.check().exits(0).has(&format!(
        "There is no {directory} yet; the unit makes it at its start."
    ));
}

#[test]
fn a_broken_file_and_a_broken_command_line() {
    let mut setup = Setup::new();
    setup.merge("continuous_monitoring: { download: { factor_down: 1.5 } }\nlock_timeout: 0");
    setup
        .check()
        .exits(1)
        .has("factor_down: 1.5 is out of range")
        .has("lock_timeout")
        .has("2 errors");
    let (findings, code) = setup.findings(&[]);
    assert_eq!((findings.len(), code), (2, Some(1)));
    let mut wanctl = std::process::Command::new(env!("CARGO_BIN_EXE_wanctl"));
    let said = said(wanctl.args(["check", "--frob"]).output().expect("it runs"));
    assert_eq!((said.code, said.text.as_str()), (Some(2), ""));
    assert!(said.errors.contains("usage: wanctl"), "{}", said.errors);
}

#[cfg(feature = "history")]
#[test]
fn a_history_that_cannot_be_written_or_is_none_is_a_warning() {
    let mut setup = Setup::new();
    let file = setup.dir.path().join("metrics.db");
    std::fs::write(&file, "no database at all, just words").expect("ours");
    setup.merge(&format!("storage: {{ db_path: {} }}", file.display()));
    setup
        .check()
        .exits(2)
        .has("is damaged or no database")
        .has("storage.db_path");
    let below = file.join("metrics.db");
    setup.merge(&format!("storage: {{ db_path: {} }}", below.display()));
    setup
        .check()
        .exits(2)
        .has("cannot write into the history directory")
        .has("nobody can see what happened");
}
