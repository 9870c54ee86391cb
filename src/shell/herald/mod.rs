//! Tells people: facts from the scribe's thread to notices, notices to a thread that posts them.

mod courier;
mod lookup;
mod post;

use core::fmt::Debug;
use core::marker::PhantomData;

use log::Level;

use self::courier::Courier;
pub use self::post::{Post, PostParams, Untaken};
use super::clock::{Clock, pause};
use super::scribe::{Follower, Moment};
use crate::notices::spelling::Format;
use crate::notices::{Watch, When};
use crate::program::WanId;
use crate::time::{Duration, WallTime};

/// The scribe has not much more time for all that is left.
const LAST_WORDS: Duration = Duration::from_millis(300);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Watches the WANs of a process. Whom it tells is each WAN's own.
#[derive(Debug)]
pub struct Herald<F, W> {
    clock: Clock,
    wans: Vec<Option<Desk<W>>>,
    /// What there is to say at the start.
    greeting: Vec<(Level, String)>,
    facts: PhantomData<fn(F)>,
}

/// One WAN's.
#[derive(Debug)]
struct Desk<W> {
    watch: W,
    courier: Courier,
}

impl<F, W: Watch<F>> Herald<F, W> {
    /// One that watches nobody yet.
    pub const fn new(clock: Clock) -> Self {
        Self {
            clock,
            wans: Vec::new(),
            greeting: Vec::new(),
            facts: PhantomData,
        }
    }

    /// The next WAN, in configured order, of which nobody wants to know anything.
    pub fn skip(&mut self) {
        self.wans.push(None);
    }

    /// The next WAN, in configured order.
    ///
    /// # Errors
    /// A sentence if there can be no thread; the WAN is as skipped then.
    pub fn add(&mut self, watch: W, post: Post, format: Format) -> Result<(), String> {
        let courier = Courier::start(self.clock, post, format);
        let (desk, done) = match courier {
            Ok(courier) => (Some(Desk { watch, courier }), Ok(())),
            Err(sentence) => (None, Err(sentence)),
        };
        self.wans.push(desk);
        done
    }

    /// Something to say as soon as there are logs.
    pub fn greet(&mut self, level: Level, line: String) {
        self.greeting.push((level, line));
    }

    /// Whether it has nothing to do.
    pub fn is_idle(&self) -> bool {
        self.greeting.is_empty() && self.wans.iter().all(Option::is_none)
    }

    fn desks(&mut self) -> impl Iterator<Item = &mut Desk<W>> {
        self.wans.iter_mut().flatten()
    }
}

impl<F: Debug, W: Watch<F>> Follower<F> for Herald<F, W> {
    fn hear(&mut self, at: WallTime, wan: WanId, fact: &F) {
        let now = self.clock.now();
        if let Some(Some(desk)) = self.wans.get_mut(wan.index()) {
            desk.watch.hear(When { now, wall: at }, fact);
        }
    }

    fn work(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str)) {
        for (level, line) in self.greeting.drain(..) {
            say(level, &line);
        }
        let when = When {
            now: at.now,
            wall: at.wall,
        };
        for desk in self.desks() {
            for notice in desk.watch.due(when) {
                desk.courier.leave(notice);
            }
        }
    }

    /// What waits for somebody who does not answer is lost: the process ends.
    fn finish(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str)) {
        self.work(at, say);
        self.desks().for_each(|desk| desk.courier.stop());
        let give_up_at = at.now + LAST_WORDS;
        while self.desks().any(|desk| !desk.courier.is_done()) && self.clock.now() < give_up_at {
            pause(LOOK_EVERY);
        }
        let unsent: usize = self.desks().map(|desk| desk.courier.unsent()).sum();
        if unsent > 0 {
            say(Level::Warn, &format!("{unsent} notices could not be sent"));
        }
    }
}
