//! The real `wanctl-steering` against the router double, on a line that is squeezed at will.

#[path = "../harness/flood.rs"]
mod flood;
#[cfg(feature = "history")]
mod history;
mod house;
mod killed;
mod notices;
mod operated;
#[cfg(feature = "ssh")]
mod over_ssh;
mod reset;
#[cfg(feature = "ssh")]
#[path = "../ssh/sshd.rs"]
mod sshd;
#[path = "../harness/steering_file.rs"]
mod steering_file;
mod steers;
#[path = "../harness/webhook.rs"]
mod webhook;

use std::time::Duration;

/// Looks again and again; `None` if it took too long.
#[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
fn wait_for<T>(seconds: u64, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let start = std::time::Instant::now();
    loop {
        let found = probe();
        if found.is_some() || start.elapsed() > Duration::from_secs(seconds) {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Looks again and again until `is_so`; `false` if it took too long.
#[cfg(feature = "ssh")]
fn until(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    wait_for(limit.as_secs(), || is_so().then_some(())).is_some()
}

/// A pause that is part of a story.
#[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
fn pause(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}
