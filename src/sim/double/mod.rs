//! A RouterOS for tests and demos: the menus wanctl touches, and their REST face, as strict and as
//! odd as the real one (reference: `routeros.md`; what no source knows is marked "assumed").
//!
//! One file per menu, `model` for what can be done to all of them. Two faces: `serve` is the path
//! from a REST request to a menu and back, `cli` that from a console line.

pub mod access;
mod certificate;
pub mod cli;
mod commands;
#[cfg(test)]
mod contract;
pub mod faults;
mod firewall;
mod hand;
pub mod http;
mod interface;
mod ip;
pub mod journal;
mod known;
mod menu;
mod model;
mod package;
mod path;
pub mod profile;
mod query;
mod queue_simple;
mod queue_tree;
mod queue_type;
pub mod record;
pub mod refusal;
mod serve;
mod system;
mod table;
pub mod www;

use access::Access;
use cli::CliOptions;
use http::{Request, Response};
use interface::Passed;
use journal::Journal;
use known::Known;
use path::Course;
use profile::Profile;
use queue_tree::QueueTree;
use record::Record;
use system::System;
use table::Table;
use www::Www;

use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Its accidents are the same every time.
const SEED: u64 = 7;

/// What a router is when the story starts.
#[derive(Clone, Debug)]
pub struct RouterOptions {
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// The names of the two queues.
    pub queues: Both<String>,
    /// The names of their CAKE types.
    pub queue_types: Both<String>,
    /// Their limits.
    pub max_limit: Both<Rate>,
    /// Which RouterOS it is.
    pub profile: Profile,
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
            queue_types: Both {
                down: "cake-down".to_owned(),
                up: "cake-up".to_owned(),
            },
            max_limit: Both {
                down: Rate::mbit(500),
                up: Rate::mbit(40),
            },
            profile: Profile::default(),
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
    /// Ports whose traffic takes the fast path although a tree hangs at them, as it was measured on an
    /// RB5009; as long as `/ip/settings` allows a fast path.
    pub leaks: bool,
    /// What the sources do not agree about, of the console.
    pub cli: CliOptions,
    /// How its web server bears load and aborts.
    pub www: Www,
    /// How long a change waits before it is in flash: after a power cut younger ones are lost.
    /// RouterOS says up to 40 s for files; zero, and nothing is ever lost, unless a test says so.
    pub flush_after: Duration,
    queues: QueueTree,
    types: Table,
    simple: Table,
    filter: Table,
    mangle: Table,
    address_list: Table,
    interfaces: Table,
    /// What their counters do not show yet.
    passed: Passed,
    services: Table,
    webserver: Table,
    settings: Table,
    certificates: Table,
    identity: Table,
    package_update: Table,
    /// The queues and the rules as they are in flash, and since when that is not what they are.
    saved: Vec<Record>,
    saved_rules: Vec<Record>,
    dirty_since: Option<Instant>,
    system: System,
    needless: u64,
    known: Known,
    /// What becomes of the traffic of each queue that was carried.
    courses: Vec<Course>,
    profile: Profile,
    /// A router that applies no more than this, whatever it is told.
    clamp: Option<Rate>,
}

impl Router {
    /// As `options` say.
    pub fn new(options: &RouterOptions) -> Self {
        let mut queues = QueueTree::new();
        for (direction, parent) in [(Direction::Down, "bridge"), (Direction::Up, "ether1")] {
            let limit = options.max_limit[direction];
            let kind = &options.queue_types[direction];
            queues.add(&options.queues[direction], parent, kind, limit);
        }
        Self {
            access: Access::new(&options.user, &options.password),
            journal: Journal::default(),
            leaks: false,
            cli: CliOptions::default(),
            www: Www::new(SEED),
            flush_after: Duration::ZERO,
            saved: queues.table.rows().to_vec(),
            saved_rules: Vec::new(),
            dirty_since: None,
            queues,
            types: queue_type::table(&options.queue_types),
            simple: queue_simple::table(),
            filter: firewall::filter(),
            mangle: firewall::mangle(),
            address_list: firewall::address_list(),
            interfaces: interface::table(),
            passed: Passed::default(),
            services: ip::services(options.profile),
            webserver: ip::webserver(),
            settings: ip::settings(),
            certificates: certificate::table(),
            identity: system::identity(),
            package_update: package::table(),
            system: System::new(options.profile),
            needless: 0,
            known: Known::default(),
            courses: Vec::new(),
            profile: options.profile,
            clamp: None,
        }
    }

    /// Answers one request, and remembers it.
    pub fn answer(&mut self, now: Instant, request: &Request) -> Response {
        self.journal.note(now, request);
        if let Some(response) = self.serve_again(request) {
            return response;
        }
        self.watched(now, |router| {
            let served = router.serve(now, request);
            served.unwrap_or_else(Response::from)
        })
    }

    /// What a queue lets through, zero being unlimited; `None` if it is missing or disabled.
    pub fn max_limit(&self, queue: &str) -> Option<Rate> {
        self.queues.max_limit(queue)
    }

    /// A queue as it would be printed.
    pub fn queue(&self, name: &str) -> Option<&Record> {
        self.queues.table.named(name)
    }

    /// From now on no `max-limit` above `most` is applied, though every write is answered with 200.
    pub const fn clamp(&mut self, most: Option<Rate>) {
        self.clamp = most;
    }

    /// Traffic went through a queue and out of its parent, and this much waits in it.
    pub fn carry(&mut self, now: Instant, queue: &str, bytes: u64, queued: u64) {
        let index = self.course(queue);
        let course = &self.courses[index];
        if let Some(parent) = &course.parent {
            self.passed.note(parent, bytes);
        }
        if !course.goes_around {
            self.queues.carry(now, queue, bytes, queued);
        }
    }

    /// Changes that ended up in flash; `write-sect-total` moves with it.
    pub const fn persisted_writes(&self) -> u64 {
        self.system.writes
    }

    /// Writes that found a queue as they wanted it: each was a request for nothing.
    pub const fn needless_writes(&self) -> u64 {
        self.needless
    }
}
