//! Whom echoes go to, and what sockets that takes.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use crate::control::prober::{MAX_REFLECTORS, Target};
use crate::wire::icmp;

/// The reflectors and the gateway.
pub(super) const PEERS: usize = MAX_REFLECTORS + 1;

/// Where a reflector listens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Peer {
    /// ICMP echo.
    Icmp(IpAddr),
    /// ICMP echo to a link-local address, which needs its interface's number; the port is 0.
    IcmpOn(SocketAddrV6),
    /// The echo service over UDP (RFC 862).
    Udp(SocketAddr),
}

/// Whether a kind of socket is to be opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Want {
    #[default]
    No,
    /// For the gateway, which may be of another kind or version than all reflectors.
    IfAllowed,
    /// For a name, which may turn out to have addresses of either version.
    IfPossible,
    Yes,
}

/// Which sockets the reflectors of a WAN need.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wanted {
    /// By kind (ICMP, UDP) and version.
    wants: [[Want; 2]; 2],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    V4,
    V6,
}

impl Version {
    pub(super) const BOTH: [Self; 2] = [Self::V4, Self::V6];

    pub(super) const fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

impl Peer {
    /// ICMP has no ports; a raw IPv6 socket insists on 0.
    pub(super) const fn address(self) -> SocketAddr {
        match self {
            Self::Icmp(ip) => SocketAddr::new(ip, 0),
            Self::IcmpOn(place) => SocketAddr::V6(place),
            Self::Udp(address) => address,
        }
    }

    pub(super) const fn is_udp(self) -> bool {
        matches!(self, Self::Udp(_))
    }

    /// Whether a datagram from there is from this peer.
    pub(super) fn is_at(self, from: SocketAddr) -> bool {
        match self {
            Self::Icmp(ip) => ip == from.ip(),
            Self::IcmpOn(place) => match from {
                SocketAddr::V6(from) => {
                    (place.ip(), place.scope_id()) == (from.ip(), from.scope_id())
                }
                SocketAddr::V4(_) => false,
            },
            Self::Udp(address) => (address.ip(), address.port()) == (from.ip(), from.port()),
        }
    }
}

impl Wanted {
    /// Adds what a reflector with a fixed address needs.
    pub fn add(&mut self, peer: Peer) {
        let version = Version::of(peer.address().ip());
        self.wants[usize::from(peer.is_udp())][version as usize] = Want::Yes;
    }

    /// Adds what a reflector with a name may need: either version, as far as the system has it.
    pub fn add_name(&mut self, udp: bool) {
        for want in &mut self.wants[usize::from(udp)] {
            if matches!(want, Want::No | Want::IfAllowed) {
                *want = Want::IfPossible;
            }
        }
    }

    /// Adds what the gateway needs, which is asked when the reflectors are silent. It is no reason not
    /// to start.
    pub fn add_gateway(&mut self, gateway: IpAddr) {
        let want = &mut self.wants[0][Version::of(gateway) as usize];
        if *want == Want::No {
            *want = Want::IfAllowed;
        }
    }

    pub(super) const fn icmp(self, version: Version) -> Want {
        self.wants[0][version as usize]
    }

    pub(super) const fn udp(self, version: Version) -> Want {
        self.wants[1][version as usize]
    }
}

/// Its place in a table of [`PEERS`].
pub(super) fn slot(target: Target) -> usize {
    match target {
        Target::Reflector(n) => usize::from(n),
        Target::Gateway => MAX_REFLECTORS,
    }
}

/// Its number on the wire.
pub(super) fn number(target: Target) -> u8 {
    match target {
        Target::Reflector(n) => n,
        Target::Gateway => icmp::GATEWAY,
    }
}

/// Whose number it is, if anyone's.
pub(super) fn target(number: u8) -> Option<Target> {
    match number {
        icmp::GATEWAY => Some(Target::Gateway),
        n if usize::from(n) < MAX_REFLECTORS => Some(Target::Reflector(n)),
        _ => None,
    }
}
