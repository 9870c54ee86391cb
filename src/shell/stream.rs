//! One TCP connection of the router link, plain or TLS, pumped without ever waiting.
//!
//! mio reports readiness by edge: everything is read and written until it would block.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::event::Source;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::errno;
use crate::router::Failure;

/// A request has a head of a few hundred bytes and a body of at most 192.
const OUT: usize = 2048;

/// A connection that is being opened, or stands.
pub struct Stream {
    tcp: TcpStream,
    tls: Option<Box<ClientConnection>>,
    established: bool,
    out: [u8; OUT],
    queued: usize,
}

impl core::fmt::Debug for Stream {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Stream({:?}, established: {})",
            self.tcp, self.established
        )
    }
}

impl Stream {
    /// Starts to connect; with `tls` the handshake follows by itself.
    ///
    /// # Errors
    /// [`Failure`] if the system refuses at once.
    pub fn connect(
        address: SocketAddr,
        tls: Option<(&Arc<ClientConfig>, ServerName<'static>)>,
    ) -> Result<Self, Failure> {
        let tcp = TcpStream::connect(address).map_err(|e| failure(&e))?;
        let tls = match tls {
            Some((config, name)) => {
                let session = ClientConnection::new(Arc::clone(config), name);
                Some(Box::new(session.map_err(|_| Failure::Tls)?))
            }
            None => None,
        };
        Ok(Self {
            tcp,
            tls,
            established: false,
            out: [0; OUT],
            queued: 0,
        })
    }

    /// Tells mio to watch it.
    ///
    /// # Errors
    /// [`Failure`] if mio refuses.
    pub fn register(&mut self, registry: &Registry, token: Token) -> Result<(), Failure> {
        self.tcp
            .register(registry, token, Interest::READABLE | Interest::WRITABLE)
            .map_err(|e| failure(&e))
    }

    /// Moves the connection on; `true` once it stands and requests may go out.
    ///
    /// # Errors
    /// [`Failure`] if it could not be opened, or broke.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        if !self.established {
            match self.tcp.take_error() {
                Ok(None) => {}
                Ok(Some(e)) | Err(e) => return Err(failure(&e)),
            }
            match self.tcp.peer_addr() {
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::NotConnected => return Ok(false),
                Err(e) => return Err(failure(&e)),
            }
            // Small requests must not wait for each other; a refusal costs only latency.
            let _ = self.tcp.set_nodelay(true);
            self.pump_tls()?;
            self.established = self.tls.as_ref().is_none_or(|tls| !tls.is_handshaking());
        }
        self.flush()?;
        Ok(self.established)
    }

    /// Sends a whole request, or queues what the socket does not take now.
    ///
    /// # Errors
    /// [`Failure`] if the connection broke.
    pub fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        if let Some(tls) = &mut self.tls {
            // rustls keeps what the socket does not take.
            tls.writer().write_all(request).map_err(|e| failure(&e))?;
        } else {
            let room = &mut self.out[self.queued..];
            let Some(room) = room.get_mut(..request.len()) else {
                return Err(Failure::TooLarge);
            };
            room.copy_from_slice(request);
            self.queued += request.len();
        }
        self.flush()
    }

    /// Reads what is there; 0 if nothing is there now.
    ///
    /// # Errors
    /// [`Failure::Closed`] at the end of the stream, another [`Failure`] if it broke.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let pumped = self.pump_tls();
        if let Some(tls) = &mut self.tls {
            return match tls.reader().read(buffer) {
                Ok(0) => Err(Failure::Closed),
                Ok(n) => Ok(n),
                Err(e) if e.kind() == ErrorKind::WouldBlock => pumped.map(|()| 0),
                Err(e) => Err(failure(&e)),
            };
        }
        loop {
            match self.tcp.read(buffer) {
                Ok(0) => return Err(Failure::Closed),
                Ok(n) => return Ok(n),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(0),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(failure(&e)),
            }
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.tls.is_some() {
            return self.write_tls();
        }
        while self.queued > 0 {
            match self.tcp.write(&self.out[..self.queued]) {
                Ok(0) => return Err(Failure::Closed),
                Ok(n) => {
                    self.out.copy_within(n..self.queued, 0);
                    self.queued -= n;
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(failure(&e)),
            }
        }
        Ok(())
    }

    /// Reads records until the socket is dry, and sends what TLS itself has to say.
    fn pump_tls(&mut self) -> Result<(), Failure> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let mut verdict = Ok(());
        while tls.wants_read() {
            match tls.read_tls(&mut self.tcp) {
                // In the middle of a handshake nothing is left to come; later the reader reports the end
                // once it has handed out what came before.
                Ok(0) => {
                    if tls.is_handshaking() {
                        verdict = Err(Failure::Closed);
                    }
                    break;
                }
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(failure(&e)),
            }
            if tls.process_new_packets().is_err() {
                verdict = Err(Failure::Tls);
                break;
            }
        }
        if tls.is_handshaking() && verdict.is_ok() && !tls.wants_read() && !tls.wants_write() {
            verdict = Err(Failure::Closed);
        }
        // An alert tells the router's log why.
        let sent = self.write_tls();
        verdict.and(sent)
    }

    fn write_tls(&mut self) -> Result<(), Failure> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        while tls.wants_write() {
            match tls.write_tls(&mut self.tcp) {
                Ok(0) => return Err(Failure::Closed),
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(failure(&e)),
            }
        }
        Ok(())
    }
}

/// The class of a socket error. `io::Error` does not leave the shell.
fn failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused => Failure::ConnectionRefused,
        ErrorKind::TimedOut => Failure::TimedOut,
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            Failure::NetworkUnreachable
        }
        _ if errno::is_exhaustion(error) => Failure::NoDescriptor,
        _ => Failure::Closed,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use mio::{Events, Poll};

    use super::*;
    use crate::shell::tls;

    #[test]
    fn a_server_that_closes_during_the_handshake_is_noticed_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let config = tls::client_config(&tls::Trust::Anyone).unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut stream = Stream::connect(address, Some((&config, name))).unwrap();
        let mut poll = Poll::new().unwrap();
        stream.register(poll.registry(), Token(0)).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let mut server = Some(&mut server);
        let mut events = Events::with_capacity(4);
        let failure = loop {
            let patience = Some(std::time::Duration::from_secs(10));
            poll.poll(&mut events, patience).unwrap();
            assert!(
                !events.is_empty(),
                "the end of the stream was not announced"
            );
            match stream.advance() {
                Ok(stands) => assert!(!stands),
                Err(failure) => break failure,
            }
            // A FIN, no reset: the greeting is read first.
            if let Some(server) = server.take() {
                server.read_exact(&mut [0; 5]).unwrap();
                server.set_nonblocking(true).unwrap();
                while server.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {}
                server.shutdown(std::net::Shutdown::Write).unwrap();
            }
        };
        assert_eq!(failure, Failure::Closed);
    }
}
