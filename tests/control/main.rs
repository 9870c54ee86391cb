//! What holds of the decisions for every story, told by proptest: each test's name is the promise.

mod controller;
mod filters;
mod law;
mod load;
mod writing;

use proptest::prelude::*;
use wanctl::time::{Duration, Instant};
use wanctl::units::Millis;

pub(crate) fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

pub(crate) fn ms(ms: f64) -> Millis {
    Millis::new(ms).expect("finite")
}

/// RTTs of a line, mostly ordinary ones.
pub(crate) fn rtts() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(
        prop_oneof![4 => 15.0..80.0_f64, 1 => 0.0..2_000.0_f64],
        1..300,
    )
}
