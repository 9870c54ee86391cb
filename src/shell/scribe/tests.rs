//! The thread, from records to files.

use super::*;
use crate::autorate::Autorate;
use crate::program::Fact;
use crate::report::{state, steering};
use crate::status::Saved;
use crate::steer::{Snapshot, Steer};
use crate::steering::fact::Standing;
use crate::time::WallTime;
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

fn start(params: ScribeParams) -> ScribeOf<Autorate> {
    Scribe::start::<Autorate>(Clock::start(), params, Vec::new()).unwrap()
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
    let scribe = start(params(dir.path(), true));
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
    let scribe = start(params(dir.path(), false));
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
    let scribe = start(params(dir.path(), false));
    let inbox = scribe.inbox();
    for _ in 0..100_000 {
        inbox.leave(THROTTLED);
    }
    assert!(inbox.lost() > 0);
    scribe.stop(Duration::from_secs(5));
}

/// A snapshot in its box, as the program sends it.
fn snapshot() -> Box<Snapshot> {
    let mut record = crate::steering::record::Record::new(3);
    record.rtt.push(crate::units::Millis::of(26));
    Box::new(Snapshot {
        at: crate::time::Instant::ZERO,
        prefix: crate::status::label("WAN1"),
        standing: Standing::Degraded,
        counts: crate::steering::Counts::default(),
        cake_aware: true,
        baseline: crate::units::Millis::new(25.0),
        averages: (1.0, 0.0),
        zone: crate::control::zone::Zone::Red,
        record,
    })
}

#[test]
fn another_program_has_its_own_lines_and_documents_and_gets_its_boxes_back() {
    let fact = || Record::Fact {
        wan: WanId(0),
        fact: crate::steer::Fact::Switching {
            to: crate::steering::rule::Switch::On,
            comment: crate::status::label("ADAPTIVE: Steer"),
        },
    };
    for format in [LogFormat::Text, LogFormat::Json] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/steering_state.json");
        let mut params = params(dir.path(), false);
        params.wans[0].name = crate::status::label("Steering");
        params.wans[0].states = vec![path.clone()];
        params.format = format;
        let scribe = Scribe::start::<Steer>(Clock::start(), params, Vec::new()).unwrap();
        let inbox = scribe.inbox();
        let saved = snapshot();
        let place: *const Snapshot = &raw const *saved;
        let wan = WanId(0);
        inbox.leave(fact());
        inbox.leave(Record::Save { wan, saved });
        assert!(scribe.stop(Duration::from_secs(5)));

        let log = std::fs::read_to_string(dir.path().join("log/wan1.log")).unwrap();
        let end = match format {
            LogFormat::Text => " [Steering] [INFO] Enabling steering rule: ADAPTIVE: Steer\n",
            LogFormat::Json => {
                "\"level\":\"INFO\",\"logger\":\"steering_steering\",\
                 \"message\":\"Enabling steering rule: ADAPTIVE: Steer\"}\n"
            }
        };
        assert!(log.ends_with(end), "{log}");
        assert_eq!(log.lines().count(), 1);
        let documents = Documents {
            longest: steering::state::LONGEST,
            parse: &|bytes| steering::state::parse(bytes, "WAN1", 3),
        };
        let read = read_state(&path, &documents).unwrap().unwrap();
        assert_eq!(read.standing, Standing::Degraded);
        assert_eq!(read.rtt, [crate::units::Millis::of(26)]);
        let back = inbox.written().expect("its box");
        assert_eq!(&raw const *back, place, "the same one");
        assert!(inbox.written().is_none());
    }
}

/// Keeps what it hears, and says so.
#[derive(Debug)]
struct Parrot(Arc<std::sync::Mutex<Vec<String>>>);

impl Follower<Fact> for Parrot {
    fn hear(&mut self, _at: WallTime, wan: WanId, fact: &Fact) {
        self.0.lock().unwrap().push(format!("{wan:?} {fact:?}"));
    }

    fn work(&mut self, _at: Moment, _say: &mut dyn FnMut(log::Level, &str)) {}

    fn finish(&mut self, _at: Moment, say: &mut dyn FnMut(log::Level, &str)) {
        say(log::Level::Warn, "The parrot has gone");
    }
}

#[test]
fn a_follower_hears_every_fact_and_has_the_last_word() {
    let dir = tempfile::tempdir().unwrap();
    let heard = Arc::default();
    let parrot = Box::new(Parrot(Arc::clone(&heard)));
    let params = params(dir.path(), false);
    let scribe = Scribe::start::<Autorate>(Clock::start(), params, vec![parrot]).unwrap();
    let inbox = scribe.inbox();
    assert!(inbox.wants(log::Level::Debug) && !inbox.wants_debug());
    inbox.leave(THROTTLED);
    assert!(scribe.stop(Duration::from_secs(5)));
    assert_eq!(
        *heard.lock().unwrap(),
        [format!(
            "{:?} {:?}",
            WanId(0),
            Fact::Throttled {
                changes: 10,
                window: Duration::from_secs(60)
            }
        )]
    );
    let log = std::fs::read_to_string(dir.path().join("log/wan1.log")).unwrap();
    assert!(log.ends_with(" [WARNING] The parrot has gone\n"), "{log}");
    assert_eq!(
        log.lines().count(),
        1,
        "what is only for debugging stays out"
    );
}

/// Asks somebody else to say its last word.
#[derive(Debug)]
struct Ventriloquist(Arc<std::sync::OnceLock<InboxOf<Autorate>>>);

impl Follower<Fact> for Ventriloquist {
    fn hear(&mut self, _at: WallTime, _wan: WanId, _fact: &Fact) {}

    fn work(&mut self, _at: Moment, _say: &mut dyn FnMut(log::Level, &str)) {}

    fn finish(&mut self, _at: Moment, _say: &mut dyn FnMut(log::Level, &str)) {
        self.0.get().expect("it was set").leave(Record::Line {
            wan: None,
            level: log::Level::Warn,
            text: line(format_args!("The last attempt failed")),
        });
    }
}

#[test]
fn what_a_followers_thread_says_at_the_end_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let voice = Arc::default();
    let follower = Box::new(Ventriloquist(Arc::clone(&voice)));
    let params = params(dir.path(), false);
    let scribe = Scribe::start::<Autorate>(Clock::start(), params, vec![follower]).unwrap();
    assert!(voice.set(scribe.inbox()).is_ok());
    assert!(scribe.stop(Duration::from_secs(5)));
    let log = std::fs::read_to_string(dir.path().join("log/wan1.log")).unwrap();
    assert!(log.ends_with(" The last attempt failed\n"), "{log}");
}

#[test]
fn lines_that_no_file_takes_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    // Where the directory should be.
    std::fs::write(dir.path().join("log"), "").unwrap();
    let scribe = start(params(dir.path(), false));
    let inbox = scribe.inbox();
    for _ in 0..3 {
        inbox.leave(Record::Fact {
            wan: WanId(0),
            fact: Fact::Silent,
        });
    }
    assert!(scribe.stop(Duration::from_secs(5)));
    assert_eq!(inbox.lost(), 3);
}

/// A line that comes 138 times at once, beside one that comes once.
#[test]
fn what_is_said_too_often_is_summed_up_in_the_main_log_and_whole_in_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let scribe = start(params(dir.path(), true));
    let inbox = scribe.inbox();
    let say = |level, text: LineText| {
        let wan = None;
        inbox.leave(Record::Line { wan, level, text });
    };
    for n in 0..138 {
        say(log::Level::Error, line(format_args!("Slot {n} is full")));
    }
    say(log::Level::Warn, line(format_args!("Once")));
    assert!(scribe.stop(Duration::from_secs(5)));
    let read = |name: &str| std::fs::read_to_string(dir.path().join("log").join(name)).unwrap();
    let (main, debug) = (read("wan1.log"), read("wan1_debug.log"));
    let mut lines = main.lines();
    for n in 0..20 {
        let end = format!(" [wan1] [ERROR] Slot {n} is full");
        assert!(lines.next().unwrap().ends_with(&end), "{main}");
    }
    assert!(lines.next().unwrap().ends_with("[WARNING] Once"), "{main}");
    let last = lines.next().unwrap();
    assert!(
        last.contains(" [wan1] [ERROR] Slot 137 is full (… 118 more in "),
        "{last}"
    );
    assert_eq!(lines.next(), None);
    assert_eq!(debug.lines().count(), 139);
    assert!(!debug.contains("more in"));
}
