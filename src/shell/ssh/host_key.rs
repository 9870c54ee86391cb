//! The key that an SSH server shows, for somebody who may then say that he believes it.

use std::net::{IpAddr, SocketAddr, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ssh2::Session;

use super::connect::{CALL, of_io};
use super::known_hosts;
use super::said::{HostKey, Refused};
use crate::router::Failure;

/// Asks for it. Sends no name, password or key. Blocks for a few seconds at most.
///
/// # Errors
/// Why there is none.
pub fn host_key(host: &str, port: u16, address: IpAddr) -> Result<HostKey, Refused> {
    let of_ssh = |e: ssh2::Error| Refused::new(Failure::Ssh, format!("no agreement: {e}"));
    let tcp = TcpStream::connect_timeout(&SocketAddr::new(address, port), CALL)
        .map_err(|e| Refused::new(of_io(&e), e.to_string()))?;
    let mut session = Session::new().map_err(of_ssh)?;
    session.set_timeout(u32::try_from(CALL.as_millis()).unwrap_or(u32::MAX));
    session.set_tcp_stream(tcp);
    session.handshake().map_err(of_ssh)?;
    let shown = session.host_key().map(|(key, _)| key);
    let named = shown.and_then(|key| Some((key, kind(key)?)));
    let (key, kind) = named.ok_or_else(|| Refused::new(Failure::Ssh, "it shows no host key"))?;
    let place = known_hosts::place(host, port);
    Ok(HostKey {
        fingerprint: known_hosts::fingerprint(&session),
        line: format!("{place} {kind} {}", STANDARD.encode(key)),
    })
}

/// A key begins with its kind, behind four bytes of length (RFC 4253, 6.6).
fn kind(key: &[u8]) -> Option<&str> {
    let (length, rest) = key.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    std::str::from_utf8(rest.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_kind() {
        assert_eq!(
            kind(b"\0\0\0\x0bssh-ed25519\0\0\0\x20"),
            Some("ssh-ed25519")
        );
        assert_eq!(kind(b"\0\0\0\x0bssh"), None);
        assert_eq!(kind(b"\0"), None);
    }
}
