//! v1.7's steering, as far as its decisions go (contract 4.3 to 4.6): it believes the last RTT it ever had,
//! a baseline of any age and its own memory of the rule.

use wanctl::report::feed;
use wanctl::sim::double::http::Request;
use wanctl::steering::rule::Switch;
use wanctl::time::{Duration, Instant};
use wanctl::units::Millis;

use crate::house::{Shaper, World};

/// Its own, and not one of the modes that it could be in: with others its counts meant another time.
const INTERVAL: Duration = Duration::from_secs(2);
/// `timeouts.ping`.
const LOST_AFTER: Duration = Duration::from_secs(2);
/// `thresholds.rtt_ewma_alpha`.
const ALPHA: f64 = 0.3;
/// `red_rtt_ms` and `yellow_rtt_ms`, which are the same.
const RED: f64 = 15.0;
/// `min_drops_red`, `min_queue_red`, `min_queue_yellow`.
const DROPS_RED: i64 = 1;
const QUEUE_RED: u64 = 50;
const QUEUE_YELLOW: u64 = 10;
/// `bad_threshold_ms` and `recovery_threshold_ms` of the legacy mode.
const BAD: f64 = 25.0;
const RECOVERY: f64 = 12.0;
/// `baseline_rtt_bounds`.
const BOUNDS: core::ops::RangeInclusive<f64> = 10.0..=60.0;

/// `mode.cake_aware`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Judging {
    CakeAware,
    Legacy,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Condition {
    Bad,
    Between,
    Good,
}

pub(crate) struct V17 {
    judging: Judging,
    comment: &'static str,
    next_at: Instant,
    baseline: Option<f64>,
    rtt: Option<f64>,
    delta: f64,
    dropped: i64,
    degraded: bool,
    bad: u32,
    good: u32,
}

impl V17 {
    pub(crate) const fn new(judging: Judging, comment: &'static str) -> Self {
        Self {
            judging,
            comment,
            next_at: Instant::ZERO,
            baseline: None,
            rtt: None,
            delta: 0.0,
            dropped: 0,
            degraded: false,
            bad: 0,
            good: 0,
        }
    }

    /// Its rule.
    pub(crate) const fn comment(&self) -> &'static str {
        self.comment
    }

    /// A cycle, if it is time for one.
    pub(crate) fn tick(&mut self, primary: &Shaper, world: &mut World) {
        if world.now < self.next_at {
            return;
        }
        self.next_at = world.now + INTERVAL;
        let document = primary.document();
        let feed = document.and_then(|(_, text)| feed::of_state(text.as_bytes()).ok());
        let told = feed.and_then(|feed| feed.baseline).map(Millis::as_f64);
        self.baseline = told.filter(|ms| BOUNDS.contains(ms)).or(self.baseline);
        let (drops, queue) = self.stats(world);
        self.rtt = ping(world).or(self.rtt);
        let (Some(rtt), Some(baseline)) = (self.rtt, self.baseline) else {
            return;
        };
        let delta = (rtt - baseline).max(0.0);
        self.delta = if self.delta == 0.0 {
            delta
        } else {
            (1.0 - ALPHA) * self.delta + ALPHA * delta
        };
        let condition = match self.judging {
            Judging::CakeAware => cake_aware(self.delta, drops, queue),
            Judging::Legacy => legacy(delta),
        };
        self.step(condition, world);
    }

    fn step(&mut self, condition: Condition, world: &mut World) {
        let (bad_needed, good_needed) = match self.judging {
            Judging::CakeAware => (2, 15),
            Judging::Legacy => (8, 15),
        };
        if self.degraded {
            self.bad = 0;
            self.good = if condition == Condition::Good {
                self.good + 1
            } else {
                0
            };
            if self.good >= good_needed && self.switch(world, Switch::Off) {
                (self.degraded, self.good) = (false, 0);
            }
        } else {
            self.good = 0;
            self.bad = if condition == Condition::Bad {
                self.bad + 1
            } else {
                0
            };
            if self.bad >= bad_needed && self.switch(world, Switch::On) {
                (self.degraded, self.bad) = (true, 0);
            }
        }
    }

    /// The first read is taken for a difference, and so is one after a reset.
    fn stats(&mut self, world: &World) -> (i64, u64) {
        let queue = world.scene.router.queue("WAN-Download");
        let Some(queue) = queue.filter(|_| world.scene.is_up(world.now)) else {
            return (0, 0);
        };
        let total = i64::try_from(queue.number("dropped")).expect("few");
        let before = core::mem::replace(&mut self.dropped, total);
        (total - before, queue.number("queued-packets"))
    }

    /// Whether it worked, as the read-back says.
    fn switch(&self, world: &mut World, to: Switch) -> bool {
        if !world.scene.is_up(world.now) {
            return false;
        }
        let rule = world.scene.router.mangle(self.comment).expect("the rule");
        let disabled = if to == Switch::On { "false" } else { "true" };
        let request = Request::new("PATCH", &format!("/rest/ip/firewall/mangle/{}", rule.id()))
            // wanctl:secret
            .signed("wanctl", "secret")
            .carrying(&format!(r#"{{"disabled":"{disabled}"}}"#));
        let status = world.scene.answer(world.now, &request).status;
        status == 200 && world.rule(self.comment) == to
    }
}

/// The median of three echoes; in no time, which flatters it.
fn ping(world: &mut World) -> Option<f64> {
    let echoes = [0; 3].map(|line| world.rtt_of_host(line));
    let answered = echoes.into_iter().flatten();
    let mut answered: Vec<Duration> = answered.filter(|&rtt| rtt < LOST_AFTER).collect();
    answered.sort_unstable();
    let median = answered.get(answered.len() / 2)?;
    Some(median.as_millis().as_f64())
}

fn cake_aware(delta: f64, drops: i64, queue: u64) -> Condition {
    if delta > RED && drops >= DROPS_RED && queue >= QUEUE_RED {
        Condition::Bad
    } else if delta > RED || queue >= QUEUE_YELLOW {
        Condition::Between
    } else {
        Condition::Good
    }
}

fn legacy(delta: f64) -> Condition {
    if delta > BAD {
        Condition::Bad
    } else if delta < RECOVERY {
        Condition::Good
    } else {
        Condition::Between
    }
}

/// Contract 4.4, its examples.
#[test]
fn it_judges_as_v17_did() {
    for (delta, drops, queue, condition) in [
        (15.0, 5, 60, Condition::Between),
        (15.1, 1, 50, Condition::Bad),
        (15.1, 0, 50, Condition::Between),
        (15.1, 1, 49, Condition::Between),
        (4.0, 0, 10, Condition::Between),
        (4.0, 9, 9, Condition::Good),
    ] {
        assert_eq!(
            cake_aware(delta, drops, queue),
            condition,
            "{delta} {drops} {queue}"
        );
    }
    assert_eq!(legacy(25.0), Condition::Between);
    assert_eq!(legacy(25.1), Condition::Bad);
    assert_eq!(legacy(11.9), Condition::Good);
}
