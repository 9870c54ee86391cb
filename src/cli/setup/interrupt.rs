//! Ctrl-C at any moment: the terminal gets its echo back, and nothing is half written.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::shell::terminal;

/// As a shell tells of a process that a signal has ended.
const BY_SIGNAL: i32 = 128;

/// A thread that waits for the signals that end us.
#[derive(Debug)]
pub(super) struct Interrupts {
    writing: Arc<Mutex<()>>,
    written: Arc<AtomicBool>,
}

impl Interrupts {
    pub(super) fn watch() -> Result<Self, String> {
        let said = |e: std::io::Error| format!("signals cannot be caught: {e}");
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(said)?;
        let interrupts = Self {
            writing: Arc::default(),
            written: Arc::default(),
        };
        let (writing, written) = (
            Arc::clone(&interrupts.writing),
            Arc::clone(&interrupts.written),
        );
        let wait = move || {
            if let Some(signal) = signals.forever().next() {
                // What is being written is finished first.
                let _finished = writing.lock().unwrap_or_else(PoisonError::into_inner);
                terminal::restore();
                let words = if written.load(Ordering::Relaxed) {
                    "\nwanctl: interrupted; the files are written"
                } else {
                    "\nwanctl: interrupted; nothing was written"
                };
                crate::cli::complain(words);
                process::exit(BY_SIGNAL + signal);
            }
        };
        let thread = thread::Builder::new().name("wanctl-signals".to_owned());
        thread.spawn(wait).map_err(said)?;
        Ok(interrupts)
    }

    /// Until it is dropped, no signal ends us.
    pub(super) fn hold(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on an interrupted setup is one that has written.
    pub(super) fn written(&self) {
        self.written.store(true, Ordering::Relaxed);
    }
}
