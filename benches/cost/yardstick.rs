//! What to compare the daemon with: a loop that does nothing twenty times a second, and a process that
//! does nothing at all.

use mio::{Events, Interest, Poll, Token};
use wanctl::shell::clock::Clock;
use wanctl::shell::timer::Timer;
use wanctl::time::Duration;

/// Becomes one of them, until it is killed.
pub(crate) fn be(name: &str) {
    match name {
        "timer" => beat(),
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
