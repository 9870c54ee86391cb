//! The mangle rule, and who may switch it.

use wanctl::sim::double::faults::Fault;

use super::{COMMENT, RULE};
use crate::setup::Setup;

fn disabled(setup: &Setup) -> bool {
    let scene = setup.world.scene();
    scene
        .router
        .mangle(COMMENT)
        .expect("the rule")
        .is_on("disabled")
}

/// With this instead of the rule's own property.
fn rule_with(property: &str, value: &str) -> Setup {
    let setup = Setup::steering();
    change(&setup, property, value);
    setup
}

fn change(setup: &Setup, property: &str, value: &str) {
    let router = &mut setup.world.scene().router;
    router.set_mangle_property(COMMENT, property, value);
}

#[test]
fn no_rule_has_the_comment() {
    let mut setup = Setup::steering();
    setup.world.scene().router.remove_mangle(COMMENT);
    setup
        .check()
        .exits(1)
        .has(&format!("No mangle rule has the comment {COMMENT:?}."))
        .has("/ip firewall mangle add chain=prerouting action=mark-routing new-routing-mark=via-wan2");
    assert_eq!(setup.fix("rule-missing"), Some(0));
    assert!(disabled(&setup));
}

#[test]
fn two_rules_have_the_comment() {
    let mut setup = Setup::steering();
    setup.world.scene().router.add_mangle(&[
        ("chain", "forward"),
        ("action", "mark-packet"),
        ("comment", COMMENT),
    ]);
    setup.check().exits(1).has(&format!(
        "2 mangle rules have the comment {COMMENT:?}: *1 (prerouting, disabled), *2 (forward, enabled)."
    ));
    assert_eq!(setup.fix("rule-ambiguous"), Some(0));
    assert!(disabled(&setup), "the one that steers has kept its comment");
}

#[test]
fn the_comment_differs_in_capitals_blanks_or_length() {
    for comment in [
        "Adaptive: steer latency-sensitive to wan2",
        "ADAPTIVE:  Steer latency-sensitive to WAN2",
        "old ADAPTIVE: Steer latency-sensitive to WAN2",
    ] {
        let mut setup = rule_with("comment", comment);
        setup.check().exits(1).has("*1 (prerouting, disabled) has");
        assert_eq!(setup.fix("rule-comment"), Some(0), "{comment}");
    }
    let setup = rule_with("comment", "adaptive: steer latency-sensitive to wan2");
    let mut twin = RULE;
    twin[2].1 = "ADAPTIVE:Steer latency-sensitive to WAN2";
    setup.world.scene().router.add_mangle(&twin);
    setup.all_is_understood(&[], "rule-comment");
}

#[test]
fn the_rule_is_invalid() {
    let setup = rule_with("invalid", "true");
    change(&setup, "new-routing-mark", "via-wan2");
    setup.check().exits(1).has(
        "The rule *1 (prerouting, disabled) is invalid: it refers to new-routing-mark=via-wan2",
    );
    setup.all_is_understood(&[], "rule-invalid");
    change(&setup, "invalid", "false");
    assert_eq!(setup.is_gone("rule-invalid"), Some(0));
}

#[test]
fn a_rule_that_is_enabled_is_told_with_the_way_back() {
    let mut setup = rule_with("disabled", "false");
    setup.check().exits(0).has("The rule *1 is enabled now.");
    assert_eq!(setup.fix("rule-enabled"), Some(0));
    assert!(disabled(&setup));
}

#[test]
fn what_a_rule_can_hardly_mean_is_a_note() {
    let setup = rule_with("action", "mark-packet");
    setup
        .check()
        .exits(0)
        .has("The rule's action is mark-packet.");
    // v1.7's documented rule.
    let setup = rule_with("action", "mark-routing");
    setup
        .check()
        .exits(0)
        .has("The rule marks the routing of new connections' packets only.");
    let setup = rule_with("connection-state", "established");
    setup
        .check()
        .exits(0)
        .has("The rule matches connection-state=established");
}

#[test]
fn fast_tracked_packets_have_no_marks() {
    let mut setup = Setup::steering();
    let add = "/ip firewall filter add chain=forward action=fasttrack-connection \
               connection-state=established,related";
    let spares = format!("{add} connection-mark=no-mark");
    assert_eq!(setup.world.terminal(&spares).output, "");
    setup.check().exits(0);
    assert_eq!(setup.world.terminal(add).output, "");
    setup
        .check()
        .exits(2)
        .has("FastTrack is on, for connections with a mark as well.");
    assert_eq!(setup.fix("rule-fasttrack"), Some(0));
}

#[test]
fn clients_that_are_forced_out_are_counted() {
    let setup = Setup::steering();
    for (address, off) in [("10.0.0.5", false), ("10.0.0.6", false), ("10.0.0.7", true)] {
        let router = &mut setup.world.scene().router;
        router.add_address("FORCE_OUT_WAN2", address, off);
    }
    setup.check().exits(0).has("FORCE_OUT_WAN2 (2)");
}

#[test]
fn a_user_who_may_only_read() {
    let mut setup = Setup::steering();
    setup.world.scene().router.access.grant("write", false);
    setup
        .check()
        .exits(1)
        .has("The router's user wanctl may read, but not write.")
        .has("policy=read,write,rest-api");
    assert_eq!(setup.fix("rights-write"), Some(0));
}

#[test]
fn a_wrong_password_and_a_user_without_rights() {
    let mut setup = Setup::steering();
    setup.world.scene().router.access.set_password("another");
    setup
        .check()
        .exits(1)
        .has("The router does not let user wanctl in with this password.");
    assert_eq!(setup.fix("router-login"), Some(0));
    setup.world.scene().router.access.grant("read", false);
    assert_eq!(setup.fix("rights-read"), Some(0));
    setup.world.fault(Fault::Forbids("mangle"));
    setup
        .check()
        .exits(1)
        .has("may not read what wanctl must read");
    setup.world.fault(Fault::Confused);
    setup
        .check()
        .exits(1)
        .has("answers, but not as RouterOS does.");
}

#[test]
fn a_router_that_is_not_there() {
    let mut setup = Setup::steering();
    setup.world.unplug_router();
    setup.check().exits(1).has("Nobody answers at 127.0.0.1:");
    setup.all_is_understood(&[], "router-unreachable");
}
