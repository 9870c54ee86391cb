//! The thread, from records to files.

use super::*;
use crate::autorate::Autorate;
use crate::program::Fact;
use crate::report::state;
use crate::status::Saved;
use crate::units::Rate;

fn params(dir: &std::path::Path, debug: bool) -> ScribeParams {
    ScribeParams {
        wans: vec![WanFiles {
            name: crate::status::label("wan1"),
            main_log: Some(dir.join("log/wan1.log")),
            debug_log: Some(dir.join("log/wan1_debug.log")),
            states: vec![
                dir.join("state/wan1_state.json"),
                dir.join("wan1_state.json"),
            ],
        }],
        format: LogFormat::Text,
        debug,
        console: false,
    }
}

const THROTTLED: RecordOf<Autorate> = Record::Fact {
    wan: WanId(0),
    fact: Fact::Throttled {
        changes: 10,
        window: Duration::from_secs(60),
    },
};

#[test]
fn facts_become_lines_and_states_documents() {
    let dir = tempfile::tempdir().unwrap();
    let scribe = Scribe::start::<Autorate>(Clock::start(), params(dir.path(), true)).unwrap();
    let mut saved = Saved::default();
    saved.rates.down = Rate::mbit(7);
    let wan = WanId(0);
    scribe.inbox().leave(THROTTLED);
    scribe.inbox().leave(Record::Save { wan, saved });
    scribe.inbox().leave(Record::Fact {
        wan,
        fact: Fact::Silent,
    });
    assert!(scribe.stop(Duration::from_secs(5)));

    let main = std::fs::read_to_string(dir.path().join("log/wan1.log")).unwrap();
    assert!(
        main.ends_with(" [wan1] [WARNING] wan1: All ICMP pings failed - running fallback checks\n"),
        "{main}"
    );
    assert_eq!(main.lines().count(), 1, "debug lines stay out of it");
    let debug = std::fs::read_to_string(dir.path().join("log/wan1_debug.log")).unwrap();
    assert_eq!(debug.lines().count(), 2);
    let documents = Documents {
        longest: state::LONGEST,
        parse: &|bytes| state::parse(bytes, &Saved::default()),
    };
    for path in &params(dir.path(), false).wans[0].states {
        let read = read_state(path, &documents).unwrap().unwrap();
        assert_eq!(read.rates.down, Rate::mbit(7));
    }
}

#[test]
fn a_rotated_log_is_reopened_without_being_told() {
    let dir = tempfile::tempdir().unwrap();
    let scribe = Scribe::start::<Autorate>(Clock::start(), params(dir.path(), false)).unwrap();
    let (log, old) = (dir.path().join("log/wan1.log"), dir.path().join("old.log"));
    let silent = || {
        scribe.inbox().leave(Record::Fact {
            wan: WanId(0),
            fact: Fact::Silent,
        });
    };
    silent();
    while !log.exists() {
        thread::park_timeout(LOOK_EVERY);
    }
    std::fs::rename(&log, &old).unwrap();
    for _ in 0..40 {
        silent();
        thread::park_timeout(LOOK_EVERY);
        if log.exists() {
            break;
        }
    }
    assert!(log.exists());
    scribe.stop(Duration::from_secs(5));
}

#[test]
fn what_does_not_fit_is_dropped_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let scribe = Scribe::start::<Autorate>(Clock::start(), params(dir.path(), false)).unwrap();
    let inbox = scribe.inbox();
    for _ in 0..100_000 {
        inbox.leave(THROTTLED);
    }
    assert!(inbox.lost() > 0);
    scribe.stop(Duration::from_secs(5));
}
