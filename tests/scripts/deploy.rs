//! `scripts/deploy.sh`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::host::{Host, Said, script};

/// What the guide says to type.
const COMMANDS: [&str; 5] = [
    "scripts/deploy.sh --install-only gateway",
    "scripts/deploy.sh wan1 gateway --with-steering --dry-run",
    "scripts/deploy.sh wan1 gateway --with-steering",
    "scripts/validate-deployment.sh wan1 --steering",
    "scripts/soak-monitor.sh gateway",
];

/// It can do everything but what counts.
fn bad(host: &Host) -> PathBuf {
    let path = host.dir.path().join("bad");
    let good = host.binary();
    let text = format!(
        "#!/bin/sh\ncase $* in\n*--validate-config* | check* | health* | manual* | --version) exec {} \"$@\" ;;\nesac\nexit 1\n",
        good.display()
    );
    fs::write(&path, text).expect("ours");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("ours");
    path
}

fn health(host: &Host) -> Option<i32> {
    let mut command = std::process::Command::new(host.binary());
    let url = format!("http://127.0.0.1:{}/health", host.port);
    Said::of(command.args(["health", "--url", &url])).code
}

#[test]
fn a_fresh_host_gets_it_and_keeps_it_when_the_next_one_is_not_well() {
    let Some(host) = Host::new() else { return };
    let configs = host.dir.path().display().to_string();
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.text.contains(", and is well"), "{}", said.text);
    assert_eq!(health(&host), Some(0));
    let files = "stat -c '%a %G %n' /etc/wanctl/wan1.yaml /etc/wanctl/previous.tar /usr/local/lib/systemd/system/wanctl@.service";
    let expected = "640 wanctl /etc/wanctl/wan1.yaml\n600 root /etc/wanctl/previous.tar\n\
                    644 root /usr/local/lib/systemd/system/wanctl@.service\n";
    assert_eq!(host.shell(files), expected);

    // The next one says that it can, and then cannot.
    let config = fs::read_to_string(host.dir.path().join("wan1.yaml")).expect("ours");
    fs::write(
        host.dir.path().join("wan1.yaml"),
        format!("{config}\n# new\n"),
    )
    .expect("ours");
    let said = host.deploy(&bad(&host), &["--configs", &configs]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let sentence = "the new one is not well here: what was there before is back, and well";
    assert!(said.errors.contains(sentence), "{said:?}");
    assert_eq!(health(&host), Some(0));
    assert_eq!(host.shell("cat /etc/wanctl/wan1.yaml"), config);
    assert_eq!(
        host.shell(&format!(
            "cmp /usr/local/bin/wanctl {}",
            host.binary().display()
        )),
        ""
    );
    // Nothing stays behind; another test's deployment beside this one goes, too.
    let left = || host.shell("ls -d /tmp/wanctl-deploy.* 2>/dev/null");
    let gone = (0..300).any(|_| {
        thread::park_timeout(Duration::from_millis(200));
        left().is_empty()
    });
    assert!(gone, "{}", left());
}

#[test]
fn what_cannot_work_there_is_not_brought_there() {
    let Some(host) = Host::new() else { return };
    let nothing = |host: &Host| host.shell("ls -d /usr/local/bin/wanctl /etc/wanctl 2>/dev/null");
    let configs = host.dir.path().display().to_string();
    let said = host.deploy(&host.binary(), &["--configs", &configs, "--dry-run"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.text.contains("Configuration valid"), "{}", said.text);
    assert!(said.text.contains("Nothing was changed"), "{}", said.text);
    assert_eq!(nothing(&host), "");

    let said = host.deploy(&host.binary(), &[]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.errors
            .contains("there is no /etc/wanctl/wan1.yaml here"),
        "{}",
        said.errors
    );

    let file = host.dir.path().join("wan1.yaml");
    let config = fs::read_to_string(&file).expect("ours");
    let wrong = config.replace("WAN-Download", "No-Such-Queue");
    fs::write(&file, wrong).expect("ours");
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.errors
            .contains("wanctl check found errors: nothing was changed"),
        "{said:?}"
    );
    assert!(said.text.contains("No-Such-Queue"), "{}", said.text);
    assert_eq!(nothing(&host), "");

    host.shell(
        "mkdir -p /etc/systemd/system; printf '[Service]\nExecStart=/usr/bin/python3 /opt/wanctl/autorate_continuous.py\n' \
         >/etc/systemd/system/wanctl@.service",
    );
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.errors.contains("v1.7 runs here"), "{}", said.errors);
    assert!(said.errors.contains("wanctl upgrade"), "{}", said.errors);
    assert_eq!(nothing(&host), "");
}

#[test]
fn a_first_one_that_is_not_well_is_stopped() {
    let Some(host) = Host::new() else { return };
    let mut command = host.script("deploy.sh");
    command
        .args(["--install-only", "host", "--binary"])
        .arg(host.binary());
    let said = Said::of(&mut command);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        host.shell("/usr/local/bin/wanctl --version")
            .starts_with("wanctl ")
    );
    host.shell("/usr/local/share/wanctl/install.sh --uninstall");
    let configs = host.dir.path().display().to_string();
    let said = host.deploy(&bad(&host), &["--configs", &configs]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.errors.contains("there was nothing before it"),
        "{said:?}"
    );
    assert_eq!(host.shell("ls /run/units"), "");
}

#[test]
fn a_line_that_was_brought_goes_with_the_one_that_brought_it() {
    let Some(host) = Host::new() else { return };
    let configs = host.dir.path().display().to_string();
    // Root reads the secrets, and runs nothing of them.
    host.shell("mkdir -p /etc/wanctl; echo 'NOTE=$(touch /etc/touched) more' >/etc/wanctl/secrets");
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(host.shell("ls /etc/touched 2>/dev/null"), "");

    host.configure();
    host.shell("rm /etc/wanctl/steering.yaml");
    let said = host.deploy(&bad(&host), &["--configs", &configs, "--with-steering"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let sentence = "the new one is not well here: what was there before is back, and well";
    assert!(said.errors.contains(sentence), "{said:?}");
    assert_eq!(health(&host), Some(0));
    assert_eq!(
        host.shell("ls /etc/wanctl/steering.yaml /run/units/wanctl-steering.service 2>/dev/null"),
        ""
    );
}

#[test]
fn an_installation_that_fails_is_no_deployment() {
    let Some(host) = Host::new() else { return };
    let configs = host.dir.path().display().to_string();
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(0), "{said:?}");
    // Where a unit goes there is a directory.
    host.shell(
        "cd /usr/local/lib/systemd/system && rm wanctl-dashboard.service && mkdir wanctl-dashboard.service",
    );
    let said = host.deploy(&host.binary(), &["--configs", &configs]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.errors.contains("is a directory"), "{said:?}");
    assert!(!said.text.contains(", and is well"), "{said:?}");
    assert_eq!(health(&host), Some(0));
}

/// The guide's own commands, in its order, from a directory with this tree and a binary that is built.
#[test]
fn the_guides_commands_work() {
    let Some(host) = Host::new() else { return };
    let here = host.dir.path().join("here");
    fs::create_dir_all(here.join("target/release")).expect("ours");
    fs::copy(host.binary(), here.join("target/release/wanctl")).expect("room for it");
    for name in ["scripts", "systemd", "configs"] {
        let to = concat!(env!("CARGO_MANIFEST_DIR"), "/").to_owned() + name;
        std::os::unix::fs::symlink(to, here.join(name)).expect("ours");
    }
    let guide = include_str!("../../src/manual/guides/upgrade.md");
    let commands = guide
        .lines()
        .filter_map(|line| line.strip_prefix("$ ").or(line.strip_prefix("# ")));
    let commands: Vec<&str> = commands
        .filter(|line| line.starts_with("scripts/"))
        .collect();
    assert_eq!(commands, COMMANDS);
    for command in commands {
        let mut words: Vec<&str> = command.split(' ').collect();
        let name = words.remove(0);
        let ports = host.port.to_string();
        let said = if name.ends_with("validate-deployment.sh") {
            let said = host.shell(&format!("{}/{command}; echo code $?", here.display()));
            assert!(
                said.contains("code 2") && said.contains("0 errors"),
                "{said}"
            );
            continue;
        } else {
            if name.ends_with("soak-monitor.sh") {
                words.extend(["--ports", &ports]);
            }
            Said::of(host.script_in(&here, name).args(words))
        };
        assert_eq!(said.code, Some(0), "{command}: {said:?}");
        if command.contains("--install-only") {
            host.configure();
        }
    }
    assert_eq!(health(&host), Some(0));
}

#[test]
fn command_lines_that_make_no_sense_are_refused() {
    for (args, complaint) in [
        (&["wan1"][..], "WAN and HOST are needed"),
        (&["wan1; reboot", "host"], "is no name of a line"),
        (
            &["--install-only", "host", "--configs", "x"],
            "brings no configuration",
        ),
        (&["--fast"], "unknown option --fast"),
    ] {
        let said = Said::of(script("deploy.sh").args(args));
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.errors.contains(complaint), "{}", said.errors);
    }
    let said = Said::of(script("deploy.sh").args(["wan1", "host", "--binary", "/nonexistent"]));
    assert_eq!(said.code, Some(1));
    assert!(
        said.errors.contains("/nonexistent is no file"),
        "{}",
        said.errors
    );
}
