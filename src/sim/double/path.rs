//! Which way packets take through the router: through the queues, or around them.

use super::{Router, firewall};
use crate::units::Rate;

/// Parents of parents; RouterOS allows no deeper trees.
const DEPTH: usize = 8;
/// The parent that is no interface.
const GLOBAL: &str = "global";

impl Router {
    /// What a queue does to the traffic: `None` if it is missing, disabled or invalid, or if the traffic
    /// goes around it.
    pub fn shapes(&self, queue: &str) -> Option<Rate> {
        let limit = self.queues.max_limit(queue)?;
        (!self.goes_around(queue)).then_some(limit)
    }

    /// Whether a queue's traffic goes around it: FastTrack takes it past trees below `global`, but not
    /// past those at an interface (routeros.md 6).
    pub(super) fn goes_around(&self, queue: &str) -> bool {
        if self.root(queue) == GLOBAL {
            self.fasttracks()
        } else {
            self.leaks && self.allows_fast_path()
        }
    }

    /// Whether connections are fast-tracked: a rule says so, and the fast path it takes is allowed.
    pub(super) fn fasttracks(&self) -> bool {
        self.allows_fast_path() && self.filter.rows.iter().any(firewall::fasttracks)
    }

    fn allows_fast_path(&self) -> bool {
        self.settings.rows[0].is_on("allow-fast-path")
    }

    /// Where the chain of parents ends.
    fn root<'r>(&'r self, queue: &'r str) -> &'r str {
        let mut at = queue;
        for _ in 0..DEPTH {
            let row = self.queues.table.named(at);
            match row.and_then(|row| row.value("parent")) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    /// Whether a service is on.
    pub fn is_on(&self, service: &str) -> bool {
        let row = self.services.named(service);
        row.is_some_and(|row| !row.is_on("disabled"))
    }

    /// Whether anybody answers at a port of the web server: the service is on, and has that port. One
    /// with TLS that has no certificate accepts, and breaks each handshake off.
    pub fn listens(&self, service: &str, port: u16) -> bool {
        let row = self.services.named(service);
        row.is_some_and(|row| !row.is_on("disabled") && row.number("port") == u64::from(port))
    }

    /// Whether a service with TLS has a certificate.
    pub fn is_certified(&self, service: &str) -> bool {
        let row = self.services.named(service);
        let certificate = row.and_then(|row| row.value("certificate"));
        certificate.is_some_and(|name| self.certificates.named(name).is_some())
    }
}
