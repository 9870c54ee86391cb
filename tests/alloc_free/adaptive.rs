//! The adaptive law with its measurement and its load.

use wanctl::control::bloat::noise::Noise;
use wanctl::control::bloat::oneway::{Stamps, Turn};
use wanctl::control::bloat::{Climate, Meter, MeterParams};
use wanctl::control::law::adaptive::{Adaptive, Mode, Preset, ShaperParams, Signal};
use wanctl::control::load::{Freshness, Gauge, Pace};
use wanctl::direction::Both;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::counter;

/// Calm, loaded, bloated, silent, without counters: a minute each.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Minute {
    Calm,
    Loaded,
    Bloated,
    Silent,
    Unread,
}

fn minute(now: Instant) -> Minute {
    match now.as_micros() / 60_000_000 % 5 {
        0 => Minute::Calm,
        1 => Minute::Loaded,
        2 => Minute::Bloated,
        3 => Minute::Silent,
        _ => Minute::Unread,
    }
}

#[test]
fn an_hour_of_the_adaptive_law_allocates_nothing() {
    let tuning = Preset::Cable.tuning();
    let params = ShaperParams {
        floor: Rate::mbit(20),
        base: Rate::mbit(60),
        ceiling: Rate::mbit(100),
        tuning,
    };
    let meter = MeterParams {
        reflectors: 6,
        echo_every: Duration::from_millis(50),
        threshold: tuning.threshold,
        one_way: true,
    };
    let both = Both {
        down: params,
        up: params,
    };
    let mut law = Adaptive::new(Instant::ZERO, both, None);
    let mut meter = Meter::new(Instant::ZERO, meter, Noise::default());
    let mut gauges = Both::<Gauge>::default();
    let (mut pace, mut freshness) = (Pace::default(), Freshness::default());
    let (mut climate, mut bytes) = (Climate::Unknown, 0_u64);
    let (mut drained, mut blind, mut told) = (0, 0, 0);
    counter::watch();
    for tick in 0..72_000_u64 {
        let now = Instant::ZERO + Duration::from_millis(50 * tick);
        let (what, n) = (minute(now), u8::try_from(tick % 6).unwrap_or(0));
        let turn = meter.ask(now, n);
        let rtt = match what {
            Minute::Bloated => 20 + tick % 90,
            _ => 20 + tick % 4,
        };
        if what != Minute::Silent {
            let rtt = Duration::from_millis(rtt);
            // A clock that is an hour ahead; the queue is before it.
            let theirs = (now - Instant::ZERO).as_micros() / 1_000 + 3_600_000;
            let theirs = u32::try_from(theirs % 86_400_000).unwrap_or(0);
            let stamps = (turn != Turn::Echo).then_some(Stamps {
                sent_at: now - rtt,
                originate: 1,
                receive: theirs,
                transmit: theirs,
            });
            meter.answered(now, n, rtt, stamps);
            told += u32::from(meter.one_way(now, n).is_some());
        }
        let load = if what == Minute::Calm { 0.01 } else { 0.97 };
        bytes += law.rates().down.times(load).as_bps() / 160;
        if what != Minute::Unread && now >= pace.due_at(true) {
            pace.asked(now);
            pace.answered(Duration::from_millis(20));
            freshness.observe(now, bytes);
            gauges.down.count(now, bytes);
            gauges.up.count(now, bytes / 50);
        }
        let achieved = gauges
            .as_ref()
            .map(|gauge| gauge.achieved(now, Duration::from_millis(200)));
        let signal = Signal {
            newest: gauges.as_ref().map(|gauge| gauge.newest(now)),
            reading: meter.step(now, climate),
            achieved,
            applies_in: Duration::from_millis(20),
        };
        let decision = law.step(now, &signal).down;
        climate = law.climate(achieved);
        drained += u32::from(decision.mode == Mode::Draining);
        blind += u32::from(decision.mode == Mode::Blind);
    }
    counter::rest();
    counter::expect_none("an hour of the adaptive law");
    assert!(drained > 100 && blind > 100, "{drained} {blind}");
    assert!(told > 1_000, "{told}");
}
