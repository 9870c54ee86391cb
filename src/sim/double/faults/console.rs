//! The same faults at the console, which has no HTTP: what is about bytes becomes a broken session,
//! what is about the web server passes it by.

use super::Fault;
use crate::sim::double::Router;
use crate::sim::double::cli::{CliOutcome, is_write};
use crate::sim::double::www::Latency;
use crate::time::{Duration, Instant};

/// A client that waits longer deserves it.
pub(crate) const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);
/// RouterOS's words for an internal timeout, seen in the field.
const TIMED_OUT: &str = "action timed out - try again, if error continues contact MikroTik support \
                         and send a supout file (13)\r\n";

impl Fault {
    /// What the console says to a line with this fault.
    pub fn run_cli(self, now: Instant, router: &mut Router, line: &str) -> CliOutcome {
        if let Some(outcome) = self.console_instead(router, line) {
            router.journal.note_cli(now, line);
            return outcome;
        }
        match self {
            Self::EmptyList => router.without_queues(|router| router.run_cli(now, line)),
            Self::ClampsTo(rate) => {
                router.clamp(Some(rate));
                let outcome = router.run_cli(now, line);
                router.clamp(None);
                outcome
            }
            Self::HalfResponse => {
                let mut outcome = router.run_cli(now, line);
                let half = outcome.output.chars().count() / 2;
                outcome.output = outcome.output.chars().take(half).collect();
                outcome.dropped = true;
                outcome
            }
            Self::RefusesWhatItDid => {
                let mut outcome = router.run_cli(now, line);
                outcome.output.push_str(TIMED_OUT);
                outcome
            }
            Self::Confused => router.run_cli(now, "/system resource print"),
            Self::SlowBy(more) => later(router.run_cli(now, line), more),
            Self::Latency => {
                let more = router.www.draw(Latency::Ssh);
                later(router.run_cli(now, line), more)
            }
            Self::Budget => {
                let more = router.www.spend(now);
                later(router.run_cli(now, line), more)
            }
            _ => router.run_cli(now, line),
        }
    }

    /// What the console says without doing anything.
    fn console_instead(self, router: &Router, line: &str) -> Option<CliOutcome> {
        let dropped = |after| CliOutcome {
            after,
            dropped: true,
            ..CliOutcome::default()
        };
        let says = |output: &str| CliOutcome {
            output: output.to_owned(),
            status: router.cli.error_status,
            ..CliOutcome::default()
        };
        match self {
            Self::Garbage => Some(says("\0\u{1b}[c\u{fffd}this is no console\u{7}")),
            Self::Silence => Some(dropped(FOREVER)),
            Self::Reset | Self::SessionLimit(0) => Some(dropped(Duration::ZERO)),
            // A console has no limit of a minute; that the session then breaks is assumed.
            Self::Hangs(span) => Some(dropped(span)),
            Self::HangingWrites(queue, span) => {
                let written = is_write(line) && queue.is_none_or(|name| line.contains(name));
                written.then(|| dropped(span))
            }
            // Credentials are SSH's business; of the others only the text is left.
            Self::Status(401) => None,
            Self::Forbids(word) if line.contains(word) => {
                Some(says("not enough permissions (9)\r\n"))
            }
            Self::Status(403) => Some(says("not enough permissions (9)\r\n")),
            Self::Status(404) => Some(says("no such item\r\n")),
            Self::Status(_) => Some(says(TIMED_OUT)),
            _ => None,
        }
    }
}

fn later(mut outcome: CliOutcome, more: Duration) -> CliOutcome {
    outcome.after = outcome.after + more;
    outcome
}
