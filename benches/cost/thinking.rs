//! CPU time of measure, judge, act, tell and ask again, in virtual time.

use wanctl::router::Transport;
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::Schedule;
use wanctl::sim::wires::Meter;

use crate::clocks::thread_cpu;
use crate::harness::world::Worlds;
use crate::line;
use crate::{adaptive_file, demo};

const TICKS: u32 = 20_000;
const ROUNDS: usize = 5;

/// The thread's CPU time without what the world around the daemon took.
struct CpuTime {
    aside: u64,
}

impl Meter for CpuTime {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = thread_cpu();
        let result = work();
        self.aside += thread_cpu() - start;
        result
    }
}

pub(crate) fn report() {
    println!(
        "One tick in virtual time: measure, judge, act, tell, ask again; best of {ROUNDS} runs of {TICKS} ticks"
    );
    for (law, reflectors, worlds) in [
        ("classic", 3, demo::worlds as fn(u8) -> Worlds),
        ("adaptive", 6, adaptive as fn(u8) -> Worlds),
    ] {
        for wans in [1, 2] {
            let best = (0..ROUNDS).map(|_| run(worlds(wans))).min().unwrap_or(0);
            let each = best as f64 / f64::from(TICKS) / 1_000.0;
            let aim = format!("aim < 100 us ({each:.1} % of it)");
            let what =
                format!("{law}, {wans} WAN, {reflectors} reflectors, REST link, health, metrics");
            line(&what, &format!("{each:.2} us CPU"), &aim);
        }
    }
    let clock = best_clock_read();
    line(
        "a look at the CPU clock, of which each tick holds some ten",
        &format!("{clock} ns"),
        "",
    );
    println!();
}

/// The same lines under the adaptive law, which asks six reflectors in turn and reads the counters.
fn adaptive(count: u8) -> Worlds {
    let options = SceneOptions::default();
    let options = SceneOptions {
        schedule: Schedule::demo(options.line.capacity),
        ..options
    };
    let configs: Vec<_> = (0..count)
        .map(|n| adaptive_file::config(&format!("wan{n}")))
        .collect();
    Worlds::of(&[Transport::Rest], &configs, &options)
}

fn run(mut worlds: Worlds) -> u64 {
    let mut meter = CpuTime { aside: 0 };
    let start = thread_cpu();
    for _ in 0..TICKS {
        worlds.tick(&mut meter);
    }
    let all = thread_cpu() - start;
    assert!(worlds.tally.writes > 100, "{:?}", worlds.tally);
    all.saturating_sub(meter.aside)
}

fn best_clock_read() -> u64 {
    const READS: u64 = 10_000;
    let round = |_| {
        let start = thread_cpu();
        for _ in 0..READS {
            core::hint::black_box(thread_cpu());
        }
        (thread_cpu() - start) / READS
    };
    (0..ROUNDS).map(round).min().unwrap_or(0)
}
