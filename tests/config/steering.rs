//! Steering files as people write them.

use std::fs;
use std::path::{Path, PathBuf};

use wanctl::config::{
    FileKind, Host, Loaded, ReflectorAddress, Report, RuleOnExit, SteeringConfig, kind, load,
    load_steering, parse_steering, validate_report,
};
use wanctl::steering::params::{Edges, Judging, Pace, V17_INTERVAL};
use wanctl::steering::smoothing::Weight;
use wanctl::time::Duration;
use wanctl::units::Millis;

use crate::steering_broken::BROKEN;

/// The file that all others are variations of; it has no problems and no warnings.
const VALID: &str = include_str!("steering.yaml");

fn read(text: &str) -> Result<Loaded<SteeringConfig>, Report> {
    parse_steering(Path::new("steering.yaml"), text.as_bytes())
}

fn patched(patches: &[(&str, &str)]) -> String {
    patches.iter().fold(VALID.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from:?} is there once");
        text.replace(from, to)
    })
}

/// A file that is right, and what is said about it nevertheless.
fn loaded(patches: &[(&str, &str)]) -> (SteeringConfig, Vec<String>) {
    let loaded = read(&patched(patches)).unwrap_or_else(|report| panic!("{report}"));
    let said = loaded.warnings.iter().map(ToString::to_string).collect();
    (loaded.config, said)
}

fn silently(patches: &[(&str, &str)]) -> SteeringConfig {
    let (config, said) = loaded(patches);
    assert!(said.is_empty(), "{said:?}");
    config
}

#[test]
fn every_problem_of_a_steering_file_is_said_in_these_words() {
    for (law, patches, lines) in BROKEN {
        let report = read(&patched(patches)).expect_err(law).to_string();
        let (head, body) = report.split_once('\n').unwrap();
        let errors = lines.iter().filter(|l| l.starts_with("  - ")).count();
        let expected = format!("Config validation failed with {errors} error(s):");
        assert_eq!(head, expected, "{law}");
        assert_eq!(body, lines.join("\n"), "{law}");
    }
    assert!(BROKEN.len() >= 25);
}

#[test]
fn a_steering_file_becomes_typed_parameters() {
    let config = silently(&[]);
    assert_eq!(config.wan_name, "steering");
    assert_eq!(config.topology.state_prefix(), "WAN1");
    assert_eq!(config.comment, "ADAPTIVE: Steer latency-sensitive to WAN2");
    let measurement = &config.measurement;
    assert_eq!(measurement.interval, Duration::from_secs(2));
    assert_eq!(
        (measurement.ping_count, measurement.alternate.is_none()),
        (3, true)
    );
    assert_eq!(measurement.silent_after, Duration::from_secs(2));
    assert_eq!(config.router.queues.down, "WAN-Download-1");
    assert_eq!(config.router.timeout, Duration::from_secs(30));
    assert_eq!(config.on_exit, RuleOnExit::Leave);
    assert_eq!((config.health.enabled, config.health.port), (true, 9102));
    assert_eq!((config.metrics.enabled, config.metrics.port), (false, 9103));
    let params = &config.params;
    assert_eq!(
        params.judging,
        Judging::CakeAware(Edges {
            yellow: Millis::of(15),
            red: Millis::of(15),
            drops_red: 1,
            queue_yellow: 10,
            queue_red: 50,
            loss_red: 0.2,
        })
    );
    assert_eq!(Some(params.rtt_weight), Weight::new(0.3));
    assert_eq!(Some(params.queue_weight), Weight::new(0.4));
    assert_eq!(params.history_size, 60);
    let confidence = params.confidence.unwrap();
    assert!(confidence.dry_run && confidence.flap.enabled);
    assert_eq!(confidence.hold, Duration::from_secs(30));
}

/// Contract 1.4: everything that may be missing is, and has v1.7's default.
#[test]
fn the_shortest_file_has_v17s_defaults() {
    let cut = VALID.find("thresholds:").unwrap();
    let until = VALID.find("logging:").unwrap();
    let text = [
        &VALID[..cut],
        "thresholds:\n  min_queue_red: 50\n",
        &VALID[until..],
    ]
    .concat();
    let loaded = read(&text).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let (short, full) = (loaded.config, silently(&[]));
    assert_eq!(short.params.judging, full.params.judging);
    assert_eq!(short.params.degrade, full.params.degrade);
    assert_eq!(short.params.recover, full.params.recover);
    assert_eq!(short.params.rtt_weight, full.params.rtt_weight);
    assert_eq!(
        short.params.baseline_bounds,
        (Millis::of(10), Millis::of(60))
    );
    assert_eq!(short.params.stale_after, Duration::from_secs(150));
    assert_eq!(short.params.confidence, None);
    let source = Path::new("/var/lib/wanctl/wan1_state.json");
    assert_eq!(short.sources.primary, source);
    assert_eq!(short.router.queues.down, "WAN-Download-Wan1");
    assert_eq!(short.router.queues.up, "WAN-Upload-Wan1");
    assert_eq!(short.shown, full.shown);
    assert_eq!(short.router.timeout, Duration::from_secs(30));
}

#[test]
fn v17s_aliases_count_behind_the_keys_they_stand_for() {
    let aliases = silently(&[
        ("  primary: /run", "  spectrum: /run"),
        (
            "  primary_download: WAN-Download-1",
            "  spectrum_download: A",
        ),
        ("  primary_upload: WAN-Upload-1", "  spectrum_upload: B"),
    ]);
    let source = PathBuf::from("/run/wanctl/wan1_state.json");
    assert_eq!(aliases.sources.primary, source);
    let queues = &aliases.router.queues;
    assert_eq!((queues.down.as_str(), queues.up.as_str()), ("A", "B"));
    let both = silently(&[("  primary: /run", "  spectrum: /elsewhere\n  primary: /run")]);
    assert_eq!(both.sources.primary, source);
}

#[test]
fn what_v17_ignored_is_accepted_in_silence() {
    silently(&[
        (
            "  cake_aware: true",
            "  cake_aware: true\n  reset_counters: true\n  enable_yellow_state: true",
        ),
        (
            "  history_size: 60",
            "  history_size: 60\n  bad_samples_required: 8\n  good_samples_required: 15",
        ),
        (
            "  transport: rest",
            "  transport: rest\n  type: routeros\n  steering_rule_comment: x",
        ),
        (
            "lock_timeout: 300",
            "lock_timeout: 300\nstate_file: /x.json",
        ),
    ]);
}

/// W-52: what a count means in seconds.
#[test]
fn samples_stand_for_the_interval_they_were_written_for() {
    let pace = |samples, every| Pace { samples, every };
    let two = V17_INTERVAL;
    let fast = Duration::from_millis(50);
    let interval = ("interval_seconds: 2", "interval_seconds: 0.05");
    let production = silently(&[
        interval,
        ("red_samples_required: 2", "red_samples_required: 320"),
        ("green_samples_required: 15", "green_samples_required: 600"),
    ]);
    assert_eq!(production.params.degrade, pace(320, fast));
    assert_eq!(production.params.recover, pace(600, fast));
    assert_eq!(
        Some(production.params.rtt_weight),
        Weight::new(0.3),
        "as v1.7 at its interval"
    );
    let defaults = silently(&[
        interval,
        ("  red_samples_required: 2\n", ""),
        ("  green_samples_required: 15\n", ""),
        ("  rtt_ewma_alpha: 0.3\n", ""),
    ]);
    assert_eq!(defaults.params.degrade, pace(2, two));
    assert_eq!(defaults.params.recover, pace(15, two));
    assert!(defaults.params.rtt_weight.as_f64() < 0.01);
    let said = silently(&[
        interval,
        (
            "  red_samples_required: 2",
            "  sample_seconds: 2\n  red_samples_required: 2",
        ),
    ]);
    assert_eq!(said.params.degrade, pace(2, two));
    let (_, warnings) = loaded(&[interval]);
    assert_eq!(
        warnings,
        [
            "steering.yaml:31: thresholds.red_samples_required: 2 samples take 50.0 ms at this \
             interval_seconds, and would take 2 s at v1.7's 2 s; set thresholds.sample_seconds: 2 to \
             have that at every interval",
            "steering.yaml:32: thresholds.green_samples_required: 15 samples take 700.0 ms at this \
             interval_seconds, and would take 28 s at v1.7's 2 s; set thresholds.sample_seconds: 2 to \
             have that at every interval",
        ]
    );
}

#[test]
fn legacy_mode_has_its_own_counts() {
    let legacy = silently(&[
        ("  cake_aware: true", "  cake_aware: false"),
        (
            "thresholds:",
            "thresholds:\n  bad_threshold_ms: 30\n  recovery_threshold_ms: 10\n  bad_samples: 9",
        ),
    ]);
    let judging = Judging::Legacy {
        bad: Millis::of(30),
        recovery: Millis::of(10),
    };
    assert_eq!(legacy.params.judging, judging);
    assert_eq!(legacy.params.degrade.samples, 9);
    assert_eq!(legacy.params.recover.samples, 15);
    assert_eq!(legacy.shown.red_samples, 2);
}

#[test]
fn what_is_odd_but_legal_is_a_warning() {
    for (law, patches, said) in ODD {
        let (_, warnings) = loaded(patches);
        assert_eq!(warnings, [*said], "{law}");
    }
}

type Odd = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const ODD: &[Odd] = &[
    (
        "notices of a line are not steering's to send",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\nnotices: { url: \"https://host/x\", kinds: [rule, floor] }",
        )],
        "steering.yaml:54: notices.kinds[1]: 'floor' is nothing that this file tells, ignored; its kinds are router, steering, rule",
    ),
    (
        "a typo finds its key",
        &[("  min_drops_red: 1", "  min_drop_red: 1")],
        "steering.yaml:26: thresholds.min_drop_red: unknown key, ignored; did you mean 'min_drops_red'?",
    ),
    (
        "a typo in a section that was new",
        &[(
            "lock_timeout: 300",
            "lock_timeout: 300\nsteering:\n  onexit: leave",
        )],
        "steering.yaml:55: steering.onexit: unknown key, ignored; did you mean 'on_exit'?",
    ),
    (
        "a share in quotes",
        &[("rtt_ewma_alpha: 0.3", "rtt_ewma_alpha: '0.3'")],
        "steering.yaml:29: thresholds.rtt_ewma_alpha: '0.3' is read as a number, as v1.7 did; write it without quotes",
    ),
    (
        "a weight of nothing",
        &[("rtt_ewma_alpha: 0.3", "rtt_ewma_alpha: 0")],
        "steering.yaml:29: thresholds.rtt_ewma_alpha: of 0 keeps the first sample forever; write 0.3, say",
    ),
    (
        "bounds the wrong way round",
        &[(
            "thresholds:",
            "thresholds:\n  baseline_rtt_bounds: {min: 60, max: 10}",
        )],
        "steering.yaml:23: thresholds.baseline_rtt_bounds.min: is above max, so that no baseline is ever accepted; swap the two",
    ),
    (
        "a key that only concerns a WAN",
        &[("  user: admin", "  user: admin\n  on_exit: ceiling")],
        "steering.yaml:7: router.on_exit: has no effect in a steering file",
    ),
    (
        "both lines are one",
        &[("alternate_wan: wan2", "alternate_wan: wan1")],
        "steering.yaml:12: topology.alternate_wan: is the primary itself; name the other line",
    ),
    (
        "a brake that never engages",
        &[(
            "steer_threshold: 55",
            "steer_threshold: 55\n  max_toggles: 20",
        )],
        "steering.yaml:43: confidence.max_toggles: switches the flap brake off: 20 toggles are remembered, as in v1.7",
    ),
    (
        "a score that cannot be reached",
        &[
            ("  cake_aware: true", "  cake_aware: false"),
            (
                "steer_threshold: 55",
                "steer_threshold: 55\n  dry_run: false",
            ),
        ],
        "steering.yaml:43: confidence.dry_run: of false has no effect with mode.cake_aware: false, where delay \
         alone cannot reach a score: the rows of samples decide, and the score is only told; set cake_aware: true \
         to let it decide",
    ),
    (
        "a mistyped address",
        &[("ping_host: 1.1.1.1", "ping_host: 999.1.1.1")],
        "steering.yaml:17: measurement.ping_host: '999.1.1.1' is no IP address and will be looked up as a name",
    ),
];

#[test]
fn without_scoring_its_section_is_not_read() {
    let config = silently(&[
        (
            "use_confidence_scoring: true",
            "use_confidence_scoring: false",
        ),
        ("  steer_threshold: 55", "  steer_threshold: high"),
    ]);
    assert_eq!(config.params.confidence, None);
}

#[test]
fn the_alternate_is_asked_where_the_file_says() {
    let config = silently(&[(
        "  ping_count: 3",
        "  ping_count: 3\n  alternate:\n    interface: wan2\n    ping_host: 9.9.9.9",
    )]);
    let alternate = config.measurement.alternate.unwrap();
    assert_eq!(alternate.interface.as_deref(), Some("wan2"));
    let host = ReflectorAddress::Icmp(Host::parse("9.9.9.9").unwrap());
    assert_eq!(alternate.ping_host, host);
}

#[test]
fn the_primarys_own_file_knows_where_its_state_is() {
    let config = silently(&[]);
    let source = PathBuf::from("/run/wanctl/wan1_state.json");
    assert_eq!(
        config.primary_documents(None),
        std::slice::from_ref(&source)
    );
    let text = format!("{}state_file: /var/lib/wanctl/a.json\n", super::VALID);
    let primary = super::read(&text).unwrap().config;
    let documents = config.primary_documents(Some(&primary));
    assert_eq!(documents, [source, PathBuf::from("/var/lib/wanctl/a.json")]);
}

#[test]
fn the_example_loads_without_a_warning_and_so_does_what_it_shows_behind_hashes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/steering.yaml");
    assert_eq!(kind(&path), FileKind::Steering);
    let loaded = load_steering(&path).unwrap_or_else(|report| panic!("{report}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let written = silently(&[]);
    assert_eq!(loaded.config.params.judging, written.params.judging);
    let text = fs::read_to_string(&path).unwrap();
    let mut shown = 0;
    let mut uncomment = |line: &str| match line.trim_start().strip_prefix("# ") {
        Some(rest) if super::is_key(rest) => {
            shown += 1;
            line.replacen("# ", "", 1)
        }
        _ => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(&mut uncomment).collect();
    let text = text.join("\n").replace(
        "SHA-256 of the certificate, 64 hex digits, colons allowed",
        &"ab".repeat(32),
    );
    let text = text.replace("scoring: false", "scoring: true");
    let all = parse_steering(&path, text.as_bytes()).unwrap_or_else(|report| panic!("{report}"));
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    assert_eq!(shown, 15);
    assert!(all.config.notices.is_some());
    let alternate = all.config.measurement.alternate.unwrap();
    assert_eq!(
        alternate.source_address,
        Some("192.168.1.11".parse().unwrap())
    );
    let example = wanctl::config::DEFAULT_CONFIDENCE;
    assert_eq!(
        all.config.params.confidence,
        Some(example),
        "the example shows the defaults"
    );
}

#[test]
fn a_file_is_known_by_its_keys() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.yaml");
    for (text, is) in [
        (VALID, FileKind::Steering),
        (super::VALID, FileKind::Wan),
        ("primary_wan: wan1\n", FileKind::Steering),
        ("", FileKind::Wan),
        ("a: [", FileKind::Wan),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(kind(&path), is, "{text:.20}");
    }
    assert_eq!(kind(Path::new("/nonexistent")), FileKind::Wan);
    fs::write(&path, format!("{}steering: {{}}\n", super::VALID)).unwrap();
    assert_eq!(
        kind(&path),
        FileKind::Wan,
        "a stray key makes no steering file"
    );
    fs::write(&path, VALID).unwrap();
    assert!(load(&path).is_err(), "a steering file is no WAN's");
}

#[test]
fn the_report_on_a_steering_file_says_what_it_will_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("steering.yaml");
    fs::write(&path, VALID).unwrap();
    let expected = format!(
        "Configuration valid: {}
  Steering: steering
  Transport: rest
  Router: 192.168.1.1:admin
  Primary: wan1
  Alternate: wan2
  Rule: ADAPTIVE: Steer latency-sensitive to WAN2
  Measured: 1.1.1.1 x3 every 2.0 s
  Judged: YELLOW>15.0ms, RED>15.0ms, queue 10/50, drops 1, loss 20%
  Samples: 2 to steer (2.0 s), 15 to return (28.0 s)
  Confidence: dry run, steer at 55, return at 20
  Queue names: WAN-Download-1, WAN-Upload-1
  Source: /run/wanctl/wan1_state.json
",
        path.display()
    );
    assert_eq!(validate_report(&path), (expected, true));
    fs::write(&path, "topology: 7\n").unwrap();
    let (report, valid) = validate_report(&path);
    assert!(
        !valid && report.contains("topology: 7 is no section"),
        "{report}"
    );
}
