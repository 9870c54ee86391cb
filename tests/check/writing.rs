//! `--write-test` changes the router, and leaves it as it was.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration as StdDuration;

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::setup::{Setup, said};

fn patches(setup: &Setup) -> usize {
    let journal = setup.world.journal();
    journal
        .iter()
        .filter(|entry| entry.method == "PATCH")
        .count()
}

#[test]
fn a_write_test_measures_and_restores() {
    let setup = Setup::new();
    let before = setup.limits();
    let said = said(
        setup
            .command()
            .arg("--write-test")
            .output()
            .expect("it runs"),
    );
    said.exits(0)
        .has("A write takes")
        .has("20 changes cost 20 flash sectors.")
        .has("of the 100,000 passes flash is good for");
    assert_eq!(setup.limits(), before);
    assert_eq!(
        patches(&setup),
        20,
        "ten times there and back, and nothing more"
    );
    assert!(
        !setup.dir.path().join("wan1.lock").exists(),
        "the lock is gone"
    );
}

#[test]
fn ctrl_c_in_the_middle_restores_the_limit() {
    for signal in ["INT", "TERM"] {
        let setup = Setup::new();
        let before = setup.limits();
        let mut command = setup.command();
        let running = command
            .arg("--write-test")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let running = running.spawn().expect("it runs");
        while patches(&setup) < 3 {
            thread::park_timeout(StdDuration::from_millis(5));
        }
        setup.world.fault(Fault::SlowBy(Duration::from_millis(150)));
        while setup.limits()[0] == before[0] {
            thread::park_timeout(StdDuration::from_millis(1));
        }
        let pid = running.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &pid])
            .status();
        assert!(sent.expect("kill").success());
        let said = said(running.wait_with_output().expect("it ends"));
        said.exits(1)
            .has("The write test was interrupted.")
            .has("WAN-Download is back at 500000000 bit/s.");
        assert_eq!(setup.limits(), before);
        assert!(patches(&setup) < 20, "{}", patches(&setup));
    }
}

#[test]
fn a_user_who_may_not_write() {
    let setup = Setup::new();
    setup.world.scene().router.access.grant("write", false);
    let said = said(
        setup
            .command()
            .arg("--write-test")
            .output()
            .expect("it runs"),
    );
    said.exits(1)
        .has("The router's user wanctl may not write: not enough permissions (9).")
        .has("policy=read,write,rest-api");
}

#[test]
fn a_refusal_that_was_none_is_put_right() {
    let setup = Setup::new();
    let before = setup.limits();
    setup.world.fault(Fault::RefusesWhatItDid);
    let said = said(
        setup
            .command()
            .arg("--write-test")
            .output()
            .expect("it runs"),
    );
    said.exits(1).has("The router answers with status 400");
    assert_eq!(setup.limits(), before);
}

#[test]
fn no_write_test_while_a_daemon_runs_or_without_a_limit() {
    let setup = Setup::new();
    let lock = std::fs::File::create(setup.dir.path().join("wan1.lock")).expect("a file");
    lock.lock().expect("free");
    let refused = said(
        setup
            .command()
            .arg("--write-test")
            .output()
            .expect("it runs"),
    );
    refused
        .exits(1)
        .has("The write test did not begin: Another instance is running:")
        .has("stop the daemon first");
    drop(lock);
    setup
        .world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::ZERO);
    let refused = said(
        setup
            .command()
            .arg("--write-test")
            .output()
            .expect("it runs"),
    );
    refused.exits(1).has("the queue has no max-limit");
    assert_eq!(patches(&setup), 0);
}
