//! A router that fails, in every way it can: the rates hold, `/health` is honest, and afterwards the
//! router holds what the controller wants, without a restart.

use std::thread;

use serde_json::Value;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::support::*;

/// Longest time `/health` may say "healthy" while the router takes nothing: the grace of 10 s, and
/// what a slow machine adds.
const GRACE: u64 = 14;
/// Longest pause after which the router is asked again, and the time it takes.
const RECOVERY: u64 = 60;

fn down(world: &World) -> Option<Rate> {
    world.max_limit(Direction::Down)
}

fn failure(health: &Value) -> Option<&str> {
    wan(health)["router_connectivity"]["last_failure_type"].as_str()
}

fn problem(health: &Value) -> Option<&str> {
    wan(health)["problem"].as_str()
}

/// Settles, goes bad while the line is squeezed, and stays that way until `/health` says so.
fn goes_bad(
    world: &World,
    daemon: &Daemon,
    spoil: impl FnOnce(),
    is_told: impl Fn(&Value) -> bool,
) {
    daemon.wait_settled(world);
    spoil();
    squeeze(world);
    let health = daemon.wait_health("an honest word", GRACE, |status, health| {
        status == 503 && is_told(health)
    });
    assert_eq!(health["status"], "degraded");
    // No flapping, as v1.7's (W-04).
    for _ in 0..10 {
        nap(100);
        let (status, health) = daemon.health();
        assert_eq!(status, 503, "{health:#}");
        assert!(is_told(&health), "{health:#}");
        assert_eq!(wan(&health)["measurement"]["source"], "icmp");
    }
}

/// All is well again, and the router holds what is wanted.
fn recovers(world: &World, daemon: &Daemon) {
    relax(world);
    let health = daemon.wait_health("the recovery", RECOVERY, |status, _| {
        status == 200 && holds_ceilings(world)
    });
    assert_eq!(problem(&health), None);
    let connectivity = &wan(&health)["router_connectivity"];
    assert_eq!(connectivity["is_reachable"], true);
    assert_eq!(connectivity["consecutive_failures"], 0);
    assert_eq!(connectivity["outage_duration_seconds"], Value::Null);
    daemon.wait_health("the last word on it", PATIENCE, |_, health| {
        let download = &wan(health)["download"];
        download["applied_rate_mbps"] == 480.0 && download["refused"].is_null()
    });
    daemon.assert_on_time();
    daemon.assert_discreet();
}

/// A fault that keeps every write from the router.
fn cut_off(fault: Fault, is_told: impl Fn(&Value) -> bool) {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(&world, &daemon, || world.fault(fault), is_told);
    assert!(holds_ceilings(&world), "{fault:?}: the rates hold");
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

#[test]
fn a_router_that_is_cut_off_is_called_unreachable_until_it_is_back() {
    let of_type = |kind: &'static str| {
        move |health: &Value| {
            failure(health) == Some(kind)
                && health["router_reachable"] == false
                && problem(health) == Some("the router cannot be reached")
        }
    };
    let cases = [
        (Fault::Garbage, "unknown"),
        (Fault::Silence, "timeout"),
        (Fault::Reset, "unknown"),
        (Fault::Status(401), "auth_failure"),
        (Fault::Status(403), "unknown"),
        (Fault::Status(404), "unknown"),
        (Fault::Status(500), "unknown"),
        (Fault::Status(503), "unknown"),
    ];
    thread::scope(|scope| {
        for (fault, kind) in cases {
            scope.spawn(move || cut_off(fault, of_type(kind)));
        }
    });
}

#[test]
fn half_an_answer_is_no_answer() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(
        &world,
        &daemon,
        || world.fault(Fault::HalfResponse),
        |health| health["router_reachable"] == false,
    );
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

#[test]
fn missing_queues_are_told_and_found_again() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(
        &world,
        &daemon,
        || world.fault(Fault::EmptyList),
        |health| {
            wan(health)["download"]["refused"] == "the router has no queue of that name"
                && problem(health) == Some("the router refuses to change a queue")
        },
    );
    assert!(daemon.log().contains("no queue of that name"));
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

/// It says 200 and applies less: control is impotent above that, and must not be called healthy.
#[test]
fn a_router_that_applies_less_than_it_confirms_is_not_healthy() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
    world.fault(Fault::ClampsTo(Rate::mbit(200)));
    relax(&world);
    let health = daemon.wait_health("an honest word", 60, |status, _| status == 503);
    assert!(problem(&health).is_some());
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], 200.0);
    assert!(
        writes(&world).len() < 100,
        "a value that is not taken is not sent twenty times a second"
    );
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

/// The double counts the write and answers 400: what it holds is read, not guessed.
#[test]
fn a_refusal_that_was_applied_is_seen_to_be_applied() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    world.fault(Fault::RefusesWhatItDid);
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(480)));
    let held = daemon.wait_health("the read-back", PATIENCE, |_, health| {
        let download = &wan(health)["download"];
        let held = down(&world).map(Rate::as_mbps);
        download["refused"].is_string()
            && held.is_some_and(|held| (number(&download["applied_rate_mbps"]) - held).abs() < 0.1)
    });
    assert_eq!(held["router_reachable"], true);
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

#[test]
fn a_refusal_that_was_applied_is_forgotten_once_the_router_holds_what_is_wanted() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    world.fault(Fault::RefusesWhatItDid);
    let by_hand = Rate::mbit(123);
    world.scene().router.set_max_limit("WAN-Upload", by_hand);
    wait_until("the correction", PATIENCE, || holds_ceilings(&world));
    // Nothing is left to be written, so no later write can take the refusal back.
    daemon.wait_health("the end of it", PATIENCE, |status, health| {
        status == 200 && wan(health)["upload"]["refused"].is_null()
    });
    nap(2_000);
    assert!(daemon.log().contains("Failed to set the upload queue"));
    assert_eq!(daemon.health().0, 200);
}

#[test]
fn odd_but_harmless_answers_change_nothing() {
    let through = |fault: Fault| {
        let world = world();
        let daemon = Daemon::start(&Setup::new(&world));
        daemon.wait_settled(&world);
        world.fault(fault);
        squeeze(&world);
        wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
        // Past several read-backs.
        nap(3_000);
        let (status, health) = daemon.health();
        assert_eq!(status, 200, "{fault:?}: {health:#}");
        assert_eq!(failure(&health), None, "{fault:?}");
        relax(&world);
        daemon.wait_settled(&world);
        world.fault(Fault::None);
        recovers(&world, &daemon);
    };
    let faults = [
        Fault::ControlCharacters,
        Fault::Chunked,
        Fault::SlowBy(Duration::from_millis(300)),
    ];
    thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || through(fault));
        }
    });
}

/// Whether control goes on or not, `/health` says so.
#[test]
fn a_router_that_closes_after_each_answer_is_controlled_or_called_degraded() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    world.fault(Fault::CloseAfterEach);
    squeeze(&world);
    daemon.wait_health("control or an honest word", GRACE, |status, health| {
        let wanted = number(&wan(health)["download"]["current_rate_mbps"]);
        let held = down(&world).map_or(0.0, Rate::as_mbps);
        status == 503 || (wanted < 250.0 && held < 250.0)
    });
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

#[test]
fn an_unplugged_router_is_refused_connections_and_comes_back() {
    let mut world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
    world.unplug_router();
    let held = down(&world);
    let health = daemon.wait_health("the outage", GRACE, |status, health| {
        status == 503 && failure(health) == Some("connection_refused")
    });
    assert_eq!(wan(&health)["router"]["connected"], false);
    nap(2_000);
    assert_eq!(down(&world), held);
    let outage = number(&wan(&daemon.health().1)["router_connectivity"]["outage_duration_seconds"]);
    assert!(outage >= 1.5, "{outage}");
    // It came back from a power cut with the limits of its last backup.
    let restored = Rate::mbit(333);
    world.scene().router.set_max_limit("WAN-Download", restored);
    world.plug_router().expect("its port is still free");
    recovers(&world, &daemon);
    assert!(daemon.log().contains("Router reconnected after "));
}

#[test]
fn a_closed_idle_connection_is_no_failure() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    for _ in 0..3 {
        let before = world.connections();
        world.hang_up();
        wait_until("a new connection", PATIENCE, || {
            world.connections() > before
        });
        nap(1_100);
        let (status, health) = daemon.health();
        assert_eq!(status, 200);
        assert_eq!(failure(&health), None);
    }
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
    recovers(&world, &daemon);
}

#[test]
fn renumbered_queues_are_looked_up_again() {
    let world = world();
    // Not by the regular look, but because a write says so.
    let daemon = Daemon::start(&Setup::new(&world).read_back_every(3_600));
    daemon.wait_settled(&world);
    world.scene().router.renumber_queues();
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
    recovers(&world, &daemon);
    assert_eq!(world.connections(), 1);
    assert_eq!(failure(&daemon.health().1), None);
}

#[test]
fn a_limit_set_by_hand_is_corrected_and_counted() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let by_hand = Rate::mbit(123);
    world.scene().router.set_max_limit("WAN-Upload", by_hand);
    wait_until("the correction", PATIENCE, || holds_ceilings(&world));
    let health = daemon.wait_health("the count", PATIENCE, |_, health| {
        wan(health)["router"]["drifts_corrected"] == 1
    });
    assert_eq!(health["status"], "healthy");
    wait_until("a word", PATIENCE, || {
        daemon.log().contains("somebody changed it")
    });
    let last = writes(&world).pop().expect("a write");
    assert_eq!(last.path, "/rest/queue/tree/*1000001");
    assert_eq!(last.body, r#"{"max-limit": "38000000"}"#);
}

#[test]
fn a_disabled_queue_is_told() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let disabled = |value| {
        let mut scene = world.scene();
        scene
            .router
            .set_queue_property("WAN-Download", "disabled", value);
    };
    disabled("true");
    daemon.wait_health("the reason", PATIENCE, |status, health| {
        status == 503 && wan(health)["download"]["queue_inactive"] == true
    });
    disabled("false");
    recovers(&world, &daemon);
}

#[test]
fn a_user_without_the_write_policy_is_told() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(
        &world,
        &daemon,
        || world.scene().router.access.may_write = false,
        |health| {
            wan(health)["download"]["refused"] == "the router's user lacks the write policy"
                && problem(health) == Some("the router refuses to change a queue")
                && health["router_reachable"] == true
        },
    );
    assert!(holds_ceilings(&world));
    // Refused writes are not repeated twenty times a second.
    assert!(writes(&world).len() < 40, "{}", writes(&world).len());
    world.scene().router.access.may_write = true;
    recovers(&world, &daemon);
}

#[test]
fn a_router_that_is_silent_from_the_start_is_told_and_waited_for() {
    let world = world();
    world.fault(Fault::Silence);
    let daemon = Daemon::start(&Setup::new(&world));
    let health = daemon.wait_health("an honest word", GRACE, |status, health| {
        status == 503 && failure(health) == Some("timeout")
    });
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], Value::Null);
    world.fault(Fault::None);
    recovers(&world, &daemon);
}
