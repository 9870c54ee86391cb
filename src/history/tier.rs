//! The four granularities.

use crate::time::Duration;

/// How much time a row stands for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Tier {
    /// A second, or a cycle of v1.7's.
    Raw,
    /// A minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

impl Tier {
    /// The finest first.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Minute, Self::FiveMinutes, Self::Hour];

    /// Those that are made of finer ones, the finest first.
    pub const MADE: [Self; 3] = [Self::Minute, Self::FiveMinutes, Self::Hour];

    /// The word in the column `granularity`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
        }
    }

    /// Seconds that a row stands for.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Raw => 1,
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::Hour => HOUR,
        }
    }

    /// Which one answers a question about so many seconds (contract 7.4).
    pub const fn for_range(seconds: i64) -> Self {
        match seconds {
            ..21_600 => Self::Raw,
            21_600..DAY => Self::Minute,
            DAY..604_800 => Self::FiveMinutes,
            _ => Self::Hour,
        }
    }

    /// Where the row begins that stands for this second.
    pub const fn start_of(self, at: i64) -> i64 {
        at - at.rem_euclid(self.seconds())
    }

    /// Seconds for which it is kept, unless the whole history is kept for less: each longer than the
    /// longest range it answers, or v1.7's reader, which asks one tier only, would find holes (W-37).
    pub const fn kept(self, whole: i64) -> i64 {
        let own = match self {
            Self::Raw => DAY,
            Self::Minute => 8 * DAY,
            Self::FiveMinutes => 31 * DAY,
            Self::Hour => i64::MAX,
        };
        if own < whole { own } else { whole }
    }

    /// Seconds that stay as long as anything else can make room in a file that has grown too large.
    pub const fn spared(self) -> i64 {
        match self {
            Self::Raw => HOUR,
            Self::Minute => DAY,
            Self::FiveMinutes => 7 * DAY,
            Self::Hour => 31 * DAY,
        }
    }

    /// Seconds of which the rows are made in one transaction: each rewrites a page of every index for every
    /// metric, however few rows there are. So much later than now the tier ends.
    pub const fn made_together(self) -> i64 {
        match self {
            Self::Raw => 1,
            Self::Minute => 300,
            Self::FiveMinutes => 900,
            Self::Hour => HOUR,
        }
    }

    /// Seconds of which the rows are forgotten together, for the same reason; so much longer than it is
    /// kept, a row may be there.
    pub const fn pruned_together(self) -> i64 {
        match self {
            Self::Raw => 1_800,
            _ => 6 * HOUR,
        }
    }

    /// Finest first.
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// Whole days, in seconds.
pub fn days(days: u32) -> i64 {
    i64::from(days) * DAY
}

/// A range as long as that.
#[expect(
    clippy::cast_possible_wrap,
    reason = "microseconds divided by a million"
)]
pub const fn seconds(duration: Duration) -> i64 {
    (duration.as_micros() / 1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_second_is_in_one_row_of_every_tier(at in -4_000_000_000..4_000_000_000_i64) {
            for tier in Tier::ALL {
                let start = tier.start_of(at);
                prop_assert!(start <= at && at < start + tier.seconds());
                prop_assert_eq!(tier.start_of(start), start);
                prop_assert_eq!(tier.start_of(start - 1), start - tier.seconds(), "the one before");
            }
        }

        #[test]
        fn a_coarser_row_is_made_of_whole_finer_ones(at in -4_000_000_000..4_000_000_000_i64) {
            for pair in Tier::ALL.windows(2) {
                let (finer, coarser) = (pair[0], pair[1]);
                prop_assert_eq!(coarser.start_of(finer.start_of(at)), coarser.start_of(at));
                prop_assert_eq!(finer.start_of(coarser.start_of(at)), coarser.start_of(at));
            }
        }

        #[test]
        fn a_longer_question_is_never_answered_by_a_finer_tier(one in 0..400 * DAY, other in 0..400 * DAY) {
            let (short, long) = (one.min(other), one.max(other));
            prop_assert!(Tier::for_range(short) <= Tier::for_range(long));
            // And never with more rows than a page can show.
            prop_assert!(short / Tier::for_range(short).seconds() < 6 * HOUR);
        }
    }

    /// Contract 7.4.
    #[test]
    fn the_length_of_a_range_chooses_the_tier() {
        for (seconds, tier) in [
            (0, Tier::Raw),
            (6 * HOUR - 1, Tier::Raw),
            (6 * HOUR, Tier::Minute),
            (DAY - 1, Tier::Minute),
            (DAY, Tier::FiveMinutes),
            (7 * DAY - 1, Tier::FiveMinutes),
            (7 * DAY, Tier::Hour),
            (3_000 * DAY, Tier::Hour),
        ] {
            assert_eq!(Tier::for_range(seconds), tier, "{seconds}");
        }
    }

    /// W-37.
    #[test]
    fn every_tier_is_kept_for_longer_than_the_ranges_it_answers() {
        for longest in [6 * HOUR - 1, DAY - 1, 7 * DAY - 1] {
            let tier = Tier::for_range(longest);
            assert!(tier.kept(i64::MAX) > longest, "{tier:?}");
        }
        assert_eq!(Tier::Hour.kept(7 * DAY), 7 * DAY);
        assert_eq!(Tier::FiveMinutes.kept(7 * DAY), 7 * DAY);
    }

    #[test]
    fn a_row_before_1970_begins_before_it() {
        assert_eq!(Tier::Minute.start_of(-1), -60);
        assert_eq!(Tier::Hour.start_of(7_199), 3_600);
    }
}
