//! Who else wants to know what happens.

use core::fmt::Debug;

use log::Level;

use crate::program::WanId;
use crate::shell::clock::Clock;
use crate::time::{Instant, WallTime};

/// Hears every fact, on the scribe's thread: it may touch a disk, and should not take long, because log lines
/// wait for it.
pub trait Follower<F>: Debug + Send {
    /// Something happened on a WAN; how loud it is does not matter here.
    fn hear(&mut self, at: WallTime, wan: WanId, fact: &F);

    /// Ten times a second: does a little of what there is to do. What is worth a line is handed to `say`.
    fn work(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str));

    /// The process ends: does what cannot wait.
    fn finish(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str));

    /// How its records fare, if it keeps any.
    fn condition(&self) -> Condition {
        Condition::default()
    }
}

/// How a follower's records fare.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Condition {
    /// They cannot be written, and not only for a moment.
    pub failing: bool,
    /// So many of them waited too long.
    pub lost: u64,
}

/// All who follow a program.
pub type Followers<F> = Vec<Box<dyn Follower<F>>>;

/// What the clocks say.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// For durations.
    pub now: Instant,
    /// For people.
    pub wall: WallTime,
    /// For whoever takes some time.
    pub clock: Clock,
}

impl Moment {
    /// Now.
    pub fn of(clock: Clock) -> Self {
        Self {
            now: clock.now(),
            wall: clock.wall(),
            clock,
        }
    }
}
