//! Facts in, findings out: what the double cannot show, and what no router should have to.

use std::path::Path;

use super::*;
use crate::cli::check::client::Failure;
use crate::cli::check::facts::{Access, Ended, Kind, Machine, Spot, Traffic, Writes};
use crate::cli::check::finding::{Place, Severity};
use crate::cli::check::object::Object;
use crate::cli::secret::Weakness;
use crate::direction::Both;
use crate::shell::Errno;
use crate::units::Rate;

/// 25 to 500 Mbit/s down, 10 to 50 up; https that is not checked.
fn config() -> WanConfig {
    let text = include_str!("../../../../tests/config/valid.yaml");
    let text = text.replace(
        "  port: 443\n",
        "  port: 443\n  queue_types: { download: leave, upload: leave }\n",
    );
    crate::config::parse(Path::new("wan1.yaml"), text.as_bytes())
        .expect("valid")
        .config
}

fn chosen() -> Chosen {
    Chosen {
        preferred: Transport::Rest,
        rest: true,
        ssh: false,
        warning: None,
    }
}

fn queue(name: &str, parent: &str, kind: &str, limit: &str) -> Object {
    Object::of(&[
        ("name", name),
        ("parent", parent),
        ("queue", kind),
        ("max-limit", limit),
        ("bucket-size", "0.01"),
        ("disabled", "false"),
        ("packet-mark", ""),
    ])
}

fn port(name: &str, sent: &str) -> Object {
    Object::of(&[
        ("name", name),
        ("type", "ether"),
        ("tx-byte", sent),
        ("rx-byte", "0"),
    ])
}

/// A router without fault, its line under load.
fn router_without_fault() -> Router {
    Router {
        shown: None,
        resource: Ok(Object::of(&[
            ("version", "7.23.7 (long-term)"),
            ("total-hdd-space", "16777216"),
        ])),
        queues: Ok(vec![
            queue("WAN-Download-1", "bridge", "cake-down", "400000000"),
            queue("WAN-Upload-1", "ether1", "cake-up", "40000000"),
        ]),
        types: Ok(vec![
            Object::of(&[("name", "cake-down"), ("kind", "cake")]),
            Object::of(&[("name", "cake-up"), ("kind", "cake")]),
            Object::of(&[("name", "fair"), ("kind", "fq-codel")]),
        ]),
        interfaces: Vec::new(),
        fasttrack: Some(true),
        rules: Some(vec![Object::of(&[
            (".id", "*1"),
            ("comment", "block the printer"),
        ])]),
        policies: Some("read,write,rest-api".to_owned()),
        traffic: Some(Traffic {
            reads: vec![Duration::from_millis(20); 20],
            span: Duration::from_secs(2),
            found: Both::from_fn(|_| true),
            bytes: Both::from_fn(|_| (0..20).map(|n| n * 1_000_000).collect()),
            before: vec![port("bridge", "0"), port("ether1", "0")],
            after: vec![port("bridge", "19000000"), port("ether1", "19000000")],
        }),
    }
}

/// The ids of what is worse than a note.
fn ids(findings: &[Finding]) -> Vec<&'static str> {
    let bad = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note);
    bad.map(|finding| finding.id).collect()
}

/// What a change of the router adds to its findings.
fn after(change: impl FnOnce(&mut Router)) -> Vec<Finding> {
    let mut router = router_without_fault();
    change(&mut router);
    let mut findings = super::router(&config(), &chosen(), &router);
    // Not a word about this one: it is the file's fault.
    findings.retain(|finding| finding.id != "password-unchecked");
    findings
}

fn change(router: &mut Router, n: usize, key: &str, value: &str) {
    let queues = router.queues.as_mut().expect("queues");
    queues[n] = queues[n].clone().with(key, value);
}

#[test]
fn a_router_without_fault_has_no_findings() {
    let findings = after(|_| {});
    assert_eq!(ids(&findings), [""; 0]);
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Ok || finding.id == "steering-none"),
        "{findings:#?}"
    );
}

#[test]
fn every_finding_that_is_not_fine_says_why() {
    let all = [
        after(|router| change(router, 0, "disabled", "true")),
        after(|router| change(router, 0, "queue", "fair")),
        after(|router| router.queues = Ok(Vec::new())),
        after(|router| router.resource = Err(Failure::TimedOut)),
        after(|router| router.resource = Err(Failure::Unreadable)),
        after(|router| {
            router.types = Err(Failure::Status(500, "not enough permissions (9)".into()));
        }),
    ];
    for finding in all
        .iter()
        .flatten()
        .filter(|finding| finding.severity > Severity::Note)
    {
        assert!(
            !finding.why.is_empty() && !finding.fix.is_empty(),
            "{finding:#?}"
        );
    }
}

#[test]
fn fasttrack_matters_below_global_only() {
    let findings = after(|router| change(router, 0, "parent", "global"));
    assert_eq!(ids(&findings), ["fasttrack"]);
    // A queue below a queue below global is below global.
    let findings = after(|router| {
        let queues = router.queues.as_mut().expect("queues");
        queues.push(queue("all", "global", "default", "0"));
        change(router, 0, "parent", "all");
    });
    assert_eq!(ids(&findings), ["fasttrack"]);
}

#[test]
fn a_queue_that_does_not_count_while_its_port_is_busy_is_gone_around() {
    let still =
        |router: &mut Router| router.traffic.as_mut().expect("traffic").bytes.down = vec![7; 20];
    assert_eq!(ids(&after(still)), ["counters-still"]);
    // Below global any port will do, but FastTrack off is no suspicion without one.
    let findings = after(|router| {
        still(router);
        router.fasttrack = Some(false);
        change(router, 0, "parent", "global");
    });
    assert_eq!(ids(&findings), ["counters-still"]);
    assert_eq!(
        findings
            .iter()
            .find(|f| f.id == "counters-still")
            .map(|f| f.fix.len()),
        Some(1)
    );
    // An idle port proves nothing, and neither do counters that were reset meanwhile.
    let findings = after(|router| {
        still(router);
        router.traffic.as_mut().expect("traffic").after =
            vec![port("bridge", "9"), port("ether1", "9")];
    });
    assert_eq!(ids(&findings), [""; 0]);
    let findings = after(|router| {
        router.traffic.as_mut().expect("traffic").bytes.down = vec![900, 1000, 5];
    });
    assert_eq!(ids(&findings), [""; 0]);
}

#[test]
fn counters_that_are_refreshed_slowly_are_worth_a_note() {
    let findings = after(|router| {
        let slow = (0..20).map(|n| n / 5 * 1_000_000).collect();
        router.traffic.as_mut().expect("traffic").bytes.down = slow;
    });
    let note = findings
        .iter()
        .find(|finding| finding.id == "counters-slow")
        .expect("a note");
    assert_eq!(note.severity, Severity::Note);
    assert!(
        note.what.contains("changed in 3 of 19 looks"),
        "{}",
        note.what
    );
    assert!(note.why.contains("About every 667 ms"), "{}", note.why);
}

/// What the counters come to for the adaptive law, as severity and id.
fn for_the_law(way: Transport, change: impl FnOnce(&mut Traffic)) -> Vec<(Severity, &'static str)> {
    let mut traffic = router_without_fault().traffic.expect("traffic");
    change(&mut traffic);
    let findings = counters::counters(&config(), way, &traffic);
    findings
        .iter()
        .map(|said| (said.severity, said.id))
        .collect()
}

#[test]
fn the_adaptive_law_needs_counters_that_are_there_and_move() {
    use Severity::{Note, Ok, Warning};
    let fresh = (Ok, "law-counters-fresh");
    let pace = (Ok, "law-pace");
    for way in [Transport::Rest, Transport::Ssh] {
        assert_eq!(for_the_law(way, |_| {}), [fresh, fresh, pace]);
        let none = |traffic: &mut Traffic| traffic.bytes.down = Vec::new();
        let missing = (Warning, "law-counters");
        assert_eq!(for_the_law(way, none), [missing, fresh, pace]);
        let still = |traffic: &mut Traffic| traffic.bytes.up = vec![7; 20];
        let unseen = (Note, "law-counters-unseen");
        assert_eq!(for_the_law(way, still), [fresh, unseen, pace]);
        let slow = |traffic: &mut Traffic| {
            traffic.bytes.down = (0..20).map(|n| n / 10 * 1_000_000).collect();
        };
        let slow = for_the_law(way, slow);
        assert_eq!(slow, [(Warning, "law-counters-slow"), fresh, pace]);
        // Every 667 ms would be too rare, every 250 ms is not.
        let lazy = |traffic: &mut Traffic| {
            traffic.bytes.down = (0..20).map(|n| n * 2 / 5 * 1_000_000).collect();
        };
        assert_eq!(for_the_law(way, lazy), [fresh, fresh, pace]);
        // That a queue is not there is said elsewhere.
        let gone = |traffic: &mut Traffic| traffic.found.down = false;
        assert_eq!(for_the_law(way, gone), [fresh, pace]);
        let slow = |traffic: &mut Traffic| traffic.reads = vec![Duration::from_millis(180); 20];
        assert_eq!(for_the_law(way, slow), [fresh, fresh, (Note, "law-pace")]);
    }
}

#[test]
fn how_long_a_reading_takes_says_how_often_there_will_be_one() {
    let traffic = |took| Traffic {
        reads: vec![Duration::from_millis(took); 20],
        ..Traffic::default()
    };
    for (took, often) in [(20, "one every 100.0 ms"), (180, "one every 720.0 ms")] {
        let findings = counters::counters(&config(), Transport::Ssh, &traffic(took));
        let [pace] = &*findings else {
            panic!("one finding");
        };
        assert!(pace.what.ends_with(&format!("{often}.")), "{}", pace.what);
    }
}

#[test]
fn other_queues_than_cake_are_better_or_worse() {
    let findings = after(|router| change(router, 0, "queue", "fair"));
    let kind = findings
        .iter()
        .find(|finding| finding.id == "queue-kind")
        .expect("said");
    assert_eq!(kind.severity, Severity::Warning);
    let expected = "/queue tree set [find name=\"WAN-Download-1\"] queue=\"cake-down\"";
    assert_eq!(kind.fix[0].text, expected);
    let findings = after(|router| {
        router.types = Ok(vec![Object::of(&[
            ("name", "cake-down"),
            ("kind", "pfifo"),
        ])]);
    });
    let kind = findings
        .iter()
        .find(|finding| finding.id == "queue-kind")
        .expect("said");
    assert_eq!(kind.severity, Severity::Error);
    assert_eq!(
        kind.fix[0].text,
        "/queue type add name=\"cake-down\" kind=cake"
    );
}

#[test]
fn two_queues_that_take_the_same_packets() {
    let findings = after(|router| change(router, 0, "parent", "ether1"));
    assert_eq!(ids(&findings), ["queues-share"]);
    let findings = after(|router| {
        change(router, 0, "parent", "ether1");
        change(router, 0, "packet-mark", "down");
    });
    assert_eq!(ids(&findings), [""; 0]);
}

#[test]
fn a_slow_router_is_a_warning() {
    let findings = after(|router| {
        router.traffic.as_mut().expect("traffic").reads = vec![Duration::from_millis(400); 20];
    });
    assert_eq!(ids(&findings), ["router-slow"]);
}

#[test]
fn yes_and_true_are_the_same() {
    for on in ["yes", "true"] {
        let findings = after(|router| {
            let types = router.types.as_mut().expect("types");
            for kind in types.iter_mut() {
                *kind = kind
                    .clone()
                    .with("cake-nat", on)
                    .with("cake-autorate-ingress", on);
            }
        });
        assert_eq!(
            ids(&findings),
            ["cake-nat", "cake-autorate", "cake-autorate"]
        );
    }
}

fn tested(sectors: u64, ended: Ended, restored: Result<(), String>) -> Vec<Finding> {
    let tested = Writes {
        queue: "WAN-Download-1".into(),
        limit: Rate::mbit(400),
        took: vec![Duration::from_millis(20); 20],
        sectors: Some((1_000, 1_000 + sectors)),
        ended,
        restored,
    };
    writes(&config(), &router_without_fault(), &tested)
}

#[test]
fn flash_that_lasts_and_flash_that_does_not() {
    assert_eq!(ids(&tested(20, Ended::Complete, Ok(()))), [""; 0]);
    assert_eq!(ids(&tested(0, Ended::Complete, Ok(()))), [""; 0]);
    // 16 MiB, 1000 sectors per change: 14.7 GB a day.
    let findings = tested(20_000, Ended::Complete, Ok(()));
    assert_eq!(ids(&findings), ["write-flash"]);
    let flash = findings.last().expect("said");
    assert!(
        flash.what.contains("20 changes cost 20000 flash sectors"),
        "{}",
        flash.what
    );
    assert_eq!(flash.fix[0].place, Place::Config);
}

#[test]
fn a_limit_that_could_not_be_restored_is_the_first_thing_said() {
    let findings = tested(
        20,
        Ended::Failed(Failure::TimedOut),
        Err("it did not answer".into()),
    );
    assert_eq!(ids(&findings), ["write-not-restored", "router-silent"]);
    let expected = "/queue tree set [find name=\"WAN-Download-1\"] max-limit=400000000";
    assert_eq!(findings[0].fix[0].text, expected);
}

#[test]
fn what_stands_between_quotes_stays_there() {
    assert_eq!(quoted("a"), "\"a\"");
    assert_eq!(
        quoted("a\"; /system reset \\ $x\n"),
        "\"a\\\"; /system reset \\\\ \\$x\""
    );
}

#[test]
fn what_a_service_user_may_not_do_is_told_with_the_way_out() {
    let denied = Errno::from(std::io::Error::from_raw_os_error(libc::EACCES));
    let spot = |kind, path: &str, is_file, state| Spot {
        kind,
        path: path.into(),
        is_file,
        state,
    };
    let seen = Machine {
        user: 998,
        service_file: None,
        spots: vec![
            spot(Kind::Log, "/var/log/wanctl", false, Access::Writable),
            spot(
                Kind::Log,
                "/var/log/wanctl/wan1.log",
                true,
                Access::Refused(denied),
            ),
            spot(Kind::Lock, "/run/wanctl", false, Access::Refused(denied)),
            spot(Kind::State, "/var/lib/wanctl", false, Access::Creatable),
        ],
        history: None,
        weaknesses: vec![
            Weakness::Key("/etc/wanctl/ssh/router.key".into(), 0o640),
            // The link's business.
            Weakness::Unchecked,
        ],
        ping: Some(Err(
            "not allowed to send ICMP echoes; do one of these: ...".into()
        )),
    };
    let findings = machine(&config().lock.file, &seen);
    assert_eq!(
        ids(&findings),
        ["directory-log", "directory-lock", "ssh-key-mode", "ping"]
    );
    let expected = "User 998 cannot write into the log file /var/log/wanctl/wan1.log: Permission denied \
                    (os error 13).";
    assert_eq!(findings[0].what, expected);
    assert_eq!(
        findings[0].fix[0].text,
        "chown 998 /var/log/wanctl/wan1.log   # as root"
    );
    assert_eq!(
        findings[1].fix[0].text,
        "install -d -o 998 -m 0755 /run/wanctl   # as root"
    );
    assert!(findings[3].what.starts_with("Not allowed to send"));
}

#[test]
fn root_is_told_how_to_look_as_the_service() {
    let mut seen = Machine {
        service_file: Some("/etc/wanctl/wan1.yaml".into()),
        ..Machine::default()
    };
    let note = machine(&config().lock.file, &seen).pop().expect("a note");
    let command = "systemd-run --pipe --wait --uid=wanctl -p EnvironmentFile=/etc/wanctl/secrets -p \
                   AmbientCapabilities=CAP_NET_RAW wanctl check --config /etc/wanctl/wan1.yaml";
    assert_eq!(
        (note.id, note.severity, &*note.fix[0].text),
        ("root", Severity::Note, command)
    );
    seen.service_file = None;
    let note = machine(&config().lock.file, &seen).pop().expect("a note");
    assert_eq!(note.fix[0].place, Place::Advice);
}
