//! Worlds come and go without a trace. Alone in its process, because it counts threads.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};

use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::sim::double::faults::Fault;
use wanctl::time::{Duration, Instant};

fn entries(path: &str) -> usize {
    std::fs::read_dir(path).map_or(0, Iterator::count)
}

#[test]
fn a_stopped_world_leaves_no_threads_and_no_sockets() {
    let count = || (entries("/proc/self/task"), entries("/proc/self/fd"));
    let before = count();
    let clock = Clock::new();
    for _ in 0..10 {
        let world = World::start(WorldOptions::default()).expect("loopback has free ports");
        world.fault(Fault::Silence);
        for _ in 0..5 {
            let address = (Ipv4Addr::LOCALHOST, world.router_port());
            let mut stream = TcpStream::connect(address).expect("the double listens");
            let request = b"GET /rest/queue/tree HTTP/1.1\r\n\r\n";
            stream.write_all(request).expect("the double reads");
        }
        let address = (Ipv4Addr::LOCALHOST, world.router_port());
        // Still open and silent when the world ends.
        let _open = TcpStream::connect(address).expect("the double listens");
        drop(world);
    }
    // A joined thread may stay in /proc for a moment.
    while count() != before && clock.now() < Instant::ZERO + Duration::from_secs(5) {
        std::thread::yield_now();
    }
    assert_eq!(count(), before);
    assert!(clock.now() < Instant::ZERO + Duration::from_secs(5));
}
