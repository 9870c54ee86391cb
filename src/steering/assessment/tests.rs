use super::*;
use crate::units::Millis;

const EDGES: Edges = Edges {
    yellow: Millis::of(15),
    red: Millis::of(15),
    drops_red: 1,
    queue_yellow: 10,
    queue_red: 50,
    loss_red: 0.2,
};

fn ms(ms: f64) -> Millis {
    Millis::new(ms).unwrap()
}

/// A router that counts drops, on a line that answers.
fn picture(delta: f64, drops: u64, queue: u64) -> Picture {
    Picture {
        delta: Some(ms(delta)),
        smoothed: Some(ms(delta)),
        drops: Some(drops),
        queue: Some(queue),
        counts_drops: true,
        line: Line::Heard,
        feed: FeedState::Fresh,
        ..Picture::default()
    }
}

fn cake_aware() -> Assessor {
    Assessor::new(Judging::CakeAware(EDGES))
}

fn reason(picture: &Picture) -> Reason {
    cake_aware().observe(Instant::ZERO, picture).0.reason
}

/// Contract 4.4, examples with the defaults.
#[test]
fn the_truth_table_of_v17() {
    for (delta, drops, queue, reason_then) in [
        (15.0, 5, 60, Reason::Queue),
        (15.1, 1, 50, Reason::DelayDropsQueue),
        (15.1, 0, 50, Reason::Delay),
        (15.1, 1, 49, Reason::Delay),
        (4.0, 0, 10, Reason::Queue),
        (4.0, 9, 9, Reason::Calm),
    ] {
        let mut assessor = cake_aware();
        // Not at first and not after a minute: nothing else may turn it into RED.
        for second in 0..60 {
            let now = Instant::ZERO + Duration::from_secs(second);
            let (assessment, _) = assessor.observe(now, &picture(delta, drops, queue));
            assert_eq!(
                assessment.reason, reason_then,
                "({delta}, {drops}, {queue})"
            );
            assert_eq!(assessment.zone, reason_then.zone());
        }
    }
    assert_eq!(Reason::Queue.zone(), Zone::Yellow);
    assert_eq!(Reason::Delay.zone(), Zone::Yellow);
    assert_eq!(Reason::DelayDropsQueue.zone(), Zone::Red);
    assert_eq!(Reason::Calm.zone(), Zone::Green);
}

/// After how many seconds of the same picture it is RED, and why.
fn red_after(picture: &Picture) -> Option<(u64, Reason)> {
    let mut assessor = cake_aware();
    (0..60).find_map(|second| {
        let now = Instant::ZERO + Duration::from_secs(second);
        let (assessment, condition) = assessor.observe(now, picture);
        (condition == Condition::Bad).then_some((second, assessment.reason))
    })
}

#[test]
fn a_router_without_drops_gets_its_red_from_a_standing_queue() {
    let routeros = |delta, queue| Picture {
        counts_drops: false,
        ..picture(delta, 0, queue)
    };
    assert_eq!(red_after(&routeros(15.1, 50)), Some((3, Reason::Backlog)));
    assert_eq!(red_after(&routeros(15.0, 50)), None);
    assert_eq!(red_after(&routeros(15.1, 49)), None);
    let mut assessor = cake_aware();
    for second in 0..60 {
        let queue = if second % 3 == 2 { 0 } else { 60 };
        let now = Instant::ZERO + Duration::from_secs(second);
        let (_, condition) = assessor.observe(now, &routeros(30.0, queue));
        assert_eq!(
            condition,
            Condition::Between,
            "it drains every three seconds"
        );
    }
}

#[test]
fn without_a_word_about_the_queue_delay_alone_takes_its_time() {
    let unread = Picture {
        drops: None,
        queue: None,
        ..picture(15.1, 0, 0)
    };
    assert_eq!(red_after(&unread), Some((14, Reason::DelayAlone)));
    assert_eq!(
        red_after(&picture(15.1, 0, 0)),
        None,
        "it is readable and empty"
    );
}

#[test]
fn autorate_at_its_floor_is_red_at_once() {
    for zone in [Zone::Red, Zone::SoftRed] {
        let floor = Picture {
            zone: Some(zone),
            at_floor: true,
            ..picture(15.1, 0, 0)
        };
        assert_eq!(reason(&floor), Reason::AtFloor);
        let no_delay_here = Picture {
            smoothed: Some(ms(15.0)),
            ..floor
        };
        assert_eq!(reason(&no_delay_here), Reason::Calm);
        let above = Picture {
            at_floor: false,
            ..floor
        };
        assert_eq!(reason(&above), Reason::Delay, "it still has room");
        assert_eq!(red_after(&above), Some((14, Reason::DelaySeen)), "in vain");
        let elsewhere = Picture {
            zone: Some(Zone::Yellow),
            ..above
        };
        assert_eq!(red_after(&elsewhere), None, "nobody else sees it");
    }
}

#[test]
fn loss_is_red_unless_only_the_host_is_gone() {
    let loss = |loss| Picture {
        loss: Some(loss),
        ..picture(1.0, 0, 0)
    };
    assert_eq!(reason(&loss(0.2)), Reason::Loss);
    assert_eq!(reason(&loss(0.19)), Reason::Calm);
    for (line, why) in [
        (Line::HostSilent, Reason::HostSilent),
        (Line::BothSilent, Reason::BothSilent),
        (Line::Dead, Reason::Dead),
    ] {
        let all_lost = Picture { line, ..loss(1.0) };
        assert_eq!(reason(&all_lost), why);
    }
    let never = Picture {
        line: Line::NeverHeard,
        delta: None,
        smoothed: None,
        ..loss(1.0)
    };
    assert_eq!(
        reason(&never),
        Reason::NoRtt,
        "a mistyped host steers nobody"
    );
}

/// Each delay-born RED, with the delay 60 ms.
fn reds() -> [(Picture, Reason); 5] {
    let at_floor = Picture {
        zone: Some(Zone::Red),
        at_floor: true,
        ..picture(60.0, 0, 0)
    };
    let backlog = Picture {
        counts_drops: false,
        ..picture(60.0, 0, 50)
    };
    let unread = Picture {
        drops: None,
        queue: None,
        ..picture(60.0, 0, 0)
    };
    let seen = Picture {
        at_floor: false,
        ..at_floor
    };
    [
        (seen, Reason::DelaySeen),
        (picture(60.0, 1, 50), Reason::DelayDropsQueue),
        (backlog, Reason::Backlog),
        (unread, Reason::DelayAlone),
        (at_floor, Reason::AtFloor),
    ]
}

#[test]
fn no_delay_is_escaped_from_to_a_line_that_is_no_better() {
    for (red, why) in reds() {
        for (alternate, delay, reason, condition) in [
            (Alternate::Unknown, None, why, Condition::Bad),
            (Alternate::Answers, None, why, Condition::Bad),
            (Alternate::Answers, Some(55.0), why, Condition::Bad),
            (
                Alternate::Answers,
                Some(56.0),
                Reason::AlternateWorse,
                Condition::Between,
            ),
            (
                Alternate::Answers,
                Some(64.0),
                Reason::AlternateWorse,
                Condition::Between,
            ),
            (
                Alternate::Answers,
                Some(65.0),
                Reason::AlternateWorse,
                Condition::Good,
            ),
            (
                Alternate::Silent,
                None,
                Reason::AlternateWorse,
                Condition::Good,
            ),
        ] {
            let picture = Picture {
                alternate,
                alternate_delay: delay.map(ms),
                ..red
            };
            let mut assessor = cake_aware();
            assessor.observe(Instant::ZERO, &picture);
            let (seen, then) = assessor.observe(Instant::ZERO + DELAY_ALONE_FOR, &picture);
            assert_eq!((seen.reason, then), (reason, condition), "{why}, {delay:?}");
        }
    }
}

#[test]
fn lost_packets_and_a_dead_line_are_worse_than_any_delay() {
    let slow = |alternate, line, loss| Picture {
        alternate,
        alternate_delay: Some(ms(900.0)),
        line,
        loss: Some(loss),
        ..picture(20.0, 0, 0)
    };
    let judged = |picture: &Picture| {
        let (assessment, condition) = cake_aware().observe(Instant::ZERO, picture);
        (assessment.reason, condition)
    };
    let lossy = slow(Alternate::Answers, Line::Heard, 0.3);
    assert_eq!(judged(&lossy), (Reason::Loss, Condition::Bad));
    let dead = slow(Alternate::Answers, Line::Dead, 0.3);
    assert_eq!(judged(&dead), (Reason::Dead, Condition::Bad));
    let nowhere = slow(Alternate::Silent, Line::Heard, 0.3);
    assert_eq!(judged(&nowhere), (Reason::AlternateWorse, Condition::Good));
}

#[test]
fn nobody_has_to_stay_on_a_line_that_is_worse() {
    let yellow = |there: f64| Picture {
        alternate: Alternate::Answers,
        alternate_delay: Some(ms(there)),
        ..picture(20.0, 0, 0)
    };
    for (there, condition) in [(24.0, Condition::Between), (25.0, Condition::Good)] {
        let (assessment, then) = cake_aware().observe(Instant::ZERO, &yellow(there));
        assert_eq!((assessment.reason, then), (Reason::Delay, condition));
    }
}

#[test]
fn who_cannot_see_is_neither_calm_nor_bad() {
    let blind = Picture {
        delta: None,
        smoothed: None,
        ..picture(0.0, 9, 90)
    };
    assert_eq!(
        cake_aware().observe(Instant::ZERO, &blind).1,
        Condition::Between
    );
    let missing = Picture {
        feed: FeedState::Missing,
        ..blind
    };
    assert_eq!(reason(&missing), Reason::NoBaseline);
}

#[test]
fn legacy_mode_knows_the_raw_delta_only_and_death() {
    let mut legacy = Assessor::new(Judging::Legacy {
        bad: Millis::of(25),
        recovery: Millis::of(12),
    });
    for (delta, condition) in [
        (25.1, Condition::Bad),
        (25.0, Condition::Between),
        (12.0, Condition::Between),
        (11.9, Condition::Good),
    ] {
        let now = picture(delta, 100, 100);
        assert_eq!(legacy.observe(Instant::ZERO, &now).1, condition, "{delta}");
    }
    for (alternate, there, condition) in [
        (Alternate::Answers, 90.0, Condition::Bad),
        (Alternate::Answers, 100.0, Condition::Between),
        (Alternate::Answers, 200.0, Condition::Good),
        (Alternate::Silent, 0.0, Condition::Good),
    ] {
        let now = Picture {
            alternate,
            alternate_delay: Some(ms(there)),
            ..picture(100.0, 0, 0)
        };
        assert_eq!(legacy.observe(Instant::ZERO, &now).1, condition, "{there}");
    }
    let dead = Picture {
        line: Line::Dead,
        ..picture(0.0, 0, 0)
    };
    assert_eq!(legacy.observe(Instant::ZERO, &dead).1, Condition::Bad);
}

#[test]
fn what_stood_when_cycles_were_missed_has_not_stood_since() {
    let routeros = Picture {
        counts_drops: false,
        ..picture(30.0, 0, 60)
    };
    let unread = Picture {
        queue: None,
        ..routeros
    };
    let seen = Picture {
        zone: Some(Zone::Red),
        ..picture(30.0, 0, 0)
    };
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    for (picture, stands) in [
        (routeros, Reason::Backlog),
        (unread, Reason::DelayAlone),
        (seen, Reason::DelaySeen),
    ] {
        let mut assessor = cake_aware();
        assessor.observe(at(0), &picture);
        assessor.interrupt();
        assert_eq!(assessor.observe(at(60), &picture).0.reason, Reason::Delay);
        assert_eq!(assessor.observe(at(120), &picture).0.reason, stands);
    }
}

#[test]
fn every_reason_has_words_of_its_own() {
    let reasons = [
        Reason::Dead,
        Reason::DelayDropsQueue,
        Reason::Backlog,
        Reason::DelayAlone,
        Reason::AtFloor,
        Reason::DelaySeen,
        Reason::Loss,
        Reason::AlternateWorse,
        Reason::Delay,
        Reason::Queue,
        Reason::NoRtt,
        Reason::NoBaseline,
        Reason::HostSilent,
        Reason::BothSilent,
        Reason::Calm,
    ];
    let words = reasons.map(|reason| reason.to_string());
    let different: std::collections::BTreeSet<_> = words.iter().collect();
    assert_eq!(different.len(), words.len());
    assert!(words.iter().all(|words| !words.is_empty()));
}
