//! Two loops that note how late each of their beats is: one that does nothing else, and autorate's. Each is this
//! program, started again as a process of its own, and prints microseconds, a line per beat.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration as Real;

use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};
use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config::{self, WanConfig};
use wanctl::program::Program as _;
use wanctl::shell::clock::Clock;
use wanctl::shell::event_loop::{After, EventLoop, LoopParams};
use wanctl::shell::realtime;
use wanctl::shell::scribe::{self, LogFormat, Scribe, ScribeParams, WanFiles};
use wanctl::shell::signals;
use wanctl::shell::systemd::Notifier;
use wanctl::status::label;
use wanctl::time::Duration;

/// The beat of both.
const PERIOD: Duration = Duration::from_millis(50);
/// Connections and first logs lie behind.
const WARM_UP: usize = 40;
/// How long the scribe may take for its last words.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How a process is scheduled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheduling {
    Ordinary,
    /// As `realtime: true` asks for it.
    RealTime,
}

impl Scheduling {
    pub(crate) const ALL: [(Self, &str); 2] =
        [(Self::Ordinary, "ordinary"), (Self::RealTime, "realtime")];

    fn named(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|&(_, name)| name == word);
        found.expect("a scheduling").0
    }

    /// What the system granted; nothing if nothing was asked for.
    fn take(self) -> String {
        match self {
            Self::Ordinary => String::new(),
            Self::RealTime => realtime::go_realtime().to_string(),
        }
    }
}

/// Becomes one of the loops for so many beats: `bare N SCHEDULING` or `autorate N SCHEDULING FILE`. The first line that
/// it prints is what the system granted.
pub(crate) fn be(name: &str, mut args: impl Iterator<Item = String>) {
    let mut next = || args.next().expect("N SCHEDULING [FILE]");
    let beats: usize = next().parse().expect("a number");
    let scheduling = Scheduling::named(&next());
    let (granted, late) = match name {
        "bare" => bare(beats, scheduling),
        _ => autorate(beats, scheduling, Path::new(&next())),
    };
    let mut text = granted + "\n";
    for late in late {
        writeln!(text, "{late}").expect("a string");
    }
    print!("{text}");
}

/// A timer, a read and a look at the clock.
fn bare(beats: usize, scheduling: Scheduling) -> (String, Vec<u64>) {
    let granted = scheduling.take();
    let mut late = Vec::with_capacity(beats);
    let period = PERIOD.as_micros();
    let mut due_at = now_us() + period;
    let mut timer = armed(due_at, period).expect("a timer");
    for beat in 0..WARM_UP + beats {
        let mut due = [0; 8];
        timer.read_exact(&mut due).expect("a beat");
        if beat >= WARM_UP {
            late.push(now_us() - due_at);
        }
        due_at += period * u64::from_ne_bytes(due);
    }
    (granted, late)
}

fn armed(first: u64, period: u64) -> io::Result<File> {
    let timespec = |us: u64| {
        let time = Real::from_micros(us);
        Timespec::try_from(time).expect("less than centuries")
    };
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
    let setting = Itimerspec {
        it_interval: timespec(period),
        it_value: timespec(first),
    };
    timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME, &setting)?;
    Ok(File::from(timer))
}

fn now_us() -> u64 {
    let now = Real::try_from(clock_gettime(ClockId::Monotonic)).expect("after the start");
    u64::try_from(now.as_micros()).expect("less than centuries")
}

/// What `wanctl --config` runs.
fn autorate(beats: usize, scheduling: Scheduling, file: &Path) -> (String, Vec<u64>) {
    let config = config::load(file).expect("a configuration").config;
    let clock = Clock::start();
    let caught = signals::catch().expect("signals can be caught");
    let scribe = Scribe::start::<Autorate>(clock, scribe_params(&config), Vec::new());
    let scribe = scribe.expect("a thread");
    scribe::install_log(&scribe.inbox());
    let mut wans = heapless::Vec::new();
    let params = assemble::wan_params(&config, None, false);
    assert!(wans.push(Wan::new(clock.now(), params)).is_ok());
    let params = LoopParams {
        period: PERIOD,
        wans: vec![assemble::wan_ports(&config).expect("sockets")],
        health: None,
        aside: None,
        metrics: None,
        signals: caught,
        inbox: scribe.inbox(),
        notifier: Notifier::mute(),
    };
    let mut event_loop = EventLoop::new(clock, Autorate::new(wans, false), params).expect("a loop");
    let granted = scheduling.take();
    let mut late = Vec::with_capacity(beats);
    let (mut seen, mut missed) = (0, 0);
    let ended = event_loop.run(|_, program| {
        let pulse = &program.status().pulse;
        seen += 1;
        if seen > WARM_UP {
            // It counts for the first of those that came together.
            let together = PERIOD.as_micros() * (pulse.missed - missed);
            late.push(pulse.late.as_micros() + together);
        }
        missed = pulse.missed;
        if late.len() == beats {
            After::Stop
        } else {
            After::GoOn
        }
    });
    ended.expect("no trouble with poll");
    scribe.stop(LAST_WORDS);
    (granted, late)
}

fn scribe_params(config: &WanConfig) -> ScribeParams {
    ScribeParams {
        wans: vec![WanFiles {
            name: label(&config.wan_name),
            main_log: Some(config.logging.main_log.clone()),
            debug_log: None,
            states: vec![config.state.main.clone()],
        }],
        format: LogFormat::Text,
        debug: false,
        console: false,
    }
}
