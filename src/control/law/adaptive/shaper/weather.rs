//! Delay that is not ours: hold, until it is over or a queue of ours comes on top.

use super::{Blocker, NotOurs, OVER_SHARE, Said, Seen, Shaper, TRIP, TRIP_MOST, View, held};
use crate::time::Instant;

impl Shaper {
    pub(super) fn weather(
        &mut self,
        now: Instant,
        view: &View,
        seen: &Seen,
        entry: f64,
        why: NotOurs,
    ) -> Said {
        if seen.delta < OVER_SHARE * seen.threshold {
            self.enter_clear(now);
            return held(Blocker::Weather);
        }
        let more = seen.delta > entry + seen.threshold;
        let less = why == NotOurs::Obeyed && seen.delta < entry - seen.threshold;
        match why {
            NotOurs::Trial { until } if more || now >= until => self.cut(now, view, seen),
            NotOurs::Gone { until } if now >= until && seen.achieved > self.enough() => {
                self.cut(now, view, seen)
            }
            // What was proven of that delay is not proven of another one.
            NotOurs::Obeyed | NotOurs::Gone { .. }
                if (more || less) && seen.achieved > self.enough() =>
            {
                self.enter_clear(now);
                // What is on top of the weather has been seen already.
                self.evidence = TRIP_MOST * TRIP * seen.threshold;
                held(Blocker::Weather)
            }
            NotOurs::Trial { .. } | NotOurs::Obeyed | NotOurs::Gone { .. } => {
                held(Blocker::Weather)
            }
        }
    }
}
