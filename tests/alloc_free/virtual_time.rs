//! Twenty thousand ticks, a quarter of an hour of everything that happens, in virtual time.

use wanctl::program::Program;
use wanctl::router::Transport;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::Schedule;
use wanctl::sim::wires::{Meter, RestWire};

use super::adaptive_file::config;
use super::harness::world::{Tally, Trouble, Worlds};
use super::{counter, demo};

/// What the world does is not the daemon's.
pub(crate) struct Daemon;

impl Meter for Daemon {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        counter::unwatched(work)
    }
}

/// What goes wrong in each of the twenty stretches of a thousand ticks; all is well for the first half
/// of each.
const STRETCHES: [Trouble; 20] = {
    const WELL: Trouble = Trouble {
        icmp_silent: false,
        dead: false,
        unplugged: false,
        fault: Fault::None,
    };
    const fn with(fault: Fault) -> Trouble {
        Trouble { fault, ..WELL }
    }
    const SILENT: Trouble = Trouble {
        icmp_silent: true,
        ..WELL
    };
    const DEAD: Trouble = Trouble { dead: true, ..WELL };
    const UNPLUGGED: Trouble = Trouble {
        unplugged: true,
        ..WELL
    };
    [
        WELL,
        SILENT,
        DEAD,
        UNPLUGGED,
        with(Fault::Garbage),
        with(Fault::Silence),
        with(Fault::Status(401)),
        with(Fault::Status(403)),
        with(Fault::Status(404)),
        with(Fault::Status(500)),
        with(Fault::EmptyList),
        with(Fault::Chunked),
        with(Fault::ControlCharacters),
        with(Fault::RefusesWhatItDid),
        with(Fault::ClampsTo(wanctl::units::Rate::mbit(100))),
        SILENT,
        DEAD,
        UNPLUGGED,
        with(Fault::Garbage),
        WELL,
    ]
};

#[test]
fn twenty_thousand_ticks_of_all_that_can_happen_allocate_nothing() {
    roomy(|| {
        let tally = story(demo::worlds(2));
        assert!(tally.replies > 60_000, "{tally:?}");
        assert!(tally.writes > 1_000, "{tally:?}");
    });
}

/// The counters are read ten times a second besides, and the reflectors asked one after the other.
#[test]
fn nor_do_they_under_the_adaptive_law() {
    roomy(|| {
        let configs = ["wan1", "wan2"].map(config);
        let capacity = SceneOptions::default().line.capacity;
        let options = SceneOptions {
            schedule: Schedule::demo(capacity),
            ..SceneOptions::default()
        };
        let tally = story(Worlds::of(&[Transport::Rest], &configs, &options));
        assert!(tally.replies > 20_000, "{tally:?}");
        assert!(tally.writes > 500, "{tally:?}");
        assert!(tally.events > 10_000, "{tally:?}");
    });
}

/// The program's outbox is on the stack in places, and debug builds do not spare it.
fn roomy(story: fn()) {
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    if let Err(panic) = thread.spawn(story).expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

fn story(mut worlds: Worlds) -> Tally {
    counter::watch();
    for trouble in STRETCHES {
        for tick in 0..1_000 {
            worlds.trouble = if tick < 500 {
                Trouble::default()
            } else {
                trouble
            };
            worlds.tick(&mut Daemon);
        }
    }
    counter::rest();
    let tally = worlds.tally;
    println!("{tally:?}");
    counter::expect_none("20,000 ticks in virtual time");
    let status = worlds.program.status();
    assert_eq!(status.pulse.ticks, 20_000);
    assert!(tally.saves > 500, "{tally:?}");
    assert!(tally.tcp_rounds > 10, "{tally:?}");
    let rest = worlds.sides[0].ways.rest();
    let traffic = rest.map(RestWire::traffic).unwrap_or_default();
    assert!(traffic.connects > 10, "{traffic:?}");
    assert_eq!(tally.pages, 8_000);
    for wan in &status.wans {
        assert!(wan.router.link.up, "it recovered from all of it");
    }
    tally
}
