//! Which way packets take through the router: through the queues, or around them.

use super::table::Table;
use super::{Router, firewall};
use crate::units::Rate;

/// Parents of parents; RouterOS allows no deeper trees.
const DEPTH: usize = 8;
/// The parent that is no interface.
const GLOBAL: &str = "global";

/// What becomes of a queue's traffic, until something is changed.
#[derive(Clone, Debug)]
pub(super) struct Course {
    queue: String,
    version: u64,
    /// The port it leaves through.
    pub(super) parent: Option<String>,
    pub(super) goes_around: bool,
}

impl Router {
    /// The same number means that every queue does to the traffic what it did.
    pub fn course_version(&self) -> u64 {
        let versions = [&self.queues.table, &self.filter, &self.settings].map(Table::version);
        versions.iter().sum::<u64>() * 2 + u64::from(self.leaks)
    }

    /// Where the course of a queue's traffic is kept.
    pub(super) fn course(&mut self, queue: &str) -> usize {
        let version = self.course_version();
        let known = self.courses.iter().position(|course| course.queue == queue);
        if let Some(index) = known
            && self.courses[index].version == version
        {
            return index;
        }
        let row = self.queues.table.named(queue);
        let course = Course {
            queue: queue.to_owned(),
            version,
            parent: row.and_then(|row| row.value("parent")).map(str::to_owned),
            goes_around: self.goes_around(queue),
        };
        if let Some(index) = known {
            self.courses[index] = course;
            return index;
        }
        self.courses.push(course);
        self.courses.len() - 1
    }

    /// The same number means that what was asked before would be answered as before, but for counters.
    pub(super) fn version(&self) -> u64 {
        let lists = [
            &self.queues.table,
            &self.types,
            &self.simple,
            &self.filter,
            &self.mangle,
            &self.address_list,
            &self.services,
            &self.certificates,
            &self.access.active,
        ];
        self.access.version() + lists.map(Table::version).iter().sum::<u64>()
    }

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
        self.allows_fast_path() && self.filter.rows().iter().any(firewall::fasttracks)
    }

    fn allows_fast_path(&self) -> bool {
        self.settings.rows()[0].is_on("allow-fast-path")
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

    /// The same number means the same services.
    pub const fn services_version(&self) -> u64 {
        self.services.version()
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
