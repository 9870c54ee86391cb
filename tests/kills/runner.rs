//! As many kills as one asks for: `scripts/testing/kills`, or by hand
//! `cargo bench --profile dev --bench kills -- --kills 10000`.

#![expect(
    clippy::disallowed_methods,
    reason = "processes live and die in real time"
)]

mod judge;
mod moment;
mod router;
#[path = "../harness/steering_file.rs"]
mod steering_file;
mod tally;
mod toll;
mod victim;

use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use self::toll::Toll;

const USAGE: &str = "\
usage: kills [--kills N] [--beside N] [--seed S] [--binary PATH]
  --kills N      so many kills (default 500)
  --beside N     of so many daemons side by side (default 90)
  --seed S       at the moments that S draws (default 0)
  --binary PATH  of this binary instead of the one that was built with it";
/// Between two words of progress.
const EVERY: Duration = Duration::from_secs(30);

fn task() -> Option<Toll> {
    let mut toll = Toll {
        binary: env!("CARGO_BIN_EXE_wanctl").into(),
        kills: 500,
        beside: 90,
        seed: 0,
    };
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match &*arg {
            "--kills" => toll.kills = args.next()?.parse().ok()?,
            "--beside" => toll.beside = args.next()?.parse().ok()?,
            "--seed" => toll.seed = args.next()?.parse().ok()?,
            "--binary" => toll.binary = args.next()?.into(),
            // Cargo's own.
            "--bench" => {}
            _ => return None,
        }
    }
    Some(toll)
}

fn main() -> ExitCode {
    let Some(toll) = task() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let told_at = Mutex::new(start);
    let taken = toll::take(&toll, |tally| {
        let mut told_at = told_at.lock().expect("nobody panics with it");
        if told_at.elapsed() >= EVERY {
            *told_at = Instant::now();
            println!("{} kills in {} s", tally.kills, start.elapsed().as_secs());
        }
    });
    match taken {
        Ok(tally) => {
            println!("{tally}\n{} s", start.elapsed().as_secs());
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{broken}");
            ExitCode::FAILURE
        }
    }
}
