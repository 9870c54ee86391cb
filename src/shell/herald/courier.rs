//! The thread that posts notices: whatever the other side does, nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration as StdDuration;

use crossbeam_queue::ArrayQueue;

use super::post::Post;
use crate::notices::Notice;
use crate::notices::outbox::{self, Outbox, Outcome};
use crate::notices::spelling::Format;
use crate::shell::clock::Clock;
use crate::time::Duration;

/// Nothing happens for so long at most: whoever stops it need not be seen at once.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Where notices are left.
#[derive(Debug)]
struct Mailbox {
    queue: ArrayQueue<Notice>,
    /// For which there was no room.
    overflow: AtomicU64,
    /// Taken out of the queue and not sent.
    waiting: AtomicUsize,
    stop: AtomicBool,
    done: AtomicBool,
}

/// The way to the thread.
#[derive(Debug)]
pub(super) struct Courier {
    mailbox: Arc<Mailbox>,
    thread: Thread,
}

impl Courier {
    /// Starts it.
    ///
    /// # Errors
    /// The system's words, if it gives no thread.
    pub(super) fn start(clock: Clock, post: Post, format: Format) -> Result<Self, String> {
        let mailbox = Arc::new(Mailbox {
            queue: ArrayQueue::new(outbox::MOST),
            overflow: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            done: AtomicBool::new(false),
        });
        let round = Round {
            mailbox: Arc::clone(&mailbox),
            outbox: Outbox::default(),
            post,
            format,
            clock,
        };
        let thread = thread::Builder::new()
            .name("notices".into())
            .stack_size(512 * 1024)
            .spawn(move || round.run())
            .map_err(|e| format!("cannot start a thread: {e}"))?;
        Ok(Self {
            mailbox,
            thread: thread.thread().clone(),
        })
    }

    /// Leaves a notice; does not wait. If there are too many, the oldest makes room.
    pub(super) fn leave(&self, notice: Notice) {
        if self.mailbox.queue.force_push(notice).is_some() {
            self.mailbox.overflow.fetch_add(1, Ordering::Relaxed);
        }
        self.thread.unpark();
    }

    /// Asks it to try what it has once more, and to end.
    pub(super) fn stop(&self) {
        self.mailbox.stop.store(true, Ordering::Release);
        self.thread.unpark();
    }

    /// Whether it has ended.
    pub(super) fn is_done(&self) -> bool {
        self.mailbox.done.load(Ordering::Acquire)
    }

    /// Notices that are not sent.
    pub(super) fn unsent(&self) -> usize {
        self.mailbox.queue.len() + self.mailbox.waiting.load(Ordering::Relaxed)
    }
}

/// What the thread does.
struct Round {
    mailbox: Arc<Mailbox>,
    outbox: Outbox,
    post: Post,
    format: Format,
    clock: Clock,
}

impl Round {
    fn run(mut self) {
        let mut hurried = false;
        loop {
            // Read first: what was left before the order to stop is still tried.
            let stop = self.mailbox.stop.load(Ordering::Acquire);
            while let Some(notice) = self.mailbox.queue.pop() {
                self.outbox.add(notice);
            }
            self.account();
            if stop && !hurried {
                self.outbox.hurry();
                hurried = true;
            }
            if self.attempt() {
                self.account();
            } else if stop {
                break;
            } else {
                let now = self.clock.now();
                let sleep = (self.outbox.due_at() - now).min(LONGEST_SLEEP);
                thread::park_timeout(StdDuration::from_micros(sleep.as_micros()));
            }
        }
        self.mailbox.done.store(true, Ordering::Release);
    }

    /// Sends one, if one is due.
    fn attempt(&mut self) -> bool {
        let Some((notice, late)) = self.outbox.due(self.clock.now()) else {
            return false;
        };
        let wan = notice.wan.clone();
        let sent = self.post.send(&self.format.spell(notice, late));
        let outcome = sent.as_ref().err().map(|untaken| untaken.outcome);
        let was_failing = self.outbox.is_failing();
        let outcome = outcome.unwrap_or(Outcome::Delivered);
        self.outbox.tried(self.clock.now(), outcome);
        let to = self.post.shown();
        match sent {
            Ok(()) if was_failing => log::info!("{wan}: Notices reach {to} again"),
            Ok(()) => log::debug!("{wan}: Notice sent to {to}"),
            Err(untaken) if outcome == Outcome::Refused => {
                log::warn!("{wan}: Notice not accepted by {to}: {}", untaken.why);
            }
            Err(untaken) if !was_failing => log::warn!(
                "{wan}: Notice not sent to {to}: {}; tried again with growing pauses",
                untaken.why
            ),
            Err(untaken) => log::debug!("{wan}: Notice not sent to {to}: {}", untaken.why),
        }
        true
    }

    /// Says how many wait, and how many no longer do.
    fn account(&mut self) {
        let waiting = self.outbox.len();
        self.mailbox.waiting.store(waiting, Ordering::Relaxed);
        let overflow = self.mailbox.overflow.swap(0, Ordering::Relaxed);
        let dropped = self.outbox.take_dropped() + overflow;
        if dropped > 0 {
            let to = self.post.shown();
            log::warn!("{dropped} notices for {to} were given up, {waiting} wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::notices::When;
    use crate::shell::herald::PostParams;
    use crate::status::label;

    /// To a listener of this test.
    fn courier(clock: Clock, listener: &TcpListener) -> Courier {
        let shown = format!("http://{}", listener.local_addr().unwrap());
        let post = Post::new(PostParams {
            url: format!("{shown}/secret"),
            shown,
            host: "127.0.0.1".to_owned(),
            trust: None,
            authorization: None,
        })
        .unwrap();
        assert!(!format!("{post:?}").contains("secret"));
        Courier::start(clock, post, Format::Json).unwrap()
    }

    fn notice(clock: Clock) -> Notice {
        let at = When {
            now: clock.now(),
            wall: clock.wall(),
        };
        Notice::test(at, &label("wan1"))
    }

    /// Somebody who takes the connection and says nothing.
    #[test]
    fn what_waits_for_a_silent_service_is_bounded_and_nobody_waits_for_it() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let clock = Clock::start();
        let courier = courier(clock, &silent);
        for _ in 0..1_000 {
            courier.leave(notice(clock));
        }
        let unsent = courier.unsent();
        assert!((1..=2 * outbox::MOST).contains(&unsent), "{unsent}");
        courier.stop();
        assert!(!courier.is_done());
    }

    /// Somebody who hangs up on everybody.
    #[test]
    fn what_failed_is_tried_once_more_when_the_process_ends() {
        let rude = TcpListener::bind("127.0.0.1:0").unwrap();
        let clock = Clock::start();
        let courier = courier(clock, &rude);
        courier.leave(notice(clock));
        drop(rude.accept().unwrap());
        courier.stop();
        rude.set_nonblocking(true).unwrap();
        let mut more = 0;
        while !courier.is_done() {
            more += usize::from(rude.accept().is_ok());
            thread::yield_now();
        }
        assert_eq!((more, courier.unsent()), (1, 1));
    }
}
