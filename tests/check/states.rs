//! Routers that are set up wrongly, one way at a time.

use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::setup::{Setup, said};

fn broken(queue: &str, property: &str, value: &str) -> Setup {
    let setup = Setup::new();
    setup
        .world
        .scene()
        .router
        .set_queue_property(queue, property, value);
    setup
}

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
        .has("Log, lock and state can be written.")
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
fn an_idle_line_is_no_fault() {
    let said = Setup::new().check();
    said.exits(0)
        .has("The line was idle")
        .has("Run this again during a download");
}

#[test]
fn a_password_that_is_not_set_is_no_reason_to_change_the_routers() {
    let mut setup = Setup::new();
    setup.merge("router: { transport: rest, password: '${WANCTL_CHECK_TEST}' }");
    let (findings, code) = setup.findings(&[]);
    let of = |id| findings.iter().find(|finding| finding["id"] == id);
    assert_eq!(code, Some(1));
    assert!(of("password-unset").is_some(), "{findings:#?}");
    let login = of("router-login").expect("said");
    assert_eq!(login["fix"].as_array().map(Vec::len), Some(0), "{login}");
}

#[test]
fn a_wrong_password() {
    let mut setup = Setup::new();
    setup.world.scene().router.access.set_password("another");
    setup
        .check()
        .exits(1)
        .has("The router does not let user wanctl in with this password.")
        .has("or the user's address= does not include this machine")
        .has("/user set [find name=\"wanctl\"] password=");
    assert_eq!(setup.fix("router-login"), Some(0));
}

#[test]
fn a_queue_is_missing() {
    let mut setup = Setup::new();
    setup.world.scene().router.remove_queue("WAN-Download");
    setup
        .check()
        .exits(1)
        .has("The router has no queue WAN-Download; it has WAN-Upload.")
        .has("write its name into queues.download")
        .has("/queue tree add name=\"WAN-Download\" parent=\"bridge\" queue=\"cake-down\" max-limit=500000000");
    assert_eq!(setup.fix("queue-missing"), Some(0));
}

#[test]
fn a_queue_is_disabled() {
    let mut setup = broken("WAN-Upload", "disabled", "true");
    setup
        .check()
        .exits(1)
        .has("The queue WAN-Upload is disabled. Its limit has no effect")
        .has("/queue tree set [find name=\"WAN-Upload\"] disabled=no");
    assert_eq!(setup.fix("queue-disabled"), Some(0));
}

#[test]
fn a_queue_is_invalid() {
    let mut setup = broken("WAN-Download", "invalid", "true");
    setup
        .world
        .scene()
        .router
        .set_queue_property("WAN-Download", "parent", "*7");
    setup
        .check()
        .exits(1)
        .has("The queue WAN-Download is invalid: its parent *7 does not exist")
        .has("/queue tree set [find name=\"WAN-Download\"] parent=\"bridge\"");
    assert_eq!(setup.fix("queue-invalid"), Some(0));
}

#[test]
fn the_queue_is_not_cake() {
    let mut setup = broken("WAN-Download", "queue", "default-small");
    setup
        .check()
        .exits(1)
        .has("WAN-Download uses the queue type default-small, which is pfifo and not CAKE.")
        .has("packets wait in a plain queue behind the largest download")
        .has("/queue tree set [find name=\"WAN-Download\"] queue=\"cake-down\"");
    assert_eq!(setup.fix("queue-kind"), Some(0));
}

#[test]
fn the_named_queue_type_is_missing() {
    let mut setup = Setup::new();
    setup.merge("router: { queue_types: { upload: cake-up-wan1 } }");
    setup
        .check()
        .exits(2)
        .has("The router has no queue type cake-up-wan1, which router.queue_types.upload names.")
        .has("The queue has cake-up already, which is CAKE. Let it be:");
    assert_eq!(setup.fix("queue-type-missing"), Some(0));
}

#[test]
fn neither_the_named_queue_type_nor_any_cake() {
    let mut setup = broken("WAN-Upload", "queue", "default");
    setup.merge("router: { queue_types: { upload: cake-up-wan1 } }");
    setup
        .check()
        .exits(1)
        .has("/queue type add name=\"cake-up-wan1\" kind=cake");
    assert_eq!(setup.fix("queue-type-missing"), Some(0));
}

#[test]
fn cake_nat_on_downloads() {
    let mut setup = Setup::new();
    for kind in ["cake-down", "cake-up"] {
        setup
            .world
            .scene()
            .router
            .set_queue_type_property(kind, "cake-nat", "true");
    }
    let said = setup.check();
    said.exits(2)
        .has("The queue type cake-down has cake-nat on, and it serves downloads.")
        .has("190 to 870 ms")
        .has("/queue type set [find name=\"cake-down\"] cake-nat=no");
    assert!(
        !said.text.contains("cake-up has"),
        "uploads are not affected"
    );
    assert_eq!(setup.fix("cake-nat"), Some(0));
}

#[test]
fn a_second_shaper() {
    let mut setup = Setup::new();
    setup
        .world
        .scene()
        .router
        .set_queue_type_property("cake-up", "cake-bandwidth", "30000000");
    setup
        .check()
        .exits(2)
        .has("The queue type cake-up has cake-bandwidth 30000000.")
        .has("max-limit is what shapes, and what wanctl moves")
        .has("/queue type set [find name=\"cake-up\"] cake-bandwidth=0");
    assert_eq!(setup.fix("cake-bandwidth"), Some(0));
}

#[test]
fn a_rule_that_steers_is_told_and_two_of_one_name_are_ambiguous() {
    let setup = Setup::new();
    setup
        .check()
        .exits(0)
        .has("No mangle rule has a comment that looks like steering.");
    let comment = "ADAPTIVE: Steer latency-sensitive to WAN2";
    let rule = [
        ("chain", "prerouting"),
        ("comment", comment),
        ("disabled", "true"),
    ];
    let add = |n| setup.world.scene().router.add_mangle(&rule[..n]);
    add(3);
    add(1);
    setup.check().exits(0).has(&format!(
        "The mangle rule *1 (disabled) looks like steering: {comment:?}."
    ));
    add(2);
    setup.check().exits(2).has(&format!(
        "2 mangle rules have the comment {comment:?}: *1 (disabled), *3 (enabled)."
    ));
}

#[test]
fn rules_that_may_not_be_read_are_said_not_to_have_been_looked_at() {
    let setup = Setup::new();
    setup.world.fault(Fault::Forbids("mangle"));
    setup
        .check()
        .exits(2)
        .has("The mangle rules could not be read.")
        .has("1 warning");
}

#[test]
fn a_router_that_has_just_booted() {
    let setup = Setup::new();
    setup.world.fault(Fault::Confused);
    let said = setup.check();
    said.exits(1)
        .has("answers, but not as RouterOS does.")
        .has("a RouterOS that is still starting");
    assert!(!said.text.contains("has no queue"), "{}", said.text);
}

#[test]
fn a_large_bucket() {
    let mut setup = broken("WAN-Download", "bucket-size", "0.1");
    setup
        .check()
        .exits(2)
        .has("WAN-Download has bucket-size 0.1. After a quiet moment it lets 100 ms worth of traffic pass")
        .has("/queue tree set [find name=\"WAN-Download\"] bucket-size=0.01");
    assert_eq!(setup.fix("queue-bucket"), Some(0));
}

#[test]
fn limits_out_of_bounds() {
    for (limit, text) in [("900000000", "max-limit 900M"), ("0", "no max-limit")] {
        let mut setup = broken("WAN-Download", "max-limit", limit);
        setup
            .check()
            .exits(2)
            .has(&format!(
                "WAN-Download has {text}, and the file says 25M to 500M."
            ))
            .has("/queue tree set [find name=\"WAN-Download\"] max-limit=500000000");
        assert_eq!(setup.fix("queue-limit"), Some(0));
    }
}

#[test]
fn a_guaranteed_rate_and_a_burst_in_the_way() {
    let mut setup = broken("WAN-Upload", "limit-at", "20000000");
    setup
        .world
        .scene()
        .router
        .set_queue_property("WAN-Upload", "burst-limit", "50000000");
    setup
        .check()
        .exits(2)
        .has("WAN-Upload has limit-at 20M, above the floor of 10M.")
        .has("WAN-Upload has burst-limit 50000000.");
    setup.fix("queue-limit-at");
    assert_eq!(setup.fix("queue-burst"), Some(0));
}

#[test]
fn an_old_router() {
    let mut setup = Setup::new();
    setup.world.scene().router.set_version("7.8 (stable)");
    setup
        .check()
        .exits(1)
        .has("RouterOS 7.8 (stable) is too old. REST over plain http came with RouterOS 7.9")
        .has("CVE-2025-10948")
        .has("/system package update install");
    assert_eq!(setup.fix("router-version-old"), Some(0));
}

#[test]
fn a_router_with_a_known_hole() {
    let mut setup = Setup::new();
    setup.world.scene().router.set_version("7.16.2 (stable)");
    setup
        .check()
        .exits(2)
        .has("has a known hole in the part wanctl talks to");
    assert_eq!(setup.fix("router-security"), Some(0));
}

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

#[test]
fn the_service_is_off_or_at_another_port() {
    for line in ["/ip service disable www", "/ip service set www port=8080"] {
        let mut setup = Setup::new();
        assert_eq!(setup.world.terminal(line).output, "");
        setup
            .check()
            .exits(1)
            .has("Nobody answers at 127.0.0.1:")
            .has("/ip service set www disabled=no port=");
        assert_eq!(setup.fix("router-unreachable"), Some(0));
    }
}

#[test]
fn a_user_without_rights() {
    let mut setup = Setup::new();
    setup.world.scene().router.access.grant("read", false);
    setup
        .check()
        .exits(1)
        .has("The router's user wanctl may not read what wanctl must read: not enough permissions (9).")
        .has("/user group set [/user get [find name=\"wanctl\"] group] policy=read,write,rest-api");
    assert_eq!(setup.fix("rights-read"), Some(0));
}

#[test]
fn a_router_that_is_not_there_or_not_well() {
    let mut setup = Setup::new();
    setup.world.unplug_router();
    setup
        .check()
        .exits(1)
        .has("Nobody answers at 127.0.0.1:")
        .has("/ip service set www disabled=no");
    setup.world.plug_router().expect("the port is still ours");
    setup.world.fault(Fault::Garbage);
    setup.check().exits(1).has("is not the router's REST");
    setup.world.fault(Fault::Status(503));
    setup
        .check()
        .exits(1)
        .has("The router answers with status 503");
    // How a router answers whose REST is off nobody has written down: this is as near as it gets, and the
    // double cannot be cured of it at its terminal.
    for step in setup.steps("router-refuses") {
        setup.apply(&step);
    }
    setup.world.fault(Fault::EmptyList);
    setup
        .check()
        .exits(1)
        .has("The router has no queue WAN-Upload; its /queue tree is empty.");
    setup.world.fault(Fault::ControlCharacters);
    setup.check().exits(0);
}

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
