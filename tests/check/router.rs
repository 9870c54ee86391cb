//! A router that is not there, not well, too old, or lets nobody in; and the rules that steer.

use std::fs;
use std::thread;

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;

use crate::setup::{Setup, said};

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
fn the_services_environment_may_lie_anywhere() {
    let mut setup = Setup::new();
    setup.merge("router: { transport: rest, password: '${WANCTL_CHECK_TEST}' }");
    let file = setup.dir.path().join("environment");
    fs::write(&file, "WANCTL_CHECK_TEST='secret'\n").expect("ours");
    let file = file.display().to_string();
    setup.environment = vec![("WANCTL_CHECK_TEST", "of another".to_owned())];
    let (findings, _) = setup.findings(&["--secrets", &file]);
    let errors = findings.iter().filter(|it| it["severity"] == "error");
    assert_eq!(errors.count(), 0, "{findings:#?}");
    let mut command = setup.command();
    let missing = said(
        command
            .args(["--secrets", "nowhere/env"])
            .output()
            .expect("it runs"),
    );
    assert_eq!(missing.code, Some(1));
    assert!(
        missing
            .errors
            .contains("nowhere/env: cannot be read: No such file"),
        "{}",
        missing.errors
    );
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
fn a_name_without_an_address_is_no_router_that_is_off() {
    let mut setup = Setup::new();
    setup.merge("router: { host: router.invalid }");
    setup
        .check()
        .exits(1)
        .has("The router's name router.invalid has no address.")
        .has("Write the router's address into router.host");
    let steps = setup.steps("router-no-address");
    assert!(
        steps.iter().all(|step| step["place"] != "router"),
        "{steps:?}"
    );
    setup.merge("router: { host: 127.0.0.1 }");
    assert_eq!(setup.is_gone("router-no-address"), Some(0));
}

#[test]
fn a_router_that_hangs_up_is_asked_again_and_told_for_what_it_may_be() {
    for fault in [Fault::SessionLimit(0), Fault::Reset] {
        let setup = Setup::new();
        setup.world.fault(fault);
        setup
            .check()
            .exits(1)
            .has("ends each connection without an answer.")
            .has("A router that is starting")
            .has("max-sessions")
            .has("address= that does not include this machine");
        setup.all_is_understood(&[], "router-hangs-up");
    }
    // Up again, or without the damage, three seconds later.
    for fault in [
        Fault::Reboot(Duration::from_secs(2)),
        Fault::SessionLimit(0),
    ] {
        let setup = Setup::new();
        setup.world.fault(fault);
        thread::scope(|scope| {
            let said = scope.spawn(|| setup.check());
            thread::park_timeout(std::time::Duration::from_secs(2));
            setup.world.fault(Fault::None);
            said.join().expect("it ends").exits(0);
        });
    }
}

#[test]
fn a_refusal_is_told_apart_by_its_status() {
    let setup = Setup::new();
    for (status, proposes) in [
        (403, "rest-plain=yes"),
        (500, "/system resource print"),
        (503, "/system resource print"),
        (418, "/ip service print detail"),
    ] {
        setup.world.fault(Fault::Status(status));
        let steps = setup.steps("router-refuses");
        let text = steps[0]["text"].as_str().expect("a text");
        assert!(text.contains(proposes), "{status}: {steps:?}");
    }
    setup.world.fault(Fault::Garbage);
    setup.check().has("what it says is no HTTP");
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
