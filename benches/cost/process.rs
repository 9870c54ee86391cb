//! The release binary as a process: CPU, memory, system calls, size.
//!
//! System calls by hand: `strace -c -f -p $(pidof wanctl)`, for a while, then ^C.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration as Real;

use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::sim::line::LineOptions;
use wanctl::sim::schedule::Schedule;

use crate::demo;
use crate::harness::WanFile;
use crate::line;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_wanctl");
pub(crate) const MEGABYTE: f64 = 1_000_000.0;
/// Connections and first logs lie behind.
const WARM_UP: Real = Real::from_secs(2);

pub(crate) fn report(seconds: u64) {
    let span = Real::from_secs(seconds);
    println!("The process, watched for {seconds} s each, while load comes and goes");
    let me = std::env::current_exe().expect("this program");
    let yardstick = |name: &str| {
        let mut command = Command::new(&me);
        command.args(["--as", name]);
        Watched::start(command).map(|mut watched| watched.watch(span))
    };
    let empty = yardstick("empty");
    let timer = yardstick("timer");
    if let Some(empty) = &empty {
        show("a process that does nothing", empty, None);
    }
    if let Some(timer) = &timer {
        show("a bare 50 ms timer loop", timer, None);
    }
    let baseline = timer.as_ref();
    if let Some((usage, calls)) = daemon(Reflectors::Udp, span) {
        show(
            "the daemon, 3 UDP reflectors, HTTP router",
            &usage,
            baseline,
        );
        show_calls(&calls);
    }
    match daemon(Reflectors::Icmp, span) {
        Some((usage, calls)) => {
            show(
                "the daemon, 3 raw ICMP reflectors, HTTP router",
                &usage,
                baseline,
            );
            show_calls(&calls);
        }
        None => println!("  raw ICMP: skipped, needs root (CAP_NET_RAW)"),
    }
    let size = fs::metadata(BINARY).map_or(0, |meta| meta.len());
    let size = size as f64 / MEGABYTE;
    line(
        "the binary, stripped",
        &format!("{size:.2} MB"),
        "aim < 6 MB",
    );
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reflectors {
    Udp,
    Icmp,
}

/// System calls per tick by name, most first, or why nobody counted them.
type Calls = Result<Vec<(f64, String)>, String>;

/// What a process used while it was watched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    cpu: Real,
    span: Real,
    /// Peak resident memory since it started, in bytes.
    pub(crate) peak: f64,
}

impl Usage {
    fn per_tick_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / (self.span.as_secs_f64() * 20.0)
    }

    pub(crate) fn share(&self) -> f64 {
        100.0 * self.cpu.as_secs_f64() / self.span.as_secs_f64()
    }
}

fn show(what: &str, usage: &Usage, timer: Option<&Usage>) {
    let aim = if timer.is_some() { "aim < 1 %" } else { "" };
    let share = usage.share();
    line(what, &format!("{share:.2} % of a core"), aim);
    let ratio = timer.map_or(String::new(), |timer| {
        let ratio = usage.per_tick_us() / timer.per_tick_us().max(0.001);
        format!("{ratio:.1} times the bare timer loop")
    });
    let per_tick = usage.per_tick_us();
    line(
        "  CPU per tick, kernel and second thread included",
        &format!("{per_tick:.0} us"),
        &ratio,
    );
    let aim = if timer.is_some() { "aim < 12 MB" } else { "" };
    let peak = usage.peak / MEGABYTE;
    line("  peak memory (VmHWM)", &format!("{peak:.1} MB"), aim);
}

/// The total first, then which ones they are.
fn show_calls(calls: &Calls) {
    match calls {
        Ok(rows) => {
            let listed = |(count, name): &(f64, String)| format!("{name} {count:.1}");
            let (total, most) = rows.split_first().expect("a total");
            let most: Vec<String> = most.iter().take(5).map(listed).collect();
            let what = "  system calls (strace -c -f)";
            line(what, &format!("{:.1} per tick", total.0), &most.join(", "));
        }
        Err(why) => println!("    system calls: not counted, {why}"),
    }
}

/// A running process; ends with this value.
pub(crate) struct Watched(Child);

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Watched {
    pub(crate) fn start(mut command: Command) -> Option<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut watched = Self(command.spawn().ok()?);
        pause(WARM_UP);
        // Whoever has ended by now was refused something.
        let ended = watched.0.try_wait().ok()?.is_some();
        (!ended).then_some(watched)
    }

    fn proc(&self) -> PathBuf {
        Path::new("/proc").join(self.0.id().to_string())
    }

    pub(crate) fn watch(&mut self, span: Real) -> Usage {
        let before = self.cpu();
        let passed = pause(span);
        Usage {
            cpu: self.cpu().saturating_sub(before),
            span: passed,
            peak: self.peak(),
        }
    }

    /// CPU time of all threads, to the nanosecond where the kernel counts so; else in clock ticks.
    fn cpu(&self) -> Real {
        let exact = fs::read_dir(self.proc().join("task"))
            .ok()
            .and_then(|tasks| {
                tasks
                    .map(|task| {
                        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
                        text.split_whitespace().next()?.parse::<u64>().ok()
                    })
                    .sum::<Option<u64>>()
            });
        if let Some(nanos) = exact.filter(|&nanos| nanos > 0) {
            return Real::from_nanos(nanos);
        }
        let stat = fs::read_to_string(self.proc().join("stat")).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = |n| {
            fields
                .split_whitespace()
                .nth(n)
                .and_then(|f| f.parse::<u64>().ok())
        };
        // utime and stime, in hundredths of a second.
        Real::from_millis(10 * (ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0)))
    }

    fn peak(&self) -> f64 {
        let status = fs::read_to_string(self.proc().join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) * 1024.0
    }

    /// System calls per tick over `span`.
    fn calls(&self, span: Real) -> Calls {
        let counted = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        let mut strace = Command::new("strace")
            .args(["-c", "-f", "-o"])
            .arg(counted.path())
            .args(["-p", &self.0.id().to_string()])
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("strace: {e}"))?;
        let passed = pause(span);
        let id = strace.id().to_string();
        // Interrupted, it detaches and prints its table.
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = strace.wait();
        let table = fs::read_to_string(counted.path()).map_err(|e| e.to_string())?;
        // "100.00    0.001234           2       612         3 total"; the errors may be missing.
        let mut rows: Vec<(f64, String)> = table
            .lines()
            .filter_map(|line| {
                let mut fields = line.split_whitespace();
                let calls = fields.nth(3)?.parse::<f64>().ok()?;
                let per_tick = calls / (passed.as_secs_f64() * 20.0);
                Some((per_tick, fields.last()?.to_owned()))
            })
            .collect();
        rows.sort_by(|one, other| other.0.total_cmp(&one.0));
        if rows.is_empty() {
            return Err("strace may not look into it (needs root)".to_owned());
        }
        Ok(rows)
    }
}

/// A world and the files of its daemons.
pub(crate) struct Place {
    pub(crate) world: World,
    pub(crate) dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Option<Self> {
        let line = LineOptions::default();
        let world = World::start(WorldOptions {
            schedule: Schedule::demo(line.capacity),
            line,
            ..WorldOptions::default()
        });
        Some(Self {
            world: world.ok()?,
            dir: tempfile::tempdir().ok()?,
        })
    }

    /// The configuration of a WAN here.
    pub(crate) fn file(&self, reflectors: Reflectors, health_port: u16) -> Option<PathBuf> {
        let path = self.dir.path().display();
        let file = WanFile {
            name: "bench",
            scheme: "http",
            router_port: self.world.router_port(),
            reflectors: match reflectors {
                Reflectors::Udp => demo::udp(self.world.reflector_addresses()),
                Reflectors::Icmp => ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
                    .map(str::to_owned)
                    .into(),
            },
            more: format!(
                "logging: {{ main_log: {path}/wan.log, debug_log: {path}/debug.log }}\n\
                 lock_file: {path}/wan.lock\n\
                 state_file: {path}/wan_state.json\n\
                 health_check: {{ port: {health_port} }}\n\
                 metrics: {{ enabled: false }}\n"
            ),
        };
        let config = self.dir.path().join("wan.yaml");
        fs::write(&config, file.text()).ok()?;
        Some(config)
    }

    /// The real daemon, or nothing if it may not run.
    pub(crate) fn autorate(&self, reflectors: Reflectors, health_port: u16) -> Option<Watched> {
        let mut command = Command::new(BINARY);
        command.arg("--config");
        command.arg(self.file(reflectors, health_port)?);
        command.stderr(Stdio::null());
        Watched::start(command)
    }
}

fn daemon(reflectors: Reflectors, span: Real) -> Option<(Usage, Calls)> {
    let place = Place::new()?;
    let mut daemon = place.autorate(reflectors, 0)?;
    let usage = daemon.watch(span);
    // Under strace everything is slower, so this comes last.
    let calls = daemon.calls(span / 2);
    Some((usage, calls))
}

/// Sleeps, and says for how long it really was.
#[expect(clippy::disallowed_methods, reason = "a bench runs in real time")]
fn pause(span: Real) -> Real {
    let start = std::time::Instant::now();
    std::thread::sleep(span);
    start.elapsed()
}
