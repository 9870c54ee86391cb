//! `/metrics/history` (contract 6.2): the loop passes questions on, a thread reads the database.
//!
//! A question costs the loop two queue operations and sending the answer, a quarter of a megabyte per tick at
//! most. Questions are answered one after the other, [`MAX_OPEN`] may be open, and each has [`PATIENCE`].

mod document;
pub mod question;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};

use crossbeam_queue::ArrayQueue;

use self::question::Question;
use super::clock::Clock;
use super::http_server::{Aside, Reply, Ticket};
use crate::time::Duration;

/// Questions that are open at a time, from the request to the last byte of the answer: what they hold in
/// memory, 2.5 MB each at the greatest `limit`, is bounded by this.
pub const MAX_OPEN: usize = 3;
/// Time that one answer may take; the client gives up later, and so hears why.
pub const PATIENCE: Duration = Duration::from_secs(3);

const PATH: &str = "/metrics/history";
/// The server takes no longer request.
const TARGET: usize = 2048;
/// SQLite and what an answer is made of; measured 90 KiB.
const STACK: usize = 512 * 1024;

/// The loop's end.
#[derive(Debug)]
pub struct Archive {
    desk: Arc<Desk>,
    thread: Thread,
}

/// What both threads see.
#[derive(Debug)]
struct Desk {
    questions: ArrayQueue<(Ticket, heapless::String<TARGET>)>,
    answers: ArrayQueue<(Ticket, Reply)>,
    /// Answers that nobody needs any more, so that their memory is freed where it was taken.
    spent: ArrayQueue<Reply>,
    open: AtomicUsize,
    closed: AtomicBool,
}

impl Archive {
    /// Starts the thread; it opens the database for every question, because a file may be moved away or come
    /// later. `None`: no history is kept, and every answer is empty.
    ///
    /// # Errors
    /// The system's words, if it gives no thread.
    pub fn start(clock: Clock, path: Option<PathBuf>) -> Result<Self, String> {
        let desk = Arc::new(Desk {
            questions: ArrayQueue::new(MAX_OPEN),
            answers: ArrayQueue::new(MAX_OPEN),
            spent: ArrayQueue::new(MAX_OPEN),
            open: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&desk);
        let handle = thread::Builder::new()
            .name("archive".into())
            .stack_size(STACK)
            .spawn(move || theirs.serve(clock, path.as_deref()))
            .map_err(|e| format!("cannot start the archive thread: {e}"))?;
        Ok(Self {
            desk,
            thread: handle.thread().clone(),
        })
    }
}

impl Desk {
    fn serve(&self, clock: Clock, path: Option<&std::path::Path>) {
        while !self.closed.load(Ordering::Acquire) {
            while self.spent.pop().is_some() {}
            match self.questions.pop() {
                Some((ticket, target)) => {
                    let reply = answer(clock, path, &target);
                    // As many answers as questions that are open, and there is room for all of them.
                    let _ = self.answers.push((ticket, reply));
                }
                None => thread::park(),
            }
        }
    }
}

fn answer(clock: Clock, path: Option<&std::path::Path>, target: &str) -> Reply {
    let question = match Question::parse(target, clock.wall()) {
        Ok(question) => question,
        Err(sentence) => return document::error(400, &sentence),
    };
    document::answer(clock, clock.now() + PATIENCE, path, &question)
}

/// Neither waits nor allocates.
impl Aside for Archive {
    fn is_for(&self, target: &str) -> bool {
        // As v1.7: whatever follows.
        target.starts_with(PATH)
    }

    fn ask(&self, ticket: Ticket, target: &str) -> bool {
        if self.desk.open.load(Ordering::Acquire) >= MAX_OPEN {
            return false;
        }
        let Ok(target) = heapless::String::try_from(target) else {
            return false;
        };
        self.desk.open.fetch_add(1, Ordering::AcqRel);
        // There is room for as many as may be open.
        let _ = self.desk.questions.push((ticket, target));
        self.thread.unpark();
        true
    }

    fn answered(&self) -> Option<(Ticket, Reply)> {
        self.desk.answers.pop()
    }

    fn done_with(&self, reply: Reply) {
        self.desk.open.fetch_sub(1, Ordering::AcqRel);
        let _ = self.desk.spent.push(reply);
        self.thread.unpark();
    }
}

/// The thread ends after the question it is busy with. Nobody waits for it.
impl Drop for Archive {
    fn drop(&mut self) {
        self.desk.closed.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
