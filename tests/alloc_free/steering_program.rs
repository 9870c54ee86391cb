//! The whole steering program with its link, and both autorates beside it, through a quarter of an hour of
//! everything that happens to a house, in virtual time.

use wanctl::direction::Direction;
use wanctl::program::Program;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;
use wanctl::units::Rate;

use super::counter;
use super::house::{COMMENT, Host, House, Mode};
use super::virtual_time::Daemon;

/// Ticks in a second.
const SECOND: u64 = 20;
const SECONDS: u64 = 900;

/// A primary that is slow, then dead, then slow, and over again.
fn lines() -> [Schedule; 2] {
    let down = |mbit| Change::Capacity(Direction::Down, Rate::mbit(mbit));
    let primary = Schedule::new()
        .at(Duration::from_secs(30), down(60))
        .at(Duration::from_secs(60), down(500))
        .at(Duration::from_secs(120), down(0))
        .at(Duration::from_secs(150), down(500))
        .repeating_every(Duration::from_secs(200));
    let alternate = Schedule::new()
        .at(Duration::from_secs(250), down(0))
        .at(Duration::from_secs(300), down(500));
    [primary, alternate]
}

/// What happens besides, at which second.
fn happen(second: u64, house: &mut House) {
    let now = house.world.now;
    let world = &mut house.world;
    match second {
        108 => world.switch_by_hand(COMMENT, Switch::On),
        190 => world.host = Host::Silent,
        210 => world.host = Host::SlowBy(Duration::from_millis(150)),
        225 => world.host = Host::Honest,
        330 => world.cut_power(Duration::from_secs(20)),
        400 => world.scene.set_fault(now, Fault::Garbage),
        420 => world.scene.set_fault(now, Fault::Status(401)),
        460 => world.scene.set_fault(now, Fault::Silence),
        500 => world.scene.set_fault(now, Fault::None),
        600 => house.shapers[0].is_running = false,
        _ => {}
    }
}

#[test]
fn a_quarter_of_an_hour_of_the_steering_program_allocates_nothing() {
    for confidence in [false, true] {
        for interval_ms in [50, 2_000] {
            let mode = Mode {
                confidence,
                interval_ms,
            };
            let mut house = House::new(mode, lines());
            counter::watch();
            for tick in 0..SECONDS * SECOND {
                if tick.is_multiple_of(SECOND) {
                    counter::unwatched(|| happen(tick / SECOND, &mut house));
                }
                house.tick(&mut Daemon);
            }
            counter::rest();
            counter::expect_none("a quarter of an hour of the steering program");
            let status = house.helm.program.status();
            assert_eq!(status.pulse.ticks, SECONDS * SECOND);
            assert!(status.cycles >= SECONDS / 2 - 1, "{mode:?}");
            let [away, back] = status.moves;
            assert!(away >= 3 && back >= 3, "{mode:?}: {away} and {back}");
            assert!(status.rule.by_hand >= 1, "{mode:?}");
            assert!(house.helm.saves >= 15, "{mode:?}: {}", house.helm.saves);
            assert!(status.link.up, "it recovered from all of it");
            let believed = house.helm.program.steering().rule().switch();
            assert_eq!(believed, Some(house.world.rule(COMMENT)), "{mode:?}");
        }
    }
}
