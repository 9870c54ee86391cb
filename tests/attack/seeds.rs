//! Every seed of `fuzz/seeds`, and with them every input that ever broke a promise, played without a fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::attack;

type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("command_line_sound", attack::words::command_line_sound),
    ("config_never_panics", attack::config_never_panics),
    ("console_text_sound", attack::steering::console_text_sound),
    ("feed_sound", attack::feed_sound),
    #[cfg(feature = "history")]
    ("history_query_sound", attack::history::history_query_sound),
    ("http_request_sound", attack::http_request_sound),
    ("http_response_any_split", attack::http_response_any_split),
    ("icmp_reply_parsing_sound", attack::icmp_reply_parsing_sound),
    (
        "link_events_any_order",
        attack::meeting::link_events_any_order,
    ),
    ("rest_link_any_bytes", attack::link::rest_link_any_bytes),
    ("routeros_json_sound", attack::routeros_json_sound),
    ("secrets_sound", attack::words::secrets_sound),
    ("state_document_sound", attack::state_document_sound),
    (
        "steering_config_sound",
        attack::words::steering_config_sound,
    ),
    (
        "steering_document_sound",
        attack::steering::steering_document_sound,
    ),
    (
        "steering_link_any_bytes",
        attack::steering::steering_link_any_bytes,
    ),
    ("times_sound", attack::words::times_sound),
];

/// What a build without a feature has no target for.
const WITHOUT: &[&str] = if cfg!(feature = "history") {
    &[]
} else {
    &["history_query_sound"]
};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    entries.map(|entry| entry.expect("an entry").path())
}

#[test]
fn every_seed_keeps_what_its_target_promises() {
    for (name, attack) in TARGETS {
        let mut seeds = 0;
        for seed in entries(&fuzz().join("seeds").join(name)) {
            // A seed that breaks a promise is named by what the test prints.
            println!("{}", seed.display());
            attack(&fs::read(&seed).expect("a seed"));
            seeds += 1;
        }
        assert!(seeds > 0, "{name} has no seed");
    }
}

/// No target of the fuzzer is forgotten here, and no seeds are left of one that is gone.
#[test]
fn every_target_is_fuzzed_and_has_its_seeds() {
    let ours = TARGETS
        .iter()
        .map(|(name, _)| *name)
        .chain(WITHOUT.iter().copied());
    let ours: BTreeSet<String> = ours.map(str::to_owned).collect();
    let stem = |path: PathBuf| {
        path.file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let fuzzed: BTreeSet<String> = entries(&fuzz().join("fuzz_targets")).map(stem).collect();
    let seeded: BTreeSet<String> = entries(&fuzz().join("seeds")).map(stem).collect();
    assert_eq!(ours, fuzzed, "here, and in fuzz/fuzz_targets");
    assert_eq!(ours, seeded, "here, and in fuzz/seeds");
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("it is there");
    for name in &ours {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name}: fuzz/Cargo.toml"
        );
    }
}
