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
pub(crate) const GRACE: u64 = 14;
/// Longest pause after which the router is asked again, and the time it takes.
const RECOVERY: u64 = 60;

pub(crate) fn down(world: &World) -> Option<Rate> {
    world.max_limit(Direction::Down)
}

pub(crate) fn failure(health: &Value) -> Option<&str> {
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
pub(crate) fn recovers(world: &World, daemon: &Daemon) {
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
fn cut_off(fault: Fault, kind: &str) {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(
        &world,
        &daemon,
        || world.fault(fault),
        |health| {
            failure(health) == Some(kind)
                && health["router_reachable"] == false
                && problem(health) == Some("the router cannot be reached")
        },
    );
    assert!(holds_ceilings(&world), "{fault:?}: the rates hold");
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

/// All at once, because most of the time is spent waiting.
#[test]
fn a_router_that_fails_is_told_and_recovers_from() {
    let scenarios: [(&str, fn()); 18] = [
        ("garbage", || cut_off(Fault::Garbage, "unknown")),
        ("silence", || cut_off(Fault::Silence, "timeout")),
        ("reset", || cut_off(Fault::Reset, "unknown")),
        ("401", || cut_off(Fault::Status(401), "auth_failure")),
        ("403", || cut_off(Fault::Status(403), "unknown")),
        ("404", || cut_off(Fault::Status(404), "unknown")),
        ("500", || cut_off(Fault::Status(500), "unknown")),
        ("503", || cut_off(Fault::Status(503), "unknown")),
        ("hanging writes", || {
            cut_off(
                Fault::HangingWrites(None, Duration::from_secs(60)),
                "timeout",
            );
        }),
        (
            "one hanging queue",
            a_queue_that_hangs_does_not_keep_the_other_one_from_its_turn,
        ),
        (
            "no flapping",
            a_router_that_lists_but_hangs_at_writes_is_told_once,
        ),
        ("half", half_an_answer_is_no_answer),
        ("missing", missing_queues_are_told_and_found_again),
        (
            "clamp",
            a_router_that_applies_less_than_it_confirms_is_not_healthy,
        ),
        ("close", || closes_after_each_answer(Fault::CloseAfterEach)),
        ("announced close", || {
            closes_after_each_answer(Fault::AnnouncedClose);
        }),
        ("policy", a_user_without_the_write_policy_is_told),
        (
            "from the start",
            a_router_that_is_silent_from_the_start_is_told_and_waited_for,
        ),
    ];
    thread::scope(|scope| {
        for (name, scenario) in scenarios {
            let thread = thread::Builder::new().name(name.into());
            thread.spawn_scoped(scope, scenario).expect("a thread");
        }
    });
}

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

/// Every connection begins with a look-up that is answered: that is no recovery.
fn a_router_that_lists_but_hangs_at_writes_is_told_once() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    let hang = Fault::HangingWrites(None, Duration::from_secs(60));
    goes_bad(
        &world,
        &daemon,
        || world.fault(hang),
        |health| health["router_reachable"] == false,
    );
    let connections = world.connections();
    wait_until("two more look-ups", RECOVERY, || {
        let (status, health) = daemon.health();
        assert_eq!(status, 503, "{health:#}");
        assert_eq!(health["router_reachable"], false);
        world.connections() >= connections + 2
    });
    assert!(!daemon.log().contains("Router reconnected"));
    let told = daemon.log().matches("Router communication failed").count();
    assert!(told <= 2, "the first and the third: {}", daemon.log());
    world.fault(Fault::None);
    recovers(&world, &daemon);
    daemon.wait_log("Router reconnected after ");
}

/// Download writes hang; the upload still moves.
fn a_queue_that_hangs_does_not_keep_the_other_one_from_its_turn() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    let hang = Fault::HangingWrites(Some("WAN-Download"), Duration::from_secs(60));
    goes_bad(
        &world,
        &daemon,
        || world.fault(hang),
        |health| health["router_reachable"] == false,
    );
    for by_hand in [Rate::mbit(11), Rate::mbit(12)] {
        world.scene().router.set_max_limit("WAN-Upload", by_hand);
        wait_until("the upload's turn", RECOVERY, || {
            world.max_limit(Direction::Up) == Some(CEILING_UP)
        });
    }
    let (status, health) = daemon.health();
    assert_eq!(status, 503, "{health:#}");
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

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
    daemon.wait_log("no queue of that name");
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

/// It says 200 and applies less: control is impotent above that, and must not be called healthy.
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

/// A connection per answer is slower, but it is control, in both directions and up and down.
fn closes_after_each_answer(fault: Fault) {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    world.fault(fault);
    squeeze(&world);
    let healthy = || {
        let (status, health) = daemon.health();
        assert_eq!(status, 200, "{fault:?}: {health:#}\n{}", daemon.log());
        assert_eq!(failure(&health), None, "{fault:?}");
    };
    wait_until("the cut", PATIENCE, || {
        healthy();
        down(&world) < Some(Rate::mbit(250))
    });
    let by_hand = Rate::mbit(11);
    world.scene().router.set_max_limit("WAN-Upload", by_hand);
    wait_until("the other queue", PATIENCE, || {
        healthy();
        world.max_limit(Direction::Up) == Some(CEILING_UP)
    });
    relax(&world);
    wait_until("the way up", RECOVERY, || {
        healthy();
        holds_ceilings(&world)
    });
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

fn a_user_without_the_write_policy_is_told() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    goes_bad(
        &world,
        &daemon,
        || world.scene().router.access.grant("write", false),
        |health| {
            wan(health)["download"]["refused"] == "the router's user lacks the write policy"
                && problem(health) == Some("the router refuses to change a queue")
                && health["router_reachable"] == true
        },
    );
    assert!(holds_ceilings(&world));
    // Refused writes are not repeated twenty times a second.
    assert!(writes(&world).len() < 40, "{}", writes(&world).len());
    // Even if nothing is left to be written, it is found out when the user gets the policy.
    relax(&world);
    daemon.wait_health("the wish the router holds", RECOVERY, |status, health| {
        assert_eq!(status, 503, "{health:#}");
        wan(health)["download"]["current_rate_mbps"] == 480.0
    });
    world.scene().router.access.grant("write", true);
    recovers(&world, &daemon);
    assert_eq!(daemon.log().matches("lacks the write policy").count(), 1);
}

fn a_router_that_is_silent_from_the_start_is_told_and_waited_for() {
    let world = world();
    world.fault(Fault::Silence);
    let daemon = Daemon::start(&Setup::new(&world));
    let health = daemon.wait_health("an honest word", GRACE, |status, health| {
        status == 503 && failure(health) == Some("timeout")
    });
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], Value::Null);
    // It accepts connections: that is not yet an answer.
    assert!(world.connections() > 0);
    assert!(!daemon.log().contains("onnected"), "{}", daemon.log());
    world.fault(Fault::None);
    recovers(&world, &daemon);
}

/// Each of them while the line is loaded, so that there is something to write.
#[test]
fn no_fault_costs_a_tick() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    squeeze(&world);
    for (_, fault) in Fault::NAMED {
        world.fault(fault);
        nap(1_000);
    }
    world.fault(Fault::None);
    recovers(&world, &daemon);
}
