//! Steering files that are refused, each with the words that refuse it.

/// The law, what is changed in `steering.yaml`, and the lines of the report.
type Broken = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

pub(crate) const BROKEN: &[Broken] = &[
    (
        "a primary is needed",
        &[("  primary_wan: wan1\n", "")],
        &["  - steering.yaml:9: topology.primary_wan: missing; expected a text"],
    ),
    (
        "its file is needed",
        &[("  primary_wan_config: /etc/wanctl/wan1.yaml\n", "")],
        &["  - steering.yaml:9: topology.primary_wan_config: missing; expected the name of a file"],
    ),
    (
        "an alternate is needed",
        &[("  alternate_wan: wan2\n", "")],
        &["  - steering.yaml:9: topology.alternate_wan: missing; expected a text"],
    ),
    (
        "a name of digits needs quotes",
        &[("primary_wan: wan1", "primary_wan: 1")],
        &[
            "  - steering.yaml:10: topology.primary_wan: 1 is a number unless in quotes; expected a text",
        ],
    ),
    (
        "a rule is known by its comment",
        &[(
            "mangle_rule:\n  comment: \"ADAPTIVE: Steer latency-sensitive to WAN2\"\n",
            "",
        )],
        &[
            "  - steering.yaml: mangle_rule.comment: missing; expected 1 to 128 of the characters A-Z a-z 0-9 _ . - : and space",
        ],
    ),
    (
        "a comment holds nothing that RouterOS would read",
        &[(
            "\"ADAPTIVE: Steer latency-sensitive to WAN2\"",
            "'x\"; /system reboot'",
        )],
        &[
            "  - steering.yaml:14: mangle_rule.comment: 'x\"; /system reboot' has characters that are not allowed; expected 1 to 128 of the characters A-Z a-z 0-9 _ . - : and space",
        ],
    ),
    (
        "a comment is not empty",
        &[("\"ADAPTIVE: Steer latency-sensitive to WAN2\"", "''")],
        &[
            "  - steering.yaml:14: mangle_rule.comment: '' is empty; expected 1 to 128 of the characters A-Z a-z 0-9 _ . - : and space",
        ],
    ),
    (
        "a comment is short",
        &[(
            "\"ADAPTIVE: Steer latency-sensitive to WAN2\"",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        )],
        &[
            "  - steering.yaml:14: mangle_rule.comment: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…' is too long (129 characters); expected 1 to 128 of the characters A-Z a-z 0-9 _ . - : and space",
        ],
    ),
    (
        "an interval is not zero",
        &[("interval_seconds: 2", "interval_seconds: 0")],
        &[
            "  - steering.yaml:16: measurement.interval_seconds: 0 is out of range; expected a number from 0.01 to 60.0",
        ],
    ),
    (
        "an interval is at most a minute",
        &[("interval_seconds: 2", "interval_seconds: 61")],
        &[
            "  - steering.yaml:16: measurement.interval_seconds: 61 is out of range; expected a number from 0.01 to 60.0",
        ],
    ),
    (
        "an interval is a number",
        &[("interval_seconds: 2", "interval_seconds: fast")],
        &[
            "  - steering.yaml:16: measurement.interval_seconds: 'fast' is a text; expected a number from 0.01 to 60.0",
        ],
    ),
    (
        "an interval is not infinite",
        &[("interval_seconds: 2", "interval_seconds: .inf")],
        &[
            "  - steering.yaml:16: measurement.interval_seconds: .inf is no usable number; expected a number from 0.01 to 60.0",
        ],
    ),
    (
        "a host is no option",
        &[("ping_host: 1.1.1.1", "ping_host: -f")],
        &[
            "  - steering.yaml:17: measurement.ping_host: '-f' is no reflector; expected an IP address, a host name or udp://host:port",
        ],
    ),
    (
        "a host is needed",
        &[("  ping_host: 1.1.1.1\n", "")],
        &[
            "  - steering.yaml:15: measurement.ping_host: missing; expected an IP address, a host name or udp://host:port",
        ],
    ),
    (
        "twenty echoes at most",
        &[("ping_count: 3", "ping_count: 21")],
        &[
            "  - steering.yaml:18: measurement.ping_count: 21 is out of range; expected a whole number from 1 to 20",
        ],
    ),
    (
        "half an echo is none",
        &[("ping_count: 3", "ping_count: 2.5")],
        &[
            "  - steering.yaml:18: measurement.ping_count: 2.5 is not a whole number; expected a whole number from 1 to 20",
        ],
    ),
    (
        "a state needs a file",
        &[("  file: /var/lib/wanctl/steering_state.json\n", "")],
        &["  - steering.yaml:19: state.file: missing; expected the name of a file"],
    ),
    (
        "a history is not endless",
        &[("history_size: 60", "history_size: 3001")],
        &[
            "  - steering.yaml:21: state.history_size: 3001 is out of range; expected a whole number from 1 to 3000",
        ],
    ),
    (
        "a history is not empty",
        &[("history_size: 60", "history_size: 0")],
        &[
            "  - steering.yaml:21: state.history_size: 0 is out of range; expected a whole number from 1 to 3000",
        ],
    ),
    (
        "green is below yellow",
        &[("green_rtt_ms: 5", "green_rtt_ms: 15")],
        &[
            "  - steering.yaml:24: thresholds.yellow_rtt_ms: 15 must be greater than thresholds.green_rtt_ms (15)",
        ],
    ),
    (
        "yellow is not above red",
        &[("red_rtt_ms: 15", "red_rtt_ms: 14")],
        &[
            "  - steering.yaml:25: thresholds.red_rtt_ms: 14 must not be less than thresholds.yellow_rtt_ms (15)",
        ],
    ),
    (
        "no drops are no congestion",
        &[("min_drops_red: 1", "min_drops_red: 0")],
        &[
            "  - steering.yaml:26: thresholds.min_drops_red: 0 is out of range; expected a whole number of at least 1",
        ],
    ),
    (
        "a row has a sample",
        &[
            ("red_samples_required: 2", "red_samples_required: 0"),
            ("green_samples_required: 15", "green_samples_required: -1"),
        ],
        &[
            "  - steering.yaml:31: thresholds.red_samples_required: 0 is out of range; expected a whole number of at least 1",
            "  - steering.yaml:32: thresholds.green_samples_required: -1 is out of range; expected a whole number of at least 1",
        ],
    ),
    (
        "a weight is a share",
        &[("rtt_ewma_alpha: 0.3", "rtt_ewma_alpha: 1.5")],
        &[
            "  - steering.yaml:29: thresholds.rtt_ewma_alpha: 1.5 is out of range; expected a number from 0 to 1",
        ],
    ),
    (
        "a weight in quotes is one as well",
        &[("queue_ewma_alpha: 0.4", "queue_ewma_alpha: 'nan'")],
        &[
            "  - steering.yaml:30: thresholds.queue_ewma_alpha: 'nan' is out of range; expected a number from 0 to 1",
        ],
    ),
    (
        "a weight is a number",
        &[("queue_ewma_alpha: 0.4", "queue_ewma_alpha: slow")],
        &[
            "  - steering.yaml:30: thresholds.queue_ewma_alpha: 'slow' is no number; expected a number from 0 to 1",
        ],
    ),
    (
        "NaN is no threshold",
        &[("yellow_rtt_ms: 15", "yellow_rtt_ms: .nan")],
        &[
            "  - steering.yaml:24: thresholds.yellow_rtt_ms: .nan is no usable number; expected a number",
        ],
    ),
    (
        "all echoes are not more than all",
        &[("thresholds:", "thresholds:\n  max_loss_percent: 101")],
        &[
            "  - steering.yaml:23: thresholds.max_loss_percent: 101 is out of range; expected a number from 1 to 100",
        ],
    ),
    (
        "a sample takes some time",
        &[("thresholds:", "thresholds:\n  sample_seconds: 0")],
        &[
            "  - steering.yaml:23: thresholds.sample_seconds: 0 is out of range; expected a number from 0.01 to 60.0",
        ],
    ),
    (
        "a queue's name is checked",
        &[("WAN-Download-1", "WAN Download")],
        &[
            "  - steering.yaml:36: cake_queues.primary_download: 'WAN Download' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a source is a file",
        &[("/run/wanctl/wan1_state.json", "/run/wanctl/")],
        &[
            "  - steering.yaml:34: cake_state_sources.primary: '/run/wanctl/' names no file; expected the name of a file",
        ],
    ),
    (
        "autorate is not stale at once",
        &[(
            "cake_state_sources:",
            "cake_state_sources:\n  stale_after_sec: 1",
        )],
        &[
            "  - steering.yaml:34: cake_state_sources.stale_after_sec: 1 is out of range; expected a number from 5 to 3600",
        ],
    ),
    (
        "a score is at most 100",
        &[("steer_threshold: 55", "steer_threshold: 101")],
        &[
            "  - steering.yaml:42: confidence.steer_threshold: 101 is out of range; expected a number from 0 to 100",
        ],
    ),
    (
        "calm is below bad",
        &[("recovery_threshold: 20", "recovery_threshold: 55")],
        &[
            "  - steering.yaml:43: confidence.recovery_threshold: 55 must be less than confidence.steer_threshold (55)",
        ],
    ),
    (
        "a timer is not negative",
        &[(
            "steer_threshold: 55",
            "steer_threshold: 55\n  hold_down_duration_sec: -1",
        )],
        &[
            "  - steering.yaml:43: confidence.hold_down_duration_sec: -1 is out of range; expected a number from 0 to 86400",
        ],
    ),
    (
        "on exit there are two ways",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\nsteering:\n  on_exit: enable",
        )],
        &[
            "  - steering.yaml:55: steering.on_exit: 'enable' is not one of the choices; expected leave or disable",
        ],
    ),
    (
        "an alternate has a way of its own",
        &[(
            "ping_count: 3",
            "ping_count: 3\n  alternate:\n    ping_host: 9.9.9.9",
        )],
        &[
            "  - steering.yaml:19: measurement.alternate.interface: missing, and without it or source_address the echoes would take the primary line; expected the interface or the address that leads to the alternate",
        ],
    ),
    (
        "thresholds may not be missing",
        &[(
            "thresholds:\n  green_rtt_ms: 5\n  yellow_rtt_ms: 15\n  red_rtt_ms: 15\n  min_drops_red: 1\n  min_queue_yellow: 10\n  min_queue_red: 50\n  rtt_ewma_alpha: 0.3\n  queue_ewma_alpha: 0.4\n  red_samples_required: 2\n  green_samples_required: 15\n",
            "thresholds:\n",
        )],
        &[
            "  - steering.yaml: thresholds: missing; expected a section, be it with one key such as red_rtt_ms: 15",
        ],
    ),
    (
        "a section is no value",
        &[(
            "measurement:\n  interval_seconds: 2\n  ping_host: 1.1.1.1\n  ping_count: 3\n",
            "measurement: often\n",
        )],
        &[
            "  - steering.yaml:15: measurement: 'often' is no section; expected keys of its own, indented below it",
        ],
    ),
    (
        "the router's part is checked as a WAN's",
        &[("  host: \"192.168.1.1\"", "  host: \"my router\"")],
        &[
            "  - steering.yaml:5: router.host: 'my router' is no host; expected an IP address or a host name",
        ],
    ),
    (
        "a typo hides the key that is missing, and both are said",
        &[("  ping_count: 3", "  ping_counts: 3")],
        &[
            "  - steering.yaml:15: measurement.ping_count: missing; expected a whole number from 1 to 20",
            "  Warning: steering.yaml:18: measurement.ping_counts: unknown key, ignored; did you mean 'ping_count'?",
        ],
    ),
    (
        "several problems come at once, in the order of their lines",
        &[
            ("ping_count: 3", "ping_count: 0"),
            ("wan_name: steering", "wan_name: my steering"),
            ("lock_timeout: 300", "lock_timeout: 0"),
        ],
        &[
            "  - steering.yaml:2: wan_name: 'my steering' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
            "  - steering.yaml:18: measurement.ping_count: 0 is out of range; expected a whole number from 1 to 20",
            "  - steering.yaml:53: lock_timeout: 0 is out of range; expected a whole number from 1 to 3600",
        ],
    ),
    (
        "the wizard's file is no steering file",
        &[(
            "topology:\n  primary_wan: wan1\n  primary_wan_config: /etc/wanctl/wan1.yaml\n  alternate_wan: wan2\n",
            "primary_wan: cable\nalternate_wan: dsl\nsteering:\n  enabled: true\n  check_interval: 5\n  enable_threshold: 25\n  disable_threshold: 12\n",
        )],
        &[
            "  - steering.yaml:9: primary_wan: was written by v1.7's install wizard, and no version has ever accepted such a file; copy configs/steering.yaml and set topology.primary_wan: cable, topology.primary_wan_config: /etc/wanctl/cable.yaml, topology.alternate_wan: dsl, measurement.interval_seconds: 5, thresholds.yellow_rtt_ms and red_rtt_ms: 25, thresholds.green_rtt_ms: 12, and your router's address, user and mangle_rule.comment",
        ],
    ),
];
