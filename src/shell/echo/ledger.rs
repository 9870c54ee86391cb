//! Timestamp requests under way: their replies say nothing of when they left, nor to whom.

use crate::control::prober::{ROUNDS_IN_FLIGHT, Target};
use crate::time::Instant;
use crate::wire::icmp::timestamp::{DAY_MS, Request};

#[derive(Clone, Copy, Debug)]
struct Entry {
    asked: Asked,
    request: Request,
}

/// What is known of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Asked {
    pub(super) target: Target,
    pub(super) sent_at: Instant,
}

/// The newest of them; there is one a round at most.
#[derive(Debug)]
pub(super) struct Ledger {
    /// When our day begins, in milliseconds. It is nobody's business what time it is here; and who does not
    /// see our requests has one chance in 86 million to guess what is in them.
    day_begins: u32,
    entries: [Option<Entry>; ROUNDS_IN_FLIGHT],
}

impl Ledger {
    /// `random` is what nobody can guess.
    pub(super) fn new(random: u64) -> Self {
        let day_begins = u32::try_from(random % u64::from(DAY_MS)).unwrap_or(0);
        Self {
            day_begins,
            entries: [None; ROUNDS_IN_FLIGHT],
        }
    }

    /// What to write into a request that is about to leave.
    pub(super) fn note(&mut self, seq: u16, asked: Asked) -> Request {
        let ms = asked.sent_at.as_micros() / 1_000 + u64::from(self.day_begins);
        let request = Request {
            seq,
            originate: u32::try_from(ms % u64::from(DAY_MS)).unwrap_or(0),
        };
        self.entries[slot(seq)] = Some(Entry { asked, request });
        request
    }

    /// Whose reply this is; each has one.
    pub(super) fn settle(&mut self, seq: u16, originate: u32) -> Option<Asked> {
        let request = Request { seq, originate };
        let entry = self.entries[slot(seq)].take_if(|entry| entry.request == request)?;
        Some(entry.asked)
    }
}

fn slot(seq: u16) -> usize {
    usize::from(seq) % ROUNDS_IN_FLIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_known_by_the_time_that_it_repeats() {
        let mut ledger = Ledger::new(u64::MAX);
        let asked = Asked {
            target: Target::Reflector(3),
            sent_at: Instant::from_micros(86_399_999_999),
        };
        let request = ledger.note(7, asked);
        assert!(request.originate < DAY_MS);
        assert_eq!(ledger.settle(7, request.originate ^ 1), None);
        assert_eq!(ledger.settle(7 + 64, request.originate), None);
        assert_eq!(ledger.settle(7, request.originate), Some(asked));
        assert_eq!(ledger.settle(7, request.originate), None, "a duplicate");
    }
}
