//! What every key of a file means, for people.
//!
//! A reader knows its key's name, range and default, and says so (`Section::tell`). What it cannot know, a sentence
//! and the unit, stands here, once.

mod shared;
mod steering;
mod wan;

use std::path::Path;

use super::ledger::{Entries, Presence, Told};
use super::section::Section;
use super::value::Notes;
use super::{FileKind, tree};

/// A key and what it means: a sentence or two, with the unit.
type Meaning = (&'static str, &'static str);

/// One key of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    /// With its sections and dots between them, `router.host`.
    pub path: String,
    /// What it may be.
    pub expected: String,
    /// What becomes of a file without it.
    pub presence: Presence,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// All keys of a kind of file.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    /// In the order in which somebody who writes a file meets them.
    pub keys: Vec<Key>,
    /// Keys that are known, and without any effect.
    pub silent: Vec<String>,
    /// Keys that a reader knows and nothing here explains; none, or a test fails.
    pub unexplained: Vec<String>,
    /// Keys that are explained here and no reader knows; none, or a test fails.
    pub unknown: Vec<&'static str>,
}

/// Keys that readers look at for other reasons than their value: old names of others, what tells a file of v1.7's
/// install wizard, and what means something in a WAN's file only.
const ASIDE: [&str; 10] = [
    "logging.log_cake_stats",
    "primary_wan",
    "cake_queues.spectrum_download",
    "cake_queues.spectrum_upload",
    "continuous_monitoring.upload.floor_soft_red_mbps",
    "router.queue_types.download",
    "router.queue_types.upload",
    "router.write_limit.changes",
    "router.write_limit.window_sec",
    "router.on_exit",
];

/// The keys of a kind of file, as its readers know them.
pub fn reference(kind: FileKind) -> Reference {
    let (entries, meanings): (Entries, &[&[Meaning]]) = match kind {
        FileKind::Wan => (
            of_wan(),
            &[wan::FIRST, shared::ROUTER, wan::KEYS, shared::LAST],
        ),
        FileKind::Steering => (
            told(steering::ASKING, super::steering::read),
            &[
                steering::FIRST,
                shared::ROUTER,
                steering::KEYS,
                shared::LAST,
            ],
        ),
    };
    let mut reference = Reference {
        silent: entries.silent,
        ..Reference::default()
    };
    let mut rest = entries.told;
    for &(path, meaning) in meanings.iter().copied().flatten() {
        match rest.iter().position(|told| told.path == path) {
            Some(at) => {
                let Told {
                    path,
                    expected,
                    presence,
                } = rest.remove(at);
                reference.keys.push(Key {
                    path,
                    expected,
                    presence,
                    meaning,
                });
            }
            None => reference.unknown.push(path),
        }
    }
    let rest = rest.into_iter().map(|told| told.path);
    reference.unexplained = rest.chain(entries.untold).collect();
    let explained_by_another = |path: &String| ASIDE.contains(&path.as_str());
    reference
        .unexplained
        .retain(|path| !explained_by_another(path));
    reference
}

/// Of a WAN's file: what only the classic law cannot do without is no duty.
fn of_wan() -> Entries {
    let mut classic = told(wan::ASKING_CLASSIC, super::wan::read);
    let adaptive = told(wan::ASKING_ADAPTIVE, super::wan::read);
    for told in &mut classic.told {
        let other = adaptive.told.iter().find(|other| other.path == told.path);
        if let (Presence::Required, Some(other)) = (&told.presence, other)
            && other.presence != Presence::Required
        {
            told.presence = Presence::RequiredByClassic;
        }
    }
    classic
}

/// What the readers say of a file that makes them look at every key.
fn told<T>(text: &str, read: fn(&Path, Section<'_>) -> Option<T>) -> Entries {
    let file = Path::new("reference.yaml");
    let Ok(Some(root)) = tree::parse(text) else {
        return Entries::default();
    };
    let notes = Notes::with_ledger(file, &root);
    if let Some(section) = Section::root(&notes, &root) {
        read(file, section);
    }
    notes
        .ledger
        .map(super::ledger::Ledger::close)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_sentence_and_every_sentence_a_key() {
        for kind in [FileKind::Wan, FileKind::Steering] {
            let Reference {
                keys,
                unexplained,
                unknown,
                ..
            } = reference(kind);
            assert_eq!(
                unexplained,
                Vec::<String>::new(),
                "{kind:?}: say what these mean"
            );
            assert_eq!(
                unknown,
                Vec::<&str>::new(),
                "{kind:?}: no reader knows these"
            );
            assert!(keys.len() > 50, "{kind:?}: {}", keys.len());
        }
    }

    #[test]
    fn every_key_says_what_it_may_be_and_what_is_taken_without_it() {
        for kind in [FileKind::Wan, FileKind::Steering] {
            for key in reference(kind).keys {
                assert!(!key.expected.is_empty(), "{}", key.path);
                assert_ne!(
                    key.presence,
                    Presence::Default(String::new()),
                    "{}",
                    key.path
                );
                assert!(key.meaning.ends_with('.'), "{}", key.path);
            }
        }
    }

    /// Ranges and defaults are those of the readers, here some that the contract names.
    #[test]
    fn what_is_told_is_what_is_read() {
        let wan = reference(FileKind::Wan);
        let of = |path: &str| {
            let key = wan.keys.iter().find(|key| key.path == path);
            let key = key.unwrap_or_else(|| panic!("{path}"));
            (key.expected.as_str(), key.presence.clone())
        };
        let default = |text: &str| Presence::Default(text.to_owned());
        for (path, expected, presence) in [
            (
                "router.port",
                "a whole number from 1 to 65535",
                default("443"),
            ),
            (
                "lock_timeout",
                "a whole number from 1 to 3600",
                Presence::Required,
            ),
            (
                "continuous_monitoring.download.factor_down",
                "a number from 0.1 to 1.0",
                Presence::RequiredByClassic,
            ),
            (
                "continuous_monitoring.control_law",
                "classic or adaptive",
                default("classic"),
            ),
            (
                "continuous_monitoring.line",
                "cable, dsl, fiber, lte or starlink",
                default("cable"),
            ),
            ("metrics.enabled", "true or false", default("false")),
            ("router.ca_file", "the name of a file", Presence::Optional),
        ] {
            assert_eq!(of(path), (expected, presence), "{path}");
        }
    }
}
