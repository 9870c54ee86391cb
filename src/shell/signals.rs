//! The signals a daemon obeys.

use core::fmt;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook_mio::v1_0::Signals;

/// Signals that wait for the loop.
pub struct Caught(pub(super) Signals);

impl fmt::Debug for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caught")
    }
}

/// Catches SIGTERM, SIGINT, SIGHUP and SIGUSR1 from now on. Call it before taking a lock: whoever is
/// told to stop after that cleans up.
///
/// # Errors
/// In words, if the system has no socket pair left.
pub fn catch() -> Result<Caught, String> {
    Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1])
        .map(Caught)
        .map_err(|e| format!("cannot catch signals: {e}"))
}
