//! One socket for echoes of one kind and IP version.

use std::net::SocketAddr;
use std::{env, io};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::error::EchoError;
use super::filter;
use super::peer::Version;
use super::sys::{self, Inbox};
use crate::shell::Errno;
use crate::shell::binding::Binding;
use crate::wire::icmp::Carrier;

/// Enough for the replies of a few stalled seconds.
const RECEIVE_BUFFER: usize = 256 * 1024;

/// What kind of socket the system allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Raw,
    Datagram,
    Udp,
}

#[derive(Debug)]
pub(super) struct EchoSocket {
    pub(super) socket: Socket,
    pub(super) kind: Kind,
    pub(super) version: Version,
    /// The kernel's drop count when it was last told.
    drops: u32,
}

impl EchoSocket {
    /// Raw if the process may, else an unprivileged ICMP socket if the system lets its group.
    pub(super) fn icmp(version: Version, ident: u16, binding: &Binding) -> Result<Self, EchoError> {
        let denied =
            |error: &io::Error| matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES));
        match create(version, Kind::Raw) {
            Ok(socket) => Self::set_up(socket, Kind::Raw, version, ident, binding),
            Err(error) if denied(&error) => Self::datagram(version, binding),
            Err(error) => Err(cannot_create(version, &error)),
        }
    }

    pub(super) fn datagram(version: Version, binding: &Binding) -> Result<Self, EchoError> {
        let socket = create(version, Kind::Datagram).map_err(|_| EchoError::NotAllowed {
            program: env::current_exe().unwrap_or_else(|_| "wanctl".into()),
            group: sys::group(),
        })?;
        Self::set_up(socket, Kind::Datagram, version, 0, binding)
    }

    pub(super) fn udp(version: Version, binding: &Binding) -> Result<Self, EchoError> {
        let socket = create(version, Kind::Udp).map_err(|error| cannot_create(version, &error))?;
        Self::set_up(socket, Kind::Udp, version, 0, binding)
    }

    fn set_up(
        socket: Socket,
        kind: Kind,
        version: Version,
        ident: u16,
        binding: &Binding,
    ) -> Result<Self, EchoError> {
        if kind == Kind::Raw {
            let filtered = match version {
                Version::V4 => sys::pass_v4_replies(&socket)
                    .and_then(|()| Ok(socket.attach_filter(&filter::v4(ident))?)),
                Version::V6 => sys::pass_v6_replies(&socket)
                    .and_then(|()| Ok(socket.attach_filter(&filter::v6(ident))?)),
            };
            filtered.map_err(failed("filter foreign echo replies"))?;
        }
        binding.apply(&socket, version == Version::V4)?;
        sys::stamp_and_count(&socket).map_err(failed("have receive times noted"))?;
        socket
            .set_recv_buffer_size(RECEIVE_BUFFER)
            .map_err(|error| failed("size the receive buffer")(error.into()))?;
        if kind == Kind::Raw {
            empty(&socket);
        }
        Ok(Self {
            socket,
            kind,
            version,
            drops: 0,
        })
    }

    pub(super) fn carrier(&self) -> Carrier {
        match (self.kind, self.version) {
            (Kind::Udp, _) => Carrier::Udp,
            (_, Version::V6) => Carrier::V6,
            (Kind::Raw, Version::V4) => Carrier::RawV4,
            (Kind::Datagram, Version::V4) => Carrier::DatagramV4,
        }
    }

    pub(super) fn send(&self, message: &[u8], to: SocketAddr) -> Result<(), Errno> {
        self.socket.send_to(message, &SockAddr::from(to))?;
        Ok(())
    }

    /// How many more the kernel has dropped; its count wraps.
    pub(super) fn newly_dropped(&mut self, drops: Option<u32>) -> u32 {
        let drops = drops.unwrap_or(self.drops);
        let newly = drops.wrapping_sub(self.drops);
        self.drops = drops;
        newly
    }
}

fn create(version: Version, kind: Kind) -> io::Result<Socket> {
    let domain = match version {
        Version::V4 => Domain::IPV4,
        Version::V6 => Domain::IPV6,
    };
    let protocol = match (kind, version) {
        (Kind::Udp, _) => Protocol::UDP,
        (_, Version::V4) => Protocol::ICMPV4,
        (_, Version::V6) => Protocol::ICMPV6,
    };
    let socket_type = match kind {
        Kind::Raw => Type::RAW,
        Kind::Datagram | Kind::Udp => Type::DGRAM,
    };
    Socket::new(domain, socket_type.nonblocking().cloexec(), Some(protocol))
}

/// What came in before the filter was attached. It ends, because with the filter no more comes.
fn empty(socket: &Socket) {
    let mut inbox = Inbox::new();
    while inbox.receive(socket).is_ok() {}
}

fn cannot_create(version: Version, error: &io::Error) -> EchoError {
    let errno = Errno::from(error);
    match errno.number() {
        libc::EAFNOSUPPORT | libc::EPROTONOSUPPORT => EchoError::NoVersion {
            version: version.name(),
        },
        _ => failed("open a socket")(errno),
    }
}

fn failed(step: &'static str) -> impl Fn(Errno) -> EchoError {
    move |errno| EchoError::System { step, errno }
}
