//! Looks names up on a thread of its own, because the system's resolver may take half a minute.

use core::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};

use crossbeam_queue::ArrayQueue;
use heapless::{String, Vec};
use mio::Waker;

use super::Errno;

/// Requests under way at once; more are refused.
pub const CAPACITY: usize = 64;
/// Addresses kept of each name.
pub const ADDRESSES: usize = 8;
/// DNS allows no longer name.
const LONGEST_NAME: usize = 253;
/// A longer explanation is cut.
const LONGEST_REASON: usize = 100;
/// The system's resolver works on its stack; the lock of memory covers what it touches.
const STACK: usize = 256 * 1024;

/// The loop's end of the resolver.
#[derive(Debug)]
pub struct Resolver {
    desk: Arc<Desk>,
    thread: Thread,
    under_way: usize,
}

/// What a name turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The asker's own number for it.
    pub key: u32,
    /// The first few addresses in the system's order of preference, at least one.
    pub addresses: Result<Vec<IpAddr, ADDRESSES>, Unresolved>,
}

/// The system's explanation why a name has no address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unresolved(String<LONGEST_REASON>);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Unresolved {}

/// The request was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// [`CAPACITY`] requests are under way: ask again later.
    Full,
    /// No host can have this name.
    NoName,
}

/// The helper thread cannot be started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResolverError(Errno);

impl fmt::Display for ResolverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start the resolver thread: {}", self.0)
    }
}

impl core::error::Error for ResolverError {}

/// What both threads see.
#[derive(Debug)]
struct Desk {
    requests: ArrayQueue<(u32, String<LONGEST_NAME>)>,
    results: ArrayQueue<Resolved>,
    closed: AtomicBool,
}

impl Resolver {
    /// Starts the helper thread. It wakes `waker` for every result.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(waker: Arc<Waker>) -> Result<Self, ResolverError> {
        Self::with(waker, look_up)
    }

    fn with(
        waker: Arc<Waker>,
        look_up: impl Fn(&str) -> io::Result<Vec<IpAddr, ADDRESSES>> + Send + 'static,
    ) -> Result<Self, ResolverError> {
        let desk = Arc::new(Desk {
            requests: ArrayQueue::new(CAPACITY),
            results: ArrayQueue::new(CAPACITY),
            closed: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&desk);
        let handle = thread::Builder::new()
            .name("wanctl-resolver".into())
            .stack_size(STACK)
            .spawn(move || serve(&theirs, &waker, look_up))
            .map_err(|error| ResolverError(error.into()))?;
        Ok(Self {
            desk,
            thread: handle.thread().clone(),
            under_way: 0,
        })
    }

    /// Asks for a name's addresses; the answer bears `key`. Neither waits nor allocates.
    ///
    /// # Errors
    /// [`Refused`], at once.
    pub fn ask(&mut self, key: u32, name: &str) -> Result<(), Refused> {
        let name = String::try_from(name).map_err(|_| Refused::NoName)?;
        if name.is_empty() {
            return Err(Refused::NoName);
        }
        // Bounded by what was not collected yet, so that a result always finds room.
        if self.under_way == CAPACITY || self.desk.requests.push((key, name)).is_err() {
            return Err(Refused::Full);
        }
        self.under_way += 1;
        self.thread.unpark();
        Ok(())
    }

    /// Questions whose answers were not taken yet.
    #[cfg(test)]
    pub(super) const fn under_way(&self) -> usize {
        self.under_way
    }

    /// Takes one result, if there is any. To be called after the waker until it returns `None`.
    pub fn take(&mut self) -> Option<Resolved> {
        let resolved = self.desk.results.pop()?;
        self.under_way -= 1;
        Some(resolved)
    }
}

/// The helper ends after the name it is busy with. Nobody waits for it.
impl Drop for Resolver {
    fn drop(&mut self) {
        self.desk.closed.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

fn serve(desk: &Desk, waker: &Waker, look_up: impl Fn(&str) -> io::Result<Vec<IpAddr, ADDRESSES>>) {
    while !desk.closed.load(Ordering::Acquire) {
        let Some((key, name)) = desk.requests.pop() else {
            thread::park();
            continue;
        };
        let addresses = match look_up(&name) {
            Ok(addresses) if addresses.is_empty() => Err(unresolved(&"no address")),
            Ok(addresses) => Ok(addresses),
            Err(error) => Err(unresolved(&error)),
        };
        // There is room for every request under way, and a loop that is gone needs no waking.
        let _ = desk.results.push(Resolved { key, addresses });
        let _ = waker.wake();
    }
}

fn look_up(name: &str) -> io::Result<Vec<IpAddr, ADDRESSES>> {
    let mut addresses = Vec::new();
    for address in (name, 0).to_socket_addrs()?.map(|found| found.ip()) {
        if !addresses.contains(&address) && addresses.push(address).is_err() {
            break;
        }
    }
    Ok(addresses)
}

fn unresolved(reason: &dyn fmt::Display) -> Unresolved {
    let text = reason.to_string();
    let mut cut = String::new();
    for letter in text.chars() {
        if cut.push(letter).is_err() {
            break;
        }
    }
    Unresolved(cut)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use mio::{Events, Poll, Token};

    use super::*;

    struct Loop {
        poll: Poll,
        resolver: Resolver,
    }

    impl Loop {
        fn new(
            look_up: impl Fn(&str) -> io::Result<Vec<IpAddr, ADDRESSES>> + Send + 'static,
        ) -> Self {
            let poll = Poll::new().unwrap();
            let waker = Arc::new(Waker::new(poll.registry(), Token(3)).unwrap());
            let resolver = Resolver::with(waker, look_up).unwrap();
            Self { poll, resolver }
        }

        fn answer(&mut self) -> Resolved {
            let mut events = Events::with_capacity(4);
            loop {
                if let Some(resolved) = self.resolver.take() {
                    return resolved;
                }
                let patience = Some(Duration::from_secs(10));
                self.poll.poll(&mut events, patience).unwrap();
                assert!(!events.is_empty(), "the waker did not wake");
            }
        }
    }

    #[test]
    fn a_name_of_this_machine_has_an_address() {
        let mut lp = Loop::new(look_up);
        lp.resolver.ask(7, "localhost").unwrap();
        let resolved = lp.answer();
        assert_eq!(resolved.key, 7);
        assert!(resolved.addresses.unwrap()[0].is_loopback());
    }

    #[test]
    fn a_failure_says_why_in_few_words() {
        let mut lp = Loop::new(|_| Err(io::Error::other("x".repeat(500))));
        lp.resolver.ask(1, "nowhere.invalid").unwrap();
        let why = lp.answer().addresses.unwrap_err().to_string();
        assert_eq!(why, "x".repeat(LONGEST_REASON));
    }

    #[test]
    fn a_slow_name_fills_the_queue_and_the_loop_never_waits() {
        let (open, door) = std::sync::mpsc::channel::<()>();
        let mut lp = Loop::new(move |_| {
            door.recv().unwrap();
            Ok(Vec::from_slice(&[IpAddr::V4(Ipv4Addr::LOCALHOST)]).unwrap())
        });
        for key in 0..CAPACITY {
            let key = u32::try_from(key).unwrap();
            lp.resolver.ask(key, "slow.example").unwrap();
        }
        let more = lp.resolver.ask(99, "slow.example");
        assert_eq!(more, Err(Refused::Full));
        assert_eq!(lp.resolver.take(), None);
        for key in 0..CAPACITY {
            open.send(()).unwrap();
            assert_eq!(lp.answer().key, u32::try_from(key).unwrap());
        }
        lp.resolver.ask(99, "slow.example").unwrap();
        open.send(()).unwrap();
        assert_eq!(lp.answer().key, 99);
    }

    #[test]
    fn a_name_that_cannot_be_one_is_refused() {
        let mut lp = Loop::new(look_up);
        let long = "x".repeat(LONGEST_NAME + 1);
        assert_eq!(lp.resolver.ask(1, &long), Err(Refused::NoName));
        assert_eq!(lp.resolver.ask(1, ""), Err(Refused::NoName));
    }

    #[test]
    fn the_helper_ends_with_its_owner() {
        let poll = Poll::new().unwrap();
        let waker = Arc::new(Waker::new(poll.registry(), Token(3)).unwrap());
        let resolver = Resolver::with(Arc::clone(&waker), look_up).unwrap();
        drop(resolver);
        // The thread owns the only other handle.
        while Arc::strong_count(&waker) > 1 {
            thread::yield_now();
        }
    }
}
