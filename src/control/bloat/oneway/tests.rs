use proptest::prelude::*;

use super::*;

/// One way there or back when nothing waits, in microseconds.
const THERE: u64 = 11_000;
const BACK: u64 = 14_000;
const HOUR: u64 = 3_600_000_000;

/// A reflector and the way to it.
struct Bench {
    one: OneWay,
    now: u64,
    /// What is added to our time to have theirs, in microseconds.
    ahead: i64,
    skew_ppm: i64,
    /// How theirs is written.
    written: fn(u32) -> u32,
    split: Option<Split>,
}

fn bench() -> Bench {
    Bench {
        one: OneWay::default(),
        now: HOUR,
        ahead: 5_000_000_123,
        skew_ppm: 0,
        written: |ms| ms,
        split: None,
    }
}

impl Bench {
    /// Asked every `every` milliseconds for so many seconds, with so many milliseconds waiting there and back.
    fn run(&mut self, seconds: u64, every: u64, waits: impl Fn(u64) -> (u64, u64)) -> &mut Self {
        let end = self.now + seconds * 1_000_000;
        while self.now < end {
            self.now += every * 1_000;
            let (up, down) = waits(self.now);
            let (up, down) = (up * 1_000, down * 1_000);
            let came = i64::try_from(self.now + THERE + up).unwrap();
            let theirs = came + self.ahead + came * self.skew_ppm / 1_000_000;
            let shows = u32::try_from((theirs / 1_000).rem_euclid(86_400_000)).unwrap();
            let shows = (self.written)(shows);
            let stamps = Stamps {
                sent_at: Instant::from_micros(self.now),
                originate: 12_345,
                receive: shows,
                transmit: shows,
            };
            let rtt = Duration::from_micros(THERE + up + down + BACK);
            let baseline = Duration::from_micros(THERE + BACK).as_millis();
            let answer = Answer {
                rtt,
                baseline_before: baseline,
                baseline,
            };
            let arrived = Instant::from_micros(self.now) + rtt;
            self.one.told(arrived, answer, stamps);
            self.split = self.one.last(arrived, arrived).map(|(_, split)| split);
        }
        self
    }

    fn calm(&mut self, seconds: u64) -> &mut Self {
        self.run(seconds, 300, |_| (0, 0))
    }

    /// Upload and download, in milliseconds; not a number if it is not to be relied on.
    fn said(&self) -> (f64, f64) {
        let split = self
            .split
            .map(|split| (split.up.as_f64(), split.down.as_f64()));
        split.unwrap_or((f64::NAN, f64::NAN))
    }

    /// Whether it says that so much waits, to a millisecond and a half.
    #[track_caller]
    fn expect(&self, up: f64, down: f64) {
        let said = self.said();
        let near = (said.0 - up).abs() <= 1.5 && (said.1 - down).abs() <= 1.5;
        assert!(near, "{said:?} for {up} and {down}");
    }
}

#[test]
fn it_says_whose_queue_it_is() {
    let mut bench = bench();
    bench.calm(10).expect(0.0, 0.0);
    bench.run(2, 300, |_| (40, 0)).expect(40.0, 0.0);
    bench.run(2, 300, |_| (0, 40)).expect(0.0, 40.0);
    bench.run(2, 300, |_| (15, 60)).expect(15.0, 60.0);
    bench.calm(1).expect(0.0, 0.0);
}

#[test]
fn it_has_to_show_itself_for_eight_replies() {
    let mut bench = bench();
    for _ in 0..8 {
        bench.run(5, 5_000, |_| (0, 0));
        assert!(!bench.one.is_reliable());
    }
    bench.run(5, 5_000, |_| (0, 0));
    assert!(bench.one.is_reliable());
}

#[test]
fn midnight_is_a_moment_like_any_other() {
    let mut bench = bench();
    // Theirs is an hour and five seconds before midnight at the start.
    bench.ahead = 86_400_000_000 - 5_000_000 - i64::try_from(bench.now).unwrap();
    bench.calm(4);
    for _ in 0..10 {
        bench.run(1, 300, |_| (30, 0)).expect(30.0, 0.0);
        bench.run(1, 300, |_| (0, 30)).expect(0.0, 30.0);
    }
    assert!(bench.one.is_reliable());
}

#[test]
fn a_clock_that_is_set_has_to_show_itself_again() {
    for step in [20_000, -20_000, 3_600_000_000] {
        let mut bench = bench();
        bench.calm(10).expect(0.0, 0.0);
        bench.ahead += step;
        bench.run(1, 300, |_| (0, 0));
        assert!(bench.split.is_none(), "{step}");
        bench.calm(10).expect(0.0, 0.0);
        bench.run(1, 300, |_| (0, 25)).expect(0.0, 25.0);
    }
}

#[test]
fn a_path_that_becomes_shorter_is_no_broken_clock() {
    let mut bench = bench();
    bench.run(10, 300, |_| (0, 0));
    let mark = bench.one.mark;
    // 9 ms less on the way there: the baseline follows at once.
    let sent_at = Instant::from_micros(bench.now + 300_000);
    let theirs = i64::try_from(sent_at.as_micros() + 2_000).unwrap() + bench.ahead;
    let shows = u32::try_from(theirs / 1_000).unwrap();
    let stamps = Stamps {
        sent_at,
        originate: 12_345,
        receive: shows,
        transmit: shows,
    };
    let answer = Answer {
        rtt: Duration::from_millis(16),
        baseline_before: Millis::of(25),
        baseline: Millis::of(16),
    };
    bench.one.told(sent_at, answer, stamps);
    assert!(bench.one.is_reliable());
    let moved = mark.unwrap().at - bench.one.mark.unwrap().at;
    assert!((8_000..10_000).contains(&moved), "{moved}");
}

#[test]
fn after_a_minute_without_a_calm_moment_it_is_not_asked_whose_it_is() {
    let mut bench = bench();
    bench.calm(10);
    bench.run(55, 300, |_| (30, 30)).expect(30.0, 30.0);
    bench.run(10, 300, |_| (30, 30));
    assert!(bench.split.is_none());
    bench.calm(1).expect(0.0, 0.0);
}

#[test]
fn a_clock_of_coarse_steps_is_never_relied_on() {
    let mut bench = bench();
    bench.written = |ms| ms / 20 * 20;
    bench.run(600, 307, |_| (0, 0));
    assert!(!bench.one.is_reliable());
}

/// RFC 792: the highest bit says that it is no time of the day, whatever else it is.
#[test]
fn a_clock_that_says_it_shows_no_time_of_the_day_is_never_relied_on() {
    for every in [256, 300, 307] {
        let mut bench = bench();
        bench.written = |ms| ms | 0x8000_0000;
        bench.run(600, every, |_| (0, 0));
        assert!(!bench.one.is_reliable());
    }
}

#[test]
fn one_of_three_may_lie_and_one_of_two_may_stay_silent() {
    let at = Instant::from_micros;
    let split = |up, down| Both {
        down: Millis::of(down),
        up: Millis::of(up),
    };
    let honest = split(1, 30);
    for lie in [split(0, 0), split(80, 0), split(500, 500)] {
        let said = [(at(1), honest), (at(2), lie), (at(3), split(2, 31))];
        let all = together(said.into_iter(), 6).unwrap();
        assert!(all.up <= Millis::of(2), "{all:?}");
        assert!(
            (Millis::of(30)..=Millis::of(31)).contains(&all.down),
            "{all:?}"
        );
        assert_eq!(together(said.into_iter().take(2), 6), None);
        assert_eq!(together(said.into_iter().take(2), 3), None);
    }
    let two = [(at(1), honest), (at(2), split(2, 20))];
    assert_eq!(together(two.into_iter(), 2), Some(split(1, 20)));
    assert_eq!(together(two.into_iter().take(1), 2), None);
    assert_eq!(together(two.into_iter().take(1), 1), None);
}

#[test]
fn of_many_the_newest_three_are_heard() {
    let split = |ms| Both {
        down: Millis::of(ms),
        up: Millis::ZERO,
    };
    let said = (1..=16).map(|n| {
        (
            Instant::from_micros(n * 7 % 17),
            split(u32::try_from(n).unwrap()),
        )
    });
    // 16, 15 and 14 are those of 12, 7 and 2.
    let all = together(said, 16).unwrap();
    assert_eq!(all.down, Millis::of(7));
}

proptest! {
    /// Whatever their clock shows and however a poor crystal runs: an hour of evening with a queue in
    /// either direction now and then.
    #[test]
    fn offset_and_skew_change_nothing(
        ahead in -DAY..DAY,
        skew_ppm in -100_i64..100,
        little: bool,
        phase in 0_u64..50,
    ) {
        let mut bench = bench();
        bench.ahead = ahead;
        bench.skew_ppm = skew_ppm;
        if little {
            bench.written = u32::swap_bytes;
        }
        bench.run(90, 300, |_| (0, 0));
        for round in 0..30 {
            bench.run(2 + phase, 300, |_| (0, 0));
            bench.run(20, 300, |_| (25, 0));
            let (up, down) = bench.said();
            prop_assert!((up - 25.0).abs() < 3.5 && down < 3.5, "{round}: {up} {down}");
            bench.run(3, 300, |_| (0, 0));
            bench.run(20, 300, |_| (5, 40));
            let (up, down) = bench.said();
            prop_assert!((up - 5.0).abs() < 3.5 && (down - 40.0).abs() < 3.5, "{round}: {up} {down}");
        }
    }

    /// Jitter is in no direction: it is never more than there is, and never shows as a queue of its own.
    #[test]
    fn the_parts_add_up(waits in prop::collection::vec((0_u64..40, 0_u64..40), 1..50)) {
        let mut bench = bench();
        bench.run(10, 300, |_| (0, 0));
        for (up, down) in waits {
            bench.run(1, 1_000, |_| (up, down));
            let said = bench.said();
            prop_assert!((said.0 + said.1 - (up + down) as f64).abs() < 0.01, "{said:?}");
            prop_assert!((said.0 - up as f64).abs() <= 1.5, "{said:?} of {up} and {down}");
        }
    }

    /// Who makes his times up is never relied on.
    #[test]
    fn a_liar_is_never_relied_on(times in prop::collection::vec(any::<u32>(), 200)) {
        let mut one = OneWay::default();
        for (n, time) in (0..).zip(times) {
            let sent_at = Instant::ZERO + Duration::from_millis(n * 300);
            let stamps = Stamps { sent_at, originate: 1, receive: time, transmit: time };
            let baseline = Millis::of(25);
            let rtt = Duration::from_millis(25 + n % 7);
            one.told(sent_at + rtt, Answer { rtt, baseline_before: baseline, baseline }, stamps);
            prop_assert!(!one.is_reliable());
        }
    }

    /// Nor who copies ours, or has none.
    #[test]
    fn copies_and_zeros_are_no_times(zero: bool, swapped: bool) {
        let mut one = OneWay::default();
        for n in 0..500_u32 {
            let sent_at = Instant::ZERO + Duration::from_millis(u64::from(n) * 300);
            let originate = 40_000_000 + n * 300;
            let copy = if swapped { originate.swap_bytes() } else { originate };
            let time = if zero { 0 } else { copy };
            let stamps = Stamps { sent_at, originate, receive: time, transmit: time };
            let (rtt, baseline) = (Duration::from_millis(25), Millis::of(25));
            one.told(sent_at + rtt, Answer { rtt, baseline_before: baseline, baseline }, stamps);
            prop_assert!(!one.is_reliable());
        }
    }
}
