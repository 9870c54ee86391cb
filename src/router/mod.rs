//! The conversation with RouterOS, without a socket. PURE.
//!
//! ```text
//!            what is talked about                    how                     which of them
//! orders ─▶ queues ─┬─ queues/rest ─▶ requests ─▶ rest  (a link) ─┐
//! events ◀─         └─ queues/ssh  ─▶ commands ─▶ ssh   (a link) ─┴─ ways, failover
//! ```
//!
//! A link takes a talk's orders and turns them, and its own looks, into requests; what comes back is an
//! event. A [`talk`] says what is asked and what an answer means, in one file per transport; links know
//! of connections, deadlines and back-off, and of nothing that is on a router. There are two, REST and
//! SSH, and [`failover`] chooses. The talk of autorate is [`queues`],
//! that of steering [`steering`].

mod backoff;
pub mod failover;
mod orders;
pub mod queues;
pub mod rest;
pub mod ssh;
mod state;
pub mod steering;
pub mod talk;
pub mod ways;

pub use self::queues::{Event, Refusal};
pub use self::state::Action;
pub use crate::control::actuator::Known;

/// How the router is spoken to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Transport {
    /// RouterOS's REST interface.
    #[default]
    Rest,
    /// RouterOS's command line over SSH.
    Ssh,
}

impl Transport {
    /// The one that is not this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Rest => Self::Ssh,
            Self::Ssh => Self::Rest,
        }
    }

    /// The word of the config file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Ssh => "ssh",
        }
    }
}

impl core::fmt::Display for Transport {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.word())
    }
}

/// Why the router could not be reached, in v1.7's classes (contract 3.9) and where they were too coarse
/// in finer ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No answer within the deadline.
    TimedOut,
    /// Nothing listens there.
    ConnectionRefused,
    /// No route, or the network is down.
    NetworkUnreachable,
    /// The router's name has no address.
    NameUnknown,
    /// This process, or the whole machine, may open no more files and sockets.
    NoDescriptor,
    /// User or password is wrong (twice in a row: RouterOS may misdeliver a single 401).
    Unauthorized,
    /// The certificate is not the expected one, or no common TLS version or cipher.
    Tls,
    /// The peer does not speak HTTP, or its answer made no sense; nothing after it can be trusted.
    Garbled,
    /// The peer closed the connection in the middle of an exchange.
    Closed,
    /// The answer does not fit into the link's buffer.
    TooLarge,
    /// The router answered the look-up of the queues with this HTTP status.
    Status(u16),
    /// The router answered the look-up of the queues with an error on its command line.
    Rejected,
    /// `known_hosts` has no key of this host.
    HostKeyUnknown,
    /// `known_hosts` has another key of this host, or says that this one is revoked.
    HostKeyChanged,
    /// Our private key cannot be read, or could be read by others.
    KeyFile,
    /// The router refuses to run a command: it has no session to spare.
    Busy,
    /// The peer does not speak SSH, or nothing that we speak too.
    Ssh,
}

impl Failure {
    /// A sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::TimedOut => "no answer in time",
            Self::ConnectionRefused => "connection refused",
            Self::NetworkUnreachable => "network unreachable",
            Self::NameUnknown => "its name has no address",
            Self::NoDescriptor => "this machine has no descriptor to spare (too many open files)",
            Self::Unauthorized => "user, password or key refused",
            Self::Tls => "TLS handshake failed (certificate not accepted, or no common version)",
            Self::Garbled => "its answer made no sense",
            Self::Closed => "it closed the connection",
            Self::TooLarge => "its answer was too long",
            Self::Status(500) => {
                "it refused to list the queues (does the user have the read policy?)"
            }
            Self::Status(404 | 400) => {
                "it has no REST interface there (RouterOS 7.1 or newer, 7.9 for plain http)"
            }
            Self::Status(_) => "it refused to list the queues",
            Self::Rejected => {
                "its command line refused to list the queues (does the user have the read policy?)"
            }
            Self::Busy => "it has no session to spare (is somebody logged in too often?)",
            Self::HostKeyUnknown => {
                "its SSH host key is not in known_hosts (the log has the command that adds it)"
            }
            Self::HostKeyChanged => {
                "its SSH host key is not the one in known_hosts (the log has both)"
            }
            Self::KeyFile => {
                "our SSH key file cannot be used: missing, unreadable, or open to others"
            }
            Self::Ssh => "no SSH server there, or none with an algorithm in common",
        }
    }

    /// Whether it stays so until somebody does something about it: trying again at once is useless.
    pub const fn needs_a_person(self) -> bool {
        matches!(
            self,
            Self::Unauthorized
                | Self::Tls
                | Self::HostKeyUnknown
                | Self::HostKeyChanged
                | Self::KeyFile
        )
    }
}
