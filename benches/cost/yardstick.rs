//! What to compare the daemon with: a loop that does nothing twenty times a second, a process that does nothing at
//! all, and one that does nothing as fast as it can.

use mio::{Events, Interest, Poll, Token};
use wanctl::shell::clock::Clock;
use wanctl::shell::timer::Timer;
use wanctl::time::Duration;

/// Becomes one of them, until it is killed or, if it is busy, for so many seconds.
pub(crate) fn be(name: &str, args: impl Iterator<Item = String>) {
    match name {
        "timer" => beat(),
        "busy" => busy(args),
        _ => loop {
            std::thread::park();
        },
    }
}

/// The daemon's own timer, and nobody who listens.
fn beat() {
    let period = Duration::from_millis(50);
    let clock = Clock::start();
    let mut timer = Timer::start(clock, clock.now() + period, period).expect("a timer");
    let mut poll = Poll::new().expect("a poll");
    poll.registry()
        .register(&mut timer, Token(0), Interest::READABLE)
        .expect("it is watched");
    let mut events = Events::with_capacity(8);
    loop {
        poll.poll(&mut events, None).expect("events");
        core::hint::black_box(timer.fire(clock));
    }
}

fn busy(mut args: impl Iterator<Item = String>) {
    let seconds = args.next().and_then(|n| n.parse().ok());
    let clock = Clock::start();
    let end_at = clock.now() + Duration::from_secs(seconds.expect("busy SECONDS"));
    while clock.now() < end_at {
        core::hint::spin_loop();
    }
}
