//! Which WAN the packets leave by.

use core::fmt;
use std::net::{IpAddr, SocketAddr};

use socket2::Socket;

use super::Errno;

/// Ties sockets to one WAN. Empty: the routing table decides.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Binding {
    /// Address to send from.
    pub source: Option<IpAddr>,
    /// Interface to send through (`SO_BINDTODEVICE`).
    pub interface: Option<String>,
}

/// A probe that leaves by the wrong WAN is worse than none, so this is never passed over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BindingError {
    /// The source address is not this machine's.
    Source {
        /// That address.
        address: IpAddr,
        /// Why.
        errno: Errno,
    },
    /// The source address is of the other IP version than the reflectors.
    OtherVersion {
        /// That address.
        address: IpAddr,
    },
    /// The interface does not exist, or is not ours to use.
    Interface {
        /// Its name.
        name: String,
        /// Why.
        errno: Errno,
    },
}

impl fmt::Display for BindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source { address, errno } => {
                write!(f, "cannot send from source address {address}: {errno}")
            }
            Self::OtherVersion { address } => write!(
                f,
                "source address {address} cannot reach reflectors of the other IP version"
            ),
            Self::Interface { name, errno } => {
                write!(f, "cannot send through interface {name}: {errno}")
            }
        }
    }
}

impl core::error::Error for BindingError {}

impl Binding {
    /// Whether packets of this IP version can leave at all.
    pub(super) fn allows(&self, v4: bool) -> bool {
        self.source.is_none_or(|address| address.is_ipv4() == v4)
    }

    /// Ties a fresh socket. Allocates only to report an error.
    pub(super) fn apply(&self, socket: &Socket, v4: bool) -> Result<(), BindingError> {
        if let Some(name) = &self.interface {
            socket
                .bind_device(Some(name.as_bytes()))
                .map_err(|error| BindingError::Interface {
                    name: name.clone(),
                    errno: error.into(),
                })?;
        }
        if let Some(address) = self.source {
            if !self.allows(v4) {
                return Err(BindingError::OtherVersion { address });
            }
            socket
                .bind(&SocketAddr::new(address, 0).into())
                .map_err(|error| BindingError::Source {
                    address,
                    errno: error.into(),
                })?;
        }
        Ok(())
    }
}
