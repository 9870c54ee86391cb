//! The real links in virtual time: what the shell does with sockets and sessions, done with the
//! double's answers and the moments they come at.
//!
//! What a test sees here is what a user would see: bytes in odd pieces, answers that come late or never,
//! connections that break. Only the kernel and libssh2 are left out.

mod rest;
mod ssh;

pub use rest::{RestWire, Traffic};
pub use ssh::SshWire;

use super::scene::Scene;
use crate::program::{Fact, WanId};
use crate::time::Instant;

/// Says which part of the work is the daemon's own, for who counts its allocations.
pub trait Meter {
    /// Runs something that is the world's work.
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T;

    /// A program told something.
    fn told(&mut self, _wan: WanId, _fact: &Fact) {}
}

/// Everything counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

/// What is at the other end of the wires.
#[derive(Debug)]
pub struct Far<'a, M> {
    /// The router and its line.
    pub scene: &'a mut Scene,
    /// Whether the router's cable is out.
    pub unplugged: bool,
    /// Who counts.
    pub meter: &'a mut M,
}

impl<M> Far<'_, M> {
    /// Whether anybody is there at all.
    fn is_up(&self, now: Instant) -> bool {
        !self.unplugged && self.scene.is_up(now)
    }
}
