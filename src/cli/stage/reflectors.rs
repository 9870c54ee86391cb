//! Reflectors on loopback: UDP ports that send every datagram back after the line's RTT.
//!
//! Two threads serve all ports. The ear sleeps in epoll and stamps what arrives; the mouth sleeps
//! until the next reply is due. One thread could only do both with epoll's whole milliseconds or the
//! kernel's 4 ms socket timeouts, and an echo has to be on time to some 0.1 ms.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};

use super::clock::{Clock, real};
use super::stop::lock;
use crate::sim::random::Random;
use crate::sim::scene::Scene;
use crate::time::{Duration, Instant};

/// ICMP types (RFC 792).
const ECHO_REQUEST: u8 = 8;
const ECHO_REPLY: u8 = 0;
/// Longer than any echo.
const MAX_DATAGRAM: usize = 2_048;
const STOP: Token = Token(usize::MAX);

/// How one reflector behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Manner {
    /// Never answers.
    pub silent: bool,
    /// This much further away than the others.
    pub extra: Duration,
    /// The share of echoes that get lost, 0 to 1.
    pub loss: f64,
    /// Answers twice.
    pub duplicate: bool,
}

/// Running reflectors. Dropping them stops their threads.
#[derive(Debug)]
pub struct Reflectors {
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
    waker: Waker,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    scene: Arc<Mutex<Scene>>,
    clock: Clock,
    sockets: Vec<UdpSocket>,
    manners: Mutex<Vec<Manner>>,
    replies: Mutex<Replies>,
    /// A reply was added that may be the first, or it is time to stop.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Replies {
    due: BinaryHeap<Reverse<Reply>>,
    stopped: bool,
}

/// A datagram on its way back. The order of fields is the order of sending.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Reply {
    at: Instant,
    reflector: usize,
    to: SocketAddr,
    datagram: Vec<u8>,
}

impl Reflectors {
    /// `count` reflectors at the other end of the scene's line.
    ///
    /// # Errors
    /// If the system has no sockets or threads left.
    pub fn start(count: usize, scene: Arc<Mutex<Scene>>, clock: Clock) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), STOP)?;
        let mut sockets = Vec::new();
        for index in 0..count {
            let mut socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0).into())?;
            poll.registry()
                .register(&mut socket, Token(index), Interest::READABLE)?;
            sockets.push(socket);
        }
        let addresses = sockets.iter().map(UdpSocket::local_addr);
        let addresses = addresses.collect::<io::Result<_>>()?;
        let shared = Arc::new(Shared {
            scene,
            clock,
            sockets,
            manners: Mutex::new(vec![Manner::default(); count]),
            replies: Mutex::default(),
            changed: Condvar::new(),
        });
        let (ear, mouth) = (Arc::clone(&shared), Arc::clone(&shared));
        let mut reflectors = Self {
            addresses,
            shared,
            waker,
            threads: Vec::new(),
        };
        // If the second spawn fails, dropping `reflectors` stops the first.
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let threads = &mut reflectors.threads;
        threads.push(named("reflect-ear").spawn(move || listen(poll, &ear))?);
        threads.push(named("reflect-mouth").spawn(move || speak(&mouth))?);
        Ok(reflectors)
    }

    /// Where to send echoes, one address per reflector.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Changes one reflector's behaviour for echoes that arrive from now on.
    ///
    /// # Panics
    /// If there is no such reflector: a mistake in the test.
    pub fn set_manner(&self, reflector: usize, manner: Manner) {
        lock(&self.shared.manners)[reflector] = manner;
    }
}

impl Drop for Reflectors {
    fn drop(&mut self) {
        lock(&self.shared.replies).stopped = true;
        self.shared.changed.notify_all();
        // Waking an eventfd of our own fails only if it is closed, and then nobody sleeps there.
        let _ = self.waker.wake();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The ear: takes echoes in until it is woken to stop.
fn listen(mut poll: Poll, shared: &Shared) {
    let mut events = Events::with_capacity(64);
    let mut random = Random::new(1);
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
            Ok(()) => {}
        }
        for event in &events {
            match event.token() {
                STOP => return,
                Token(reflector) => hear(reflector, shared, &mut random),
            }
        }
    }
}

/// Everything that waits on one socket: mio tells only once.
fn hear(reflector: usize, shared: &Shared, random: &mut Random) {
    let mut buffer = [0; MAX_DATAGRAM];
    // Besides "nothing more", a UDP socket reports an earlier reply's closed port here: go on.
    loop {
        match shared.sockets[reflector].recv_from(&mut buffer) {
            Ok((length, from)) => reflect(reflector, &buffer[..length], from, shared, random),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => {}
        }
    }
}

/// Puts an echo on its way back, unless it gets lost.
fn reflect(
    reflector: usize,
    datagram: &[u8],
    from: SocketAddr,
    shared: &Shared,
    random: &mut Random,
) {
    let now = shared.clock.now();
    let manner = lock(&shared.manners)[reflector];
    if manner.silent || random.happens(manner.loss) {
        return;
    }
    let Some(rtt) = lock(&shared.scene).rtt(now) else {
        return;
    };
    let mut datagram = datagram.to_vec();
    if let Some(kind) = datagram.first_mut()
        && *kind == ECHO_REQUEST
    {
        *kind = ECHO_REPLY;
    }
    let copies = if manner.duplicate { 2 } else { 1 };
    let reply = || Reply {
        at: now + rtt + manner.extra,
        reflector,
        to: from,
        datagram: datagram.clone(),
    };
    let mut replies = lock(&shared.replies);
    replies.due.extend((0..copies).map(|_| Reverse(reply())));
    shared.changed.notify_all();
}

/// The mouth: sends every reply at its moment.
fn speak(shared: &Shared) {
    let mut replies = lock(&shared.replies);
    while !replies.stopped {
        let now = shared.clock.now();
        let next_at = replies.due.peek().map(|Reverse(reply)| reply.at);
        replies = match next_at {
            None => shared.changed.wait(replies),
            Some(at) if at > now => {
                let (replies, _) = shared
                    .changed
                    .wait_timeout(replies, real(at - now))
                    .unwrap_or_else(PoisonError::into_inner);
                Ok(replies)
            }
            Some(_) => {
                if let Some(Reverse(reply)) = replies.due.pop() {
                    // Who asked may be gone; a reflector does not mind.
                    let socket = &shared.sockets[reply.reflector];
                    let _ = socket.send_to(&reply.datagram, reply.to);
                }
                Ok(replies)
            }
        }
        .unwrap_or_else(PoisonError::into_inner);
    }
}
