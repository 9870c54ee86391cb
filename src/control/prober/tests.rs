//! Rounds, samples and what becomes of late answers.

use super::*;

const PERIOD: Duration = Duration::from_millis(50);

struct Line {
    prober: Prober,
    now: Instant,
}

impl Line {
    fn new(reflectors: u8, combine: Combine) -> Self {
        let params = ProberParams {
            reflectors,
            combine,
            silent_after: Duration::from_secs(1),
            fresh_for: Duration::from_millis(100),
        };
        Self {
            prober: Prober::new(Instant::ZERO, params),
            now: Instant::ZERO,
        }
    }

    /// One round in which reflector `n` answers after `rtts[n]` ms, if at all.
    fn round(&mut self, rtts: &[Option<u64>]) -> Sample {
        let echoes: std::vec::Vec<_> = self.prober.open_round().collect();
        for (echo, rtt) in echoes.iter().zip(rtts) {
            if let Some(ms) = rtt {
                let rtt = Duration::from_millis(*ms);
                self.prober.reply(self.now + rtt, echo.seq, rtt);
            }
        }
        self.now = self.now + PERIOD;
        self.prober.close_round(self.now)
    }
}

#[test]
fn three_give_their_median_two_their_mean_one_itself() {
    for (rtts, expected) in [
        ([Some(20), Some(26), Some(40)], 26),
        ([Some(20), None, Some(40)], 30),
        ([None, None, Some(40)], 40),
    ] {
        let mut line = Line::new(3, Combine::MedianOfThree);
        assert_eq!(line.round(&rtts), Sample::Rtt(Millis::of(expected)));
    }
}

#[test]
fn a_fourth_reflector_stands_in_for_a_silent_one() {
    let mut line = Line::new(4, Combine::MedianOfThree);
    let all = [Some(20), Some(22), Some(24), Some(49)];
    assert_eq!(line.round(&all), Sample::Rtt(Millis::of(22)));
    let first_gone = [None, Some(22), Some(24), Some(49)];
    for _ in 0..3 {
        line.round(&first_gone);
    }
    assert_eq!(line.round(&first_gone), Sample::Rtt(Millis::of(24)));
}

#[test]
fn the_first_host_alone_counts_without_the_median() {
    let mut line = Line::new(3, Combine::First);
    assert_eq!(
        line.round(&[Some(40), Some(20), Some(20)]),
        Sample::Rtt(Millis::of(40))
    );
    assert_eq!(line.round(&[None, Some(20), Some(20)]), Sample::Pending);
}

#[test]
fn silence_is_called_after_a_second_and_not_before() {
    let mut line = Line::new(3, Combine::MedianOfThree);
    line.round(&[Some(20); 3]);
    for _ in 0..19 {
        assert_eq!(line.round(&[None; 3]), Sample::Pending);
    }
    let since = Instant::ZERO + PERIOD;
    assert_eq!(line.round(&[None; 3]), Sample::Silent { since });
}

#[test]
fn an_rtt_longer_than_many_periods_still_makes_a_sample_each_tick() {
    let mut line = Line::new(1, Combine::First);
    let rtt = Duration::from_millis(400);
    let mut under_way = std::collections::VecDeque::new();
    for tick in 0..100 {
        under_way.extend(line.prober.open_round());
        line.now = line.now + PERIOD;
        if tick >= 8 {
            let echo: Echo = under_way.pop_front().unwrap();
            line.prober.reply(line.now, echo.seq, rtt);
            assert_eq!(
                line.prober.close_round(line.now),
                Sample::Rtt(Millis::of(400))
            );
        }
    }
}

/// How many reflectors there are decides how long a request is remembered, not how long its reply
/// is worth something.
#[test]
fn an_ancient_reply_is_no_news() {
    for (reflectors, combine) in [(1, Combine::First), (3, Combine::MedianOfThree)] {
        for (rounds, counts) in [(64, true), (65, false), (300, false)] {
            let mut line = Line::new(reflectors, combine);
            let asked = line.prober.open_round().next().unwrap();
            let age = Duration::from_millis(50 * rounds);
            for _ in 0..rounds {
                line.round(&[]);
            }
            let whose = line.prober.reply(line.now, asked.seq, age);
            let sample = line.round(&[]);
            let case = format!("{reflectors} reflectors, {rounds} rounds: {sample:?}");
            assert_eq!(whose, counts.then_some(asked.target), "{case}");
            let news = Sample::Rtt(age.as_millis());
            assert_eq!(sample == news, counts, "{case}");
            let silent = matches!(
                sample,
                Sample::Silent {
                    since: Instant::ZERO
                }
            );
            assert_eq!(silent, !counts, "{case}");
        }
    }
}

#[test]
fn ten_seconds_are_silence_whatever_was_asked_for() {
    let mut params = Line::new(1, Combine::First).prober.params;
    params.silent_after = Duration::from_secs(86_400);
    let mut prober = Prober::new(Instant::ZERO, params);
    let at = |ms| Instant::ZERO + Duration::from_millis(ms);
    assert_eq!(prober.close_round(at(9_950)), Sample::Pending);
    let since = Instant::ZERO;
    assert_eq!(prober.close_round(at(10_000)), Sample::Silent { since });
}

#[test]
fn duplicates_and_strangers_change_nothing() {
    let mut line = Line::new(1, Combine::First);
    let echo = line.prober.open_round().next().unwrap();
    let rtt = Duration::from_millis(5);
    assert!(line.prober.reply(line.now, echo.seq, rtt).is_some());
    assert!(line.prober.reply(line.now, echo.seq, rtt).is_none());
    assert!(line.prober.reply(line.now, 40_000, rtt).is_none());
}

/// Every round counts once: as answered at once, as lost when an answer would count no more.
#[test]
fn a_round_is_answered_or_lost() {
    let mut line = Line::new(2, Combine::MedianOfThree);
    let counts = |line: &Line| {
        let reflectors = line.prober.reflectors().iter();
        reflectors
            .map(|r| (r.replies, r.losses))
            .collect::<std::vec::Vec<_>>()
    };
    let late = line.prober.open_round().nth(1).unwrap();
    for _ in 1..64 {
        line.round(&[Some(5), None]);
    }
    assert_eq!(counts(&line), [(63, 0), (0, 0)]);
    // The last moment in which the first round's echo can be answered.
    let age = Duration::from_millis(3_200);
    line.prober.reply(line.now, late.seq, age);
    assert_eq!(counts(&line), [(63, 0), (1, 0)]);
    for n in 1..=10 {
        line.round(&[Some(5), None]);
        let lost_by_both = (63 + n, 1);
        assert_eq!(counts(&line), [lost_by_both, (1, n - 1)], "{n}");
    }
}

#[test]
fn loss_counts_settled_rounds_only() {
    let mut line = Line::new(1, Combine::First);
    for n in 0..64 {
        line.round(&[(n % 4 != 0).then_some(5)]);
    }
    let loss = line.prober.reflectors()[0].loss(20);
    assert!((loss - 0.25).abs() < 0.01, "{loss}");
}

#[test]
fn in_turn_every_round_asks_one_and_every_reflector_is_heard() {
    let mut line = Line::new(3, Combine::InTurn);
    line.prober.params.fresh_for = Duration::from_millis(250);
    let at = |ms| Instant::ZERO + Duration::from_millis(ms);
    let mut asked = std::vec::Vec::new();
    for n in 0..9_u64 {
        let echoes: std::vec::Vec<Echo> = line.prober.open_round().collect();
        assert_eq!(echoes.len(), 1, "one echo a round");
        asked.push(echoes[0].target);
        // The third reflector is twice as far.
        let rtt = if n % 3 == 2 { 40 } else { 20 };
        let rtt = Duration::from_millis(rtt);
        line.prober.reply(at(50 * n), echoes[0].seq, rtt);
        let sample = line.prober.close_round(at(50 * n));
        assert!(
            matches!(sample, Sample::Rtt(_)),
            "news in every round: {sample:?}"
        );
        if n >= 2 {
            assert_eq!(
                sample,
                Sample::Rtt(Millis::of(20)),
                "the median of all three"
            );
        }
    }
    let turns = [0, 1, 2].map(Target::Reflector).repeat(3);
    assert_eq!(asked, turns);
    let replies = line
        .prober
        .reflectors()
        .iter()
        .map(|r| (r.asked, r.replies));
    assert!(replies.eq([(3, 3); 3]));
}

#[test]
fn an_excused_request_is_no_loss() {
    let mut line = Line::new(1, Combine::First);
    for n in 0..200 {
        let echo = line.prober.open_round().next().unwrap();
        if n % 10 == 0 {
            line.prober.excuse(0);
        } else {
            line.prober
                .reply(line.now, echo.seq, Duration::from_millis(5));
        }
    }
    let reflector = line.prober.reflectors()[0];
    assert_eq!((reflector.replies, reflector.losses), (180, 0));
    assert!(reflector.loss(0) < f64::EPSILON);
}
