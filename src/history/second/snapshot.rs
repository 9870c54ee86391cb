//! What the configuration said at a start (contract 7.3).

use super::{Labels, Seconds};
use crate::history::metric;
use crate::history::row::Row;
use crate::program::WanId;
use crate::time::WallTime;
use crate::units::{Millis, Rate};

/// Of a WAN file.
#[derive(Clone, Debug, PartialEq)]
pub struct AutorateSnapshot {
    /// `continuous_monitoring.baseline_rtt_initial`.
    pub baseline_rtt_initial: Millis,
    /// The download's ceiling.
    pub download_ceiling: Rate,
    /// The upload's ceiling.
    pub upload_ceiling: Rate,
    /// `thresholds.target_bloat_ms`.
    pub target_bloat: Millis,
    /// `thresholds.warn_bloat_ms`.
    pub warn_bloat: Millis,
}

/// Of a steering file.
#[derive(Clone, Debug, PartialEq)]
pub struct SteeringSnapshot {
    /// `thresholds.bad_threshold_ms`.
    pub bad_threshold: Option<Millis>,
    /// `thresholds.recovery_threshold_ms`.
    pub recovery_threshold: Option<Millis>,
    /// `thresholds.green_rtt_ms`.
    pub green_rtt: Option<Millis>,
    /// `thresholds.red_rtt_ms`.
    pub red_rtt: Option<Millis>,
    /// `topology.primary_wan`.
    pub primary_wan: String,
    /// `topology.alternate_wan`.
    pub alternate_wan: String,
}

/// Of either.
#[derive(Clone, Debug, PartialEq)]
pub enum Snapshot {
    /// A WAN file.
    Autorate(AutorateSnapshot),
    /// A steering file.
    Steering(SteeringSnapshot),
}

impl Seconds {
    /// The row of a start; `None` for a WAN that there is not.
    pub fn snapshot(&self, at: WallTime, wan: WanId, snapshot: &Snapshot) -> Option<Row> {
        let second = self.wans.get(wan.index())?;
        let (autorate, steering) = match snapshot {
            Snapshot::Autorate(own) => (autorate(own), "null".to_owned()),
            Snapshot::Steering(own) => ("null".to_owned(), steering(own)),
        };
        let labels = Labels::new()
            .text("trigger", "startup")
            .raw("autorate", autorate)
            .raw("steering", steering);
        let at = at.unix();
        let mut row = second.event(metric::CONFIG_SNAPSHOT, at as f64, labels);
        row.at = at;
        Some(row)
    }
}

fn autorate(own: &AutorateSnapshot) -> String {
    Labels::new()
        .raw("baseline_rtt_initial", ms(Some(own.baseline_rtt_initial)))
        .raw("download_ceiling_mbps", mbps(own.download_ceiling))
        .raw("upload_ceiling_mbps", mbps(own.upload_ceiling))
        .raw("target_bloat_ms", ms(Some(own.target_bloat)))
        .raw("warn_bloat_ms", ms(Some(own.warn_bloat)))
        .done()
}

fn steering(own: &SteeringSnapshot) -> String {
    Labels::new()
        .raw("bad_threshold_ms", ms(own.bad_threshold))
        .raw("recovery_threshold_ms", ms(own.recovery_threshold))
        .raw("green_rtt_ms", ms(own.green_rtt))
        .raw("red_rtt_ms", ms(own.red_rtt))
        .text("primary_wan", &own.primary_wan)
        .text("alternate_wan", &own.alternate_wan)
        .done()
}

fn ms(value: Option<Millis>) -> String {
    value.map_or_else(|| "null".to_owned(), |ms| format!("{:?}", ms.as_f64()))
}

fn mbps(rate: Rate) -> String {
    format!("{:?}", rate.as_mbps())
}
