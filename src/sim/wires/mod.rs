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
use crate::router::Failure;

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

/// What lies between us and one service of the router.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Door {
    /// Nothing.
    #[default]
    Open,
    /// No connection comes about, for this reason, and those that stood are closed.
    Shut(Failure),
    /// Nothing gets through, and nobody says so.
    Void,
}

/// The door of each service.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Doors {
    /// The web server's.
    pub rest: Door,
    /// The SSH server's.
    pub ssh: Door,
}

impl Doors {
    /// The router's cable is out, and its own switch says so.
    pub const UNPLUGGED: Self = Self::both(Door::Shut(Failure::ConnectionRefused));

    /// The same for both.
    pub const fn both(door: Door) -> Self {
        Self {
            rest: door,
            ssh: door,
        }
    }

    /// As long as the cable is in.
    pub const fn plugged(is_in: bool) -> Self {
        if is_in {
            Self::both(Door::Open)
        } else {
            Self::UNPLUGGED
        }
    }
}

/// What is at the other end of the wires.
#[derive(Debug)]
pub struct Far<'a, M> {
    /// The router and its line.
    pub scene: &'a mut Scene,
    /// What is in the way.
    pub doors: Doors,
    /// Who counts.
    pub meter: &'a mut M,
}
