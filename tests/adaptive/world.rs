//! WANs under the adaptive law, and what they tell.

use serde_json::Value;
use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config::WanConfig;
use wanctl::direction::Direction;
use wanctl::program::{AdaptiveFact, Fact, Program, WanId};
use wanctl::report::{health, lines};
use wanctl::router::Transport;
use wanctl::sim::line::LineOptions;
use wanctl::sim::scene::SceneOptions;
use wanctl::sim::schedule::{Change, Schedule};
use wanctl::sim::wires::Meter;
use wanctl::status::WanStatus;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use super::adaptive_file::config;
use super::harness::world::Worlds;

/// What the WANs have told, each fact with the second it was told in.
#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) facts: Vec<(WanId, Fact)>,
}

impl Meter for Ear {
    fn aside<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }

    fn told(&mut self, wan: WanId, fact: &Fact) {
        self.facts.push((wan, *fact));
    }
}

/// The worlds and who listens to them.
pub(crate) struct Watched {
    pub(crate) worlds: Worlds,
    pub(crate) ear: Ear,
}

/// So many seconds after the start.
pub(crate) const fn second(s: u64) -> Duration {
    Duration::from_secs(s)
}

/// From 10 s on a download that takes all there is, over a line that can do 250 Mbit/s from 30 s until 90 s.
pub(crate) fn evening() -> Schedule {
    let down = Direction::Down;
    Schedule::new()
        .at(second(10), Change::Demand(down, Rate::mbit(900)))
        .at(second(30), Change::Capacity(down, Rate::mbit(250)))
        .at(second(90), Change::Capacity(down, Rate::mbit(500)))
        .at(second(150), Change::Demand(down, Rate::ZERO))
}

impl Watched {
    pub(crate) fn new(schedule: Schedule) -> Self {
        Self::of(&[config("wan1")], schedule)
    }

    pub(crate) fn of(configs: &[WanConfig], schedule: Schedule) -> Self {
        Self::before(configs, LineOptions::default(), schedule)
    }

    /// One over this line.
    pub(crate) fn on(line: LineOptions, schedule: Schedule) -> Self {
        Self::before(&[config("wan1")], line, schedule)
    }

    fn before(configs: &[WanConfig], line: LineOptions, schedule: Schedule) -> Self {
        let options = SceneOptions {
            line,
            schedule,
            ..SceneOptions::default()
        };
        Self {
            worlds: Worlds::of(&[Transport::Rest], configs, &options),
            ear: Ear::default(),
        }
    }

    /// The law of v1.7.
    pub(crate) fn classic(schedule: &Schedule) -> Self {
        Self {
            worlds: Worlds::over(&[Transport::Rest], 1, schedule),
            ear: Ear::default(),
        }
    }

    /// One that writes nothing.
    pub(crate) fn dry(config: &WanConfig, schedule: Schedule) -> Self {
        let mut watched = Self::of(core::slice::from_ref(config), schedule);
        let mut wans = heapless::Vec::new();
        let params = assemble::wan_params(config, None, true);
        assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
        watched.worlds.program = Autorate::new(wans, true);
        watched
    }

    /// Lives until so long after the start.
    pub(crate) fn until(&mut self, after: Duration) {
        while self.worlds.now.as_micros() < after.as_micros() {
            self.worlds.tick(&mut self.ear);
        }
    }

    pub(crate) fn wan(&self) -> &WanStatus {
        &self.worlds.program.status().wans[0]
    }

    /// `/health`, read.
    pub(crate) fn health(&self) -> Value {
        let status = self.worlds.program.status();
        let mut page = vec![0; health::capacity(status.wans.len())];
        let len = health::write(status, &mut page).expect("it fits");
        serde_json::from_slice(&page[..len]).expect("JSON")
    }

    /// Requests that the router has had so far.
    pub(crate) fn requests(&self) -> u64 {
        self.worlds.sides[0].scene.router.journal.total()
    }

    /// What the law said of its own accord since it was last asked, without its cycles.
    pub(crate) fn said(&mut self) -> Vec<AdaptiveFact> {
        let facts = self.ear.facts.drain(..);
        facts
            .filter_map(|(_, fact)| match fact {
                Fact::Adaptive(AdaptiveFact::Stood { .. }) => None,
                Fact::Adaptive(fact) => Some(fact),
                _ => None,
            })
            .collect()
    }

    /// The lines that the log has of it, at INFO and louder.
    pub(crate) fn log(&self) -> Vec<String> {
        let loud = |fact: &&(WanId, Fact)| lines::level(&fact.1) <= log::Level::Info;
        let facts = self.ear.facts.iter().filter(loud);
        let line = |(_, fact): &(WanId, Fact)| lines::Line { wan: "wan1", fact }.to_string();
        facts.map(line).collect()
    }
}
