//! Writes that a busy router has taken, and does long after whoever asked has given them up.

use super::double::Router;
use super::double::cli::{CliOutcome, is_write};
use super::double::faults::FOREVER;
use super::double::http::{Request, Response};
use crate::time::Instant;

/// What is still to be done, the next one first: they are done in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Belated(Vec<(Instant, Deed)>);

/// One write.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Request(Request),
    Line(String),
}

impl Deed {
    pub(super) fn done(self, now: Instant, router: &mut Router) {
        match self {
            Self::Request(request) => drop(router.answer(now, &request)),
            Self::Line(line) => drop(router.run_cli(now, &line)),
        }
    }
}

impl Belated {
    /// Keeps a write for later; the silence that answers it. `None`: it is none.
    pub(super) fn takes(&mut self, at: Instant, request: &Request) -> Option<Response> {
        if request.method == "GET" {
            return None;
        }
        self.keep(at, Deed::Request(request.clone()));
        Some(Response {
            after: FOREVER,
            ..Response::default()
        })
    }

    /// The same of a console line.
    pub(super) fn takes_line(&mut self, at: Instant, line: &str) -> Option<CliOutcome> {
        if !is_write(line) {
            return None;
        }
        self.keep(at, Deed::Line(line.to_owned()));
        Some(CliOutcome {
            after: FOREVER,
            dropped: true,
            ..CliOutcome::default()
        })
    }

    /// The next one whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<(Instant, Deed)> {
        let is_due = self.0.first().is_some_and(|(at, _)| *at <= now);
        is_due.then(|| self.0.remove(0))
    }

    pub(super) const fn is_owed(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    fn keep(&mut self, at: Instant, deed: Deed) {
        let place = self.0.partition_point(|(other, _)| *other <= at);
        self.0.insert(place, (at, deed));
    }
}
