//! The reflectors and the world in real time. Tolerances are those of a busy two-core machine.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration as StdDuration;

use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::sim::line::LineOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

const ECHO: [u8; 12] = [8, 0, 0xab, 0xcd, 0, 1, 0, 2, 1, 2, 3, 4];

/// 20 ms away, no jitter, two reflectors.
fn world(schedule: Schedule) -> World {
    World::start(WorldOptions {
        reflectors: 2,
        line: LineOptions {
            propagation: Duration::from_millis(20),
            jitter: Duration::ZERO,
            ..LineOptions::default()
        },
        schedule,
        ..WorldOptions::default()
    })
    .expect("loopback has free ports")
}

struct Client {
    socket: UdpSocket,
    clock: Clock,
}

impl Client {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let patience = Some(StdDuration::from_millis(400));
        socket.set_read_timeout(patience).expect("not zero");
        let clock = Clock::new();
        Self { socket, clock }
    }

    fn send(&self, to: SocketAddr) -> Instant {
        // Stamped first: this thread may be preempted right after the send.
        let sent_at = self.clock.now();
        self.socket.send_to(&ECHO, to).expect("loopback");
        sent_at
    }

    fn receive(&self) -> Option<(Instant, Vec<u8>, SocketAddr)> {
        let mut buffer = [0; 64];
        let (length, from) = self.socket.recv_from(&mut buffer).ok()?;
        Some((self.clock.now(), buffer[..length].to_vec(), from))
    }

    fn rtt(&self, to: SocketAddr) -> Option<Duration> {
        let sent_at = self.send(to);
        self.receive().map(|(at, ..)| at - sent_at)
    }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn an_echo_request_comes_back_as_a_reply_and_anything_else_unchanged() {
    let (world, client) = (world(Schedule::new()), Client::new());
    let reflector = world.reflector_addresses()[1];
    client.send(reflector);
    let (_, datagram, from) = client.receive().expect("an answer");
    assert_eq!(from, reflector);
    assert_eq!(datagram[0], 0);
    assert_eq!(datagram[1..], ECHO[1..]);
    client
        .socket
        .send_to(b"hello", reflector)
        .expect("loopback");
    assert_eq!(client.receive().expect("an answer").1, b"hello");
}

#[test]
fn echoes_are_on_time_when_the_machine_has_time() {
    let (world, client) = (world(Schedule::new()), Client::new());
    let reflector = world.reflector_addresses()[0];
    let mut rtts: Vec<_> = (0..21).filter_map(|_| client.rtt(reflector)).collect();
    rtts.sort();
    assert_eq!(rtts.len(), 21);
    assert!(rtts[0] >= ms(20), "never early: {}", rtts[0]);
    // A busy machine delays many, but cannot make a coarse timer precise.
    assert!(rtts[5] < ms(22), "lower quartile {}", rtts[5]);
}

#[test]
fn echoes_on_their_way_do_not_wait_for_each_other() {
    let (world, client) = (world(Schedule::new()), Client::new());
    let [near, far] = world.reflector_addresses() else {
        panic!("two reflectors");
    };
    let manner = Manner {
        extra: ms(100),
        ..Manner::default()
    };
    world.set_reflector(1, manner);
    let sent_at = client.send(*far);
    client.send(*near);
    let (_, _, first) = client.receive().expect("the near one");
    let (last_at, _, last) = client.receive().expect("the far one");
    assert_eq!((first, last), (*near, *far));
    assert!(last_at - sent_at >= ms(120));
}

#[test]
fn reflectors_fall_silent_lose_and_repeat() {
    let (world, client) = (world(Schedule::new()), Client::new());
    let [quiet, other] = world.reflector_addresses() else {
        panic!("two reflectors");
    };
    let manner = |silent, loss, duplicate| Manner {
        silent,
        loss,
        duplicate,
        ..Manner::default()
    };
    world.set_reflector(0, manner(true, 0.0, false));
    assert_eq!(client.rtt(*quiet), None);
    world.set_reflector(0, manner(false, 0.0, true));
    client.send(*quiet);
    assert!(client.receive().is_some() && client.receive().is_some());
    world.set_reflector(1, manner(false, 0.5, false));
    for _ in 0..60 {
        client.send(*other);
    }
    let heard = std::iter::from_fn(|| client.receive()).count();
    assert!((15..=45).contains(&heard), "{heard}");
}

#[test]
fn load_bloats_and_a_dead_line_is_silent() {
    let (world, client) = (world(Schedule::new()), Client::new());
    let reflector = world.reflector_addresses()[0];
    world.set_capacity(Direction::Down, Rate::mbit(100));
    world.set_demand(Direction::Down, Rate::mbit(200));
    let start = client.clock.now();
    let mut bloated = ms(0);
    while client.clock.now() - start < ms(150) {
        bloated = client.rtt(reflector).expect("an answer");
    }
    assert!(bloated > ms(60), "{bloated}");
    world.set_capacity(Direction::Down, Rate::ZERO);
    assert_eq!(client.rtt(reflector), None);
    world.set_demand(Direction::Down, Rate::ZERO);
    world.set_capacity(Direction::Down, Rate::mbit(10_000));
    client.rtt(reflector);
    assert!(client.rtt(reflector).expect("an answer") < ms(40));
}

#[test]
fn a_schedule_plays_in_real_time_and_queues_count() {
    let demand = Change::Demand(Direction::Down, Rate::mbit(80));
    let world = world(Schedule::new().at(ms(0), demand));
    let client = Client::new();
    // Ten echoes are some 200 ms.
    for _ in 0..10 {
        client.rtt(world.reflector_addresses()[0]);
    }
    let scene = world.scene();
    let queue = scene.router.queue("WAN-Download").expect("still there");
    let passed = world.clock().now().as_secs_f64();
    let expected = passed * 10_000_000.0;
    let counted = queue.number("bytes") as f64;
    assert!(
        (counted - expected).abs() < 100_000.0,
        "{counted} of {expected}"
    );
}
