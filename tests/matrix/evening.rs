//! What ten minutes of a busy evening cost the router: requests, bytes, and changes in its flash.

use std::path::Path;

use wanctl::config;
use wanctl::direction::{Both, Direction};
use wanctl::program::Program;
use wanctl::router::Transport;
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::sim::wires::{NoMeter, RestWire};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::harness::world::Worlds;

const EVENING: Duration = Duration::from_secs(600);
/// What a written change costs v1.7: a look-up and a write for each direction, whichever has changed
/// (contract 8.4).
const REQUESTS_OF_V17: u64 = 4;

/// Films all the time, three big downloads, a backup, a video call, and a provider that has less to
/// give twice.
fn story() -> Schedule {
    use Change::{Capacity, Demand};
    use Direction::{Down, Up};

    let at = Duration::from_secs;
    let mut story = Schedule::new()
        .at(at(0), Demand(Down, Rate::mbit(25)))
        .at(at(0), Demand(Up, Rate::mbit(2)));
    for begin in [60, 210, 400] {
        story = story
            .at(at(begin), Demand(Down, Rate::mbit(1_500)))
            .at(at(begin + 70), Demand(Down, Rate::mbit(25)));
    }
    story
        .at(at(90), Capacity(Down, Rate::mbit(600)))
        .at(at(150), Capacity(Down, Rate::mbit(900)))
        .at(at(230), Demand(Up, Rate::mbit(80)))
        .at(at(320), Demand(Up, Rate::mbit(6)))
        .at(at(420), Capacity(Down, Rate::mbit(500)))
        .at(at(455), Capacity(Down, Rate::mbit(900)))
}

/// Which law writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Writer {
    /// v1.7's, as often as its example says.
    Classic,
    /// v1.7's, in every tick if it wants to.
    Unlimited,
    /// Ours, as its example says.
    Adaptive,
}

/// v1.7's limits for a cable line, in place of those in the example of its law.
const CABLE: [(&str, &str); 4] = [
    ("floor_green_mbps: 100", "floor_green_mbps: 550"),
    ("floor_yellow_mbps: 75", "floor_yellow_mbps: 350"),
    ("ceiling_mbps: 500", "ceiling_mbps: 940"),
    ("step_up_mbps: 5", "step_up_mbps: 10"),
];

/// A shipped example.
fn example(writer: Writer) -> config::WanConfig {
    let name = match writer {
        Writer::Classic | Writer::Unlimited => "configs/classic.yaml",
        Writer::Adaptive => "configs/cable.yaml",
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&file).expect("the example");
    let mut text = text
        .replace("${ROUTER_PASSWORD}", "secret")
        .replace("user: \"admin\"", "user: wanctl");
    if writer != Writer::Adaptive {
        for (example, cable) in CABLE {
            assert_eq!(text.matches(example).count(), 1, "{example}");
            text = text.replace(example, cable);
        }
    }
    if writer == Writer::Unlimited {
        text = text.replace(
            "  queue_types:\n",
            "  write_limit: { changes: 64, window_sec: 1 }\n  queue_types:\n",
        );
    }
    let loaded = config::parse(&file, text.as_bytes());
    loaded.unwrap_or_else(|report| panic!("{report}")).config
}

#[derive(Clone, Copy, Debug)]
struct Bill {
    requests: u64,
    writes: u64,
    needless: u64,
    bytes: u64,
    /// Ticks at which any rate changed, and those of them that were written.
    changes: u64,
    written: u64,
}

fn evening(writer: Writer) -> Bill {
    let config = example(writer);
    let mut options = SceneOptions {
        schedule: story(),
        ..SceneOptions::default()
    };
    options.line.capacity = Both {
        down: Rate::mbit(900),
        up: Rate::mbit(38),
    };
    options.router.queues = config.router.queues.clone();
    let mut worlds = Worlds::of(&[Transport::Rest], &[config], &options);
    let mut wanted = Both::default();
    let (mut changes, mut written) = (0, 0);
    while worlds.now < Instant::ZERO + EVENING {
        let before = worlds.tally.writes;
        worlds.tick(&mut NoMeter);
        written += u64::from(worlds.tally.writes > before);
        let rates = worlds.program.status().wans[0].rates;
        changes += u64::from(rates != wanted);
        wanted = rates;
    }
    let rest = worlds.sides[0].ways.rest();
    let traffic = rest.map(RestWire::traffic).unwrap_or_default();
    let (router, traffic) = (&worlds.sides[0].scene.router, traffic);
    Bill {
        requests: traffic.requests,
        writes: router.persisted_writes(),
        needless: router.needless_writes(),
        bytes: traffic.sent + traffic.received,
        changes,
        written,
    }
}

#[test]
fn an_evening_costs_the_router_no_write_too_many() {
    println!(
        "ten minutes of an evening on a cable line, over REST\n\
         {:26} {:>8} {:>8} {:>8} {:>9} {:>10} {:>12}",
        "law", "changes", "requests", "writes", "needless", "kB", "v1.7 requests"
    );
    for (name, writer) in [
        ("classic", Writer::Classic),
        ("classic, one per tick", Writer::Unlimited),
        ("adaptive", Writer::Adaptive),
    ] {
        let bill = evening(writer);
        println!(
            "{name:26} {:>8} {:>8} {:>8} {:>9} {:>10} {:>12}",
            bill.changes,
            bill.requests,
            bill.writes,
            bill.needless,
            bill.bytes / 1_000,
            bill.written * REQUESTS_OF_V17,
        );
        assert_eq!(
            bill.needless, 0,
            "no equal value, and never the other direction"
        );
        assert!(bill.writes > 50, "there was something to write: {bill:?}");
        let looks = bill.requests - bill.writes;
        if writer == Writer::Adaptive {
            // The counters: ten times a second under load, once without.
            assert!((600..=6_000).contains(&looks), "{bill:?}");
        } else {
            // Beside the writes there are the look-ups at the start and every 30 s.
            assert!((20..=22).contains(&looks), "{bill:?}");
        }
        assert!(bill.writes <= 2 * bill.written, "{bill:?}");
    }
}
