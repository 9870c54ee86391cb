//! Bytes to messages and back, over buffers the caller owns. PURE: no sockets, no clock.

pub mod certificate;
pub mod http;
pub mod icmp;
pub mod routeros;
pub mod routeros_cli;
