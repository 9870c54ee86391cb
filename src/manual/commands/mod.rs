//! The pages, one for each command.

mod calibrate;
mod check;
mod dashboard;
mod demo;
mod double;
mod fingerprint;
mod health;
mod help;
mod history;
mod manual;
mod names;
mod notice;
mod replay;
mod run;
mod setup;
mod simulate;
mod steering;
mod upgrade;

pub use calibrate::CALIBRATE;
pub use check::CHECK;
pub use dashboard::DASHBOARD;
pub use demo::DEMO;
pub use double::{DOUBLE, DOUBLE_CLI};
pub use fingerprint::FINGERPRINT;
pub use health::HEALTH;
pub use help::HELP_COMMAND;
pub use history::HISTORY;
pub use manual::MANUAL;
pub use notice::NOTICE;
pub use replay::REPLAY;
pub use run::RUN;
#[cfg(test)]
pub(crate) use setup::KINDS;
pub use setup::SETUP;
pub use simulate::{SCENARIOS, SIMULATE};
pub use steering::STEERING;
pub use upgrade::UPGRADE;

use super::page::Page;

/// All of them, in the order in which `--help` lists them.
pub static ALL: [&Page; 18] = [
    &RUN,
    &SETUP,
    &STEERING,
    &CHECK,
    &CALIBRATE,
    &UPGRADE,
    &HISTORY,
    &DASHBOARD,
    &NOTICE,
    &HEALTH,
    &FINGERPRINT,
    &DEMO,
    &SIMULATE,
    &REPLAY,
    &MANUAL,
    &HELP_COMMAND,
    &DOUBLE,
    &DOUBLE_CLI,
];

/// The page of `check`, `wanctl-check` or `wanctl check`.
pub fn find(name: &str) -> Option<&'static Page> {
    let dashed = |name: &str| name.replace(' ', "-");
    let same = |page: &&&Page| page.word() == Some(name) || dashed(page.command) == dashed(name);
    ALL.iter().find(same).copied()
}
