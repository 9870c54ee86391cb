//! The history's place on the scribe's thread: facts in, rows into the database.

use core::fmt::Debug;
use core::marker::PhantomData;

use log::Level;

use super::scribe::{Condition, Follower, Moment};
use crate::history::maintain::Budget;
use crate::history::recorder::{Notice, Recorder, RecorderParams};
use crate::history::second::{Recorded, Seconds, Snapshot};
use crate::program::WanId;
use crate::time::WallTime;

/// What the chronicler is told at the start.
#[derive(Clone, Debug)]
pub struct ChroniclerParams {
    /// The database.
    pub recorder: RecorderParams,
    /// `wan_name` of each WAN, in configured order, and what its file says.
    pub wans: Vec<(String, Snapshot)>,
}

/// Keeps the history of a program whose facts are `F`.
#[derive(Debug)]
pub struct Chronicler<F> {
    seconds: Seconds,
    recorder: Recorder,
    facts: PhantomData<fn(F)>,
}

impl<F> Chronicler<F> {
    /// Touches no file yet. The snapshots are the first rows, as of `at`.
    pub fn new(at: WallTime, params: ChroniclerParams) -> Self {
        let seconds = Seconds::new(params.wans.iter().map(|(name, _)| &**name));
        let mut recorder = Recorder::new(params.recorder);
        for (wan, (_, snapshot)) in (0..).map(WanId).zip(&params.wans) {
            if let Some(row) = seconds.snapshot(at, wan, snapshot) {
                recorder.push(row);
            }
        }
        Self {
            seconds,
            recorder,
            facts: PhantomData,
        }
    }
}

impl<F: Recorded + Debug> Follower<F> for Chronicler<F> {
    fn hear(&mut self, at: WallTime, wan: WanId, fact: &F) {
        let recorder = &mut self.recorder;
        self.seconds
            .hear(at, wan, fact, &mut |row| recorder.push(row));
    }

    fn work(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str)) {
        let recorder = &mut self.recorder;
        self.seconds.pass(at.wall, &mut |row| recorder.push(row));
        let tell = || at.clock.now();
        let budget = Budget::of_a_step(&tell);
        tell_of(recorder.step(at.now, secs(at.wall), budget), say);
    }

    fn finish(&mut self, at: Moment, say: &mut dyn FnMut(Level, &str)) {
        let recorder = &mut self.recorder;
        self.seconds.end(&mut |row| recorder.push(row));
        tell_of(recorder.finish(at.now, secs(at.wall)), say);
    }

    fn condition(&self) -> Condition {
        Condition {
            failing: self.recorder.is_failing(),
            lost: self.recorder.lost(),
        }
    }
}

fn tell_of(notice: Option<Notice>, say: &mut dyn FnMut(Level, &str)) {
    if let Some(notice) = notice {
        let level = match notice {
            Notice::Failing(_) => Level::Warn,
            Notice::Bloated { .. } | Notice::Recovered { .. } => Level::Info,
        };
        say(level, &notice.to_string());
    }
}

fn secs(at: WallTime) -> i64 {
    i64::try_from(at.secs).unwrap_or(i64::MAX)
}
