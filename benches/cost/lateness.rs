//! How late the beat is: autorate's loop beside one that does nothing else, in the same seconds, while the machine is
//! otherwise left alone and while every core is busy, scheduled as any process and as `realtime: true` asks for.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use crate::beats::Scheduling;
use crate::cores;
use crate::process::{Place, Reflectors};

/// Beats per second.
const RATE: u64 = 20;
/// How much longer the busy ones are busy: for the loops' warming up and their ends.
const MARGIN: u64 = 10;
const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

pub(crate) fn report(seconds: u64) {
    println!("How late the beat is in us, {seconds} s each, side by side");
    let heading = SHARES.map(|(name, _)| format!("{name:>9}")).concat();
    println!("  {:<54}{heading}", "");
    for busy in [false, true] {
        for (_, scheduling) in Scheduling::ALL {
            let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
            let load = load.split(' ').next().unwrap_or("?");
            let machine = if busy {
                format!("{} busy processes", cores())
            } else {
                format!("left alone, load {load} by others")
            };
            println!("  {machine}, scheduling: {scheduling}");
            match side_by_side(seconds, busy, scheduling) {
                Some(both) => show(&both),
                None => println!("    autorate may not run here"),
            }
        }
    }
}

/// What one loop has noted, and what it was granted.
struct Noted {
    granted: String,
    /// Microseconds, rising.
    late: Vec<u64>,
}

impl Noted {
    fn of(text: &str) -> Option<Self> {
        let (granted, late) = text.split_once('\n')?;
        let mut late: Vec<u64> = late.lines().filter_map(|line| line.parse().ok()).collect();
        late.sort_unstable();
        (!late.is_empty()).then(|| Self {
            granted: granted.to_owned(),
            late,
        })
    }

    /// So large a share was not later.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length"
    )]
    fn quantile(&self, share: f64) -> u64 {
        let rank = (share * self.late.len() as f64).ceil() as usize;
        self.late[rank.saturating_sub(1)]
    }
}

fn show(both: &[Noted; 2]) {
    let [bare, ours] = both;
    for (what, noted) in [("a bare timerfd loop", bare), ("autorate's loop", ours)] {
        let cells = SHARES.map(|(_, share)| format!("{:>9}", noted.quantile(share)));
        println!("    {what:<52}{}", cells.concat());
    }
    let ratios = SHARES.map(|(_, share)| {
        let ratio = ours.quantile(share) as f64 / bare.quantile(share).max(1) as f64;
        format!("{ratio:>9.2}")
    });
    println!("    {:<52}{}", "ratio", ratios.concat());
    if !ours.granted.is_empty() {
        println!("    granted: {}", ours.granted);
    }
}

/// The bare loop and autorate's.
fn side_by_side(seconds: u64, busy: bool, scheduling: &str) -> Option<[Noted; 2]> {
    let place = Place::new()?;
    let file = place.file(Reflectors::Udp, 0)?;
    let many = if busy { cores() } else { 0 };
    let _busy: Vec<Started> = (0..many)
        .map(|_| Started::new(&["busy", &(seconds + MARGIN).to_string()]))
        .collect::<Option<_>>()?;
    let beats = (seconds * RATE).to_string();
    let bare = Started::new(&["bare", &beats, scheduling])?;
    let ours = Started::new(&["autorate", &beats, scheduling, file.to_str()?])?;
    Some([Noted::of(&bare.said()?)?, Noted::of(&ours.said()?)?])
}

/// This program, started again; ends with this value.
struct Started(Child);

impl Started {
    fn new(args: &[&str]) -> Option<Self> {
        let me = std::env::current_exe().ok()?;
        let mut command = Command::new(me);
        command.arg("--as").args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        Some(Self(command.spawn().ok()?))
    }

    /// All that it prints until it ends.
    fn said(mut self) -> Option<String> {
        let mut text = String::new();
        self.0.stdout.take()?.read_to_string(&mut text).ok()?;
        self.0.wait().ok()?.success().then_some(text)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
