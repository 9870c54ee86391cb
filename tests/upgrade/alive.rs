//! On a system whose service manager runs: in a root of its own, with a stand-in for it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tree::{Said, Tree, install_systemctl};

/// v1.7 runs there; `None` if we may not go there.
fn alive() -> Option<Tree> {
    if fs::metadata("/proc/self").map_or(1, |us| us.uid()) != 0 {
        println!("skipped: only root can chroot");
        return None;
    }
    let tree = Tree::new();
    fs::remove_file(tree.at("/usr/local/bin/wanctl")).expect("ours");
    for (from, to) in [
        (
            Path::new(env!("CARGO_BIN_EXE_wanctl")),
            "/usr/local/bin/wanctl",
        ),
        (Path::new("/bin/sh"), "/bin/sh"),
        (Path::new("/bin/ln"), "/bin/ln"),
        (Path::new("/bin/rm"), "/bin/rm"),
    ] {
        bring(&tree, from, Path::new(to));
        for library in libraries(from) {
            bring(&tree, &library, &library);
        }
    }
    install_systemctl(&tree.at("/bin"));
    for directory in ["/run/systemd/system", "/running", "/broken", "/proc"] {
        fs::create_dir_all(tree.at(directory)).expect("ours");
    }
    // Whoever opens it to read or to write is served.
    tree.put("/dev/null", 0o666, "");
    for unit in ["wanctl@wan1.service", "steering.service"] {
        tree.put(&format!("/running/{unit}"), 0o644, "");
    }
    Some(tree)
}

fn bring(tree: &Tree, from: &Path, to: &Path) {
    let to = tree.at(&to.display().to_string());
    fs::create_dir_all(to.parent().expect("not the root")).expect("ours");
    if !to.exists() {
        fs::copy(from, to).expect("room for it");
    }
}

/// What a program is linked to.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let said = Command::new("ldd")
        .arg(program)
        .output()
        .expect("ldd is in libc's package");
    let said = String::from_utf8(said.stdout).expect("UTF-8");
    let words = said.split_whitespace().filter(|word| word.starts_with('/'));
    words.map(PathBuf::from).collect()
}

fn inside(tree: &Tree, args: &[&str]) -> Said {
    let mut command = Command::new("/usr/sbin/chroot");
    command
        .arg(tree.root())
        .arg("/usr/local/bin/wanctl")
        .args(args)
        .env("PATH", "/bin");
    Said::of(&mut command)
}

fn running(tree: &Tree) -> Vec<String> {
    let names = fs::read_dir(tree.at("/running")).expect("ours");
    let mut names: Vec<String> = names
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn what_ran_is_stopped_and_ours_is_started_and_back() {
    let Some(tree) = alive() else { return };
    let said = inside(&tree, &["upgrade", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(
        running(&tree),
        ["wanctl-steering.service", "wanctl@wan1.service"]
    );
    assert!(!said.text.contains("left to do"), "{}", said.text);
    let calls = tree.read("/calls");
    let at = |call: &str| {
        calls
            .find(call)
            .unwrap_or_else(|| panic!("{call}: {calls}"))
    };
    // v1.7 must have stopped before anything of it is moved.
    assert!(at("stop steering.service wanctl@wan1.service") < at("disable steering.service"));
    assert!(at("daemon-reload") < at("start wanctl@wan1.service"));

    let said = inside(&tree, &["upgrade", "--back", "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(running(&tree), ["steering.service", "wanctl@wan1.service"]);
    assert!(!tree.has("/etc/wanctl/v17"));
}

#[test]
fn whatever_fails_after_v1_7_has_stopped_v1_7_is_back_at_once() {
    let Some(tree) = alive() else { return };
    let units = || {
        let mut all = tree.everything();
        all.retain(|path, _| path.starts_with(tree.at("/etc")));
        all
    };
    let before = units();
    // A file where the directory of the units that are kept should be.
    tree.put("/etc/wanctl/v17/etc/systemd", 0o600, "");
    let said = inside(&tree, &["upgrade", "--yes"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.errors.contains("v1.7 is back in its place"),
        "{}",
        said.errors
    );
    assert!(tree.read("/calls").contains("stop steering.service"));
    assert_eq!(running(&tree), ["steering.service", "wanctl@wan1.service"]);
    assert_eq!(units(), before);
}

/// The guide's own commands, in its order; with an answer to the question.
#[test]
fn the_guides_commands_take_over_and_go_back() {
    let Some(tree) = alive() else { return };
    let guide = include_str!("../../src/manual/guides/upgrade.md");
    let commands = guide
        .lines()
        .filter_map(|line| line.strip_prefix("# wanctl "));
    let commands: Vec<Vec<&str>> = commands.map(|line| line.split(' ').collect()).collect();
    assert_eq!(
        commands,
        [
            vec!["check", "--from-v17"],
            vec!["upgrade"],
            vec!["upgrade", "--back"]
        ]
    );
    for mut command in commands {
        if command[0] == "upgrade" {
            command.push("--yes");
        }
        let said = inside(&tree, &command);
        assert_eq!(said.code, Some(0), "{command:?} {said:?}");
    }
    assert_eq!(running(&tree), ["steering.service", "wanctl@wan1.service"]);
}

#[test]
fn if_ours_does_not_start_v1_7_is_back_at_once() {
    let Some(tree) = alive() else { return };
    let units = || {
        let mut all = tree.everything();
        all.retain(|path, _| path.starts_with(tree.at("/etc")));
        all
    };
    let before = units();
    tree.put("/broken/wanctl-steering.service", 0o644, "");
    let said = inside(&tree, &["upgrade", "--yes"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.errors
            .contains("Job for wanctl-steering.service failed"),
        "{}",
        said.errors
    );
    assert!(
        said.errors.contains("v1.7 is back in its place"),
        "{}",
        said.errors
    );
    assert_eq!(running(&tree), ["steering.service", "wanctl@wan1.service"]);
    assert_eq!(units(), before);
}
