//! The steering program and its reports, between a router and a line that answer at once.

use std::fmt::Write as _;
use std::path::Path;

use wanctl::config::parse_steering;
use wanctl::program::{Beat, Input, OutboxOf, Output, Program};
use wanctl::report::{Report, Summary};
use wanctl::router::steering::{Counters, Event, Order, Reading, Switch};
use wanctl::router::{Known, Transport};
use wanctl::status::label;
use wanctl::steer::{PRIMARY, PingerParams, Setup, Steer, SteerParams};
use wanctl::steering::evidence::Feed;
use wanctl::time::{Duration, Instant};
use wanctl::units::Millis;

use super::counter;

const TICK: Duration = Duration::from_millis(50);
/// Calm and congestion take turns after so many ticks.
const STRETCH: u64 = 2_400;

fn steer() -> Steer {
    let text = include_str!("../config/steering.yaml");
    let config = parse_steering(Path::new("steering.yaml"), text.as_bytes());
    let pinger = PingerParams {
        every: Duration::from_millis(500),
        lost_after: Duration::from_secs(1),
    };
    let params = SteerParams {
        setup: Setup {
            prefix: label("WAN1"),
            comment: label("ADAPTIVE: Steer"),
            ..Setup::default()
        },
        steering: config.expect("it is valid").config.params,
        primary: pinger,
        alternate: Some(pinger),
        lists: core::iter::once(label("TO_WAN2")).collect(),
        disable_on_exit: false,
        transport: Transport::Rest,
        has_spare: true,
        saved: None,
    };
    Steer::new(Instant::ZERO, params)
}

/// Answers all that a call asked for; returns how many documents were to be saved.
fn answer(
    steer: &mut Steer,
    now: Instant,
    congested: bool,
    rule: &mut Switch,
    out: &mut OutboxOf<Steer>,
) -> u32 {
    let took = Duration::from_millis(1);
    let mut saves = 0;
    while let Some(output) = out.pop() {
        let event = match output {
            Output::Probe { wan, echo } => {
                // The alternate stays better than a congested primary.
                let slow = congested && wan == PRIMARY;
                let rtt = Duration::from_millis(if slow { 190 } else { 25 });
                let seq = echo.seq;
                steer.input(
                    now,
                    Input::Reply {
                        wan,
                        seq,
                        rtt,
                        stamps: None,
                    },
                    out,
                );
                continue;
            }
            Output::Save { saved, .. } => {
                saves += 1;
                steer.take_back(saved);
                continue;
            }
            Output::Write { order, .. } => match order {
                Order::Count => Event::Counted {
                    counters: Counters {
                        queued_packets: if congested { 90 } else { 0 },
                        ..Counters::default()
                    },
                    took,
                },
                Order::Read | Order::Set(_) => {
                    let mut known = Known::Read;
                    if let Order::Set(switch) = order {
                        *rule = switch;
                        known = Known::Written;
                    }
                    let (stands, invalid) = (*rule, false);
                    let reading = Reading::One { stands, invalid };
                    Event::Rule {
                        reading,
                        known,
                        took,
                    }
                }
            },
            _ => continue,
        };
        let wan = PRIMARY;
        steer.input(now, Input::Router { wan, event }, out);
    }
    saves
}

#[test]
fn an_hour_of_the_steering_daemon_and_its_reports_allocates_nothing() {
    let mut steer = steer();
    let mut health = vec![0; Steer::health_capacity(steer.status())];
    let mut metrics = vec![0; Steer::metrics_capacity(steer.status())];
    let mut line = heapless::String::<1_280>::new();
    let mut out = OutboxOf::<Steer>::default();
    let (mut rule, mut saves) = (Switch::Off, 0);
    counter::watch();
    let up = Input::Router {
        wan: PRIMARY,
        event: Event::Up,
    };
    steer.input(Instant::ZERO, up, &mut out);
    for tick in 1..72_000 {
        let now = Instant::from_micros(TICK.as_micros() * tick);
        let congested = tick / STRETCH % 2 == 1;
        let feed = Feed {
            baseline: Some(Millis::of(25)),
            ..Feed::default()
        };
        steer.hear(now, Some(feed));
        steer.tick(now, Beat::default(), &mut out);
        saves += answer(&mut steer, now, congested, &mut rule, &mut out);
        if tick % 20 == 0 {
            let status = steer.status();
            Steer::health(status, &mut health).expect("there is room");
            Steer::metrics(status, &mut metrics).expect("there is room");
            line.clear();
            write!(line, "{}", Summary::<Steer>(status)).expect("there is room");
        }
    }
    counter::rest();
    counter::expect_none("an hour of the steering daemon");
    let moves = steer.status().moves;
    assert!(moves.iter().all(|&moves| moves >= 10), "{moves:?}");
    assert!(saves >= 60, "{saves}");
}
