//! What answers, and what the daemon makes of it (contract 3.4, 3.6; W-10, W-46, W-62).

use std::time::Duration;

use crate::daemon::{Daemon, Health, Setup};
use crate::line::Line;

/// A busy machine may lose a beat without our doing.
const SPARE_TICKS: u64 = 2;

/// The RTT that was judged is the mean of what two reflectors said in the same snapshot.
fn is_mean_of(health: &Health, one: usize, other: usize) -> bool {
    let rtt = |n| health.reflector(n, "rtt_ms");
    let last = health.measurement()["last_rtt_ms"].as_f64();
    last.is_some_and(|last| (last - f64::midpoint(rtt(one), rtt(other))).abs() < 0.02)
}

fn measures(health: &Health) -> bool {
    health.source() == "icmp" && health.is_healthy()
}

#[test]
fn the_daemon_sees_what_there_is_to_see_and_says_so() {
    let Some(mut line) = Line::up() else {
        return;
    };
    let mut daemon = Daemon::start(&Setup::of(&line));
    daemon.until("measuring", measures);
    daemon.told("Measuring by raw ICMP sockets (IPv4)", 1);
    daemon.until("on the router", |health| {
        health.document["wans"][0]["download"]["applied_rate_mbps"] == 400.0
    });
    daemon.until("without loss", |health| {
        (0..3).all(|n| health.reflector(n, "loss_percent") < 5.0)
    });
    let quiet = Daemon::health().unwrap();
    assert!(!daemon.file("main.log").contains("All ICMP pings failed"));

    println!("one silent");
    line.host(1, "silent");
    line.host(2, "delay 28");
    daemon.until("the mean of the two others", |health| {
        health.reflector(0, "loss_percent") > 99.0 && is_mean_of(health, 1, 2)
    });
    let alone = Daemon::health().unwrap();
    assert!(alone.reflector(1, "loss_percent") < 5.0, "{alone:#?}");
    assert!(measures(&alone), "{alone:#?}");
    assert!(!daemon.file("main.log").contains("All ICMP pings failed"));

    println!("one slower");
    line.host(1, "answer");
    line.host(2, "delay 50");
    daemon.until("slower", |health| health.reflector(1, "rtt_ms") >= 50.0);
    daemon.stays("GREEN", Duration::from_secs(4), |health| {
        let judged = health.measurement()["last_rtt_ms"].as_f64().unwrap();
        measures(health) && health.zones() == ["GREEN"; 2] && judged < 48.0
    });
    line.host(2, "delay 20");

    println!("ICMP silent, TCP answers");
    line.reflectors("silent");
    line.host(4, "silent");
    let on_tcp = daemon.until("on TCP", |health| health.source() == "tcp");
    let baseline = on_tcp.document["wans"][0]["baseline_rtt_ms"].clone();
    let tcp = on_tcp.measurement()["tcp_rtt_ms"].as_f64().unwrap();
    assert!(tcp >= 24.0, "{on_tcp:#?}");
    daemon.stays("on TCP", Duration::from_secs(4), |health| {
        let kept = health.document["wans"][0]["baseline_rtt_ms"] == baseline;
        kept && health.source() == "tcp" && health.is_healthy()
    });
    daemon.told("using TCP RTT=", 1);
    line.reflectors("answer");
    daemon.until("back from TCP", measures);
    daemon.told("ICMP recovered after ", 1);

    println!("nothing answers");
    let before = Daemon::health().unwrap();
    let writes = line.writes();
    line.reflectors("silent");
    line.tcp("silent");
    let lost = daemon.until("lost", |health| health.source() == "total_loss");
    assert_eq!(lost.measurement()["gateway_answers"], false);
    // Three check rounds, one a second; the documented grace is ten seconds.
    let failing = daemon.until("degraded", |health| !health.is_healthy());
    let seconds = failing.measurement()["since_seconds"].as_f64().unwrap();
    assert!(seconds <= 10.5, "{failing:#?}");
    assert!(
        failing.document["consecutive_failures"].as_u64().unwrap() >= 3,
        "{failing:#?}"
    );
    daemon.stays("lost", Duration::from_secs(3), |health| {
        health.source() == "total_loss" && health.code == 503
    });
    let after = Daemon::health().unwrap();
    assert_eq!(after.rates(), before.rates());
    assert_eq!(line.writes(), writes);
    daemon.told("Total connectivity loss - skipping cycle", 1);

    println!("back");
    line.reflectors("answer");
    let back = daemon.until("back", measures);
    assert_eq!(back.document["consecutive_failures"], 0);
    let missed = back.missed_ticks() - quiet.missed_ticks();
    assert!(missed <= SPARE_TICKS, "{missed} ticks missed");
    daemon.told("ICMP recovered after ", 2);
    assert!(daemon.stop().success());
}

#[test]
fn a_network_without_times_is_bridged_as_fallback_mode_says() {
    let Some(mut line) = Line::up() else {
        return;
    };
    line.tcp("silent");
    for mode in ["graceful_degradation", "freeze", "use_last_rtt"] {
        println!("{mode}");
        line.reflectors("answer");
        let mut daemon = Daemon::start(&Setup {
            mode,
            ..Setup::of(&line)
        });
        daemon.until("measuring", measures);
        daemon.until("on the router", |health| {
            health.document["wans"][0]["download"]["applied_rate_mbps"] == 400.0
        });
        let before = Daemon::health().unwrap();
        let writes = line.writes();
        line.reflectors("silent");
        let frozen = daemon.until("frozen", |health| health.source() == "frozen");
        assert!(frozen.is_healthy(), "{frozen:#?}");
        assert_eq!(frozen.measurement()["gateway_answers"], true);
        // The first check round, and the kinds of answer that came later, each once a minute.
        let told = match mode {
            "graceful_degradation" => ["- using last RTT", "- rates frozen"].as_slice(),
            "freeze" => &["- rates frozen"],
            _ => &["- using last RTT"],
        };
        let failing = daemon.until("degraded", |health| !health.is_healthy());
        let problem = failing.document["wans"][0]["problem"].as_str().unwrap();
        if mode == "graceful_degradation" {
            assert_eq!(failing.source(), "gave_up");
            assert!(problem.contains("cycles in a row"), "{problem}");
            daemon.told("[ERROR] wan1: ICMP unavailable for 4 cycles - giving up", 1);
        } else {
            assert_eq!(failing.source(), "frozen");
            assert!(problem.contains("ten seconds"), "{problem}");
        }
        for words in told {
            daemon.told(&format!("ICMP unavailable (gateway reachable) {words}"), 1);
        }
        assert_eq!(failing.rates(), before.rates());
        assert_eq!(line.writes(), writes);
        line.reflectors("answer");
        let back = daemon.until("back", measures);
        daemon.told("ICMP recovered after ", 1);
        let missed = back.missed_ticks() - before.missed_ticks();
        assert!(missed <= SPARE_TICKS, "{missed} ticks missed");
        assert!(daemon.stop().success());
    }
}

#[test]
fn the_gateway_is_asked_by_icmp_even_if_no_reflector_is() {
    let Some(mut line) = Line::up() else {
        return;
    };
    line.tcp("silent");
    // Nobody echoes UDP there.
    let mut daemon = Daemon::start(&Setup {
        hosts: "\"udp://10.99.0.5:7\"",
        mode: "freeze",
        ..Setup::of(&line)
    });
    let frozen = daemon.until("frozen", |health| health.source() == "frozen");
    assert_eq!(frozen.measurement()["gateway_answers"], true);
}

/// v1.7 gave both to `ping`.
#[test]
fn the_gateway_may_be_a_name_or_a_link_local_address_on_an_interface() {
    let Some(mut line) = Line::up() else {
        return;
    };
    line.tcp("silent");
    let interface = line.interface();
    let added = std::process::Command::new("ip")
        .args(["-6", "addr", "add", "fe80::99/64", "dev", &interface])
        .arg("nodad")
        .status();
    let mut gateways = vec!["localhost".to_owned()];
    if added.is_ok_and(|status| status.success()) {
        gateways.push(format!("fe80::99%{interface}"));
    } else {
        println!("skipped: no IPv6");
    }
    for gateway in gateways {
        let mut daemon = Daemon::start(&Setup {
            hosts: "\"udp://10.99.0.5:7\"",
            mode: "freeze",
            gateway: gateway.clone(),
            ..Setup::of(&line)
        });
        daemon.until("an answering gateway", |health| {
            health.source() == "frozen" && health.measurement()["gateway_answers"] == true
        });
        assert!(daemon.stop().success(), "{gateway}");
    }
}

/// A reflector on the link itself.
#[test]
fn a_link_local_reflector_is_measured_on_its_interface() {
    let Some(line) = Line::up() else {
        return;
    };
    let interface = line.interface();
    let added = std::process::Command::new("ip")
        .args(["-6", "addr", "add", "fe80::99/64", "dev", &interface])
        .arg("nodad")
        .status();
    if !added.is_ok_and(|status| status.success()) {
        println!("skipped: no IPv6");
        return;
    }
    let host = format!("'fe80::99%{interface}'");
    let mut daemon = Daemon::start(&Setup {
        hosts: host.leak(),
        ..Setup::of(&line)
    });
    daemon.until("its times", |health| {
        health.source() == "icmp" && health.reflector(0, "rtt_ms") < 10.0
    });
    assert!(daemon.stop().success());
}

#[test]
fn tcp_times_leave_the_icmp_baseline_alone_to_the_last_digit() {
    const BASELINE: &str = "20.123456789012344";
    let Some(mut line) = Line::up() else {
        return;
    };
    line.reflectors("silent");
    let mut daemon = Daemon::start(&Setup {
        state: Some(
            r#"{"ewma": {"baseline_rtt": 20.123456789012344, "load_rtt": 21.987654321098766}}"#,
        ),
        ..Setup::of(&line)
    });
    daemon.until("on TCP", |health| health.source() == "tcp");
    let cycles = |log: &str| log.matches("using TCP RTT=").count();
    daemon.stays("on TCP", Duration::from_secs(4), |h| h.source() == "tcp");
    assert_eq!(cycles(&daemon.file("main.log")), 1, "told once a minute");
    assert!(daemon.stop().success());
    let state = daemon.file("state.json");
    assert!(state.contains(BASELINE), "{state}");
    assert!(state.contains("21.987654321098766"), "{state}");

    // A proxy next door answers at once: proof of a network, but no time.
    line.tcp("delay 0");
    let mut daemon = Daemon::start(&Setup {
        mode: "freeze",
        ..Setup::of(&line)
    });
    let frozen = daemon.until("frozen", |health| health.source() == "frozen");
    assert!(frozen.measurement()["tcp_rtt_ms"].as_f64().unwrap() < 10.0);
    assert!(daemon.stop().success());
}
