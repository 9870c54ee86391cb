//! The word of a real autorate, as steering's reader hears it.

use wanctl::control::zone::Zone;
use wanctl::direction::Direction;
use wanctl::shell::clock::Clock;
use wanctl::shell::feed::{FeedParams, FeedReader};
use wanctl::steering::ZONE_FRESH;
use wanctl::steering::evidence::Feed;
use wanctl::units::Rate;

use crate::support::*;

/// A reader of the daemon's document and of its `/health`.
struct Listener {
    clock: Clock,
    reader: FeedReader,
}

impl Listener {
    fn of(daemon: &Daemon, wan: &str) -> Self {
        let clock = Clock::start();
        let params = FeedParams {
            documents: vec![daemon.dir().join("wan1_state.json")],
            health: Some(daemon.health_address()),
            wan: wan.into(),
        };
        let reader = FeedReader::start(clock, params).expect("a thread");
        Self { clock, reader }
    }

    fn wait(&mut self, what: &str, mut is_so: impl FnMut(Feed) -> bool) -> Feed {
        wait_for(what, PATIENCE, || {
            self.reader
                .latest(self.clock.now())
                .filter(|&feed| is_so(feed))
        })
    }
}

fn daemon() -> (wanctl::cli::stage::world::World, Daemon) {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.state_file = Some("wan1_state.json".into());
    let daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    (world, daemon)
}

/// The whole life of it: calm, at its floor, deaf, gone.
#[test]
fn steering_hears_zone_floor_and_silence_live_and_the_baseline_of_one_that_has_gone() {
    let (world, daemon) = daemon();
    let mut listener = Listener::of(&daemon, "wan1");
    let calm = listener.wait("a calm line", |feed| {
        feed.zone == Some(Zone::Green) && feed.hears == Some(true)
    });
    assert!(!calm.at_floor);
    let baseline = calm.baseline.expect("always there").as_f64();
    assert!((5.0..100.0).contains(&baseline), "{baseline}");
    let status = listener.reader.status().expect("looked");
    assert_eq!(status.live, Some(Ok(())));
    // A little less than the floor of 80M: the queue stays full, and most echoes come through it.
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    world.set_capacity(Direction::Down, Rate::mbit(76));
    listener.wait("the floor", |feed| {
        feed.at_floor && feed.zone == Some(Zone::Red)
    });
    // Nothing at all.
    world.set_capacity(Direction::Down, Rate::ZERO);
    let deaf = listener.wait("silence", |feed| feed.hears == Some(false));
    assert_eq!((deaf.zone, deaf.at_floor), (None, false));
    let home = daemon.kill();
    let gone = listener.wait("the end", |feed| {
        feed.hears.is_none() && feed.age > ZONE_FRESH
    });
    assert!(gone.baseline.is_some());
    assert_eq!((gone.zone, gone.at_floor), (None, false));
    let status = listener.reader.status().expect("looked");
    assert!(matches!(status.live, Some(Err(_))), "{status:?}");
    assert_eq!(status.document, Ok(0));
    drop(home);
}

#[test]
fn the_document_serves_where_the_health_is_another_wans() {
    let (_world, daemon) = daemon();
    let mut listener = Listener::of(&daemon, "wan7");
    let feed = listener.wait("the document", |feed| feed.baseline.is_some());
    assert_eq!((feed.zone, feed.hears), (None, None));
    let status = listener.reader.status().expect("looked");
    let said = status.live.expect("asked").expect_err("no such WAN");
    assert_eq!(said.to_string(), "does not know the primary WAN");
}
