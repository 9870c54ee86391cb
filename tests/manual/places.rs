//! Where each command line is run that README, guides and pages show. Those of wanctl are run here, unless this says
//! otherwise; every other one needs its line.

/// Where a command line is run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Here; it ends with this code.
    Here(i32),
    /// Here, until it is told to stop.
    Lasts,
    /// Here, while a daemon runs.
    Beside,
    /// By this file, in these words.
    Elsewhere(&'static str, &'static str),
}

use Place::{Beside, Elsewhere, Here, Lasts};

/// Who runs what takes long, a root or another machine.
const CI: &str = ".ci/run";

/// Command lines as they are shown, and where they are run.
pub(crate) const PLACES: &[(&str, Place)] = &[
    ("wanctl --config broken.yaml --validate-config", Here(1)),
    ("curl http://127.0.0.1:9101/health", Beside),
    (
        "cargo run --release -- demo --seconds 20",
        Elsewhere(CI, "cargo run --release --locked -- demo --seconds 20"),
    ),
    ("cargo test", Elsewhere(CI, "cargo test --locked")),
    (
        "cargo build --release",
        Elsewhere(CI, "cargo build --release"),
    ),
    (
        "wanctl dashboard --config /etc/wanctl/wan1.yaml /etc/wanctl/wan2.yaml /etc/wanctl/steering.yaml",
        Lasts,
    ),
    ("wanctl dashboard --config wan1.yaml steering.yaml", Lasts),
];
