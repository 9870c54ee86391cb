//! The report as a whole: of a router without fault, and for programs.

use wanctl::units::Rate;

use crate::setup::{Setup, broken};

#[test]
fn all_is_well() {
    let setup = Setup::new();
    setup.busy();
    let before = setup.limits();
    let said = setup.check();
    said.exits(0)
        .has("wan1, router 127.0.0.1 (REST over http on port")
        .has("RouterOS 7.23.7 (long-term) on RB5009UG+S+, up")
        .has("REST answers in")
        .has("Log, lock, state and history can be written.")
        .has("Pings: ")
        .has("WAN-Download is there and switched on: cake-down on bridge, limited to 500M.")
        .has("WAN-Download's byte counter changed in")
        .has("WAN-Upload's byte counter changed in")
        .has("0 errors, 0 warnings")
        .has("Nothing to do.");
    assert_eq!(setup.limits(), before);
    let methods = setup.world.journal().into_iter().map(|entry| entry.method);
    assert!(
        methods.into_iter().all(|method| method == "GET"),
        "reads only"
    );
    assert_eq!(setup.world.connections(), 1, "one connection, kept alive");
}

#[test]
fn findings_for_programs_have_all_fields() {
    let mut setup = broken("WAN-Download", "bucket-size", "0.1");
    setup
        .world
        .scene()
        .router
        .set_max_limit("WAN-Upload", Rate::mbit(1));
    setup.merge("router: { colour: red }");
    let (findings, code) = setup.findings(&[]);
    assert_eq!(code, Some(2));
    for finding in &findings {
        for key in ["file", "id", "severity", "subject", "what", "why", "fix"] {
            assert!(!finding[key].is_null(), "{key} of {finding}");
        }
    }
    let warnings = findings
        .iter()
        .filter(|finding| finding["severity"] == "warning");
    let ids: Vec<&str> = warnings
        .filter_map(|finding| finding["id"].as_str())
        .collect();
    assert_eq!(ids, ["config-odd", "queue-bucket", "queue-limit"]);
}
