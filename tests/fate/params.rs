//! The files of the house, and what the daemons make of them.

use std::path::Path;
use std::sync::LazyLock;

use wanctl::cli::assemble;
use wanctl::cli::steering::assemble as steering;
use wanctl::config::{self, SteeringConfig, WanConfig};
use wanctl::direction::Both;
use wanctl::router::queues::Queues;
use wanctl::router::rest::talk::RestTalk;
use wanctl::router::ssh::talk::SshTalk;
use wanctl::router::steering::{Interest, Steering as RuleTalk};
use wanctl::router::ways::Ways;
use wanctl::router::{Transport, rest, ssh};
use wanctl::sim::wires::{RestWire, SshWire};
use wanctl::status::Saved;
use wanctl::steer::SteerParams;
use wanctl::steering::record::Saved as SteerSaved;
use wanctl::time::Duration;

use crate::plan::{Law, Route};
use crate::wan_file::WanFile;

/// The rule that steers.
pub(crate) const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
/// The steering file of the config tests, which is v1.7's example.
const STEERING: &str = include_str!("../config/steering.yaml");
/// How often both daemons read back what the router holds.
pub(crate) const VERIFY_EVERY: Duration = Duration::from_secs(10);
/// How far away the internet is over each line.
pub(crate) const CALM: [Duration; 2] = [Duration::from_millis(24), Duration::from_millis(45)];
/// wanctl:secret
const AUTHORIZATION: &str = "Basic d2FuY3RsOnNlY3JldA==";
const HOST: &str = "192.0.2.254";

pub(crate) type Both2<T> = Ways<RestWire<T>, SshWire<T>>;

/// The names of a line's queues.
pub(crate) fn queues(line: usize) -> Both<String> {
    let name = ["WAN", "LTE"][line];
    Both {
        down: format!("{name}-Download"),
        up: format!("{name}-Upload"),
    }
}

/// The name of a line's WAN.
pub(crate) const fn name(line: usize) -> &'static str {
    ["wan1", "wan2"][line]
}

/// A line's file; each is read once.
pub(crate) fn wan(law: Law, line: usize) -> &'static WanConfig {
    static READ: LazyLock<[[WanConfig; 2]; 2]> = LazyLock::new(|| {
        [Law::Classic, Law::Adaptive].map(|law| [0, 1].map(|line| read(law, line)))
    });
    &READ[law as usize][line]
}

fn read(law: Law, line: usize) -> WanConfig {
    let file = WanFile {
        name: name(line),
        scheme: "http",
        router_port: 80,
        reflectors: (1..=3).map(|n| format!("192.0.2.{n}")).collect(),
        more: "logging: { main_log: /nonexistent/l, debug_log: /nonexistent/d }\n\
               lock_file: /nonexistent/wan.lock\n"
            .to_owned(),
    };
    let queues = queues(line);
    let mut text = file.text();
    let mut change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    };
    change(
        "baseline_rtt_initial: 20",
        &format!("baseline_rtt_initial: {}", CALM[line].as_millis()),
    );
    change("WAN-Download", &queues.down);
    change("WAN-Upload", &queues.up);
    change(
        "verify_interval: 1",
        &format!("verify_interval: {}", VERIFY_EVERY.as_secs_f64()),
    );
    // v1.7's budget in a sixth of its window, so that it is spent and refilled within a short fate.
    change(
        "{ changes: 64, window_sec: 1 }",
        "{ changes: 10, window_sec: 10 }",
    );
    if law == Law::Adaptive {
        change(
            "  enabled: true\n  base",
            "  enabled: true\n  control_law: adaptive\n  base",
        );
    }
    let parsed = config::parse(Path::new("wan.yaml"), text.as_bytes());
    parsed.unwrap_or_else(|report| panic!("{report}")).config
}

/// The steering's file, read once.
pub(crate) fn steering_config() -> &'static SteeringConfig {
    static READ: LazyLock<SteeringConfig> = LazyLock::new(|| {
        let mut text = STEERING.to_owned();
        let mut change = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        };
        change("interval_seconds: 2", "interval_seconds: 0.5");
        change(
            "steer_threshold: 55",
            "steer_threshold: 55\n  dry_run: false",
        );
        change(
            "ping_count: 3",
            "ping_count: 3\n  alternate: { source_address: 192.168.1.11 }",
        );
        change("WAN-Download-1", "WAN-Download");
        change("WAN-Upload-1", "WAN-Upload");
        let parsed = config::parse_steering(Path::new("steering.yaml"), text.as_bytes());
        parsed.unwrap_or_else(|report| panic!("{report}")).config
    });
    &READ
}

/// What a line's part of autorate starts from.
pub(crate) fn wan_params(
    law: Law,
    route: Route,
    line: usize,
    saved: Option<Saved>,
) -> wanctl::autorate::WanParams {
    let params = assemble::wan_params(wan(law, line), saved, false);
    wanctl::autorate::WanParams {
        transport: route.preferred(),
        has_spare: route.has(route.preferred().other()),
        ..params
    }
}

/// What steering starts from.
pub(crate) fn steer_params(route: Route, saved: Option<SteerSaved>) -> SteerParams {
    let params = steering::params(steering_config(), saved);
    SteerParams {
        transport: route.preferred(),
        has_spare: route.has(route.preferred().other()),
        ..params
    }
}

/// New links to talk about a line's queues.
pub(crate) fn queue_ways(law: Law, route: Route, line: usize) -> Both2<Queues> {
    let router = &wan(law, line).router;
    ways(
        route,
        || {
            RestWire::new(rest::LinkParams {
                host: HOST.into(),
                authorization: AUTHORIZATION.into(),
                queues: router.queues.clone(),
                queue_types: router.queue_types.clone(),
                reply_for: router.timeout,
                verify_every: VERIFY_EVERY,
            })
        },
        || {
            SshWire::new(ssh::LinkParams {
                queues: router.queues.clone(),
                queue_types: router.queue_types.clone(),
                reply_for: router.timeout,
                verify_every: VERIFY_EVERY,
                counting: law == Law::Adaptive,
            })
        },
    )
}

/// New links to talk about the rule.
pub(crate) fn rule_ways(route: Route) -> Both2<RuleTalk> {
    const REPLY_FOR: Duration = Duration::from_secs(5);
    let talk = || {
        RuleTalk::new(Interest {
            queue: queues(0).down,
            comment: COMMENT.into(),
            lists: ["FORCE_OUT_WAN1", "FORCE_OUT_WAN2"]
                .map(str::to_owned)
                .into_iter()
                .collect(),
            verify_every: VERIFY_EVERY,
        })
    };
    ways(
        route,
        || {
            RestWire::new(rest::talk::Params {
                host: HOST.into(),
                authorization: AUTHORIZATION.into(),
                reply_for: REPLY_FOR,
                talk: talk(),
            })
        },
        || {
            SshWire::new(ssh::talk::Params {
                reply_for: REPLY_FOR,
                talk: talk(),
            })
        },
    )
}

fn ways<T, E, O>(
    route: Route,
    rest: impl FnOnce() -> RestWire<T>,
    ssh: impl FnOnce() -> SshWire<T>,
) -> Both2<T>
where
    T: RestTalk<Order = O, Event = E> + SshTalk<Order = O, Event = E>,
    E: wanctl::router::talk::Tell,
{
    let rest = route.has(Transport::Rest).then(rest);
    let ssh = route.has(Transport::Ssh).then(ssh);
    Ways::new(route.preferred(), rest, ssh)
}
