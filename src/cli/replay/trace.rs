//! `wanctl replay --trace`: a recorded RTT trace through v1.7's law, in the form of
//! `tests/golden/README.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{daemon, print};
use crate::config::WanConfig;
use crate::control::actuator::{Act, Actuator, Budget, Known};
use crate::control::blackout::{Blind, Step};
use crate::control::controller::{Controller, Decision};
use crate::control::delay::DelayTracker;
use crate::control::law::classic::Shaper;
use crate::direction::Both;
use crate::time::Instant;
use crate::units::{Millis, Rate};

const HEADER: &str = "cycle,rtt_ms,ok,baseline_ms,load_ms,dl_zone,ul_zone,dl_bps,ul_bps,router_write,applied_dl_bps,applied_ul_bps\n";

pub(super) fn run(config: &Path, trace: &Path) -> Result<ExitCode, String> {
    let loaded = daemon::load(&[config.to_owned()])?;
    let text = fs::read_to_string(trace).map_err(|e| format!("{}: {e}", trace.display()))?;
    let rows = replay(&loaded[0].config, &text).map_err(|e| format!("{}{e}", trace.display()))?;
    print(&rows)
}

/// One line per row of `trace`, under a line that names the columns. Every write is confirmed at once; as
/// in v1.7, none is made in a cycle without a measurement.
///
/// # Errors
/// What is wrong with the trace; the sentence begins with the line it was found in, `:2: `.
pub fn replay(config: &WanConfig, trace: &str) -> Result<String, String> {
    let mut lines = trace.lines();
    let columns = lines.next().unwrap_or_default();
    let column = columns
        .split(',')
        .position(|name| name.trim() == "rtt_ms")
        .ok_or(":1: no column rtt_ms; the first line names the columns")?;
    let mut replay = Replay::new(config);
    let mut rows = String::from(HEADER);
    for (n, line) in lines.enumerate() {
        let field = line.split(',').nth(column).unwrap_or("missing").trim();
        let step = parse(field).ok_or_else(|| {
            format!(
                ":{}: rtt_ms is {field}; expected milliseconds, or nothing for a lost reply",
                n + 2
            )
        })?;
        replay.row(&mut rows, n, step);
    }
    Ok(rows)
}

/// `Some(Step)` for milliseconds, or for the nothing of a lost reply.
fn parse(field: &str) -> Option<Step> {
    if field.is_empty() {
        return Some(Step::Fail(Blind::NoReply));
    }
    let rtt = Millis::new(field.parse().ok()?)?;
    (rtt >= Millis::ZERO).then_some(Step::Judge(rtt))
}

struct Replay {
    controller: Controller,
    actuator: Actuator,
    applied: Both<Option<Rate>>,
    now: Instant,
}

impl Replay {
    fn new(config: &WanConfig) -> Self {
        let limit = config.router.write_limit;
        let delay = DelayTracker::new(config.delay, config.baseline_initial);
        let shapers = config.shapers.map(Shaper::new);
        Self {
            controller: Controller::new(delay, shapers),
            actuator: Actuator::new(Budget::new(limit.changes, limit.window), false),
            applied: Both::default(),
            now: Instant::ZERO,
        }
    }

    fn row(&mut self, rows: &mut String, cycle: usize, step: Step) {
        let rtt = match step {
            Step::Judge(rtt) => rtt.to_string(),
            _ => String::new(),
        };
        let zones = match self.controller.step(self.now, step) {
            Decision::Judged(judgement) => {
                let Both { down, up } = judgement.verdicts;
                format!("{},{}", down.zone, up.zone)
            }
            _ => ",".into(),
        };
        let ok = !rtt.is_empty();
        let wrote = ok && self.act();
        let delay = self.controller.delay();
        let rates = self.controller.rates();
        let applied = self
            .applied
            .map(|rate| rate.map_or(String::new(), |r| r.as_bps().to_string()));
        // A String takes everything.
        let _ = writeln!(
            rows,
            "{cycle},{rtt},{},{},{},{zones},{},{},{},{},{}",
            u8::from(ok),
            delay.baseline,
            delay.load,
            rates.down.as_bps(),
            rates.up.as_bps(),
            u8::from(wrote),
            applied.down,
            applied.up
        );
        self.now = self.now + daemon::PERIOD;
    }

    /// The router confirms every write at once; says whether there was one.
    fn act(&mut self) -> bool {
        let Act::Send(orders) = self.actuator.want(self.now, self.controller.rates(), true) else {
            return false;
        };
        for order in orders.into_iter().flatten() {
            self.actuator
                .holds(self.now, order.direction, order.rate, Known::Written);
            self.applied[order.direction] = Some(order.rate);
        }
        true
    }
}
