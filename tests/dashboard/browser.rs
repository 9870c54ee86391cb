//! The page in a real browser: `browser/drive.mjs` looks, this sets the stage.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wanctl::shell::clock::pause;
use wanctl::time::Duration;

use crate::daemon::{self, Daemon};
use crate::past::WEEK;
use crate::process::{Dashboard, home};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Why there is no browser to be had.
fn missing(folder: &Path) -> Option<&'static str> {
    if !Path::new(CHROMIUM).exists() {
        return Some("there is no /usr/bin/chromium");
    }
    if !folder.join("node_modules/playwright-core").exists() {
        return Some("`npm ci` has not been run in tests/dashboard/browser");
    }
    let node = Command::new("node").arg("--version").output();
    node.is_err().then_some("there is no node")
}

#[test]
fn a_person_sees_what_is_and_what_was() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dashboard/browser");
    if let Some(why) = missing(&folder) {
        println!("skipped: {why}");
        return;
    }
    let (wans, steers) = (
        Daemon::start(daemon::autorate),
        Daemon::start(daemon::steering),
    );
    let dashboard = Dashboard::start(home(Some(WEEK)), &[wans.url(), steers.url()]);
    let told = dashboard.home.path().join("take-the-daemon-away");
    let done = AtomicBool::new(false);
    let output = thread::scope(|scope| {
        // Where the script asks for it, a daemon goes down.
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) && !told.exists() {
                pause(Duration::from_millis(50));
            }
            drop(wans);
        });
        let output = Command::new("node")
            .arg("drive.mjs")
            .arg(format!("http://{}/", dashboard.address))
            .arg(&told)
            .env("PICTURES", std::env::var("PICTURES").unwrap_or_default())
            .current_dir(&folder)
            .output();
        done.store(true, Ordering::SeqCst);
        output.unwrap()
    });
    println!("\n{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
