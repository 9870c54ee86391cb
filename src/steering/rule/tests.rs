use super::*;
use Switch::{Off, On};

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

/// A rule that was read as off, which is what is wanted.
fn settled() -> Rule {
    let mut rule = Rule::new();
    assert_eq!(rule.poll(at(0)), Some(Order::Read));
    assert_eq!(rule.read(at(10), Reading::One(Off)), None);
    rule
}

#[test]
fn it_is_read_before_it_is_written() {
    let mut rule = Rule::new();
    rule.want(at(0), On);
    assert_eq!(rule.poll(at(0)), Some(Order::Read));
    assert_eq!(rule.poll(at(1)), None, "an order is under way");
    rule.read(at(10), Reading::One(Off));
    assert_eq!(rule.poll(at(10)), Some(Order::Set(On)));
    assert_eq!(rule.belief(), Belief::Unknown);
}

#[test]
fn a_rule_that_stands_right_is_left_alone_and_looked_at_now_and_then() {
    let mut rule = settled();
    let mut orders = Vec::new();
    for second in 0..100 {
        let now = at(second * 1_000 + 10);
        rule.want(now, Off);
        if let Some(order) = rule.poll(now) {
            orders.push((second, order));
            assert_eq!(rule.read(now, Reading::One(Off)), None);
        }
    }
    assert_eq!(
        orders,
        [(30, Order::Read), (60, Order::Read), (90, Order::Read)]
    );
}

#[test]
fn an_old_reading_is_read_again_before_a_write() {
    for (reading, then) in [
        (Reading::One(Off), Some(Order::Set(On))),
        (Reading::One(On), None),
        (Reading::Ambiguous(2), None),
    ] {
        let mut rule = settled();
        rule.want(at(20_000), On);
        assert_eq!(rule.poll(at(20_000)), Some(Order::Read));
        rule.read(at(20_010), reading);
        assert_eq!(rule.poll(at(20_010)), then, "{reading:?}");
    }
}

#[test]
fn a_write_is_read_back() {
    let mut rule = settled();
    rule.want(at(20), On);
    assert_eq!(rule.poll(at(20)), Some(Order::Set(On)));
    rule.written(at(30));
    assert_eq!(rule.switch(), None, "taken is not seen");
    assert_eq!(rule.poll(at(30)), Some(Order::Read));
    let fact = rule.read(at(40), Reading::One(On));
    assert_eq!(fact, Some(RuleFact::Verified(On)));
    assert_eq!(rule.switch(), Some(On));
}

#[test]
fn a_write_that_does_not_show_is_read_three_times_then_pauses_and_starts_over() {
    let mut rule = settled();
    rule.want(at(0), On);
    let mut log = Vec::new();
    for ms in (0..8_000).step_by(50) {
        let now = at(ms);
        while let Some(order) = rule.poll(now) {
            log.push((ms, order));
            let fact = match order {
                Order::Set(_) => {
                    rule.written(now);
                    None
                }
                Order::Read => rule.read(now, Reading::One(Off)),
            };
            if let Some(fact) = fact {
                assert_eq!((ms, fact), (300, RuleFact::NotVerified(On)), "told once");
            }
        }
    }
    let (set, read) = (Order::Set(On), Order::Read);
    let attempt = |ms| [(ms, set), (ms, read), (ms + 100, read), (ms + 300, read)];
    let mut expected = attempt(0).to_vec();
    for again in [1_300, 3_600] {
        expected.push((again, read));
        expected.extend(attempt(again));
    }
    expected.push((7_900, read));
    expected.extend(&attempt(7_900)[..2]);
    assert_eq!(log, expected);
}

#[test]
fn a_router_that_refuses_is_asked_less_and_less_often() {
    let mut rule = settled();
    rule.want(at(0), On);
    let mut refused = Vec::new();
    let mut facts = 0;
    for second in 0..300 {
        let now = at(second * 1_000);
        while let Some(order) = rule.poll(now) {
            match order {
                Order::Read => assert_eq!(rule.read(now, Reading::One(Off)), None),
                Order::Set(_) => {
                    refused.push(second);
                    facts += usize::from(rule.failed(now).is_some());
                }
            }
        }
    }
    assert_eq!(refused, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    assert_eq!(facts, 1, "told once");
}

#[test]
fn a_switch_by_hand_is_told_left_alone_for_a_minute_and_undone() {
    let mut rule = settled();
    assert_eq!(rule.poll(at(30_010)), Some(Order::Read));
    let fact = rule.read(at(30_020), Reading::One(On));
    assert_eq!(fact, Some(RuleFact::ByHand(On, HAND_GRACE)));
    for second in 31..90 {
        rule.want(at(second * 1_000), Off);
        assert_eq!(rule.poll(at(second * 1_000)), None, "left alone");
    }
    assert_eq!(rule.poll(at(90_020)), Some(Order::Read));
    let fact = rule.read(at(90_030), Reading::One(On));
    assert_eq!(fact, Some(RuleFact::Reasserting(Off, Since::Grace)));
    assert_eq!(rule.poll(at(90_030)), Some(Order::Set(Off)));
}

#[test]
fn a_hand_that_takes_it_back_or_a_decision_that_agrees_ends_the_matter() {
    let mut rule = yielding();
    rule.poll(at(90_020));
    let fact = rule.read(at(90_030), Reading::One(Off));
    assert_eq!(fact, Some(RuleFact::Undone(Off)));
    let mut rule = yielding();
    rule.want(at(40_000), On);
    assert_eq!(rule.poll(at(40_000)), Some(Order::Read));
    assert_eq!(rule.read(at(40_010), Reading::One(On)), None);
    assert_eq!(rule.poll(at(69_000)), None, "nothing to write");
}

#[test]
fn a_missing_or_ambiguous_rule_is_never_touched_and_told_once() {
    for (reading, told) in [
        (Reading::Missing, RuleFact::Missing),
        (Reading::Ambiguous(2), RuleFact::Ambiguous(2)),
    ] {
        let mut rule = settled();
        rule.want(at(20), On);
        rule.lost(at(20));
        let mut facts = Vec::new();
        for second in 1..100 {
            let now = at(second * 1_000);
            match rule.poll(now) {
                Some(Order::Read) => facts.extend(rule.read(now, reading)),
                Some(Order::Set(_)) => panic!("{reading:?} was switched"),
                None => {}
            }
        }
        assert_eq!(facts, [told]);
        rule.poll(at(200_000));
        let fact = rule.read(at(200_010), Reading::One(Off));
        assert_eq!(fact, Some(RuleFact::Found));
        assert_eq!(rule.poll(at(200_010)), Some(Order::Set(On)));
    }
}

#[test]
fn a_connection_lost_in_the_middle_of_a_write_is_no_hand() {
    for applied in [On, Off] {
        let mut rule = settled();
        rule.want(at(20), On);
        assert_eq!(rule.poll(at(20)), Some(Order::Set(On)));
        rule.lost(at(20));
        assert_eq!(rule.poll(at(5_000)), Some(Order::Read), "read first");
        assert_eq!(rule.read(at(5_010), Reading::One(applied)), None);
        let next = rule.poll(at(5_010));
        assert_eq!(next, (applied == Off).then_some(Order::Set(On)));
    }
}

#[test]
fn a_rule_that_fell_back_while_the_router_was_away_is_no_hands_work() {
    for (away, grace) in [
        (2_000, true),
        (9_999, true),
        (10_000, false),
        (60_000, false),
    ] {
        let mut rule = settled();
        rule.lost(at(1_000));
        // The link fails again and again.
        rule.lost(at(1_000 + away / 2));
        let now = at(1_000 + away);
        assert_eq!(rule.poll(now), Some(Order::Read));
        let fact = rule.read(now, Reading::One(On));
        let (told, next) = if grace {
            (RuleFact::ByHand(On, HAND_GRACE), None)
        } else {
            (
                RuleFact::Reasserting(Off, Since::Away(Duration::from_millis(away))),
                Some(Order::Set(Off)),
            )
        };
        assert_eq!(fact, Some(told), "away for {away} ms");
        assert_eq!(rule.poll(now), next, "away for {away} ms");
    }
}

#[test]
fn a_wish_withdrawn_while_it_is_written_is_undone() {
    let mut rule = settled();
    rule.want(at(20), On);
    rule.poll(at(20));
    rule.want(at(25), Off);
    rule.written(at(30));
    assert_eq!(rule.poll(at(30)), Some(Order::Read));
    rule.read(at(40), Reading::One(On));
    let mut now = at(40);
    let mut orders = Vec::new();
    while rule.switch() != Some(Off) && now < at(60_000) {
        match rule.poll(now) {
            Some(Order::Set(switch)) => {
                orders.push(switch);
                rule.written(now);
            }
            Some(Order::Read) => {
                let stands = orders.last().copied().unwrap_or(On);
                rule.read(now, Reading::One(stands));
            }
            None => {}
        }
        now = now + Duration::from_millis(50);
    }
    assert_eq!(orders, [Off]);
    assert!(now < at(200), "{now}");
}

/// A rule that somebody has switched on at 30 s, which is left so until 90 s.
fn yielding() -> Rule {
    let mut rule = settled();
    assert_eq!(rule.poll(at(30_010)), Some(Order::Read));
    let fact = rule.read(at(30_020), Reading::One(On));
    assert_eq!(fact, Some(RuleFact::ByHand(On, HAND_GRACE)));
    rule
}

#[test]
fn a_hand_is_one_hand_however_often_the_connection_is_lost() {
    // Silent closes come between two looks, while a read is under way, and before the rule is read again.
    for (every, answers) in [(5_000, true), (1_000, true), (7_000, false)] {
        let mut rule = yielding();
        let mut facts = Vec::new();
        let mut orders = Vec::new();
        for ms in (31_000..100_000).step_by(500) {
            let now = at(ms);
            rule.want(now, Off);
            match rule.poll(now) {
                Some(Order::Set(switch)) => orders.push((ms, switch)),
                Some(Order::Read) if answers || ms >= 60_000 => {
                    facts.extend(rule.read(now, Reading::One(On)).map(|fact| (ms, fact)));
                }
                _ => {}
            }
            if ms % every == 0 && orders.is_empty() {
                rule.lost(now);
                assert_eq!(rule.yielding_until().is_some(), facts.is_empty());
            }
        }
        assert_eq!(facts.len(), 1, "lost every {every} ms: {facts:?}");
        let (told, fact) = facts[0];
        assert_eq!(fact, RuleFact::Reasserting(Off, Since::Grace));
        assert!((90_020..=92_000).contains(&told), "{told}");
        assert!(orders[0].0 <= 92_500 && orders[0].1 == Off, "{orders:?}");
    }
}

#[test]
fn a_hand_whose_time_is_over_while_the_router_cannot_be_asked_is_made_good_at_once() {
    for fails in [false, true] {
        let mut rule = yielding();
        rule.lost(at(40_000));
        if fails {
            assert_eq!(rule.poll(at(41_000)), Some(Order::Read));
            assert_eq!(rule.failed(at(42_000)), None);
        }
        assert_eq!(rule.poll(at(120_000)), Some(Order::Read));
        let fact = rule.read(at(120_010), Reading::One(On));
        assert_eq!(fact, Some(RuleFact::Reasserting(Off, Since::Grace)));
        assert_eq!(rule.poll(at(120_010)), Some(Order::Set(Off)));
    }
    let mut rule = yielding();
    rule.lost(at(40_000));
    rule.poll(at(41_000));
    let fact = rule.read(at(41_010), Reading::One(Off));
    assert_eq!(fact, Some(RuleFact::Undone(Off)), "the hand took it back");
    assert_eq!(rule.yielding_until(), None);
}

#[test]
fn who_insists_waits_for_neither_a_hand_nor_a_pause() {
    let paused = || {
        let mut rule = settled();
        rule.want(at(20), On);
        assert_eq!(rule.poll(at(20)), Some(Order::Set(On)));
        rule.written(at(30));
        rule.poll(at(30));
        rule.read(at(40), Reading::One(On));
        rule.want(at(50), Off);
        assert_eq!(rule.poll(at(50)), Some(Order::Set(Off)));
        rule.failed(at(60));
        rule
    };
    for (mut rule, ms) in [(yielding(), 31_000), (paused(), 70)] {
        rule.insist(at(ms), Off);
        assert_eq!(rule.yielding_until(), None);
        let mut next = rule.poll(at(ms));
        if next == Some(Order::Read) {
            assert_eq!(rule.read(at(ms + 1), Reading::One(On)), None);
            next = rule.poll(at(ms + 1));
        }
        assert_eq!(next, Some(Order::Set(Off)));
    }
    // What nobody has looked at for a while may have been switched since.
    let mut rule = settled();
    rule.insist(at(29_000), Off);
    assert_eq!(rule.poll(at(29_000)), Some(Order::Read));
    assert_eq!(rule.read(at(29_010), Reading::One(On)), None);
    assert_eq!(rule.poll(at(29_010)), Some(Order::Set(Off)));
}

#[test]
fn a_pause_outlasts_the_connection_and_a_look() {
    let mut rule = settled();
    rule.want(at(0), On);
    assert_eq!(rule.poll(at(0)), Some(Order::Set(On)));
    assert!(rule.failed(at(0)).is_some());
    let mut orders = Vec::new();
    for ms in (50..4_000).step_by(50) {
        if orders.is_empty() && ms % 100 == 0 {
            rule.lost(at(ms));
            assert_eq!(rule.read(at(ms), Reading::One(Off)), None);
        }
        if let Some(order) = rule.poll(at(ms)) {
            orders.push((ms, order));
            if order == Order::Read {
                rule.read(at(ms), Reading::One(Off));
            }
        }
    }
    assert_eq!(orders, [(1_000, Order::Set(On))]);
}

#[test]
fn a_look_while_a_write_is_verified_starts_nothing_over() {
    let mut rule = settled();
    rule.want(at(0), On);
    assert_eq!(rule.poll(at(0)), Some(Order::Set(On)));
    rule.written(at(0));
    assert_eq!(rule.poll(at(0)), Some(Order::Read));
    assert_eq!(rule.read(at(10), Reading::One(Off)), None);
    // The link's own look falls between two reads.
    assert_eq!(rule.read(at(50), Reading::One(Off)), None);
    assert_eq!(rule.poll(at(60)), None, "it is not written again");
    assert_eq!(rule.poll(at(110)), Some(Order::Read));
    let fact = rule.read(at(120), Reading::One(On));
    assert_eq!(fact, Some(RuleFact::Verified(On)));
}

#[test]
fn after_a_pause_a_write_that_worked_is_told_and_a_rule_that_only_could_not_be_read_is_not() {
    let look = at(30_010);
    let again = |rule: &mut Rule| {
        let orders = (0..).find_map(|second| rule.poll(look + Duration::from_secs(second)));
        assert_eq!(orders, Some(Order::Read));
    };
    let mut unread = settled();
    again(&mut unread);
    assert_eq!(unread.failed(look), None);
    again(&mut unread);
    assert_eq!(unread.read(look, Reading::One(Off)), None);

    let mut written = settled();
    written.want(at(20), On);
    assert_eq!(written.poll(at(20)), Some(Order::Set(On)));
    assert_eq!(written.failed(at(30)), Some(RuleFact::WriteFailed(On)));
    again(&mut written);
    let fact = written.read(look, Reading::One(On));
    assert_eq!(
        fact,
        Some(RuleFact::Verified(On)),
        "it was applied all the same"
    );
}
