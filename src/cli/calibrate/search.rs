//! The search for the highest limit that keeps the line calm (contract 10).
//!
//! Halving, as in v1.7, between [`BOTTOM`] of what the line passes without a limit and all of it. Where v1.7
//! took a bottom that it had never tried if nothing else was calm, the bottom is tried.

use crate::units::Rate;

/// Where the search begins, as a share of the capacity.
pub(super) const BOTTOM: f64 = 0.3;
/// How often the span is halved; what is left of it is 2 % of the capacity.
pub(super) const HALVINGS: u32 = 5;

/// The search of one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// The highest limit that was calm, or the bottom.
    low: Rate,
    /// The lowest that was not, or the capacity.
    high: Rate,
    calm: bool,
    halvings: u32,
    tried_bottom: bool,
}

/// What it came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// The highest limit that was calm.
    Calm(Rate),
    /// Even the bottom was not: limits do not help this line's delay.
    NotEvenBottom(Rate),
}

impl Search {
    /// Below what the line passes without a limit.
    pub(super) fn below(capacity: Rate) -> Self {
        Self {
            low: capacity.times(BOTTOM),
            high: capacity,
            calm: false,
            halvings: 0,
            tried_bottom: false,
        }
    }

    /// The limit to try next; `None` when it is over.
    pub(super) fn next(&self) -> Option<Rate> {
        if self.halvings < HALVINGS {
            let half = (self.low + self.high).as_bps() / 2;
            return Some(Rate::bps(half));
        }
        (!self.calm && !self.tried_bottom).then_some(self.low)
    }

    /// Whether the line was calm at [`next`](Self::next).
    pub(super) fn judge(&mut self, calm: bool) {
        let Some(tried) = self.next() else { return };
        if self.halvings == HALVINGS {
            self.tried_bottom = true;
        } else {
            self.halvings += 1;
        }
        if calm {
            self.low = tried;
            self.calm = true;
        } else if !self.tried_bottom {
            self.high = tried;
        }
    }

    /// What it has come to.
    pub(super) fn found(&self) -> Found {
        if self.calm {
            Found::Calm(self.low)
        } else {
            Found::NotEvenBottom(self.low)
        }
    }
}

impl Found {
    /// The limit, calm or not.
    pub(super) const fn rate(self) -> Rate {
        match self {
            Self::Calm(rate) | Self::NotEvenBottom(rate) => rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, and what was tried, on a line that is calm up to so much.
    fn search(capacity: Rate, calm_up_to: Rate) -> (Found, Vec<Rate>) {
        let mut search = Search::below(capacity);
        let mut tried = Vec::new();
        while let Some(limit) = search.next() {
            tried.push(limit);
            search.judge(limit <= calm_up_to);
        }
        (search.found(), tried)
    }

    #[test]
    fn the_limits_tried_are_v1_7s() {
        let (found, tried) = search(Rate::mbit(100), Rate::mbit(90));
        let mbps: Vec<f64> = tried.iter().map(|rate| rate.as_mbps()).collect();
        assert_eq!(mbps, [65.0, 82.5, 91.25, 86.875, 89.0625]);
        assert_eq!(found, Found::Calm(Rate::bps(89_062_500)));
    }

    #[test]
    fn what_is_found_is_calm_and_within_a_fortieth_of_the_capacity() {
        for capacity in [1, 18, 95, 500, 10_000].map(Rate::mbit) {
            for percent in 31..=100 {
                let calm_up_to = capacity.times(f64::from(percent) / 100.0);
                let (found, tried) = search(capacity, calm_up_to);
                let rate = found.rate();
                assert!(rate <= calm_up_to, "{percent} % of {capacity}");
                assert!(calm_up_to - rate <= capacity.times(0.025), "{percent} %");
                assert!(tried.len() <= 6 && matches!(found, Found::Calm(_)));
            }
        }
    }

    #[test]
    fn a_line_that_is_never_calm_is_tried_at_the_bottom_and_said_so() {
        let bottom = Rate::mbit(30);
        let (found, tried) = search(Rate::mbit(100), Rate::ZERO);
        assert_eq!(found, Found::NotEvenBottom(bottom));
        assert_eq!((tried.len(), tried.last()), (6, Some(&bottom)));
        let (found, _) = search(Rate::mbit(100), bottom);
        assert_eq!(found, Found::Calm(bottom));
    }
}
