//! Odd files that v1.7 accepted, or that look wrong and are not: what they mean, and what is said.

use std::path::Path;

use wanctl::autorate::OnExit;
use wanctl::config::{
    Host, PasswordSource, ReflectorAddress, Scheme, SecretSource, Transport, WanConfig,
};
use wanctl::control::blackout::FallbackMode;
use wanctl::control::law::classic::Floors;
use wanctl::control::prober::Combine;
use wanctl::notices::spelling::Format;
use wanctl::notices::{Kind, Kinds};
use wanctl::time::Duration;
use wanctl::units::{Alpha, Factor, Millis, Rate};

/// What the row shows, patches of `valid.yaml`, whether the result is right, and the warnings.
pub(crate) type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    fn(&WanConfig) -> bool,
    &'static [&'static str],
);

const MEDIAN: &str = "  use_median_of_three: true";
const HOSTS: &str = r#"["1.1.1.1", "8.8.8.8", "9.9.9.9"]"#;
const LAST: &str = "lock_timeout: 300";
const PORT: &str = "  port: 443";

/// How values are written.
pub(crate) const WRITTEN: &[Row] = &[
    (
        "octal",
        &[(LAST, "lock_timeout: 0755")],
        |c| c.lock.timeout == Duration::from_secs(493),
        &[],
    ),
    (
        "sexagesimal",
        &[(LAST, "lock_timeout: 1:30")],
        |c| c.lock.timeout == Duration::from_secs(90),
        &[],
    ),
    (
        "underscores",
        &[("ceiling_mbps: 500", "ceiling_mbps: 1_000")],
        |c| c.shapers.down.ceiling == Rate::mbit(1000),
        &[],
    ),
    (
        "more patience than there is",
        &[(LAST, "lock_timeout: 300\ntimeouts: {ping: 60}")],
        |c| c.measurement.prober.silent_after == Duration::from_secs(60),
        &["wan1.yaml:42: timeouts.ping: counts as 10.0 s: longer ago says nothing about now"],
    ),
    (
        "hexadecimal",
        &[("ceiling_mbps: 500", "ceiling_mbps: 0x200")],
        |c| c.shapers.down.ceiling == Rate::mbit(512),
        &[],
    ),
    (
        "no leading zero",
        &[("factor_down: 0.85", "factor_down: .5")],
        |c| Some(c.shapers.down.decay_red) == Factor::new(0.5),
        &[],
    ),
    (
        "an exponent",
        &[("ceiling_mbps: 500", "ceiling_mbps: 1e3")],
        |c| c.shapers.down.ceiling == Rate::mbit(1000),
        &[],
    ),
    (
        "yes",
        &[
            ("enabled: true", "enabled: yes"),
            (MEDIAN, "  use_median_of_three: Off"),
        ],
        |c| c.measurement.prober.combine == Combine::First,
        &[],
    ),
    (
        "on is 1",
        &[("step_up_mbps: 5", "step_up_mbps: on")],
        |c| c.shapers.down.step_up == Rate::mbit(1),
        &[
            "wan1.yaml:22: continuous_monitoring.download.step_up_mbps: on is read as the number 1, as v1.7 did; write a number",
        ],
    ),
    (
        "a tag that says what it is",
        &[
            ("ceiling_mbps: 500", "ceiling_mbps: !!int \"600\""),
            ("wan_name: wan1", "wan_name: !!str 600"),
        ],
        |c| c.shapers.down.ceiling == Rate::mbit(600) && c.wan_name == "600",
        &[],
    ),
    (
        "an anchor",
        &[
            ("ceiling_mbps: 500", "ceiling_mbps: &c 400"),
            ("hard_red_bloat_ms: 80", "hard_red_bloat_ms: *c"),
        ],
        |c| c.as_written.hard_red_bloat == "400",
        &[],
    ),
    (
        "a merge",
        &[(
            "    step_up_mbps: 1\n    factor_down: 0.9\n",
            "    <<: &m {step_up_mbps: 2, factor_down: 0.7, ceiling_mbps: 9}\n",
        )],
        |c| c.shapers.up.step_up == Rate::mbit(2) && c.shapers.up.ceiling == Rate::mbit(50),
        &[],
    ),
    (
        "twice the same key",
        &[(PORT, "  port: 8443\n  port: 443")],
        |c| c.router.port == 443,
        &["wan1.yaml:10: router.port: already given in line 9; the last one counts"],
    ),
    (
        "a byte order mark and Windows lines",
        &[(
            "schema_version: \"1.0\"\n",
            "\u{feff}schema_version: \"1.0\"\r\n",
        )],
        |c| c.wan_name == "wan1",
        &[],
    ),
    (
        "null sections",
        &[(
            LAST,
            "lock_timeout: 300\nstorage:\nhealth_check: ~\nmetrics: null\ntimeouts:\n",
        )],
        |c| {
            c.storage.retention_days == 7
                && c.storage.max_mb == 512
                && c.health.port == 9101
                && !c.metrics.enabled
        },
        &[],
    ),
    (
        "a null key",
        &[(
            "factor_down: 0.85",
            "factor_down: 0.85\n    green_required:",
        )],
        |c| c.shapers.down.green_required == 5,
        &[],
    ),
    (
        "a whole version",
        &[("schema_version: \"1.0\"", "schema_version: 1.0")],
        |_| true,
        &[],
    ),
    (
        "a new version",
        &[("schema_version: \"1.0\"", "schema_version: 2")],
        |_| true,
        &["wan1.yaml:1: schema_version: 2 is not known; the file is read as version 1.0"],
    ),
];

/// What values mean.
pub(crate) const MEANT: &[Row] = &[
    (
        "nobody is told of anything unless the file says whom",
        &[(LAST, "lock_timeout: 300\nnotices: ~")],
        |c| c.notices.is_none(),
        &[],
    ),
    (
        "an address of notices is enough",
        &[(LAST, "lock_timeout: 300\nnotices: { url: \"${TOPIC}\" }")],
        |c| {
            c.notices.as_ref().is_some_and(|notices| {
                let params = notices.params;
                notices.url == SecretSource::Variable("TOPIC".to_owned())
                    && notices.token.is_none()
                    && notices.format == Format::Json
                    && params.kinds == Kinds::OF_A_WAN
                    && params.cooldown == Duration::from_secs(900)
                    && params.sustained == Duration::from_secs(60)
                    && params.outage == Duration::from_secs(30)
            })
        },
        &[],
    ),
    (
        "notices that can be read on the way, with a key that is mistyped",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"http://192.0.2.1/secret\", cooldown: 60 }",
        )],
        |c| c.notices.is_some(),
        &[
            "wan1.yaml:42: notices.url: http sends notices, and what is secret of the address, readable across the network; use https",
            "wan1.yaml:42: notices.cooldown: unknown key, ignored; did you mean 'cooldown_sec'?",
        ],
    ),
    (
        "a section of notices that was copied from steering's file",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"https://host/x\", kinds: [router, steering] }",
        )],
        |c| {
            let told = Kinds::NONE.with(Kind::Router);
            c.notices.as_ref().is_some_and(|it| it.params.kinds == told)
        },
        &[
            "wan1.yaml:42: notices.kinds[1]: 'steering' is nothing that this file tells, ignored; its kinds are congestion, floor, router, wan_down, blind",
        ],
    ),
    (
        "nothing odd: the defaults",
        &[],
        |c| {
            c.shapers.down.decay_yellow == Factor::new(0.96).unwrap()
                && c.shapers.up.decay_yellow == Factor::new(0.94).unwrap()
                && c.delay.idle_below == Millis::of(3)
                && c.delay.spike_above == Millis::of(15)
                && c.delay.baseline_bounds == (Millis::of(10), Millis::of(60))
                && c.delay.baseline == Alpha::new(0.001).unwrap()
                && c.delay.load == Alpha::new(0.5).unwrap()
                && c.baseline_initial == Millis::of(25)
                && c.router.scheme == Scheme::Https
                && !c.router.verify_ssl
                && c.router.timeout == Duration::from_secs(15)
                && c.router.write_limit.changes == 10
                && c.router.on_exit == OnExit::Leave
                && c.router.queue_types.down.as_deref() == Some("cake-down-wan1")
                && c.measurement.prober.silent_after == Duration::from_secs(1)
                && c.measurement.prober.combine == Combine::MedianOfThree
                && c.fallback.params.tcp_targets == 2
                && c.fallback.params.mode == FallbackMode::GracefulDegradation
                && c.fallback.gateway == Host::parse("10.10.110.1")
                && c.health.enabled
                && !c.metrics.enabled
                && c.storage.db_path.as_deref() == Some(Path::new("/var/lib/wanctl/metrics.db"))
                && c.state.main == Path::new("/run/wanctl/wan1_state.json")
                && !c.realtime
        },
        &[],
    ),
    (
        "four floors and one",
        &[],
        |c| {
            c.shapers.down.floors
                == Floors {
                    green: Rate::mbit(100),
                    yellow: Rate::mbit(75),
                    soft_red: Rate::mbit(50),
                    red: Rate::mbit(25),
                }
                && c.shapers.up.floors == Floors::single(Rate::mbit(10))
                && c.shapers.down.thresholds.soft_red == Some(Millis::of(80))
                && c.shapers.up.thresholds.soft_red.is_none()
        },
        &[],
    ),
    (
        "no floor for SOFT_RED is that of YELLOW",
        &[("    floor_soft_red_mbps: 50\n", "")],
        |c| c.shapers.down.floors.soft_red == Rate::mbit(75),
        &[],
    ),
    (
        "the upload's four floors: RED's rules, the rest is reported",
        &[(
            "floor_mbps: 10",
            "floor_green_mbps: 30\n    floor_yellow_mbps: 20\n    floor_red_mbps: 10",
        )],
        |c| {
            c.shapers.up.floors == Floors::single(Rate::mbit(10))
                && c.as_written.upload_floors.green == Rate::mbit(30)
        },
        &[],
    ),
    (
        "a negative floor is none",
        &[("floor_mbps: 10", "floor_mbps: -1")],
        |c| c.shapers.up.floors.red == Rate::ZERO,
        &[
            "wan1.yaml:25: continuous_monitoring.upload.floor_mbps: -1 lets the rate fall to 0, which RouterOS takes for unlimited",
        ],
    ),
    (
        "the time constant wins",
        &[(
            "load_time_constant_sec: 0.1",
            "load_time_constant_sec: 0.1\n    alpha_load: 0.005",
        )],
        |c| c.delay.load == Alpha::new(0.5).unwrap(),
        &[],
    ),
    (
        "a slow alpha",
        &[("load_time_constant_sec: 0.1", "alpha_load: 0.005")],
        |c| c.delay.load == Alpha::new(0.005).unwrap(),
        &[
            "wan1.yaml:34: continuous_monitoring.thresholds.alpha_load: alpha_load=0.005 gives 10.0s time constant - consider using load_time_constant_sec for clarity",
        ],
    ),
    (
        "v1.7's fiber example",
        &[("baseline_rtt_initial: 25", "baseline_rtt_initial: 8")],
        |c| c.baseline_initial == Millis::of(8),
        &[
            "wan1.yaml:29: continuous_monitoring.thresholds.baseline_rtt_bounds: baseline_rtt_initial (8) is outside 10 to 60 ms, so the baseline cannot follow the line; widen baseline_rtt_bounds",
        ],
    ),
    (
        "enabled: no",
        &[("enabled: true", "enabled: no")],
        |_| true,
        &[
            "wan1.yaml:14: continuous_monitoring.enabled: false has no effect, as in v1.7; stop the service instead",
        ],
    ),
    (
        "two hosts have no median",
        &[(HOSTS, "[a.example, 'udp://[::1]:7']")],
        |c| {
            c.measurement.prober.combine == Combine::First
                && c.measurement.reflectors[1]
                    == ReflectorAddress::Udp(Host::parse("::1").unwrap(), 7)
                && c.as_written.ping_hosts == "['a.example', 'udp://[::1]:7']"
        },
        &[
            "wan1.yaml:36: continuous_monitoring.use_median_of_three: has no effect with fewer than 3 ping_hosts: the first one is measured",
        ],
    ),
    (
        "nearly an address",
        &[(HOSTS, "[999.1.1.1, '2001:DB8::1', a_b.example.]")],
        |c| c.measurement.reflectors.len() == 3,
        &[
            "wan1.yaml:35: continuous_monitoring.ping_hosts[0]: '999.1.1.1' is no IP address and will be looked up as a name",
        ],
    ),
    (
        "a quoted false is true",
        &[(MEDIAN, "  use_median_of_three: 'false'")],
        |c| c.measurement.prober.combine == Combine::MedianOfThree,
        &[
            "wan1.yaml:36: continuous_monitoring.use_median_of_three: 'false' is read as true, as v1.7 did; write true or false without quotes",
        ],
    ),
    (
        "what is switched off is not judged",
        &[(
            MEDIAN,
            "  fallback_checks: {enabled: false, gateway_ip: none, tcp_targets: 5, fallback_mode: panic}",
        )],
        |c| {
            !c.fallback.params.enabled
                && c.fallback.tcp_targets.is_empty()
                && c.fallback.gateway.is_none()
        },
        &[],
    ),
    (
        "no TCP targets",
        &[(
            MEDIAN,
            "  fallback_checks: {tcp_targets: [], gateway_ip: '', max_fallback_cycles: -2}",
        )],
        |c| {
            c.fallback.params.tcp_targets == 0
                && !c.fallback.params.check_gateway
                && c.fallback.params.max_cycles == 0
        },
        &[
            "wan1.yaml:36: continuous_monitoring.fallback_checks.max_fallback_cycles: -2 is read as 0",
        ],
    ),
    (
        "ssh",
        &[("transport: rest", "transport: ssh")],
        |c| c.router.transport == Transport::Ssh,
        &[],
    ),
    (
        "no transport",
        &[("  transport: rest\n", "")],
        |c| c.router.transport == Transport::Ssh,
        &[],
    ),
    (
        "telnet",
        &[("transport: rest", "transport: telnet")],
        |c| c.router.transport == Transport::Rest,
        &["wan1.yaml:4: router.transport: 'telnet' is not rest or ssh; rest is used, as in v1.7"],
    ),
    (
        "another port is plain http",
        &[(PORT, "  port: 8443")],
        |c| c.router.scheme == Scheme::Http,
        &[
            "wan1.yaml:9: router.port: any port but 443 means http unless router.scheme says https, and http sends the password readable across the network",
        ],
    ),
    (
        "a password may be in a file of its own, which is not looked at",
        &[
            (
                "password: \"${ROUTER_PASSWORD}\"",
                "password_file: /nonexistent/password",
            ),
            (PORT, "  port: 443\n  scheme: http"),
        ],
        |c| c.router.password_source() == PasswordSource::File("/nonexistent/password".as_ref()),
        &[
            "wan1.yaml:10: router.scheme: http sends the password readable across the network; use https",
        ],
    ),
    (
        "http by name",
        &[(PORT, "  port: 443\n  scheme: http")],
        |c| c.router.scheme == Scheme::Http,
        &[
            "wan1.yaml:10: router.scheme: http sends the password readable across the network; use https",
        ],
    ),
    (
        "http to this machine",
        &[(PORT, "  port: 80"), ("\"192.168.1.1\"", "127.0.0.1")],
        |c| c.router.scheme == Scheme::Http,
        &[],
    ),
    (
        "https on another port",
        &[(PORT, "  port: 8443\n  scheme: https\n  verify_interval: 5")],
        |c| c.router.scheme == Scheme::Https && c.router.verify_interval == Duration::from_secs(5),
        &[],
    ),
    (
        "queue types of one's own",
        &[(PORT, "  queue_types: {download: ~, upload: fq}")],
        |c| c.router.queue_types.down.is_none() && c.router.queue_types.up.as_deref() == Some("fq"),
        &[],
    ),
    (
        "queue types left alone",
        &[
            (PORT, "  queue_types: {upload: leave}"),
            ("wan_name: wan1", "wan_name: WAN1"),
        ],
        |c| {
            c.router.queue_types.up.is_none()
                && c.router.queue_types.down.as_deref() == Some("cake-down-wan1")
        },
        &[],
    ),
    (
        "a fingerprint",
        &[(
            PORT,
            "  tls_fingerprint: 00:01:02:03:04:05:06:07:08:09:0a:0B:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1F",
        )],
        |c| c.router.tls_fingerprint == Some(std::array::from_fn(|i| u8::try_from(i).unwrap())),
        &[],
    ),
    (
        "a write limit",
        &[(
            PORT,
            "  write_limit: {changes: 3, window_sec: 2.5}\n  on_exit: ceiling",
        )],
        |c| {
            c.router.write_limit.changes == 3
                && c.router.write_limit.window == Duration::from_millis(2500)
                && c.router.on_exit == OnExit::Ceiling
        },
        &[],
    ),
    (
        "a state file",
        &[(LAST, "lock_timeout: 300\nstate_file: /var/lib/x.json")],
        |c| {
            c.state.main == Path::new("/var/lib/x.json")
                && c.state.v17 == Path::new("/run/wanctl/wan1_state.json")
        },
        &[],
    ),
    (
        "a state file that is none",
        &[(LAST, "lock_timeout: 300\nstate_file: [a]")],
        |c| c.state.main == c.state.v17,
        &["wan1.yaml:42: state_file: names no file; the path derived from lock_file is used"],
    ),
    (
        "no history",
        &[(
            LAST,
            "lock_timeout: 300\nstorage: {db_path: '', retention_days: 0.5}",
        )],
        |c| c.storage.db_path.is_none(),
        &["wan1.yaml:42: storage.retention_days: 0.5 is read as 1"],
    ),
    (
        "listeners",
        &[(
            LAST,
            "lock_timeout: 300\nhealth_check: {host: localhost, port: 0}\nmetrics: {enabled: on, host: ''}\nrealtime: yes",
        )],
        |c| {
            Some(&c.health.host) == Host::parse("127.0.0.1").as_ref()
                && c.health.port == 0
                && c.metrics.enabled
                && Some(&c.metrics.host) == Host::parse("0.0.0.0").as_ref()
                && c.realtime
        },
        &[],
    ),
    (
        "hosts by name and by interface, as ping and Python took them",
        &[
            (
                MEDIAN,
                "  fallback_checks: {gateway_ip: router.lan, tcp_targets: [['fe80::2%ppp0', 80]]}",
            ),
            ("\"8.8.8.8\"", "'fe80::1%eth0'"),
            (LAST, "lock_timeout: 300\nhealth_check: {host: board.lan}"),
        ],
        |c| {
            c.fallback.gateway == Host::parse("router.lan")
                && matches!(&c.fallback.tcp_targets[0].host, Host::Zoned(_, zone) if zone == "ppp0")
                && matches!(c.measurement.reflectors[1].host(), Host::Zoned(_, zone) if zone == "eth0")
                && c.health.host == Host::Name("board.lan".into())
        },
        &[],
    ),
    (
        "more hosts than anybody needs",
        &[
            (
                "[\"1.1.1.1\", \"8.8.8.8\", \"9.9.9.9\"]",
                "[a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7, 5]",
            ),
            (
                MEDIAN,
                "  fallback_checks: {tcp_targets: [[a, 1], [a, 2], [a, 3], [a, 4], [a, 5], [a, 6], [a, 7], [a, 8], x]}",
            ),
        ],
        |c| c.measurement.reflectors.len() == 16 && c.fallback.tcp_targets.len() == 8,
        &[
            "wan1.yaml:35: continuous_monitoring.ping_hosts: the list has 17 entries; the first 16 are used",
            "wan1.yaml:36: continuous_monitoring.fallback_checks.tcp_targets: the list has 9 entries; the first 8 are used",
        ],
    ),
    (
        "where echoes leave",
        &[(
            MEDIAN,
            "  measurement: {source_address: '::1', interface: lte0}",
        )],
        |c| {
            c.measurement
                .source_address
                .is_some_and(|a| a.is_loopback())
                && c.measurement.interface.as_deref() == Some("lte0")
                && c.measurement.one_way
        },
        &[],
    ),
    (
        "off is no flag here, but YAML thinks so",
        &[(
            MEDIAN,
            "  control_law: adaptive\n  measurement: {one_way: off}",
        )],
        |c| !c.measurement.one_way,
        &[],
    ),
    (
        "v1.7's law asks nobody for the time",
        &[(MEDIAN, "  measurement: {one_way: auto}")],
        |c| c.measurement.one_way,
        &[
            "wan1.yaml:36: continuous_monitoring.measurement.one_way: has no effect with control_law: classic",
        ],
    ),
    (
        "dead keys are known",
        &[
            (
                LAST,
                "lock_timeout: 300\nbandwidth: {a: 1}\ncake_queue: x\nstate: {bad_samples_required: 5}\ntimeouts: {ping_total: 9}",
            ),
            (
                "  user: admin",
                "  user: admin\n  type: routeros\n  steering_rule_comment: x",
            ),
        ],
        |_| true,
        &[],
    ),
    (
        "unknown keys",
        &[(
            "  user: admin",
            "  user: admin\n  prot: 8443\n  colour: red\n  password:hunter2: x",
        )],
        |c| c.router.port == 443,
        &[
            "wan1.yaml:7: router.prot: unknown key, ignored; did you mean 'port'?",
            "wan1.yaml:8: router.colour: unknown key, ignored",
            "wan1.yaml:9: router.password: unknown key, ignored; a value needs a space after the colon",
        ],
    ),
    (
        "one floor beside four",
        &[(
            "floor_green_mbps: 100",
            "floor_green_mbps: 100\n    floor_mbps: 5",
        )],
        |c| c.shapers.down.floors.red == Rate::mbit(25),
        &[
            "wan1.yaml:18: continuous_monitoring.download.floor_mbps: has no effect beside floor_green_mbps",
        ],
    ),
];
