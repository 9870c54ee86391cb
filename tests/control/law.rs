//! v1.7's law, with any settings that the config check allows.

use proptest::prelude::*;
use wanctl::control::delay::Delay;
use wanctl::control::law::classic::{Floors, Shaper, ShaperParams};
use wanctl::control::zone::{Streaks, Thresholds, Zone};
use wanctl::units::{Factor, Rate};

use crate::ms;

prop_compose! {
    fn params()(
        mut floors in prop::array::uniform4(1_000_000..200_000_000_u64),
        above in 0..800_000_000_u64,
        mut edges in prop::array::uniform3(1.0..100.0_f64),
        four_zones: bool,
        decays in prop::array::uniform2(0.2..=1.0_f64),
        step_up in 1..50_000_000_u64,
        green_required in 1..20_u32,
    ) -> ShaperParams {
        floors.sort_unstable();
        edges.sort_unstable_by(f64::total_cmp);
        let [red, soft_red, yellow, green] = floors.map(Rate::bps);
        let [decay_red, decay_yellow] = decays.map(|decay| Factor::new(decay).expect("a factor"));
        ShaperParams {
            thresholds: Thresholds {
                green: ms(edges[0]),
                yellow: ms(edges[1]),
                soft_red: four_zones.then_some(ms(edges[2])),
            },
            ceiling: green + Rate::bps(above),
            floors: Floors { green, yellow, soft_red, red },
            decay_yellow,
            decay_red,
            step_up: Rate::bps(step_up),
            green_required,
        }
    }
}

/// Deltas, and whether each began with a spike.
fn deltas() -> impl Strategy<Value = Vec<(f64, bool)>> {
    prop::collection::vec((-20.0..150.0_f64, prop::bool::weighted(0.05)), 1..300)
}

fn delay((delta, spike): (f64, bool)) -> Delay {
    Delay {
        load: ms(25.0 + delta),
        baseline: ms(25.0),
        spike: spike.then_some(ms(20.0)),
        refused_baseline: None,
    }
}

proptest! {
    #[test]
    fn a_rate_moves_by_no_more_than_its_zone_allows(params in params(), deltas in deltas()) {
        let mut shaper = Shaper::new(params);
        prop_assert_eq!(shaper.rate(), params.ceiling, "it starts at the top");
        for delta in deltas {
            let before = shaper.rate();
            let verdict = shaper.step(delay(delta));
            let floor = params.floors.of(verdict.zone);
            let (least, most) = match verdict.zone {
                Zone::Green => (before, before + params.step_up),
                Zone::Yellow => (before * params.decay_yellow, before),
                Zone::SoftRed => (before, before),
                Zone::Red => (before * params.decay_red, before),
            };
            prop_assert!(verdict.rate >= least.min(params.ceiling) && verdict.rate >= floor);
            prop_assert!(verdict.rate <= most.max(floor) && verdict.rate <= params.ceiling);
            prop_assert_eq!(verdict.rate, shaper.rate());
        }
    }

    #[test]
    fn nothing_is_raised_before_it_has_been_green_for_as_long_as_was_asked(params in params(), deltas in deltas()) {
        let mut shaper = Shaper::restored(params, Streaks::default(), Rate::ZERO);
        let mut green = 0;
        for delta in deltas {
            let before = shaper.rate();
            let verdict = shaper.step(delay(delta));
            green = match (verdict.zone, delta.1) {
                (Zone::Green, false) => green + 1,
                (Zone::Green, true) => 1,
                _ => 0,
            };
            let raised = verdict.rate > before && before >= params.floors.of(verdict.zone);
            prop_assert!(!raised || green >= params.green_required, "after {green}");
            prop_assert_eq!(shaper.streaks().green, green);
        }
    }

    #[test]
    fn of_two_lines_with_the_same_delay_the_faster_one_stays_the_faster(
        params in params(),
        rates in prop::array::uniform2(any::<u64>()),
        deltas in deltas(),
    ) {
        let start = |rate| Shaper::restored(params, Streaks::default(), Rate::bps(rate));
        let (mut slower, mut faster) = (start(rates[0].min(rates[1])), start(rates[0].max(rates[1])));
        for delta in deltas {
            prop_assert!(slower.step(delay(delta)).rate <= faster.step(delay(delta)).rate);
        }
    }

    #[test]
    fn more_delay_is_never_a_milder_zone(params in params(), one in -20.0..150.0_f64, other in -20.0..150.0_f64) {
        let zone = |delta| params.thresholds.classify(ms(delta));
        prop_assert!(zone(one.min(other)) <= zone(one.max(other)));
        let worse = zone(one.max(other));
        prop_assert!(worse == Zone::Green || ms(one.max(other)) > params.thresholds.edge_of(worse));
    }

    #[test]
    fn a_restart_goes_on_where_the_document_says(params in params(), before in deltas(), after in deltas()) {
        let mut shaper = Shaper::new(params);
        for delta in before {
            shaper.step(delay(delta));
        }
        let mut again = Shaper::restored(params, shaper.streaks(), shaper.rate());
        for delta in after {
            let (one, other) = (shaper.step(delay(delta)), again.step(delay(delta)));
            prop_assert_eq!((one.zone, one.rate), (other.zone, other.rate));
        }
    }
}
