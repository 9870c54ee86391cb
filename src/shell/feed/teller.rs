//! What the log says of the feed: each change once, and only if it lasts.

use core::fmt::Write as _;

use log::{Level, log};

use super::documents::Documents;
use super::live::Live;
use super::{DocumentTrouble, LiveTrouble};
use crate::steering::ZONE_FRESH;
use crate::time::{Duration, Instant};

/// A change is told when it has lasted so long: until then, the last live word still counts.
const LASTS_FOR: Duration = ZONE_FRESH;

/// What was told.
#[derive(Debug, Default)]
pub(super) struct Teller {
    document: Story<Result<usize, DocumentTrouble>>,
    live: Story<Result<(), LiveTrouble>>,
}

impl Teller {
    /// Tells what has changed.
    pub(super) fn tell(&mut self, now: Instant, documents: &Documents, live: Option<&Live>) {
        for (level, line) in self.lines(now, documents, live).into_iter().flatten() {
            log!(level, "{line}");
        }
    }

    pub(super) fn lines(
        &mut self,
        now: Instant,
        documents: &Documents,
        live: Option<&Live>,
    ) -> [Option<(Level, String)>; 2] {
        let state = documents.state(now);
        let document = self.document.is_news(now, state);
        let live = live.filter(|live| self.live.is_news(now, live.state()));
        [
            document.then(|| document_line(documents, state)),
            live.map(live_line),
        ]
    }
}

fn document_line(documents: &Documents, state: Result<usize, DocumentTrouble>) -> (Level, String) {
    if let Ok(n) = state {
        let path = documents.path(n).display();
        return (Level::Info, format!("Baseline RTT is read from {path}"));
    }
    let mut line = String::from("No state document of autorate's can be used");
    let mut separator = ": ";
    for (path, trouble) in documents.troubles() {
        // A String takes everything.
        let _ = write!(line, "{separator}{} {trouble}", path.display());
        separator = "; ";
    }
    (Level::Warn, line)
}

fn live_line(live: &Live) -> (Level, String) {
    let address = live.address();
    match live.state() {
        Ok(()) => (
            Level::Info,
            format!("Autorate's zone is read from http://{address}/health"),
        ),
        Err(trouble) => (
            Level::Warn,
            format!("Autorate's zone is not known: http://{address}/health {trouble}"),
        ),
    }
}

/// One matter, as it was told and since when it is otherwise.
#[derive(Debug)]
struct Story<T> {
    told: Option<T>,
    changed_at: Option<Instant>,
}

impl<T> Default for Story<T> {
    fn default() -> Self {
        Self {
            told: None,
            changed_at: None,
        }
    }
}

impl<T: Copy + PartialEq> Story<T> {
    /// Whether `state` is to be told now.
    fn is_news(&mut self, now: Instant, state: T) -> bool {
        if self.told == Some(state) {
            self.changed_at = None;
            return false;
        }
        let since = *self.changed_at.get_or_insert(now);
        let due = now - since >= LASTS_FOR;
        if due {
            self.told = Some(state);
            self.changed_at = None;
        }
        due
    }
}
