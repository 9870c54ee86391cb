//! Where the program touches the system. Nothing here decides anything, and no [`std::io::Error`]
//! leaves: outside, every border has its own error.

pub mod binding;
pub mod clock;
pub mod connect;
pub mod echo;
mod errno;
pub mod lock;
pub mod realtime;
pub mod resolver;
pub mod systemd;
pub mod timer;

pub use errno::Errno;
