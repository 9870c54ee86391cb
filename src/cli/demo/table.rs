//! What the demo shows: a line a second, or on a terminal a table that stays in place.

use std::io::{self, IsTerminal, Write, stdout};
use std::net::SocketAddr;

use crate::cli::stage::world::World;
use crate::direction::{Both, Direction};
use crate::status::{Status, WanStatus};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// How often something is shown: once a second, on a terminal five times.
const LINE_EVERY: Duration = Duration::from_secs(1);
const TABLE_EVERY: Duration = Duration::from_millis(200);
/// Milliseconds of delay that fill the bar.
const BAR_MS: f64 = 100.0;
const BAR: usize = 40;

const COLUMNS: &str = concat!(
    "   time | line passes | home wants  | delay, over base | down zone, rate | up zone, rate   | writes\n",
    "        |  down    up |  down    up |    ms       ms   |                 |                 |",
);

pub(super) struct Table {
    health: Option<SocketAddr>,
    terminal: bool,
    show_at: Instant,
    drawn: bool,
    worst: f64,
    weather: Option<(Both<Rate>, Both<Rate>)>,
}

impl Table {
    pub(super) fn new(health: Option<SocketAddr>) -> Self {
        Self {
            health,
            terminal: stdout().is_terminal(),
            show_at: Instant::ZERO,
            drawn: false,
            worst: 0.0,
            weather: None,
        }
    }

    pub(super) fn begin(&self, config: &str) -> io::Result<()> {
        let setting = |key: &str| {
            config
                .lines()
                .find(|line| line.trim_start().starts_with(key))
                .map_or("", |line| line.trim())
        };
        let target = setting("target_bloat_ms");
        let law = match setting("control_law") {
            "control_law: adaptive" => format!(
                "The adaptive law decides (--law classic shows v1.7's). YELLOW begins at {target}, SOFT_RED at three \
                 times that."
            ),
            _ => format!(
                "v1.7's law decides. Zones begin at {target}, {}, {}.",
                setting("warn_bloat_ms"),
                setting("hard_red_bloat_ms")
            ),
        };
        say(&format!(
            "wanctl {} on a simulated cable line (500/40 Mbit/s, 24 ms) behind a RouterOS double.\n{law}\n",
            env!("CARGO_PKG_VERSION"),
        ))?;
        if let Some(address) = self.health {
            say(&format!(
                "Look inside while it runs: curl http://{address}/health\n"
            ))?;
        }
        if self.terminal {
            Ok(())
        } else {
            say(&format!("{COLUMNS}\n"))
        }
    }

    /// Shows what is due.
    pub(super) fn tick(&mut self, now: Instant, status: &Status, world: &World) -> io::Result<()> {
        let wan = &status.wans[0];
        if let Some((_, rtt, _)) = wan.measurement.last {
            self.worst = self.worst.max((rtt - wan.delay.baseline).as_f64());
        }
        if now < self.show_at {
            return Ok(());
        }
        let every = if self.terminal {
            TABLE_EVERY
        } else {
            LINE_EVERY
        };
        self.show_at = now + every;
        let (capacity, demand) = {
            let scene = world.scene();
            (scene.first.line.capacity(), scene.first.line.demand())
        };
        let mut text = String::new();
        if let Some(news) = self.news(capacity, demand) {
            if self.terminal && self.drawn {
                // Above the table, which moves down.
                text.push_str("\x1b[8A\x1b[J");
                self.drawn = false;
            }
            text.push_str("--- ");
            text.push_str(&news);
            text.push('\n');
        }
        let row = row(now, wan, capacity, demand);
        if self.terminal {
            if self.drawn {
                text.push_str("\x1b[8A\x1b[J");
            }
            self.drawn = true;
            text.push_str(&panel(&row, status));
        } else {
            text.push_str(&row);
        }
        say(&text)
    }

    pub(super) fn end(&self, status: &Status, world: &World) -> io::Result<()> {
        let wan = &status.wans[0];
        let pulse = status.pulse;
        say(&format!(
            "\nAfter {:.0} s: {} cycles, {} missed; {} writes to the router ({} connections), worst delay {:.0} ms over the baseline.\n",
            status.now.as_secs_f64(),
            pulse.ticks,
            pulse.missed,
            wan.counters.updates,
            world.connections(),
            self.worst
        ))
    }

    /// What changed outside since the last time, in words.
    fn news(&mut self, capacity: Both<Rate>, demand: Both<Rate>) -> Option<String> {
        let (was_capacity, was_demand) = self.weather.replace((capacity, demand))?;
        let mut news = Vec::new();
        for direction in Direction::BOTH {
            let (was, is) = (was_capacity[direction], capacity[direction]);
            if was != is {
                let verb = if is < was { "drops" } else { "recovers" };
                news.push(format!("the line's {direction} capacity {verb} to {is}"));
            }
            let (was, is) = (was_demand[direction], demand[direction]);
            if was != is {
                let verb = if is < was { "ends" } else { "begins" };
                news.push(format!("a big {direction} {verb}"));
            }
        }
        (!news.is_empty()).then(|| news.join(", "))
    }
}

fn row(now: Instant, wan: &WanStatus, capacity: Both<Rate>, demand: Both<Rate>) -> String {
    let delay = match wan.measurement.last {
        Some((_, rtt, _)) => format!("{rtt:>5.1}   {:>6.1}", rtt - wan.delay.baseline),
        None => "    -        -".into(),
    };
    // A rate's own Display knows no width.
    let text = |rate: Rate| rate.to_string();
    format!(
        "{:>6.1}s | {:>5} {:>5} | {:>5} {:>5} | {delay}   | {:<8} {:>6} | {:<8} {:>6} | {:>5}\n",
        now.as_secs_f64(),
        text(capacity.down),
        text(capacity.up),
        text(demand.down),
        text(demand.up),
        wan.zones.down,
        text(wan.rates.down),
        wan.zones.up,
        text(wan.rates.up),
        wan.counters.updates
    )
}

/// Eight lines.
fn panel(row: &str, status: &Status) -> String {
    let wan = &status.wans[0];
    let delta = wan.delay.delta().as_f64().clamp(0.0, BAR_MS);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of forty characters"
    )]
    let filled = (delta / BAR_MS * BAR as f64) as usize;
    let held = |direction: Direction| {
        wan.router.applied[direction].map_or("unknown".into(), |rate| rate.to_string())
    };
    format!(
        "{COLUMNS}\n{row}\n  delay over baseline [{:<BAR$}] {:.1} ms of {BAR_MS:.0}\n  router holds        {} down, {} up\n  ticks               {} done, {} missed, worst {} late\n\n",
        "#".repeat(filled),
        wan.delay.delta(),
        held(Direction::Down),
        held(Direction::Up),
        status.pulse.ticks,
        status.pulse.missed,
        status.pulse.worst,
    )
}

/// Prints at once.
fn say(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
