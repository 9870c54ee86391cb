//! Puts the evidence together: what is new, what is still true, what is too old, what cannot be.

use crate::steering::elsewhere::Elsewhere;
use crate::steering::evidence::{
    Alternate, Echoes, Evidence, Feed, FeedState, Line, Picture, QueueNews,
};
use crate::steering::fact::{Fact, Facts, tell};
use crate::steering::params::SteeringParams;
use crate::steering::queue::QueueCounter;
use crate::steering::smoothing::{Average, DELTA_LIMIT, QUEUE_LIMIT};
use crate::steering::window::Window;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// No echo is waited for this long: an RTT above it is a fault of the clock, not of the line.
pub const LONGEST_RTT: Millis = Millis::of(10_000);
/// The same as a time: no echo is given up later, whatever the file says.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// An RTT older than three cycles, but at least this, is not the line's of now (W-51).
const SHORTEST_FRESH: Duration = Duration::from_secs(2);
/// Autorate's zone changes from one moment to the next; older than this it is no news.
pub const ZONE_FRESH: Duration = Duration::from_secs(5);
/// Nothing answers for this long and the alternate does: the primary is dead.
pub const DEAD_FOR: Duration = Duration::from_secs(3);
/// The same if nobody measures the alternate: it can hardly be worse than dead.
pub const DEAD_ALONE_FOR: Duration = Duration::from_secs(10);
/// Echoes that must be lost in a row besides: one lost echo a minute is no outage.
const DEAD_ECHOES: u64 = 3;
/// Loss is counted over this long; a call breaks up within seconds, a single burst must not count long.
pub const LOSS_WINDOW: Duration = Duration::from_secs(30);
/// With fewer echoes than this in the window, a share of loss means nothing.
const LOSS_ECHOES: u64 = 10;
/// A change of the baseline that is worth a line, in milliseconds (contract 4.3).
const BASELINE_NEWS: f64 = 5.0;

/// The memory behind the picture.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    rtt_fresh: Duration,
    /// An RTT that is no older is of this moment.
    rtt_newest: Duration,
    stale_after: Duration,
    bounds: (Millis, Millis),
    baseline: Option<Millis>,
    feed: FeedState,
    rtt: Option<(Instant, Millis)>,
    delta: Average,
    /// Packets; kept for the state document, no decision uses it, as in v1.7.
    queue: Average,
    counter: QueueCounter,
    drops: Window,
    /// The last usable reading: when, drops of the read if known, packets waiting.
    read: Option<(Instant, Option<u64>, u64)>,
    queue_fresh: Duration,
    failures: u32,
    answered: Window,
    lost: Window,
    /// Since the last answer: when the first echo was lost, and how many.
    silence: Option<(Instant, u64)>,
    /// From one cycle to the next, echoes of a silence that has ended are still given up: until then.
    silence_counts_until: Instant,
    lost_after: Duration,
    heard: bool,
    refusing: bool,
    cutting: bool,
    elsewhere: Elsewhere,
}

impl Intake {
    pub(super) fn new(params: &SteeringParams) -> Self {
        let fresh = params.three_cycles(SHORTEST_FRESH);
        Self {
            rtt_fresh: fresh,
            rtt_newest: params.interval.max(SHORTEST_FRESH),
            stale_after: params.stale_after,
            bounds: params.baseline_bounds,
            baseline: None,
            feed: FeedState::Missing,
            rtt: None,
            delta: Average::new(params.rtt_weight, DELTA_LIMIT),
            queue: Average::new(params.queue_weight, QUEUE_LIMIT),
            counter: QueueCounter::new(params.interval),
            drops: Window::new(params.degrade.every.max(params.interval)),
            read: None,
            queue_fresh: fresh,
            failures: 0,
            answered: Window::new(LOSS_WINDOW),
            lost: Window::new(LOSS_WINDOW),
            silence: None,
            silence_counts_until: Instant::ZERO,
            lost_after: params.lost_after,
            heard: false,
            refusing: false,
            cutting: false,
            elsewhere: Elsewhere::new(params.rtt_weight, params.interval, fresh),
        }
    }

    /// Takes one cycle's evidence.
    pub(super) fn observe(
        &mut self,
        now: Instant,
        evidence: &Evidence,
        facts: &mut Facts,
    ) -> Picture {
        self.take_feed(evidence.autorate, facts);
        self.take_queue(now, evidence.queue, facts);
        self.take_echoes(now, evidence.echoes);
        let delta = self.take_rtt(now, evidence.rtt, facts);
        let elsewhere = self.elsewhere.observe(now, evidence.alternate_rtt);
        let feed = evidence.autorate.filter(|feed| feed.age <= ZONE_FRESH);
        let read = self.read.filter(|&(at, ..)| now - at <= self.queue_fresh);
        Picture {
            delta,
            smoothed: delta.and_then(|_| Millis::new(self.delta.value()?)),
            drops: read.and_then(|(_, drops, _)| drops.map(|_| self.drops.total(now))),
            queue: read.map(|(.., queue)| queue),
            counts_drops: self.counter.counts_drops(),
            zone: feed.and_then(|feed| feed.zone),
            at_floor: feed.is_some_and(|feed| feed.at_floor),
            loss: self.loss(now),
            line: self.line(now, feed.and_then(|feed| feed.hears), evidence.alternate),
            hears_host: self.rtt.is_some_and(|(at, _)| now - at <= self.rtt_newest),
            feed: self.feed,
            alternate: evidence.alternate,
            alternate_delay: elsewhere.map(|[average, _]| average),
            alternate_newest: elsewhere.map(|[_, newest]| newest),
        }
    }

    pub(super) const fn baseline(&self) -> Option<Millis> {
        self.baseline
    }

    pub(super) fn rtt(&self) -> Option<Millis> {
        self.rtt.map(|(_, rtt)| rtt)
    }

    pub(super) fn averages(&self) -> (Option<f64>, Option<f64>) {
        (self.delta.value(), self.queue.value())
    }

    pub(super) const fn queue_failures(&self) -> u32 {
        self.failures
    }

    /// The drops and the queue of the reading taken at `now`, if one was.
    pub(super) fn read_at(&self, now: Instant) -> Option<(u64, u64)> {
        let (_, drops, queue) = self.read.filter(|&(at, ..)| at == now)?;
        Some((drops.unwrap_or(0), queue))
    }

    pub(super) fn restore(&mut self, delta: f64, queue: f64, baseline: Option<Millis>) {
        self.delta.restore(delta);
        self.queue.restore(queue);
        self.baseline = baseline.filter(|&baseline| self.is_within(baseline));
    }

    fn is_within(&self, baseline: Millis) -> bool {
        self.bounds.0 <= baseline && baseline <= self.bounds.1
    }

    fn take_feed(&mut self, feed: Option<Feed>, facts: &mut Facts) {
        let state = match feed {
            None | Some(Feed { baseline: None, .. }) => FeedState::Missing,
            Some(Feed {
                baseline: Some(baseline),
                ..
            }) if !self.is_within(baseline) => {
                if self.feed != FeedState::OutOfBounds {
                    tell(facts, Fact::BaselineRefused(baseline));
                }
                FeedState::OutOfBounds
            }
            Some(feed) if feed.age > self.stale_after => FeedState::Stale,
            Some(_) => FeedState::Fresh,
        };
        if state != self.feed {
            let from = core::mem::replace(&mut self.feed, state);
            tell(facts, Fact::Feed { from, to: state });
        }
        // A stale baseline is still the best there is, in particular right after a start.
        let usable = matches!(state, FeedState::Fresh | FeedState::Stale);
        let Some(to) = feed.and_then(|feed| feed.baseline).filter(|_| usable) else {
            return;
        };
        match self.baseline.replace(to) {
            None => tell(facts, Fact::BaselineFound(to)),
            Some(from) if (to - from).as_f64().abs() > BASELINE_NEWS => {
                tell(facts, Fact::BaselineMoved { from, to });
            }
            Some(_) => {}
        }
    }

    fn take_queue(&mut self, now: Instant, news: QueueNews, facts: &mut Facts) {
        match news {
            QueueNews::Pending => {}
            QueueNews::Failed => {
                self.read = None;
                self.failures = self.failures.saturating_add(1);
                if matches!(self.failures, 1 | 3) {
                    tell(facts, Fact::QueueUnreadable(self.failures));
                }
            }
            QueueNews::Read(reading) => {
                let failures = core::mem::take(&mut self.failures);
                if failures > 0 {
                    tell(facts, Fact::QueueReadable(failures));
                }
                let delta = self.counter.observe(now, reading);
                match delta {
                    Some(delta) => self.drops.add(now, delta.dropped),
                    None => self.drops.clear(),
                }
                let queued = reading.queued_packets;
                // As long as the average can hold: longer says nothing more.
                let _ = self.queue.observe((queued as f64).min(QUEUE_LIMIT));
                self.read = Some((now, delta.map(|delta| delta.dropped), queued));
            }
        }
    }

    /// Silence is no loss: it has its own deadlines, and only an answer tells the two apart. So losses in a
    /// row count when they have ended, if that was soon. Otherwise none of them counts, and neither do those
    /// echoes that left before the end and are given up after it.
    fn take_echoes(&mut self, now: Instant, echoes: Echoes) {
        if echoes.answered > 0 {
            self.heard = true;
            self.answered.add(now, echoes.answered.into());
        }
        if now < self.silence_counts_until {
            return;
        }
        let lost = echoes.lost.into();
        if echoes.answered > 0 {
            match self.silence.take() {
                Some((since, _)) if now - since > DEAD_FOR => {
                    self.silence_counts_until = now + self.lost_after.min(LONGEST_WAIT);
                }
                before => self.lost.add(now, lost + before.map_or(0, |(_, n)| n)),
            }
        } else if lost > 0 {
            let (_, sum) = self.silence.get_or_insert((now, 0));
            *sum = sum.saturating_add(lost);
        }
    }

    fn take_rtt(&mut self, now: Instant, rtt: Option<Millis>, facts: &mut Facts) -> Option<Millis> {
        let usable = rtt.filter(|&rtt| Millis::ZERO <= rtt && rtt <= LONGEST_RTT);
        if let Some(rtt) = rtt {
            if usable.is_none() && !self.refusing {
                tell(facts, Fact::RttRefused(rtt));
            }
            self.refusing = usable.is_none();
        }
        if let Some(rtt) = usable {
            self.rtt = Some((now, rtt));
        }
        let (at, rtt) = self.rtt?;
        let delta = (rtt - self.baseline?).max(Millis::ZERO);
        if usable.is_some() {
            self.smooth(delta, facts);
        }
        (now - at <= self.rtt_fresh).then_some(delta)
    }

    /// A delay beyond the average's limit is no fault: it is the worst bufferbloat there is, and v1.7 died
    /// of it (W-50). It counts as the limit.
    fn smooth(&mut self, delta: Millis, facts: &mut Facts) {
        let cut = delta.as_f64() > DELTA_LIMIT;
        if cut && !self.cutting {
            tell(facts, Fact::DeltaCut(delta));
        }
        self.cutting = cut;
        // Finite and within the limit: never refused.
        let _ = self.delta.observe(delta.as_f64().min(DELTA_LIMIT));
    }

    fn loss(&self, now: Instant) -> Option<f64> {
        let (answered, lost) = (self.answered.total(now), self.lost.total(now));
        let sent = answered.saturating_add(lost);
        (sent >= LOSS_ECHOES).then(|| lost as f64 / sent as f64)
    }

    fn line(&self, now: Instant, hears: Option<bool>, alternate: Alternate) -> Line {
        let known = self.heard || hears == Some(false);
        let Some((since, lost)) = self.silence else {
            return if self.heard {
                Line::Heard
            } else {
                Line::NeverHeard
            };
        };
        let needed = match alternate {
            Alternate::Unknown => DEAD_ALONE_FOR,
            Alternate::Answers | Alternate::Silent => DEAD_FOR,
        };
        let believed = lost >= DEAD_ECHOES && now - since >= needed;
        match (believed, known) {
            (_, false) => Line::NeverHeard,
            (false, true) => Line::Heard,
            (true, true) if hears == Some(true) => Line::HostSilent,
            (true, true) if alternate == Alternate::Silent => Line::BothSilent,
            (true, true) => Line::Dead,
        }
    }
}
