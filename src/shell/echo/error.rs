//! Why the sockets cannot be opened, and why an echo could not be sent.

use core::fmt;
use std::path::PathBuf;

use crate::shell::Errno;
use crate::shell::binding::BindingError;
use crate::status::Unsent;

/// Why a WAN cannot be measured. The text says what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EchoError {
    /// Neither raw nor datagram ICMP sockets are allowed.
    NotAllowed {
        /// This program.
        program: PathBuf,
        /// The group it runs as.
        group: u32,
    },
    /// This kernel does not speak the IP version.
    NoVersion {
        /// "IPv4" or "IPv6".
        version: &'static str,
    },
    /// The source address or the interface cannot be used.
    Binding(BindingError),
    /// Anything else the system refused.
    System {
        /// What was asked of it.
        step: &'static str,
        /// Why.
        errno: Errno,
    },
}

impl fmt::Display for EchoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { program, group } => write!(
                f,
                "not allowed to send ICMP echoes; do one of these: \
                 setcap cap_net_raw+ep {program} | \
                 sysctl -w net.ipv4.ping_group_range=\"{group} {group}\" | \
                 run it through its systemd unit, which grants CAP_NET_RAW",
                program = program.display()
            ),
            Self::NoVersion { version } => write!(
                f,
                "this system has no {version}, but a reflector needs it; \
                 take that reflector out or switch {version} on"
            ),
            Self::Binding(error) => error.fmt(f),
            Self::System { step, errno } => write!(f, "cannot {step}: {errno}"),
        }
    }
}

impl core::error::Error for EchoError {}

impl From<BindingError> for EchoError {
    fn from(error: BindingError) -> Self {
        Self::Binding(error)
    }
}

/// Why an echo request did not leave. It is counted as well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendError {
    /// No route to the reflector. That is also how a socket fails whose interface went away, and it
    /// goes on failing when one of the same name comes back: if this lasts on a WAN tied to an
    /// interface, open the sockets again.
    Unreachable,
    /// A firewall, or the lack of a privilege.
    Forbidden,
    /// The interface's queue is full.
    NoBuffers,
    /// The interface has gone: open the sockets again.
    NoInterface,
    /// The source address has gone: open the sockets again.
    NoSource,
    /// No socket was opened for such a peer.
    NotOpened,
    /// Anything else.
    Other(Errno),
}

impl From<Errno> for SendError {
    fn from(errno: Errno) -> Self {
        match errno.number() {
            libc::ENETUNREACH | libc::EHOSTUNREACH | libc::ENETDOWN | libc::EHOSTDOWN => {
                Self::Unreachable
            }
            libc::EPERM | libc::EACCES => Self::Forbidden,
            libc::ENOBUFS | libc::ENOMEM | libc::EAGAIN => Self::NoBuffers,
            libc::ENODEV | libc::ENXIO => Self::NoInterface,
            libc::EADDRNOTAVAIL => Self::NoSource,
            _ => Self::Other(errno),
        }
    }
}

impl From<SendError> for Unsent {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Unreachable => Self::NoRoute,
            SendError::Forbidden => Self::Forbidden,
            SendError::NoBuffers => Self::QueueFull,
            SendError::NoInterface => Self::NoInterface,
            SendError::NoSource => Self::NoSource,
            SendError::NotOpened | SendError::Other(_) => Self::Refused,
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no route"),
            Self::Forbidden => f.write_str("forbidden, perhaps by a firewall"),
            Self::NoBuffers => f.write_str("queue full"),
            Self::NoInterface => f.write_str("interface gone"),
            Self::NoSource => f.write_str("source address gone"),
            Self::NotOpened => f.write_str("no socket for this kind of reflector"),
            Self::Other(errno) => errno.fmt(f),
        }
    }
}

impl core::error::Error for SendError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_measure_is_told_what_to_do() {
        let error = EchoError::NotAllowed {
            program: "/usr/bin/wanctl".into(),
            group: 998,
        };
        let text = error.to_string();
        assert!(text.contains("setcap cap_net_raw+ep /usr/bin/wanctl"));
        assert!(text.contains("sysctl -w net.ipv4.ping_group_range=\"998 998\""));
        assert!(text.contains("systemd unit"));
    }

    #[test]
    fn a_failed_send_is_one_of_a_few_things() {
        for (number, expected) in [
            (libc::ENETUNREACH, SendError::Unreachable),
            (libc::EPERM, SendError::Forbidden),
            (libc::ENOBUFS, SendError::NoBuffers),
            (libc::ENODEV, SendError::NoInterface),
            (libc::EADDRNOTAVAIL, SendError::NoSource),
        ] {
            let errno = Errno::from(std::io::Error::from_raw_os_error(number));
            assert_eq!(SendError::from(errno), expected);
        }
    }
}
