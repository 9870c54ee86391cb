//! `wanctl check` where the router is spoken to by SSH, first or instead.

use std::fs;

use serde_json::Value;
use wanctl::cli::stage::world::World;
use wanctl::sim::double::faults::Fault;

use crate::daemon::{Router, check};
use crate::sshd::Kind;
use crate::{both, ssh_only, stage};

/// What is found under this id, if anything.
fn find<'f>(findings: &'f [Value], id: &str) -> Option<&'f Value> {
    findings.iter().find(|finding| finding["id"] == id)
}

/// The only finding about SSH besides; its severity, and its steps' commands in one text.
#[track_caller]
fn refusal(world: &World, router: &Router, id: &str) -> (String, String) {
    let (findings, code) = check(world, router);
    assert_eq!(find(&findings, "ssh"), None, "{findings:#?}");
    let finding = find(&findings, id).unwrap_or_else(|| panic!("no {id}: {findings:#?}"));
    assert_ne!(code, Some(0), "{findings:#?}");
    let steps = finding["fix"].as_array().unwrap().iter();
    let steps: Vec<&str> = steps.map(|step| step["text"].as_str().unwrap()).collect();
    let severity = finding["severity"].as_str().unwrap().to_owned();
    (severity, steps.join("\n"))
}

/// Then there is nothing to find.
fn small_buckets(world: &World) {
    for queue in ["WAN-Download", "WAN-Upload"] {
        let router = &mut world.scene().router;
        router.set_queue_property(queue, "bucket-size", "0.01");
    }
}

#[test]
fn ssh_in_order_is_found_in_order_and_nothing_is_written() {
    let Some((world, sshd)) = stage() else { return };
    for router in [ssh_only(&sshd), both(&sshd, "ssh"), both(&sshd, "rest")] {
        let (findings, _) = check(&world, &router);
        let ssh = find(&findings, "ssh").unwrap_or_else(|| panic!("{findings:#?}"));
        assert_eq!(ssh["severity"], "ok");
        let errors = findings.iter().filter(|f| f["severity"] == "error");
        assert_eq!(errors.count(), 0, "{findings:#?}");
        let what = ssh["what"].as_str().unwrap();
        let known = format!("is known from {}", router.known_hosts.display());
        assert!(what.contains(&known), "{what}");
        let alone = router.password.is_empty();
        let note = find(&findings, "router-not-checked");
        assert_eq!(
            note.map(|note| &note["severity"] == "note"),
            alone.then_some(true)
        );
    }
    assert!(world.journal().iter().all(|entry| !entry.is_write()));
}

#[test]
fn ssh_alone_sees_version_queues_types_and_steering_rules() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    small_buckets(&world);
    let (findings, code) = check(&world, &router);
    assert_eq!(code, Some(0), "nothing to do: {findings:#?}");
    let version = find(&findings, "router-version").unwrap();
    assert!(
        version["what"]
            .as_str()
            .unwrap()
            .starts_with("RouterOS 7.23.7 (long-term) on RB5009")
    );
    {
        let router = &mut world.scene().router;
        router.set_version("7.16.2 (stable)");
        router.set_queue_property("WAN-Download", "bucket-size", "0.1");
        router.set_queue_property("WAN-Upload", "disabled", "true");
        router.set_queue_type_property("cake-down", "cake-nat", "true");
        router.add_mangle(&[("chain", "prerouting"), ("comment", "Steer; to WAN2")]);
    }
    let (findings, code) = check(&world, &router);
    assert_eq!(code, Some(1));
    let bad = findings
        .iter()
        .filter(|f| f["severity"] != "ok" && f["severity"] != "note");
    let bad: Vec<&str> = bad.filter_map(|f| f["id"].as_str()).collect();
    assert_eq!(
        bad,
        [
            "router-security",
            "cake-nat",
            "queue-bucket",
            "queue-disabled"
        ]
    );
    let rule = find(&findings, "steering-rule").unwrap();
    assert!(
        rule["what"]
            .as_str()
            .unwrap()
            .contains("*1 (enabled) looks like steering: \"Steer; to WAN2\"")
    );
}

#[test]
fn an_unknown_or_changed_host_key_comes_with_the_command_that_mends_it() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.known_hosts = sshd.write_known_hosts("");
    let (severity, steps) = refusal(&world, &router, "ssh-host-key");
    let file = router.known_hosts.display();
    let add = format!("ssh-keyscan -p {} 127.0.0.1 >> '{file}'", sshd.port);
    assert_eq!(severity, "error");
    assert!(steps.ends_with(&add), "{steps}");

    let strange = fs::read_to_string(sshd.strange_key().with_extension("pub")).unwrap();
    router.known_hosts = sshd.write_known_hosts(&format!("[127.0.0.1]:{} {strange}", sshd.port));
    let (_, steps) = refusal(&world, &router, "ssh-host-key");
    assert!(
        steps.contains("ssh-keygen -f") && steps.ends_with(&add),
        "{steps}"
    );
    assert!(world.journal().is_empty(), "nothing was ever asked");

    // Where REST can do it all, SSH is what stands in.
    let mut router = both(&sshd, "rest");
    router.known_hosts = sshd.write_known_hosts("");
    let (severity, _) = refusal(&world, &router, "ssh-host-key");
    assert_eq!(severity, "warning");
}

#[test]
fn a_key_that_cannot_be_used_or_is_not_let_in_is_told_apart() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.key = sshd.strange_key();
    let (_, steps) = refusal(&world, &router, "ssh-login");
    assert!(steps.contains("/user ssh-keys import "), "{steps}");
    router.key = sshd.with_mode(Kind::Ed25519, 0o640);
    let (_, steps) = refusal(&world, &router, "ssh-key-file");
    assert!(steps.contains("chmod 600 "), "{steps}");
    router.key = "/nonexistent/key".into();
    let (_, steps) = refusal(&world, &router, "ssh-key-file");
    assert!(steps.contains("ssh-keygen -t rsa"), "{steps}");
}

#[test]
fn a_router_without_ssh_or_without_the_queue_is_seen_by_ssh_as_well() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    let router = ssh_only(&sshd);
    world.scene().router.remove_queue("WAN-Upload");
    let (findings, code) = check(&world, &router);
    let missing = find(&findings, "queue-missing").unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(
        (missing["subject"].as_str(), code),
        (Some("upload"), Some(1))
    );
    // Said once where REST sees it, too.
    let (findings, _) = check(&world, &both(&sshd, "rest"));
    assert_eq!(find(&findings, "ssh-queue"), None, "{findings:#?}");
    sshd.kill();
    let (_, steps) = refusal(&world, &router, "ssh-unreachable");
    assert!(steps.contains("/ip service set ssh disabled=no"), "{steps}");
    assert_eq!(world.terminal("/ip service disable ssh").output, "");
    for step in steps.lines().filter(|step| step.starts_with("/ip ")) {
        assert_eq!(world.terminal(step).output, "", "{step}");
    }
    assert!(world.scene().router.listens("ssh", sshd.port), "{steps}");
}

#[test]
fn a_user_who_may_not_read_is_one_error_with_the_command_that_mends_it() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    small_buckets(&world);
    world.scene().router.access.grant("read", false);
    let (findings, code) = check(&world, &router);
    let bad = findings.iter();
    let bad: Vec<&Value> = bad
        .filter(|f| f["severity"] == "error" || f["severity"] == "warning")
        .collect();
    assert_eq!((bad.len(), code), (1, Some(1)), "{findings:#?}");
    assert_eq!(bad[0]["id"], "ssh-rights");
    let fix = bad[0]["fix"][0]["text"].as_str().unwrap();
    assert_eq!(world.terminal(fix).output, "", "{fix}");
    let (findings, code) = check(&world, &router);
    assert_eq!(code, Some(0), "{findings:#?}");
}

#[test]
fn a_user_who_may_not_write_is_seen_by_ssh_and_given_the_right() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    small_buckets(&world);
    let (findings, _) = check(&world, &router);
    let rights = find(&findings, "rights").unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(rights["severity"], "ok");
    world.fault(Fault::ReadOnlyUser);
    let (findings, code) = check(&world, &router);
    let rights = find(&findings, "rights-write").unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(
        (rights["severity"].as_str(), code),
        (Some("error"), Some(1))
    );
    let fix = rights["fix"][0]["text"].as_str().unwrap();
    assert!(fix.ends_with(" policy=read,write,ssh"), "{fix}");
    assert_eq!(world.terminal(fix).output, "", "{fix}");
    let (findings, code) = check(&world, &router);
    assert_eq!((find(&findings, "rights-write"), code), (None, Some(0)));
}

/// RouterOS has no policy for a single menu; whatever the reason, all the rest is still judged.
#[test]
fn rules_that_may_not_be_read_are_said_not_to_have_been_looked_at() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    small_buckets(&world);
    world.fault(Fault::Forbids("mangle"));
    let (findings, code) = check(&world, &router);
    let about = find(&findings, "steering-unknown").unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(
        (about["severity"].as_str(), code),
        (Some("warning"), Some(2)),
        "{findings:#?}"
    );
    let warnings = findings.iter().filter(|f| f["severity"] == "warning");
    assert_eq!(warnings.count(), 1, "{findings:#?}");
    assert!(find(&findings, "queue").is_some(), "{findings:#?}");
    world.fault(Fault::None);
    let (findings, code) = check(&world, &router);
    assert_eq!((find(&findings, "steering-unknown"), code), (None, Some(0)));
}

#[test]
fn an_invalid_queue_is_found_by_ssh_and_mended() {
    let Some((world, sshd)) = stage() else { return };
    let router = ssh_only(&sshd);
    small_buckets(&world);
    {
        let router = &mut world.scene().router;
        router.set_queue_property("WAN-Download", "invalid", "true");
        router.set_queue_property("WAN-Download", "parent", "*7");
    }
    let (findings, code) = check(&world, &router);
    let invalid = find(&findings, "queue-invalid").unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(
        (invalid["severity"].as_str(), code),
        (Some("error"), Some(1))
    );
    let fix = invalid["fix"][0]["text"].as_str().unwrap();
    assert_eq!(
        fix,
        "/queue tree set [find name=\"WAN-Download\"] parent=\"bridge\""
    );
    assert_eq!(world.terminal(fix).output, "");
    let (findings, code) = check(&world, &router);
    assert_eq!((find(&findings, "queue-invalid"), code), (None, Some(0)));
}
