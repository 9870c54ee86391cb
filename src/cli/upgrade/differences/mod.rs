//! What a person will notice who comes from v1.7: the weaknesses of v1.7 that are none any more, as far as this
//! set-up has met them.
//!
//! The numbers in the tables are those of the list that the project keeps of v1.7's weaknesses. Each of them is
//! told, or is said there why not.

mod control;
mod files;
mod router;
mod steering;

use crate::config::{SteeringConfig, WanConfig};

/// The set-up that is told about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup<'s> {
    pub(super) wans: &'s [&'s WanConfig],
    pub(super) steering: Option<&'s SteeringConfig>,
    /// Whether a file lies there, on the system in question.
    pub(super) has: &'s dyn Has,
}

/// Whether a file lies at a path.
pub(super) trait Has: std::fmt::Debug {
    fn has(&self, path: &str) -> bool;
}

/// What becomes of some of v1.7's weaknesses.
#[derive(Clone, Copy, Debug)]
enum Difference {
    /// Told to those whom it concerns.
    Told(fn(&Setup<'_>) -> Vec<String>),
    /// `classic` is v1.7's law with them; told as what the adaptive law would change.
    Kept(&'static str),
}

const ALL: [&[Difference]; 4] = [
    router::DIFFERENCES,
    control::DIFFERENCES,
    steering::DIFFERENCES,
    files::DIFFERENCES,
];

fn all() -> impl Iterator<Item = &'static Difference> {
    ALL.into_iter().flatten()
}

/// What this set-up will notice, sentence by sentence.
pub(super) fn told(setup: &Setup<'_>) -> Vec<String> {
    let told = all().flat_map(|difference| match difference {
        Difference::Told(tell) => tell(setup),
        Difference::Kept(_) => Vec::new(),
    });
    told.collect()
}

/// What stays as it was, for better or worse, as long as the law is v1.7's.
pub(super) fn kept() -> Vec<&'static str> {
    let kept = all().filter_map(|difference| match difference {
        Difference::Kept(sentence) => Some(*sentence),
        Difference::Told(_) => None,
    });
    kept.collect()
}

/// One sentence for everybody.
fn one(sentence: &str) -> Vec<String> {
    vec![sentence.to_owned()]
}

/// One sentence if it concerns somebody.
fn if_so(concerns: bool, sentence: impl FnOnce() -> String) -> Vec<String> {
    concerns.then(sentence).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const WAN: &str = include_str!("../../../../configs/classic.yaml");
    const STEERING: &str = include_str!("../../../../configs/steering.yaml");
    /// The last number of the list; 58 was never given.
    const LAST: u8 = 63;
    const NEVER_GIVEN: [u8; 1] = [58];

    #[derive(Debug)]
    struct Nothing;

    impl Has for Nothing {
        fn has(&self, _: &str) -> bool {
            false
        }
    }

    /// What a set-up with these changes to the example files is told.
    fn said(wan: &[(&str, &str)], steering: Option<&[(&str, &str)]>) -> String {
        let changed = |text: &str, changes: &[(&str, &str)]| {
            changes.iter().fold(text.to_owned(), |text, (from, to)| {
                assert!(text.contains(from), "{from}");
                text.replacen(from, to, 1)
            })
        };
        let wan = crate::config::parse(Path::new("wan1.yaml"), changed(WAN, wan).as_bytes());
        let wan = wan.unwrap().config;
        let steering = steering.map(|changes| {
            let text = changed(STEERING, changes);
            let read = crate::config::parse_steering(Path::new("steering.yaml"), text.as_bytes());
            read.unwrap().config
        });
        let setup = Setup {
            wans: &[&wan],
            steering: steering.as_ref(),
            has: &Nothing,
        };
        told(&setup).join("\n")
    }

    #[test]
    fn every_weakness_is_told_or_said_why_not_once() {
        let tables = [
            include_str!("router.rs"),
            include_str!("control.rs"),
            include_str!("steering.rs"),
            include_str!("files.rs"),
        ];
        let comments = tables.into_iter().flat_map(str::lines).map(str::trim);
        let comments = comments.filter_map(|line| line.strip_prefix("// W-"));
        let mut numbers: Vec<u8> = comments
            .flat_map(|comment| comment.split("W-"))
            .map(|number| number[..2].parse().unwrap())
            .collect();
        numbers.sort_unstable();
        let expected: Vec<u8> = (1..=LAST).filter(|n| !NEVER_GIVEN.contains(n)).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn nobody_is_told_of_what_he_does_not_have() {
        let plain = said(&[], None);
        for word in ["teering", "confidence", "mangle"] {
            assert!(!plain.contains(word), "{word} in {plain}");
        }
        assert!(plain.contains("never restarts"), "{plain}");
        let steered = said(&[], Some(&[]));
        assert!(steered.contains("mangle rule"), "{steered}");
        assert!(steered.len() > plain.len());
    }

    #[test]
    fn what_a_file_says_decides_what_is_told() {
        let ssh = [("transport: rest", "transport: ssh")];
        assert!(!said(&[], None).contains("by SSH, as"));
        // Without a key and with a password, it is REST as before.
        assert!(said(&ssh, None).contains("goes on by REST"));
    }
}
