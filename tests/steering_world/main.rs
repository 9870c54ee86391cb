//! Two lines, two autorates, one steering and one router in virtual time, through whatever can happen to
//! a house; beside it v1.7's steering and nobody's, on the same lines at the same moments.
//!
//! `cargo test --test steering_world -- --nocapture` prints the table.

#[path = "../house/mod.rs"]
mod house;

mod stories;
mod table;
mod tale;
mod tales;
mod v17;
#[path = "../harness/wan_file.rs"]
mod wan_file;

use std::sync::OnceLock;

use self::house::Mode;
use self::tale::Outcome;
use self::tales::Name;
use self::wan_file::WanFile;

/// The score, and the loop's own beat.
const MODES: [Mode; 4] = {
    const fn mode(confidence: bool, interval_ms: u64) -> Mode {
        Mode {
            confidence,
            interval_ms,
        }
    }
    [
        mode(false, 2_000),
        mode(true, 2_000),
        mode(false, 50),
        mode(true, 50),
    ]
};

/// A story in the nth of [`MODES`]; it is played once, whoever asks.
fn played(name: Name, mode: usize) -> &'static Outcome {
    static PLAYED: [[OnceLock<Outcome>; MODES.len()]; Name::ALL.len()] =
        [const { [const { OnceLock::new() }; MODES.len()] }; Name::ALL.len()];
    PLAYED[name as usize][mode].get_or_init(|| name.tale().play(MODES[mode]))
}
