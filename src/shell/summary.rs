//! What `systemctl status` shows.

use crate::status::WanStatus;
use crate::time::Instant;

/// One line for `systemctl status`.
pub(super) struct Summary<'a>(pub(super) &'a WanStatus, pub(super) Instant);

impl core::fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let wan = self.0;
        let health = if wan.trouble(self.1).is_none() {
            "healthy"
        } else {
            "degraded"
        };
        write!(
            f,
            "{}: {health}, {}/{}, {} down, {} up, {:.1} ms over a baseline of {:.1} ms",
            wan.name,
            wan.zones.down,
            wan.zones.up,
            wan.rates.down,
            wan.rates.up,
            wan.delay.delta(),
            wan.delay.baseline
        )
    }
}
