//! Raw ICMP sockets against this machine's own answers. Needs root (`CAP_NET_RAW`).

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};
use wanctl::control::prober::{Echo, Question, Target};
use wanctl::shell::binding::Binding;
use wanctl::shell::clock::Clock;
use wanctl::shell::echo::{Counts, EchoError, EchoSockets, Peer, Reply, Wanted};
use wanctl::time::{Duration, Instant};
use wanctl::wire::icmp::{Carrier, MESSAGE, Message, Nonce};

const HOSTS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(300);

/// Held by who sends many echoes of no Line's, and by who counts those: one in 65 536 has a Line's identifier.
static STRANGERS: Mutex<()> = Mutex::new(());

struct Line {
    clock: Clock,
    poll: Poll,
    sockets: EchoSockets,
}

impl Line {
    /// `None`, with the reason printed, where raw sockets are not allowed.
    fn open(binding: &Binding) -> Option<Self> {
        let mut wanted = Wanted::default();
        for host in HOSTS {
            if binding
                .source
                .is_none_or(|source| source.is_ipv4() == host.is_ipv4())
            {
                wanted.add(Peer::Icmp(host));
            }
        }
        let mut sockets = match EchoSockets::open(&wanted, binding) {
            Ok(sockets) if sockets.mode().to_string().starts_with("raw") => sockets,
            Ok(_) | Err(EchoError::NotAllowed { .. }) => {
                println!("skipped: needs root (CAP_NET_RAW)");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let poll = Poll::new().unwrap();
        poll.registry()
            .register(&mut sockets, Token(1), Interest::READABLE)
            .unwrap();
        let clock = Clock::start();
        Some(Self {
            clock,
            poll,
            sockets,
        })
    }

    fn ask(&mut self, target: u8, host: IpAddr, seq: u16) {
        let target = Target::Reflector(target);
        let sent = self.sockets.send(self.clock, target, Peer::Icmp(host), seq);
        sent.unwrap();
    }

    /// Everything that comes until nothing has for a while, and how often the poll woke up.
    fn hear(&mut self) -> (Vec<Reply>, u32) {
        let mut events = Events::with_capacity(8);
        let (mut replies, mut wakes) = (Vec::new(), 0);
        loop {
            while self
                .sockets
                .drain(self.clock, 64, |reply| replies.push(reply))
                .more
            {}
            self.poll.poll(&mut events, Some(PATIENCE)).unwrap();
            if events.is_empty() {
                return (replies, wakes);
            }
            wakes += 1;
        }
    }

    fn counts(&self) -> Counts {
        *self.sockets.counts()
    }
}

#[test]
fn both_versions_are_measured_with_the_kernels_own_times() {
    let Some(mut line) = Line::open(&Binding::default()) else {
        return;
    };
    assert_eq!(
        line.sockets.mode().to_string(),
        "raw ICMP sockets (IPv4, IPv6)"
    );
    for seq in 0..20 {
        line.ask(0, HOSTS[0], seq);
        line.ask(1, HOSTS[1], 1_000 + seq);
    }
    let (replies, _) = line.hear();
    for (target, first) in [(0, 0), (1, 1_000)] {
        let seqs: Vec<u16> = replies
            .iter()
            .filter(|reply| reply.from == Target::Reflector(target))
            .map(|reply| reply.seq)
            .collect();
        assert_eq!(seqs, (first..first + 20).collect::<Vec<u16>>());
    }
    for reply in &replies {
        assert!(reply.rtt < Duration::from_millis(50), "{reply:?}");
    }
    let counts = line.counts();
    assert_eq!((counts.sent, counts.received), (40, 40));
    assert_eq!((counts.stamped, counts.kernel_drops), (40, 0));
}

/// A process like ours with another identifier and nonce, which is answered by the same host.
struct ForeignPinger {
    socket: Socket,
    carrier: Carrier,
}

impl ForeignPinger {
    fn new(host: IpAddr) -> Self {
        let (domain, protocol, carrier) = match host {
            IpAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4, Carrier::RawV4),
            IpAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6, Carrier::V6),
        };
        let socket = Socket::new(domain, Type::RAW, Some(protocol)).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket, carrier }
    }

    fn ping(&self, host: IpAddr, ident: u16, seq: u16) {
        let mut bytes = [0; MESSAGE];
        let message = Message {
            seq,
            sent_at: Instant::ZERO,
            target: 0,
        };
        message.emit(self.carrier, ident, Nonce(*b"stranger"), &mut bytes);
        let sent = self
            .socket
            .send_to(&bytes, &SocketAddr::new(host, 0).into());
        if let Err(error) = sent {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        }
    }
}

#[test]
fn a_foreign_pinger_neither_wakes_us_nor_costs_us_a_reply() {
    let _alone = STRANGERS.lock().unwrap_or_else(PoisonError::into_inner);
    for host in HOSTS {
        let Some(mut line) = Line::open(&Binding::default()) else {
            return;
        };
        let stranger = ForeignPinger::new(host);
        line.ask(0, host, 7);
        for seq in 0..500_u16 {
            // One in 65 536 has our identifier; that one would be for the nonce to tell apart.
            stranger.ping(host, seq.wrapping_mul(131) ^ 0x5aa5, seq);
        }
        line.ask(0, host, 8);
        let (replies, wakes) = line.hear();
        let seqs: Vec<u16> = replies.iter().map(|reply| reply.seq).collect();
        assert_eq!(seqs, [7, 8], "{host}");
        let counts = line.counts();
        assert!(counts.foreign <= 1, "{host}: {counts:?}");
        assert_eq!(counts.kernel_drops, 0, "{host}");
        assert!(wakes <= 3, "{host}: woken {wakes} times");
    }
}

#[test]
fn two_wans_that_share_a_reflector_do_not_hear_each_other() {
    let _alone = STRANGERS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(mut one) = Line::open(&Binding::default()) else {
        return;
    };
    let mut other = Line::open(&Binding::default()).unwrap();
    for (target, host) in (0..).zip(HOSTS) {
        one.ask(target, host, 5);
        other.ask(target, host, 5);
    }
    for line in [&mut one, &mut other] {
        assert_eq!(line.hear().0.len(), 2);
        assert_eq!(line.counts().foreign, 0);
    }
}

#[test]
fn an_answer_from_the_wrong_host_is_rejected() {
    let Some(mut line) = Line::open(&Binding::default()) else {
        return;
    };
    // Sent to one address; by the time the answer is read, the reflector lives at another one.
    line.ask(0, HOSTS[0], 1);
    line.ask(0, IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 2);
    let (replies, _) = line.hear();
    let seqs: Vec<u16> = replies.iter().map(|reply| reply.seq).collect();
    assert_eq!(seqs, [2]);
    assert_eq!(line.counts().foreign, 1);
}

#[test]
fn what_does_not_fit_into_the_buffer_is_counted_by_the_kernel() {
    let Some(mut line) = Line::open(&Binding::default()) else {
        return;
    };
    for seq in 0..4_000 {
        line.ask(0, HOSTS[0], seq);
    }
    line.hear();
    line.ask(0, HOSTS[0], 4_000);
    let (replies, _) = line.hear();
    assert_eq!(replies.len(), 1);
    let counts = line.counts();
    // More than ours may be counted: a kernel whose buffer is full counts before it filters, and on
    // loopback our requests, and whatever else pings on this machine, come in as well.
    let lost = counts.sent - counts.received;
    assert!(lost > 0, "{counts:?}");
    assert!(counts.kernel_drops >= lost, "{counts:?}");
}

#[test]
fn a_wan_tied_to_an_interface_and_an_address_is_measured_through_them() {
    let tied = Binding {
        source: Some(HOSTS[0]),
        interface: Some("lo".into()),
    };
    let Some(mut line) = Line::open(&tied) else {
        return;
    };
    line.ask(0, HOSTS[0], 3);
    assert_eq!(line.hear().0.len(), 1);
}

/// Linux answers by its wall clock: what it shows is ahead of what we wrote by the same amount every time.
#[test]
fn this_machine_tells_its_time() {
    const DAY_MS: u32 = 86_400_000;
    let Some(mut line) = Line::open(&Binding::default()) else {
        return;
    };
    for seq in 0..10 {
        for (target, host) in (0..).zip(HOSTS) {
            let echo = Echo {
                target: Target::Reflector(target),
                seq: seq * 2 + u16::from(target),
                question: Question::Time,
            };
            line.sockets
                .ask(line.clock, echo, Peer::Icmp(host))
                .unwrap();
        }
    }
    let (replies, _) = line.hear();
    let of = |target| {
        let replies = replies.iter();
        replies.filter(move |reply| reply.from == Target::Reflector(target))
    };
    assert_eq!((of(0).count(), of(1).count()), (10, 10));
    // To the other version the question is an echo.
    assert!(of(1).all(|reply| reply.stamps.is_none()));
    let mut ahead = Vec::new();
    for reply in of(0) {
        assert!(reply.rtt < Duration::from_millis(50), "{reply:?}");
        let stamps = reply.stamps.expect("it was asked for its time");
        assert_eq!(stamps.receive, stamps.transmit);
        assert!(stamps.receive < DAY_MS && stamps.originate < DAY_MS);
        assert!(stamps.sent_at <= reply.received_at);
        ahead.push((stamps.receive + DAY_MS - stamps.originate) % DAY_MS);
    }
    let (least, most) = (ahead.iter().min().unwrap(), ahead.iter().max().unwrap());
    assert!(most - least <= 50, "{ahead:?}");
    let counts = line.counts();
    assert_eq!(
        (counts.received, counts.stamped, counts.foreign),
        (20, 20, 0)
    );
}
