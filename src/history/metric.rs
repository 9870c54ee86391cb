//! Names of metrics, and how many values become one.
//!
//! v1.7's names and codes are those of contract 7.3. Ours:
//!
//! | name | value | labels |
//! |---|---|---|
//! | [`RTT_MAX`], [`DELTA_MAX`] | the longest of the time, ms | as the mean's |
//! | [`RATE_DOWN_MIN`], [`RATE_UP_MIN`] | the lowest of the time, Mbit/s | |
//! | [`ACHIEVED_DOWN`], [`ACHIEVED_UP`] | what went through a queue, Mbit/s; the adaptive law's, as the next two | |
//! | [`ANCHOR_DOWN`], [`ANCHOR_UP`] | the line's capacity as it was last measured, Mbit/s | |
//! | [`MODE`] | a change of the adaptive law's state: 0 clear, 1 draining, 2 weather, 3 blind | `direction`, `mode`, `reason`, `blocker`, `delta_ms`, `anchor_mbps`, `achieved_mbps` |
//! | [`WRITE`] | 1: the router confirmed it, 0: it did not | `direction`, `outcome`, `reason`, `rate_mbps`, `took_ms` |
//!
//! An extreme is written only where the mean hides it ([`hides`]); where there is none, the mean tells
//! it. They are names of their own, not labels of the mean's, because v1.7's reader pools labels.

/// The RTT that was judged, ms.
pub const RTT: &str = "wanctl_rtt_ms";
/// The baseline RTT, ms.
pub const BASELINE: &str = "wanctl_rtt_baseline_ms";
/// Load RTT less baseline RTT, ms; may be negative.
pub const DELTA: &str = "wanctl_rtt_delta_ms";
/// What the law wants the download queue's limit to be, Mbit/s.
pub const RATE_DOWN: &str = "wanctl_rate_download_mbps";
/// The same of the upload queue.
pub const RATE_UP: &str = "wanctl_rate_upload_mbps";
/// The zone: 0 GREEN, 1 YELLOW, 2 SOFT_RED, 3 RED. With `"source": "steering"`, 2 is RED (contract 7.3).
pub const STATE: &str = "wanctl_state";
/// 1: new latency-sensitive connections go over the alternate.
pub const STEERING_ENABLED: &str = "wanctl_steering_enabled";
/// The steering rule was enabled (1) or disabled (0).
pub const STEERING_TRANSITION: &str = "wanctl_steering_transition";
/// What the configuration said at a start; the value is the time.
pub const CONFIG_SNAPSHOT: &str = "wanctl_config_snapshot";
/// The longest RTT, ms.
pub const RTT_MAX: &str = "wanctl_rtt_max_ms";
/// The greatest delta, ms.
pub const DELTA_MAX: &str = "wanctl_rtt_delta_max_ms";
/// The lowest download rate, Mbit/s.
pub const RATE_DOWN_MIN: &str = "wanctl_rate_download_min_mbps";
/// The lowest upload rate, Mbit/s.
pub const RATE_UP_MIN: &str = "wanctl_rate_upload_min_mbps";
/// A write to the router, or one that was not made.
pub const WRITE: &str = "wanctl_router_write";

/// What went through the download queue, Mbit/s.
pub const ACHIEVED_DOWN: &str = "wanctl_achieved_download_mbps";
/// The same of the upload queue.
pub const ACHIEVED_UP: &str = "wanctl_achieved_upload_mbps";
/// The download's capacity as the last queue showed it, Mbit/s.
pub const ANCHOR_DOWN: &str = "wanctl_anchor_download_mbps";
/// The same of the upload.
pub const ANCHOR_UP: &str = "wanctl_anchor_upload_mbps";
/// The adaptive law is in another state.
pub const MODE: &str = "wanctl_adaptive_mode";

/// How many values become one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// By their mean.
    Mean,
    /// The greatest stands for all.
    Max,
    /// The least stands for all.
    Min,
    /// The value that held longest: a mean of GREEN and RED would be a YELLOW that never was (b-31).
    MostTime,
    /// Not at all: it happened once and stays as it is.
    Event,
}

impl Kind {
    /// Of a row. Names that nobody knows are numbers and become their mean.
    pub fn of(metric: &str, labels: Option<&str>) -> Self {
        match metric {
            STATE if labels.is_some_and(is_reasoned) => Self::Event,
            STATE | STEERING_ENABLED => Self::MostTime,
            STEERING_TRANSITION | CONFIG_SNAPSHOT | WRITE | MODE => Self::Event,
            RTT_MAX | DELTA_MAX => Self::Max,
            RATE_DOWN_MIN | RATE_UP_MIN => Self::Min,
            _ => Self::Mean,
        }
    }
}

/// A state with a reason is a change of it, as v1.7 marks them.
fn is_reasoned(labels: &str) -> bool {
    labels.contains("\"reason\"")
}

/// The name under which the extreme of a mean is kept, and which extreme that is.
pub fn extreme_of(metric: &str) -> Option<(&'static str, Kind)> {
    match metric {
        RTT => Some((RTT_MAX, Kind::Max)),
        DELTA => Some((DELTA_MAX, Kind::Max)),
        RATE_DOWN => Some((RATE_DOWN_MIN, Kind::Min)),
        RATE_UP => Some((RATE_UP_MIN, Kind::Min)),
        _ => None,
    }
}

/// The mean whose extreme that name keeps.
pub fn mean_of(extreme: &str) -> Option<&'static str> {
    let mut means = [RTT, DELTA, RATE_DOWN, RATE_UP].into_iter();
    means.find(|mean| extreme_of(mean).is_some_and(|(name, _)| name == extreme))
}

/// Whether a mean hides that extreme: it is off by more than a twentieth, and by more than 5 ms if it is
/// a delay, which is a third of the delta where GREEN ends. A row of every metric and second is paid for in
/// flash.
pub fn hides(mean: f64, extreme: f64, kind: Kind) -> bool {
    let least = if kind == Kind::Max { 5.0 } else { 0.0 };
    (extreme - mean).abs() > f64::max(mean.abs() / 20.0, least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_zone_is_an_event_and_a_zone_is_not() {
        let change = r#"{"direction": "upload", "reason": "x"}"#;
        assert_eq!(Kind::of(STATE, Some(change)), Kind::Event);
        let zone = r#"{"direction": "upload"}"#;
        assert_eq!(Kind::of(STATE, Some(zone)), Kind::MostTime);
        assert_eq!(Kind::of(STATE, None), Kind::MostTime);
        assert_eq!(Kind::of("of_another_time", Some(change)), Kind::Mean);
    }

    #[test]
    fn an_extreme_near_its_mean_is_not_worth_a_row() {
        assert!(!hides(20.0, 24.9, Kind::Max));
        assert!(!hides(200.0, 209.0, Kind::Max));
        assert!(hides(20.0, 26.0, Kind::Max));
        assert!(hides(-0.5, 5.0, Kind::Max));
        assert!(hides(500.0, 425.0, Kind::Min));
        assert!(!hides(500.0, 500.0, Kind::Min));
    }
}
