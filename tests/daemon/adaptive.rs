//! The daemon with `control_law: adaptive`: what it does to a line that bloats, and what it says of it.

use serde_json::Value;

use crate::history;
use crate::support::*;

fn download(health: &Value) -> &Value {
    &wan(health)["download"]
}

#[test]
fn a_line_that_loses_half_of_itself_is_held_and_every_step_is_told_everywhere() {
    let folder = tempdir();
    let path = folder.path().join("metrics.db");
    let world = world();
    let mut setup = history::setup(&world, &path);
    setup.monitoring = "\n  control_law: adaptive\n  line: fiber";
    setup.more = "metrics: { enabled: true, port: 0 }\n".into();
    let mut daemon = Daemon::start_in(tempdir(), &[&setup], |command| {
        command.arg("--debug");
    });
    // Under classic an idle line rises; this one stands at its base until somebody wants more.
    daemon.wait_health("counters are read", 20, |code, health| {
        let state = &wan(health)["adaptive"]["counters"]["state"];
        code == 200 && state == "undecided"
    });
    assert_eq!(download(&daemon.health().1)["current_rate_mbps"], 288.0);
    squeeze(&world);
    daemon.wait_health("it has cut and returned", 30, |_, health| {
        let said = &download(health)["adaptive"];
        let rate = number(&download(health)["current_rate_mbps"]);
        number(&said["cuts"]) >= 1.0 && number(&said["returns"]) >= 1.0 && rate < 275.0
    });
    daemon.wait_health("the counters are known to be fresh", 20, |_, health| {
        wan(health)["adaptive"]["counters"]["state"] == "fresh"
    });
    assert_eq!(wan(&daemon.health().1)["control_law"], "adaptive");
    daemon.wait_log("wan1: The queues' byte counters are fresh: they move every ");
    let log = daemon.log();
    for words in [
        "Law: adaptive, line=fiber, aggressiveness=1.0, bloat begins at 12.0ms",
        "Download: floor=80M, base=288M, ceiling=480M",
        "Upload: floor=8M, base=22.8M, ceiling=38M",
        "wan1: download clear -> draining at ",
    ] {
        assert!(log.contains(words), "{words} is not in {log}");
    }
    let debug = daemon.read("wan1_debug.log");
    assert!(debug.contains(" | DL draining/cut/draining "), "a cycle");
    let metrics = daemon.announced("Prometheus metrics available at http://");
    let (_, metrics) = get(&agent(), metrics, "/metrics");
    assert!(
        metrics.contains("wanctl_adaptive_counters_usable{wan=\"wan1\"} 1.0"),
        "{metrics}"
    );
    relax(&world);
    nap(2_000);
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
    let rows = history::rows(&path);
    let has = |metric: &str, label: &str| {
        let said = |labels: Option<&str>| labels.unwrap_or("").contains(label);
        rows.iter()
            .any(|row| row.metric == metric && said(row.labels.as_deref()))
    };
    assert!(has(
        "wanctl_adaptive_mode",
        r#""mode": "draining", "reason": "cut""#
    ));
    assert!(has("wanctl_achieved_download_mbps", ""));
    assert!(has("wanctl_anchor_download_mbps", ""));
}
