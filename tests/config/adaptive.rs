//! `control_law: adaptive`: what a file needs for it, and what v1.7's keys mean to it.

use wanctl::config::{ControlLaw, validate_report};
use wanctl::control::law::adaptive::Preset;
use wanctl::units::{Millis, Rate};

use super::{VALID, patched, read};

/// Nothing that the law does without.
const LEAST: &str = "\
wan_name: wan1
router: { host: 192.168.1.1, user: admin, password: x, transport: rest, ssh_key: /nonexistent }
queues: { download: WAN-Download-1, upload: WAN-Upload-1 }
continuous_monitoring:
  enabled: true
  control_law: adaptive
  download: { floor_mbps: 50, ceiling_mbps: 500 }
  upload: { floor_mbps: 5, ceiling_mbps: 50 }
  ping_hosts: [\"1.1.1.1\", \"8.8.8.8\"]
logging: { main_log: /nonexistent/a, debug_log: /nonexistent/b }
lock_file: /nonexistent/c
lock_timeout: 300
";

const ENABLED: &str = "  enabled: true\n";
const NAMED: &str = "  enabled: true\n  control_law: adaptive\n";

fn sentences(text: &str) -> Vec<String> {
    let report = read(text).expect_err("it is refused").to_string();
    report.lines().skip(1).map(str::to_owned).collect()
}

fn warnings(text: &str) -> Vec<String> {
    let loaded = read(text).unwrap_or_else(|report| panic!("{report}"));
    loaded.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn floor_and_ceiling_are_all_a_direction_needs() {
    let loaded = read(LEAST).unwrap_or_else(|report| panic!("{report}"));
    let config = loaded.config;
    assert_eq!(config.control_law, ControlLaw::Adaptive);
    assert_eq!(config.adaptive.line, Preset::Cable);
    let down = config.adaptive.shapers.down;
    assert_eq!(
        (down.floor, down.base, down.ceiling),
        (Rate::mbit(50), Rate::mbit(300), Rate::mbit(500))
    );
    assert_eq!(down.tuning, Preset::Cable.tuning());
    assert_eq!(loaded.warnings, []);
    // The same file is none for classic.
    let classic = LEAST.replace("  control_law: adaptive\n", "");
    assert!(sentences(&classic).len() > 4);
}

/// Of four floors the law knows the lowest; its bloat begins where GREEN ends.
#[test]
fn v1_7s_file_needs_one_line_more() {
    let text = patched(&[(ENABLED, NAMED)]).replace("target_bloat_ms: 15", "target_bloat_ms: 12");
    let loaded = read(&text).unwrap_or_else(|report| panic!("{report}"));
    let shapers = loaded.config.adaptive.shapers;
    assert_eq!(shapers.down.floor, Rate::mbit(25));
    assert_eq!(shapers.down.base, Rate::mbit(300));
    assert_eq!(shapers.up.floor, Rate::mbit(10));
    assert_eq!(shapers.up.tuning.threshold, Millis::of(12));
    assert_eq!(loaded.warnings, []);
}

#[test]
fn the_base_lies_between_floor_and_ceiling() {
    let based = |mbps: &str| {
        LEAST.replace(
            "floor_mbps: 50,",
            &format!("floor_mbps: 50, base_mbps: {mbps},"),
        )
    };
    for mbps in ["50", "500", "123.5"] {
        let config = read(&based(mbps)).unwrap_or_else(|report| panic!("{report}"));
        let base = config.config.adaptive.shapers.down.base;
        assert_eq!(base.as_mbps().to_string(), mbps);
    }
    for mbps in ["49.9", "501"] {
        assert_eq!(
            sentences(&based(mbps)),
            [format!(
                "  - wan1.yaml:7: continuous_monitoring.download.base_mbps: {mbps}M is not between the floor \
                 (50.0M) and the ceiling (500.0M)"
            )]
        );
    }
}

#[test]
fn what_classic_does_not_know_is_said_to_have_no_effect() {
    let line = "  enabled: true\n  line: lte\n  aggressiveness: 2\n";
    assert_eq!(
        warnings(&patched(&[(ENABLED, line)])),
        [
            "wan1.yaml:15: continuous_monitoring.line: has no effect with control_law: classic",
            "wan1.yaml:16: continuous_monitoring.aggressiveness: has no effect with control_law: classic",
        ]
    );
    let base = patched(&[(
        "    floor_mbps: 10",
        "    floor_mbps: 10\n    base_mbps: 30",
    )]);
    assert_eq!(
        warnings(&base),
        [
            "wan1.yaml:26: continuous_monitoring.upload.base_mbps: has no effect with control_law: classic"
        ]
    );
}

/// Whoever slips at the law's name is not told what another law would need.
#[test]
fn a_law_that_is_none_is_the_only_complaint() {
    assert_eq!(
        sentences(&LEAST.replace("control_law: adaptive", "control_law: adaptiv")),
        [
            "  - wan1.yaml:6: continuous_monitoring.control_law: 'adaptiv' is no control law; expected classic or \
             adaptive"
        ]
    );
}

#[test]
fn aggressiveness_scales_the_threshold_of_the_line() {
    let file = |more: &str| LEAST.replace("adaptive\n", &format!("adaptive\n{more}"));
    let tuning = |more: &str| {
        let loaded = read(&file(more)).unwrap_or_else(|report| panic!("{report}"));
        loaded.config.adaptive.shapers.down.tuning
    };
    assert_eq!(tuning("  line: lte\n").threshold, Millis::of(30));
    let keen = tuning("  line: lte\n  aggressiveness: 2\n");
    assert_eq!(keen.threshold, Millis::of(15));
    assert!(keen.keep.as_f64() < Preset::Lte.tuning().keep.as_f64());
}

#[test]
fn validating_prints_law_line_aggressiveness_and_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = |text: &str| {
        let path = folder.path().join("wan1.yaml");
        std::fs::write(&path, text).expect("ours");
        let (report, valid) = validate_report(&path);
        assert!(valid, "{report}");
        report.split_once('\n').expect("several lines").1.to_owned()
    };
    assert_eq!(
        report(&LEAST.replace(
            "adaptive\n",
            "adaptive\n  line: dsl\n  aggressiveness: 1.5\n"
        )),
        "\x20 WAN: wan1
\x20 Transport: rest
\x20 Router: 192.168.1.1:admin
\x20 Control law: adaptive
\x20   Line: dsl
\x20   Aggressiveness: 1.5
\x20   Bloat begins at: 10.0ms
\x20 Download: 50M - 500M, base 300M
\x20 Upload: 5M - 50M, base 30M
\x20 Ping hosts: ['1.1.1.1', '8.8.8.8']
\x20 Queue names: WAN-Download-1, WAN-Upload-1
"
    );
    assert!(!report(VALID).contains("law"));
}
