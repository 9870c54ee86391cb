//! Away from a bad line and back, and what people read about it.

use crate::house::House;
use crate::pause;

#[test]
fn a_bad_line_is_left_and_a_good_one_returned_to() {
    let house = House::new();
    let daemon = house.start();
    daemon.until("measuring", |health| {
        health["measurement"]["delta_ms"].is_number()
    });
    assert!(!house.steered());
    house.squeeze(true);
    house.until_steered(true);
    let health = daemon.until("degraded", |health| health["steering"]["enabled"] == true);
    assert_eq!(health["steering"]["state"], "WAN1_DEGRADED");
    assert_eq!(health["rule"]["state"], "on");
    assert!(
        health["decision"]["last_transition_time"].is_string(),
        "{health:#}"
    );
    house.until_saved("WAN1_DEGRADED");
    house.squeeze(false);
    house.until_steered(false);
    let health = daemon.until("good", |health| health["steering"]["enabled"] == false);
    assert_eq!(health["steering"]["state"], "WAN1_GOOD");
    assert!(
        house.says("Steering rule enabled and verified") == 1,
        "{}",
        house.log()
    );
    assert!(
        house.says("Steering rule disabled and verified") == 1,
        "{}",
        house.log()
    );
    assert!(daemon.stop().success());
    let document = house.document().expect("a stop saves");
    assert_eq!(document["current_state"], "WAN1_GOOD");
    let transitions = document["transitions"].as_array().expect("a list");
    assert_eq!(transitions.len(), 2, "{document:#}");
    assert_eq!(transitions[0]["to"], "WAN1_DEGRADED");
}

#[test]
fn a_rule_switched_by_hand_is_told_and_left_alone_for_a_while() {
    let house = House::new();
    let daemon = house.start();
    daemon.until("read", |health| health["rule"]["state"] == "off");
    pause(1_500);
    house
        .world
        .scene()
        .router
        .set_mangle_property(crate::house::COMMENT, "disabled", "false");
    let health = daemon.until("seen", |health| health["rule"]["switched_by_hand"] == 1);
    assert!(
        health["rule"]["left_alone_for_seconds"]
            .as_f64()
            .is_some_and(|left| left > 30.0),
        "{health:#}"
    );
    pause(2_000);
    assert!(house.steered(), "it is left alone");
    assert_eq!(
        house.says("Somebody enabled the steering rule"),
        1,
        "{}",
        house.log()
    );
}

#[test]
fn two_rules_with_the_comment_are_an_error_and_none_is_touched() {
    let house = House::new();
    let twin = [
        ("chain", "prerouting"),
        ("comment", crate::house::COMMENT),
        ("disabled", "true"),
    ];
    house.world.scene().router.add_mangle(&twin);
    let daemon = house.start();
    let health = daemon.until("seen", |health| health["rule"]["state"] == "ambiguous");
    assert_eq!(health["status"], "degraded");
    house.squeeze(true);
    pause(3_000);
    assert!(!house.steered());
    let writes = house
        .world
        .journal()
        .iter()
        .filter(|entry| entry.is_write())
        .count();
    assert_eq!(writes, 0);
    // One of them goes, and the decision is made good.
    let mut scene = house.world.scene();
    scene.router.remove_mangle(crate::house::COMMENT);
    drop(scene);
    house.until_steered(true);
    drop(daemon);
}

#[test]
fn a_stale_autorate_is_told_in_health() {
    let house = House::new();
    house.autorate_said_long_ago(24.0, 600);
    let daemon = house.start();
    let health = daemon.until("stale", |health| health["autorate"]["state"] == "stale");
    assert!(
        health["autorate"]["age_seconds"]
            .as_f64()
            .is_some_and(|age| age > 590.0),
        "{health:#}"
    );
    house.autorate_says(24.0);
    daemon.until("fresh", |health| health["autorate"]["state"] == "fresh");
}
