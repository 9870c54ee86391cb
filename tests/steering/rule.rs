//! What becomes of the rule, and of a router that is away.

use wanctl::steering::fact::{Fact, Standing};
use wanctl::steering::record::Saved;
use wanctl::steering::rule::{Belief, HAND_GRACE, Reading, RuleFact, Switch};
use wanctl::time::Duration;

use crate::line::{World, calm, congested, params};

const FAST: Duration = Duration::from_millis(50);

fn world() -> World {
    let mut world = World::new(params(FAST));
    world.run(60.0, &calm());
    assert!(!world.degraded() && world.switched.is_empty());
    world
}

#[test]
fn a_router_that_is_away_is_asked_when_it_is_back_if_it_still_hurts() {
    let mut world = world();
    world.down = true;
    world.steering.link_lost(world.now);
    world.run(30.0, &congested(80));
    assert!(!world.degraded(), "nobody confirmed anything");
    world.down = false;
    world.run(1.0, &congested(80));
    assert!(world.degraded());
    world.down = true;
    world.steering.link_lost(world.now);
    world.run(200.0, &calm());
    assert!(world.degraded(), "the rule is on, as far as anybody knows");
    world.down = false;
    world.run(1.0, &calm());
    assert!(!world.degraded());
    assert_eq!(world.switched.len(), 2);
}

/// W-28: whatever was saved, the traffic goes where the rule says.
#[test]
fn at_the_start_the_router_is_right() {
    for (saved, rule) in [
        (Standing::Good, Switch::On),
        (Standing::Degraded, Switch::Off),
        (Standing::Good, Switch::Off),
        (Standing::Degraded, Switch::On),
    ] {
        let mut world = World::new(params(FAST));
        world.rule = Reading::One(rule);
        let document = Saved {
            standing: saved,
            ..Saved::default()
        };
        world.steering.restore(world.now, document);
        world.run(5.0, &calm());
        assert_eq!(world.degraded(), rule == Switch::On, "{saved:?} {rule:?}");
        assert!(world.switched.is_empty(), "nothing is switched blindly");
        let disagreed = world.degraded() != (saved == Standing::Degraded);
        let told = world.told(|fact| matches!(fact, Fact::Adopted(_)));
        assert_eq!(told, usize::from(disagreed));
        world.run(60.0, &calm());
        assert!(!world.degraded(), "a calm line is returned to");
        assert_eq!(world.switched.len(), usize::from(rule == Switch::On));
    }
}

#[test]
fn a_rule_switched_by_hand_is_put_right_after_a_minute() {
    let mut world = world();
    world.rule = Reading::One(Switch::On);
    world.run(31.0, &calm());
    let by_hand = Fact::Rule(RuleFact::ByHand(Switch::On, HAND_GRACE));
    assert_eq!(world.told(|fact| *fact == by_hand), 1);
    assert_eq!(world.steering.rule().belief(), Belief::On);
    assert!(world.switched.is_empty());
    world.run(61.0, &calm());
    assert_eq!(world.rule, Reading::One(Switch::Off));
    assert_eq!(world.switched.len(), 1);
    assert_eq!(world.told(|fact| matches!(fact, Fact::Moved { .. })), 0);
}

#[test]
fn two_rules_with_the_comment_are_not_touched() {
    for (reading, fact) in [
        (Reading::Ambiguous(2), RuleFact::Ambiguous(2)),
        (Reading::Missing, RuleFact::Missing),
    ] {
        let mut world = World::new(params(FAST));
        world.rule = reading;
        world.run(120.0, &congested(80));
        assert!(!world.degraded());
        assert_eq!(world.told(|told| *told == Fact::Rule(fact)), 1);
        world.rule = Reading::One(Switch::Off);
        world.run(31.0, &congested(80));
        assert!(world.degraded(), "it still hurts");
    }
}

#[test]
fn retiring_takes_the_traffic_back_whatever_the_line_is_like() {
    let mut world = world();
    world.run(30.0, &congested(80));
    assert!(world.degraded());
    assert!(!world.steering.is_retiring());
    world.steering.retire(world.now);
    assert!(world.steering.is_retiring());
    world.run(10.0, &congested(80));
    assert!(!world.degraded());
    assert_eq!(world.rule, Reading::One(Switch::Off));
    assert_eq!(world.steering.rule().switch(), Some(Switch::Off));
}
