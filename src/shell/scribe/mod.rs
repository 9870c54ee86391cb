//! The second thread: everything that touches a disk.
//!
//! The loop hands it fixed-size records through a bounded lock-free queue. A full queue drops and
//! counts, so a full disk or a slow SD card can cost records, never a cycle (W-03, W-16, b-30).

mod console;
mod desk;
mod files;
mod follower;
mod line;
mod local_time;
mod log_file;
mod log_front;
mod logs;
mod repeats;
#[cfg(test)]
mod tests;
mod writer;

use core::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_queue::ArrayQueue;

pub use self::desk::Inbox;
use self::desk::{CAPACITY, Desk};
pub use self::files::{Documents, ReadError, peek_backup, peek_state, read_state, write_state};
pub use self::follower::{Condition, Follower, Followers, Moment};
pub use self::line::line;
pub use self::local_time::{from_local, iso_local, text_local};
pub use self::log_front::install as install_log;
use self::writer::Writer;
use super::clock::Clock;
use crate::program::{Program, WanId};
use crate::report::Report;
use crate::status::Label;
use crate::time::Duration;

/// How often the scribe looks; nobody wakes it, so the loop never touches a lock.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);
/// In bytes. A line longer than this is cut, and ends with `…`.
pub const MAX_LINE: usize = 240;

/// One line's text.
pub type LineText = heapless::String<MAX_LINE>;

/// What there is to write down.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "they lie in a queue that has its room from the start"
)]
pub enum Record<S, F> {
    /// Something happened on a WAN.
    Fact {
        /// On which.
        wan: WanId,
        /// What.
        fact: F,
    },
    /// Something happened to the process, or is worth saying about one WAN.
    Line {
        /// Into whose logs it goes; everybody's without.
        wan: Option<WanId>,
        /// How loud.
        level: log::Level,
        /// In words.
        text: LineText,
    },
    /// A state document is due.
    Save {
        /// Of which WAN.
        wan: WanId,
        /// What it says.
        saved: S,
    },
    /// Log files were rotated.
    Reopen,
}

/// The records of a program.
pub type RecordOf<P> = Record<<P as Program>::Saved, <P as Program>::Fact>;
/// The way to the scribe of a program.
pub type InboxOf<P> = Inbox<<P as Program>::Saved, <P as Program>::Fact>;
/// The scribe of a program.
pub type ScribeOf<P> = Scribe<<P as Program>::Saved, <P as Program>::Fact>;

/// v1.7's two spellings of a log line (contract 9.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LogFormat {
    /// `2026-11-20 23:53:36,974 [wan1] [INFO] message`
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// The files of one WAN.
#[derive(Clone, Debug)]
pub struct WanFiles {
    /// `wan_name`, as it stands in brackets.
    pub name: Label,
    /// INFO and above; none when run by hand.
    pub main_log: Option<PathBuf>,
    /// Everything, while debugging; none when run by hand.
    pub debug_log: Option<PathBuf>,
    /// Where the state document lives: one path, or two while v1.7's reader looks elsewhere.
    pub states: Vec<PathBuf>,
}

/// What the scribe is told at the start.
#[derive(Clone, Debug)]
pub struct ScribeParams {
    /// One entry per WAN, in configured order.
    pub wans: Vec<WanFiles>,
    /// How lines are spelled.
    pub format: LogFormat,
    /// Whether debug lines are written from the start.
    pub debug: bool,
    /// Whether warnings, and everything while debugging, also go to stderr.
    pub console: bool,
}

/// The scribe's thread.
#[derive(Debug)]
pub struct Scribe<S, F> {
    inbox: Inbox<S, F>,
    thread: JoinHandle<()>,
}

impl<S: Debug + Send + 'static, F: Debug + Send + 'static> Scribe<S, F> {
    /// Starts it, for what `P` tells; the `followers` are told the same.
    ///
    /// # Errors
    /// The system's words, if it gives no thread.
    pub fn start<P>(
        clock: Clock,
        params: ScribeParams,
        followers: Followers<F>,
    ) -> Result<Self, String>
    where
        P: Report<Saved = S, Fact = F>,
    {
        let desk = Arc::new(Desk {
            queue: ArrayQueue::new(CAPACITY),
            written: ArrayQueue::new(CAPACITY),
            lost: AtomicU64::new(0),
            unsaved: AtomicU32::new(0),
            history_failing: AtomicBool::new(false),
            history_lost: AtomicU64::new(0),
            debug: AtomicBool::new(params.debug),
            followed: !followers.is_empty(),
            stop: AtomicBool::new(false),
            done: AtomicBool::new(false),
        });
        let work = Arc::clone(&desk);
        let thread = thread::Builder::new()
            .name("scribe".into())
            .stack_size(256 * 1024)
            .spawn(move || {
                let mut writer = Writer::<P>::new(params, followers);
                // Whatever arrived before the order to stop is still written.
                while !work.stop.load(Ordering::Acquire) {
                    writer.work_off(&work, clock);
                    thread::park_timeout(LOOK_EVERY);
                }
                writer.work_off(&work, clock);
                writer.finish(&work, clock);
                work.done.store(true, Ordering::Release);
            })
            .map_err(|e| format!("cannot start the scribe thread: {e}"))?;
        Ok(Self {
            inbox: Inbox { desk, clock },
            thread,
        })
    }

    /// The way to it.
    pub fn inbox(&self) -> Inbox<S, F> {
        self.inbox.clone()
    }

    /// Lets it finish, for at most `patience`: a hung disk must not keep the process alive. Returns
    /// whether it finished.
    pub fn stop(self, patience: Duration) -> bool {
        let desk = &self.inbox.desk;
        desk.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        let clock = self.inbox.clock;
        let give_up_at = clock.now() + patience;
        while !desk.done.load(Ordering::Acquire) && clock.now() < give_up_at {
            thread::park_timeout(std::time::Duration::from_millis(5));
        }
        let done = desk.done.load(Ordering::Acquire);
        if done {
            // It has nothing left to do but to return.
            let _ = self.thread.join();
        }
        done
    }
}
