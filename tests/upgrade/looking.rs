//! `wanctl check --from-v17`: everything is told, nothing is changed.

use std::fs;

use crate::tree::{STEERING, Tree, WAN1};

#[test]
fn every_file_is_in_the_table_and_none_is_changed() {
    let tree = Tree::new();
    let before = tree.everything();
    let said = tree.wanctl(&["check", "--from-v17"]);
    println!("{}", said.text);
    assert_eq!(said.code, Some(0), "{}", said.errors);
    for (path, fate) in [
        ("/etc/wanctl/wan1.yaml", "wan1, accepted; stays as it is"),
        (
            "/etc/wanctl/steering.yaml",
            "steering, accepted; stays as it is",
        ),
        ("/etc/wanctl/secrets", "its mode becomes 0600 (it is 0640)"),
        (
            "/etc/wanctl/ssh/router.key",
            "the key for the router; stays",
        ),
        ("/var/lib/wanctl/.ssh/known_hosts", "stays"),
        (
            "/run/wanctl/wan1_state.json",
            "goes on: download 247.8M, upload 21.2M, baseline 26.5 ms",
        ),
        (
            "/var/lib/wanctl/steering_state.json",
            "goes on: traffic takes the primary line",
        ),
        (
            "/var/lib/wanctl/steering_state.json.backup",
            "it just stays",
        ),
        ("/var/lib/wanctl/steering_state.json.lock", "stays"),
        (
            "/var/lib/wanctl/metrics.db",
            "100 rows of a day, 0.0 MB; goes on in the same tables",
        ),
        ("/var/log/wanctl/wan1.log", "stays; goes on"),
        ("/run/wanctl/wan1.lock", "left behind"),
        (
            "/etc/systemd/system/wanctl@.service",
            "kept as /etc/wanctl/v17/etc/systemd/system/wanctl@.service",
        ),
        (
            "/etc/systemd/system/steering.service",
            "v1.7's service; kept as",
        ),
        (
            "/etc/systemd/system/wanctl@.service.d/python.conf",
            "was meant for v1.7's program; kept as",
        ),
        ("/etc/systemd/system/wanctl@.service.d/nice.conf", "stays"),
        (
            "wanctl@wan1.service",
            "starts with the machine, as v1.7's did",
        ),
        (
            "wanctl-steering.service",
            "starts with the machine, as v1.7's did",
        ),
        ("/opt/wanctl", "for the way back"),
        ("/etc/tmpfiles.d/wanctl.conf", "stays"),
        ("/etc/logrotate.d/wanctl", "stays; works"),
    ] {
        let row = said.row(path);
        assert!(row.contains(fate), "{row}");
    }
    assert_eq!(tree.everything(), before);
    // A path is never broken.
    let fits = |line: &str| line.len() <= 100 || line.split_whitespace().count() == 1;
    assert!(said.text.lines().all(fits), "{}", said.text);
}

#[test]
fn what_this_set_up_will_notice_is_told_and_what_to_write_for_the_other_law() {
    let tree = Tree::new();
    let said = tree.wanctl(&["upgrade", "--dry-run"]);
    let text = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        // Its raw alphas, its gateway, its state_file, its rule.
        "/etc/wanctl/wan1.yaml: the baseline follows the line within 2.5 s",
        "10.10.110.1 is asked, as in v1.7, which hardly is yours",
        "state_file is honoured: /var/lib/wanctl/wan1_state.json survives a reboot",
        "exactly 'ADAPTIVE: Steer latency-sensitive to WAN2'",
        "while that fails, SSH with /etc/wanctl/ssh/router.key stands in",
        "in /etc/wanctl/wan1.yaml, below continuous_monitoring: control_law: adaptive line: cable",
        "Ten changes a minute reach the router",
    ] {
        assert!(text.contains(words), "{words}\n{}", said.text);
    }
    assert!(!text.contains("confidence"), "it has none: {text}");
    assert!(!said.text.contains("W-"), "{}", said.text);
}

#[test]
fn what_is_in_the_way_is_an_error_and_stops_the_take_over() {
    let tree = Tree::new();
    let broken = WAN1.replace("factor_down: 0.85", "factor_down: 1.5");
    tree.put("/etc/wanctl/wan1.yaml", 0o640, &broken);
    fs::remove_file(tree.at("/usr/local/bin/wanctl")).expect("ours");
    tree.put(
        "/usr/local/bin/wanctl",
        0o755,
        "#!/usr/bin/python3\nimport wanctl\n",
    );
    let before = tree.everything();
    for args in [&["check", "--from-v17"][..], &["upgrade", "--yes"]] {
        let said = tree.wanctl(args);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.text.contains("In the way"), "{}", said.text);
        let problem = "/etc/wanctl/wan1.yaml:26: continuous_monitoring.download.factor_down: 1.5 is out of range";
        assert!(said.text.contains(problem), "{}", said.text);
        assert!(said.text.contains("pip uninstall wanctl"), "{}", said.text);
    }
    assert_eq!(tree.everything(), before);
}

/// A file that no service runs is no obstacle.
#[test]
fn what_is_odd_is_a_warning() {
    let tree = Tree::new();
    tree.put("/etc/wanctl/old.yaml", 0o640, "wan_name: old\n");
    let typo = STEERING.replace("ping_count: 3", "ping_count: 3\n  ping_cuont: 4");
    tree.put("/etc/wanctl/steering.yaml", 0o640, &typo);
    let said = tree.wanctl(&["check", "--from-v17"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.text.contains("ping_cuont"), "{}", said.text);
    assert!(said.row("/etc/wanctl/old.yaml").contains("NOT accepted"));
}

#[test]
fn a_document_nobody_can_read_is_said_so() {
    let tree = Tree::new();
    tree.put("/run/wanctl/wan1_state.json", 0o600, "{");
    tree.put(
        "/var/lib/wanctl/metrics.db",
        0o644,
        "no database at all, but long enough to look like one",
    );
    let said = tree.wanctl(&["check", "--from-v17"]);
    let state = said.row("/run/wanctl/wan1_state.json");
    assert!(
        state.contains("is corrupt") && state.contains("begins at the ceilings"),
        "{state}"
    );
    let history = said.row("/var/lib/wanctl/metrics.db");
    assert!(history.contains("cannot be used"), "{history}");
}

#[test]
fn where_there_is_nothing_that_is_said() {
    let dir = tempfile::tempdir().expect("a place for temporary files");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wanctl"));
    command
        .args(["check", "--from-v17", "--root"])
        .arg(dir.path());
    let said = crate::tree::Said::of(&mut command);
    assert_eq!((said.code, said.errors.as_str()), (Some(0), ""));
    assert!(
        said.text.starts_with("There is nothing of v1.7 here"),
        "{}",
        said.text
    );
}

#[test]
fn command_lines_that_make_no_sense_are_refused() {
    for (args, complaint) in [
        (
            &["check", "--from-v17", "--json"][..],
            "looks at nothing else",
        ),
        (&["check", "--root", "/"], "only with --from-v17"),
        (
            &["upgrade", "--back", "--dry-run"],
            "not allowed with argument --dry-run",
        ),
        (&["upgrade", "wan1"], "unrecognized arguments: wan1"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wanctl"));
        let said = crate::tree::Said::of(command.args(args));
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.errors.contains(complaint), "{}", said.errors);
    }
}

/// What the guide shows is what the command says, line by line.
#[test]
fn the_guide_shows_what_is_really_said() {
    let tree = Tree::new();
    let said = tree.wanctl(&["check", "--from-v17"]);
    let guide = include_str!("../../src/manual/guides/upgrade.md");
    let shown = guide.split("```text\n").nth(1).expect("the page");
    let shown = shown.split("```").next().expect("its end");
    let lines: Vec<&str> = shown.lines().filter(|line| *line != "...").collect();
    assert!(lines.len() > 10, "{shown}");
    for line in lines {
        assert!(
            said.text.lines().any(|real| real == line),
            "{line}\n{}",
            said.text
        );
    }
}
