//! The laws of the units: what a service may do, when it ends for good, how much it may take.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ROOT;
use crate::unit::Unit;

const DAEMONS: [&str; 2] = ["wanctl@.service", "wanctl-steering.service"];
const DASHBOARD: &str = "wanctl-dashboard.service";
/// Of ten, as `systemd-analyze security` counts; chronyd's unit in Debian 12 has 3.7.
const MOST_EXPOSED: f64 = 1.5;

fn every_unit() -> impl Iterator<Item = (&'static str, Unit)> {
    let names = DAEMONS.into_iter().chain([DASHBOARD]);
    names.map(|name| (name, Unit::shipped(name)))
}

fn daemons() -> impl Iterator<Item = (&'static str, Unit)> {
    DAEMONS.into_iter().map(|name| (name, Unit::shipped(name)))
}

#[test]
fn an_outage_never_uses_up_the_restarts_and_a_bad_file_waits_for_a_person() {
    for (name, unit) in every_unit() {
        assert_eq!(
            unit.get("Unit", "StartLimitIntervalSec"),
            Some("0"),
            "{name}"
        );
        assert_eq!(unit.service("Restart"), Some("on-failure"), "{name}");
        assert_eq!(unit.service("RestartSec"), Some("5"), "{name}");
        let for_good = unit.service("RestartPreventExitStatus").unwrap_or_default();
        assert!(for_good.split(' ').any(|code| code == "2"), "{name}");
    }
    for (name, unit) in daemons() {
        let for_good = unit.service("RestartPreventExitStatus");
        assert_eq!(for_good, Some("2 78"), "{name}");
    }
}

#[test]
fn a_daemon_says_that_it_is_ready_and_that_it_lives() {
    for (name, unit) in daemons() {
        assert_eq!(unit.service("Type"), Some("notify"), "{name}");
        assert_eq!(unit.service("WatchdogSec"), Some("30"), "{name}");
    }
}

#[test]
fn a_daemon_may_send_echoes_and_the_dashboard_nothing_that_takes_a_right() {
    for (name, unit) in daemons() {
        for key in ["AmbientCapabilities", "CapabilityBoundingSet"] {
            assert_eq!(unit.all("Service", key), ["CAP_NET_RAW"], "{name}: {key}");
        }
    }
    let dashboard = Unit::shipped(DASHBOARD);
    assert_eq!(dashboard.all("Service", "CapabilityBoundingSet"), [""]);
    assert_eq!(dashboard.service("AmbientCapabilities"), None);
    // A strict system leaves a runtime directory writable for its owner, who is the same user.
    assert_eq!(dashboard.service("ReadOnlyPaths"), Some("-/run/wanctl"));
}

#[test]
fn every_unit_is_as_shut_in_as_the_others() {
    const SHUT: [&str; 24] = [
        "LimitCORE=0",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "NoNewPrivileges=yes",
        "PrivateDevices=yes",
        "PrivateMounts=yes",
        "PrivateTmp=yes",
        "ProcSubset=pid",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectHome=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "ProtectProc=invisible",
        "ProtectSystem=strict",
        "RemoveIPC=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "SystemCallArchitectures=native",
        "User=wanctl",
    ];
    for (name, unit) in every_unit() {
        for setting in SHUT {
            let (key, value) = setting.split_once('=').expect("it has one");
            assert_eq!(unit.all("Service", key), [value], "{name}: {key}");
        }
        assert_eq!(
            unit.all("Service", "SystemCallFilter"),
            ["@system-service", "~@privileged @resources"],
            "{name}"
        );
    }
}

#[test]
fn a_daemon_writes_its_three_directories_and_the_dashboard_none() {
    for (name, unit) in daemons() {
        for (kind, parent) in [
            ("Runtime", "/run"),
            ("State", "/var/lib"),
            ("Logs", "/var/log"),
        ] {
            let key = format!("{kind}Directory");
            assert_eq!(unit.service(&key), Some("wanctl"), "{name}: {key}");
            let writable = unit.service("ReadWritePaths").unwrap_or_default();
            let directory = format!("{parent}/wanctl");
            assert!(writable.split(' ').any(|path| path == directory), "{name}");
        }
    }
    assert_eq!(Unit::shipped(DASHBOARD).service("ReadWritePaths"), None);
}

#[test]
fn what_a_service_may_take_is_bounded() {
    for (name, unit) in every_unit() {
        for key in ["MemoryMax", "TasksMax"] {
            assert!(unit.service(key).is_some(), "{name}: {key}");
        }
        let score: i32 = unit
            .service("OOMScoreAdjust")
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        // Control goes on when the page to look at has to go.
        assert_eq!(score > 0, name == DASHBOARD, "{name}: {score}");
    }
}

#[test]
fn steering_answers_to_its_old_name() {
    let steering = Unit::shipped("wanctl-steering.service");
    assert_eq!(steering.get("Install", "Alias"), Some("steering.service"));
}

#[test]
fn the_real_time_drop_in_grants_what_the_unit_withholds() {
    for name in DAEMONS {
        let plain = Unit::shipped(name);
        assert_eq!(plain.service("RestrictRealtime"), Some("yes"), "{name}");
        let unit = plain.with("realtime.conf");
        assert_eq!(unit.service("RestrictRealtime"), Some("no"), "{name}");
        assert_eq!(unit.service("LimitMEMLOCK"), Some("infinity"), "{name}");
        // sched_setscheduler is one of them.
        assert_eq!(unit.service("SystemCallFilter"), Some("@resources"));
        let priority = unit.service("LimitRTPRIO").and_then(|n| n.parse().ok());
        assert!(priority >= Some(10), "shell::realtime asks for 10");
    }
}

#[test]
fn systemd_itself_finds_no_fault_and_little_exposure() {
    if Command::new("systemd-analyze").output().is_err() {
        println!("skipped: no systemd-analyze here");
        return;
    }
    let folder = tempfile::tempdir().expect("a directory");
    for (name, _) in every_unit() {
        let unit = startable(name, folder.path());
        let verified = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(&unit)
            .output()
            .expect("it is there");
        let said = String::from_utf8_lossy(&verified.stderr);
        let about_ours = said.lines().find(|line| line.contains("wanctl"));
        assert_eq!(about_ours, None, "{name}");
        if let Some(exposure) = exposure(&unit) {
            println!("{name}: {exposure}");
            assert!(exposure <= MOST_EXPOSED, "{name}: {exposure}");
        } else {
            println!("skipped: this systemd-analyze judges no files ({name})");
        }
    }
}

/// The unit with a command that exists on this machine, whether or not wanctl is installed.
fn startable(name: &str, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(Path::new(ROOT).join("systemd").join(name));
    let text = text.expect("it is shipped");
    let text = text.replace("/usr/local/bin/wanctl-steering", "/bin/true");
    let text = text.replace("/usr/local/bin/wanctl", "/bin/true");
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a directory of ours");
    path
}

/// Out of ten; `None` before systemd 250, which judged loaded units only.
fn exposure(unit: &Path) -> Option<f64> {
    let judged = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(unit)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it is there");
    let said = String::from_utf8_lossy(&judged.stdout);
    let (_, verdict) = said.split_once("Overall exposure level for ")?;
    verdict.split(' ').nth(1)?.parse().ok()
}
