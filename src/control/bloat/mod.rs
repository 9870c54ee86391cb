//! How much of the delay is queue: the replies of many reflectors in, one delta out.
//!
//! ```text
//! reply ─▶ baseline of its reflector ─▶ delta ─┐
//! reply ─▶ baseline of its reflector ─▶ delta ─┼─▶ second lowest of four ─▶ minus noise ─▶ Reading
//! echo without a reply ─▶ its age so far ──────┘            │
//!                 conduct: who is off, who is back ◀────────┘
//! ```
//!
//! * **A baseline each** ([`baseline`]), so that a reflector's distance is no delay.
//! * **Second lowest of the newest four**: one bad reflector, one spike, one lost echo change nothing,
//!   and at twenty echoes a second the answer is 150 ms old at most.
//! * **An unanswered echo is information**: its age is a lower bound of the RTT it will report, unless a
//!   younger reply of the same reflector shows that it is lost. It waits no longer than any reply counts,
//!   and who stays silent while clearly younger echoes of others are answered has no say.
//! * **Noise floor** ([`noise`]): what the delta is while nobody uses the line is not queue. Without it a
//!   tight threshold makes a jittery line crawl.
//! * **Conduct** ([`conduct`]): who contradicts the others, or is silent while they speak, is left out
//!   until it has behaved for a while. Half of the reflectors stay in, whatever happens: if they are
//!   all bad it is the line.
//! * **Which direction** ([`oneway`]): an RTT does not say. Three reflectors that tell their time do; how
//!   much it is remains what all of them agree on.
//!
//! What it cannot do: a provider that answers ICMP with priority shows no queue at all.

pub mod baseline;
pub mod conduct;
pub mod frame;
pub mod noise;
pub mod oneway;
mod parts;
pub mod presence;
mod trend;
mod waiting;

use heapless::{Deque, Vec};

use self::baseline::{Baseline, Learning};
use self::conduct::Conduct;
use self::noise::Noise;
use self::oneway::{Answer, OneWay, Stamps, Turn};
pub use self::parts::Part;
use self::trend::Trend;
use self::waiting::Waiting;
use crate::control::prober::MAX_REFLECTORS;
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Deltas a consensus is taken over.
const PANEL: usize = 4;
/// A delta older than this says nothing about now, as in cake-autorate.
const FRESH_FOR: Duration = Duration::from_millis(500);
/// A reply that took longer says what the line was like then, as in the prober: 64 rounds of 50 ms.
const ANSWERED_WITHIN: Duration = Duration::from_millis(3_200);
/// A queue that shrinks faster than this is draining, in milliseconds per second. Slower could be
/// noise; from 2x overload a cut to 0.6 drains 400.
const DRAINING_MS_PER_S: f64 = 90.0;
/// From one trial to the next, whosever it is: an unanswered one is an echo less.
const TRIALS_APART: Duration = Duration::from_millis(200);
/// A steeper rise than this is a jump in the path rather than a queue: ten times the capacity.
pub const STEEPEST: f64 = 0.9;

/// How a line is measured.
#[derive(Clone, Copy, Debug)]
pub struct MeterParams {
    /// How many reflectors there are, 1 to [`MAX_REFLECTORS`].
    pub reflectors: u8,
    /// From one echo to the next, whichever reflector it goes to.
    pub echo_every: Duration,
    /// Below this a delta is no bloat, however quiet the line.
    pub threshold: Millis,
    /// Reflectors may be asked for their time.
    pub one_way: bool,
}

/// Whether the delays of the moment may be learned from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Climate {
    /// Nobody uses the line enough to hold a queue, or it is proven that ours is none: what is
    /// measured is the path.
    Calm,
    /// Somebody does.
    Busy,
    /// Nobody knows, because the counters cannot be read.
    #[default]
    Unknown,
    /// Nobody knows, and the rates can fall no further: a delay that stays through that may be the path.
    Cornered,
}

/// What the reflectors say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The queue's delay: consensus over baseline, without the noise. `None`: nothing fresh.
    pub delta: Option<Millis>,
    /// What the newest reply and an echo that should have been answered by now agree on already: sooner
    /// than the delta, and easier to mislead. `None`: all are answered in time.
    pub early: Option<Millis>,
    /// From here on a delta is bloat, before a frame's own time is added.
    pub threshold: Millis,
    /// The queue is shrinking already: a cut made now would be one too many.
    pub falling: bool,
    /// How fast the delta rises, in milliseconds per millisecond of replies, 0 to
    /// [`STEEPEST`]. A queue fed with `A` before a capacity `C` shows `1 - C/A`.
    pub slope: f64,
    /// When the last usable reply came.
    pub heard_at: Instant,
    /// From one echo to the next.
    pub echo_every: Duration,
    /// The nearest usable reflector's baseline: how long the line takes to show what was done to it.
    pub path: Millis,
    /// What each direction adds to the delta, where the reflectors tell it.
    pub one_way: Option<Both<Part>>,
}

#[derive(Clone, Copy, Debug)]
struct Delta {
    at: Instant,
    ms: f64,
}

#[derive(Clone, Debug, Default)]
struct Reflector {
    baseline: Baseline,
    waiting: Waiting,
    conduct: Conduct,
    one_way: OneWay,
}

/// The measurement of one WAN.
#[derive(Clone, Debug)]
pub struct Meter {
    params: MeterParams,
    reflectors: Vec<Reflector, MAX_REFLECTORS>,
    panel: Deque<Delta, PANEL>,
    noise: Noise,
    climate: Climate,
    /// Consensus of the replies over baseline, noise included.
    heard: Option<f64>,
    /// The same with what unanswered echoes say.
    raw: Option<f64>,
    news: bool,
    trend: Trend,
    trends: Both<Trend>,
    /// No trial before this.
    try_at: Instant,
    heard_at: Instant,
    /// When the youngest echo that has an answer left.
    passed_at: Instant,
    /// Echoes sent before this were held up by the radio, not by a queue.
    valid_from: Instant,
    reviewed_at: Instant,
}

impl Meter {
    /// # Panics
    /// If there are more reflectors than [`MAX_REFLECTORS`]; the config check refuses them.
    pub fn new(now: Instant, params: MeterParams, noise: Noise) -> Self {
        let mut reflectors = Vec::new();
        reflectors
            .resize_default(usize::from(params.reflectors))
            .expect("config allows at most MAX_REFLECTORS");
        Self {
            params,
            reflectors,
            panel: Deque::new(),
            noise,
            climate: Climate::Unknown,
            heard: None,
            raw: None,
            news: false,
            trend: Trend::default(),
            trends: Both::default(),
            try_at: now,
            heard_at: now,
            passed_at: Instant::ZERO,
            valid_from: Instant::ZERO,
            reviewed_at: now,
        }
    }

    /// It is the n-th reflector's turn: says what to ask it. A trial leaves no trace here, because nobody
    /// knows whether it is answered.
    pub fn ask(&mut self, now: Instant, n: u8) -> Turn {
        let Some(reflector) = self.reflectors.get_mut(usize::from(n)) else {
            return Turn::Echo;
        };
        let may_try = now >= self.try_at && reflector.baseline.is_known();
        let turn = if self.params.one_way && (may_try || reflector.one_way.is_reliable()) {
            reflector.one_way.turn(now)
        } else {
            Turn::Echo
        };
        if turn == Turn::Trial {
            self.try_at = now + TRIALS_APART;
        } else {
            reflector.waiting.asked(now);
        }
        turn
    }

    /// The n-th reflector answered after `rtt`, perhaps with its time.
    pub fn answered(&mut self, now: Instant, n: u8, rtt: Duration, stamps: Option<Stamps>) {
        let (sent_at, climate) = (now - rtt, self.climate);
        let learning = self.learning(climate);
        let heard = self.heard;
        let Some(reflector) = self.reflectors.get_mut(usize::from(n)) else {
            return;
        };
        let overtaken = !reflector.waiting.answered(sent_at);
        if sent_at < self.valid_from || overtaken || rtt > ANSWERED_WITHIN {
            return;
        }
        let before = reflector.baseline.value();
        reflector.baseline.observe(now, rtt.as_millis(), learning);
        let baseline = reflector.baseline.value();
        match stamps {
            Some(stamps) => {
                let answer = Answer {
                    rtt,
                    baseline_before: before,
                    baseline,
                };
                reflector.one_way.told(now, answer, stamps);
            }
            None => reflector.one_way.echoed(now, sent_at),
        }
        let ms = (rtt.as_millis() - baseline).as_f64();
        if let Some(heard) = heard {
            reflector.conduct.deviates(ms - heard);
        }
        if reflector.conduct.is_out() {
            return;
        }
        self.heard_at = now;
        self.passed_at = self.passed_at.max(sent_at);
        self.news = true;
        if self.panel.is_full() {
            self.panel.pop_front();
        }
        // Never full: room was made.
        let _ = self.panel.push_back(Delta { at: now, ms });
    }

    /// What the reflectors say now. `climate` is what the law made of the last reading.
    pub fn step(&mut self, now: Instant, climate: Climate) -> Reading {
        self.climate = climate;
        self.review(now);
        let heard = self.consensus(now);
        if core::mem::take(&mut self.news)
            && matches!(climate, Climate::Calm | Climate::Busy)
            && let Some(heard) = heard
        {
            self.noise.observe(now, heard, climate == Climate::Calm);
        }
        self.heard = heard;
        self.raw = self.overdue(now, heard);
        let early = self.early(now).map(|ms| (ms - self.noise.mean()).max(0.0));
        let delta = self.raw.map(|raw| (raw - self.noise.mean()).max(0.0));
        let rise = delta.map_or(0.0, |ms| self.trend.rise(now, ms));
        Reading {
            delta: delta.and_then(Millis::new),
            early: early.and_then(Millis::new),
            threshold: self.threshold(),
            falling: rise < -DRAINING_MS_PER_S,
            slope: (rise / 1e3).clamp(0.0, STEEPEST),
            heard_at: self.heard_at,
            echo_every: self.params.echo_every,
            path: self.path(),
            one_way: self.parts(now, delta),
        }
    }

    /// Nothing passed for a while, not even bytes: what was sent until now waited for the radio, and
    /// its times are not to be believed.
    pub fn forget_until(&mut self, now: Instant) {
        self.valid_from = now;
        self.panel.clear();
        self.trend.clear();
        self.trends = Both::default();
        self.heard = None;
        self.raw = None;
        for reflector in &mut self.reflectors {
            reflector.waiting.clear();
        }
    }

    /// The n-th reflector's baseline, if it has ever answered.
    pub fn baseline(&self, n: u8) -> Option<Millis> {
        let reflector = self.reflectors.get(usize::from(n))?;
        reflector
            .baseline
            .is_known()
            .then(|| reflector.baseline.value())
    }

    /// Whether the n-th reflector is left out for its conduct.
    pub fn is_out(&self, n: u8) -> bool {
        let reflector = self.reflectors.get(usize::from(n));
        reflector.is_some_and(|reflector| reflector.conduct.is_out())
    }

    /// The noise floor, to be kept over a restart.
    pub const fn noise(&self) -> Noise {
        self.noise
    }

    fn threshold(&self) -> Millis {
        self.noise.threshold(self.params.threshold)
    }

    /// What a reply teaches: a loaded line nothing, or the delta would vanish and bloat with it.
    fn learning(&self, climate: Climate) -> Learning {
        let bloated = self
            .raw
            .is_some_and(|raw| raw - self.noise.mean() > self.threshold().as_f64());
        match climate {
            Climate::Calm => Learning::Path,
            Climate::Busy | Climate::Unknown if bloated => Learning::OnlyDown,
            Climate::Busy | Climate::Unknown | Climate::Cornered => Learning::Drift,
        }
    }

    /// The second lowest of the newest deltas, the lowest of fewer than three.
    fn consensus(&mut self, now: Instant) -> Option<f64> {
        let fresh_for = FRESH_FOR.max(self.params.echo_every.doubled());
        while self
            .panel
            .front()
            .is_some_and(|delta| now - delta.at > fresh_for)
        {
            self.panel.pop_front();
        }
        let deltas: Vec<f64, PANEL> = self.panel.iter().map(|delta| delta.ms).collect();
        second_lowest(deltas)
    }

    /// Lets unanswered echoes raise the consensus, newest first; they are lower bounds, so they never
    /// lower it.
    fn overdue(&self, now: Instant, heard: Option<f64>) -> Option<f64> {
        let bound = heard.unwrap_or(0.0);
        let mut late = self.late(now, bound);
        if late.is_empty() {
            return heard;
        }
        let room = PANEL - late.len();
        late.extend(self.panel.iter().rev().take(room).map(|delta| delta.ms));
        second_lowest(late).map(|ms| ms.max(bound))
    }

    /// Echoes that are later than `bound` milliseconds over their baseline, by how much they are.
    fn late(&self, now: Instant, bound: f64) -> Vec<f64, PANEL> {
        let mut late = Vec::new();
        let included = || {
            let all = self.reflectors.iter();
            all.filter(|reflector| !reflector.conduct.is_out() && reflector.baseline.is_known())
                .filter(|reflector| !reflector.waiting.is_passed_by(self.passed_at))
        };
        // One voice each, or a single silent reflector would convince everybody.
        let voices = PANEL.div_ceil(included().count().max(1));
        for reflector in included() {
            for sent_at in reflector.waiting.iter().take(voices) {
                let age = (now - sent_at).min(ANSWERED_WITHIN);
                let ms = (age.as_millis() - reflector.baseline.value()).as_f64();
                if ms > bound {
                    // Four late ones are enough to convince anybody.
                    let _ = late.push(ms);
                }
            }
        }
        late
    }

    /// What the newest reply and the latest echo agree on.
    fn early(&self, now: Instant) -> Option<f64> {
        let newest = self.panel.back()?.ms;
        let late = self.late(now, 0.0);
        late.into_iter()
            .max_by(f64::total_cmp)
            .map(|late| late.min(newest))
    }

    /// Once a second: who is out, who is back.
    fn review(&mut self, now: Instant) {
        if now - self.reviewed_at < conduct::REVIEW_EVERY {
            return;
        }
        let passed = now - self.reviewed_at;
        self.reviewed_at = now;
        let others_speak = now - self.heard_at < conduct::REVIEW_EVERY;
        // Whether they are all silent or all far off: then it is the line.
        let mut may_leave = self.reflectors.len() / 2;
        for reflector in &self.reflectors {
            may_leave = may_leave.saturating_sub(usize::from(reflector.conduct.is_out()));
        }
        let spread = self.threshold().as_f64();
        for reflector in &mut self.reflectors {
            let was_out = reflector.conduct.is_out();
            let answers = reflector.waiting.oldest_age(now) < conduct::REVIEW_EVERY;
            let fair = (answers || !others_speak) && reflector.conduct.agrees(spread);
            reflector.conduct.review(passed, fair, may_leave > 0);
            if !was_out && reflector.conduct.is_out() {
                may_leave -= 1;
            }
        }
    }

    fn path(&self) -> Millis {
        self.reflectors
            .iter()
            .filter(|reflector| !reflector.conduct.is_out() && reflector.baseline.is_known())
            .map(|reflector| reflector.baseline.value())
            .min_by(Millis::total_cmp)
            .unwrap_or_default()
    }
}

fn second_lowest(mut deltas: Vec<f64, PANEL>) -> Option<f64> {
    deltas.sort_unstable_by(f64::total_cmp);
    let rank = usize::from(deltas.len() > 2);
    deltas.get(rank).copied()
}

#[cfg(test)]
mod tests;
