//! Where the program touches the system. Nothing here decides anything, and no [`std::io::Error`]
//! leaves: outside, every border has its own error.

pub mod access;
#[cfg(feature = "history")]
pub mod archive;
pub mod binding;
pub mod certificate;
#[cfg(feature = "history")]
pub mod chronicler;
pub mod clock;
pub mod connect;
mod departures;
pub mod directory;
pub mod echo;
mod errno;
pub mod event_loop;
pub mod feed;
pub mod herald;
pub mod http_server;
pub mod https;
pub mod journal;
pub mod lock;
pub mod realtime;
pub mod resolver;
pub mod rest_port;
pub mod router_port;
pub mod scribe;
mod short_file;
pub mod signals;
pub mod sites;
#[cfg_attr(not(feature = "ssh"), path = "no_ssh.rs")]
pub mod ssh;
pub mod stream;
pub mod systemd;
pub mod terminal;
pub mod timer;
pub mod tls;
mod tokens;
pub mod wan_ports;
pub mod when;
mod zone;

pub use errno::Errno;
