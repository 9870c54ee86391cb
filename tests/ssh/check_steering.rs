//! `wanctl check` of a steering file whose router is spoken to by SSH alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use wanctl::cli::stage::world::World;

use crate::daemon::Router;
use crate::{both, ssh_only, stage};

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
const STEERING: &str = include_str!("../config/steering.yaml");

struct Checked {
    findings: Vec<Value>,
    code: Option<i32>,
}

impl Checked {
    fn find(&self, id: &str) -> Option<&Value> {
        self.findings.iter().find(|finding| finding["id"] == id)
    }

    /// What is said under this id.
    #[track_caller]
    fn says(&self, id: &str) -> &str {
        let finding = self.find(id);
        let finding = finding.unwrap_or_else(|| panic!("no {id}: {:#?}", self.findings));
        finding["what"].as_str().unwrap()
    }

    /// Types what is proposed at the router; each command changes something, or the test is wrong.
    #[track_caller]
    fn fix(&self, world: &World, id: &str) {
        self.says(id);
        let steps = self.find(id).unwrap()["fix"].as_array().unwrap();
        for step in steps.iter().filter(|step| step["place"] == "router") {
            let line = step["text"].as_str().unwrap();
            assert_eq!(world.terminal(line).output, "", "{line}");
        }
    }
}

fn text(world: &World, router: &Router, dir: &Path) -> String {
    let user = world.scene().router.access.user.clone();
    let before = STEERING.split_once("router:").unwrap().0;
    let after = &STEERING[STEERING.find("topology:").unwrap()..];
    let text = format!(
        "{before}router:\n  host: 127.0.0.1\n  port: {}\n  scheme: http\n  transport: {}\n  user: {user}\n  \
         password: \"{}\"\n  ssh_key: {}\n  ssh_port: {}\n  known_hosts: {}\n{after}",
        world.router_port(),
        router.transport,
        router.password,
        router.key.display(),
        router.ssh_port,
        router.known_hosts.display(),
    );
    let reflector = world.reflector_addresses()[0];
    let dir = dir.display().to_string();
    text.replace(
        "ping_host: 1.1.1.1",
        &format!("ping_host: \"udp://{reflector}\""),
    )
    .replace("WAN-Download-1", "WAN-Download")
    .replace("WAN-Upload-1", "WAN-Upload")
    .replace("/var/lib/wanctl", &dir)
    .replace("/var/log/wanctl", &dir)
    .replace("/run/wanctl", &dir)
    .replace("/etc/wanctl/wan1.yaml", &format!("{dir}/wan1.yaml"))
}

fn check(world: &World, router: &Router) -> Checked {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("steering.yaml");
    fs::write(&config, text(world, router, dir.path())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["check", "--json", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&output.stderr));
    Checked {
        findings: serde_json::from_slice(&output.stdout).unwrap(),
        code: output.status.code(),
    }
}

fn rule(comment: &str) -> [(&str, &str); 6] {
    [
        ("chain", "prerouting"),
        ("action", "mark-connection"),
        ("comment", comment),
        ("connection-state", "new"),
        ("disabled", "true"),
        ("new-connection-mark", "steered"),
    ]
}

#[test]
fn in_order_by_ssh_alone_and_beside_rest() {
    let Some((world, sshd)) = stage() else { return };
    world.scene().router.add_mangle(&rule(COMMENT));
    world.scene().router.add_mangle(&rule("block the printer"));
    world
        .scene()
        .router
        .add_address("FORCE_OUT_WAN1", "10.0.0.5", false);
    for router in [ssh_only(&sshd), both(&sshd, "ssh"), both(&sshd, "rest")] {
        let checked = check(&world, &router);
        assert!(checked.says("ssh").contains("and lists the rules in"));
        assert!(
            checked
                .says("router-version")
                .starts_with("RouterOS 7.23.7")
        );
        assert!(checked.says("rights").ends_with("may read and write."));
        assert!(checked.says("queue").starts_with("WAN-Download is there"));
        assert!(
            checked
                .says("rule")
                .contains("*1 (prerouting, disabled), mark-connection")
        );
        assert!(
            checked
                .says("rule-forced-out")
                .contains("FORCE_OUT_WAN1 (1)")
        );
        // The primary has neither a file nor an autorate here.
        assert_eq!(checked.code, Some(2), "{:#?}", checked.findings);
    }
    assert!(world.journal().iter().all(|entry| !entry.is_write()));
}

#[test]
fn what_is_wrong_with_the_rule_is_seen_by_ssh_and_mended() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    let checked = check(&world, &router);
    assert_eq!(checked.code, Some(1));
    checked.fix(&world, "rule-missing");
    world.scene().router.add_mangle(&rule(COMMENT));
    checked_and_mended(&world, &router, "rule-ambiguous");
    let other = "adaptive: steer  latency-sensitive to wan2";
    world
        .scene()
        .router
        .set_mangle_property(COMMENT, "comment", other);
    world
        .scene()
        .router
        .remove_mangle(&format!("{COMMENT} (2)"));
    checked_and_mended(&world, &router, "rule-comment");
    world.scene().router.access.grant("write", false);
    checked_and_mended(&world, &router, "rights-write");
    let fasttrack = "/ip firewall filter add chain=forward action=fasttrack-connection";
    assert_eq!(world.terminal(fasttrack).output, "");
    checked_and_mended(&world, &router, "rule-fasttrack");
    let scene = world.scene();
    assert!(scene.router.mangle(COMMENT).unwrap().is_on("disabled"));
}

/// It is there, and what is proposed clears it.
#[track_caller]
fn checked_and_mended(world: &World, router: &Router, id: &str) {
    check(world, router).fix(world, id);
    let after = check(world, router);
    assert_eq!(after.find(id), None, "{:#?}", after.findings);
    assert_eq!(after.code, Some(2), "{:#?}", after.findings);
}
