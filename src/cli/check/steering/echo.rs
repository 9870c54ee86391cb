//! Asks a host, over the line that the daemon would take.

use std::net::ToSocketAddrs as _;

use super::facts::Echoed;
use crate::cli::assemble::want;
use crate::config::ReflectorAddress;
use crate::control::prober::Target;
use crate::shell::binding::Binding;
use crate::shell::clock::{Clock, pause};
use crate::shell::echo::{EchoError, EchoSockets, Peer, Wanted};
use crate::time::Duration;

const ECHOES: u16 = 5;
const ECHO_EVERY: Duration = Duration::from_millis(100);
/// Kernel stamps tell the round trips: a look is not a measurement.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Longest wait for the last answer, whatever `timeouts.ping` says.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
const TARGET: Target = Target::Reflector(0);

/// The sockets for this host, by this line.
pub(super) fn open(host: &ReflectorAddress, binding: &Binding) -> Result<EchoSockets, EchoError> {
    let mut wanted = Wanted::default();
    want(&mut wanted, host);
    EchoSockets::open(&wanted, binding)
}

/// Sends some echoes and waits for their answers; `silent_after` the last one.
pub(super) fn ask(
    clock: Clock,
    sockets: &mut EchoSockets,
    host: &ReflectorAddress,
    binding: &Binding,
    silent_after: Duration,
) -> Echoed {
    let Some(peer) = peer(host, binding) else {
        return Echoed::NoAddress;
    };
    let mut unsent = None;
    let (mut sent, mut answers) = (0, Vec::new());
    for seq in 0..ECHOES {
        match sockets.send(clock, TARGET, peer, seq) {
            Ok(()) => sent += 1,
            Err(error) => unsent = Some(error.to_string()),
        }
        wait(clock, sockets, ECHO_EVERY, sent, &mut answers);
    }
    if let (0, Some(why)) = (sent, unsent) {
        return Echoed::Unsent(why);
    }
    wait(
        clock,
        sockets,
        silent_after.min(LONGEST_WAIT),
        sent,
        &mut answers,
    );
    Echoed::Sent(sent, answers.into_iter().map(|(_, rtt)| rtt).collect())
}

/// Until all that were sent are answered, or for that long.
fn wait(
    clock: Clock,
    sockets: &mut EchoSockets,
    span: Duration,
    sent: usize,
    answers: &mut Vec<(u16, Duration)>,
) {
    let until = clock.now() + span;
    while answers.len() < sent && clock.now() < until {
        sockets.drain(clock, usize::from(ECHOES), |reply| {
            // An answer may come twice.
            if answers.iter().all(|&(seq, _)| seq != reply.seq) {
                answers.push((reply.seq, reply.rtt));
            }
        });
        pause(LOOK_EVERY);
    }
}

/// The first address that the line can reach.
pub(in crate::cli) fn peer(host: &ReflectorAddress, binding: &Binding) -> Option<Peer> {
    let port = match host {
        ReflectorAddress::Icmp(_) => 0,
        ReflectorAddress::Udp(_, port) => *port,
    };
    let name = host.host().to_string();
    let mut found = (name.as_str(), port).to_socket_addrs().ok()?;
    let suits = |place: &std::net::SocketAddr| {
        let source = binding.source;
        source.is_none_or(|source| source.is_ipv4() == place.is_ipv4())
    };
    let place = found.find(suits)?;
    Some(match (host, place) {
        (ReflectorAddress::Udp(..), place) => Peer::Udp(place),
        (ReflectorAddress::Icmp(_), std::net::SocketAddr::V6(place)) if place.scope_id() != 0 => {
            Peer::IcmpOn(place)
        }
        (ReflectorAddress::Icmp(_), place) => Peer::Icmp(place.ip()),
    })
}
