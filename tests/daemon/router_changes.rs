//! A router that changes, or answers oddly: control goes on and nobody needs to restart anything.

use std::thread;

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::router_faults::{GRACE, down, failure, recovers};
use crate::support::*;

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
    daemon.wait_log("Failed to set the upload queue");
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
    daemon.wait_log("Router reconnected after ");
    // Not ours: said, although the connection that confirmed ours is gone.
    daemon.wait_log("somebody changed it");
    assert!(number(&wan(&daemon.health().1)["router"]["drifts_corrected"]) >= 1.0);
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
fn a_write_that_went_into_the_other_queue_is_no_success_and_both_are_put_right() {
    let world = world();
    // Not by the regular look, but because of whom the answer speaks.
    let daemon = Daemon::start(&Setup::new(&world).read_back_every(3_600));
    daemon.wait_settled(&world);
    world.scene().router.swap_queue_ids();
    squeeze(&world);
    wait_until("the cut", PATIENCE, || down(&world) < Some(Rate::mbit(250)));
    recovers(&world, &daemon);
    assert_eq!(world.connections(), 1);
    assert_eq!(failure(&daemon.health().1), None);
    daemon.wait_log("the router's answer was unclear; the queue is read again");
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
    // A busy machine may have made the download move meanwhile.
    let last = writes(&world)
        .into_iter()
        .rfind(|write| write.path == "/rest/queue/tree/*1000001")
        .expect("a write");
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

/// Its first address may be `::1`, where the double does not listen.
#[test]
fn a_router_with_a_name_is_reached_without_a_word_about_its_name() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.host = "localhost";
    let daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    let (_, health) = daemon.health();
    assert_eq!(failure(&health), None, "{health:#}");
    assert!(!daemon.log().contains("Router communication failed"));
}
