//! The steering daemon: watch the primary line, and move the rule that sends new latency-sensitive
//! connections over the alternate.
//!
//! The beats of a cycle are autorate's: measure, judge, act, tell, ask again. A cycle comes every
//! `interval_seconds`, not with every tick of the loop: between two cycles the loop keeps the router link
//! and the echoes going. What is decided is in [`crate::steering`]; here is what it is told, and what
//! becomes of it.

mod fact;
mod pinger;
mod router_side;
mod saving;
mod status;
mod telling;

pub use self::fact::{Cycle, Fact, Left, Side};
pub use self::pinger::PingerParams;
pub use self::saving::Snapshot;
pub use self::status::{
    EchoStatus, FeedStatus, ListStatus, RuleStatus, Setup, SteerStatus, Trouble,
};

use heapless::Vec;

use self::pinger::Pinger;
use self::router_side::Asking;
use self::saving::Saver;
use self::telling::Telling;
use crate::program::{Beat, Input, OutboxOf, Output, Program, WanId};
use crate::router::Transport;
use crate::router::steering::{Event, MAX_LISTS, Steering as Talk};
use crate::status::{Label, LinkStatus};
use crate::steering::evidence::{Alternate, Evidence, Feed, FeedState, Line, QueueNews};
use crate::steering::params::{SteeringParams, V17_INTERVAL};
use crate::steering::record::Saved;
use crate::steering::rule::Switch;
use crate::steering::{Steering, Verdict};
use crate::time::{Duration, Instant, WallTime};
use crate::units::Millis;

/// The line that is watched, and the router.
pub const PRIMARY: WanId = WanId(0);
/// The line that helps out; it has echoes and no router of its own.
pub const ALTERNATE: WanId = WanId(1);

/// The first cycle comes no later than this, whatever the interval: v1.7's own, in which an echo has returned.
/// Rows of samples are times, so nothing is decided any sooner.
const FIRST_CYCLE: Duration = V17_INTERVAL;

/// Everything the daemon needs to know.
#[derive(Clone, Debug)]
pub struct SteerParams {
    /// Names and edges, for reports.
    pub setup: Setup,
    /// How to judge.
    pub steering: SteeringParams,
    /// Echoes over the primary.
    pub primary: PingerParams,
    /// Echoes over the alternate, if it is measured.
    pub alternate: Option<PingerParams>,
    /// Address lists whose entries are counted.
    pub lists: Vec<Label, MAX_LISTS>,
    /// Whether to switch the rule off at the end.
    pub disable_on_exit: bool,
    /// The preferred transport.
    pub transport: Transport,
    /// Whether there is another one.
    pub has_spare: bool,
    /// What a state document gave back.
    pub saved: Option<Saved>,
}

/// The daemon's memory.
#[derive(Debug)]
pub struct Steer {
    steering: Steering,
    primary: Pinger,
    alternate: Option<Pinger>,
    asking: Asking,
    saver: Saver,
    /// Autorate's word, and when it was given.
    feed: Option<(Instant, Feed)>,
    disable_on_exit: bool,
    interval: Duration,
    cycle_at: Instant,
    telling: Telling,
    wall: WallTime,
    status: SteerStatus,
}

impl Steer {
    /// At the start; the rule is adopted as the router shows it.
    pub fn new(now: Instant, params: SteerParams) -> Self {
        let interval = params.steering.interval;
        let mut steering = Steering::new(params.steering);
        if let Some(saved) = params.saved {
            steering.restore(now, saved);
        }
        let saver = Saver::new(&steering, &params.setup.prefix);
        let lists = params.lists.into_iter().map(|name| ListStatus {
            name,
            entries: None,
        });
        let status = SteerStatus {
            now,
            standing: steering.standing(),
            link: LinkStatus::new(params.transport, params.has_spare),
            alternate: params.alternate.map(|_| EchoStatus::default()),
            lists: lists.collect(),
            setup: params.setup,
            ..SteerStatus::default()
        };
        Self {
            primary: Pinger::new(now, params.primary),
            alternate: params.alternate.map(|params| Pinger::new(now, params)),
            asking: Asking::new(now, steering.is_cake_aware(), interval),
            saver,
            feed: None,
            disable_on_exit: params.disable_on_exit,
            interval,
            cycle_at: now + interval.min(FIRST_CYCLE),
            telling: Telling::new(steering.wanted()),
            wall: WallTime::default(),
            steering,
            status,
        }
    }

    /// The newest word of autorate; to be given whenever there is one.
    pub fn hear(&mut self, now: Instant, feed: Option<Feed>) {
        self.feed = feed.map(|feed| (now, feed));
    }

    /// From now on the rule is wanted off, and nothing is judged any more.
    pub fn retire(&mut self, now: Instant) {
        self.steering.retire(now);
        self.telling.retiring = true;
    }

    /// Whether the router has shown that the rule is off.
    pub fn is_off(&self) -> bool {
        self.steering.rule().switch() == Some(Switch::Off)
    }

    /// The decisions.
    pub const fn steering(&self) -> &Steering {
        &self.steering
    }

    /// measure, judge, tell.
    fn cycle(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        let (rtt, echoes) = self.primary.collect(now);
        let (alternate_rtt, alternate) = self.alternate(now, out);
        let evidence = Evidence {
            rtt,
            echoes,
            autorate: self.feed(now),
            queue: core::mem::replace(&mut self.asking.queue, QueueNews::Pending),
            alternate,
            alternate_rtt,
        };
        let verdict = self.steering.observe(now, &evidence);
        self.show(now, &verdict, &evidence);
        self.tell_cycle(now, out);
        self.announce(now, out);
        self.decisions(now, verdict.facts.iter().cloned(), out);
    }

    fn feed(&self, now: Instant) -> Option<Feed> {
        self.feed.map(|(at, feed)| Feed {
            age: feed.age + (now - at),
            ..feed
        })
    }

    /// What is new of the alternate, and whether it answers. One that never has may be mistyped: nothing is
    /// known of it.
    fn alternate(&mut self, now: Instant, out: &mut OutboxOf<Self>) -> (Option<Millis>, Alternate) {
        let Some(pinger) = &mut self.alternate else {
            return (None, Alternate::Unknown);
        };
        let (rtt, _) = pinger.collect(now);
        let state = match pinger.status.heard_at {
            None => Alternate::Unknown,
            Some(at) if now - at < pinger.silent_after() => Alternate::Answers,
            Some(_) => Alternate::Silent,
        };
        let before = core::mem::replace(&mut self.status.alternate_answers, state);
        if state != before {
            let answers = state == Alternate::Answers;
            tell([Fact::Alternate { answers }], out);
        }
        (rtt, state)
    }

    fn show(&mut self, now: Instant, verdict: &Verdict, evidence: &Evidence) {
        let status = &mut self.status;
        status.cycles += 1;
        status.assessment = verdict.assessment;
        status.picture = verdict.picture;
        status.rtt = self.steering.rtt();
        status.baseline = self.steering.baseline();
        status.counts = self.steering.counts(now);
        status.confidence = verdict.confidence;
        status.primary = self.primary.status;
        status.alternate = self.alternate.as_ref().map(|pinger| pinger.status);
        // That a line is dead is known, and acted upon; v1.7 failed at it.
        let blind = verdict.picture.delta.is_none() && verdict.picture.line != Line::Dead;
        status.consecutive_failures = if blind {
            status.consecutive_failures.saturating_add(1)
        } else {
            0
        };
        let feed = &mut status.feed;
        feed.state = verdict.picture.feed;
        feed.age = evidence.autorate.map(|feed| feed.age);
        if feed.state == FeedState::Fresh {
            feed.unfit_since = None;
        } else {
            feed.unfit_since.get_or_insert(now);
        }
        self.believe(now);
    }

    fn keep(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        if let Some(saved) = self.saver.due(now, &self.steering) {
            let wan = PRIMARY;
            out.push(Output::Save { wan, saved });
        }
    }
}

fn tell(facts: impl IntoIterator<Item = Fact>, out: &mut OutboxOf<Steer>) {
    for fact in facts {
        out.push(Output::Tell { wan: PRIMARY, fact });
    }
}

impl Program for Steer {
    type Talk = Talk;
    type Fact = Fact;
    type Saved = Box<Snapshot>;
    type Status = SteerStatus;

    fn tick(&mut self, now: Instant, beat: Beat, out: &mut OutboxOf<Self>) {
        self.wall = beat.wall;
        self.status.now = now;
        self.status.pulse.feel(now, beat);
        if self.steering.is_retiring() {
            // Nothing is judged any more, so nothing is measured.
            self.keep(now, out);
            self.ask(now, out);
            return;
        }
        if now >= self.cycle_at {
            // After a pause of the process the missed cycles are not made up for.
            let next = self.cycle_at + self.interval;
            self.cycle_at = if next > now {
                next
            } else {
                now + self.interval
            };
            self.cycle(now, out);
        }
        self.status.next_cycle = self.cycle_at;
        self.keep(now, out);
        self.ask(now, out);
        self.primary
            .due(now, |echo| out.push(Output::Probe { wan: PRIMARY, echo }));
        if let Some(alternate) = &mut self.alternate {
            let wan = ALTERNATE;
            alternate.due(now, |echo| out.push(Output::Probe { wan, echo }));
        }
    }

    fn input(&mut self, now: Instant, input: Input<Event>, out: &mut OutboxOf<Self>) {
        match input {
            Input::Reply { wan, seq, rtt, .. } => {
                if let Some(pinger) = self.pinger(wan) {
                    pinger.reply(now, seq, rtt);
                }
            }
            Input::Leaving { wan, unsent } => self.leaving(now, wan, unsent, out),
            Input::Router { event, .. } => self.router(now, event, out),
            // Never asked for.
            Input::Connected { .. } => {}
        }
    }

    fn stop(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        if self.disable_on_exit {
            self.retire(now);
            self.announce(now, out);
            self.ask(now, out);
        }
        if let Some(saved) = self.saver.take(now, &self.steering) {
            let wan = PRIMARY;
            out.push(Output::Save { wan, saved });
        }
    }

    fn ended(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        // What the router has confirmed since the last snapshot.
        self.keep(now, out);
        let setup = &self.status.setup;
        let comment = setup.comment.clone();
        let left = match (self.steering.is_retiring(), self.steering.rule().switch()) {
            (_, Some(Switch::Off)) => Left::Off,
            (false, Some(Switch::On)) => Left::On,
            (false, None) => Left::Unknown(self.steering.standing()),
            (true, Some(Switch::On) | None) => Left::NotDisabled,
        };
        tell([Fact::Left { left, comment }], out);
    }

    fn status(&self) -> &SteerStatus {
        &self.status
    }

    fn take_back(&mut self, saved: Box<Snapshot>) {
        self.saver.take_back(saved);
    }
}

impl Steer {
    fn pinger(&mut self, wan: WanId) -> Option<&mut Pinger> {
        if wan == PRIMARY {
            Some(&mut self.primary)
        } else {
            self.alternate.as_mut()
        }
    }

    fn leaving(
        &mut self,
        now: Instant,
        wan: WanId,
        unsent: Option<crate::status::Unsent>,
        out: &mut OutboxOf<Self>,
    ) {
        let line = if wan == PRIMARY {
            Side::Primary
        } else {
            Side::Alternate
        };
        let Some(pinger) = self.pinger(wan) else {
            return;
        };
        let after = pinger.leaving(now, unsent);
        let fact = match (unsent, after) {
            (Some(why), _) => Fact::Unsent { line, why },
            (None, Some(after)) => Fact::Leaving { line, after },
            (None, None) => return,
        };
        tell([fact], out);
    }
}
