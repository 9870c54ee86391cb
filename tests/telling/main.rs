//! What the daemon says about a WAN: not too little, and not too much.

mod adaptive;
mod counted;
mod line;
#[path = "../harness/wan_file.rs"]
mod wan_file;

use wanctl::cli::assemble;
use wanctl::program::{Fact, Noise};
use wanctl::report::lines;
use wanctl::status::{Saved, Trouble, Unsent};

use wanctl::units::Millis;

use line::{Answers, Line, WELL, file};

/// Every check round that finds the gateway counts as good, and there is a new kind of blindness each
/// second: neither three failures in a row nor one that lasts.
#[test]
fn a_line_that_is_blind_now_in_this_way_and_now_in_that_is_blind() {
    let mut line = Line::new(&file("graceful_degradation", "freeze"));
    line.cycles(100, WELL);
    assert_eq!(line.trouble(), None);
    for second in 0..12 {
        let gateway = second % 2 == 0;
        let dark = Answers {
            icmp: None,
            gateway,
        };
        line.cycles(20, dark);
        assert!(line.status().wans[0].consecutive_failures < 3);
        let blind = (second >= 10).then_some(Trouble::Blind);
        assert_eq!(line.trouble(), blind, "after {} s", second + 1);
    }
    line.cycles(2, WELL);
    assert_eq!(line.trouble(), None);
}

/// `use_last_rtt` judges on, but nothing is measured.
#[test]
fn the_last_rtt_once_more_is_no_measurement() {
    let mut line = Line::new(&file("graceful_degradation", "use_last_rtt"));
    line.cycles(20, WELL);
    let dark = Answers {
        icmp: None,
        gateway: true,
    };
    line.cycles(11 * 20, dark);
    assert_eq!(line.trouble(), Some(Trouble::Blind));
}

/// v1.7 handed any number to `ping -W`; ours allows a day.
#[test]
fn a_silence_that_the_file_allows_for_a_day_is_told_after_ten_seconds() {
    let mut line = Line::new(&file("ping: 1 }", "ping: 86400 }"));
    line.cycles(20, WELL);
    line.cycles(9 * 20, Answers::default());
    assert_eq!(line.trouble(), None);
    assert!(!line.facts.contains(&Fact::Silent));
    line.cycles(2 * 20, Answers::default());
    assert_eq!(line.trouble(), Some(Trouble::Blind));
    assert!(line.facts.contains(&Fact::Silent));
}

/// The document says what the line was like when the daemon ended, whenever that was.
#[test]
fn what_is_cut_is_cut_for_what_is_measured_now() {
    let config = file("", "");
    let ms = |ms| Millis::new(ms).expect("finite");
    // GREEN ends 12 ms over the baseline.
    for (load, starts_at) in [
        (20.5, 20.5),
        (32.0, 32.0),
        (8.0, 8.0),
        (32.1, 20.0),
        (7.9, 20.0),
        (0.0, 20.0),
        (-1.0, 20.0),
        (1e300, 20.0),
        (5_000.0, 20.0),
    ] {
        let saved = Saved {
            baseline: ms(20.0),
            load: ms(load),
            ..assemble::state_defaults(&config)
        };
        let mut line = Line::restored(&config, Some(saved));
        let delay = line.status().wans[0].delay;
        assert_eq!(delay.baseline, ms(20.0), "{load}");
        assert_eq!(delay.load, ms(starts_at), "{load}");
        line.cycles(100, WELL);
        let wan = &line.status().wans[0];
        assert_eq!(wan.rates, saved.rates, "{load}");
        let cut = |fact: &Fact| matches!(fact, Fact::Transition { .. } | Fact::Spike { .. });
        assert!(!line.facts.iter().any(cut), "{load}: {:?}", line.facts);
    }
}

/// A restart in the middle of bufferbloat goes on cutting within a fraction of a second.
#[test]
fn a_line_that_is_still_bloated_is_seen_to_be() {
    let config = file("", "");
    let saved = Saved {
        load: Millis::of(120),
        ..assemble::state_defaults(&config)
    };
    let mut line = Line::restored(&config, Some(saved));
    let bloated = Answers {
        icmp: Some(120),
        gateway: true,
    };
    line.cycles(6, bloated);
    assert!(line.status().wans[0].rates.down < saved.rates.down);
}

/// A line that swings between idle and bloated twice a second, for ten minutes.
#[test]
fn a_line_that_flaps_does_not_fill_the_disk_and_what_is_left_out_is_counted() {
    let mut line = Line::new(&file("", ""));
    line.cycles(200, WELL);
    line.facts.clear();
    let bloated = Answers {
        icmp: Some(200),
        gateway: true,
    };
    for _ in 0..1_200 {
        line.cycles(5, bloated);
        line.cycles(5, WELL);
    }
    line.cycles(20 * 20, WELL);
    let loud = |fact: &&Fact| lines::level(fact) <= log::Level::Info;
    let said: Vec<_> = line.facts.iter().filter(loud).collect();
    // Four kinds: ten at once, then a line and a report every ten seconds; and a minute's cycle lines.
    assert!(
        (4 * 60..4 * (10 + 2 * 62) + 11).contains(&said.len()),
        "{}",
        said.len()
    );
    let counters = line.status().wans[0].counters;
    let count = |is: fn(&Fact) -> bool| line.facts.iter().filter(|fact| is(fact)).count() as u64;
    let transitions = count(|fact| matches!(fact, Fact::Transition { .. }));
    let spikes = count(|fact| matches!(fact, Fact::Spike { .. }));
    assert!(transitions > 2_400, "{transitions}");
    assert!(spikes >= 1_200, "{spikes}");
    assert_eq!(
        counters.transitions.down + counters.transitions.up,
        transitions
    );
    assert_eq!(counters.spikes, spikes);
    // Nothing is left out without a word.
    let reported: u64 = line
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Suppressed { count, .. } => Some(u64::from(*count)),
            _ => None,
        })
        .sum();
    assert_eq!(counters.suppressed, reported);
    assert!(reported > 4_000, "{reported}");
}

/// Ten minutes of a line that is congested all the time: a cycle is a line for debugging, but for one a minute.
#[test]
fn a_congested_line_is_told_once_a_minute() {
    let mut line = Line::new(&file("", ""));
    line.cycles(200, WELL);
    line.facts.clear();
    let bloated = Answers {
        icmp: Some(200),
        gateway: true,
    };
    line.cycles(10 * 60 * 20, bloated);
    let cycles = |loud: bool| {
        let is = |fact: &&Fact| matches!(fact, Fact::Cycle { .. });
        let facts = line.facts.iter().filter(is);
        let as_loud = |fact: &&Fact| (lines::level(fact) <= log::Level::Info) == loud;
        facts.filter(as_loud).count()
    };
    // At the turns of the first second, and then once a minute.
    assert!((10..16).contains(&cycles(true)), "{}", cycles(true));
    assert!(cycles(false) > 11_900, "{}", cycles(false));
    let loud = |fact: &&Fact| lines::level(fact) <= log::Level::Info;
    let said = line.facts.iter().filter(loud).count();
    assert!(said < 40, "{said}");
}

/// An ordinary evening is told as it was.
#[test]
fn a_download_now_and_then_is_told_in_full() {
    let mut line = Line::new(&file("", ""));
    let bloated = Answers {
        icmp: Some(120),
        gateway: true,
    };
    for _ in 0..5 {
        line.cycles(60 * 20, WELL);
        line.cycles(10 * 20, bloated);
        line.cycles(50 * 20, WELL);
    }
    assert!(line.status().wans[0].counters.transitions.down >= 10);
    assert_eq!(line.status().wans[0].counters.suppressed, 0);
}

/// How often `is` was told.
fn count(line: &Line, is: fn(&Fact) -> bool) -> u64 {
    line.facts.iter().filter(|fact| is(fact)).count() as u64
}

/// How much of `kind` was left out, as the log says.
fn left_out(line: &Line, kind: Noise) -> u64 {
    let counts = line.facts.iter().map(|fact| match fact {
        Fact::Suppressed { noise, count } if *noise == kind => u64::from(*count),
        _ => 0,
    });
    counts.sum()
}

const DARK: Answers = Answers {
    icmp: None,
    gateway: true,
};

/// A path that lets one reply through every 1.3 s, for ten minutes.
#[test]
fn a_path_that_flaps_is_told_in_whole_stories_and_not_in_all_of_them() {
    let mut line = Line::new(&file("", ""));
    line.cycles(200, WELL);
    line.facts.clear();
    for _ in 0..461 {
        line.cycle(WELL);
        line.cycles(25, DARK);
    }
    line.cycles(20 * 20, WELL);
    let silent = count(&line, |fact| matches!(fact, Fact::Silent));
    let recovered = count(&line, |fact| matches!(fact, Fact::Recovered { .. }));
    let fallbacks = count(&line, |fact| matches!(fact, Fact::Fallback { .. }));
    // Ten at once, then one every ten seconds.
    assert!((60..=72).contains(&silent), "{silent}");
    assert_eq!(silent, recovered);
    assert!(
        (1..=silent).contains(&fallbacks),
        "{fallbacks} for {silent}"
    );
    assert_eq!(silent + left_out(&line, Noise::Silences), 461);
}

/// What was kept back as one more of many may be the beginning of a long one.
#[test]
fn an_outage_that_lasts_is_told_whatever_was_before_it() {
    let mut line = Line::new(&file("", ""));
    line.cycles(200, WELL);
    for _ in 0..20 {
        line.cycle(WELL);
        line.cycles(25, DARK);
    }
    line.cycles(2, WELL);
    line.facts.clear();
    line.cycles(30 * 20, DARK);
    assert_eq!(
        count(&line, |fact| matches!(fact, Fact::Fallback { .. })),
        0
    );
    line.cycles(35 * 20, DARK);
    assert!(count(&line, |fact| matches!(fact, Fact::Fallback { .. })) > 0);
    line.cycles(2, WELL);
    assert_eq!(
        count(&line, |fact| matches!(fact, Fact::Recovered { .. })),
        1
    );
}

/// An interface that comes and goes every second, for ten minutes.
#[test]
fn echoes_that_leave_and_do_not_are_told_in_pairs() {
    let mut line = Line::new(&file("", ""));
    line.cycles(20, WELL);
    line.facts.clear();
    for _ in 0..600 {
        line.leaves(Some(Unsent::NoInterface));
        line.cycles(10, WELL);
        line.leaves(None);
        line.cycles(10, WELL);
    }
    line.cycles(20 * 20, WELL);
    let unsent = count(&line, |fact| matches!(fact, Fact::Unsent { .. }));
    let leaving = count(&line, |fact| matches!(fact, Fact::Leaving { .. }));
    assert!((60..=72).contains(&unsent), "{unsent}");
    assert_eq!(unsent, leaving);
    assert_eq!(unsent + left_out(&line, Noise::Unsent), 600);

    // One that lasts is told in the end, and so is its own end.
    for _ in 0..20 {
        line.leaves(Some(Unsent::NoInterface));
        line.leaves(None);
    }
    line.cycle(WELL);
    line.facts.clear();
    line.leaves(Some(Unsent::NoInterface));
    line.cycles(59 * 20, WELL);
    assert_eq!(count(&line, |fact| matches!(fact, Fact::Unsent { .. })), 0);
    line.cycles(2 * 20, WELL);
    assert_eq!(count(&line, |fact| matches!(fact, Fact::Unsent { .. })), 1);
    line.leaves(None);
    line.cycle(WELL);
    assert_eq!(count(&line, |fact| matches!(fact, Fact::Leaving { .. })), 1);
}
