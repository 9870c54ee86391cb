//! Broken files, each the valid one with a few words changed, and every word of what is said.

/// What the row shows, `(from, to)` patches of `valid.yaml`, and the lines below the head line.
pub(crate) type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

/// The last line of the file.
const LAST: &str = "lock_timeout: 300";

pub(crate) const BROKEN: &[Row] = &[
    (
        "a required text is missing",
        &[("wan_name: wan1\n", "")],
        &["  - wan1.yaml: wan_name: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -"],
    ),
    (
        "null is missing",
        &[("wan_name: wan1", "wan_name: ~")],
        &["  - wan1.yaml: wan_name: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -"],
    ),
    (
        "a number is no name",
        &[("wan_name: wan1", "wan_name: 1")],
        &[
            "  - wan1.yaml:2: wan_name: 1 is a number unless in quotes; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a yes is no name",
        &[("wan_name: wan1", "wan_name: on")],
        &[
            "  - wan1.yaml:2: wan_name: on is a yes/no value unless in quotes; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a name has no spaces",
        &[("wan_name: wan1", "wan_name: my wan")],
        &[
            "  - wan1.yaml:2: wan_name: 'my wan' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a name has no umlauts",
        &[("wan_name: wan1", "wan_name: göttingen")],
        &[
            "  - wan1.yaml:2: wan_name: 'göttingen' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a name has no newline at its end",
        &[("wan_name: wan1", "wan_name: \"wan1\\n\"")],
        &[
            "  - wan1.yaml:2: wan_name: 'wan1\\n' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a name is not empty",
        &[("wan_name: wan1", "wan_name: \"\"")],
        &[
            "  - wan1.yaml:2: wan_name: '' is empty; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a name is short",
        &[(
            "wan_name: wan1",
            "wan_name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        )],
        &[
            "  - wan1.yaml:2: wan_name: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…' is too long (65 characters); expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a queue's name is checked alike",
        &[("  upload: WAN-Upload-1", "  upload: WAN Upload")],
        &[
            "  - wan1.yaml:12: queues.upload: 'WAN Upload' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a section may be missing altogether",
        &[(
            "queues:\n  download: WAN-Download-1\n  upload: WAN-Upload-1\n",
            "",
        )],
        &[
            "  - wan1.yaml: queues.download: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
            "  - wan1.yaml: queues.upload: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a null section is an absent one",
        &[(
            "queues:\n  download: WAN-Download-1\n  upload: WAN-Upload-1\n",
            "queues:\n",
        )],
        &[
            "  - wan1.yaml:10: queues.download: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
            "  - wan1.yaml:10: queues.upload: missing; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a section is no value",
        &[(
            "queues:\n  download: WAN-Download-1\n  upload: WAN-Upload-1\n",
            "queues: none\n",
        )],
        &[
            "  - wan1.yaml:10: queues: 'none' is no section; expected keys of its own, indented below it",
        ],
    ),
    (
        "a section is no list",
        &[(
            "queues:\n  download: WAN-Download-1\n  upload: WAN-Upload-1\n",
            "queues: [a, b]\n",
        )],
        &[
            "  - wan1.yaml:10: queues: a list is no section; expected keys of its own, indented below it",
        ],
    ),
    (
        "a host is no sentence",
        &[("\"192.168.1.1\"", "\"my router\"")],
        &[
            "  - wan1.yaml:5: router.host: 'my router' is no host; expected an IP address or a host name",
        ],
    ),
    (
        "a host has no port",
        &[("\"192.168.1.1\"", "\"192.168.1.1:443\"")],
        &[
            "  - wan1.yaml:5: router.host: '192.168.1.1:443' is no host; expected an IP address or a host name",
        ],
    ),
    (
        "a user is needed",
        &[("  user: admin\n", "")],
        &["  - wan1.yaml:3: router.user: missing; expected a text"],
    ),
    (
        "a key file is needed even for REST",
        &[("  ssh_key: /etc/wanctl/ssh/router.key\n", "")],
        &["  - wan1.yaml:3: router.ssh_key: missing; expected a text"],
    ),
    (
        "a port ends at 65535",
        &[("port: 443", "port: 70000")],
        &[
            "  - wan1.yaml:9: router.port: 70000 is out of range; expected a whole number from 1 to 65535",
        ],
    ),
    (
        "a port is no text",
        &[("port: 443", "port: \"443\"")],
        &["  - wan1.yaml:9: router.port: '443' is a text; expected a whole number from 1 to 65535"],
    ),
    (
        "a port is whole",
        &[("port: 443", "port: 443.0")],
        &[
            "  - wan1.yaml:9: router.port: 443.0 is not a whole number; expected a whole number from 1 to 65535",
        ],
    ),
    (
        "a scheme is http or https",
        &[("port: 443", "port: 443\n  scheme: ftp")],
        &[
            "  - wan1.yaml:10: router.scheme: 'ftp' is not one of the choices; expected http or https",
        ],
    ),
    (
        "a fingerprint has 64 digits",
        &[("port: 443", "port: 443\n  tls_fingerprint: AB:CD")],
        &[
            "  - wan1.yaml:10: router.tls_fingerprint: 'AB:CD' is no fingerprint; expected a SHA-256 fingerprint: 64 hex digits, with or without colons",
        ],
    ),
    (
        "the verify interval has bounds",
        &[("port: 443", "port: 443\n  verify_interval: 0")],
        &[
            "  - wan1.yaml:10: router.verify_interval: 0 is out of range; expected a number from 1 to 3600",
        ],
    ),
    (
        "the write limit has bounds",
        &[(
            "port: 443",
            "port: 443\n  write_limit: {changes: 65, window_sec: 0.5}",
        )],
        &[
            "  - wan1.yaml:10: router.write_limit.changes: 65 is out of range; expected a whole number from 1 to 64",
            "  - wan1.yaml:10: router.write_limit.window_sec: 0.5 is out of range; expected a number from 1 to 3600",
        ],
    ),
    (
        "on exit there are two choices",
        &[("port: 443", "port: 443\n  on_exit: reset")],
        &[
            "  - wan1.yaml:10: router.on_exit: 'reset' is not one of the choices; expected leave or ceiling",
        ],
    ),
    (
        "a queue type has a name",
        &[(
            "port: 443",
            "port: 443\n  queue_types: {download: 'my cake'}",
        )],
        &[
            "  - wan1.yaml:10: router.queue_types.download: 'my cake' has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "a password is one value",
        &[("\"${ROUTER_PASSWORD}\"", "[hunter2]")],
        &["  - wan1.yaml:7: router.password: a list is not what belongs here; expected a text"],
    ),
    (
        "a password has one source",
        &[(
            "  port: 443",
            "  port: 443\n  password_file: /etc/wanctl/password",
        )],
        &[
            "  - wan1.yaml:10: router.password_file: given besides router.password, and only one of them can be meant; remove one",
        ],
    ),
    (
        "a password file is a file",
        &[(
            "password: \"${ROUTER_PASSWORD}\"",
            "password_file: /etc/wanctl/",
        )],
        &[
            "  - wan1.yaml:7: router.password_file: '/etc/wanctl/' names no file; expected the name of a file",
        ],
    ),
    (
        "a password never appears",
        &[
            ("\"${ROUTER_PASSWORD}\"", "hunter two"),
            ("wan_name: wan1", "wan_name: hunter two"),
        ],
        &[
            "  - wan1.yaml:2: wan_name: *** has characters that are not allowed; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
        ],
    ),
    (
        "enabled is a yes or a no",
        &[("enabled: true", "enabled: 1")],
        &["  - wan1.yaml:14: continuous_monitoring.enabled: 1 is a number; expected true or false"],
    ),
    (
        "a quoted yes is a text",
        &[("enabled: true", "enabled: \"yes\"")],
        &[
            "  - wan1.yaml:14: continuous_monitoring.enabled: 'yes' is a text; expected true or false",
        ],
    ),
    (
        "a baseline has bounds",
        &[("baseline_rtt_initial: 25", "baseline_rtt_initial: 0.5")],
        &[
            "  - wan1.yaml:15: continuous_monitoring.baseline_rtt_initial: 0.5 is out of range; expected a number from 1 to 500",
        ],
    ),
    (
        "infinity is no number",
        &[("baseline_rtt_initial: 25", "baseline_rtt_initial: .inf")],
        &[
            "  - wan1.yaml:15: continuous_monitoring.baseline_rtt_initial: .inf is no usable number; expected a number from 1 to 500",
        ],
    ),
    (
        "NaN is no number",
        &[("ceiling_mbps: 500", "ceiling_mbps: .nan")],
        &[
            "  - wan1.yaml:21: continuous_monitoring.download.ceiling_mbps: .nan is no usable number; expected a number from 1 to 10000",
        ],
    ),
    (
        "a number is no text",
        &[("ceiling_mbps: 500", "ceiling_mbps: \"500\"")],
        &[
            "  - wan1.yaml:21: continuous_monitoring.download.ceiling_mbps: '500' is a text; expected a number from 1 to 10000",
        ],
    ),
    (
        "a number has no unit",
        &[("ceiling_mbps: 500", "ceiling_mbps: 500M")],
        &[
            "  - wan1.yaml:21: continuous_monitoring.download.ceiling_mbps: '500M' is a text; expected a number from 1 to 10000",
        ],
    ),
    (
        "a number is no list",
        &[("ceiling_mbps: 500", "ceiling_mbps: [500]")],
        &[
            "  - wan1.yaml:21: continuous_monitoring.download.ceiling_mbps: a list is not what belongs here; expected a number from 1 to 10000",
        ],
    ),
    (
        "the upload's ceiling ends at 1000",
        &[("ceiling_mbps: 50\n", "ceiling_mbps: 2000\n")],
        &[
            "  - wan1.yaml:26: continuous_monitoring.upload.ceiling_mbps: 2000 is out of range; expected a number from 1 to 1000",
        ],
    ),
    (
        "a factor is at most one",
        &[("factor_down: 0.85", "factor_down: 1.5")],
        &[
            "  - wan1.yaml:23: continuous_monitoring.download.factor_down: 1.5 is out of range; expected a number from 0.1 to 1.0",
        ],
    ),
    (
        "a yellow factor is gentle",
        &[(
            "factor_down: 0.85",
            "factor_down: 0.85\n    factor_down_yellow: 0.5",
        )],
        &[
            "  - wan1.yaml:24: continuous_monitoring.download.factor_down_yellow: 0.5 is out of range; expected a number from 0.8 to 1.0",
        ],
    ),
    (
        "an upload's yellow factor is gentler",
        &[(
            "factor_down: 0.9\n",
            "factor_down: 0.9\n    factor_down_yellow: 0.85\n",
        )],
        &[
            "  - wan1.yaml:29: continuous_monitoring.upload.factor_down_yellow: 0.85 is out of range; expected a number from 0.9 to 1.0",
        ],
    ),
    (
        "a count is whole",
        &[(
            "factor_down: 0.85",
            "factor_down: 0.85\n    green_required: 5.0",
        )],
        &[
            "  - wan1.yaml:24: continuous_monitoring.download.green_required: 5.0 is not a whole number; expected a whole number from 1 to 10",
        ],
    ),
    (
        "four floors are four",
        &[("    floor_yellow_mbps: 75\n", "")],
        &[
            "  - wan1.yaml:16: continuous_monitoring.download.floor_yellow_mbps: missing; expected a number",
        ],
    ),
    (
        "floors without green are no four floors",
        &[("    floor_green_mbps: 100\n", "")],
        &[
            "  - wan1.yaml:16: continuous_monitoring.download.floor_green_mbps: missing; expected a number",
        ],
    ),
    (
        "some floor is needed",
        &[("    floor_mbps: 10\n", "")],
        &[
            "  - wan1.yaml:24: continuous_monitoring.upload.floor_mbps: missing; expected a number, or floor_green_mbps with floor_yellow_mbps and floor_red_mbps",
        ],
    ),
    (
        "floors rise",
        &[("floor_red_mbps: 25", "floor_red_mbps: 60")],
        &[
            "  - wan1.yaml:20: continuous_monitoring.download.floor_red_mbps: Download floor ordering violation: expected floor_red (60.0M) <= floor_soft_red (50.0M) <= floor_yellow (75.0M) <= floor_green (100.0M) <= ceiling (500.0M)",
        ],
    ),
    (
        "a single floor is below its ceiling",
        &[("floor_mbps: 10", "floor_mbps: 60.5")],
        &[
            "  - wan1.yaml:25: continuous_monitoring.upload.floor_mbps: Upload floor ordering violation: expected floor_red (60.5M) <= floor_soft_red (60.5M) <= floor_yellow (60.5M) <= floor_green (60.5M) <= ceiling (50.0M)",
        ],
    ),
    (
        "thresholds rise",
        &[("warn_bloat_ms: 45", "warn_bloat_ms: 15")],
        &[
            "  - wan1.yaml:31: continuous_monitoring.thresholds.warn_bloat_ms: Threshold ordering violation: target_bloat_ms (15) must be less than warn_bloat_ms (15)",
        ],
    ),
    (
        "thresholds rise to the default too",
        &[
            ("    hard_red_bloat_ms: 80\n", ""),
            ("warn_bloat_ms: 45", "warn_bloat_ms: 85.0"),
        ],
        &[
            "  - wan1.yaml:29: continuous_monitoring.thresholds.hard_red_bloat_ms: Threshold ordering violation: warn_bloat_ms (85.0) must be less than hard_red_bloat_ms (80)",
        ],
    ),
    (
        "an average has a time constant",
        &[
            ("    baseline_time_constant_sec: 50\n", ""),
            ("    load_time_constant_sec: 0.1\n", ""),
        ],
        &[
            "  - wan1.yaml:29: continuous_monitoring.thresholds.baseline_time_constant_sec: Config must specify either baseline_time_constant_sec or alpha_baseline",
            "  - wan1.yaml:29: continuous_monitoring.thresholds.load_time_constant_sec: Config must specify either load_time_constant_sec or alpha_load",
        ],
    ),
    (
        "a time constant is at least a cycle",
        &[(
            "load_time_constant_sec: 0.1",
            "load_time_constant_sec: 0.01",
        )],
        &[
            "  - wan1.yaml:34: continuous_monitoring.thresholds.load_time_constant_sec: 0.01 is out of range; expected a number from 0.05 to 10.0",
        ],
    ),
    (
        "an alpha beside its time constant is checked too",
        &[(
            "load_time_constant_sec: 0.1",
            "load_time_constant_sec: 0.1\n    alpha_load: 2",
        )],
        &[
            "  - wan1.yaml:35: continuous_monitoring.thresholds.alpha_load: 2 is out of range; expected a number from 0.001 to 1.0",
        ],
    ),
    (
        "the bounds of the baseline have bounds",
        &[(
            "load_time_constant_sec: 0.1",
            "load_time_constant_sec: 0.1\n    baseline_rtt_bounds: {min: 0, max: 1e3}",
        )],
        &[
            "  - wan1.yaml:35: continuous_monitoring.thresholds.baseline_rtt_bounds.min: 0 is out of range; expected a number from 1 to 100",
            "  - wan1.yaml:35: continuous_monitoring.thresholds.baseline_rtt_bounds.max: 1e3 is out of range; expected a number from 10 to 500",
        ],
    ),
    (
        "somebody must be asked",
        &[("[\"1.1.1.1\", \"8.8.8.8\", \"9.9.9.9\"]", "[]")],
        &[
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts: the list is empty; expected a list of 1 to 16 hosts",
        ],
    ),
    (
        "hosts are a list",
        &[("[\"1.1.1.1\", \"8.8.8.8\", \"9.9.9.9\"]", "1.1.1.1")],
        &[
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts: '1.1.1.1' is not a list; expected a list of 1 to 16 hosts",
        ],
    ),
    (
        "hosts are texts",
        &[(
            "[\"1.1.1.1\", \"8.8.8.8\", \"9.9.9.9\"]",
            "[\"1.1.1.1\", 8, \"\", null, \"udp://host\", \"a b\"]",
        )],
        &[
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts[1]: 8 is a number unless in quotes; expected an IP address, a host name or udp://host:port",
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts[2]: '' is no reflector; expected an IP address, a host name or udp://host:port",
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts[3]: null is nothing; expected an IP address, a host name or udp://host:port",
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts[4]: 'udp://host' is no reflector; expected an IP address, a host name or udp://host:port",
            "  - wan1.yaml:35: continuous_monitoring.ping_hosts[5]: 'a b' is no reflector; expected an IP address, a host name or udp://host:port",
        ],
    ),
    (
        "a source is an address",
        &[(
            "use_median_of_three: true",
            "measurement: {source_address: eth0, interface: 'a/b', one_way: true}",
        )],
        &[
            "  - wan1.yaml:36: continuous_monitoring.measurement.source_address: 'eth0' is no address; expected an IPv4 or IPv6 address",
            "  - wan1.yaml:36: continuous_monitoring.measurement.interface: 'a/b' cannot be an interface; expected the name of a network interface, 1 to 15 bytes without / and spaces",
            "  - wan1.yaml:36: continuous_monitoring.measurement.one_way: true is not one of the choices; expected auto or off",
            "  Warning: wan1.yaml:36: continuous_monitoring.measurement.one_way: has no effect with control_law: classic",
        ],
    ),
    (
        "a fallback mode is known",
        &[(
            "use_median_of_three: true",
            "fallback_checks: {fallback_mode: panic}",
        )],
        &[
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.fallback_mode: 'panic' is not one of the choices; expected graceful_degradation, freeze or use_last_rtt",
        ],
    ),
    (
        "a gateway is a host",
        &[(
            "use_median_of_three: true",
            "fallback_checks: {gateway_ip: 'a b'}",
        )],
        &[
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.gateway_ip: 'a b' is no host; expected an IP address or a host name",
        ],
    ),
    (
        "the router's address has no zone",
        &[("host: \"192.168.1.1\"", "host: fe80::1%eth0")],
        &[
            "  - wan1.yaml:5: router.host: 'fe80::1%eth0' has a zone, for which neither TLS nor HTTP has a name; expected an IP address or a host name",
        ],
    ),
    (
        "a TCP target is a pair",
        &[(
            "use_median_of_three: true",
            "fallback_checks: {tcp_targets: [[1.1.1.1], [1.1.1.1, 0], ['a b', https]]}",
        )],
        &[
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.tcp_targets[0]: is no pair; expected [host, port]",
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.tcp_targets[1][1]: 0 is out of range; expected a whole number from 1 to 65535",
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.tcp_targets[2][0]: 'a b' is no host; expected an IP address or a host name",
            "  - wan1.yaml:36: continuous_monitoring.fallback_checks.tcp_targets[2][1]: 'https' is a text; expected a whole number from 1 to 65535",
        ],
    ),
    (
        "a line is of a kind, and aggressiveness has its limits",
        &[(
            "enabled: true",
            "enabled: true\n  control_law: adaptive\n  line: modem\n  aggressiveness: 9",
        )],
        &[
            "  - wan1.yaml:16: continuous_monitoring.line: 'modem' is not one of the choices; expected cable, dsl, fiber, lte or starlink",
            "  - wan1.yaml:17: continuous_monitoring.aggressiveness: 9 is out of range; expected a number from 0.25 to 4.0",
        ],
    ),
    (
        "a control law is known",
        &[("enabled: true", "enabled: true\n  control_law: fuzzy")],
        &[
            "  - wan1.yaml:15: continuous_monitoring.control_law: 'fuzzy' is no control law; expected classic or adaptive",
        ],
    ),
    (
        "a log has a file",
        &[("/var/log/wanctl/wan1.log", "/var/log/wanctl/")],
        &[
            "  - wan1.yaml:38: logging.main_log: '/var/log/wanctl/' names no file; expected the name of a file",
        ],
    ),
    (
        "a lock has an age",
        &[("lock_timeout: 300", "lock_timeout: 0")],
        &[
            "  - wan1.yaml:41: lock_timeout: 0 is out of range; expected a whole number from 1 to 3600",
        ],
    ),
    (
        "a listener has an address",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\nhealth_check: {host: 'a b', port: 65536}",
        )],
        &[
            "  - wan1.yaml:42: health_check.host: 'a b' is no host; expected an IP address or a name of this machine",
            "  - wan1.yaml:42: health_check.port: 65536 is out of range; expected a whole number from 0 to 65535",
        ],
    ),
    (
        "a retention is a number",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\nstorage: {retention_days: week, db_path: 5, max_mb: 10}",
        )],
        &[
            "  - wan1.yaml:42: storage.db_path: 5 is a number unless in quotes; expected the name of a file",
            "  - wan1.yaml:42: storage.retention_days: 'week' is a text; expected a whole number of at least 1",
            "  - wan1.yaml:42: storage.max_mb: 10 is out of range; expected a whole number from 64 to 1048576",
        ],
    ),
    (
        "realtime is a yes or a no",
        &[("lock_timeout: 300", "lock_timeout: 300\nrealtime: very")],
        &["  - wan1.yaml:42: realtime: 'very' is a text; expected true or false"],
    ),
    (
        "a timeout is longer than nothing",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\ntimeouts: {ping: 0}",
        )],
        &[
            "  - wan1.yaml:42: timeouts.ping: 0 is out of range; expected a number from 0.01 to 86400.0",
        ],
    ),
    (
        "a mistyped key is found",
        &[("step_up_mbps: 5", "step_up_mpbs: 5")],
        &[
            "  - wan1.yaml:16: continuous_monitoring.download.step_up_mbps: missing; expected a number from 0.1 to 100.0",
            "  Warning: wan1.yaml:22: continuous_monitoring.download.step_up_mpbs: unknown key, ignored; did you mean 'step_up_mbps'?",
        ],
    ),
    (
        "a mistyped section is found",
        &[("logging:", "loging:")],
        &[
            "  - wan1.yaml: logging.main_log: missing; expected the name of a file",
            "  - wan1.yaml: logging.debug_log: missing; expected the name of a file",
            "  Warning: wan1.yaml:37: loging: unknown key, ignored; did you mean 'logging'?",
        ],
    ),
    (
        "all problems come at once",
        &[
            ("wan_name: wan1", "wan_name: ''"),
            ("port: 443", "port: 0"),
            ("lock_timeout: 300", "lock_timeout: soon"),
        ],
        &[
            "  - wan1.yaml:2: wan_name: '' is empty; expected 1 to 64 of the characters A-Z a-z 0-9 _ . -",
            "  - wan1.yaml:9: router.port: 0 is out of range; expected a whole number from 1 to 65535",
            "  - wan1.yaml:41: lock_timeout: 'soon' is a text; expected a whole number from 1 to 3600",
        ],
    ),
    (
        "an alias is judged where it is used",
        &[
            ("baseline_rtt_initial: 25", "baseline_rtt_initial: &x 300"),
            ("target_bloat_ms: 15", "target_bloat_ms: *x"),
        ],
        &[
            "  - wan1.yaml:30: continuous_monitoring.thresholds.target_bloat_ms: 300 is out of range; expected a number from 1 to 100",
            "  Warning: wan1.yaml:29: continuous_monitoring.thresholds.baseline_rtt_bounds: baseline_rtt_initial (300) is outside 10 to 60 ms, so the baseline cannot follow the line; widen baseline_rtt_bounds",
        ],
    ),
    (
        "a tab is no indentation",
        &[("  user: admin", "	user: admin")],
        &[
            "  - wan1.yaml:6: not valid YAML: found character that cannot start any token at line 6 column 1, while scanning for the next token",
        ],
    ),
    (
        "a quote is closed",
        &[("\"192.168.1.1\"", "\"192.168.1.1")],
        &[
            "  - wan1.yaml:7: not valid YAML: did not find expected key at line 7 column 14, while parsing a block mapping at line 4 column 3",
        ],
    ),
    (
        "an anchor exists",
        &[("\"192.168.1.1\"", "*nobody")],
        &["  - wan1.yaml:5: not valid YAML: unknown anchor at line 5 column 9"],
    ),
    (
        "a tag means nothing",
        &[("\"192.168.1.1\"", "!env HOST")],
        &["  - wan1.yaml:5: a YAML tag of its own (`!name`) has no meaning here"],
    ),
    (
        "a merge merges sections",
        &[("  user: admin", "  <<: 5")],
        &["  - wan1.yaml:4: `<<` needs a section, or a list of sections, to merge"],
    ),
    (
        "notices go somewhere",
        &[(LAST, "lock_timeout: 300\nnotices: { format: ntfy }")],
        &[
            "  - wan1.yaml:42: notices.url: missing; expected the http or https address to send notices to, or url_file",
        ],
    ),
    (
        "what is no address is not repeated",
        &[(LAST, "lock_timeout: 300\nnotices: { url: ntfy.sh/secret }")],
        &[
            "  - wan1.yaml:42: notices.url: is no http or https address such as https://ntfy.sh/a-topic-of-mine",
        ],
    ),
    (
        "an address has no user",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"https://me:secret@host/x\" }",
        )],
        &[
            "  - wan1.yaml:42: notices.url: holds a user; use notices.token for what proves who we are",
        ],
    ),
    (
        "two addresses",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"https://host/secret\", url_file: /x/y }",
        )],
        &[
            "  - wan1.yaml:42: notices.url_file: given besides notices.url, and only one of them can be meant; remove one",
        ],
    ),
    (
        "kinds, formats and times of notices are known",
        &[(
            LAST,
            "lock_timeout: 300\nnotices:\n  url: https://host/x\n  kinds: [floor, flor]\n  format: xml\n  cooldown_sec: 0\n  outage_sec: 3601",
        )],
        &[
            "  - wan1.yaml:44: notices.kinds[1]: 'flor' is not one of the choices; expected congestion, floor, router, wan_down, blind, steering or rule",
            "  - wan1.yaml:45: notices.format: 'xml' is not one of the choices; expected json, ntfy or discord",
            "  - wan1.yaml:46: notices.cooldown_sec: 0 is out of range; expected a number from 1 to 86400",
            "  - wan1.yaml:47: notices.outage_sec: 3601 is out of range; expected a number from 1 to 3600",
        ],
    ),
    (
        "no kind of notice",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"https://host/x\", kinds: [] }",
        )],
        &["  - wan1.yaml:42: notices.kinds: the list is empty; leave the key out for all kinds"],
    ),
    (
        "an address where a file should be named is not repeated",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url_file: \"https://host/secret\" }",
        )],
        &[
            "  - wan1.yaml:42: notices.url_file: is an address; expected the name of a file, or notices.url",
        ],
    ),
    (
        "notices that would never be sent",
        &[(
            LAST,
            "lock_timeout: 300\nnotices: { url: \"https://host/x\", kinds: [rule] }",
        )],
        &[
            "  - wan1.yaml:42: notices.kinds: holds nothing that this file tells; its kinds are congestion, floor, router, wan_down, blind",
            "  Warning: wan1.yaml:42: notices.kinds[0]: 'rule' is nothing that this file tells, ignored; its kinds are congestion, floor, router, wan_down, blind",
        ],
    ),
    (
        "notices are a section",
        &[(LAST, "lock_timeout: 300\nnotices: https://host/secret")],
        &["  - wan1.yaml:42: notices: is no section; expected keys such as url, indented below it"],
    ),
];
