//! What a firewall does to it, on this machine or on the way: `iptables` in this thread's namespace.

use std::time::Duration;

use crate::daemon::{Daemon, Health, Setup};
use crate::line::{Line, run};

/// A rule that goes with this.
struct Filter<'a>(Vec<&'a str>);

impl<'a> Filter<'a> {
    /// `chain` and what the rule says; `None`, with a word about it, where there is no `iptables`.
    fn set(rule: &[&'a str]) -> Option<Self> {
        let done = run("iptables", &[&["-w", "-A"], rule].concat());
        done.inspect_err(|why| println!("skipped: needs iptables: {why}"))
            .ok()?;
        Some(Self(rule.to_owned()))
    }
}

impl Drop for Filter<'_> {
    fn drop(&mut self) {
        run("iptables", &[&["-w", "-D"], &self.0[..]].concat()).unwrap();
    }
}

fn measures(health: &Health) -> bool {
    health.source() == "icmp" && health.is_healthy() && !health.cannot_send()
}

fn on_the_router(health: &Health) -> bool {
    measures(health) && health.document["wans"][0]["download"]["applied_rate_mbps"] == 400.0
}

fn problem(health: &Health) -> &str {
    health.document["wans"][0]["problem"]
        .as_str()
        .unwrap_or_default()
}

#[test]
fn a_router_behind_a_firewall_is_told_of_and_found_again() {
    let Some(line) = Line::up() else {
        return;
    };
    let port = line.router.router_port().to_string();
    let mut daemon = Daemon::start(&Setup::of(&line));
    daemon.until("on the router", on_the_router);
    let to = ["OUTPUT", "-p", "tcp", "--dport", &port, "-j"];
    let from = ["INPUT", "-p", "tcp", "--sport", &port, "-j"];
    let rules: [(&str, Vec<&str>); 4] = [
        ("dropped on the way there", [&to[..], &["DROP"]].concat()),
        ("dropped on the way back", [&from[..], &["DROP"]].concat()),
        (
            "reset",
            [&to[..], &["REJECT", "--reject-with", "tcp-reset"]].concat(),
        ),
        (
            "unreachable",
            [
                &to[..],
                &["REJECT", "--reject-with", "icmp-host-unreachable"],
            ]
            .concat(),
        ),
    ];
    for (times, (what, rule)) in (1..).zip(rules) {
        println!("{what}");
        let missed = Daemon::health().unwrap().missed_ticks();
        let Some(filter) = Filter::set(&rule) else {
            return;
        };
        let failing = daemon.until("told", |health| !health.is_healthy());
        assert!(
            problem(&failing).contains("the router cannot be reached"),
            "{failing:#?}"
        );
        assert_eq!(
            failing.source(),
            "icmp",
            "the line is measured all the same"
        );
        daemon.stays("told", Duration::from_secs(3), |health| {
            !health.is_healthy()
        });
        drop(filter);
        let back = daemon.until("back", on_the_router);
        daemon.told("Router reconnected after", times);
        let missed = back.missed_ticks() - missed;
        assert!(missed <= 2, "{missed} ticks missed");
    }
    assert!(daemon.stop().success());
}

#[test]
fn echoes_behind_a_firewall_are_told_of_whichever_way_they_are_dropped() {
    let Some(mut line) = Line::up() else {
        return;
    };
    line.tcp("silent");
    let mut daemon = Daemon::start(&Setup::of(&line));
    daemon.until("on the router", on_the_router);
    let writes = line.writes();

    println!("they do not leave");
    let Some(filter) = Filter::set(&["OUTPUT", "-p", "icmp", "-j", "DROP"]) else {
        return;
    };
    let stuck = daemon.until("stuck", Health::cannot_send);
    println!("{}", stuck.measurement()["send_error"]);
    daemon.until("told", |health| !health.is_healthy());
    drop(filter);
    daemon.until("measuring", measures);

    println!("nothing comes back");
    let filter = Filter::set(&["INPUT", "-p", "icmp", "-j", "DROP"]);
    let lost = daemon.until("lost", |health| !health.is_healthy());
    assert_eq!(lost.source(), "total_loss");
    assert!(!lost.cannot_send());
    drop(filter);
    daemon.until("measuring", measures);

    println!("a third comes back");
    let third = [
        "-m",
        "statistic",
        "--mode",
        "random",
        "--probability",
        "0.67",
        "-j",
        "DROP",
    ];
    let filter = Filter::set(&[&["INPUT", "-p", "icmp"][..], &third].concat());
    daemon.until("counted", |health| {
        health.reflector(0, "loss_percent") > 30.0
    });
    daemon.stays("measuring", Duration::from_secs(4), |health| {
        measures(health) && health.zones() == ["GREEN"; 2]
    });
    drop(filter);
    daemon.until("without loss", |health| {
        health.reflector(0, "loss_percent") < 5.0
    });
    assert_eq!(line.writes(), writes, "no rate was moved");
    assert!(daemon.stop().success());
}
