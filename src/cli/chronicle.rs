//! The daemons' history: whose database it is, and what their files say at a start.

use core::fmt::Debug;
use std::path::Path;

use crate::config::{SteeringConfig, Storage, WanConfig};
use crate::history::database::Database;
use crate::history::maintain::Keep;
use crate::history::recorder::RecorderParams;
use crate::history::second::{AutorateSnapshot, Recorded, Snapshot, SteeringSnapshot};
use crate::shell::archive::Archive;
use crate::shell::chronicler::{Chronicler, ChroniclerParams};
use crate::shell::clock::Clock;
use crate::shell::http_server::Aside;
use crate::shell::scribe::{Follower, Followers};
use crate::steering::params::Judging;

const BYTES_PER_MB: u64 = 1 << 20;

/// Why none is kept; there is always one, if it is wanted.
pub(super) const fn absence(_: &Storage) -> Option<&'static str> {
    None
}

/// Why a file that is there cannot be the database; one that may not be looked at is not judged.
pub(super) fn unfit(path: &Path) -> Option<String> {
    let readable = path.exists() && std::fs::File::open(path).is_ok();
    let trouble = readable.then(|| Database::read(path).err()).flatten()?;
    Some(trouble.to_string())
}

/// Keeps the history of autorate's WANs in the first file's database (contract 7.2).
pub(super) fn of_wans<'c>(
    clock: Clock,
    configs: impl IntoIterator<Item = &'c WanConfig, IntoIter: Clone>,
) -> Followers<crate::program::Fact> {
    let configs = configs.into_iter();
    let storage = configs.clone().next().map(|first| &first.storage);
    let wans = configs.map(|config| (config.wan_name.clone(), snapshot(config)));
    follow(clock, storage, wans.collect())
}

/// Keeps the history of steering, under the name of the WAN it watches.
pub(super) fn of_steering(clock: Clock, config: &SteeringConfig) -> Followers<crate::steer::Fact> {
    let wan = config.topology.primary.clone();
    let wans = vec![(wan, snapshot_of_steering(config))];
    follow(clock, Some(&config.storage), wans)
}

/// Answers questions about it, beside `/health`. Without its thread there are no answers, and all else goes on.
pub(super) fn aside(clock: Clock, storage: &Storage) -> Option<Box<dyn Aside>> {
    match Archive::start(clock, storage.db_path.clone()) {
        Ok(archive) => Some(Box::new(archive)),
        Err(sentence) => {
            log::warn!("/metrics/history is not available: {sentence}");
            None
        }
    }
}

fn follow<F>(clock: Clock, storage: Option<&Storage>, wans: Vec<(String, Snapshot)>) -> Followers<F>
where
    F: Recorded + Debug + 'static,
{
    let chronicler = storage.and_then(|storage| {
        let keep = Keep {
            days: storage.retention_days,
            bytes: u64::from(storage.max_mb) * BYTES_PER_MB,
        };
        let recorder = RecorderParams::new(storage.db_path.clone()?, keep);
        let params = ChroniclerParams { recorder, wans };
        let chronicler: Box<dyn Follower<F>> = Box::new(Chronicler::<F>::new(clock.wall(), params));
        Some(chronicler)
    });
    chronicler.into_iter().collect()
}

fn snapshot(config: &WanConfig) -> Snapshot {
    let (down, up) = (&config.shapers.down, &config.shapers.up);
    Snapshot::Autorate(AutorateSnapshot {
        baseline_rtt_initial: config.baseline_initial,
        download_ceiling: down.ceiling,
        upload_ceiling: up.ceiling,
        target_bloat: down.thresholds.green,
        warn_bloat: down.thresholds.yellow,
    })
}

/// The thresholds that decide; those of the other mode are null.
fn snapshot_of_steering(config: &SteeringConfig) -> Snapshot {
    let (legacy, aware) = match config.params.judging {
        Judging::Legacy { bad, recovery } => (Some((bad, recovery)), None),
        Judging::CakeAware(edges) => (None, Some((config.shown.green_rtt, edges.red))),
    };
    let topology = &config.topology;
    Snapshot::Steering(SteeringSnapshot {
        bad_threshold: legacy.map(|(bad, _)| bad),
        recovery_threshold: legacy.map(|(_, recovery)| recovery),
        green_rtt: aware.map(|(green, _)| green),
        red_rtt: aware.map(|(_, red)| red),
        primary_wan: topology.primary.clone(),
        alternate_wan: topology.alternate.clone(),
    })
}
