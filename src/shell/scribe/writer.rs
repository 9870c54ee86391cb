//! Works off the queue: lines to logs, states to documents, facts to whoever follows them.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use log::Level;

use super::files::write_state;
use super::local_time::iso_local;
use super::logs::Logs;
use super::{Desk, Follower, Followers, Moment, Record, RecordOf, ScribeParams};
use crate::program::WanId;
use crate::report::{Line, Report};
use crate::shell::clock::Clock;
use crate::status::Label;
use crate::time::WallTime;

/// Everything the scribe writes to.
#[derive(Debug)]
pub(super) struct Writer<P: Report> {
    logs: Logs,
    wans: Vec<Papers>,
    followers: Followers<P::Fact>,
    lost_told: u64,
}

/// The state documents of one WAN.
#[derive(Debug)]
struct Papers {
    name: Label,
    states: Vec<PathBuf>,
    /// The last complaint about each of them, so that a full disk is reported once.
    unsaved: Vec<Option<String>>,
}

impl<P: Report> Writer<P> {
    pub(super) fn new(params: ScribeParams, followers: Followers<P::Fact>) -> Self {
        let papers = params.wans.iter().map(|files| Papers {
            name: files.name.clone(),
            states: files.states.clone(),
            unsaved: vec![None; files.states.len()],
        });
        Self {
            wans: papers.collect(),
            logs: Logs::new(P::LOGGER, params),
            followers,
            lost_told: 0,
        }
    }

    /// Writes down all that waits.
    pub(super) fn work_off(&mut self, from: &Desk<P::Saved, P::Fact>, clock: Clock) {
        self.logs.debug(from.debug.load(Relaxed));
        let newest = self.empty(from);
        let unsaved = self.wans.iter().flat_map(|wan| &wan.unsaved).flatten();
        from.unsaved
            .store(u32::try_from(unsaved.count()).unwrap_or(u32::MAX), Relaxed);
        let lost = from.lost.load(Relaxed);
        if let Some(at) = newest
            && lost > self.lost_told
        {
            let text = format!(
                "{} records lost: the disk is too slow",
                lost - self.lost_told
            );
            self.lost_told = lost;
            self.logs.line_to_all(at, Level::Warn, &text);
        }
        let dropped = self.logs.flush(Moment::of(clock));
        from.lost.fetch_add(dropped, Relaxed);
        // The file's trouble was told where it is seen.
        self.lost_told += dropped;
        self.for_followers(clock, |follower, at, say| follower.work(at, say));
        let conditions = || self.followers.iter().map(|follower| follower.condition());
        let failing = conditions().any(|condition| condition.failing);
        from.history_failing.store(failing, Relaxed);
        let lost = conditions().map(|condition| condition.lost).sum();
        from.history_lost.store(lost, Relaxed);
    }

    /// Writes down what lies in the queue; returns when the newest of it was left.
    fn empty(&mut self, from: &Desk<P::Saved, P::Fact>) -> Option<WallTime> {
        let mut newest = None;
        while let Some(entry) = from.queue.pop() {
            newest = Some(entry.at);
            self.write(entry.at, &entry.record);
            if let Record::Save { saved, .. } = entry.record {
                // Who has no use for it lets it lie until there is no more room.
                let _ = from.written.push(saved);
            }
        }
        newest
    }

    /// The process ends.
    pub(super) fn finish(&mut self, from: &Desk<P::Saved, P::Fact>, clock: Clock) {
        self.for_followers(clock, |follower, at, say| follower.finish(at, say));
        // What their threads had to say of their last attempts.
        self.empty(from);
        self.logs.close(Moment::of(clock));
    }

    fn for_followers(
        &mut self,
        clock: Clock,
        act: impl Fn(&mut dyn Follower<P::Fact>, Moment, &mut dyn FnMut(Level, &str)),
    ) {
        for follower in &mut self.followers {
            let at = Moment::of(clock);
            act(follower.as_mut(), at, &mut |level, text| {
                self.logs.line_to_all(at.wall, level, text);
            });
        }
    }

    fn write(&mut self, at: WallTime, record: &RecordOf<P>) {
        match record {
            Record::Fact { wan, fact } => {
                let level = P::level(fact);
                if self.logs.want(level) {
                    let name = &self.wans[wan.index()].name;
                    let line = Line::<P> { wan: name, fact }.to_string();
                    self.logs.line(*wan, at, level, &line);
                }
                for follower in &mut self.followers {
                    follower.hear(at, *wan, fact);
                }
            }
            Record::Line { wan, level, text } => match wan {
                Some(wan) => self.logs.line(*wan, at, *level, text),
                None => self.logs.line_to_all(at, *level, text),
            },
            Record::Save { wan, saved } => {
                let document = P::document(saved, &|ago| iso_local(at.before(ago)));
                self.save(*wan, at, &document);
            }
            Record::Reopen => self.logs.reopen(),
        }
    }

    fn save(&mut self, wan: WanId, at: WallTime, document: &str) {
        let papers = &mut self.wans[wan.index()];
        let name = &papers.name;
        for (path, told) in papers.states.iter().zip(&mut papers.unsaved) {
            let complaint = write_state(path, document)
                .err()
                .map(|e| format!("{name}: Could not save state: {}: {e}", path.display()));
            if complaint != *told {
                told.clone_from(&complaint);
                let (level, text) = match complaint {
                    Some(text) => (Level::Warn, text),
                    None => (Level::Info, format!("{name}: State is saved again")),
                };
                self.logs.line(wan, at, level, &text);
            }
        }
    }
}
