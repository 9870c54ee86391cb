//! A RouterOS for tests and demos: the menus wanctl touches, and their REST face, as strict and as
//! odd as the real one (reference: `routeros.md`; what no source knows is marked "assumed").
//!
//! One file per menu; `serve` is the path from a request to a menu and back. Still to come with the
//! steering daemon: mangle, address lists, enable/disable, execute, CLI text over SSH.

pub mod access;
#[cfg(test)]
mod contract;
pub mod faults;
pub mod http;
mod interface;
pub mod journal;
mod knobs;
mod menu;
mod query;
mod queue_tree;
mod queue_type;
pub mod record;
pub mod refusal;
mod serve;
mod system;
mod table;

use access::Access;
use http::{Request, Response};
use journal::Journal;
use queue_tree::QueueTree;
use record::Record;
use system::System;
use table::Table;

use crate::direction::{Both, Direction};
use crate::time::Instant;
use crate::units::Rate;

/// What a router is when the story starts.
#[derive(Clone, Debug)]
pub struct RouterOptions {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// The names of the two queues.
    pub queues: Both<String>,
    /// Their limits.
    pub max_limit: Both<Rate>,
}

impl Default for RouterOptions {
    fn default() -> Self {
        Self {
            user: "wanctl".to_owned(),
            password: "secret".to_owned(),
            queues: Both {
                down: "WAN-Download".to_owned(),
                up: "WAN-Upload".to_owned(),
            },
            max_limit: Both {
                down: Rate::mbit(500),
                up: Rate::mbit(40),
            },
        }
    }
}

/// A router with two CAKE queues.
#[derive(Clone, Debug)]
pub struct Router {
    /// Who may log in, and with which policies.
    pub access: Access,
    /// What was asked so far.
    pub journal: Journal,
    /// Traffic goes around the queues (fast-tracked): only the interfaces count it.
    pub bypassed: bool,
    queues: QueueTree,
    types: Table,
    interfaces: Table,
    system: System,
    /// A router that applies no more than this, whatever it is told.
    clamp: Option<Rate>,
}

impl Router {
    /// As `options` say.
    pub fn new(options: &RouterOptions) -> Self {
        let mut queues = QueueTree::new();
        for (direction, parent, kind) in [
            (Direction::Down, "bridge", "cake-down"),
            (Direction::Up, "ether1", "cake-up"),
        ] {
            let limit = options.max_limit[direction];
            queues.add(&options.queues[direction], parent, kind, limit);
        }
        Self {
            access: Access::new(&options.user, &options.password),
            journal: Journal::default(),
            bypassed: false,
            queues,
            types: queue_type::table(),
            interfaces: interface::table(),
            system: System::new(),
            clamp: None,
        }
    }

    /// Answers one request, and remembers it.
    pub fn answer(&mut self, now: Instant, request: &Request) -> Response {
        self.journal.note(now, request);
        self.serve(now, request).unwrap_or_else(Response::from)
    }

    /// What a queue lets through, zero being unlimited; `None` if it is missing or disabled.
    pub fn max_limit(&self, queue: &str) -> Option<Rate> {
        self.queues.max_limit(queue)
    }

    /// Somebody changed a queue by hand.
    pub fn set_max_limit(&mut self, queue: &str, rate: Rate) {
        if let Some(row) = self.queues.named_mut(queue) {
            row.set_number("max-limit", rate.as_bps());
        }
    }

    /// Somebody changed anything else of a queue by hand: a property, or a comment with odd bytes.
    pub fn set_queue_property(&mut self, queue: &str, name: &str, value: &str) {
        if let Some(row) = self.queues.named_mut(queue) {
            row.set(name, value);
        }
    }

    /// A queue as it would be printed.
    pub fn queue(&self, name: &str) -> Option<&Record> {
        self.queues.table.named(name)
    }

    /// Adds a queue below `parent`.
    pub fn add_queue(&mut self, name: &str, parent: &str, queue_type: &str, max_limit: Rate) {
        self.queues.add(name, parent, queue_type, max_limit);
    }

    /// Removes a queue; its traffic is no longer shaped.
    pub fn remove_queue(&mut self, name: &str) {
        let rows = &mut self.queues.table.rows;
        rows.retain(|row| row.value("name") != Some(name));
    }

    /// A backup was restored: the same queues, other ids.
    pub fn renumber_queues(&mut self) {
        self.queues.renumber();
    }

    /// From now on no `max-limit` above `most` is applied, though every write is answered with 200.
    pub const fn clamp(&mut self, most: Option<Rate>) {
        self.clamp = most;
    }

    /// Traffic went through a queue and out of its parent, and this much waits in it.
    pub fn carry(&mut self, now: Instant, queue: &str, bytes: u64, queued: u64) {
        let parent = self.queues.table.named(queue);
        let parent = parent.and_then(|queue| self.interfaces.find(queue.value("parent")?));
        if let Some(index) = parent {
            self.interfaces.rows[index].count("tx-byte", bytes);
        }
        if !self.bypassed {
            self.queues.carry(now, queue, bytes, queued);
        }
    }

    /// Power failed and came back: limits stay, counters and uptime start over.
    pub fn reboot(&mut self, now: Instant) {
        self.system.booted_at = now;
        self.system.writes_since_boot = 0;
        self.queues.reset_counters(None);
    }

    /// Changes that ended up in flash; `write-sect-total` moves with it. Whether RouterOS merges
    /// quick successions nobody has published, so each change counts (assumed).
    pub const fn persisted_writes(&self) -> u64 {
        self.system.writes
    }
}
