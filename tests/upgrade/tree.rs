//! A system with v1.7 on it, as its guide and its installer leave one (contract 1.6, 5, 7 and 11).

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::v17_database;

pub(crate) const WAN1: &str = include_str!("wan1.yaml");
pub(crate) const STEERING: &str = include_str!("steering.yaml");
const SYSTEMCTL: &str = include_str!("systemctl.sh");

const AUTORATE_UNIT: &str = "\
[Unit]
Description=WAN Controller - %i
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
User=wanctl
Group=wanctl
WorkingDirectory=/opt/wanctl
ExecStart=/usr/bin/python3 /opt/wanctl/autorate_continuous.py --config /etc/wanctl/%i.yaml --debug
Restart=on-failure
RestartSec=5s
WatchdogSec=30s
Environment=PYTHONPATH=/opt
EnvironmentFile=-/etc/wanctl/secrets

[Install]
WantedBy=multi-user.target
";

/// A document of v1.7's (contract 5.1).
const STATE: &str = r#"{"download":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":247814820},"upload":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":21216470},"ewma":{"baseline_rtt":26.5,"load_rtt":26.510882765054703},"last_applied":{"dl_rate":271669248,"ul_rate":22070318},"timestamp":"2026-11-21T00:01:32.450001"}"#;

/// And one of its steering's (contract 5.2).
const STEERING_STATE: &str = r#"{"current_state":"WAN1_GOOD","bad_count":0,"good_count":0,"baseline_rtt":26.5,"history_rtt":[],"history_delta":[],"transitions":[],"last_transition_time":null,"rtt_delta_ewma":65.0,"queue_ewma":0.0,"cake_drops_history":[3,0,0],"queue_depth_history":[0,0,0],"cake_state_history":["GREEN","YELLOW"],"red_count":0,"congestion_state":"YELLOW","cake_read_failures":0}"#;

const LOGROTATE: &str = "/var/log/wanctl/*.log {\n    daily\n    rotate 7\n    compress\n    delaycompress\n    missingok\n    notifempty\n    create 0644 wanctl wanctl\n}\n";

/// 2026-11-20 20:00:07 UTC.
pub(crate) const NOW: i64 = 1_795_204_807;
const DAY: i64 = 86_400;
/// Of two days and not quite the first second of them.
const ROWS: i64 = 100;
const INSERT: &str = "INSERT INTO metrics (timestamp, wan_name, metric_name, value) VALUES (?1, 'wan1', 'wanctl_rtt_ms', 26.5)";

/// The user wanctl's ids, where we may give files away.
const WANCTL: u32 = 4711;

pub(crate) struct Tree {
    dir: TempDir,
    user: u32,
    group: u32,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a place for temporary files");
        let own = fs::metadata(dir.path()).expect("just made");
        let (user, group) = match own.uid() {
            0 => (WANCTL, WANCTL),
            uid => (uid, own.gid()),
        };
        let tree = Self { dir, user, group };
        tree.configuration();
        tree.services();
        tree.data();
        tree
    }

    fn configuration(&self) {
        let Self { user, group, .. } = self;
        self.put(
            "/etc/passwd",
            0o644,
            &format!("root:x:0:0::/root:/bin/sh\nwanctl:x:{user}:{group}::/var/lib/wanctl:/usr/sbin/nologin\n"),
        );
        self.put("/etc/wanctl/wan1.yaml", 0o640, WAN1);
        self.put("/etc/wanctl/steering.yaml", 0o640, STEERING);
        self.put("/etc/wanctl/secrets", 0o640, "ROUTER_PASSWORD=secret\n");
        self.put("/etc/wanctl/ssh/router.key", 0o600, "a key\n");
        for path in ["", "/wan1.yaml", "/steering.yaml", "/secrets"] {
            self.give(&format!("/etc/wanctl{path}"), 0, self.group);
        }
        self.own("/etc/wanctl/ssh/router.key");
    }

    fn services(&self) {
        let steering = AUTORATE_UNIT.replace(
            "/opt/wanctl/autorate_continuous.py --config /etc/wanctl/%i.yaml --debug",
            "-m wanctl.steering.daemon --config /etc/wanctl/steering.yaml",
        );
        let units = "/etc/systemd/system";
        self.put(&format!("{units}/wanctl@.service"), 0o644, AUTORATE_UNIT);
        self.put(&format!("{units}/steering.service"), 0o644, &steering);
        let python = "[Service]\nEnvironment=PYTHONUNBUFFERED=1\n";
        self.put(
            &format!("{units}/wanctl@.service.d/python.conf"),
            0o644,
            python,
        );
        let nice = "[Service]\nNice=-5\n";
        self.put(&format!("{units}/wanctl@.service.d/nice.conf"), 0o644, nice);
        let wants = self.at(&format!("{units}/multi-user.target.wants"));
        fs::create_dir_all(&wants).expect("ours");
        for (name, unit) in [
            ("wanctl@wan1.service", "wanctl@.service"),
            ("steering.service", "steering.service"),
        ] {
            symlink(format!("{units}/{unit}"), wants.join(name)).expect("ours");
        }
        self.put(
            "/opt/wanctl/autorate_continuous.py",
            0o644,
            "import wanctl\n",
        );
        let run = "d /run/wanctl 0755 wanctl wanctl -\n";
        self.put("/etc/tmpfiles.d/wanctl.conf", 0o644, run);
        self.put("/etc/logrotate.d/wanctl", 0o644, LOGROTATE);
        fs::create_dir_all(self.at("/usr/local/bin")).expect("ours");
        symlink(
            env!("CARGO_BIN_EXE_wanctl"),
            self.at("/usr/local/bin/wanctl"),
        )
        .expect("ours");
    }

    fn data(&self) {
        for (path, text) in [
            ("/run/wanctl/wan1_state.json", STATE),
            // Longer than any pid: nobody has it.
            ("/run/wanctl/wan1.lock", "99999999\n"),
            ("/var/lib/wanctl/steering_state.json", STEERING_STATE),
            ("/var/lib/wanctl/steering_state.json.backup", STEERING_STATE),
            ("/var/lib/wanctl/steering_state.json.lock", ""),
            (
                "/var/log/wanctl/wan1.log",
                "2026-11-20 23:53:36,974 [wan1] [INFO] x\n",
            ),
            ("/var/log/wanctl/wan1_debug.log", ""),
            (
                "/var/lib/wanctl/.ssh/known_hosts",
                "192.168.1.1 ssh-rsa AAAA\n",
            ),
        ] {
            self.put(path, 0o600, text);
            self.own(path);
        }
        let path = self.at("/var/lib/wanctl/metrics.db");
        // Closed, it lies there without its log, as when the daemon has stopped.
        let db = v17_database::empty(&path);
        for second in 0..ROWS {
            db.execute(INSERT, [NOW - 2 * DAY * second / ROWS])
                .expect("SQL");
        }
        drop(db);
        self.own("/var/lib/wanctl/metrics.db");
        for path in ["/var/lib/wanctl", "/run/wanctl", "/var/log/wanctl"] {
            self.own(path);
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Where a path of that system is.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    pub(crate) fn put(&self, path: &str, mode: u32, text: &str) {
        let file = self.at(path);
        fs::create_dir_all(file.parent().expect("not the root")).expect("ours");
        fs::write(&file, text).expect("ours");
        fs::set_permissions(&file, Permissions::from_mode(mode)).expect("ours");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    pub(crate) fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.at(path)).expect(path).mode() & 0o7777
    }

    pub(crate) fn owner(&self, path: &str) -> u32 {
        fs::metadata(self.at(path)).expect(path).uid()
    }

    /// The user wanctl's.
    pub(crate) const fn user(&self) -> u32 {
        self.user
    }

    /// To the user wanctl.
    fn own(&self, path: &str) {
        self.give(path, self.user, self.group);
    }

    /// Who is not root owns everything already.
    pub(crate) fn give(&self, path: &str, uid: u32, gid: u32) {
        if self.is_roots() {
            chown(self.at(path), Some(uid), Some(gid)).expect("root may");
        }
    }

    pub(crate) const fn is_roots(&self) -> bool {
        self.user == WANCTL
    }

    /// Runs `wanctl ARGS --root TREE` with a stand-in for systemctl.
    pub(crate) fn wanctl(&self, args: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command.args(args).arg("--root").arg(self.root());
        let bin = tempfile::tempdir().expect("a place for temporary files");
        install_systemctl(bin.path());
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{}:{path}", bin.path().display()))
            .env("SYSTEMCTL_CALLS", bin.path().join("calls"));
        Said::of(&mut command)
    }

    /// Every file, with mode, owner and all that is in it.
    pub(crate) fn everything(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        walk(self.root(), &mut found);
        found
    }
}

fn walk(directory: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).expect("ours") {
        let path = entry.expect("an entry").path();
        let file = fs::symlink_metadata(&path).expect("just listed");
        let mut text = format!("{:o} {} {} ", file.mode(), file.uid(), file.gid());
        if file.is_symlink() {
            text += &fs::read_link(&path).expect("a link").display().to_string();
        } else if file.is_dir() {
            walk(&path, found);
        } else {
            text += &String::from_utf8_lossy(&fs::read(&path).expect("ours"));
        }
        found.insert(path, text);
    }
}

pub(crate) fn install_systemctl(directory: &Path) {
    let path = directory.join("systemctl");
    fs::write(&path, SYSTEMCTL).expect("ours");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("ours");
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
    pub(crate) errors: String,
}

impl Said {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .stdin(Stdio::null())
            .output()
            .expect("the binary is there");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: status.code(),
            text: text(stdout),
            errors: text(stderr),
        }
    }

    /// The part of the table that is about a path, on one line.
    pub(crate) fn row(&self, path: &str) -> String {
        let mut lines = self.text.lines();
        let is_it = |line: &&str| line.split_whitespace().next() == Some(path);
        let first = lines
            .find(is_it)
            .unwrap_or_else(|| panic!("{path}: {self:?}"));
        let mut row = first.trim().to_owned();
        for line in lines.take_while(|line| line.starts_with("      ")) {
            row = format!("{row} {}", line.trim());
        }
        row
    }
}
