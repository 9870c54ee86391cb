//! `--reset`: off, seen to be off, saved; and an exit code that tells the truth (W-29).

use wanctl::sim::double::faults::Fault;

use crate::house::{COMMENT, House};

fn switched_on() -> House {
    let house = House::new();
    house
        .world
        .scene()
        .router
        .set_mangle_property(COMMENT, "disabled", "false");
    let state =
        r#"{"current_state":"WAN1_DEGRADED","bad_count":0,"good_count":2,"baseline_rtt":24.0}"#;
    std::fs::write(house.path("steering_state.json"), state).unwrap();
    house
}

#[test]
fn a_reset_switches_off_sees_it_and_saves_it() {
    let house = switched_on();
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("is disabled"), "{out}");
    assert!(!house.steered());
    assert_eq!(house.document().unwrap()["current_state"], "WAN1_GOOD");
    // Again is no error.
    let (code, ..) = house.run(&["--reset"]);
    assert_eq!(code, Some(0));
}

/// Without systemd nobody makes an environment of that file.
#[test]
fn reset_and_daemon_take_the_password_from_the_secrets_beside_the_file() {
    let mut house = switched_on();
    house.router = house
        .router
        .replace("password: secret", "password: \"${ROUTER_PASSWORD}\"");
    let secrets = "ROUTER_PASSWORD='secret'\n";
    std::fs::write(house.path("secrets"), secrets).unwrap();
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(!house.steered());
    let daemon = house.start();
    house.squeeze(true);
    house.until_steered(true);
    drop(daemon);
}

#[test]
fn a_reset_that_fails_says_so() {
    let house = switched_on();
    house.world.fault(Fault::ReadOnlyUser);
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(err.contains("could not be seen to be disabled"), "{err}");
    assert!(house.steered());
    assert_eq!(
        house.document().unwrap()["current_state"],
        "WAN1_DEGRADED",
        "the truth"
    );
}

#[test]
fn a_reset_beside_a_running_daemon_is_refused() {
    let house = switched_on();
    let daemon = house.start();
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(err.contains("Another instance is running"), "{err}");
    drop(daemon);
}

#[test]
fn a_reset_that_cannot_be_saved_says_so() {
    let house = switched_on();
    // A directory in the place of the new document cannot be replaced, whoever we are.
    let state = house.path("steering_state.json");
    std::fs::create_dir_all(state.with_extension("json.tmp").join("x")).unwrap();
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("is disabled, but"), "{err}");
    assert!(err.contains("could not be written"), "{err}");
    assert!(!house.steered());
}

#[test]
fn a_reset_without_a_rule_does_not_wait_for_one() {
    let house = switched_on();
    house.world.scene().router.remove_mangle(COMMENT);
    let (code, _, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(1));
    assert!(
        err.contains("no mangle rule has exactly the configured comment"),
        "{err}"
    );
}
