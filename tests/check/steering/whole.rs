//! The report as a whole.

use std::process::Command;

use crate::setup::{Setup, said};

#[test]
fn all_is_well_and_nothing_is_changed() {
    let setup = Setup::steering();
    setup
        .check()
        .exits(0)
        .has("steering from wan1 to wan2, router 127.0.0.1 (REST over http on port")
        .has("Log, lock, state and history can be written.")
        .has("RouterOS 7.23.7 (long-term)")
        .has("REST answers in")
        .has("User wanctl may read and write.")
        .has("WAN-Download is there and switched on.")
        .has("The rule is there, alone, and switched off: *1 (prerouting, disabled), mark-connection.")
        .has("answers 5 of 5 echoes in")
        .has("its baseline 24.0 ms.")
        .has("Autorate's /health answers and knows the primary.")
        .has("0 errors, 0 warnings");
    let journal = setup.world.journal();
    assert!(journal.iter().all(|entry| !entry.is_write()));
}

#[test]
fn a_write_test_has_no_effect() {
    let setup = Setup::steering();
    let (findings, code) = setup.findings(&["--write-test"]);
    let note = findings
        .iter()
        .find(|finding| finding["id"] == "write-test-none");
    assert_eq!(note.map(|note| &note["severity"] == "note"), Some(true));
    assert_eq!(code, Some(0));
    assert!(setup.world.journal().iter().all(|entry| !entry.is_write()));
}

#[test]
fn a_wan_and_a_steering_file_in_one_call() {
    let setup = Setup::steering();
    let wan = setup.dir.path().join("wan1.yaml");
    let run = |more: &[&str]| {
        let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        wanctl
            .args(["check", "--config"])
            .arg(&wan)
            .arg(setup.file());
        said(wanctl.args(more).output().expect("it runs"))
    };
    run(&[])
        .exits(0)
        .has("wan1.yaml: wan1, router")
        .has("steering.yaml: steering from wan1");
    setup.world.scene().router.remove_mangle(super::COMMENT);
    let both = run(&["--json"]);
    both.exits(1);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&both.text).expect("JSON");
    for finding in &findings {
        for key in ["file", "id", "severity", "subject", "what", "why", "fix"] {
            assert!(!finding[key].is_null(), "{key} of {finding}");
        }
    }
    let missing = findings
        .iter()
        .find(|finding| finding["id"] == "rule-missing");
    let missing = missing.expect("said");
    assert_eq!(missing["subject"], "rule");
    assert!(
        missing["file"]
            .as_str()
            .expect("a file")
            .ends_with("steering.yaml")
    );
}

#[test]
fn all_that_is_wrong_or_odd_about_the_file_is_said_with_its_lines() {
    let mut setup = Setup::steering();
    setup.merge("state: { history_size: 0 }\nlock_timeout: 0\ncolour: red");
    let said = setup.check();
    said.exits(1)
        .has("history_size")
        .has("lock_timeout")
        .has("colour")
        .has("2 errors, 1 warning");
    let mut setup = Setup::steering();
    setup.merge("colour: red");
    setup.check().exits(2).has("steering.yaml:").has("colour");
}

#[test]
fn directories_that_are_missing() {
    let mut setup = Setup::steering();
    let gone = setup
        .dir
        .path()
        .join("gone/steering.lock")
        .display()
        .to_string();
    setup.merge(&format!("lock_file: {gone}"));
    setup
        .check()
        .exits(1)
        .has("cannot write into the lock directory");
    assert_eq!(setup.fix("directory-lock"), Some(0));
}
