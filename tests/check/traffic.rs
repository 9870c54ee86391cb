//! Traffic that takes the queues, or goes around them.

use crate::setup::{Setup, broken};

#[test]
fn traffic_goes_around_the_queues() {
    let fasttrack = "/ip firewall filter set [find action=fasttrack-connection] disabled=yes";
    for has_rule in [false, true] {
        let mut setup = Setup::new();
        setup.busy();
        setup.world.scene().router.leaks = true;
        if has_rule {
            let add = "/ip firewall filter add chain=forward action=fasttrack-connection";
            assert_eq!(setup.world.terminal(add).output, "");
        }
        let said = setup.check();
        said.exits(2)
            .has("WAN-Download counted 0 bytes in")
            .has("while bridge passed")
            .has("a wheel without an axle")
            .has("/ip settings set allow-fast-path=no");
        assert_eq!(said.text.contains(fasttrack), has_rule, "{}", said.text);
        assert_eq!(setup.fix("counters-still"), Some(0));
    }
}

#[test]
fn fasttrack_takes_the_traffic_past_a_queue_below_global() {
    for change in ["", "disabled=no "] {
        let mut setup = broken("WAN-Download", "parent", "global");
        let add = format!(
            "/ip firewall filter add chain=forward action=fasttrack-connection {change}\
             connection-state=established,related"
        );
        assert_eq!(setup.world.terminal(&add).output, "");
        setup
            .check()
            .exits(2)
            .has("FastTrack is on, and WAN-Download has the parent global.")
            .has("/ip firewall filter set [find action=fasttrack-connection] disabled=yes");
        assert_eq!(setup.fix("fasttrack"), Some(0));
    }
}

/// The same for the law that acts on counters.
fn adaptive() -> Setup {
    let mut setup = Setup::new();
    setup.config["continuous_monitoring"]["control_law"] = "adaptive".into();
    setup
}

#[test]
fn the_adaptive_law_is_told_whether_it_can_count_and_how_often() {
    let setup = adaptive();
    setup
        .check()
        .exits(0)
        .has("By REST, WAN-Download can be counted; how fresh its counter is cannot be told: nothing went")
        .has("A reading of the counters by REST takes ");
    let setup = adaptive();
    setup.busy();
    setup
        .check()
        .exits(0)
        .has("By REST, WAN-Download's byte counter changed in 1")
        .has("while the line is used, one every 100.0 ms.");
}

#[test]
fn traffic_around_the_queues_is_a_warning_to_the_adaptive_law_too() {
    let setup = adaptive();
    setup.busy();
    setup.world.scene().router.leaks = true;
    setup
        .check()
        .exits(2)
        .has("WAN-Download counted 0 bytes in")
        .has("l3-hw-offloading");
}

#[test]
fn an_idle_line_is_no_fault() {
    let said = Setup::new().check();
    said.exits(0)
        .has("The line was idle")
        .has("Run this again during a download");
}
