//! `scripts/install.sh` below a `DESTDIR`, where it needs no root; a whole machine is what
//! `scripts/testing/clean-root` is for.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::ROOT;

const WANCTL: &str = env!("CARGO_BIN_EXE_wanctl");
const BINARY: &str = "usr/local/bin/wanctl";
const LOGROTATE: &str = "etc/logrotate.d/wanctl";

/// A machine's root directory, as the script takes it; and, outside of it, a binary that is quickly copied.
struct Root(TempDir, TempDir);

impl Root {
    /// With what a fresh Debian has, empty or not.
    fn fresh() -> Self {
        let folder = || tempfile::tempdir().expect("a directory");
        let root = Self(folder(), folder());
        let stand_in = root.stand_in();
        let text = "#!/bin/sh\n[ \"$1\" = --version ] && echo wanctl 0.0.0\n";
        fs::write(&stand_in, text).expect("a directory of ours");
        fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        for directory in ["usr/local/bin", "usr/local/share", "etc/logrotate.d"] {
            fs::create_dir_all(root.path(directory)).expect("a directory of ours");
        }
        fs::write(root.path("etc/logrotate.d/apt"), "weekly\n").expect("a directory of ours");
        for directory in ["var/lib", "var/log", "run"] {
            fs::create_dir_all(root.path(directory)).expect("a directory of ours");
        }
        root
    }

    /// It says a version, as the script wants to hear, and knows nothing else.
    fn stand_in(&self) -> String {
        let path = self.1.path().join("wanctl");
        path.to_string_lossy().into_owned()
    }

    fn path(&self, below: &str) -> std::path::PathBuf {
        self.0.path().join(below)
    }

    fn script(&self, args: &[&str]) -> Output {
        Command::new(Path::new(ROOT).join("scripts/install.sh"))
            .args(args)
            .env("DESTDIR", self.0.path())
            .env_remove("PREFIX")
            .output()
            .expect("it starts")
    }

    fn install(&self) -> Output {
        self.script(&["--binary", &self.stand_in()])
    }

    /// Every file, link and directory, with its mode and what is in it.
    fn tree(&self) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        let mut left = vec![self.0.path().to_owned()];
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory).expect("a directory of ours") {
                let path = entry.expect("it is there").path();
                let about = fs::symlink_metadata(&path).expect("it is there");
                let content = if about.is_dir() {
                    left.push(path.clone());
                    Vec::new()
                } else if about.is_symlink() {
                    let to = fs::read_link(&path).expect("a link");
                    to.into_os_string().into_encoded_bytes()
                } else {
                    fs::read(&path).expect("a file of ours")
                };
                let name = path.strip_prefix(self.0.path()).expect("below it");
                tree.insert(
                    name.to_string_lossy().into_owned(),
                    (about.permissions().mode() & 0o7777, content),
                );
            }
        }
        tree
    }
}

/// What it said on both.
fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

fn worked(output: &Output) -> String {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn everything_is_where_it_belongs() {
    let root = Root::fresh();
    worked(&root.script(&["--binary", WANCTL]));
    let tree = root.tree();
    let mode = |name: &str| tree.get(name).map(|(mode, _)| *mode);
    assert_eq!(mode(BINARY), Some(0o755));
    for old_name in ["wanctl-steering", "wanctl-calibrate", "wanctl-history"] {
        let (_, to) = &tree[&format!("usr/local/bin/{old_name}")];
        assert_eq!(to, b"wanctl", "{old_name}");
    }
    for name in [
        LOGROTATE,
        "etc/tmpfiles.d/wanctl.conf",
        "usr/local/lib/systemd/system/wanctl@.service",
        "usr/local/lib/systemd/system/wanctl-steering.service",
        "usr/local/lib/systemd/system/wanctl-dashboard.service",
        "usr/local/share/doc/wanctl/examples/cable.yaml",
        "usr/local/share/doc/wanctl/examples/realtime.conf",
        #[cfg(feature = "manual")]
        "usr/local/share/man/man1/wanctl.1",
        #[cfg(feature = "manual")]
        "usr/local/share/bash-completion/completions/wanctl",
    ] {
        assert_eq!(mode(name), Some(0o644), "{name}");
    }
    for private in [
        "etc/wanctl",
        "etc/wanctl/ssh",
        "var/lib/wanctl",
        "var/log/wanctl",
    ] {
        assert_eq!(mode(private), Some(0o750), "{private}");
    }
}

#[test]
fn elsewhere_units_name_the_binary_where_it_is_and_its_script_takes_it_away_from_there() {
    for (prefix, units) in [
        ("/usr", "usr/lib/systemd/system"),
        ("/opt/wanctl2", "etc/systemd/system"),
    ] {
        let root = Root::fresh();
        let before = root.tree();
        let output = Command::new(Path::new(ROOT).join("scripts/install.sh"))
            .args(["--binary", &root.stand_in()])
            .env("DESTDIR", root.0.path())
            .env("PREFIX", prefix)
            .output()
            .expect("it starts");
        worked(&output);
        let unit = fs::read_to_string(root.path(units).join("wanctl@.service"));
        let unit = unit.expect("it is installed");
        let command = format!("\nExecStart={prefix}/bin/wanctl --config");
        assert!(unit.contains(&command), "{unit}");
        assert!(!unit.contains("/usr/local"), "{unit}");

        let theirs = format!("{}/share/wanctl/install.sh", &prefix[1..]);
        let output = Command::new(root.path(&theirs))
            .args(["--uninstall", "--purge"])
            .env("DESTDIR", root.0.path())
            .env_remove("PREFIX")
            .output()
            .expect("it starts");
        worked(&output);
        assert_eq!(root.tree(), before, "{prefix}");
    }
}

#[test]
fn twice_is_as_good_as_once_and_away_is_away() {
    let root = Root::fresh();
    let before = root.tree();
    worked(&root.install());
    let once = root.tree();
    worked(&root.install());
    assert_eq!(root.tree(), once);

    worked(&root.script(&["--uninstall"]));
    let mut left = root.tree();
    let kept: Vec<String> = left
        .keys()
        .filter(|name| !before.contains_key(*name))
        .cloned()
        .collect();
    assert_eq!(
        kept,
        [
            "etc/wanctl",
            "etc/wanctl/ssh",
            "var/lib/wanctl",
            "var/log/wanctl"
        ]
    );
    left.retain(|name, _| !kept.contains(name));
    assert_eq!(left, before, "what others have is as it was");
}

#[test]
fn a_purge_leaves_nothing() {
    let root = Root::fresh();
    let before = root.tree();
    worked(&root.install());
    fs::write(root.path("etc/wanctl/wan1.yaml"), "mine\n").expect("a directory of ours");
    worked(&root.script(&["--uninstall", "--purge"]));
    assert_eq!(root.tree(), before);
}

#[test]
fn a_failure_half_way_leaves_what_was_installed() {
    let root = Root::fresh();
    worked(&root.install());
    fs::write(root.path(BINARY), "the previous version").expect("a directory of ours");
    // It comes late in the list, and cannot be written over.
    let in_the_way = root.path("usr/local/share/wanctl/install.sh");
    fs::remove_file(&in_the_way).expect("it was installed");
    fs::create_dir(&in_the_way).expect("a directory of ours");
    let before = root.tree();

    let output = root.install();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.contains("install.sh is a directory; what was installed is as it was"),
        "{said}"
    );
    assert_eq!(root.tree(), before);
}

#[test]
fn a_binary_that_does_not_run_changes_nothing() {
    let root = Root::fresh();
    let before = root.tree();
    let broken = root.0.path().join("run/broken");
    fs::write(&broken, "#!/nonexistent\n").expect("a directory of ours");
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    let output = root.script(&["--binary", &broken.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("does not run here"),
        "{}",
        said(&output)
    );
    fs::remove_file(broken).expect("a file of ours");
    assert_eq!(root.tree(), before);
}

#[test]
fn a_log_rotation_that_somebody_changed_stays() {
    let root = Root::fresh();
    worked(&root.install());
    fs::write(root.path(LOGROTATE), "mine\n").expect("a file of ours");
    let told = worked(&root.install());
    assert!(
        told.contains("/etc/logrotate.d/wanctl is not as it was installed"),
        "{told}"
    );
    let kept = |root: &Root| fs::read(root.path(LOGROTATE)).ok();
    assert_eq!(kept(&root).as_deref(), Some(&b"mine\n"[..]));
    worked(&root.install());
    worked(&root.script(&["--uninstall"]));
    assert_eq!(kept(&root).as_deref(), Some(&b"mine\n"[..]));
}

#[test]
fn what_a_version_no_longer_has_goes() {
    let root = Root::fresh();
    worked(&root.install());
    let manifest = root.path("usr/local/share/wanctl/manifest");
    let old = root.path("usr/local/share/man/man1/wanctl-old.1");
    fs::create_dir_all(old.parent().expect("it has one")).expect("a directory of ours");
    fs::write(&old, "old\n").expect("a directory of ours");
    let listed = fs::read_to_string(&manifest).expect("it is installed");
    let more = "00  /usr/local/share/man/man1/wanctl-old.1\n";
    fs::write(&manifest, listed + more).expect("a file of ours");
    worked(&root.install());
    assert!(!old.exists());
}

#[test]
fn a_command_line_that_makes_no_sense_is_told_and_changes_nothing() {
    for (args, sentence) in [
        (&["--frob"][..], "unknown option --frob"),
        (&["--binary"], "--binary needs a value"),
        (&["--purge"], "--purge goes with --uninstall"),
        (&["--profile", "tiny"], "there is only small"),
        (
            &["--binary", "x", "--profile", "small"],
            "--binary builds nothing",
        ),
        (
            &["--no-wizard", "--", "--yes"],
            "answers for a wizard that does not run",
        ),
    ] {
        let root = Root::fresh();
        let before = root.tree();
        let output = root.script(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            said(&output).contains(sentence),
            "{args:?}: {}",
            said(&output)
        );
        assert_eq!(root.tree(), before);
    }
    let output = Root::fresh().script(&["--binary", "/nonexistent/wanctl"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_prefix_that_units_and_scripts_cannot_name_is_refused_at_once() {
    for prefix in ["/opt/my wanctl", "/opt/a|b", "/opt/a\tb", "opt"] {
        let root = Root::fresh();
        let before = root.tree();
        let output = Command::new(Path::new(ROOT).join("scripts/install.sh"))
            .args(["--binary", &root.stand_in()])
            .env("DESTDIR", root.0.path())
            .env("PREFIX", prefix)
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{prefix}");
        let said = said(&output);
        assert!(said.contains(&format!("PREFIX={prefix} ")), "{said}");
        assert_eq!(root.tree(), before, "{prefix}");
    }
}

/// The script's last steps, on a machine whose systemd cannot start the services again.
#[test]
fn a_service_that_does_not_start_again_is_told_and_the_wizard_still_offered() {
    let machine = r#"
        set -eu
        eval "$(sed -n '/^services() {/,/^}/p; /^configure() {/,/^}/p; /^install_all() {/,/^}/p' "$1")"
        say() { printf '%s\n' "$*"; }
        step() { say "$@"; }
        for done in needs_root spares_v17 reads_what_is_here prepare account put directories has_systemd is_live; do
            eval "$done() { :; }"
        done
        is_v17() { return 1; }
        systemctl() { [ "$1" != try-restart ]; }
        binary=/bin/true runnable= DESTDIR= PREFIX=/usr/local restarted=yes wizard=no
        install_all
    "#;
    let script = Path::new(ROOT).join("scripts/install.sh");
    let output = Command::new("sh")
        .args(["-c", machine, "sh"])
        .arg(script)
        .output();
    let output = output.expect("it starts");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    for words in [
        "could not be started again",
        "is installed. Away",
        "Next: /usr/local/bin/wanctl setup",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if Command::new("shellcheck")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("skipped: no shellcheck here");
        return;
    }
    for script in SCRIPTS {
        let path = Path::new(ROOT).join(script);
        let output = Command::new("shellcheck").arg(path).output();
        let output = output.expect("it is there");
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// Every script that comes with packaging.
const SCRIPTS: [&str; 9] = [
    "scripts/install.sh",
    "scripts/container/entrypoint",
    "scripts/debian/build",
    "scripts/debian/maintainer/postinst",
    "scripts/debian/maintainer/postrm",
    "scripts/debian/maintainer/prerm",
    "scripts/testing/clean-root/run",
    "scripts/testing/clean-root/inside",
    "scripts/testing/container",
];

#[test]
fn everybody_may_read_what_is_installed_whatever_root_keeps_to_itself() {
    let root = Root::fresh();
    let output = Command::new("sh")
        .args(["-c", "umask 077; exec \"$@\"", "sh"])
        .arg(Path::new(ROOT).join("scripts/install.sh"))
        .args(["--binary", &root.stand_in()])
        .env("DESTDIR", root.0.path())
        .env_remove("PREFIX")
        .output()
        .expect("it starts");
    worked(&output);
    let tree = root.tree();
    for (name, mode) in [
        (BINARY, 0o755),
        ("usr/local/lib/systemd", 0o755),
        ("usr/local/lib/systemd/system/wanctl@.service", 0o644),
    ] {
        assert_eq!(tree[name].0, mode, "{name}");
    }
}

#[test]
fn v17s_units_are_not_put_under_ours() {
    let root = Root::fresh();
    fs::create_dir_all(root.path("etc/systemd/system")).expect("a directory of ours");
    let unit = "[Service]\nExecStart=/usr/bin/python3 -m wanctl\n";
    fs::write(root.path("etc/systemd/system/wanctl@.service"), unit).expect("a file of ours");
    let before = root.tree();
    let output = Command::new(Path::new(ROOT).join("scripts/install.sh"))
        .args(["--binary", &root.stand_in()])
        .env("DESTDIR", root.0.path())
        .env("PREFIX", "/opt/wanctl")
        .output()
        .expect("it starts");
    assert!(!output.status.success());
    let said = said(&output);
    assert!(
        said.contains("v1.7's units are in /etc/systemd/system"),
        "{said}"
    );
    assert_eq!(root.tree(), before);
    worked(&root.install());
}
