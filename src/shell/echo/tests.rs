//! Without privileges: UDP echo on loopback, and datagram ICMP where the system lets us. Raw sockets
//! are tried in `tests/root_icmp.rs`.

use std::net::{SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};

use mio::{Events, Poll};

use super::*;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// What a reflector does with a request.
type Reflect = fn(&UdpSocket, &mut [u8], SocketAddr);

struct Line {
    clock: Clock,
    poll: Poll,
    sockets: EchoSockets,
    reflector: Peer,
    helper: Option<JoinHandle<()>>,
}

impl Line {
    /// To a UDP reflector that answers `requests` times.
    fn to(host: &str, requests: usize, reflect: Reflect) -> Self {
        let reflector = UdpSocket::bind(host).unwrap();
        let peer = Peer::Udp(reflector.local_addr().unwrap());
        reflector.set_read_timeout(Some(PATIENCE)).unwrap();
        let helper = thread::spawn(move || {
            for _ in 0..requests {
                let mut bytes = [0; 100];
                let (length, from) = reflector.recv_from(&mut bytes).unwrap();
                reflect(&reflector, &mut bytes[..length], from);
            }
        });
        Self {
            helper: Some(helper),
            ..Self::open(peer)
        }
    }

    fn open(reflector: Peer) -> Self {
        let mut wanted = Wanted::default();
        wanted.add(reflector);
        let mut sockets = EchoSockets::open(&wanted, &Binding::default()).unwrap();
        let poll = Poll::new().unwrap();
        poll.registry()
            .register(&mut sockets, Token(1), Interest::READABLE)
            .unwrap();
        Self {
            clock: Clock::start(),
            poll,
            sockets,
            reflector,
            helper: None,
        }
    }

    fn ask(&mut self, target: Target, seq: u16) {
        let sent = self.sockets.send(self.clock, target, self.reflector, seq);
        sent.unwrap();
    }

    /// Waits until so many datagrams were judged, whatever they were.
    fn hear(&mut self, datagrams: u64) -> std::vec::Vec<Reply> {
        let mut events = Events::with_capacity(8);
        let mut replies = std::vec::Vec::new();
        loop {
            let drained = self
                .sockets
                .drain(self.clock, 64, |reply| replies.push(reply));
            let counts = self.sockets.counts();
            if counts.received + counts.foreign >= datagrams {
                break;
            }
            if !drained.more {
                self.poll.poll(&mut events, Some(PATIENCE)).unwrap();
                assert!(
                    !events.is_empty(),
                    "nothing came: {:?}",
                    self.sockets.counts()
                );
            }
        }
        if let Some(helper) = self.helper.take() {
            helper.join().unwrap();
        }
        replies
    }
}

fn echo(reflector: &UdpSocket, bytes: &mut [u8], to: SocketAddr) {
    reflector.send_to(bytes, to).unwrap();
}

#[test]
fn a_udp_reflector_is_measured() {
    for host in ["127.0.0.1:0", "[::1]:0"] {
        if let Err(error) = UdpSocket::bind(host) {
            println!("skipped: no {host}: {error}");
            continue;
        }
        let mut line = Line::to(host, 2, echo);
        line.ask(Target::Reflector(3), 77);
        line.ask(Target::Gateway, 78);
        let replies = line.hear(2);
        let from: std::vec::Vec<_> = replies.iter().map(|r| (r.from, r.seq)).collect();
        assert_eq!(from, [(Target::Reflector(3), 77), (Target::Gateway, 78)]);
        for reply in &replies {
            assert!(reply.rtt < Duration::from_secs(5), "{reply:?}");
            assert!(reply.received_at <= line.clock.now());
        }
        let counts = *line.sockets.counts();
        assert_eq!((counts.sent, counts.received, counts.foreign), (2, 2, 0));
        assert_eq!(counts.stamped, 2);
    }
}

#[test]
fn the_time_a_reply_waits_for_us_is_no_part_of_its_rtt() {
    let mut line = Line::to("127.0.0.1:0", 1, echo);
    let asked_at = line.clock.now();
    line.ask(Target::Reflector(0), 1);
    line.helper.take().unwrap().join().unwrap();
    let came_by = line.clock.now();
    while line.clock.now() - came_by < Duration::from_millis(80) {}
    let reply = line.hear(1)[0];
    // Two clocks are never read at quite the same moment; half of the wait is more than that.
    let slack = Duration::from_millis(40);
    assert!(reply.received_at <= came_by + slack);
    assert!(reply.rtt <= came_by - asked_at + slack);
}

#[test]
fn forgeries_are_counted_and_dropped() {
    // From another port, with another nonce, from the future, of an unknown target, cut, lengthened.
    let mut line = Line::to("127.0.0.1:0", 1, |reflector, bytes, to| {
        let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
        elsewhere.send_to(bytes, to).unwrap();
        for (at, value) in [(8, bytes[8] ^ 1), (16, 0x7f), (24, 16), (24, 1)] {
            let mut forged = bytes.to_vec();
            forged[at] = value;
            reflector.send_to(&forged, to).unwrap();
        }
        reflector.send_to(&bytes[..39], to).unwrap();
        reflector
            .send_to(&[&*bytes, &[0; 400]].concat(), to)
            .unwrap();
        reflector.send_to(&[], to).unwrap();
        reflector.send_to(bytes, to).unwrap();
    });
    line.ask(Target::Reflector(0), 9);
    let replies = line.hear(9);
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].seq, 9);
    assert_eq!(line.sockets.counts().foreign, 8);
}

#[test]
fn a_drain_that_stops_early_says_so_and_loses_nothing() {
    let mut line = Line::to("127.0.0.1:0", 10, echo);
    for seq in 0..10 {
        line.ask(Target::Reflector(0), seq);
    }
    line.helper.take().unwrap().join().unwrap();
    let mut seqs = std::vec::Vec::new();
    let mut drain = |limit| {
        line.sockets
            .drain(line.clock, limit, |reply| seqs.push(reply.seq))
    };
    assert!(drain(4).more);
    assert!(drain(4).more);
    assert!(!drain(4).more);
    assert_eq!(seqs, (0..10).collect::<std::vec::Vec<_>>());
}

#[test]
fn a_socket_that_cannot_be_read_does_not_keep_the_loop_busy() {
    let mut line = Line::to("127.0.0.1:0", 0, echo);
    // Unconnected: every receive fails.
    let broken = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    line.sockets.sockets[0].socket = broken.unwrap();
    let drained = line
        .sockets
        .drain(line.clock, 64, |reply| panic!("{reply:?}"));
    assert!(!drained.more);
    assert_eq!(line.sockets.counts().receive_errors, 2);
}

#[test]
fn a_peer_without_a_socket_is_an_error_and_no_panic() {
    let mut line = Line::to("127.0.0.1:0", 0, echo);
    let icmp = Peer::Icmp("127.0.0.1".parse().unwrap());
    let sent = line.sockets.send(line.clock, Target::Gateway, icmp, 1);
    assert_eq!(sent, Err(SendError::NotOpened));
    assert_eq!(line.sockets.counts().send_errors, 1);
}

#[test]
fn sockets_that_cannot_be_tied_to_their_wan_are_not_opened() {
    let mut wanted = Wanted::default();
    wanted.add(Peer::Udp("127.0.0.1:7".parse().unwrap()));
    let source = |address: &str| Binding {
        source: Some(address.parse().unwrap()),
        interface: None,
    };
    let nowhere = Binding {
        source: None,
        interface: Some("no-such-if0".into()),
    };
    for (binding, says) in [
        (source("192.0.2.1"), "source address 192.0.2.1"),
        (source("::1"), "other IP version"),
        (nowhere, "interface no-such-if0"),
    ] {
        let error = EchoSockets::open(&wanted, &binding).unwrap_err();
        assert!(matches!(error, EchoError::Binding(_)));
        assert!(error.to_string().contains(says), "{error}");
    }
    EchoSockets::open(&wanted, &source("127.0.0.1")).unwrap();
}

#[test]
fn a_name_opens_what_the_source_address_can_reach() {
    let mut wanted = Wanted::default();
    wanted.add_name(true);
    let binding = Binding {
        source: Some("127.0.0.1".parse().unwrap()),
        interface: None,
    };
    let sockets = EchoSockets::open(&wanted, &binding).unwrap();
    assert_eq!(sockets.mode().to_string(), "UDP echo (IPv4)");
}

#[test]
fn the_gateway_has_a_socket_of_its_own_where_that_is_allowed() {
    let mut wanted = Wanted::default();
    wanted.add(Peer::Udp("[::1]:7".parse().unwrap()));
    let gateway: std::net::IpAddr = "127.0.0.1".parse().unwrap();
    wanted.add_gateway(gateway);
    let Ok(mut sockets) = EchoSockets::open(&wanted, &Binding::default()) else {
        println!("skipped: no IPv6");
        return;
    };
    let sent = sockets.send(Clock::start(), Target::Gateway, Peer::Icmp(gateway), 1);
    let allowed = sockets.mode().to_string().contains("ICMP sockets (IPv4)");
    assert_eq!(sent.is_ok(), allowed);
}

#[test]
fn an_unprivileged_socket_measures_this_machine() {
    let icmp = |address: &str| Peer::Icmp(address.parse().unwrap());
    for peer in [icmp("127.0.0.1"), icmp("::1")] {
        let version = Version::of(peer.address().ip());
        let Ok(socket) = EchoSocket::datagram(version, &Binding::default()) else {
            println!("skipped: net.ipv4.ping_group_range is closed to this group");
            continue;
        };
        let mut line = Line::open(Peer::Udp("127.0.0.1:7".parse().unwrap()));
        line.sockets.sockets.clear();
        let _ = line.sockets.sockets.push(socket);
        line.poll
            .registry()
            .register(&mut line.sockets, Token(1), Interest::READABLE)
            .unwrap();
        line.reflector = peer;
        line.ask(Target::Reflector(0), 4711);
        assert_eq!(line.hear(1)[0].seq, 4711);
        let mode = line.sockets.mode().to_string();
        assert!(mode.starts_with("unprivileged ICMP sockets"), "{mode}");
    }
}
