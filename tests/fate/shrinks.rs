//! A day is made short without being played more than a few times.

use wanctl::time::{Duration, Instant};

use crate::plan::{Home, Ill, Law, Plan, Route, Trouble, Who};
use crate::promises::{Broken, Promise};
use crate::shrink::shrink;

const HOUR: u64 = 3_600;
/// Tries to make it short.
const TRIES: u32 = 500;

/// A day with a trouble every quarter of an hour; autorate is stopped only in the evening.
fn day() -> Plan {
    let troubles = (1..96).map(|quarter| Trouble {
        at: Duration::from_secs(quarter * HOUR / 4),
        lasts: Duration::from_secs(300),
        ill: match quarter {
            70 => Ill::Stopped(Who::Autorate),
            71 => Ill::Silence(1),
            _ => Ill::DiskFull,
        },
    });
    Plan {
        seed: 1,
        law: Law::Adaptive,
        route: Route::SshThenRest,
        home: Home::QUIET,
        troubles: troubles.collect(),
        lasts: Duration::from_secs(24 * HOUR),
    }
}

/// A daemon that cannot bear that a line falls silent within an hour after it was stopped.
fn broken(plan: &Plan) -> Option<Broken> {
    let at = |is: fn(&Ill) -> bool| {
        let mut troubles = plan.troubles.iter();
        troubles.find(|it| is(&it.ill)).map(Trouble::begins)
    };
    let stopped = at(|ill| matches!(ill, Ill::Stopped(_)))?;
    let silent = at(|ill| matches!(ill, Ill::Silence(_)))?;
    let after = silent - stopped;
    let breaks = silent >= stopped && after < Duration::from_secs(HOUR);
    let at = silent + Duration::from_secs(1);
    (breaks && at <= Instant::ZERO + plan.lasts).then(|| Broken {
        promise: Promise::HealthIsHonest,
        at,
        how: String::new(),
    })
}

#[test]
fn of_a_day_only_what_matters_is_played_again() {
    let day = day();
    let first = broken(&day).expect("it breaks");
    let mut played = Duration::ZERO;
    let shrunk = shrink(&day, &first, TRIES, |plan| {
        let broken = broken(plan);
        let until = broken.as_ref().map(|broken| broken.at - Instant::ZERO);
        played = played + until.unwrap_or(plan.lasts);
        broken
    });
    assert_eq!(shrunk.plan.troubles.len(), 2, "{}", shrunk.plan);
    assert!(
        shrunk.plan.lasts < Duration::from_secs(10),
        "{}",
        shrunk.plan
    );
    // A single hour, not the eighteen before it, is what each of some dozen tries is made of.
    assert!(played < Duration::from_secs(24 * HOUR), "{played}");
}
