//! As many fates as one asks for, on all cores: `scripts/soak-sim.sh`, or by hand
//! `cargo bench --bench fate -- --seeds 1000`.
//!
//! A fate that breaks a promise is made as short as it goes and printed so that it can be pasted as a test.

mod account;
#[path = "../../benches/shared/clocks.rs"]
mod clocks;
mod digest;
mod draw;
mod house;
mod memory;
mod params;
mod plan;
mod planted;
mod play;
mod promises;
mod shrink;
mod spell;
#[path = "../harness/wan_file.rs"]
mod wan_file;

use std::env;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use wanctl::time::Duration;

use self::account::{Account, DAYS_OF_A_YEAR};
use self::draw::{Homes, Pace};
use self::plan::{Plan, Trouble};
use self::planted::Planted;
use self::promises::{Broken, Promise};

const USAGE: &str = "\
usage: fate [--seeds N | --brief N | --long N | --years Y] [--minutes M] [--seed S] [--planted]
  --seeds N   N fates of a minute and a half: trouble, and time to recover (default 200)
  --brief N   N fates of a quarter of a minute, nothing but trouble
  --long N    N fates of seven minutes: trouble, and time until nothing is left of it
  --years Y   whole days instead, Y years of them in all
  --minutes M no new fate after so many minutes, however many are left
  --seed S    the first seed (default 0)
  --planted   no fates but the planted bugs: each has to be found and made short";
/// A day in a house where something fails every quarter of an hour, for up to ten minutes.
const DAY: Pace = Pace {
    calm: Duration::from_secs(60),
    every: Duration::from_secs(900),
    longest: Duration::from_secs(600),
    until: Duration::from_secs(86_400 - 1_200),
    lasts: Duration::from_secs(86_400),
    homes: Homes::Plain(64),
};
/// Troubles that ended longer before a promise was broken are not shown.
const LATELY: Duration = Duration::from_secs(60);
/// Tries to make a fate shorter.
const TRIES: u32 = 2_000;
/// Fates in which a planted bug may hide.
const FATES: u64 = 1_000;
/// After so many broken promises a run has said enough.
const ENOUGH: usize = 5;

struct Task {
    pace: Pace,
    first: u64,
    count: u64,
    planted: bool,
    /// No fate begins later.
    longest: Option<Duration>,
}

fn task() -> Option<Task> {
    let mut args = env::args().skip(1);
    let mut task = Task {
        pace: Pace::SHORT,
        first: 0,
        count: 200,
        planted: false,
        longest: None,
    };
    while let Some(arg) = args.next() {
        match &*arg {
            "--seeds" => task.count = args.next()?.parse().ok()?,
            "--brief" => {
                task.pace = Pace::BRIEF;
                task.count = args.next()?.parse().ok()?;
            }
            "--seed" => task.first = args.next()?.parse().ok()?,
            "--long" => {
                task.pace = Pace::LONG;
                task.count = args.next()?.parse().ok()?;
            }
            "--years" => {
                let years: f64 = args.next()?.parse().ok()?;
                task.pace = DAY;
                // To the nearest day, and ten of them are not less than ten.
                let days = Duration::from_secs_f64(years * DAYS_OF_A_YEAR + 0.5);
                task.count = days.as_micros() / 1_000_000;
            }
            "--minutes" => {
                let minutes: f64 = args.next()?.parse().ok()?;
                task.longest = Some(Duration::from_secs_f64(minutes * 60.0));
            }
            "--planted" => task.planted = true,
            // Cargo says so itself.
            "--bench" => {}
            _ => return None,
        }
    }
    Some(task)
}

fn main() -> ExitCode {
    let Some(task) = task() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    // What panics is told as a broken promise.
    std::panic::set_hook(Box::new(|_| {}));
    if task.planted {
        planted()
    } else {
        fates(&task)
    }
}

fn fates(task: &Task) -> ExitCode {
    let (next, account) = (AtomicU64::new(0), Account::new());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| work(task, &next, &account));
        }
    });
    let broken = account.close();
    for (plan, broken) in broken.iter().take(ENOUGH) {
        tell(plan, broken, |plan| {
            play::play(plan, Planted::Nothing).err()
        });
    }
    if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn work(task: &Task, next: &AtomicU64, account: &Account) {
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        let is_over = task.longest.is_some_and(|it| account.runs_for() >= it);
        if nth >= task.count || is_over || account.broken() >= ENOUGH {
            break;
        }
        let plan = draw::plan(task.first + nth, &task.pace);
        let played = play::play(&plan, Planted::Nothing);
        account.note(plan, played);
    }
    account.note_cpu();
}

fn tell(plan: &Plan, broken: &Broken, judge: impl Fn(&Plan) -> Option<Broken>) {
    println!("\nseed {}: {broken}", plan.seed);
    println!(
        "{:?}, {:?}; the last minute's troubles:",
        plan.law, plan.route
    );
    let lately = |it: &&Trouble| it.begins() <= broken.at && broken.at - it.ends() < LATELY;
    for trouble in plan.troubles.iter().filter(lately) {
        println!("    {trouble}");
    }
    let shrunk = shrink::shrink(plan, broken, TRIES, judge);
    println!("the shortest one: {}\n{}", shrunk.broken, shrunk.plan);
}

/// In which fates a planted bug shows.
const fn pace_of(planted: Planted) -> &'static Pace {
    match planted {
        Planted::HearsQueues | Planted::Disloyal | Planted::Clings => &Pace::LONG,
        _ => &Pace::SHORT,
    }
}

/// Each planted bug, found and made short.
fn planted() -> ExitCode {
    let mut missed = 0;
    for (planted, promise) in Planted::ALL {
        let judge = |plan: &Plan| {
            let played = match promise {
                Promise::SameSeedSameRun => play::play_twice(plan, planted),
                _ => play::play(plan, planted),
            };
            played.err().filter(|broken| broken.promise == promise)
        };
        println!("\n{planted:?} breaks {promise:?}:");
        let mut plans = (0..FATES).map(|seed| draw::plan(seed, pace_of(planted)));
        if let Some((plan, broken)) =
            plans.find_map(|plan| judge(&plan).map(|broken| (plan, broken)))
        {
            tell(&plan, &broken, judge);
        } else {
            println!("never found");
            missed += 1;
        }
    }
    if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
