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
    let counted = Event::Counted {
        counters: Counters::default(),
        took: Duration::ZERO,
    };
    assert_eq!(counted.proves(), Some(Known::Read));
    assert_eq!(Event::Up.proves(), None);
}

#[test]
fn what_is_told_of_a_connection_is_the_same_for_every_talk() {
    for contact in [
        Contact::Up,
        Contact::Lost(None),
        Contact::Lost(Some(Failure::TimedOut)),
        Contact::Switched {
            to: Transport::Ssh,
            why: Some(Failure::Closed),
        },
        Contact::SpareFailed(Failure::Busy),
    ] {
        assert_eq!(Event::from(contact).contact(), Some(contact));
        assert_eq!(crate::router::Event::from(contact).contact(), Some(contact));
    }
    assert_eq!(read(OFF).contact(), None);
}

#[test]
fn every_failure_is_told_in_words_of_its_own() {
    let kinds = [
        Failure::TimedOut,
        Failure::ConnectionRefused,
        Failure::NetworkUnreachable,
        Failure::NameUnknown,
        Failure::Unauthorized,
        Failure::Tls,
        Failure::Garbled,
        Failure::Closed,
        Failure::TooLarge,
        Failure::Status(500),
        Failure::Status(404),
        Failure::Status(402),
        Failure::HostKeyUnknown,
        Failure::HostKeyChanged,
        Failure::KeyFile,
        Failure::Busy,
        Failure::Ssh,
    ];
    let words: std::collections::BTreeSet<_> = kinds.map(Failure::explain).into();
    assert_eq!(words.len(), kinds.len());
}

#[test]
fn a_transport_is_called_as_in_the_file() {
    use crate::router::Transport;
    let both = [Transport::Rest, Transport::Ssh];
    assert_eq!(both.map(|it| it.to_string()), ["rest", "ssh"]);
}
