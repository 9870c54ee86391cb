//! A day of two lines: the real program and its router links in virtual time, the real chronicler on a real disk.
//! Once in peace, once with the disk full from hour 3 to 5 and the file locked by somebody else in hour 8.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use wanctl::config;
use wanctl::direction::{Both, Direction};
use wanctl::history::maintain::Keep;
use wanctl::history::recorder::RecorderParams;
use wanctl::history::second::{AutorateSnapshot, Snapshot};
use wanctl::program::{Fact, WanId};
use wanctl::router::Transport;
use wanctl::shell::chronicler::{Chronicler, ChroniclerParams};
use wanctl::shell::clock::Clock;
use wanctl::shell::scribe::{Follower as _, Moment};
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::sim::wires::Meter;
use wanctl::time::{Duration, Instant, WallTime};
use wanctl::units::{Millis, Rate};

use crate::clocks::thread_cpu;
use crate::harness::world::Worlds;
use crate::mount::Mount;

const HOUR: u64 = 3_600;
/// When the day begins, in seconds since 1970.
const START: u64 = 1_795_204_800;
/// Ticks of a day.
const TICKS: u64 = 24 * HOUR * 20;
/// The disk, in KiB: twice what a day needs.
const DISK: u32 = 400 << 10;

/// Somebody in the way.
#[derive(Debug)]
enum Trouble {
    Full(PathBuf),
    Locked(Connection),
}

/// The scribe's ear, and its watch.
#[derive(Debug)]
struct Scribe {
    chronicler: Chronicler<Fact>,
    now: Instant,
    clock: Clock,
    /// Nanoseconds that the chronicler took.
    cpu: u64,
    facts: u64,
    longest: Duration,
}

impl Meter for Scribe {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }

    fn told(&mut self, wan: WanId, fact: &Fact) {
        let began = thread_cpu();
        self.chronicler.hear(wall(self.now), wan, fact);
        self.cpu += thread_cpu() - began;
        self.facts += 1;
    }
}

fn wall(now: Instant) -> WallTime {
    let micros = now.as_micros();
    WallTime {
        secs: START + micros / 1_000_000,
        nanos: u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000,
    }
}

impl Scribe {
    fn new(path: &Path) -> Self {
        let keep = Keep {
            days: 7,
            bytes: 512 << 20,
        };
        let snapshot = Snapshot::Autorate(AutorateSnapshot {
            baseline_rtt_initial: Millis::of(20),
            download_ceiling: Rate::mbit(550),
            upload_ceiling: Rate::mbit(42),
            target_bloat: Millis::of(12),
            warn_bloat: Millis::of(45),
        });
        let params = ChroniclerParams {
            recorder: RecorderParams::new(path.to_owned(), keep),
            wans: ["wan0", "wan1"]
                .map(|name| (name.to_owned(), snapshot.clone()))
                .into(),
        };
        Self {
            chronicler: Chronicler::new(wall(Instant::ZERO), params),
            now: Instant::ZERO,
            clock: Clock::start(),
            cpu: 0,
            facts: 0,
            longest: Duration::ZERO,
        }
    }

    fn look(&mut self) {
        let at = Moment {
            now: self.now,
            wall: wall(self.now),
            clock: self.clock,
        };
        let (began, cpu) = (self.clock.now(), thread_cpu());
        self.chronicler.work(at, &mut |level, words| {
            println!("  {} {level}: {words}", hour(at.now));
        });
        self.cpu += thread_cpu() - cpu;
        self.longest = self.longest.max(self.clock.now() - began);
    }
}

fn hour(now: Instant) -> String {
    let secs = now.as_micros() / 1_000_000;
    format!("{:02}:{:02}:{:02}", secs / HOUR, secs / 60 % 60, secs % 60)
}

/// In every hour ten minutes of an evening: films, two big downloads, a backup, and a provider that has less to
/// give once.
fn story() -> Schedule {
    use Change::{Capacity, Demand};
    use Direction::{Down, Up};

    let at = Duration::from_secs;
    let mut story = Schedule::new()
        .at(at(0), Demand(Down, Rate::mbit(25)))
        .at(at(0), Demand(Up, Rate::mbit(2)));
    for begin in [60, 400] {
        story = story
            .at(at(begin), Demand(Down, Rate::mbit(1_500)))
            .at(at(begin + 70), Demand(Down, Rate::mbit(25)));
    }
    story
        .at(at(90), Capacity(Down, Rate::mbit(600)))
        .at(at(150), Capacity(Down, Rate::mbit(900)))
        .at(at(230), Demand(Up, Rate::mbit(80)))
        .at(at(320), Demand(Up, Rate::mbit(2)))
        .repeating_every(Duration::from_secs(HOUR))
}

/// The shipped example, twice, each before a line of its own.
fn worlds() -> Worlds {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cable.yaml");
    let text = fs::read_to_string(&file).expect("the example");
    let text = text
        .replace("${ROUTER_PASSWORD}", "secret")
        .replace("user: \"admin\"", "user: wanctl");
    let loaded = config::parse(&file, text.as_bytes());
    let config = loaded.unwrap_or_else(|report| panic!("{report}")).config;
    let mut options = SceneOptions {
        schedule: story(),
        ..SceneOptions::default()
    };
    options.line.capacity = Both {
        down: Rate::mbit(900),
        up: Rate::mbit(38),
    };
    options.router.queues = config.router.queues.clone();
    Worlds::of(&[Transport::Rest], &[config.clone(), config], &options)
}

pub(crate) fn run() {
    for troubled in [false, true] {
        let Some(disk) = Mount::small(DISK) else {
            return;
        };
        println!(
            "A day of two lines, {}",
            if troubled {
                "the disk full from 03:00 to 05:00, the file locked from 08:00 to 09:00"
            } else {
                "in peace"
            }
        );
        live(&disk, troubled);
    }
}

fn live(disk: &Mount, troubled: bool) {
    let path = disk.path().join("metrics.db");
    let mut worlds = worlds();
    let mut scribe = Scribe::new(&path);
    let mut trouble = None;
    let (called, began) = (written(), thread_cpu());
    let mut longest_tick = 0;
    for tick in 0..TICKS {
        if troubled && tick.is_multiple_of(20) {
            trouble = meddle(disk, &path, tick / 20, trouble);
        }
        scribe.now = worlds.now;
        let before = thread_cpu();
        worlds.tick(&mut scribe);
        longest_tick = longest_tick.max(thread_cpu() - before);
        if tick.is_multiple_of(2) {
            scribe.look();
        }
    }
    let all = thread_cpu() - began;
    let end = Moment {
        now: scribe.now,
        wall: wall(scribe.now),
        clock: scribe.clock,
    };
    scribe
        .chronicler
        .finish(end, &mut |level, words| println!("  {level}: {words}"));
    let bytes = written() - called;
    drop(scribe.chronicler);
    println!(
        "  {TICKS} ticks, none dropped; {} facts; longest tick of both lines, world and history included {:.1} ms",
        scribe.facts,
        longest_tick as f64 / 1e6
    );
    println!(
        "  scribe {:.3} % of a core ({:.1} s of {:.0} s), longest look {:.0} ms; written {:.2} GB; resident {} kB at most",
        scribe.cpu as f64 / 24.0 / 3.6e10,
        scribe.cpu as f64 / 1e9,
        all as f64 / 1e9,
        scribe.longest.as_secs_f64() * 1e3,
        bytes as f64 / 1e9,
        resident()
    );
    // Nobody changes it any more.
    disk.remount("ro");
    tell_of(&path);
}

/// What happens at this second of the day.
fn meddle(disk: &Mount, path: &Path, second: u64, trouble: Option<Trouble>) -> Option<Trouble> {
    match (second, trouble) {
        (10_800, None) => {
            let ballast = disk.path().join("ballast");
            // Until not one byte more fits.
            let _ = fs::write(&ballast, vec![0; (DISK as usize) << 10]);
            Some(Trouble::Full(ballast))
        }
        (18_000, Some(Trouble::Full(ballast))) => {
            fs::remove_file(ballast).expect("ours");
            None
        }
        (28_800, None) => {
            let other = Connection::open(path).expect("it is there");
            other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
            Some(Trouble::Locked(other))
        }
        (32_400, Some(Trouble::Locked(other))) => {
            drop(other);
            None
        }
        (_, trouble) => trouble,
    }
}

/// Size, rows per tier, and the holes.
fn tell_of(path: &Path) {
    let size = fs::metadata(path).map_or(0, |file| file.len());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let uri = format!("file:{}?immutable=1", path.display());
    let database = Connection::open_with_flags(uri, flags).expect("it is there");
    let count = |tier: &str| -> i64 {
        let sql = "SELECT count(*) FROM metrics WHERE granularity = ?1";
        database
            .query_row(sql, [tier], |row| row.get(0))
            .expect("v1.7's table")
    };
    let rows = ["raw", "1m", "5m", "1h"].map(count);
    println!(
        "  {:.0} MB; rows: {} raw, {} 1m, {} 5m, {} 1h",
        size as f64 / 1e6,
        rows[0],
        rows[1],
        rows[2],
        rows[3]
    );
    let mut seconds = database
        .prepare(
            "SELECT timestamp FROM metrics WHERE wan_name = 'wan0' AND metric_name = 'wanctl_rtt_ms'
             AND granularity = 'raw' ORDER BY timestamp",
        )
        .expect("v1.7's table");
    let seconds: Vec<i64> = seconds
        .query_map([], |row| row.get(0))
        .expect("rows")
        .flatten()
        .collect();
    for pair in seconds.windows(2).filter(|pair| pair[1] - pair[0] > 2) {
        let at = |second: i64| {
            let since = second.unsigned_abs() - START;
            hour(Instant::ZERO + Duration::from_secs(since))
        };
        println!("  no rows from {} to {}", at(pair[0] + 1), at(pair[1]));
    }
}

/// `VmHWM`, in kB.
fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Bytes that this process has written so far.
fn written() -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|n| n.parse().ok()).unwrap_or(0)
}
