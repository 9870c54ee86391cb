//! Sends echo requests and takes replies, with the kernel's own receive times: a late wake-up does
//! not lengthen an RTT.

mod error;
mod filter;
mod ledger;
mod peer;
mod socket;
mod stamp;
mod sys;
#[cfg(test)]
mod tests;

use core::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::fd::AsRawFd;

use heapless::Vec;
use mio::event::Source;
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};

pub use self::error::{EchoError, SendError};
use self::ledger::{Asked, Ledger};
use self::peer::{PEERS, Version, Want, number, slot, target};
pub use self::peer::{Peer, Wanted};
use self::socket::{EchoSocket, Kind};
use self::stamp::{Arrival, Stamps};
use self::sys::{Datagram, Inbox};
use super::binding::Binding;
use super::clock::Clock;
use crate::control::bloat::oneway::Stamps as Times;
use crate::control::prober::{Echo, Question, Target};
use crate::time::{Duration, Instant};
use crate::wire::icmp::{self, Carrier, Message, NotOurs, timestamp};

/// ICMP and UDP, IPv4 and IPv6.
const SOCKETS: usize = 4;

/// The sockets that measure one WAN. One mio token serves them all.
#[derive(Debug)]
pub struct EchoSockets {
    sockets: Vec<EchoSocket, SOCKETS>,
    /// The socket to begin the next drain with, so that a flooded one does not starve the others.
    first: usize,
    ident: u16,
    nonce: icmp::Nonce,
    peers: [Option<Peer>; PEERS],
    ledger: Ledger,
    counts: Counts,
    stamps: Stamps,
    inbox: Inbox,
}

/// An answer to one of our requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Sequence number of the request.
    pub seq: u16,
    /// From just before it was sent to when the kernel had the answer.
    pub rtt: Duration,
    /// Who answered.
    pub from: Target,
    /// When the kernel had it.
    pub received_at: Instant,
    /// What it says of the other side's clock, if that was asked.
    pub stamps: Option<Times>,
}

/// Whether a drain has emptied the sockets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Drained {
    /// It stopped at its limit. No event will tell of what is left, so drain again.
    pub more: bool,
}

/// What has happened since the sockets were opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Requests that left.
    pub sent: u64,
    /// Answers to them.
    pub received: u64,
    /// Those of the answers whose time the kernel noted.
    pub stamped: u64,
    /// Datagrams that were no answer, or not from whom we asked.
    pub foreign: u64,
    /// Datagrams the kernel had no room for; it tells with the next one. While the buffer is full it
    /// counts even what the filters would have kept out.
    pub kernel_drops: u64,
    /// Requests that did not leave.
    pub send_errors: u64,
    /// Times that receiving failed, other than by there being nothing.
    pub receive_errors: u64,
}

/// What the system allowed, in one line.
#[derive(Clone, Copy, Debug)]
pub struct Mode<'a>(&'a [EchoSocket]);

impl EchoSockets {
    /// Opens what is wanted, each raw if allowed, else unprivileged. Nothing is allocated later on.
    ///
    /// # Errors
    /// If a wanted socket cannot be had, or cannot be tied to the WAN.
    pub fn open(wanted: &Wanted, binding: &Binding) -> Result<Self, EchoError> {
        // Random keys are unguessable enough, and different for each WAN: two of them may share a
        // reflector, and a raw socket is offered the replies to the other one too.
        let random = RandomState::new();
        let [ident_low, ident_high, ..] = random.hash_one("identifier").to_ne_bytes();
        let ident = u16::from_ne_bytes([ident_low, ident_high]);
        let mut sockets = Vec::new();
        for version in Version::BOTH {
            let (icmp, udp) = (wanted.icmp(version), wanted.udp(version));
            let tied = binding.allows(version == Version::V4);
            let opened = [
                open_if(icmp, tied, || EchoSocket::icmp(version, ident, binding))?,
                open_if(udp, tied, || EchoSocket::udp(version, binding))?,
            ];
            sockets.extend(opened.into_iter().flatten());
        }
        Ok(Self {
            sockets,
            first: 0,
            ident,
            nonce: icmp::Nonce(random.hash_one("nonce").to_ne_bytes()),
            peers: [None; PEERS],
            ledger: Ledger::new(random.hash_one("day")),
            counts: Counts::default(),
            stamps: Stamps::default(),
            inbox: Inbox::new(),
        })
    }

    /// What the system allowed: "raw ICMP sockets (IPv4, IPv6)".
    pub fn mode(&self) -> Mode<'_> {
        Mode(&self.sockets)
    }

    /// What has happened since the sockets were opened.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Sends one echo request. From now on `target`'s answers count if they come from `to`.
    ///
    /// # Errors
    /// If it did not leave; that is counted, too.
    pub fn send(
        &mut self,
        clock: Clock,
        target: Target,
        to: Peer,
        seq: u16,
    ) -> Result<(), SendError> {
        let question = Question::Echo;
        let echo = Echo {
            target,
            seq,
            question,
        };
        self.ask(clock, echo, to)
    }

    /// Sends a request. From now on its target's answers count if they come from `to`. Where no raw IPv4
    /// socket leads to, an echo goes out instead of a question for the time.
    ///
    /// # Errors
    /// If it did not leave; that is counted, too.
    pub fn ask(&mut self, clock: Clock, echo: Echo, to: Peer) -> Result<(), SendError> {
        if self.stamps.is_new() {
            self.stamps.emptied(clock.read());
        }
        self.peers[slot(echo.target)] = Some(to);
        let sent = self.try_send(clock, echo, to);
        match sent {
            Ok(()) => self.counts.sent += 1,
            Err(_) => self.counts.send_errors += 1,
        }
        sent
    }

    fn try_send(&mut self, clock: Clock, echo: Echo, to: Peer) -> Result<(), SendError> {
        let address = to.address();
        let version = Version::of(address.ip());
        let suits = |s: &&EchoSocket| s.version == version && (s.kind == Kind::Udp) == to.is_udp();
        let socket = self.sockets.iter().find(suits);
        let socket = socket.ok_or(SendError::NotOpened)?;
        let Echo {
            target,
            seq,
            question,
        } = echo;
        let sent_at = clock.now();
        if question == Question::Time && socket.carrier() == Carrier::RawV4 {
            let mut bytes = [0; timestamp::MESSAGE];
            let request = self.ledger.note(seq, Asked { target, sent_at });
            request.emit(self.ident, &mut bytes);
            return Ok(socket.send(&bytes, address)?);
        }
        let mut bytes = [0; icmp::MESSAGE];
        let message = Message {
            seq,
            sent_at,
            target: number(target),
        };
        message.emit(socket.carrier(), self.ident, self.nonce, &mut bytes);
        Ok(socket.send(&bytes, address)?)
    }

    /// Takes what has come in, at most `limit` datagrams.
    pub fn drain(&mut self, clock: Clock, limit: usize, mut each: impl FnMut(Reply)) -> Drained {
        let mut left = limit;
        let count = self.sockets.len();
        for index in (self.first..self.first + count).map(|index| index % count) {
            let mut failed = false;
            loop {
                if left == 0 {
                    self.first = (index + 1) % count;
                    return Drained { more: true };
                }
                match self.receive(index, clock) {
                    Ok(reply) => {
                        failed = false;
                        reply.into_iter().for_each(&mut each);
                    }
                    // Reading an error takes it away; one that comes again at once is there to stay.
                    Err(Nothing::Failed) if !failed => failed = true,
                    Err(Nothing::Failed | Nothing::Left) => break,
                }
                left -= 1;
            }
        }
        self.stamps.emptied(clock.read());
        Drained { more: false }
    }

    /// Takes one datagram, which need not be a reply.
    fn receive(&mut self, index: usize, clock: Clock) -> Result<Option<Reply>, Nothing> {
        let socket = &mut self.sockets[index];
        let ident = (socket.kind != Kind::Datagram).then_some(self.ident);
        let datagram = match self.inbox.receive(&socket.socket) {
            Ok(datagram) => datagram,
            Err(errno) if errno.number() == libc::EAGAIN => return Err(Nothing::Left),
            Err(_) => {
                self.counts.receive_errors += 1;
                return Err(Nothing::Failed);
            }
        };
        self.counts.kernel_drops += u64::from(socket.newly_dropped(datagram.drops));
        let arrival = self.stamps.arrival(clock.read(), datagram.stamp);
        let carrier = socket.carrier();
        let said = icmp::parse_reply(carrier, datagram.bytes, ident, self.nonce)
            .and_then(Said::echo)
            .or_else(|NotOurs| match carrier {
                Carrier::RawV4 => Said::time(datagram.bytes, self.ident, &mut self.ledger),
                Carrier::DatagramV4 | Carrier::V6 | Carrier::Udp => Err(NotOurs),
            });
        let udp = socket.kind == Kind::Udp;
        let reply = said.and_then(|said| judge(said, &datagram, udp, &arrival, &self.peers));
        match reply {
            Ok(_) => {
                self.counts.received += 1;
                self.counts.stamped += u64::from(arrival.stamped);
            }
            Err(NotOurs) => self.counts.foreign += 1,
        }
        Ok(reply.ok())
    }
}

/// Why there is no datagram.
enum Nothing {
    /// The socket is empty.
    Left,
    /// Receiving failed.
    Failed,
}

/// An answer, before it is known whether it comes from whom it should.
#[derive(Clone, Copy, Debug)]
struct Said {
    from: Target,
    seq: u16,
    sent_at: Instant,
    stamps: Option<Times>,
}

impl Said {
    fn echo(said: Message) -> Result<Self, NotOurs> {
        Ok(Self {
            from: target(said.target).ok_or(NotOurs)?,
            seq: said.seq,
            sent_at: said.sent_at,
            stamps: None,
        })
    }

    fn time(datagram: &[u8], ident: u16, ledger: &mut Ledger) -> Result<Self, NotOurs> {
        let said = timestamp::parse_reply(datagram, ident)?;
        let asked = ledger.settle(said.seq, said.originate).ok_or(NotOurs)?;
        Ok(Self {
            from: asked.target,
            seq: said.seq,
            sent_at: asked.sent_at,
            stamps: Some(Times {
                sent_at: asked.sent_at,
                originate: said.originate,
                receive: said.receive,
                transmit: said.transmit,
            }),
        })
    }
}

/// Whether the answer comes from the one who was asked, and not before it was.
fn judge(
    said: Said,
    datagram: &Datagram<'_>,
    udp: bool,
    arrival: &Arrival,
    peers: &[Option<Peer>; PEERS],
) -> Result<Reply, NotOurs> {
    let peer = peers[slot(said.from)].ok_or(NotOurs)?;
    let asked = datagram.from.is_some_and(|from| peer.is_at(from)) && peer.is_udp() == udp;
    if !asked || said.sent_at > arrival.taken_at {
        return Err(NotOurs);
    }
    Ok(Reply {
        seq: said.seq,
        rtt: arrival.received_at - said.sent_at,
        from: said.from,
        received_at: arrival.received_at,
        stamps: said.stamps,
    })
}

fn open_if(
    want: Want,
    tied: bool,
    open: impl FnOnce() -> Result<EchoSocket, EchoError>,
) -> Result<Option<EchoSocket>, EchoError> {
    match (want, open) {
        (Want::No, _) => Ok(None),
        (Want::IfPossible | Want::IfAllowed, _) if !tied => Ok(None),
        (Want::IfAllowed, open) => Ok(open().ok()),
        (Want::IfPossible, open) => match open() {
            Err(EchoError::NoVersion { .. }) => Ok(None),
            opened => opened.map(Some),
        },
        (Want::Yes, open) => open().map(Some),
    }
}

impl fmt::Display for Mode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (kind, name) in [
            (Kind::Raw, "raw ICMP sockets"),
            (Kind::Datagram, "unprivileged ICMP sockets"),
            (Kind::Udp, "UDP echo"),
        ] {
            let mut versions = self.0.iter().filter(|s| s.kind == kind);
            if let Some(first) = versions.next() {
                write!(f, "{separator}{name} ({}", first.version.name())?;
                versions.try_for_each(|s| write!(f, ", {}", s.version.name()))?;
                f.write_str(")")?;
                separator = " and ";
            }
        }
        Ok(())
    }
}

impl Source for EchoSockets {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interests: Interest,
    ) -> io::Result<()> {
        self.sockets.iter().try_for_each(|s| {
            registry.register(&mut SourceFd(&s.socket.as_raw_fd()), token, interests)
        })
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interests: Interest,
    ) -> io::Result<()> {
        self.sockets.iter().try_for_each(|s| {
            registry.reregister(&mut SourceFd(&s.socket.as_raw_fd()), token, interests)
        })
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.sockets
            .iter()
            .try_for_each(|s| registry.deregister(&mut SourceFd(&s.socket.as_raw_fd())))
    }
}
