//! What a run of many fates comes to.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use wanctl::time::{Duration, Instant};

use crate::clocks;
use crate::plan::{Home, Law, Plan};
use crate::play::Tally;
use crate::promises::Broken;

/// A line so often says that the run goes on.
const SAYS_EVERY: u64 = 60_000_000_000;
/// Cycles of 50 ms in a second.
const CYCLES: u64 = 20;
pub(crate) const DAYS_OF_A_YEAR: f64 = 365.25;

/// What all threads have done so far.
#[derive(Debug)]
pub(crate) struct Account {
    /// In nanoseconds.
    began_at: u64,
    said_at: AtomicU64,
    cpu_nanos: AtomicU64,
    fates: AtomicU64,
    /// Of virtual time.
    micros: AtomicU64,
    /// Of every line of autorate, and of steering.
    cycles: AtomicU64,
    /// Seconds in each kind of house.
    homes: Mutex<BTreeMap<String, u64>>,
    writes: AtomicU64,
    troubles: Mutex<BTreeMap<String, u64>>,
    broken: Mutex<Vec<(Plan, Broken)>>,
}

impl Account {
    pub(crate) fn new() -> Self {
        let now = wall();
        Self {
            began_at: now,
            said_at: AtomicU64::new(now),
            cpu_nanos: AtomicU64::new(0),
            fates: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            cycles: AtomicU64::new(0),
            homes: Mutex::default(),
            writes: AtomicU64::new(0),
            troubles: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// For how long it has been running.
    pub(crate) fn runs_for(&self) -> Duration {
        Duration::from_micros((wall() - self.began_at) / 1_000)
    }

    /// Promises broken so far.
    pub(crate) fn broken(&self) -> usize {
        self.broken.lock().expect("no thread panicked").len()
    }

    /// A fate was played.
    pub(crate) fn note(&self, plan: Plan, played: Result<Tally, Broken>) {
        let until = played
            .as_ref()
            .map_or_else(|broken| broken.at, |_| Instant::ZERO + plan.lasts);
        let micros = (until - Instant::ZERO).as_micros();
        let loops = plan.home.wans as u64 + u64::from(plan.home.steers);
        self.fates.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        self.cycles
            .fetch_add(micros * CYCLES * loops / 1_000_000, Ordering::Relaxed);
        let mut homes = self.homes.lock().expect("no thread panicked");
        *homes.entry(words(&plan)).or_default() += micros / 1_000_000;
        drop(homes);
        let mut troubles = self.troubles.lock().expect("no thread panicked");
        for trouble in plan.troubles.iter().filter(|it| it.begins() <= until) {
            *troubles.entry(kind(&trouble.ill)).or_default() += 1;
        }
        drop(troubles);
        match played {
            Ok(tally) => {
                self.writes.fetch_add(tally.writes, Ordering::Relaxed);
            }
            Err(broken) => {
                let mut all = self.broken.lock().expect("no thread panicked");
                all.push((plan, broken));
            }
        }
        self.say_sometimes();
    }

    /// A thread is done; what it took of a processor.
    pub(crate) fn note_cpu(&self) {
        let nanos = clocks::thread_cpu();
        self.cpu_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    fn say_sometimes(&self) {
        let (said_at, now) = (self.said_at.load(Ordering::Relaxed), wall());
        let is_first = now - said_at >= SAYS_EVERY
            && self
                .said_at
                .compare_exchange(said_at, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_first {
            println!(
                "after {} min: {} fates, {:.3} years, {} broken promises",
                (now - self.began_at) / SAYS_EVERY,
                self.fates.load(Ordering::Relaxed),
                self.seconds() / 86_400.0 / DAYS_OF_A_YEAR,
                self.broken(),
            );
        }
    }

    /// Of virtual time.
    fn seconds(&self) -> f64 {
        self.micros.load(Ordering::Relaxed) as f64 / 1e6
    }

    /// Prints all of it; the promises that were broken.
    pub(crate) fn close(self) -> Vec<(Plan, Broken)> {
        let seconds = self.seconds();
        let took = self.runs_for().as_secs_f64();
        let cycles = self.cycles.into_inner() as f64;
        let cpu = self.cpu_nanos.into_inner() as f64 / 1e9;
        let broken = self.broken.into_inner().expect("no thread panicked");
        let troubles = self.troubles.into_inner().expect("no thread panicked");
        println!(
            "{} fates, {:.2} days ({:.3} years), {:.0} million cycles of 50 ms, {} changes on the router",
            self.fates.into_inner(),
            seconds / 86_400.0,
            seconds / 86_400.0 / DAYS_OF_A_YEAR,
            cycles / 1e6,
            self.writes.into_inner(),
        );
        println!("days in houses with");
        for (kind, seconds) in self.homes.into_inner().expect("no thread panicked") {
            println!("{:>9.2}  {kind}", seconds as f64 / 86_400.0);
        }
        println!("{} troubles:", troubles.values().sum::<u64>());
        for (kind, count) in troubles {
            println!("{count:>9}  {kind}");
        }
        println!(
            "in {took:.0} s, {cpu:.0} s of a processor: {:.2} simulated hours and {:.0} thousand cycles in each second \
             of it",
            seconds / 3_600.0 / cpu,
            cycles / 1e3 / cpu,
        );
        println!("{} broken promises", broken.len());
        broken
    }
}

/// What kind of house it is.
fn words(plan: &Plan) -> String {
    let Home {
        wans, steers, busy, ..
    } = plan.home;
    let law = match plan.law {
        Law::Classic => "v1.7's law",
        Law::Adaptive => "the adaptive law",
    };
    let lines = if wans == 1 { "one line" } else { "two lines" };
    let steering = if steers { ", steering" } else { "" };
    let load = if busy { ", always full" } else { "" };
    format!("{lines}, {law}{steering}{load}")
}

/// `Router(Reboot)` of `Router(Reboot(13 s))`.
fn kind(ill: &crate::plan::Ill) -> String {
    let text = format!("{ill:?}");
    let words = text.split(['(', ',', ' ', '{']).take(2);
    let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let words: Vec<_> = words.map(|word| word.trim_end_matches(')')).collect();
    words
        .into_iter()
        .filter(is_word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn wall() -> u64 {
    clocks::read(libc::CLOCK_MONOTONIC)
}
