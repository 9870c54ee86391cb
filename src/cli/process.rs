//! What every daemon's process does, whatever it runs.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use super::complain;
use crate::program::WanId;
use crate::shell::lock::{Lock, LockError};
use crate::shell::realtime;
use crate::shell::scribe::{self, Inbox, LogFormat, Record, Scribe};
use crate::shell::systemd::Notifier;
use crate::time::Duration;

/// `EX_CONFIG` of sysexits(3); the unit file names it in `RestartPreventExitStatus`.
const BAD_CONFIG: u8 = 78;
/// How long the scribe may take to write what is left.
const SCRIBE_FOR: Duration = Duration::from_millis(800);

/// Says why the files cannot be used. By hand that is failure number 1, as in v1.7. A service manager
/// gets a number of its own, because starting again every few seconds mends no file (W-54).
pub(super) fn unusable(sentence: &str) -> ExitCode {
    complain(&format!("wanctl: {sentence}"));
    if env::var_os("NOTIFY_SOCKET").is_some() {
        ExitCode::from(BAD_CONFIG)
    } else {
        ExitCode::FAILURE
    }
}

/// Takes a daemon's lock; `or` says what else can be done if its file is of no use.
///
/// # Errors
/// A sentence that says who has it, or what is wrong with its file.
pub(super) fn lock(file: &Path, or: &str) -> Result<Lock, String> {
    Lock::acquire(file).map_err(|e| match e {
        LockError::Held { .. } => {
            format!("{e}\nAnother instance is running, refusing to start")
        }
        LockError::File { .. } => format!(
            "{e}\nIts directory must exist and be writable for this user (the systemd unit makes it){or}"
        ),
    })
}

/// How log lines are spelled (contract 2.5).
pub(super) fn log_format() -> LogFormat {
    let json =
        env::var("WANCTL_LOG_FORMAT").is_ok_and(|format| format.eq_ignore_ascii_case("json"));
    if json {
        LogFormat::Json
    } else {
        LogFormat::Text
    }
}

/// Asks the system to run the calling thread on time, and says what it granted.
pub(super) fn go_realtime() {
    let granted = realtime::go_realtime();
    let level = if granted.is_complete() {
        log::Level::Info
    } else {
        log::Level::Warn
    };
    log::log!(level, "realtime: {granted}");
}

/// The service manager, if there is one.
pub(super) fn notifier() -> Notifier {
    Notifier::from_env().unwrap_or_else(|e| {
        log::warn!("{e}");
        Notifier::mute()
    })
}

/// Lets the scribe write what is left.
pub(super) fn finish<S, F>(scribe: Scribe<S, F>)
where
    S: std::fmt::Debug + Send + 'static,
    F: std::fmt::Debug + Send + 'static,
{
    if !scribe.stop(SCRIBE_FOR) {
        complain("wanctl: the disk does not answer; the last log lines and state may be lost");
    }
}

/// Leaves a line for one WAN's log.
pub(super) fn say<S, F>(inbox: &Inbox<S, F>, wan: WanId, level: log::Level, line: &str) {
    let text = scribe::line(format_args!("{line}"));
    let wan = Some(wan);
    inbox.leave(Record::Line { wan, level, text });
}
