//! The simulated world on real loopback sockets: a router that speaks HTTP(S), reflectors that echo
//! after the line's RTT, and the line between them.
//!
//! `wanctl demo` plays on it, and so do the integration tests. Servers here are threaded and
//! blocking, unlike the daemon: a double that shared the daemon's machinery would share its errors.

pub mod certificate;
pub mod cli_socket;
pub mod clock;
pub mod connection;
mod port;
pub mod reflectors;
pub mod router;
pub mod stop;
pub mod world;
