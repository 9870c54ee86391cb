//! What was asked of the router, in order: tests judge a client by it.

use std::collections::VecDeque;

use super::http::Request;
use crate::time::Instant;

/// Requests remembered; a demo may run for days.
const KEPT: usize = 10_000;

/// The method of console lines.
const CLI: &str = "CLI";

/// Posted commands that change nothing.
const READING: [&str; 5] = ["/print", "/find", "/get", "/listen", "/monitor-traffic"];

/// One request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// When it was complete.
    pub at: Instant,
    /// `GET`, `PATCH`, ...; `CLI` for a console line.
    pub method: String,
    /// With the query; the console line itself.
    pub path: String,
    /// The body as text.
    pub body: String,
}

impl Entry {
    /// Whether it asked for a change.
    pub fn is_write(&self) -> bool {
        if self.method == CLI {
            return super::cli::is_write(&self.path);
        }
        if self.path == "/rest/execute" {
            return super::commands::script_of(self.body.as_bytes())
                .is_ok_and(|(script, _)| super::cli::is_write(&script));
        }
        let reads = READING.iter().any(|command| self.path.ends_with(command));
        self.method != "GET" && self.method != "HEAD" && !reads
    }
}

/// The newest requests, and how many there were in all.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    total: u64,
    /// It only counts.
    pub forgets: bool,
}

impl Journal {
    /// Remembers a request.
    pub fn note(&mut self, now: Instant, request: &Request) {
        self.total += 1;
        if self.forgets {
            return;
        }
        self.push(Entry {
            at: now,
            method: request.method.clone(),
            path: request.path.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        });
    }

    /// Remembers a console line.
    pub fn note_cli(&mut self, now: Instant, line: &str) {
        self.total += 1;
        if self.forgets {
            return;
        }
        self.push(Entry {
            at: now,
            method: CLI.to_owned(),
            path: line.to_owned(),
            body: String::new(),
        });
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// Oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Requests since the start, forgotten ones included.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Forgets what was asked so far.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
