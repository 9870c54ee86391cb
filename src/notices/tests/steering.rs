//! Evenings of steering.

use super::*;
use crate::steer::{self, Cycle, Trouble as Wrong};
use crate::steering::assessment::{Assessment, Reason};
use crate::steering::fact::{self, Standing};
use crate::steering::{Counts, Decides};

fn steering() -> Evening<steer::Fact, SteeringWatch> {
    Evening::of(SteeringWatch::new(&label("steering"), PARAMS))
}

fn steering_cycle(standing: Standing, trouble: Option<Wrong>) -> steer::Fact {
    steer::Fact::Cycle {
        cycle: Cycle {
            prefix: label("WAN1"),
            cake_aware: true,
            standing,
            assessment: Assessment {
                zone: Zone::Green,
                reason: Reason::Loss,
            },
            rtt: None,
            baseline: None,
            delta: None,
            smoothed: None,
            drops: None,
            queue: None,
            counts: Counts::default(),
            needed: (2, 15),
            decides: Decides::Hysteresis,
            trouble,
        },
        notable: false,
    }
}

#[test]
fn steering_is_told_on_and_off_at_once() {
    let mut evening = steering();
    evening.pass(10, &[steering_cycle(Standing::Good, None)]);
    evening.hear(&steer::Fact::Decision {
        about: label("WAN1"),
        fact: fact::Fact::Moved {
            from: Standing::Good,
            to: Standing::Degraded,
        },
    });
    evening.pass(300, &[steering_cycle(Standing::Degraded, None)]);
    evening.pass(10, &[steering_cycle(Standing::Good, None)]);
    assert_eq!(evening.told, ["11 +steering", "311 -steering"]);
    assert_eq!(
        evening.notices[0].title,
        "steering: traffic is steered to the other line"
    );
    assert_eq!(evening.notices[1].message, "It lasted 5 min.");
}

#[test]
fn a_rule_that_is_missing_is_told_and_what_nobody_sees_is_not_in_order() {
    let mut evening = steering();
    let good = |trouble| steering_cycle(Standing::Good, trouble);
    evening.pass(40, &[good(Some(Wrong::RuleMissing))]);
    evening.pass(100, &[good(Some(Wrong::RouterUnreachable))]);
    evening.pass(40, &[good(Some(Wrong::RuleMissing))]);
    evening.pass(40, &[good(None)]);
    // What is wrong with a line is autorate's to tell.
    evening.pass(100, &[good(Some(Wrong::BothSilent))]);
    assert_eq!(
        evening.told,
        ["31 +rule", "71 +router", "171 -router", "211 -rule"]
    );
    assert_eq!(
        evening.notices[0].message,
        "No mangle rule has the configured comment. So for 30 s."
    );
}
