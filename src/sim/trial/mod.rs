//! A law on a line in virtual time: what would it make of this evening?
//!
//! ```text
//! schedule ─▶ demand ─▶ senders ─▶ line ─▶ echoes ─▶ law ─▶ actuator ─ latency ─▶ CAKE's rate
//!                          ▲         └────▶ counters ─▲                              │
//!                          └─────────────────────────────────────────────────────────┘
//! ```
//!
//! The line is [`line`](super::line)'s fluid queue; what a fluid lacks is added here, as the law study
//! did: senders need one and a half RTT to follow a cut and a quarter of a second to use a raise, they
//! back off when the provider's buffer overflows or CAKE holds a queue, replies jitter, spike and get
//! lost, weather comes from elsewhere, and writes and counters take their time. What it still lacks:
//! packets, single flows, an AQM at the provider, and a router that refuses.

mod contender;
pub mod recorded;
pub mod scenario;
mod score;
mod senders;
mod setup;
pub mod story;
mod world;

pub use self::contender::Law;
pub use self::scenario::{Limits, Quirks, Scenario, Span, TheirClock};
pub use self::score::{Moment, Score};
pub use self::setup::{ClassicSetup, Setup};

use self::contender::Contender;
use self::world::World;

use crate::control::actuator::{Budget, Spending, Thrift};
use crate::time::{Duration, Instant};

/// From one look at the fluid to the next: short against every RTT.
const STEP: Duration = Duration::from_millis(10);
/// The daemon's tick.
const TICK: Duration = Duration::from_millis(50);

/// Plays a scenario with a law from beginning to end, as the scenario itself configures it; with every
/// moment.
pub fn run(scenario: &Scenario, law: Law) -> Score {
    let mut moments = Vec::new();
    let setup = Setup::of(scenario);
    let mut score = play(scenario, &setup, law, |moment| moments.push(*moment));
    score.moments = moments;
    score
}

/// Plays a scenario with a law from beginning to end, and shows every tick to `each`.
pub fn play(scenario: &Scenario, setup: &Setup, law: Law, mut each: impl FnMut(&Moment)) -> Score {
    let mut world = World::new(scenario, spending(law, setup));
    let mut contender = Contender::new(Instant::ZERO, law, setup);
    world.start(contender.rates());
    let mut score = Score::new(scenario);
    let mut now = Instant::ZERO;
    let end = Instant::ZERO + scenario.lasts;
    let mut tick_at = now;
    while now < end {
        world.step(now, STEP, &mut contender);
        if now >= tick_at {
            tick_at = tick_at + TICK;
            contender.tick(now);
            world.act(now, &mut contender);
            world.probe(now, &mut contender);
            each(&Moment::new(now, &world, &contender));
        }
        score.sample(now, STEP, &mut world);
        now = now + STEP;
    }
    score.finish(world.changes());
    score
}

/// What bounds a law's writes; whose own place counts them has no other bound.
fn spending(law: Law, setup: &Setup) -> Spending {
    match law {
        Law::Adaptive => Thrift::new(setup.writes_per_hour).into(),
        _ => Budget::new(64, Duration::from_secs(1)).into(),
    }
}

#[cfg(test)]
mod tests;
