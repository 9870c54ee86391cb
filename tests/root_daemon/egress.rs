//! By which way probes leave.

use std::thread::sleep;
use std::time::Duration;

use crate::daemon::{Daemon, Health, Setup};
use crate::line::{Line, run, sent_by};

/// Neighbour discovery and the like.
const SPARE_PACKETS: u64 = 10;

fn measures(health: &Health) -> bool {
    health.source() == "icmp" && health.is_healthy() && !health.cannot_send()
}

/// A second way to the same reflectors, from 10.99.1.254, which only those take who ask for it.
fn second_way(line: &Line) -> String {
    let (ours, theirs) = (format!("{}-b", line.name), format!("{}-c", line.name));
    let (far, table) = (line.name.as_str(), "100");
    let commands = [
        format!("ip link add {ours} type veth peer name {theirs} netns {far}"),
        format!("ip addr add 10.99.1.254/32 dev {ours}"),
        format!("ip link set {ours} up"),
        format!("ip netns exec {far} ip link set {theirs} up"),
        format!("ip netns exec {far} ip route add 10.99.1.254/32 dev {theirs}"),
        format!("ip route add 10.99.0.0/24 dev {ours} src 10.99.1.254 table {table}"),
        format!("ip rule add from 10.99.1.254 table {table}"),
        format!("ip route add 10.99.0.0/24 dev {ours} src 10.99.1.254"),
        "sysctl -q -w net.ipv4.conf.all.rp_filter=0".to_owned(),
        format!("sysctl -q -w net.ipv4.conf.{ours}.rp_filter=0"),
        format!("ip netns exec {far} sysctl -q -w net.ipv4.conf.all.rp_filter=0"),
        format!("ip netns exec {far} sysctl -q -w net.ipv4.conf.{theirs}.rp_filter=0"),
    ];
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        run(words[0], &words[1..]).unwrap_or_else(|why| panic!("{command}: {why}"));
    }
    ours
}

#[test]
fn probes_leave_by_the_wan_they_are_tied_to_and_by_no_other() {
    let Some(line) = Line::up() else {
        return;
    };
    let (first, second) = (line.interface(), second_way(&line));
    let plain = "{}".to_owned();
    let source = "{source_address: 10.99.1.254}".to_owned();
    let interface = format!("{{interface: {second}}}");
    let both = format!("{{interface: {second}, source_address: 10.99.1.254}}");
    for (measurement, by, not_by) in [
        (plain, &first, &second),
        (source, &second, &first),
        (interface, &second, &first),
        (both, &second, &first),
    ] {
        println!("{measurement}");
        let mut daemon = Daemon::start(&Setup {
            measurement,
            ..Setup::of(&line)
        });
        let quiet = sent_by(not_by);
        daemon.until("measuring", measures);
        let (before, quiet_before) = (sent_by(by), sent_by(not_by));
        sleep(Duration::from_secs(2));
        let (sent, strayed) = (sent_by(by) - before, sent_by(not_by) - quiet_before);
        println!("{sent} packets by {by}, {strayed} by {not_by}");
        assert!(sent >= 60, "{sent}");
        assert!(sent_by(not_by) - quiet <= SPARE_PACKETS);
        assert!(daemon.stop().success());
    }
}

#[test]
fn tcp_probes_leave_by_the_wan_they_are_tied_to() {
    let Some(mut line) = Line::up() else {
        return;
    };
    line.reflectors("silent");
    let mut daemon = Daemon::start(&Setup {
        measurement: format!("{{interface: {}}}", line.interface()),
        ..Setup::of(&line)
    });
    daemon.until("on TCP", |health| health.source() == "tcp");
    drop(daemon);
    // Loopback leads nowhere.
    let mut daemon = Daemon::start(&Setup {
        measurement: "{interface: lo}".to_owned(),
        ..Setup::of(&line)
    });
    daemon.until("lost", |health| health.source() == "total_loss");
}

#[test]
fn a_wan_that_is_not_there_is_no_start() {
    let Some(line) = Line::up() else {
        return;
    };
    let setup = |measurement: &str| Setup {
        measurement: measurement.to_owned(),
        ..Setup::of(&line)
    };
    let config = "{dir}/wan1.yaml";
    Daemon::refused(
        &setup("{source_address: 192.0.2.77}"),
        &[config, "cannot send from source address 192.0.2.77"],
    );
    Daemon::refused(
        &setup("{interface: ppp77}"),
        &[config, "cannot send through interface ppp77"],
    );
    Daemon::refused(
        &setup("{source_address: \"::1\"}"),
        &[config, "source address ::1 cannot reach"],
    );
}

#[test]
fn an_interface_that_comes_back_is_measured_again_without_a_restart() {
    let Some(line) = Line::up() else {
        return;
    };
    for measurement in [
        format!("{{interface: {}}}", line.interface()),
        format!(
            "{{interface: {}, source_address: 10.99.0.254}}",
            line.interface()
        ),
    ] {
        println!("{measurement}");
        let mut daemon = Daemon::start(&Setup {
            measurement,
            ..Setup::of(&line)
        });
        let before = daemon.until("measuring", measures);
        for times in 1..=2 {
            line.cable("unplug");
            let gone = daemon.until("gone", Health::cannot_send);
            println!("send_error: {}", gone.measurement()["send_error"]);
            daemon.until("lost", |health| health.source() == "total_loss");
            line.cable("plug");
            let back = daemon.until("back", measures);
            daemon.told("echo sockets opened again", times);
            daemon.told("Echo requests leave again", times);
            // Told once for each reason: first the routes go, then perhaps the interface.
            let complaints = daemon.said("Echo requests cannot leave");
            assert!((times..=2 * times).contains(&complaints), "{complaints}");
            let missed = back.missed_ticks() - before.missed_ticks();
            assert!(missed <= 2, "{missed} ticks missed");
        }
        assert!(daemon.stop().success());
    }
}

#[test]
fn a_source_address_that_comes_back_is_measured_from_again() {
    let Some(line) = Line::up() else {
        return;
    };
    let mut daemon = Daemon::start(&Setup {
        measurement: "{source_address: 10.99.0.254}".to_owned(),
        ..Setup::of(&line)
    });
    daemon.until("measuring", measures);
    line.cable("unplug");
    let gone = daemon.until("gone", Health::cannot_send);
    println!("send_error: {}", gone.measurement()["send_error"]);
    line.cable("plug");
    daemon.until("back", measures);

    // Only the address goes; there is a route, but not from here.
    let interface = line.interface();
    let address = |verb: &str| {
        run("ip", &["addr", verb, "10.99.0.254/32", "dev", &interface]).unwrap();
        for n in 1..=3 {
            let to = format!("10.99.0.{n}");
            run("ip", &["route", "replace", &to, "dev", &interface]).unwrap();
        }
    };
    address("del");
    let gone = daemon.until("gone", Health::cannot_send);
    let why = gone.measurement()["send_error"].as_str().unwrap();
    assert!(why.ends_with("not from the source address"), "{why}");
    address("add");
    daemon.until("back", measures);
    assert!(daemon.stop().success());
}

#[test]
fn names_are_looked_up_off_the_loop() {
    let Some(line) = Line::up() else {
        return;
    };
    // 10.99.0.5 takes no DNS questions, so the third name is waited for in vain.
    let mut daemon = Daemon::start(&Setup {
        hosts: "reflector-one.test, reflector-two.test, nobody.test",
        wrapper: &[
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount --bind {dir}/hosts /etc/hosts && mount --bind {dir}/resolv.conf /etc/resolv.conf && exec \"$@\"",
            "sh",
        ],
        files: &[
            (
                "hosts",
                "10.99.0.1 reflector-one.test\n10.99.0.2 reflector-two.test\n",
            ),
            (
                "resolv.conf",
                "nameserver 10.99.0.5\noptions timeout:2 attempts:1\n",
            ),
        ],
        ..Setup::of(&line)
    });
    let before = daemon.until("measuring two", |health| {
        measures(health)
            && health.reflector(0, "rtt_ms") >= 20.0
            && health.reflector(1, "rtt_ms") >= 20.0
    });
    daemon.told("reflector-one.test is 10.99.0.1", 1);
    daemon.told("reflector-two.test is 10.99.0.2", 1);
    daemon.told("nobody.test has no usable address yet", 1);
    let after = daemon.until("still measuring", measures);
    assert!(after.reflector(2, "rtt_ms").is_nan(), "{after:#?}");
    let missed = after.missed_ticks() - before.missed_ticks();
    assert!(missed <= 2, "{missed} ticks missed");
    assert!(daemon.stop().success());
}

/// A second uplink takes over, or the address changes: who is tied to neither follows the routes.
#[test]
fn a_route_that_moves_is_followed_without_a_restart() {
    let Some(line) = Line::up() else {
        return;
    };
    let (first, second) = (line.interface(), second_way(&line));
    let mut daemon = Daemon::start(&Setup::of(&line));
    daemon.until("measuring", measures);
    let before = sent_by(&second);
    for n in 1..=3 {
        run(
            "ip",
            &["route", "del", &format!("10.99.0.{n}/32"), "dev", &first],
        )
        .unwrap();
    }
    daemon.until("measuring by the second way", |health| {
        measures(health) && sent_by(&second) - before >= 60
    });
    daemon.stays("measuring", Duration::from_secs(3), measures);
    assert!(daemon.stop().success());
}
