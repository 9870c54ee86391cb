//! Log files that are rotated, and the journal.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wanctl::autorate::Autorate;
use wanctl::shell::clock::Clock;
use wanctl::shell::scribe::{self, InboxOf, LogFormat, Record, Scribe, ScribeOf, ScribeParams};
use wanctl::shell::scribe::{LineText, WanFiles};
use wanctl::status::label;
use wanctl::time::Duration as Span;

use crate::support::*;

const SHIPPED: &str = include_str!("../../configs/logrotate/wanctl");

/// A scribe with one WAN's logs, and the tool that rotates them.
struct Rotation {
    tool: PathBuf,
    home: tempfile::TempDir,
    scribe: ScribeOf<Autorate>,
}

impl Rotation {
    /// With the configuration that we ship, but for the user and the place; `None` without logrotate.
    fn new(change: impl Fn(&str) -> String) -> Option<Self> {
        let tool = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].map(PathBuf::from);
        let Some(tool) = tool.into_iter().find(|tool| tool.exists()) else {
            println!("skipped: no logrotate");
            return None;
        };
        let home = tempdir();
        let logs = home.path().join("log");
        let text = SHIPPED
            .replace("/var/log/wanctl", &logs.display().to_string())
            .replace("    su wanctl wanctl\n", "")
            .replace("0640 wanctl wanctl", "0640");
        assert!(!text.contains(" wanctl wanctl"), "{text}");
        fs::write(home.path().join("conf"), change(&text)).expect("a directory of ours");
        let params = ScribeParams {
            wans: vec![WanFiles {
                name: label("wan1"),
                main_log: Some(logs.join("wan1.log")),
                debug_log: Some(logs.join("wan1_debug.log")),
                states: Vec::new(),
            }],
            format: LogFormat::Text,
            debug: true,
            console: false,
        };
        let scribe = Scribe::start::<Autorate>(Clock::start(), params, Vec::new());
        let scribe = scribe.expect("a thread");
        Some(Self { tool, home, scribe })
    }

    fn rotate(&self) {
        let rotated = Command::new(&self.tool)
            .arg("--force")
            .arg("--state")
            .arg(self.home.path().join("state"))
            .arg(self.home.path().join("conf"))
            .output()
            .expect("logrotate runs");
        assert!(rotated.status.success(), "{rotated:?}");
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("log/wan1_debug.log")
    }

    /// The numbers in the log and in all that were rotated, the oldest first.
    fn numbers(self) -> Vec<u32> {
        assert!(self.scribe.stop(Span::from_secs(5)));
        let mut text = String::new();
        for n in (1..=7).rev() {
            let rotated = self.home.path().join(format!("log/wan1_debug.log.{n}"));
            let packed = rotated.with_extension(format!("{n}.gz"));
            let unpacked = Command::new("gzip").arg("-dc").arg(&packed).output();
            let unpacked = unpacked.expect("gzip runs");
            let _ = write!(text, "{}", String::from_utf8_lossy(&unpacked.stdout));
            text += &fs::read_to_string(rotated).unwrap_or_default();
        }
        text += &fs::read_to_string(self.home.path().join("log/wan1_debug.log")).expect("a log");
        let number = |line: &str| line.rsplit(' ').next().and_then(|n| n.parse().ok());
        text.lines().map(|line| number(line).expect(line)).collect()
    }
}

fn leave(inbox: &InboxOf<Autorate>, n: u32) {
    let text: LineText = scribe::line(format_args!("number {n}"));
    inbox.leave(Record::Line {
        wan: None,
        level: log::Level::Debug,
        text,
    });
}

fn contains(path: &Path, n: u32) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("number {n}\n")))
}

#[test]
fn no_line_is_lost_to_logrotate_and_nobody_needs_to_be_told() {
    let Some(rotation) = Rotation::new(str::to_owned) else {
        return;
    };
    let (inbox, stop) = (rotation.scribe.inbox(), Arc::new(AtomicBool::new(false)));
    let writing = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                leave(&inbox, n);
                n += 1;
                nap(2);
            }
            n
        })
    };
    for _ in 0..3 {
        wait_until("a line in the new file", PATIENCE, || {
            fs::metadata(rotation.log()).is_ok_and(|file| file.len() > 0)
        });
        rotation.rotate();
    }
    wait_until("a line in the newest file", PATIENCE, || {
        fs::metadata(rotation.log()).is_ok_and(|file| file.len() > 0)
    });
    stop.store(true, Ordering::Relaxed);
    let count = writing.join().expect("it counts");
    assert_eq!(rotation.numbers(), (0..count).collect::<Vec<_>>());
}

/// What logrotate itself loses between its copy and its cut is not ours to save; everything else is.
#[test]
fn a_log_that_is_cut_in_place_goes_on_at_its_beginning() {
    let Some(rotation) = Rotation::new(|text| text.replace("create 0640", "copytruncate")) else {
        return;
    };
    let inbox = rotation.scribe.inbox();
    for n in 0..4 {
        leave(&inbox, n);
        wait_until("the line", PATIENCE, || contains(&rotation.log(), n));
        if n % 2 == 1 {
            rotation.rotate();
            assert_eq!(fs::metadata(rotation.log()).expect("a log").len(), 0);
        }
    }
    leave(&inbox, 4);
    assert_eq!(rotation.numbers(), [0, 1, 2, 3, 4]);
}

#[test]
fn in_the_journal_each_line_has_its_priority_and_no_second_time() {
    let (world, home) = (world(), tempdir());
    // Stands in for the socket: what matters is that it is the one that is named.
    let file = File::create(home.path().join("journal")).expect("a directory of ours");
    let daemon = Daemon::start_in(home, &[&Setup::new(&world)], |command| {
        let stream = stream(&file);
        command
            .arg("--debug")
            .env("JOURNAL_STREAM", stream)
            .stderr(file);
    });
    daemon.wait_settled(&world);
    let said = daemon.read("journal");
    let log = daemon.log();
    assert!(said.contains("\n<6>[wan1] [INFO] "), "{said}");
    for line in said.lines() {
        let (priority, rest) = line.split_once('>').expect(line);
        let level = rest.strip_prefix("[wan1] [").expect(line).split(']').next();
        let expected = match level {
            Some("ERROR") => "<3",
            Some("WARNING") => "<4",
            Some("INFO") => "<6",
            _ => "<7",
        };
        assert_eq!(priority, expected, "{line}");
    }
    // The file has its times.
    assert!(log.starts_with("20"), "{log}");
}

/// As systemd names it.
fn stream(file: &File) -> String {
    let metadata = file.metadata().expect("a file of ours");
    format!("{}:{}", metadata.dev(), metadata.ino())
}

/// A file that cannot be used, under a service manager: an error in the journal, each line of it.
#[test]
fn why_a_daemon_does_not_start_is_an_error_in_the_journal() {
    let dir = tempdir();
    let config = dir.path().join("wan1.yaml");
    fs::write(&config, "wan_name: wan1\n").expect("a directory of ours");
    let path = dir.path().join("stderr");
    let file = File::create(&path).expect("a directory of ours");
    let ended = wanctl()
        .arg("--config")
        .arg(&config)
        .env("JOURNAL_STREAM", stream(&file))
        .stderr(file)
        .status();
    assert!(!ended.expect("the binary is there").success());
    let said = fs::read_to_string(path).expect("a file of ours");
    assert!(said.lines().count() > 3, "{said}");
    assert!(said.lines().all(|line| line.starts_with("<3>")), "{said}");
}
