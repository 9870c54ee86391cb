//! `wanctl upgrade` and `wanctl upgrade --back` on a system that does not run.

use std::fs;
use std::process::Command;

use crate::tree::{Said, Tree, WAN1};

const UNITS: &str = "/etc/systemd/system";

fn wants(tree: &Tree, name: &str) -> bool {
    tree.has(&format!("{UNITS}/multi-user.target.wants/{name}"))
}

#[test]
fn one_command_takes_over_and_another_gives_back_byte_for_byte() {
    let tree = Tree::new();
    let before = tree.everything();
    let said = tree.wanctl(&["upgrade", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");

    // Ours are in the place of v1.7's, which are kept.
    let unit = tree.read(&format!("{UNITS}/wanctl@.service"));
    assert!(
        unit.contains("ExecStart=/usr/local/bin/wanctl --config /etc/wanctl/%i.yaml\n"),
        "{unit}"
    );
    let unit = tree.read(&format!("{UNITS}/wanctl-steering.service"));
    assert!(
        unit.contains("ExecStart=/usr/local/bin/wanctl steering --config"),
        "{unit}"
    );
    let old = tree.read("/etc/wanctl/v17/etc/systemd/system/wanctl@.service");
    assert!(old.contains("ExecStart=/usr/bin/python3"), "{old}");
    assert!(!tree.has(&format!("{UNITS}/steering.service")));
    assert!(!tree.has(&format!("{UNITS}/wanctl@.service.d/python.conf")));
    assert!(tree.has(&format!("{UNITS}/wanctl@.service.d/nice.conf")));
    assert!(wants(&tree, "wanctl@wan1.service") && wants(&tree, "wanctl-steering.service"));
    assert!(!wants(&tree, "steering.service"));
    assert_eq!(tree.mode("/etc/wanctl/secrets"), 0o600);
    // Whoever could change what lies there would decide what root puts back.
    assert_eq!(tree.mode("/etc/wanctl/v17"), 0o700);
    // Nobody runs there: what is left is said.
    for command in [
        "systemctl daemon-reload",
        "systemctl start wanctl-steering.service wanctl@wan1.service",
    ] {
        assert!(said.text.contains(command), "{}", said.text);
    }
    // Configuration, state and history are as they were.
    for (path, was) in &before {
        let name = path
            .strip_prefix(tree.root())
            .expect("inside")
            .display()
            .to_string();
        let kept = name.starts_with("var/") || name.starts_with("run/") || name.contains(".yaml");
        if kept && path.is_file() {
            assert_eq!(tree.everything()[path], *was, "{name}");
        }
    }

    let again = tree.wanctl(&["upgrade", "--yes"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(
        again.text.contains("has been taken over already"),
        "{}",
        again.text
    );

    let back = tree.wanctl(&["upgrade", "--back", "--yes"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert_eq!(tree.everything(), before);
    let twice = tree.wanctl(&["upgrade", "--back", "--yes"]);
    assert_eq!(twice.code, Some(1));
    assert!(
        twice.errors.contains("nothing was taken over here"),
        "{}",
        twice.errors
    );
}

#[test]
fn installed_units_are_only_uncovered() {
    let tree = Tree::new();
    let lib = "/usr/local/lib/systemd/system";
    for (name, text) in [
        (
            "wanctl@.service",
            include_str!("../../systemd/wanctl@.service"),
        ),
        (
            "wanctl-steering.service",
            include_str!("../../systemd/wanctl-steering.service"),
        ),
    ] {
        tree.put(&format!("{lib}/{name}"), 0o644, text);
    }
    let before = tree.everything();
    let said = tree.wanctl(&["upgrade", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(!tree.has(&format!("{UNITS}/wanctl@.service")));
    assert!(
        said.row(&format!("{lib}/wanctl@.service"))
            .contains("is ours, and is used")
    );
    let link = fs::read_link(tree.at(&format!(
        "{UNITS}/multi-user.target.wants/wanctl@wan1.service"
    )));
    assert_eq!(
        link.expect("a link"),
        std::path::Path::new(lib).join("wanctl@.service")
    );
    assert_eq!(tree.wanctl(&["upgrade", "--back", "--yes"]).code, Some(0));
    assert_eq!(tree.everything(), before);
}

#[test]
fn files_that_the_service_could_not_write_become_its_own_and_go_back() {
    let tree = Tree::new();
    if !tree.is_roots() {
        println!("skipped: only root can give files away");
        return;
    }
    let paths = [
        "/var/lib/wanctl/metrics.db",
        "/run/wanctl/wan1_state.json",
        "/var/log/wanctl/wan1.log",
    ];
    for path in paths {
        tree.give(path, 0, 0);
    }
    // The group could not read it either.
    tree.give("/etc/wanctl/steering.yaml", 0, 0);
    // A link is nobody's business: its target may be anything.
    std::os::unix::fs::symlink("/etc/shadow", tree.at("/var/log/wanctl/steering.log"))
        .expect("ours");
    let before = tree.everything();
    let said = tree.wanctl(&["upgrade", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    for path in paths {
        assert_eq!(tree.owner(path), tree.user(), "{path}");
        assert!(said.row(path).contains("its owner becomes wanctl"));
    }
    assert!(
        said.row("/etc/wanctl/steering.yaml")
            .contains("its group becomes wanctl")
    );
    assert_eq!(tree.wanctl(&["upgrade", "--back", "--yes"]).code, Some(0));
    assert_eq!(tree.everything(), before);
}

#[test]
fn a_take_over_that_was_interrupted_is_finished_and_can_be_undone() {
    let tree = Tree::new();
    let before = tree.everything();
    assert_eq!(tree.wanctl(&["upgrade", "--yes"]).code, Some(0));
    // As if it had been killed between the two units: one is moved, the other one is not, nor its successor there.
    let kept = tree.at("/etc/wanctl/v17/etc/systemd/system/steering.service");
    fs::rename(&kept, tree.at(&format!("{UNITS}/steering.service"))).expect("ours");
    fs::remove_file(tree.at(&format!("{UNITS}/wanctl-steering.service"))).expect("ours");
    fs::remove_file(tree.at(&format!(
        "{UNITS}/multi-user.target.wants/wanctl-steering.service"
    )))
    .expect("ours");
    let said = tree.wanctl(&["upgrade", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(kept.exists());
    assert_eq!(tree.wanctl(&["upgrade", "--back", "--yes"]).code, Some(0));
    assert_eq!(tree.everything(), before);
}

#[test]
fn a_file_that_v1_7_could_not_use_gives_way_to_its_own_and_one_that_it_can_stays() {
    let tree = Tree::new();
    assert_eq!(tree.wanctl(&["upgrade", "--yes"]).code, Some(0));
    let adaptive = WAN1.replace(
        "continuous_monitoring:\n",
        "continuous_monitoring:\n  control_law: adaptive\n  line: cable\n",
    );
    tree.put("/etc/wanctl/wan1.yaml", 0o640, &adaptive);
    let said = tree.wanctl(&["upgrade", "--back", "--yes"]);
    assert!(
        said.text.contains("v1.7 can use it, and it stays"),
        "{}",
        said.text
    );
    assert_eq!(tree.read("/etc/wanctl/wan1.yaml"), adaptive);

    tree.put("/etc/wanctl/wan1.yaml", 0o640, WAN1);
    assert_eq!(tree.wanctl(&["upgrade", "--yes"]).code, Some(0));
    let ours = adaptive.replace("    factor_down: 0.85\n", "");
    tree.put("/etc/wanctl/wan1.yaml", 0o640, &ours);
    let said = tree.wanctl(&["upgrade", "--back", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(tree.read("/etc/wanctl/wan1.yaml"), WAN1);
    assert_eq!(tree.read("/etc/wanctl/wan1.yaml.v2"), ours);
    assert!(
        said.text
            .contains("ours is kept as /etc/wanctl/wan1.yaml.v2"),
        "{}",
        said.text
    );
}

#[test]
fn nobody_there_to_say_yes_changes_nothing() {
    let tree = Tree::new();
    let before = tree.everything();
    let said = tree.wanctl(&["upgrade"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.errors.contains("--yes"), "{}", said.errors);
    assert_eq!(tree.everything(), before);
}

/// The real one, where there is one.
#[test]
fn systemctl_itself_sees_what_was_enabled() {
    let Ok(version) = Command::new("systemctl").arg("--version").output() else {
        println!("skipped: no systemctl here");
        return;
    };
    assert!(version.status.success());
    let tree = Tree::new();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        let said = Said::of(command.args(args).arg("--root").arg(tree.root()));
        assert_eq!(said.code, Some(0), "{said:?}");
    };
    let enabled = |name: &str| {
        let mut command = Command::new("systemctl");
        let root = format!("--root={}", tree.root().display());
        Said::of(command.args([&root, "is-enabled", name]))
            .text
            .trim()
            .to_owned()
    };
    run(&["upgrade", "--yes"]);
    assert_eq!(enabled("wanctl@wan1.service"), "enabled");
    assert_eq!(enabled("wanctl-steering.service"), "enabled");
    run(&["upgrade", "--back", "--yes"]);
    assert_eq!(enabled("wanctl@wan1.service"), "enabled");
    assert_eq!(enabled("steering.service"), "enabled");
    assert_ne!(enabled("wanctl-steering.service"), "enabled");
}
