//! `--once`: one measure-judge-act round, for people.

use std::fs;
use std::thread;

use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::support::*;

/// `wanctl --config F --once` and what it said.
fn once(world: &World, more: &[&str]) -> (Option<i32>, String, String) {
    once_with(&Setup::new(world), more)
}

fn once_with(setup: &Setup, more: &[&str]) -> (Option<i32>, String, String) {
    let home = tempdir();
    let config = setup.write(home.path());
    let said = run(wanctl()
        .arg("--config")
        .arg(config)
        .arg("--once")
        .args(more));
    assert!(!home.path().join("wan1.lock").exists(), "no lock is left");
    assert!(!home.path().join("wan1.log").exists(), "nor a log written");
    assert!(!(said.1.clone() + &said.2).contains(PASSWORD));
    said
}

#[test]
fn one_round_waits_for_the_resolver() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.host = "localhost";
    let (code, out, err) = once_with(&setup, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.ends_with("Result: ok\n"), "{out}");
}

/// The adaptive law asks one reflector per tick; a round of it has asked all of them.
#[test]
fn one_round_of_the_adaptive_law_hears_every_reflector() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.monitoring = "\n  control_law: adaptive";
    let (code, out, err) = once_with(&setup, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(out.matches("  reflector ").count(), 3, "{out}");
    assert!(!out.contains("no answer"), "{out}");
}

/// The same, and what happens meanwhile.
fn once_while(setup: &Setup, meanwhile: impl FnOnce()) -> (Option<i32>, String, String) {
    let home = tempdir();
    let config = setup.write(home.path());
    thread::scope(|scope| {
        let said = scope.spawn(|| run(wanctl().arg("--config").arg(config).arg("--once")));
        meanwhile();
        said.join().expect("it ends")
    })
}

fn silence(world: &World) {
    for reflector in 0..world.reflector_addresses().len() {
        let manner = Manner {
            silent: true,
            ..Manner::default()
        };
        world.set_reflector(reflector, manner);
    }
}

#[test]
fn one_round_is_printed_so_that_a_person_understands_it() {
    let world = world();
    let (code, out, err) = once(&world, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], "wan1");
    for (line, address) in lines[1..4].iter().zip(world.reflector_addresses()) {
        let (host, rtt) = line
            .rsplit_once(' ')
            .and_then(|(rest, _)| rest.rsplit_once(' '))
            .expect(line);
        assert!(
            host.contains(&format!("reflector udp://{address}")),
            "{line}"
        );
        let rtt: f64 = rtt.parse().expect(line);
        assert!((24.0..200.0).contains(&rtt), "{line}");
        assert!(line.ends_with(" ms"), "{line}");
    }
    assert!(lines[4].starts_with("  measured  2"), "{out}");
    for word in [" ms (ICMP), load ", ", baseline 24.", ", delta "] {
        assert!(lines[4].contains(word), "{word}: {out}");
    }
    let queue = |rest: &str| out.contains(rest);
    assert!(
        queue(
            "  download  GREEN    wanted 480M, the router held 500M, holds 480M (queue WAN-Download)\n"
        ),
        "{out}"
    );
    assert!(
        queue(
            "  upload    GREEN    wanted 38M, the router held 40M, holds 38M (queue WAN-Upload)\n"
        ),
        "{out}"
    );
    assert!(
        out.contains("  router    127.0.0.1:") && out.contains(": answers in "),
        "{out}"
    );
    assert!(out.ends_with("Result: ok\n"), "{out}");
    assert!(holds_ceilings(&world));
    // Again: nothing is left to do, and v1.7's word for it does as well.
    let before = writes(&world).len();
    let home = tempdir();
    let config = Setup::new(&world).write(home.path());
    let (code, out, _) = run(wanctl().arg("--oneshot").arg("--config").arg(config));
    assert_eq!(code, Some(0), "{out}");
    assert_eq!(writes(&world).len(), before);
}

#[test]
fn one_round_with_a_dead_router_fails() {
    let mut world = world();
    world.unplug_router();
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("not reached, connection refused\n"), "{out}");
    assert!(out.contains("holds unknown"), "{out}");
    assert!(out.ends_with("Result: FAILED\n"), "{out}");
}

/// What it would cost nothing to wait for is waited for: the daemon would live through it as well.
#[test]
fn one_round_lives_through_hiccups_of_the_router() {
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut world = world();
            world.unplug_router();
            let (code, out, err) = once_while(&Setup::new(&world), || {
                nap(2_000);
                world.plug_router().expect("it kept its port");
            });
            assert_eq!(code, Some(0), "not started yet: {out}{err}");
            assert!(holds_ours(&world));
        });
        for fault in [Fault::Silence, Fault::Reset] {
            scope.spawn(move || {
                let world = world();
                world.fault(fault);
                let mut setup = Setup::new(&world);
                setup.more = "timeouts: { ssh_command: 1 }\n".into();
                let (code, out, err) = once_while(&setup, || {
                    nap(700);
                    world.fault(Fault::None);
                });
                assert_eq!(code, Some(0), "{fault:?}: {out}{err}");
                assert!(holds_ours(&world), "{fault:?}");
            });
        }
    });
}

/// `on_exit` is for a daemon that ends: after one round it would undo what the round did.
#[test]
fn one_round_leaves_its_result_on_the_router_whatever_on_exit_says() {
    let (world, home) = (world(), tempdir());
    let config = Setup::new(&world)
        .router("on_exit: ceiling")
        .write(home.path());
    let held = r#"{"green_streak":0,"soft_red_streak":0,"red_streak":0,"current_rate":"#;
    let state = format!(
        r#"{{"download":{held}300000000}},"upload":{held}20000000}},"ewma":{{"baseline_rtt":24.0,"load_rtt":24.0}},"last_applied":{{"dl_rate":null,"ul_rate":null}}}}"#
    );
    fs::write(home.path().join("wan1_state.json"), state).expect("a directory of ours");
    let (code, out, err) = run(wanctl().arg("--once").arg("--config").arg(config));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("wanted 300M, the router held 500M, holds 300M"),
        "{out}"
    );
    assert_eq!(world.max_limit(Direction::Down), Some(Rate::mbit(300)));
    assert_eq!(world.max_limit(Direction::Up), Some(Rate::mbit(20)));
}

#[test]
fn one_round_with_a_router_that_fails_is_no_success() {
    thread::scope(|scope| {
        for fault in [
            Fault::Silence,
            Fault::Garbage,
            Fault::Status(401),
            Fault::Status(500),
            Fault::EmptyList,
        ] {
            scope.spawn(move || {
                let world = world();
                world.fault(fault);
                let (code, out, _) = once(&world, &[]);
                assert_eq!(code, Some(1), "{fault:?}: {out}");
                assert!(out.ends_with("Result: FAILED\n"), "{fault:?}: {out}");
            });
        }
        scope.spawn(|| {
            let world = world();
            world.scene().router.access.grant("write", false);
            let (code, out, _) = once(&world, &[]);
            assert_eq!(code, Some(1), "{out}");
            assert!(
                out.contains("the router's user lacks the write policy"),
                "{out}"
            );
        });
    });
}

#[test]
fn one_round_with_a_queue_that_shapes_nothing_is_no_success() {
    for (queue, direction, property) in [
        ("WAN-Download", "download", "invalid"),
        ("WAN-Upload", "upload", "disabled"),
    ] {
        let world = world();
        world
            .scene()
            .router
            .set_queue_property(queue, property, "true");
        let (code, out, _) = once(&world, &[]);
        assert_eq!(code, Some(1), "{out}");
        let why = format!(
            "  failed    the {direction} queue is disabled or invalid: nothing is shaped\nResult: FAILED\n"
        );
        assert!(out.ends_with(&why), "{out}");
    }
}

#[test]
fn one_round_with_silent_reflectors_fails() {
    let world = world();
    silence(&world);
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert_eq!(out.matches(" no answer\n").count(), 3, "{out}");
    assert!(out.contains("  measured  nothing: "), "{out}");
    assert!(
        out.ends_with("  failed    nothing was measured\nResult: FAILED\n"),
        "{out}"
    );
    assert!(out.ends_with("Result: FAILED\n"), "{out}");
}

#[test]
fn one_silent_reflector_of_three_is_shown_and_no_failure() {
    let world = world();
    let manner = Manner {
        silent: true,
        ..Manner::default()
    };
    world.set_reflector(1, manner);
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert_eq!(out.matches(" no answer\n").count(), 1, "{out}");
}

#[test]
fn a_dry_run_looks_while_a_daemon_runs_and_touches_nothing() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let config = daemon.dir().join("wan1.yaml");
    // The last document about the start.
    nap(1_500);
    let state = daemon.read("wan1_state.json");
    let before = writes(&world).len();
    let (code, out, err) = run(wanctl()
        .arg("--config")
        .arg(&config)
        .args(["--once", "--dry-run"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("  dry run   nothing was written\n"), "{out}");
    assert_eq!(writes(&world).len(), before);
    assert_eq!(daemon.read("wan1.lock"), format!("{}\n", daemon.pid()));
    assert_eq!(daemon.read("wan1_state.json"), state);
    assert_eq!(daemon.health().0, 200);

    // Even where there would be something to write, or to set aside.
    let (world, home) = (self::world(), tempdir());
    let config = Setup::new(&world).write(home.path());
    let broken = home.path().join("wan1_state.json");
    fs::write(&broken, "{").expect("a directory of ours");
    let (code, out, err) = run(wanctl()
        .arg("--config")
        .arg(&config)
        .args(["--once", "--dry-run"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("wanted 480M, the router held 500M, holds 500M"),
        "{out}"
    );
    assert_eq!(writes(&world), []);
    assert_eq!(fs::read_to_string(&broken).expect("still there"), "{");
    let entries = fs::read_dir(home.path()).expect("a directory of ours");
    assert_eq!(entries.count(), 2, "the config and that file");
}
