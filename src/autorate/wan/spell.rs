//! Something bad that lasts for a while, and whether people were told of it.
//!
//! Its end is told to those who know of its beginning, and to nobody else.

use super::telling::REPEAT_EVERY;
use crate::autorate::quota::Quota;
use crate::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(in crate::autorate) struct Spell {
    since: Instant,
    told: bool,
}

impl Spell {
    /// It begins at `now`, and is told of if `quota` has something left.
    pub(in crate::autorate) fn begin(now: Instant, quota: &mut Quota) -> Self {
        Self {
            since: now,
            told: quota.take(now),
        }
    }

    /// Whether people know.
    pub(in crate::autorate) const fn is_told(self) -> bool {
        self.told
    }

    /// Whether it was kept back as one of many and has turned out not to be; if so it counts as told.
    pub(in crate::autorate) fn outlasts(&mut self, now: Instant) -> bool {
        let lasting = !self.told && now - self.since >= REPEAT_EVERY;
        self.told |= lasting;
        lasting
    }
}
