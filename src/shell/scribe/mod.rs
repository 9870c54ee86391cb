//! The second thread: everything that touches a disk.
//!
//! The loop hands it fixed-size records through a bounded lock-free queue. A full queue drops and
//! counts, so a full disk or a slow SD card can cost records, never a cycle (W-03, W-16, b-30).

mod files;
mod local_time;
mod log_file;
mod log_front;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_queue::ArrayQueue;

pub use self::files::{ReadError, peek_state, read_state, write_state};
pub use self::local_time::{iso_local, text_local};
pub use self::log_front::install as install_log;
use self::writer::Writer;
use super::clock::{Clock, WallTime};
use crate::program::{Fact, WanId};
use crate::status::{Label, Saved};
use crate::time::Duration;

/// Records that may wait: more than a second of two WANs at debug level.
const CAPACITY: usize = 256;
/// How often the scribe looks; nobody wakes it, so the loop never touches a lock.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);
/// A line longer than this is cut.
pub const MAX_LINE: usize = 240;

/// One line's text.
pub type LineText = heapless::String<MAX_LINE>;

/// What there is to write down.
#[derive(Clone, Debug)]
pub enum Record {
    /// Something happened on a WAN.
    Fact {
        /// On which.
        wan: WanId,
        /// What.
        fact: Fact,
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
        saved: Saved,
    },
    /// Log files were rotated.
    Reopen,
}

/// A record and when it was made.
#[derive(Clone, Debug)]
struct Entry {
    at: WallTime,
    record: Record,
}

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

#[derive(Debug)]
struct Desk {
    queue: ArrayQueue<Entry>,
    lost: AtomicU64,
    debug: AtomicBool,
    stop: AtomicBool,
    done: AtomicBool,
}

/// The way to the scribe; clones lead to the same one.
#[derive(Clone, Debug)]
pub struct Inbox {
    desk: Arc<Desk>,
    clock: Clock,
}

impl Inbox {
    /// Leaves a record; neither waits nor allocates.
    pub fn leave(&self, record: Record) {
        let entry = Entry {
            at: self.clock.wall(),
            record,
        };
        if self.desk.queue.push(entry).is_err() {
            self.desk.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Records there was no room for.
    pub fn lost(&self) -> u64 {
        self.desk.lost.load(Ordering::Relaxed)
    }

    /// Whether debug lines are wanted; otherwise they need not be left.
    pub fn wants_debug(&self) -> bool {
        self.desk.debug.load(Ordering::Relaxed)
    }

    /// Switches debug lines on or off; returns what it is now.
    pub fn toggle_debug(&self) -> bool {
        !self.desk.debug.fetch_xor(true, Ordering::Relaxed)
    }
}

/// The scribe's thread.
#[derive(Debug)]
pub struct Scribe {
    inbox: Inbox,
    thread: JoinHandle<()>,
}

impl Scribe {
    /// Starts it.
    ///
    /// # Errors
    /// The system's words, if it gives no thread.
    pub fn start(clock: Clock, params: ScribeParams) -> Result<Self, String> {
        let desk = Arc::new(Desk {
            queue: ArrayQueue::new(CAPACITY),
            lost: AtomicU64::new(0),
            debug: AtomicBool::new(params.debug),
            stop: AtomicBool::new(false),
            done: AtomicBool::new(false),
        });
        let work = Arc::clone(&desk);
        let thread = thread::Builder::new()
            .name("scribe".into())
            .stack_size(256 * 1024)
            .spawn(move || {
                let mut writer = Writer::new(params);
                // Whatever arrived before the order to stop is still written.
                let mut last_round = false;
                while !last_round {
                    last_round = work.stop.load(Ordering::Acquire);
                    writer.work_off(&work);
                    if !last_round {
                        thread::park_timeout(LOOK_EVERY);
                    }
                }
                work.done.store(true, Ordering::Release);
            })
            .map_err(|e| format!("cannot start the scribe thread: {e}"))?;
        Ok(Self {
            inbox: Inbox { desk, clock },
            thread,
        })
    }

    /// The way to it.
    pub fn inbox(&self) -> Inbox {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    fn params(dir: &std::path::Path, debug: bool) -> ScribeParams {
        ScribeParams {
            wans: vec![WanFiles {
                name: crate::status::label("wan1"),
                main_log: Some(dir.join("log/wan1.log")),
                debug_log: Some(dir.join("log/wan1_debug.log")),
                states: vec![
                    dir.join("state/wan1_state.json"),
                    dir.join("wan1_state.json"),
                ],
            }],
            format: LogFormat::Text,
            debug,
            console: false,
        }
    }

    const THROTTLED: Record = Record::Fact {
        wan: WanId(0),
        fact: Fact::Throttled {
            changes: 10,
            window: Duration::from_secs(60),
        },
    };

    #[test]
    fn facts_become_lines_and_states_documents() {
        let dir = tempfile::tempdir().unwrap();
        let scribe = Scribe::start(Clock::start(), params(dir.path(), true)).unwrap();
        let mut saved = Saved::default();
        saved.rates.down = Rate::mbit(7);
        let wan = WanId(0);
        scribe.inbox().leave(THROTTLED);
        scribe.inbox().leave(Record::Save { wan, saved });
        scribe.inbox().leave(Record::Fact {
            wan,
            fact: Fact::Silent,
        });
        assert!(scribe.stop(Duration::from_secs(5)));

        let main = std::fs::read_to_string(dir.path().join("log/wan1.log")).unwrap();
        assert!(
            main.ends_with(
                " [wan1] [WARNING] wan1: All ICMP pings failed - running fallback checks\n"
            ),
            "{main}"
        );
        assert_eq!(main.lines().count(), 1, "debug lines stay out of it");
        let debug = std::fs::read_to_string(dir.path().join("log/wan1_debug.log")).unwrap();
        assert_eq!(debug.lines().count(), 2);
        for path in &params(dir.path(), false).wans[0].states {
            let read = read_state(path, &Saved::default()).unwrap().unwrap();
            assert_eq!(read.rates.down, Rate::mbit(7));
        }
    }

    #[test]
    fn a_rotated_log_is_reopened_without_being_told() {
        let dir = tempfile::tempdir().unwrap();
        let scribe = Scribe::start(Clock::start(), params(dir.path(), false)).unwrap();
        let (log, old) = (dir.path().join("log/wan1.log"), dir.path().join("old.log"));
        let silent = || {
            scribe.inbox().leave(Record::Fact {
                wan: WanId(0),
                fact: Fact::Silent,
            });
        };
        silent();
        while !log.exists() {
            thread::park_timeout(LOOK_EVERY);
        }
        std::fs::rename(&log, &old).unwrap();
        for _ in 0..40 {
            silent();
            thread::park_timeout(LOOK_EVERY);
            if log.exists() {
                break;
            }
        }
        assert!(log.exists());
        scribe.stop(Duration::from_secs(5));
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        let scribe = Scribe::start(Clock::start(), params(dir.path(), false)).unwrap();
        let inbox = scribe.inbox();
        for _ in 0..100_000 {
            inbox.leave(THROTTLED);
        }
        assert!(inbox.lost() > 0);
        scribe.stop(Duration::from_secs(5));
    }
}
