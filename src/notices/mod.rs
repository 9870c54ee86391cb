//! What is worth waking someone for. PURE: facts and time in, notices and messages out.
//!
//! ```text
//! facts ─▶ autorate, steering ─▶ trouble ─▶ Notice ─▶ outbox ─▶ spelling ─▶ a message for the shell to post
//!          what they mean        how long,            when, how   JSON, ntfy,
//!                                how often            often       Discord
//! ```
//!
//! A trouble is told when it has lasted, once per cool-down, and its end is told to whoever was told of it.

mod autorate;
mod kind;
mod notice;
pub mod outbox;
pub mod spelling;
mod steering;
#[cfg(test)]
mod tests;
mod trouble;
mod words;

use core::fmt::Debug;

pub use self::autorate::WanWatch;
pub use self::kind::{Kind, Kinds, Severity};
pub use self::notice::{Notice, Subject, Turn};
pub use self::steering::SteeringWatch;
use crate::time::{Duration, Instant, WallTime};

/// A moment, for durations and for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct When {
    /// For durations.
    pub now: Instant,
    /// For people.
    pub wall: WallTime,
}

/// What is told, and how soon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoticeParams {
    /// What is told at all.
    pub kinds: Kinds,
    /// A kind's troubles are told this far apart at least, of each WAN and direction.
    pub cooldown: Duration,
    /// Congestion, a rate at its floor and blindness are told when they have lasted so long.
    pub sustained: Duration,
    /// A router or a WAN that does not answer is told after so long.
    pub outage: Duration,
}

impl NoticeParams {
    /// Whether anybody wants to know that.
    const fn want(&self, notice: &Notice) -> bool {
        match notice.subject {
            Subject::Kind(kind) => self.kinds.contain(kind),
            Subject::Test => true,
        }
    }
}

/// Makes notices of one WAN's facts.
pub trait Watch<F>: Debug + Send {
    /// Something happened.
    fn hear(&mut self, when: When, fact: &F);

    /// What is to be told now; to be asked a few times a second.
    fn due(&mut self, when: When) -> Vec<Notice>;
}
