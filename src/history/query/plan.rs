//! Who answers for which part of a range.

use crate::history::tier::Tier;

/// A stretch of time, and who answers for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    /// The first second.
    pub from: i64,
    /// The last second.
    pub to: i64,
    /// Whose rows are read.
    pub source: Tier,
    /// What they are handed out as: `source`, or coarser.
    pub shown: Tier,
}

/// A stretch that somebody has to answer for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) from: i64,
    pub(super) to: i64,
    /// It ends where a finer tier begins, which knows the rest of the row that stands for that moment.
    pub(super) is_cut: bool,
}

/// The first tier that knows of the stretch answers for what it knows; the others for what is left on
/// either side. Newest first.
pub(super) fn cover(
    known: &[(Tier, i64, i64)],
    wanted: Tier,
    stretch: Stretch,
    spans: &mut Vec<Span>,
) {
    let Some((&(source, first, last), others)) = known.split_first() else {
        return;
    };
    let Stretch { from, to, is_cut } = stretch;
    let coarse = source > wanted;
    let end = if is_cut && coarse {
        source.start_of(to + 1) - 1
    } else {
        to
    };
    let (low, high) = (from.max(first), end.min(last));
    if from > to {
        return;
    }
    if low > high {
        return cover(others, wanted, stretch, spans);
    }
    let newer = Stretch {
        from: high + 1,
        ..stretch
    };
    cover(others, wanted, newer, spans);
    let shown = source.max(wanted);
    let begins = if coarse {
        // The row that stands for the first second may have begun before it.
        source.start_of(low)
    } else {
        low
    };
    spans.push(Span {
        from: begins,
        to: high,
        source,
        shown,
    });
    let older = Stretch {
        from,
        to: low - 1,
        is_cut: true,
    };
    cover(others, wanted, older, spans);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        /// A history until `now`, of which every tier has forgotten what is older than a time of its own, and some
        /// all; asked as [`Query::plan`](super::super::Query::plan) asks. A coarser tier is made of the finer ones,
        /// so that it never reaches further than they do.
        fn known()(
            now in 20_000..30_000_i64,
            begins in prop::array::uniform4(prop::option::weighted(0.8, 0..30_000_i64)),
            wanted in 0..4_usize,
        ) -> (Tier, Vec<(Tier, i64, i64)>) {
            let wanted = Tier::ALL[wanted];
            let finer = Tier::ALL.into_iter().rev().filter(|tier| *tier <= wanted);
            let coarser = Tier::ALL.into_iter().filter(|tier| *tier > wanted);
            let extent = |tier: Tier| {
                let first = tier.start_of(begins[tier.index()]?);
                let last = tier.start_of(now) - 1;
                (first <= last).then_some((tier, first, last))
            };
            (wanted, finer.chain(coarser).filter_map(extent).collect())
        }
    }

    proptest! {
        #[test]
        fn what_is_known_is_answered_and_by_one_tier_only(
            (wanted, known) in known(),
            from in 0..30_000_i64,
            long in 0..10_000_i64,
        ) {
            let to = from + long;
            let answers = covered(&known, wanted, (from, to));
            for pair in answers.windows(2) {
                prop_assert!(pair[0].0 > pair[1].1, "newest first, and none twice: {answers:?}");
            }
            for &(begins, ends, source, shown) in &answers {
                prop_assert!(begins <= ends && ends <= to);
                prop_assert!(begins >= from || source > wanted, "a whole row, where there are no finer ones");
                prop_assert_eq!(shown, source.max(wanted));
            }
            for second in from..=to {
                let answered = answers.iter().any(|&(first, last, ..)| (first..=last).contains(&second));
                let knows = |tier: &(Tier, i64, i64)| (tier.1..=tier.2).contains(&second);
                prop_assert!(!answered || known.iter().any(knows), "nobody knows of {second}: {answers:?}");
                let finely = known.iter().any(|tier| tier.0 <= wanted && knows(tier));
                prop_assert!(answered || !finely, "{second} is known: {answers:?}");
            }
        }
    }

    fn covered(
        known: &[(Tier, i64, i64)],
        wanted: Tier,
        range: (i64, i64),
    ) -> Vec<(i64, i64, Tier, Tier)> {
        let mut spans = Vec::new();
        let stretch = Stretch {
            from: range.0,
            to: range.1,
            is_cut: false,
        };
        cover(known, wanted, stretch, &mut spans);
        let spans = spans.into_iter();
        spans.map(|s| (s.from, s.to, s.source, s.shown)).collect()
    }

    #[test]
    fn where_the_chosen_tier_ends_a_finer_one_goes_on() {
        let known = [
            (Tier::FiveMinutes, 3_000, 8_999),
            (Tier::Minute, 6_000, 9_599),
            (Tier::Raw, 9_000, 9_700),
        ];
        assert_eq!(
            covered(&known, Tier::FiveMinutes, (2_000, 9_700)),
            [
                (9_600, 9_700, Tier::Raw, Tier::FiveMinutes),
                (9_000, 9_599, Tier::Minute, Tier::FiveMinutes),
                (3_000, 8_999, Tier::FiveMinutes, Tier::FiveMinutes),
            ]
        );
    }

    #[test]
    fn where_nothing_finer_is_left_the_coarser_one_answers_with_the_row_that_stands_for_it() {
        let known = [(Tier::Raw, 9_000, 9_700), (Tier::Hour, 0, 7_199)];
        assert_eq!(
            covered(&known, Tier::Raw, (7_100, 7_160)),
            [(3_600, 7_160, Tier::Hour, Tier::Hour)]
        );
        assert_eq!(covered(&known, Tier::Raw, (8_000, 8_500)), []);
    }

    #[test]
    fn no_row_stands_for_time_that_a_finer_one_answers_for() {
        let known = [(Tier::Raw, 9_037, 9_700), (Tier::Minute, 8_400, 9_659)];
        assert_eq!(
            covered(&known, Tier::Raw, (8_930, 9_700)),
            [
                (9_037, 9_700, Tier::Raw, Tier::Raw),
                (8_880, 8_999, Tier::Minute, Tier::Minute),
            ]
        );
        // That minute is all there is to say of itself.
        assert_eq!(
            covered(&known, Tier::Raw, (9_010, 9_030)),
            [(9_000, 9_030, Tier::Minute, Tier::Minute)]
        );
    }
}
