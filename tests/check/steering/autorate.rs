//! The primary's own file, its queues, and its autorate.

use std::fs::{self, File};
use std::time::Duration;

use crate::setup::Setup;

#[test]
fn the_queue_has_another_name() {
    let mut setup = Setup::steering();
    setup.merge("cake_queues: { primary_download: WAN-Download-1 }");
    setup
        .check()
        .exits(2)
        .has("The router has no queue WAN-Download-1; it has WAN-Download, WAN-Upload.");
    assert_eq!(setup.bad().0, ["queue-missing"], "said once");
    assert_eq!(setup.fix("queue-missing"), Some(0));
    // One that is there, and another WAN's.
    setup.merge("cake_queues: { primary_download: WAN-Upload }");
    setup
        .check()
        .exits(2)
        .has("has WAN-Download and WAN-Upload.");
    assert_eq!(setup.fix("primary-queues"), Some(0));
}

#[test]
fn the_queue_is_missing_or_does_not_count() {
    let mut setup = Setup::steering();
    let set = |name: &str, value: &str| {
        let router = &mut setup.world.scene().router;
        router.set_queue_property("WAN-Download", name, value);
    };
    set("invalid", "true");
    assert_eq!(setup.bad(), (vec!["queue-invalid".to_owned()], Some(2)));
    set("invalid", "false");
    set("disabled", "true");
    assert_eq!(setup.fix("queue-disabled"), Some(0));
    setup.world.scene().router.remove_queue("WAN-Download");
    setup
        .check()
        .exits(2)
        .has("says what the primary's queues need.");
    // With delay alone nobody asks for it.
    setup.merge("mode: { cake_aware: false }");
    assert_eq!(setup.bad(), (Vec::new(), Some(0)));
}

#[test]
fn the_primarys_file_is_about_another_wan_or_missing() {
    let mut setup = Setup::steering();
    setup.merge("topology: { primary_wan: dsl }");
    setup
        .check()
        .exits(2)
        .has("topology.primary_wan is dsl, and")
        .has("is about wan1.");
    assert_eq!(setup.fix("primary-name"), Some(0));
    setup.merge("topology: { primary_wan_config: /nonexistent/wan1.yaml }");
    let (bad, code) = setup.bad();
    assert_eq!(
        (bad.contains(&"primary-file".to_owned()), code),
        (true, Some(2)),
        "{bad:?}"
    );
    setup.check().has(
        "The primary's own file cannot be used: /nonexistent/wan1.yaml: there is no such file.",
    );
}

#[test]
fn the_state_document_is_missing_stale_or_elsewhere() {
    let mut setup = Setup::steering();
    let path = setup.dir.path().join("wan1_state.json");
    fs::remove_file(&path).expect("there");
    setup
        .check()
        .exits(2)
        .has("No state document of autorate's can be used")
        .has("wan1_state.json is missing")
        .has("Start autorate, `wanctl --config");
    setup.autorate_says(24.0);
    assert_eq!(setup.is_gone("autorate-missing"), Some(0));

    let file = File::options().write(true).open(&path).expect("there");
    let hour = std::time::SystemTime::UNIX_EPOCH + Duration::from_hours(1);
    file.set_modified(hour).expect("ours");
    assert_eq!(setup.bad(), (vec!["autorate-stale".to_owned()], Some(2)));
    setup.check().has("After 150 s it counts as stopped");
    setup.autorate_says(24.0);
    assert_eq!(setup.is_gone("autorate-stale"), Some(0));

    setup.merge("cake_state_sources: { primary: /nonexistent/wan1_state.json }");
    setup
        .check()
        .exits(0)
        .has("cake_state_sources.primary is /nonexistent/wan1_state.json, and");
    assert_eq!(setup.fix("autorate-elsewhere"), Some(0));
}

#[test]
fn a_baseline_outside_its_bounds() {
    let mut setup = Setup::steering();
    for baseline in [4.0, 140.0] {
        setup.autorate_says(baseline);
        setup
            .check()
            .exits(2)
            .has("outside thresholds.baseline_rtt_bounds");
        assert_eq!(setup.fix("autorate-baseline"), Some(0));
    }
}

#[test]
fn health_is_silent_or_switched_off() {
    for (more, id, code) in [
        ("health_check: { port: 1 }", "autorate-silent", 2),
        ("wan_name: wan3", "autorate-silent", 2),
        ("health_check: { enabled: false }", "autorate-no-health", 0),
    ] {
        let mut setup = Setup::with_primary(more);
        setup.world.scene().router.add_mangle(&super::RULE);
        setup.autorate_says(24.0);
        let (findings, exit) = setup.findings(&[]);
        assert!(
            findings.iter().any(|f| f["id"] == id),
            "{more}: {findings:#?}"
        );
        assert_eq!(exit, Some(code), "{more}");
    }
}
