//! What an operator meets: stops, files that cannot be used, a router that cannot be reached.

use wanctl::sim::double::faults::Fault;

use crate::flood::flood;
use crate::house::{COMMENT, House};

#[test]
fn on_exit_says_what_becomes_of_the_rule() {
    for (on_exit, stays) in [("leave", true), ("disable", false)] {
        let mut house = House::new();
        house.more = format!("steering: {{ on_exit: {on_exit} }}");
        let daemon = house.start();
        house.squeeze(true);
        house.until_steered(true);
        daemon.until("seen", |health| health["rule"]["state"] == "on");
        assert!(daemon.stop().success());
        assert_eq!(house.steered(), stays, "{on_exit}: {}", house.log());
        let state = if stays { "WAN1_DEGRADED" } else { "WAN1_GOOD" };
        assert_eq!(
            house.document().unwrap()["current_state"],
            state,
            "{on_exit}"
        );
    }
}

/// Somebody has enabled the rule, and has a minute for it; or the router has refused to disable it, and is left
/// in peace for a moment.
#[test]
fn on_exit_disable_waits_for_neither_a_hand_nor_a_pause() {
    for refused in [false, true] {
        let mut house = House::new();
        house.more = "steering: { on_exit: disable }".into();
        let daemon = house.start();
        daemon.until("read", |health| health["rule"]["state"] == "off");
        if refused {
            house.squeeze(true);
            house.until_steered(true);
            daemon.until("seen", |health| health["rule"]["state"] == "on");
            house.world.fault(Fault::ReadOnlyUser);
            house.squeeze(false);
            assert_eq!(house.says("Failed to disable steering rule"), 1);
            house.world.fault(Fault::None);
        } else {
            let mut scene = house.world.scene();
            scene
                .router
                .set_mangle_property(COMMENT, "disabled", "false");
            drop(scene);
            daemon.until("seen", |health| health["rule"]["switched_by_hand"] == 1);
        }
        assert!(daemon.stop().success());
        assert!(!house.steered(), "refused: {refused}\n{}", house.log());
        assert_eq!(house.document().unwrap()["current_state"], "WAN1_GOOD");
        assert_eq!(house.says("The steering rule is disabled: "), 1);
    }
}

#[test]
fn a_rule_that_stays_enabled_at_the_end_is_said_to() {
    for (on_exit, unplugged, words) in [
        (
            "leave",
            false,
            "INFO] The steering rule stays enabled, as steering.on_exit: leave has it",
        ),
        (
            "disable",
            true,
            "may still be enabled: disable it with wanctl-steering --reset, or by hand",
        ),
    ] {
        let mut house = House::new();
        house.more = format!("steering: {{ on_exit: {on_exit} }}");
        let daemon = house.start();
        house.squeeze(true);
        house.until_steered(true);
        daemon.until("seen", |health| health["rule"]["state"] == "on");
        if unplugged {
            house.world.unplug_router();
            daemon.until("missed", |health| health["router_reachable"] == false);
        }
        assert!(daemon.stop().success());
        assert!(house.steered());
        assert_eq!(house.says(words), 1, "{}", house.log());
        let document = house.document().unwrap();
        assert_eq!(document["current_state"], "WAN1_DEGRADED");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_said_with_all_that_is_wrong() {
    let mut house = House::new();
    house.interval = 0.001;
    let (code, out, err) = house.run(&[]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("ERROR: Failed to load config: "), "{err}");
    assert!(err.contains("interval_seconds"), "{err}");
    let (code, out, _) = house.run(&["--validate-config"]);
    assert_eq!(code, Some(1), "{out}");
    house.interval = 0.5;
    let (code, out, _) = house.run(&["--validate-config"]);
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_router_that_is_away_is_waited_for() {
    let mut house = House::new();
    house.world.unplug_router();
    let daemon = house.start();
    let health = daemon.until("missed", |health| health["router_reachable"] == false);
    assert_eq!(health["status"], "degraded");
    house.squeeze(true);
    house.world.plug_router().unwrap();
    house.until_steered(true);
}

#[test]
fn the_password_is_nowhere() {
    let mut house = House::new();
    house.more = "metrics: { enabled: true, port: 0 }".into();
    let daemon = house.start();
    daemon.until("read", |health| health["rule"]["state"] == "off");
    let health = daemon.health().1.to_string();
    drop(daemon);
    for text in [health, house.log()] {
        assert!(
            !text.contains("d2FuY3RsOnNlY3JldA") && !text.contains("secret\""),
            "{text}"
        );
    }
}

#[test]
fn two_instances_on_one_host_are_two_worlds() {
    let (mut one, mut other) = (House::new(), House::new());
    for house in [&mut one, &mut other] {
        house.more = "metrics: { enabled: true, port: 0 }".into();
    }
    let daemons = [one.start(), other.start()];
    for daemon in &daemons {
        daemon.until("read", |health| health["rule"]["state"] == "off");
    }
    one.squeeze(true);
    one.until_steered(true);
    daemons[0].until("steered", |health| health["steering"]["enabled"] == true);
    assert!(!other.steered());
    let pages = [&one, &other].map(House::metrics);
    for (page, enabled) in pages.iter().zip([1, 0]) {
        let line = format!("wanctl_steering_enabled{{wan=\"wan1\"}} {enabled}");
        assert!(page.lines().any(|found| found.starts_with(&line)), "{page}");
    }
}

#[test]
fn ten_thousand_connections_leave_nothing_behind_and_steering_goes_on() {
    let house = House::new();
    let daemon = house.start();
    daemon.until("read", |health| health["rule"]["state"] == "off");
    flood(
        daemon.pid(),
        daemon.health_address(),
        &["/health", "/metrics/history"],
    );
    house.squeeze(true);
    house.until_steered(true);
    assert!(daemon.stop().success());
}
