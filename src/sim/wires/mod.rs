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
use crate::control::actuator::Order;
use crate::router::Event;
use crate::router::ways::{Drive, Way};
use crate::time::Instant;

/// Says which part of the work is the daemon's own, for who counts its allocations.
pub trait Meter {
    /// Runs something that is the world's work.
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T;
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

/// A transport that is not configured.
#[derive(Clone, Copy, Debug)]
pub enum NoWay {}

impl Way for NoWay {
    fn submit(&mut self, _order: Order) {
        match *self {}
    }

    fn is_busy(&self) -> bool {
        match *self {}
    }

    fn wake(&mut self, _now: Instant) {
        match *self {}
    }

    fn sleep(&mut self) {
        match *self {}
    }

    fn look(&mut self, _now: Instant) {
        match *self {}
    }
}

impl<A> Drive<A> for NoWay {
    fn drive(&mut self, _now: Instant, _around: &mut A, _each: &mut dyn FnMut(Event)) {
        match *self {}
    }
}
