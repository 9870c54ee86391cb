//! A quarter of an hour of steering's REST link in virtual time: counting, reading, switching, and what
//! goes wrong in between.

use wanctl::router::Transport;
use wanctl::router::rest::talk::Params;
use wanctl::router::steering::{Event, Interest, Order, Steering, Switch};
use wanctl::router::ways::Ways;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::scene::{Scene, SceneOptions};
use wanctl::sim::wires::{Doors, Far, RestWire, SshWire};
use wanctl::time::{Duration, Instant};

use super::counter;
use super::virtual_time::Daemon;

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
const STEP: Duration = Duration::from_millis(10);
/// One order of each kind in so many steps, half a second.
const CYCLE: u64 = 50;
const CYCLES: u64 = 1_800;

const FAULTS: [Fault; 9] = [
    Fault::None,
    Fault::Garbage,
    Fault::Silence,
    Fault::Status(401),
    Fault::Status(500),
    Fault::EmptyList,
    Fault::Chunked,
    Fault::RefusesWhatItDid,
    Fault::ReadOnlyUser,
];

#[test]
fn steerings_link_allocates_nothing_over_rest() {
    let talk = Steering::new(Interest {
        queue: "WAN-Download".into(),
        comment: COMMENT.into(),
        lists: core::iter::once("FORCE_OUT_WAN1".to_owned()).collect(),
        verify_every: Duration::from_secs(5),
    });
    let rest = RestWire::new(Params {
        host: "router".into(),
        // wanctl:secret
        authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
        reply_for: Duration::from_secs(2),
        talk,
    });
    let mut ways: Ways<_, SshWire<Steering>> = Ways::new(Transport::Rest, Some(rest), None);
    let mut scene = Scene::new(&SceneOptions::default());
    scene
        .router
        .add_mangle(&[("chain", "prerouting"), ("comment", COMMENT)]);
    let mut now = Instant::ZERO;
    let (mut counted, mut rules, mut lost) = (0, 0, 0);
    counter::watch();
    for cycle in 0..CYCLES {
        if cycle.is_multiple_of(50) {
            let faults = cycle / 50;
            // Every other stretch is a good one.
            let fault = if faults.is_multiple_of(2) {
                Fault::None
            } else {
                FAULTS[usize::try_from(faults / 2).expect("few") % FAULTS.len()]
            };
            counter::unwatched(|| scene.set_fault(now, fault));
        }
        ways.submit(Order::Count);
        ways.submit(Order::Set(if cycle.is_multiple_of(2) {
            Switch::On
        } else {
            Switch::Off
        }));
        for _ in 0..CYCLE {
            now = now + STEP;
            let mut far = Far {
                scene: &mut scene,
                doors: Doors::default(),
                meter: &mut Daemon,
            };
            ways.drive(now, &mut far, |event| match event {
                Event::Counted { .. } => counted += 1,
                Event::Rule { .. } => rules += 1,
                Event::Lost(_) => lost += 1,
                _ => {}
            });
        }
    }
    counter::rest();
    counter::expect_none("a quarter of an hour of steering's link");
    assert!(
        counted > 800 && rules > 800 && lost > 10,
        "{counted} counted, {rules} rules, {lost} lost"
    );
}
