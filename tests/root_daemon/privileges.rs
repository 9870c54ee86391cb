//! As nobody: unprivileged ICMP sockets where the system allows them, exact advice where not.

use std::fs;

use crate::daemon::{Daemon, Health, Setup};
use crate::line::Line;

const AS_NOBODY: &[&str] = &[
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
];

#[test]
fn nobody_measures_where_the_group_may_and_is_told_what_to_do_where_not() {
    let Some(line) = Line::up() else {
        return;
    };
    let setup = Setup {
        wrapper: AS_NOBODY,
        ..Setup::of(&line)
    };
    // A new namespace allows no group.
    Daemon::refused(
        &setup,
        &[
            "{dir}/wan1.yaml: not allowed to send ICMP echoes; do one of these: \
             setcap cap_net_raw+ep {dir}/wanctl | \
             sysctl -w net.ipv4.ping_group_range=\"65534 65534\" | \
             run it through its systemd unit, which grants CAP_NET_RAW",
        ],
    );

    // The advice is followed.
    fs::write("/proc/sys/net/ipv4/ping_group_range", "65534 65534").unwrap();
    let mut daemon = Daemon::start(&setup);
    let health = daemon.until("measuring", |health| {
        health.source() == "icmp" && health.is_healthy()
    });
    assert!(health.reflector(2, "rtt_ms") >= 20.0, "{health:#?}");
    daemon.told("Measuring by unprivileged ICMP sockets (IPv4)", 1);
    daemon.until("without loss", |health| {
        (0..3).all(|n| health.reflector(n, "loss_percent") < 5.0)
    });
    drop(daemon);

    // Tied to an interface, too: Linux allows that to anybody since 5.7.
    let mut daemon = Daemon::start(&Setup {
        measurement: format!("{{interface: {}}}", line.interface()),
        ..setup
    });
    daemon.until("measuring", |health| health.source() == "icmp");
    line.cable("unplug");
    daemon.until("gone", Health::cannot_send);
    line.cable("plug");
    daemon.until("back", |health| {
        health.source() == "icmp" && !health.cannot_send()
    });
    assert!(daemon.stop().success());
}
