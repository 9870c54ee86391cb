//! A world that exists only in memory: a line, a router, and what happens to them over time.
//!
//! ```text
//! schedule ──▶ line ◀── max-limit ── double (RouterOS) ◀── requests
//!                └──── carried bytes ──▶ counters
//! ```
//!
//! Nothing here opens a socket, reads a clock or starts a thread: tests run hours of it in virtual
//! time, and `cli/stage` puts the same world behind real loopback sockets.

mod belated;
pub mod double;
pub mod leg;
pub mod line;
pub mod random;
pub mod scene;
pub mod schedule;
pub mod trial;
pub mod wires;
