//! What its refusals and events say.

use super::*;

#[test]
fn every_refusal_is_told_in_words_of_its_own() {
    let kinds = [
        Refusal::RuleMissing,
        Refusal::RuleAmbiguous(2),
        Refusal::RuleUnknown,
        Refusal::IdUnknown,
        Refusal::QueueMissing,
        Refusal::NotPermitted,
        Refusal::Rejected,
        Refusal::Unclear,
    ];
    let words: std::collections::BTreeSet<_> = kinds.map(Refusal::explain).into();
    assert_eq!(words.len(), kinds.len());
    assert_eq!(Refusal::Status(500).explain(), Refusal::Rejected.explain());
}

/// A failure is forgiven for that (src/router/failover.rs).
#[test]
fn a_rule_that_was_written_proves_that_the_router_takes_writes_and_a_reading_that_it_reads() {
    assert_eq!(written(OFF).proves(), Some(Known::Written));
    assert_eq!(read(OFF).proves(), Some(Known::Read));
    assert_eq!(Event::Up.proves(), None);
}
