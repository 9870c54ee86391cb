//! GREEN / YELLOW / SOFT_RED / RED: how bad the delay is, and for how many cycles.

use core::fmt;

use crate::units::Millis;

/// Congestion severity. Ordered: `Green < Yellow < SoftRed < Red`.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Zone {
    /// The line is not congested.
    #[default]
    Green,
    /// Delay is building.
    Yellow,
    /// Delay is bad (download only).
    SoftRed,
    /// Delay is very bad.
    Red,
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::SoftRed => "SOFT_RED",
            Self::Red => "RED",
        })
    }
}

/// The upper edge of each zone, as delta over baseline. An edge belongs to the milder zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// GREEN up to here.
    pub green: Millis,
    /// YELLOW up to here.
    pub yellow: Millis,
    /// SOFT_RED up to here; `None` is the three-zone direction, where above `yellow` is RED.
    pub soft_red: Option<Millis>,
}

impl Thresholds {
    /// The zone of a delta; every edge belongs to the milder zone (contract 3.5).
    pub fn classify(&self, delta: Millis) -> Zone {
        match delta {
            d if d <= self.green => Zone::Green,
            d if d <= self.yellow => Zone::Yellow,
            d if self.soft_red.is_some_and(|edge| d <= edge) => Zone::SoftRed,
            _ => Zone::Red,
        }
    }

    /// The edge a delta had to cross to be in `zone`; for GREEN the edge it fell below.
    pub fn edge_of(&self, zone: Zone) -> Millis {
        match zone {
            Zone::Green | Zone::Yellow => self.green,
            Zone::SoftRed => self.yellow,
            Zone::Red => self.soft_red.unwrap_or(self.yellow),
        }
    }
}

/// v1.7's three counters, as its state document spells them; at most one is not zero.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Streaks {
    /// Consecutive GREEN cycles.
    pub green: u32,
    /// Consecutive SOFT_RED cycles.
    pub soft_red: u32,
    /// Consecutive RED cycles.
    pub red: u32,
}

/// The current zone and how many cycles in a row it has held. One counter: it cannot contradict itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ZoneTracker {
    zone: Zone,
    streak: u32,
}

impl ZoneTracker {
    /// Takes this cycle's zone; returns for how many cycles it has now held.
    pub fn observe(&mut self, zone: Zone) -> u32 {
        self.streak = if zone == self.zone {
            self.streak.saturating_add(1)
        } else {
            1
        };
        self.zone = zone;
        self.streak
    }

    /// The zone of the last cycle.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// A spike: what was building toward a raise starts over.
    pub const fn interrupt(&mut self) {
        self.streak = 0;
    }

    /// As v1.7 writes it down.
    pub fn streaks(&self) -> Streaks {
        let only = |zone| if self.zone == zone { self.streak } else { 0 };
        Streaks {
            green: only(Zone::Green),
            soft_red: only(Zone::SoftRed),
            red: only(Zone::Red),
        }
    }

    /// From v1.7's counters; where they contradict each other, the worst zone wins.
    pub const fn from_streaks(streaks: Streaks) -> Self {
        let (zone, streak) = match streaks {
            Streaks { red: n @ 1.., .. } => (Zone::Red, n),
            Streaks {
                soft_red: n @ 1.., ..
            } => (Zone::SoftRed, n),
            Streaks { green, .. } => (Zone::Green, green),
        };
        Self { zone, streak }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_belongs_to_the_milder_zone() {
        let four = Thresholds {
            green: Millis::of(15),
            yellow: Millis::of(45),
            soft_red: Some(Millis::of(80)),
        };
        let three = Thresholds {
            soft_red: None,
            ..four
        };
        for (ms, down, up) in [
            (0, Zone::Green, Zone::Green),
            (15, Zone::Green, Zone::Green),
            (16, Zone::Yellow, Zone::Yellow),
            (45, Zone::Yellow, Zone::Yellow),
            (46, Zone::SoftRed, Zone::Red),
            (80, Zone::SoftRed, Zone::Red),
            (81, Zone::Red, Zone::Red),
        ] {
            assert_eq!(four.classify(Millis::of(ms)), down, "{ms} ms down");
            assert_eq!(three.classify(Millis::of(ms)), up, "{ms} ms up");
        }
    }

    #[test]
    fn streaks_survive_the_state_document() {
        let mut tracker = ZoneTracker::default();
        for zone in [Zone::Red, Zone::SoftRed, Zone::SoftRed, Zone::Green] {
            tracker.observe(zone);
            assert_eq!(ZoneTracker::from_streaks(tracker.streaks()), tracker);
        }
    }
}
