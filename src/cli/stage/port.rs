//! A port of the router's that stays its own while nobody listens there.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

/// A loopback port, kept by a socket that is bound and never listens: connections to it are refused as
/// if nobody had it, and nobody else is given it.
#[derive(Debug)]
pub(super) struct Port {
    _kept: Socket,
    number: u16,
}

impl Port {
    /// Takes `number`, or any free port for 0.
    pub(super) fn take(number: u16) -> io::Result<Self> {
        let kept = bound(number)?;
        let number = kept
            .local_addr()?
            .as_socket()
            .map_or(number, |address| address.port());
        Ok(Self {
            _kept: kept,
            number,
        })
    }

    pub(super) const fn number(&self) -> u16 {
        self.number
    }

    /// Listens there until the listener is dropped.
    pub(super) fn listen(&self) -> io::Result<TcpListener> {
        let socket = bound(self.number)?;
        // As many as the standard library asks for.
        socket.listen(128)?;
        Ok(socket.into())
    }
}

/// A socket on the port: Linux allows several with `SO_REUSEADDR` while none of the others listens.
fn bound(number: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, number)).into())?;
    Ok(socket)
}
