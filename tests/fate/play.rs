//! A fate from its beginning to its end, or to the first promise that is broken.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wanctl::program::Program as _;
use wanctl::time::Instant;

use crate::digest::Digest;
use crate::house::House;
use crate::plan::Plan;
use crate::planted::{Bug, Planted};
use crate::promises::{Broken, Promise, Watch};

/// A fate that went well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Tally {
    /// Everything that was done in it.
    pub(crate) digest: Digest,
    /// Changes on the router.
    pub(crate) writes: u64,
}

/// Plays it once.
pub(crate) fn play(plan: &Plan, planted: Planted) -> Result<Tally, Broken> {
    let mut at = Instant::ZERO;
    let played = catch_unwind(AssertUnwindSafe(|| watched(plan, planted, &mut at)));
    played.unwrap_or_else(|panic| {
        let how = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Broken {
            promise: Promise::NobodyPanics,
            at,
            how: how.unwrap_or_default(),
        })
    })
}

/// Plays it twice.
pub(crate) fn play_twice(plan: &Plan, planted: Planted) -> Result<Tally, Broken> {
    let first = play(plan, planted)?;
    let second = play(plan, planted)?;
    if first == second {
        return Ok(first);
    }
    Err(Broken {
        promise: Promise::SameSeedSameRun,
        at: Instant::ZERO + plan.lasts,
        how: format!("{} and then {}", first.digest, second.digest),
    })
}

fn watched(plan: &Plan, planted: Planted, at: &mut Instant) -> Result<Tally, Broken> {
    let mut house = House::new(plan, Bug::new(planted));
    let mut watch = Watch::new(plan);
    while let Some(step) = house.step() {
        *at = house.world.now;
        watch.look(&mut house, step)?;
    }
    let mut digest = house.world.digest;
    if let Some(daemon) = &house.autorate {
        for wan in &daemon.program.status().wans {
            digest.note(wan.rates.down.as_bps());
            digest.note(wan.rates.up.as_bps());
            digest.note(wan.delay.load.as_f64().to_bits());
        }
    }
    Ok(Tally {
        digest,
        writes: house.world.scene.router.persisted_writes(),
    })
}
