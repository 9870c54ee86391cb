//! `configs/REFERENCE.md`, and the keys of the examples beside it.

use std::fs;

use crate::root;

use wanctl::config::{FileKind, kind, reference};
use wanctl::manual::keys;

/// Written anew with `WANCTL_WRITE_REFERENCE=1 cargo test --test manual`.
#[test]
fn the_reference_of_all_keys_is_current() {
    let path = root("configs/REFERENCE.md");
    let current = keys::markdown();
    if std::env::var_os("WANCTL_WRITE_REFERENCE").is_some() {
        fs::write(&path, &current).expect("a writable file");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "configs/REFERENCE.md is out of date; WANCTL_WRITE_REFERENCE=1 cargo test --test manual writes it anew"
    );
}

/// What the examples set, commented out or not, is a key that the reference explains.
#[test]
fn every_key_of_the_examples_is_in_the_reference() {
    let mut seen = 0;
    for entry in fs::read_dir(root("configs")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ext| ext != "yaml") {
            continue;
        }
        let known = reference(kind(&path)).keys;
        let text = fs::read_to_string(&path).expect("UTF-8");
        for key in text.lines().filter_map(key_of) {
            let last = |path: &str| path.rsplit('.').next() == Some(key);
            let section = |path: &str| path.split('.').any(|part| part == key);
            let found = known.iter().any(|it| last(&it.path) || section(&it.path));
            assert!(found, "{}: {key}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen}");
    assert!(!reference(FileKind::Steering).silent.is_empty());
}

/// The key of a line `  # key: value` or `key:`; prose has none.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.trim_start_matches([' ', '#']).split_once(':')?;
    let is_key = key.len() > 3
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
    (is_key && (rest.is_empty() || rest.starts_with(' '))).then_some(key)
}
