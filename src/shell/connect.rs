//! Times TCP connects, for when ICMP is blocked: nothing is sent over the connection, and it is reset
//! as soon as it stands.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::binding::Binding;
use super::clock::Clock;
use crate::time::{Duration, Instant};

/// Connects under way at once, and mio tokens used from the base on.
pub const SLOTS: usize = 8;
/// v1.7 waited as long for each target.
const GIVE_UP_AFTER: Duration = Duration::from_millis(500);

/// The connects under way through one WAN.
#[derive(Debug)]
pub struct TcpProbes {
    binding: Binding,
    base: Token,
    slots: [Option<Attempt>; SLOTS],
}

/// How a connect ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Probe {
    /// The target's number, as given to [`TcpProbes::start`].
    pub index: u8,
    /// Time from SYN to SYN-ACK; `None` if it failed. A refusal is a failure, as in v1.7.
    pub took: Option<Duration>,
}

/// What became of a start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Started {
    /// The end comes with [`TcpProbes::ready`] or [`TcpProbes::expire`].
    UnderWay,
    /// It has failed already: no route, no such source address.
    Failed,
    /// [`SLOTS`] connects are under way.
    Full,
}

#[derive(Debug)]
struct Attempt {
    index: u8,
    socket: Socket,
    started_at: Instant,
}

impl TcpProbes {
    /// None under way. The tokens from `base` to `base + SLOTS - 1` are theirs.
    pub const fn new(binding: Binding, base: Token) -> Self {
        Self {
            binding,
            base,
            slots: [const { None }; SLOTS],
        }
    }

    /// Starts to connect.
    pub fn start(
        &mut self,
        clock: Clock,
        registry: &Registry,
        index: u8,
        to: SocketAddr,
    ) -> Started {
        let Some(slot) = self.slots.iter().position(Option::is_none) else {
            return Started::Full;
        };
        let token = Token(self.base.0 + slot);
        let Some(socket) = self.socket(to) else {
            return Started::Failed;
        };
        let started_at = clock.now();
        let sent = match socket.connect(&to.into()) {
            Ok(()) => true,
            Err(error) => error.raw_os_error() == Some(libc::EINPROGRESS),
        };
        let registered = || {
            let fd = socket.as_raw_fd();
            registry.register(&mut SourceFd(&fd), token, Interest::WRITABLE)
        };
        if !sent || registered().is_err() {
            return Started::Failed;
        }
        self.slots[slot] = Some(Attempt {
            index,
            socket,
            started_at,
        });
        Started::UnderWay
    }

    /// Whether an event with this token is ours.
    pub fn owns(&self, token: Token) -> bool {
        (self.base.0..self.base.0 + SLOTS).contains(&token.0)
    }

    /// Takes an event. `None` if it was an old one, of a connect that has ended.
    pub fn ready(&mut self, clock: Clock, registry: &Registry, token: Token) -> Option<Probe> {
        let slot = self.slots.get_mut(token.0.checked_sub(self.base.0)?)?;
        let attempt = slot.as_ref()?;
        let stands = match attempt.socket.take_error() {
            Ok(None) => attempt.socket.peer_addr(),
            Ok(Some(error)) | Err(error) => Err(error),
        };
        let took = match stands {
            Ok(_) => Some(clock.now() - attempt.started_at),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return None,
            Err(_) => None,
        };
        let probe = end(attempt, registry, took);
        *slot = None;
        Some(probe)
    }

    /// Ends the connects that take too long.
    pub fn expire(&mut self, now: Instant, registry: &Registry, mut ended: impl FnMut(Probe)) {
        for slot in &mut self.slots {
            if let Some(attempt) = slot.take_if(|attempt| now >= attempt.gives_up_at()) {
                ended(end(&attempt, registry, None));
            }
        }
    }

    /// When [`expire`](Self::expire) has something to do next.
    pub fn poll_at(&self) -> Instant {
        let deadlines = self.slots.iter().flatten().map(Attempt::gives_up_at);
        deadlines.min().unwrap_or(Instant::NEVER)
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    fn socket(&self, to: SocketAddr) -> Option<Socket> {
        let domain = Domain::for_address(to);
        // A source address of the other version is no error to spell out at every tick.
        if !self.binding.allows(to.is_ipv4()) {
            return None;
        }
        let kind = Type::STREAM.nonblocking().cloexec();
        let socket = Socket::new(domain, kind, Some(Protocol::TCP)).ok()?;
        self.binding.apply(&socket, to.is_ipv4()).ok()?;
        // Closing resets: twenty connects a second would leave thousands in TIME-WAIT.
        socket.set_linger(Some(std::time::Duration::ZERO)).ok()?;
        Some(socket)
    }
}

impl Attempt {
    fn gives_up_at(&self) -> Instant {
        self.started_at + GIVE_UP_AFTER
    }
}

fn end(attempt: &Attempt, registry: &Registry, took: Option<Duration>) -> Probe {
    // Closing would do as well; this only keeps mio's own books.
    let _ = registry.deregister(&mut SourceFd(&attempt.socket.as_raw_fd()));
    Probe {
        index: attempt.index,
        took,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use mio::{Events, Poll};

    use super::*;

    const BASE: Token = Token(100);

    struct Bench {
        poll: Poll,
        clock: Clock,
        probes: TcpProbes,
    }

    impl Bench {
        fn new(binding: Binding) -> Self {
            Self {
                poll: Poll::new().unwrap(),
                clock: Clock::start(),
                probes: TcpProbes::new(binding, BASE),
            }
        }

        fn start(&mut self, index: u8, to: SocketAddr) -> Started {
            self.probes
                .start(self.clock, self.poll.registry(), index, to)
        }

        fn run(&mut self) -> Vec<Probe> {
            let mut events = Events::with_capacity(16);
            let mut ended = Vec::new();
            while !self.probes.is_idle() {
                let patience = Some(std::time::Duration::from_millis(50));
                self.poll.poll(&mut events, patience).unwrap();
                for event in &events {
                    assert!(self.probes.owns(event.token()));
                    let registry = self.poll.registry();
                    ended.extend(self.probes.ready(self.clock, registry, event.token()));
                }
                let now = self.clock.now();
                self.probes
                    .expire(now, self.poll.registry(), |probe| ended.push(probe));
            }
            ended
        }
    }

    /// An address whose SYNs are not answered: the backlog of a listener that does not accept is full.
    fn deaf() -> (Socket, SocketAddr, Vec<Socket>) {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        listener.bind(&any.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let fillers = (0..4)
            .map(|_| {
                let filler = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
                filler.set_nonblocking(true).unwrap();
                let _ = filler.connect(&address.into());
                filler
            })
            .collect();
        (listener, address, fillers)
    }

    #[test]
    fn a_listening_host_is_timed_and_then_hung_up_on() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(host) else {
                println!("skipped: no {host}");
                continue;
            };
            let mut bench = Bench::new(Binding::default());
            let started = bench.start(5, listener.local_addr().unwrap());
            assert_eq!(started, Started::UnderWay);
            let ended = bench.run();
            assert_eq!(ended.len(), 1);
            assert_eq!(ended[0].index, 5);
            assert!(ended[0].took.unwrap() < Duration::from_millis(500));
            let (mut conversation, _) = listener.accept().unwrap();
            let heard = io::Read::read(&mut conversation, &mut [0; 8]);
            assert!(matches!(heard, Err(error) if error.kind() == io::ErrorKind::ConnectionReset));
        }
    }

    #[test]
    fn a_refusal_is_a_failure() {
        let address = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap()
        };
        let mut bench = Bench::new(Binding::default());
        if bench.start(1, address) == Started::UnderWay {
            let refused = Probe {
                index: 1,
                took: None,
            };
            assert_eq!(bench.run(), [refused]);
        }
    }

    #[test]
    fn silence_ends_after_half_a_second_and_holds_nobody_up() {
        let (_listener, address, _fillers) = deaf();
        let mut bench = Bench::new(Binding::default());
        for index in 0..8 {
            assert_eq!(bench.start(index, address), Started::UnderWay);
        }
        assert_eq!(bench.start(8, address), Started::Full);
        let deadline = bench.probes.poll_at();
        let mut early = Vec::new();
        let before = deadline - Duration::from_micros(1);
        bench
            .probes
            .expire(before, bench.poll.registry(), |probe| early.push(probe));
        assert_eq!(early, []);
        let ended = bench.run();
        assert!(bench.clock.now() >= deadline);
        assert!(ended.iter().all(|probe| probe.took.is_none()));
        assert_eq!(ended.len(), 8);
        assert_eq!(bench.probes.poll_at(), Instant::NEVER);
    }

    #[test]
    fn an_event_of_a_connect_that_has_ended_says_nothing_about_the_next_one() {
        let (_listener, address, _fillers) = deaf();
        let mut bench = Bench::new(Binding::default());
        bench.start(0, address);
        let registry = bench.poll.registry();
        assert_eq!(bench.probes.ready(bench.clock, registry, BASE), None);
        assert_eq!(bench.probes.ready(bench.clock, registry, Token(0)), None);
        let beyond = Token(BASE.0 + SLOTS);
        assert_eq!(bench.probes.ready(bench.clock, registry, beyond), None);
        assert!(!bench.probes.is_idle());
    }

    #[test]
    fn a_probe_that_cannot_leave_by_its_wan_does_not_leave() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let elsewhere = Binding {
            source: Some("192.0.2.1".parse().unwrap()),
            interface: None,
        };
        let no_device = Binding {
            source: None,
            interface: Some("no-such-if0".into()),
        };
        let other_version = Binding {
            source: Some("::1".parse().unwrap()),
            interface: None,
        };
        for binding in [elsewhere, no_device, other_version] {
            let mut bench = Bench::new(binding);
            let started = bench.start(0, listener.local_addr().unwrap());
            assert_eq!(started, Started::Failed);
        }
    }
}
