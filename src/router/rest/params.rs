//! What a REST link is told at its start.

use crate::direction::Both;
use crate::time::Duration;

/// What a REST link needs to know.
#[derive(Clone)]
pub struct LinkParams {
    /// The `Host` header.
    pub host: String,
    /// The `Authorization` header: `Basic …`. Never printed.
    pub authorization: String,
    /// Names of the two queues.
    pub queues: Both<String>,
    /// Queue types to keep the queues at; `None` leaves them alone.
    pub queue_types: Both<Option<String>>,
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](super::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// How often the queues are read although nothing suggests a change.
    pub verify_every: Duration,
}

impl core::fmt::Debug for LinkParams {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LinkParams")
            .field("host", &self.host)
            .field("authorization", &"***")
            .field("queues", &self.queues)
            .finish_non_exhaustive()
    }
}
