//! What the history costs on this machine: `cargo bench --bench history -- --hours 49`.
//!
//! The facts of two WANs, an evening hour of congestion in every four, through seconds and recorder into a
//! real file, as fast as it goes. Numbers to look at; nothing fails here because a disk is slow.

#[path = "../shared/clocks.rs"]
mod clocks;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use wanctl::control::controller::{Judgement, Source};
use wanctl::control::delay::Delay;
use wanctl::control::law::{Verdict, Why};
use wanctl::control::zone::Zone;
use wanctl::direction::{Both, Direction};
use wanctl::history::database::Database;
use wanctl::history::maintain::{Budget, Keep};
use wanctl::history::recorder::{Recorder, RecorderParams};
use wanctl::history::second::Seconds;
use wanctl::program::{Fact, WanId};
use wanctl::shell::clock::Clock;
use wanctl::sim::random::Random;
use wanctl::time::{Duration, Instant, WallTime};
use wanctl::units::{Millis, Rate};

const HOURS: u64 = 1;
const START: u64 = 1_795_204_800;
const WANS: [&str; 2] = ["cable", "dsl"];
/// As the scribe looks.
const STEPS_PER_SECOND: u64 = 10;
const CYCLES_PER_STEP: u64 = 2;

fn main() -> ExitCode {
    let mut hours = HOURS;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if arg == "--hours" {
            hours = args.next().and_then(|n| n.parse().ok()).unwrap_or(HOURS);
        }
    }
    println!("history of two WANs after {hours} h, per day\n");
    println!(
        "batch      rows     file  written (system calls)  written (disk)   CPU   step p99.9   longest   batch"
    );
    for batch in [10, 30, 60] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let path = folder.path().join("metrics.db");
        let cost = live(&path, hours, Duration::from_secs(batch));
        cost.print(batch, hours.min(24));
    }
    ExitCode::SUCCESS
}

struct Cost {
    rows: u64,
    file: u64,
    called: u64,
    written: u64,
    /// In nanoseconds.
    cpu: u64,
    /// Of every step that wrote no batch, in microseconds.
    steps: Vec<u64>,
    /// Of the longest that wrote one.
    batch: u64,
}

impl Cost {
    fn print(mut self, batch: u64, hours: u64) {
        let per_day = |n: u64| n as f64 * 24.0 / hours as f64;
        let mega = |n: u64| per_day(n) / 1e6;
        self.steps.sort_unstable();
        let ms = |us: Option<&u64>| us.map_or(0.0, |&us| us as f64 / 1e3);
        let all_but_a_thousandth = self.steps.len() - self.steps.len() / 1_000;
        println!(
            "{batch:>3} s  {:>8.0}  {:>4.0} MB  {:>19.0} MB  {:>11.0} MB  {:>3.2} %  {:>7.2} ms  {:>5.1} ms  {:>4.1} ms",
            per_day(self.rows),
            self.file as f64 / 1e6,
            mega(self.called),
            mega(self.written),
            self.cpu as f64 / (hours as f64 * 3.6e10),
            ms(self.steps[..all_but_a_thousandth].last()),
            ms(self.steps.last()),
            ms(Some(&self.batch))
        );
    }
}

fn live(path: &Path, hours: u64, batch: Duration) -> Cost {
    let keep = Keep {
        days: 7,
        bytes: 512 << 20,
    };
    let params = RecorderParams {
        commit_every: batch,
        ..RecorderParams::new(path.to_owned(), keep)
    };
    let mut recorder = Recorder::new(params);
    let mut seconds = Seconds::new(WANS);
    let mut random = Random::new(7);
    let (mut rows, mut steps, mut longest): (u64, Vec<u64>, u64) = (0, Vec::new(), 0);
    let clock = Clock::start();
    let tell = move || clock.now();
    let (mut called, mut written, mut cpu) = (0, 0, 0);
    // From a day on, as much is forgotten as comes in: that is what every further day costs.
    let counted_from = hours.saturating_sub(24) * 3_600 * STEPS_PER_SECOND;
    for step in 0..hours * 3_600 * STEPS_PER_SECOND {
        if step == counted_from {
            (called, written, cpu) = (io("wchar"), io("write_bytes"), clocks::thread_cpu());
            (rows, steps, longest) = (0, Vec::new(), 0);
        }
        let millis = step * 1_000 / STEPS_PER_SECOND;
        let wall = WallTime {
            secs: START + millis / 1_000,
            nanos: u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000,
        };
        let busy = (millis / 3_600_000).is_multiple_of(4);
        let mut out = |row| {
            rows += 1;
            recorder.push(row);
        };
        for (wan, _) in (0..).zip(WANS) {
            for _ in 0..CYCLES_PER_STEP {
                facts(&mut random, busy, |fact| {
                    seconds.hear(wall, WanId(wan), &fact, &mut out);
                });
            }
        }
        let budget = Budget::of_a_step(&tell);
        let now = Instant::ZERO + Duration::from_millis(millis);
        let (began, waiting) = (clock.now(), recorder.waiting());
        let secs = i64::try_from(wall.secs).unwrap_or(0);
        if let Some(notice) = recorder.step(now, secs, budget) {
            println!("{notice}");
        }
        let took = (clock.now() - began).as_micros();
        if recorder.waiting() < waiting {
            longest = longest.max(took);
        } else {
            steps.push(took);
        }
    }
    let cost = Cost {
        rows,
        file: Database::read(path)
            .and_then(|db| db.size())
            .map_or(0, |size| size.file),
        called: io("wchar") - called,
        written: io("write_bytes") - written,
        cpu: clocks::thread_cpu() - cpu,
        steps,
        batch: longest,
    };
    drop(recorder);
    cost
}

/// A cycle, and once in a while what it leads to.
fn facts(random: &mut Random, busy: bool, mut tell: impl FnMut(Fact)) {
    let noise = random.below(1_000) as f64 / 1e3;
    let bloat = if busy {
        60.0 * noise * noise
    } else {
        3.0 * noise
    };
    let (zone, rate) = if bloat > 45.0 {
        (Zone::Red, 400)
    } else {
        (Zone::Green, 500)
    };
    let ms = |ms: f64| Millis::new(ms).unwrap_or_default();
    let verdict = Verdict {
        zone,
        was: zone,
        rate: Rate::mbit(rate),
        why: Why::AtCeiling,
    };
    tell(Fact::Cycle {
        judgement: Judgement {
            rtt: ms(20.0 + bloat),
            source: Source::Icmp,
            delay: Delay {
                load: ms(20.0 + bloat / 2.0),
                baseline: ms(20.0),
                ..Delay::default()
            },
            verdicts: Both {
                down: verdict,
                up: verdict,
            },
        },
        notable: false,
    });
    // Some ten changes and writes a minute.
    if busy && random.happens(0.01) {
        tell(Fact::Transition {
            direction: Direction::Down,
            to: zone,
            delta: ms(bloat),
            edge: ms(45.0),
            notable: true,
        });
        tell(Fact::Written {
            direction: Direction::Down,
            rate: Rate::mbit(rate),
            took: Duration::from_millis(12),
        });
    }
}

/// A line of `/proc/self/io`.
fn io(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.and_then(|n| n.parse().ok()).unwrap_or(0)
}
