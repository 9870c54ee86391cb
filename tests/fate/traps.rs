//! The net holds: each planted bug is found, and its fate made so short that a person sees why.

use crate::draw;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::play;
use crate::promises::Broken;
use crate::shrink::{Shrunk, shrink};

/// Tries to make one short.
const TRIES: u32 = 30;

/// The shortest fate in which this bug breaks its promise; it shows in that of this seed.
fn caught(planted: Planted, seed: u64, judge: fn(&Plan, Planted) -> Option<Broken>) -> Shrunk {
    let (_, promise) = Planted::ALL
        .into_iter()
        .find(|(known, _)| *known == planted)
        .expect("a planted bug");
    let judge = |plan: &Plan, planted| judge(plan, planted).filter(|it| it.promise == promise);
    let plan = draw::plan(seed, planted.pace());
    let broken = judge(&plan, planted).unwrap_or_else(|| panic!("{planted:?} was not found"));
    let shrunk = shrink(&plan, &broken, TRIES, |plan| judge(plan, planted));
    println!("{planted:?}: {}\n{}", shrunk.broken, shrunk.plan);
    // Without the bug nothing is wrong with it.
    assert_eq!(judge(&shrunk.plan, Planted::Nothing), None, "{planted:?}");
    shrunk
}

fn once(plan: &Plan, planted: Planted) -> Option<Broken> {
    play::play(plan, planted).err()
}

fn twice(plan: &Plan, planted: Planted) -> Option<Broken> {
    play::play_twice(plan, planted).err()
}

#[test]
fn a_limit_that_loses_a_digit() {
    let shrunk = caught(Planted::LosesDigit, 8, once);
    assert!(shrunk.plan.troubles.len() <= 2, "{}", shrunk.plan);
}

#[test]
fn a_write_that_is_sent_twice() {
    let shrunk = caught(Planted::WritesTwice, 32, once);
    assert!(shrunk.plan.troubles.len() <= 2, "{}", shrunk.plan);
}

#[test]
fn a_belief_that_nothing_shakes() {
    let shrunk = caught(Planted::BelievesItself, 8, once);
    assert!(shrunk.plan.troubles.len() <= 2, "{}", shrunk.plan);
}

#[test]
fn a_cut_that_gets_lost() {
    let shrunk = caught(Planted::LosesCuts, 191, once);
    assert!(shrunk.plan.troubles.len() <= 2, "{}", shrunk.plan);
}

#[test]
fn a_cycle_that_waits_for_the_router() {
    let shrunk = caught(Planted::WaitsForRouter, 0, once);
    assert!(shrunk.plan.troubles.len() <= 1, "{}", shrunk.plan);
}

#[test]
fn a_leak() {
    let shrunk = caught(Planted::Leaks, 1, once);
    assert!(shrunk.plan.troubles.len() <= 1, "{}", shrunk.plan);
}

#[test]
fn a_health_that_flatters() {
    let shrunk = caught(Planted::FlattersItself, 160, once);
    assert!(shrunk.plan.troubles.len() <= 1, "{}", shrunk.plan);
}

#[test]
fn a_rule_that_is_not_looked_at() {
    let shrunk = caught(Planted::RuleUnseen, 18, once);
    assert!(shrunk.plan.troubles.len() <= 1, "{}", shrunk.plan);
}

#[test]
fn a_router_that_is_given_up() {
    let shrunk = caught(Planted::GivesUp, 11, once);
    assert!(shrunk.plan.troubles.len() <= 2, "{}", shrunk.plan);
}

#[test]
fn a_die_that_no_seed_knows() {
    let shrunk = caught(Planted::Dice, 0, twice);
    assert!(shrunk.plan.troubles.is_empty(), "{}", shrunk.plan);
}
