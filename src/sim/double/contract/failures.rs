//! Faults, one by one, in virtual time. Those that are a matter of bytes are in `tests/double`.

use super::*;
use crate::direction::Direction;
use crate::sim::double::cli::CliOutcome;
use crate::sim::double::faults::Fault;
use crate::sim::double::profile::Profile;
use crate::sim::scene::{Scene, SceneOptions};
use crate::time::Duration;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

fn scene(fault: Fault) -> Scene {
    let mut scene = Scene::new(&SceneOptions::default());
    scene.set_fault(at(0), fault);
    scene
}

fn patch(scene: &mut Scene, now: Instant, max_limit: &str) -> Response {
    let body = format!(r#"{{"max-limit":"{max_limit}"}}"#);
    scene.answer(now, &signed("PATCH", DOWN).carrying(&body))
}

const SET: &str = r#"/queue tree set [find name="WAN-Download"] max-limit=300M"#;

#[test]
fn latencies_differ_from_answer_to_answer_and_the_console_is_slower() {
    let mut scene = scene(Fault::Latency);
    let mut rest: Vec<u64> = Vec::new();
    let mut console: Vec<u64> = Vec::new();
    for _ in 0..200 {
        let answer = patch(&mut scene, at(0), "300M");
        assert_eq!(answer.status, 200);
        rest.push(answer.after.as_micros());
        console.push(scene.run_cli(at(0), SET).after.as_micros());
    }
    let mean = |times: &[u64]| times.iter().sum::<u64>() / times.len() as u64;
    assert!((15_000..26_000).contains(&mean(&rest)), "{}", mean(&rest));
    assert!(mean(&console) > 5 * mean(&rest));
}

#[test]
fn a_hanging_command_ends_after_a_minute_and_has_no_effect() {
    let mut scene = scene(Fault::HANG);
    let answer = patch(&mut scene, at(0), "300M");
    assert_eq!(
        (answer.status, answer.after),
        (400, Duration::from_secs(60))
    );
    assert!(
        String::from_utf8(answer.body)
            .unwrap()
            .contains("Session closed")
    );
    let console = scene.run_cli(at(0), SET);
    assert!(console.dropped && console.after == Duration::from_secs(60));
    assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(500)));
}

#[test]
fn an_abandoned_command_keeps_its_users_session_busy() {
    for (is_one_session, wait) in [(false, Duration::ZERO), (true, Duration::from_secs(55))] {
        let mut scene = scene(Fault::HANG);
        scene.router.www.is_one_session = is_one_session;
        patch(&mut scene, at(0), "300M");
        scene.set_fault(at(5_000), Fault::None);
        let answer = patch(&mut scene, at(5_000), "300M");
        assert_eq!((answer.status, answer.after), (200, wait));
        let answer = patch(&mut scene, at(60_000), "300M");
        assert_eq!(answer.after, Duration::ZERO);
    }
}

#[test]
fn a_storm_of_401s_hits_some_requests_and_not_the_console() {
    let mut scene = scene(Fault::UnauthorizedStorm(50));
    let hits = (0..100).filter(|_| patch(&mut scene, at(0), "300M").status == 401);
    let hits = hits.count();
    assert!((30..70).contains(&hits), "{hits}");
    assert_eq!(scene.run_cli(at(0), SET), CliOutcome::default());
}

#[test]
fn renumbered_queues_keep_their_new_ids() {
    let mut scene = scene(Fault::Renumbered);
    assert_eq!(patch(&mut scene, at(0), "300M").status, 404);
    scene.set_fault(at(1), Fault::None);
    assert_eq!(patch(&mut scene, at(1), "300M").status, 404);
    let by_name = signed("GET", "/rest/queue/tree?name=WAN-Download");
    assert!(
        scene
            .answer(at(1), &by_name)
            .body
            .starts_with(b"[{\".id\":\"*1000012\"")
    );
}

#[test]
fn swapped_ids_are_each_others_from_then_on() {
    let mut scene = scene(Fault::SwappedIds);
    for now in [at(0), at(1)] {
        let by_id = signed("PATCH", "/rest/queue/tree/*1000000").carrying(r#"{"max-limit":"7M"}"#);
        let answer = scene.answer(now, &by_id);
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200);
        assert!(body.contains(r#""name":"WAN-Upload""#), "{body}");
        scene.set_fault(now, Fault::None);
    }
    let down = scene.router.queue("WAN-Download").unwrap();
    assert_eq!(down.value(".id"), Some("*1000001"));
}

#[test]
fn after_a_reboot_uptime_and_counters_start_over_and_limits_are_as_saved() {
    let mut scene = scene(Fault::None);
    scene.router.flush_after = Duration::from_secs(40);
    patch(&mut scene, at(1_000), "300M");
    patch(&mut scene, at(50_000), "200M");
    scene.router.carry(at(50_000), "WAN-Download", 1_000, 0);
    scene.set_fault(at(60_000), Fault::Reboot(Duration::from_secs(5)));
    assert!(!scene.is_up(at(64_999)) && scene.is_up(at(65_000)));
    assert!(scene.run_cli(at(61_000), SET).dropped);
    let saved = Some(Rate::mbit(300));
    assert_eq!(
        scene.max_limit(Direction::Down),
        saved,
        "200M was too young"
    );
    assert_eq!(
        scene.router.queue("WAN-Download").unwrap().number("bytes"),
        0
    );
    let uptime = ":put [/system resource get uptime]";
    let uptime = scene.run_cli(at(70_000), uptime).output;
    assert_eq!(uptime, "00:00:10\r\n");
}

#[test]
fn queues_that_were_missing_for_a_moment_are_there_after_a_reboot() {
    let mut scene = scene(Fault::None);
    scene.router.flush_after = Duration::from_secs(3);
    patch(&mut scene, at(1_000), "300M");
    scene.set_fault(at(2_000), Fault::EmptyList);
    patch(&mut scene, at(10_000), "200M");
    scene.set_fault(at(20_000), Fault::Reboot(Duration::from_secs(5)));
    scene.set_fault(at(30_000), Fault::None);
    assert!(scene.router.queue("WAN-Download").is_some());
}

#[test]
fn after_a_reboot_a_rule_that_was_switched_just_before_stands_as_it_did() {
    let mut scene = scene(Fault::None);
    scene.router.flush_after = Duration::from_secs(40);
    let rule = [
        ("chain", "prerouting"),
        ("comment", "ours"),
        ("disabled", "true"),
    ];
    let id = scene.router.add_mangle(&rule);
    let enable = signed("PATCH", &format!("/rest/ip/firewall/mangle/{id}"));
    let enable = enable.carrying(r#"{"disabled":"false"}"#);
    let stands_after_a_power_cut = |scene: &mut Scene, now| {
        scene.set_fault(now, Fault::Reboot(Duration::from_secs(5)));
        let rule = scene.router.mangle("ours").expect("it is still there");
        !rule.is_on("disabled")
    };
    assert_eq!(scene.answer(at(50_000), &enable).status, 200);
    assert!(!stands_after_a_power_cut(&mut scene, at(60_000)));
    scene.set_fault(at(70_000), Fault::None);
    assert_eq!(scene.answer(at(70_000), &enable).status, 200);
    assert!(stands_after_a_power_cut(&mut scene, at(110_000)));
}

#[test]
fn just_after_a_boot_any_path_may_answer_with_the_resource() {
    let mut scene = scene(Fault::Confused);
    let answer = patch(&mut scene, at(0), "300M");
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"{\"architecture-name\""));
    assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(500)));
}

#[test]
fn a_read_only_user_reads_over_both_faces() {
    let mut scene = scene(Fault::ReadOnlyUser);
    assert_eq!(patch(&mut scene, at(0), "300M").status, 500);
    let denied = "not enough permissions (9)\r\n";
    assert_eq!(scene.run_cli(at(0), SET).output, denied);
    assert_eq!(scene.answer(at(0), &signed("GET", TREE)).status, 200);
    scene.set_fault(at(1), Fault::None);
    assert_eq!(scene.run_cli(at(1), SET).output, "");
}

#[test]
fn disabled_may_be_absent_everywhere() {
    let mut scene = scene(Fault::AbsentDisabled);
    let body = scene.answer(at(0), &signed("GET", DOWN)).body;
    let body = String::from_utf8(body).unwrap();
    assert_eq!(body, DOWN_OBJECT.replace(r#""disabled":"false","#, ""));
    let off = signed("PATCH", DOWN).carrying(r#"{"disabled":"yes"}"#);
    let off = String::from_utf8(scene.answer(at(0), &off).body).unwrap();
    assert!(
        off.contains(r#""disabled":"true""#),
        "but not when it is on"
    );
}

#[test]
fn invalid_queues_shape_nothing() {
    let mut scene = scene(Fault::InvalidQueues);
    assert_eq!(scene.max_limit(Direction::Down), None);
    let body = scene.answer(at(0), &signed("GET", DOWN)).body;
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains(r#""invalid":"true""#)
    );
    let text = scene.run_cli(at(0), "/queue tree print").output;
    assert!(text.contains(" 0 I name="), "{text}");
    scene.set_fault(at(1), Fault::None);
    assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(500)));
}

#[test]
fn a_hand_changes_limits_once() {
    let mut scene = scene(Fault::ChangedByHand(Rate::mbit(7)));
    assert_eq!(scene.max_limit(Direction::Up), Some(Rate::mbit(7)));
    patch(&mut scene, at(0), "300M");
    assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(300)));
}

#[test]
fn missing_queues_are_missing_at_the_console_too() {
    let mut scene = scene(Fault::EmptyList);
    assert_eq!(scene.run_cli(at(0), SET), CliOutcome::default(), "silent");
    assert_eq!(scene.max_limit(Direction::Down), Some(Rate::mbit(500)));
    let count = scene.run_cli(at(0), "/queue tree print count-only").output;
    assert_eq!(count, "0\r\n");
}

#[test]
fn every_fault_passes_and_leaves_a_router_that_works() {
    for (name, fault) in Fault::NAMED {
        let mut scene = scene(fault);
        patch(&mut scene, at(0), "300M");
        scene.run_cli(at(0), SET);
        scene.set_fault(at(100), Fault::None);
        let by_name = signed("PATCH", "/rest/queue/tree/WAN-Download");
        let answer = scene.answer(at(10_000), &by_name.carrying(r#"{"max-limit":"90M"}"#));
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(
            scene.run_cli(at(10_000), SET),
            CliOutcome::default(),
            "{name}"
        );
        assert_eq!(
            scene.max_limit(Direction::Down),
            Some(Rate::mbit(300)),
            "{name}"
        );
        assert_eq!(name.parse(), Ok(fault));
    }
}

#[test]
fn profiles_differ_where_routeros_does() {
    for profile in Profile::ALL {
        let mut router = Router::new(&RouterOptions {
            profile,
            ..RouterOptions::default()
        });
        let (_, resource) = ask(&mut router, "GET", "/rest/system/resource", "");
        let version = format!(r#""version":"{profile}"#);
        assert!(resource.contains(&version), "{resource}");
        let entry = r#"{"address":"10.0.0.9","list":"steered"}"#;
        let (_, entry) = ask(&mut router, "PUT", ADDRESS_LIST, entry);
        let old = profile == Profile::V7_9;
        assert_eq!(entry.contains("jan/01/2026 00:00:00"), old);
        let json = ":put [:serialize to=json [/queue tree print as-value]]";
        let said = router.run_cli(Instant::ZERO, json).output;
        assert_eq!(said.starts_with("bad command name serialize"), old);
        assert_eq!(profile.takes_ed25519_keys(), !old);
    }
}
