//! From an address to a session that takes commands: TCP, key exchange, host key, our key.
//!
//! All of it blocks, so it runs on a thread of its own, which ends within [`CALL`] times three.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libssh2_sys as code;
use ssh2::{ErrorCode, MethodType, Session};

use super::SshParams;
use super::known_hosts::{self, Keys, Verdict};
use super::said::Refused;
use crate::router::Failure;
use crate::shell::errno;

/// For each of connect, key exchange and authentication; the link gives up after ten seconds.
pub(super) const CALL: Duration = Duration::from_secs(3);
/// How often a silent session is kept from being forgotten by what is between.
const KEEPALIVE: u32 = 30;
/// How an OpenSSH key file begins in base64, and how one without a passphrase does: `openssh-key-v1`,
/// then the name of the cipher, `none`.
const OPENSSH: &str = "b3BlbnNzaC1rZXktdjEA";
const OPENSSH_OPEN: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";

/// Where a router's SSH server is and who we are.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// As in the config file, and so in `known_hosts`.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) key_file: PathBuf,
    pub(super) known_hosts: PathBuf,
}

impl Target {
    pub(super) fn of<P>(params: &SshParams<P>) -> Self {
        Self {
            host: params.host.clone(),
            port: params.port,
            user: params.user.clone(),
            key_file: params.key_file.clone(),
            known_hosts: params.known_hosts.clone(),
        }
    }
}

/// A session in non-blocking mode. It has to be dropped before its socket.
pub(super) struct Stood {
    pub(super) session: Session,
    pub(super) tcp: TcpStream,
}

impl core::fmt::Debug for Stood {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Stood({:?})", self.tcp)
    }
}

fn refused(why: Failure, what: impl Into<String>) -> Refused {
    Refused::new(why, what)
}

/// Opens a session. Blocks.
pub(super) fn open(target: &Target, address: IpAddr) -> Result<Stood, Refused> {
    check_key_file(&target.key_file)?;
    let at = SocketAddr::new(address, target.port);
    let tcp = TcpStream::connect_timeout(&at, CALL)
        // The class says it all; the program tells the log.
        .map_err(|e| refused(of_io(&e), ""))?;
    // Small packets must not wait for each other; a refusal costs only latency.
    let _ = tcp.set_nodelay(true);
    let mut session =
        Session::new().map_err(|e| refused(Failure::Ssh, format!("no session: {e}")))?;
    session.set_timeout(u32::try_from(CALL.as_millis()).unwrap_or(u32::MAX));
    // Ours stays the only descriptor: mio would keep watching a copy.
    session.set_tcp_stream(tcp.as_raw_fd());
    let stood = Stood { session, tcp };
    let keys = Keys::read(
        &stood.session,
        &target.known_hosts,
        &target.host,
        target.port,
    );
    shake_hands(&stood.session, &keys, target)?;
    check_host_key(&stood.session, &keys, target)?;
    authenticate(&stood.session, target)?;
    stood.session.set_keepalive(true, KEEPALIVE);
    stood.session.set_blocking(false);
    stood
        .tcp
        .set_nonblocking(true)
        .map_err(|e| refused(of_io(&e), e.to_string()))?;
    Ok(stood)
}

/// As OpenSSH, we use no key that others could have read.
fn check_key_file(file: &Path) -> Result<(), Refused> {
    let name = file.display();
    let unusable = |what: String| refused(Failure::KeyFile, what);
    let metadata = fs::metadata(file).map_err(|e| {
        unusable(format!("cannot use router.ssh_key {name}: {e}")).in_shell(
            "make one with",
            format!("ssh-keygen -t rsa -b 3072 -m PEM -N '' -f '{name}'"),
        )
    })?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o177 != 0 {
        return Err(unusable(format!(
            "router.ssh_key {name} has mode {mode:04o}, others may read or change it"
        ))
        .in_shell("protect it with", format!("chmod 600 '{name}'")));
    }
    let text = fs::read(file).map_err(|e| {
        unusable(format!(
            "cannot read router.ssh_key {name}: {e}; it has to belong to the user that runs wanctl"
        ))
    })?;
    let text = String::from_utf8_lossy(&text);
    let locked = text.contains("ENCRYPTED")
        || text
            .lines()
            .any(|line| line.starts_with(OPENSSH) && !line.starts_with(OPENSSH_OPEN));
    if locked {
        return Err(unusable(format!(
            "router.ssh_key {name} has a passphrase, and nobody is there to type it"
        ))
        .in_shell("remove it with", format!("ssh-keygen -p -N '' -f '{name}'")));
    }
    if text.contains("PRIVATE KEY") {
        Ok(())
    } else {
        Err(unusable(format!(
            "router.ssh_key {name} holds no private key"
        )))
    }
}

fn shake_hands(session: &Session, keys: &Keys, target: &Target) -> Result<(), Refused> {
    if let Some(methods) = keys.preference() {
        // Kinds that libssh2 does not know are left out; if that leaves none, it takes any, and the
        // key will be judged a changed one.
        let _ = session.method_pref(MethodType::HostKey, &methods);
    }
    session.clone().handshake().map_err(|e| {
        let why = of_ssh(&e).unwrap_or(Failure::Ssh);
        refused(
            why,
            format!("no agreement with {}:{}: {e}", target.host, target.port),
        )
    })
}

fn check_host_key(session: &Session, keys: &Keys, target: &Target) -> Result<(), Refused> {
    let Target {
        host,
        port,
        known_hosts: file,
        ..
    } = target;
    let shown = session.host_key().map_or(&[][..], |(key, _)| key);
    let print = known_hosts::fingerprint(session);
    let remedy = known_hosts::remedy(file, host, *port);
    let name = file.display();
    match keys.judge(shown) {
        Verdict::Known => Ok(()),
        Verdict::Unknown => Err(refused(
            Failure::HostKeyUnknown,
            format!("{host} port {port} shows the host key {print}, which is not in {name}"),
        )
        .in_shell("if that is your router's, add it with", remedy)),
        Verdict::Changed => {
            let forget = known_hosts::forget(file, host, *port);
            Err(refused(
                Failure::HostKeyChanged,
                format!(
                    "THE HOST KEY OF {host} port {port} IS NOT THE ONE IN {name}: it shows {print}. Somebody may be in between"
                ),
            )
            .in_shell("if you reset the router, forget its old key", forget)
            .in_shell("and add the new one", remedy))
        }
        Verdict::Revoked => Err(refused(
            Failure::HostKeyChanged,
            format!("{host} port {port} shows the host key {print}, which {name} says is revoked"),
        )),
    }
}

fn authenticate(session: &Session, target: &Target) -> Result<(), Refused> {
    let Target {
        user,
        key_file,
        host,
        ..
    } = target;
    session
        .userauth_pubkey_file(user, None, key_file, None)
        .map_err(|e| {
            let name = key_file.display();
            let why = of_ssh(&e).unwrap_or(Failure::Unauthorized);
            let what = format!("{host} does not let {user} in with the key {name}: {e}");
            let refused = refused(why, what);
            match why {
                Failure::Unauthorized => refused.on_router(
                    "import its public half at the router",
                    format!("/user ssh-keys import public-key-file=… user={user}"),
                ),
                _ => refused,
            }
        })
}

/// The class of a socket error.
pub(super) fn of_io(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused => Failure::ConnectionRefused,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Failure::TimedOut,
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            Failure::NetworkUnreachable
        }
        _ if errno::is_exhaustion(error) => Failure::NoDescriptor,
        _ => Failure::Closed,
    }
}

/// The class of a libssh2 error, where it has one whatever was being done.
pub(super) fn of_ssh(error: &ssh2::Error) -> Option<Failure> {
    let ErrorCode::Session(number) = error.code() else {
        return None;
    };
    match number {
        code::LIBSSH2_ERROR_TIMEOUT | code::LIBSSH2_ERROR_SOCKET_TIMEOUT => Some(Failure::TimedOut),
        code::LIBSSH2_ERROR_SOCKET_SEND
        | code::LIBSSH2_ERROR_SOCKET_RECV
        | code::LIBSSH2_ERROR_SOCKET_DISCONNECT => Some(Failure::Closed),
        code::LIBSSH2_ERROR_FILE => Some(Failure::KeyFile),
        _ => None,
    }
}
