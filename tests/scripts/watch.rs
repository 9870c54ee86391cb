//! `scripts/soak-monitor.sh` and `scripts/validate-deployment.sh`.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::host::{Said, free_port, line, script};

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_monitor_tells_how_a_daemon_does_and_that_none_is_there() {
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let (_world, config, port) = line(dir.path());
    let metrics = format!("metrics: {{ enabled: true, port: {} }}\n", free_port());
    let text = fs::read_to_string(&config).expect("ours");
    let adaptive = text.replace(
        "  enabled: true\n  base",
        "  enabled: true\n  control_law: adaptive\n  base",
    );
    fs::write(&config, adaptive + &metrics).expect("ours");
    let ports = port.to_string();
    let silent = Said::of(script("soak-monitor.sh").args(["--ports", &ports]));
    assert_eq!(silent.code, Some(1), "{silent:?}");
    assert!(
        silent.text.contains(&format!("nobody answers on {port}")),
        "{silent:?}"
    );

    let binary = env!("CARGO_BIN_EXE_wanctl");
    let mut daemon = Command::new(binary);
    daemon.arg("--config").arg(&config);
    daemon
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let daemon = Daemon(daemon.spawn().expect("the binary is there"));
    let mut wait = Command::new(binary);
    wait.args(["health", "--wait", "30", "--config"])
        .arg(&config);
    assert_eq!(Said::of(&mut wait).code, Some(0));

    let said = Said::of(script("soak-monitor.sh").args(["--json", "--ports", &ports]));
    assert_eq!(said.code, Some(0), "{said:?}");
    let told: Value =
        serde_json::from_str(said.text.trim()).unwrap_or_else(|e| panic!("{e}: {said:?}"));
    assert_eq!(told["status"], "healthy");
    assert_eq!(told["host"], "localhost");
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["consecutive_failures"], 0);
    assert_eq!(
        told["states"]
            .as_str()
            .map(|zones| zones.split('/').count()),
        Some(2),
        "{told}"
    );
    for key in ["ticks", "missed_ticks", "errors_last_hour"] {
        assert!(told[key].is_u64(), "{key}: {told}");
    }
    assert!(told["uptime_seconds"].is_number(), "{told}");
    // Of the histogram's edges, all but the one that holds everything.
    let late = |key: &str| {
        told[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key}: {told}"))
    };
    assert!((0.025..=1000.0).contains(&late("p99_late_ms")), "{told}");
    assert!(late("worst_late_ms") > 0.0, "{told}");
    let said = Said::of(script("soak-monitor.sh").args(["--ports", &ports]));
    assert!(
        said.text.contains("healthy") && said.text.contains("beats missed, late p99 "),
        "{said:?}"
    );
    drop(daemon);
}

#[test]
fn a_daemon_that_hangs_does_not_keep_the_monitor() {
    let desk = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = desk.local_addr().expect("bound").port().to_string();
    let said = Said::of(script("soak-monitor.sh").args(["--json", "--ports", &port]));
    drop(desk);
    assert_eq!(said.code, Some(1), "{said:?}");
    let told: Value = serde_json::from_str(said.text.trim()).expect("JSON");
    assert_eq!(told["status"], "", "{said:?}");
}

#[test]
fn a_deployment_is_judged_with_v1_7s_exit_codes_and_the_services_password() {
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let (_world, config, _) = line(dir.path());
    let text = fs::read_to_string(&config).expect("ours");
    let by_variable = text.replace("password: secret", "password: \"${ROUTER_PASSWORD}\"");
    fs::write(&config, by_variable).expect("ours");
    let run = || {
        let mut command = script("validate-deployment.sh");
        command.env("WANCTL", env!("CARGO_BIN_EXE_wanctl"));
        command.args(["wan1", "--config-dir"]).arg(dir.path());
        Said::of(&mut command)
    };
    // The double refuses whoever does not know the password.
    assert_eq!(run().code, Some(1), "{:?}", run());
    fs::write(dir.path().join("secrets"), "ROUTER_PASSWORD='secret'\n").expect("ours");
    assert_eq!(run().code, Some(2), "{:?}", run());
    // What systemd takes as it is, no shell may take for a command.
    let touched = dir.path().join("touched");
    let secrets = format!(
        "# v1.7's\nNOTE=$(touch {}) & more\nROUTER_PASSWORD=secret\n",
        touched.display()
    );
    fs::write(dir.path().join("secrets"), secrets).expect("ours");
    let said = run();
    assert!(!touched.exists(), "{said:?}");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.text.contains("0 errors"), "{}", said.text);
    fs::write(&config, text.replace("factor_down: 0.85", "factor_down: 7")).expect("ours");
    let said = run();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.text.contains("factor_down: 7 is"), "{}", said.text);
}
