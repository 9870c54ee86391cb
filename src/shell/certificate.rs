//! Asks a router for its certificate, whoever signed it: a handshake and nothing more, so that no
//! password is sent to somebody who is not trusted yet. Blocks; for commands, not for the loop.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConnection, Stream};

use super::tls::{self, Fingerprint, Trust};
use crate::time::Duration;
use crate::wire::certificate::{Summary, summary};

/// What a router shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// SHA-256 of its DER form.
    pub fingerprint: Fingerprint,
    /// Names and validity.
    pub summary: Summary,
}

/// The certificate of whoever answers there.
///
/// # Errors
/// A sentence that says why there is none.
pub fn ask(host: &str, port: u16, patience: Duration) -> Result<Shown, String> {
    let address = format!("{}:{port}", bracketed(host));
    let said = |e: io::Error| format!("{address}: {e}");
    let addresses = (host, port).to_socket_addrs().map_err(said)?;
    let patience = std::time::Duration::from_micros(patience.as_micros().max(1));
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for candidate in addresses {
        match TcpStream::connect_timeout(&candidate, patience) {
            Ok(mut stream) => {
                stream.set_read_timeout(Some(patience)).map_err(said)?;
                stream.set_write_timeout(Some(patience)).map_err(said)?;
                return handshake(host, &mut stream).map_err(|e| {
                    format!(
                        "{address} does not speak TLS ({e}); www-ssl needs a certificate and to be enabled"
                    )
                });
            }
            Err(error) => last = error,
        }
    }
    Err(said(last))
}

fn handshake(host: &str, stream: &mut TcpStream) -> io::Result<Shown> {
    let config = tls::client_config(&Trust::Anyone).map_err(io::Error::other)?;
    // The name is not looked at: anyone is believed.
    let name = ServerName::try_from(host.to_owned())
        .or_else(|_| ServerName::try_from("invalid".to_owned()))
        .map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(stream)?;
    }
    // The peer should not have to guess that nothing comes; nor does it matter if it must.
    connection.send_close_notify();
    let _ = io::Write::flush(&mut Stream::new(&mut connection, stream));
    let shown = connection.peer_certificates().and_then(<[_]>::first);
    let shown: &CertificateDer<'_> = shown.ok_or_else(|| io::Error::other("no certificate"))?;
    Ok(Shown {
        fingerprint: tls::fingerprint(shown),
        summary: summary(shown),
    })
}

/// As an address is written before a port.
pub fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
