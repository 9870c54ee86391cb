use proptest::prelude::*;

use super::presence::{OUTAGE_AFTER, Presence, credible_gap};
use super::*;
use crate::control::load::{Achieved, Missing};
use crate::direction::Both;
use crate::units::Rate;
use std::vec::Vec;

const ECHO: u64 = 50;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// Six reflectors at 10, 20, … 60 ms, asked in turn.
struct Bench {
    meter: Meter,
    now: u64,
    next: u8,
    climate: Climate,
    replies: Vec<(u64, u8, u64)>,
}

fn bench() -> Bench {
    let params = MeterParams {
        reflectors: 6,
        echo_every: Duration::from_millis(ECHO),
        threshold: Millis::of(15),
        one_way: false,
    };
    Bench {
        meter: Meter::new(Instant::ZERO, params, Noise::default()),
        now: 0,
        next: 0,
        climate: Climate::Busy,
        replies: Vec::new(),
    }
}

impl Bench {
    /// Lets time pass. `extra(now, reflector)`: what an echo sent now takes longer; `None`: it is lost.
    fn run(&mut self, millis: u64, extra: impl Fn(u64, u8) -> Option<u64>) -> Reading {
        let end = self.now + millis;
        loop {
            let replies = core::mem::take(&mut self.replies);
            for (due, n, rtt) in replies {
                if due <= self.now {
                    let rtt = Duration::from_millis(rtt);
                    self.meter.answered(at(due), n, rtt, None);
                } else {
                    self.replies.push((due, n, rtt));
                }
            }
            let reading = self.meter.step(at(self.now), self.climate);
            if self.now >= end {
                return reading;
            }
            let n = self.next;
            self.next = (n + 1) % 6;
            self.meter.ask(at(self.now), n);
            if let Some(extra) = extra(self.now, n) {
                let rtt = u64::from(n + 1) * 10 + extra;
                self.replies.push((self.now + rtt, n, rtt));
            }
            self.now += ECHO;
        }
    }
}

fn ms(reading: &Reading) -> f64 {
    reading.delta.expect("something was heard").as_f64()
}

#[test]
fn distance_is_no_delay() {
    let reading = bench().run(10_000, |_, _| Some(0));
    assert!(ms(&reading) < 1.0, "{reading:?}");
    assert_eq!(reading.path, Millis::of(10));
}

#[test]
fn a_queue_shows_within_three_replies() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    let reading = bench.run(250, |_, _| Some(30));
    assert!(ms(&reading) > 25.0, "{reading:?}");
    assert!(reading.slope > 0.0 && !reading.falling);
    bench.run(1_000, |_, _| Some(30));
    let reading = bench.run(250, |_, _| Some(0));
    assert!(reading.falling, "{reading:?}");
}

#[test]
fn one_bad_reflector_changes_nothing_and_is_left_out_until_it_behaves() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    let far = |_, n| Some(if n == 2 { 80 } else { 0 });
    for _ in 0..60 {
        let reading = bench.run(250, far);
        assert!(ms(&reading) < 5.0, "{reading:?}");
    }
    assert!(bench.meter.is_out(2));
    assert!(!bench.meter.is_out(1) && !bench.meter.is_out(3));
    bench.run(60_000, |_, _| Some(0));
    assert!(!bench.meter.is_out(2), "back");
}

#[test]
fn one_silent_reflector_is_no_queue() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    let silent = |_, n| (n != 4).then_some(0);
    for _ in 0..80 {
        let reading = bench.run(250, silent);
        assert!(ms(&reading) < 5.0, "{reading:?}");
    }
    assert!(bench.meter.is_out(4));
    bench.run(40_000, |_, _| Some(0));
    assert!(!bench.meter.is_out(4), "back");
}

/// More than may be left out for their conduct.
#[test]
fn what_one_of_them_answers_in_time_the_silent_ones_do_not_make_a_queue() {
    for answering in 1..6 {
        let mut bench = bench();
        bench.run(5_000, |_, _| Some(0));
        let silent = |_, n| (n < answering).then_some(0);
        bench.run(1_000, silent);
        for _ in 0..240 {
            let reading = bench.run(250, silent);
            assert!(ms(&reading) < 5.0, "{answering} answer: {reading:?}");
        }
        // And they still show one.
        bench.run(1_000, |now, n| silent(now, n).map(|_| 60));
        let reading = bench.run(250, |now, n| silent(now, n).map(|_| 60));
        assert!(ms(&reading) > 40.0, "{answering} answer: {reading:?}");
    }
}

#[test]
fn if_they_are_all_bad_it_is_the_line() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    // Every reflector is late in its own way.
    bench.run(60_000, |now, n| {
        Some((now / 50 * 37 + u64::from(n) * 91) % 200)
    });
    let out = (0..6).filter(|&n| bench.meter.is_out(n)).count();
    assert!(out <= 3, "{out} of 6");
}

#[test]
fn an_unanswered_echo_is_news_before_its_reply() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    // Nothing sent from now on comes back within a second.
    let reading = bench.run(300, |_, _| Some(1_000));
    assert!(ms(&reading) > 50.0, "{reading:?}");
    assert!(ms(&reading) <= 300.0, "no more than has passed");
}

#[test]
fn a_lost_echo_is_overtaken() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    for _ in 0..20 {
        // One in ten is lost.
        let reading = bench.run(500, |now, _| (now / 50 % 10 != 0).then_some(0));
        assert!(ms(&reading) < 5.0, "{reading:?}");
    }
}

#[test]
fn replies_of_long_ago_say_nothing_about_now() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    // A third of the echoes came into a queue of ten seconds, which was dropped since.
    bench.run(3_000, |now, _| {
        Some(if now % 150 == 0 { 10_000 } else { 0 })
    });
    for _ in 0..60 {
        let reading = bench.run(250, |_, _| Some(0));
        assert!(ms(&reading) < 5.0, "{reading:?}");
    }
}

#[test]
fn a_longer_path_is_learned_in_the_calm_and_a_queue_is_not() {
    let mut line = bench();
    line.run(5_000, |_, _| Some(0));
    let reading = line.run(600_000, |_, _| Some(60));
    assert!(ms(&reading) > 55.0, "ten minutes of bloat: {reading:?}");
    line.climate = Climate::Calm;
    let reading = line.run(120_000, |_, _| Some(60));
    assert!(ms(&reading) < 5.0, "two minutes of calm: {reading:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Load comes and goes, with any queue; the line is calm in between or not at all. What is below the
    /// threshold may be learned in the long run, what is bloat may not.
    #[test]
    fn no_load_is_learned_as_path(
        stretches in prop::collection::vec((any::<bool>(), 0_u64..400, 500_u64..30_000), 1..24),
    ) {
        let mut line = bench();
        line.climate = Climate::Calm;
        line.run(5_000, |_, _| Some(0));
        for (loaded, queue, millis) in stretches {
            line.climate = if loaded { Climate::Busy } else { Climate::Calm };
            line.run(millis, |_, _| Some(if loaded { queue } else { 0 }));
        }
        for n in 0..6 {
            let path = f64::from(n + 1) * 10.0;
            let baseline = line.meter.baseline(n).expect("it answered").as_f64();
            prop_assert!(baseline <= path + 15.0, "{}: {} instead of {}", n, baseline, path);
        }
    }
}

#[test]
fn what_waited_for_the_radio_is_forgotten() {
    let mut bench = bench();
    bench.run(5_000, |_, _| Some(0));
    bench.run(500, |_, _| Some(2_000));
    let now = bench.now;
    bench.meter.forget_until(at(now));
    let reading = bench.run(3_000, |_, _| Some(0));
    assert!(ms(&reading) < 5.0, "{reading:?}");
}

const IDLE: Achieved = Achieved::Known(Rate::ZERO);
const BUSY: Achieved = Achieved::Known(Rate::mbit(80));

fn judge(gap: u64, down: Achieved, up: Achieved) -> Presence {
    let rates = Both {
        down: Rate::mbit(100),
        up: Rate::mbit(20),
    };
    let now = at(60_000 + gap);
    let achieved = Both { down, up };
    Presence::judge(
        now,
        at(60_000),
        Duration::from_millis(ECHO),
        achieved,
        rates,
    )
}

#[test]
fn silence_has_four_causes() {
    let since = at(60_000);
    let acks = Achieved::Known(Rate::bps(800_000));
    let unknown = Achieved::Unknown(Missing::TooFew);
    for (gap, down, up, presence) in [
        (200, IDLE, IDLE, Presence::Heard),
        (400, IDLE, IDLE, Presence::Stalled { since }),
        (400, unknown, unknown, Presence::Stalled { since }),
        (15_000, IDLE, IDLE, Presence::Outage { since }),
        (400, BUSY, acks, Presence::Deaf { since }),
        (15_000, BUSY, acks, Presence::Deaf { since }),
    ] {
        assert_eq!(judge(gap, down, up), presence, "{gap} ms, {down:?}, {up:?}");
    }
    assert!(judge(400, IDLE, IDLE).is_pause() && !judge(400, BUSY, acks).is_pause());
    assert!(OUTAGE_AFTER > Duration::from_secs(1));
}

#[test]
fn a_deep_queue_explains_as_long_a_silence_as_its_bytes_allow() {
    let gap = |mbit| {
        let achieved = Achieved::Known(Rate::mbit(mbit));
        credible_gap(achieved, Rate::mbit(100), Duration::from_millis(ECHO))
    };
    assert_eq!(gap(100), Duration::from_millis(200));
    assert_eq!(gap(20), Duration::from_millis(1_000));
    assert_eq!(gap(1), Duration::from_millis(200), "no load, no queue");
    let twentieth = Achieved::Known(Rate::mbit(20));
    let acks = Achieved::Known(Rate::bps(800_000));
    assert_eq!(judge(800, twentieth, acks), Presence::Heard);
}

#[test]
fn two_voices_are_earlier_than_three_and_one_is_none() {
    let mut bench = bench();
    bench.run(10_000, |_, _| Some(0));
    // From now on the queue grows by three seconds in two.
    let start = bench.now;
    let grows = move |now: u64, _| Some((now - start) * 3 / 2);
    let mut seen = Vec::new();
    while seen.len() < 20 {
        let reading = bench.run(ECHO, grows);
        let early = reading.early.map_or(0.0, Millis::as_f64);
        seen.push((bench.now - start, early > 15.0, ms(&reading) > 15.0));
    }
    let first = |which: fn(&(u64, bool, bool)) -> bool| seen.iter().find(|&seen| which(seen));
    let early = first(|seen| seen.1).expect("late echoes").0;
    let agreed = first(|seen| seen.2).expect("a consensus").0;
    assert!(early + ECHO <= agreed, "{early} {agreed}");
}

#[test]
fn silence_alone_is_no_early_voice() {
    let mut bench = bench();
    bench.run(10_000, |_, _| Some(0));
    for _ in 0..10 {
        let reading = bench.run(ECHO, |_, _| None);
        assert!(
            reading.early.is_none_or(|early| early < Millis::of(5)),
            "{reading:?}"
        );
    }
}
