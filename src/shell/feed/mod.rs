//! What steering hears of the primary's autorate, read on a thread of its own: its state document may lie on
//! a disk that hangs, and its `/health` on a process that does.
//!
//! Once a second the thread looks at both and leaves what it knows in a slot for one; the loop takes it
//! from there without a lock. The live word counts while it is of now. Otherwise only a baseline is worth
//! anything, and the younger one is taken.

mod documents;
mod live;
pub mod once;
mod teller;
#[cfg(test)]
mod tests;
mod word;

use core::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};

use crossbeam_queue::ArrayQueue;

use self::documents::Documents;
use self::live::Live;
use self::teller::Teller;
use self::word::{Word, choose};
use super::Errno;
use super::clock::Clock;
use crate::report::feed::Unfit;
use crate::steering::evidence::Feed;
use crate::time::{Duration, Instant};

/// From one look to the next: a live word counts for five seconds, a document for minutes.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// As the scribe's; the documents cost a few kilobytes of it, however deep they are.
const STACK: usize = 256 * 1024;

/// Where autorate can be heard.
#[derive(Clone, Debug)]
pub struct FeedParams {
    /// Its state document may be at any of these, the likeliest first.
    pub documents: Vec<PathBuf>,
    /// Its `/health`, if it is asked for live words.
    pub health: Option<SocketAddr>,
    /// The primary's `wan_name`, as it stands in `/health`.
    pub wan: String,
}

/// What the thread could do at its last look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FeedStatus {
    /// Which of [`FeedParams::documents`] serves; otherwise what is wrong with the first that is there.
    pub document: Result<usize, DocumentTrouble>,
    /// Whether the live word was heard; `None` if nobody asks for it.
    pub live: Option<Result<(), LiveTrouble>>,
}

/// Why a state document cannot be used. What it said before stays, and grows old.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DocumentTrouble {
    /// There is none.
    Missing,
    /// The system refuses.
    Unreadable(Errno),
    /// A directory, a FIFO, a device.
    NoFile,
    /// It is longer than any state document.
    TooLong,
    /// It says nothing of use.
    Unfit(Unfit),
}

/// Continues a sentence that begins with its path.
impl fmt::Display for DocumentTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Unreadable(errno) => write!(f, "cannot be read: {errno}"),
            Self::NoFile => f.write_str("is no regular file"),
            Self::TooLong => f.write_str("is too long for a state document"),
            Self::Unfit(unfit) => unfit.fmt(f),
        }
    }
}

/// Why there is no live word. The last one stays, and grows old.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LiveTrouble {
    /// There is no connection, or no longer.
    Unreachable(Errno),
    /// It takes too long.
    TimedOut,
    /// It hung up before its answer was complete.
    Closed,
    /// It speaks no HTTP.
    NoHttp,
    /// Neither 200 nor 503, both of which come with a document.
    Status(u16),
    /// The answer is longer than any of autorate's.
    TooLong,
    /// It says nothing of use.
    Unfit(Unfit),
}

/// Continues a sentence that begins with its address.
impl fmt::Display for LiveTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(errno) => write!(f, "cannot be reached: {errno}"),
            Self::TimedOut => f.write_str("does not answer in time"),
            Self::Closed => f.write_str("hangs up before its answer is complete"),
            Self::NoHttp => f.write_str("does not speak HTTP"),
            Self::Status(status) => write!(f, "answers with status {status}"),
            Self::TooLong => f.write_str("answers at too great length"),
            Self::Unfit(unfit) => unfit.fmt(f),
        }
    }
}

/// The helper thread cannot be started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FeedError(Errno);

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start the feed thread: {}", self.0)
    }
}

impl core::error::Error for FeedError {}

/// The loop's end.
#[derive(Debug)]
pub struct FeedReader {
    desk: Arc<Desk>,
    thread: Thread,
    last: Option<Post>,
}

/// What both threads see.
#[derive(Debug)]
struct Desk {
    slot: ArrayQueue<Post>,
    closed: AtomicBool,
}

/// What the thread leaves after a look.
#[derive(Clone, Copy, Debug)]
struct Post {
    document: Option<Word>,
    live: Option<Word>,
    status: FeedStatus,
}

impl FeedReader {
    /// Starts the thread; its first look is at once.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(clock: Clock, params: FeedParams) -> Result<Self, FeedError> {
        let desk = Arc::new(Desk {
            slot: ArrayQueue::new(1),
            closed: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&desk);
        let handle = thread::Builder::new()
            .name("feed".into())
            .stack_size(STACK)
            .spawn(move || serve(&theirs, clock, params))
            .map_err(|error| FeedError(error.into()))?;
        Ok(Self {
            desk,
            thread: handle.thread().clone(),
            last: None,
        })
    }

    /// The best word there is, with its age at `now`; `None` if there never was one. Neither waits nor
    /// allocates.
    pub fn latest(&mut self, now: Instant) -> Option<Feed> {
        self.last = self.desk.slot.pop().or(self.last);
        let Post { document, live, .. } = self.last?;
        choose(document, live, now)
    }

    /// What the thread could do, as of the last [`FeedReader::latest`]; `None` before its first look is over.
    pub fn status(&self) -> Option<FeedStatus> {
        self.last.map(|post| post.status)
    }
}

/// The thread ends after the look it is busy with. Nobody waits for it.
impl Drop for FeedReader {
    fn drop(&mut self) {
        self.desk.closed.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

fn serve(desk: &Desk, clock: Clock, params: FeedParams) {
    let mut teller = Teller::default();
    let mut live = params
        .health
        .map(|address| Live::new(clock, address, params.wan));
    let mut documents = Documents::new(params.documents);
    while !desk.closed.load(Ordering::Acquire) {
        let reading = clock.read();
        documents.look(reading);
        if let Some(live) = &mut live {
            live.look();
        }
        desk.slot.force_push(Post {
            document: documents.word(clock.now()),
            live: live.as_ref().and_then(Live::word),
            status: FeedStatus {
                document: documents.state(clock.now()),
                live: live.as_ref().map(Live::state),
            },
        });
        teller.tell(clock.now(), &documents, live.as_ref());
        let next_at = reading.now + LOOK_EVERY;
        while clock.now() < next_at && !desk.closed.load(Ordering::Acquire) {
            thread::park_timeout(std(next_at - clock.now()));
        }
    }
}

const fn std(span: Duration) -> std::time::Duration {
    std::time::Duration::from_micros(span.as_micros())
}
