//! Averages, baselines and noise floors.

use proptest::prelude::*;
use wanctl::control::bloat::baseline::{Baseline, Learning};
use wanctl::control::bloat::noise::Noise;
use wanctl::control::delay::{DelayParams, DelayTracker};
use wanctl::units::{Alpha, Millis};

use crate::{at, ms, rtts};

fn params(load: f64, baseline: f64) -> DelayParams {
    DelayParams {
        load: Alpha::new(load).expect("a weight"),
        baseline: Alpha::new(baseline).expect("a weight"),
        idle_below: ms(3.0),
        spike_above: ms(12.0),
        baseline_bounds: (ms(10.0), ms(60.0)),
    }
}

fn learning() -> impl Strategy<Value = Learning> {
    prop::sample::select(vec![Learning::Path, Learning::Drift, Learning::OnlyDown])
}

proptest! {
    #[test]
    fn averages_never_leave_what_was_measured_nor_the_baseline_its_bounds(
        load in 0.001..=1.0_f64,
        baseline in 0.001..=1.0_f64,
        initial in 10.0..60.0_f64,
        rtts in rtts(),
    ) {
        let mut tracker = DelayTracker::new(params(load, baseline), ms(initial));
        let (mut least, mut most) = (initial, initial);
        for rtt in rtts {
            (least, most) = (least.min(rtt), most.max(rtt));
            let delay = tracker.update(ms(rtt));
            for average in [delay.load, delay.baseline] {
                prop_assert!((least - 1e-9..=most + 1e-9).contains(&average.as_f64()));
            }
            prop_assert!((10.0..=60.0).contains(&delay.baseline.as_f64()));
        }
    }

    #[test]
    fn a_spike_is_a_rise_of_the_load_by_more_than_was_allowed_and_nothing_else(rtts in rtts()) {
        let mut tracker = DelayTracker::new(params(0.5, 0.1), ms(25.0));
        for rtt in rtts {
            let before = tracker.current().load;
            let delay = tracker.update(ms(rtt));
            let rise = delay.load - before;
            prop_assert_eq!(delay.spike, (rise > ms(12.0)).then_some(rise));
            prop_assert_eq!(tracker.current().spike, None, "once");
        }
    }

    #[test]
    fn a_reflectors_baseline_is_never_beyond_its_echoes_and_a_shorter_one_is_believed_at_once(
        echoes in prop::collection::vec((1.0..500.0_f64, 1..5_000_u64, learning()), 2..200),
    ) {
        let mut baseline = Baseline::default();
        prop_assert!(!baseline.is_known());
        let (mut now, mut least, mut most) = (0, f64::MAX, f64::MIN);
        for (rtt, later, learning) in echoes {
            now += later;
            (least, most) = (least.min(rtt), most.max(rtt));
            let (known, before) = (baseline.is_known(), baseline.value().as_f64());
            baseline.observe(at(now), ms(rtt), learning);
            let value = baseline.value().as_f64();
            prop_assert!((least - 1e-9..=most + 1e-9).contains(&value));
            if known && rtt < before {
                prop_assert!(value - rtt <= (before - rtt) * 0.11, "nine tenths of the way: {value}");
            }
            // No queue makes an echo faster, and under bloat nothing is learned of a slower one.
            prop_assert!(!known || learning != Learning::OnlyDown || value <= before);
            // One echo is a thirtieth of what a calm minute teaches, however long there was none.
            prop_assert!(!known || value <= before + (rtt - before).max(0.0) / 30.0 + 1e-9);
        }
    }

    #[test]
    fn noise_lifts_the_threshold_by_no_more_than_four_and_never_lowers_it(
        least in 1.0..50.0_f64,
        deltas in prop::collection::vec((-1e6..1e6_f64, any::<bool>()), 1..300),
        later in 1..2_000_u64,
    ) {
        let mut noise = Noise::default();
        for (n, (delta, calm)) in (1..).zip(deltas) {
            noise.observe(at(n * later), delta, calm);
            prop_assert!(noise.mean() >= 0.0 && noise.mean().is_finite());
            prop_assert!(noise.deviation().is_finite());
            let threshold = noise.threshold(ms(least)).as_f64();
            prop_assert!((least..=4.0 * least).contains(&threshold), "{threshold}");
        }
    }

    #[test]
    fn what_was_learned_of_noise_is_kept_over_a_restart(mean in 0.0..50.0_f64, deviation in 0.0..50.0_f64) {
        let noise = Noise::restored(ms(mean), ms(deviation)).expect("a spread");
        prop_assert!((noise.mean() - mean).abs() < 1e-9 && (noise.deviation() - deviation).abs() < 1e-9);
        prop_assert_eq!(Noise::restored(ms(mean), Millis::ZERO - ms(1.0)), None);
        prop_assert_eq!(Noise::restored(Millis::ZERO - ms(mean + 0.1), ms(deviation)), None);
    }
}
