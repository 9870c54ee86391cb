//! The parts of `/health` (contract 6.1, 6.3, and what we add) that the page speaks of.

use serde::Deserialize;
use serde_json::Value;

/// A round trip of so many seconds ago is none of now; a check round by TCP takes a second or two.
const OLD: f64 = 3.0;

/// Whether it is a document of either daemon's: other programs, too, have a `/health` with a `status`.
pub(in crate::dashboard) fn is_ours(document: &Value) -> bool {
    let status = document.get("status").and_then(Value::as_str);
    if document.get("wans").is_some() {
        status.is_some() && Autorate::deserialize(document).is_ok()
    } else {
        // Steering that has only just started has no more to say (contract 6.3).
        (status == Some("starting") || document.get("steering").is_some())
            && status.is_some()
            && Steering::deserialize(document).is_ok()
    }
}

/// Of autorate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::dashboard) struct Autorate {
    pub(in crate::dashboard) version: String,
    pub(in crate::dashboard) uptime_seconds: f64,
    #[serde(rename = "loop")]
    pub(in crate::dashboard) pulse: Pulse,
    pub(in crate::dashboard) dry_run: bool,
    pub(in crate::dashboard) wans: Vec<Wan>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::dashboard) struct Wan {
    pub(super) name: String,
    pub(super) baseline_rtt_ms: Option<f64>,
    pub(super) load_rtt_ms: Option<f64>,
    pub(super) download: Side,
    pub(super) upload: Side,
    pub(super) router_connectivity: Connectivity,
    pub(super) problem: Option<String>,
    pub(super) measurement: Measurement,
    pub(super) router: Router,
}

/// A WAN in numbers: ms; Mbit/s and the zone's code.
#[derive(Clone, Copy, Debug)]
pub(in crate::dashboard) struct Now {
    pub(in crate::dashboard) rtt: Option<f64>,
    pub(in crate::dashboard) baseline: Option<f64>,
    pub(in crate::dashboard) delta: Option<f64>,
    pub(in crate::dashboard) down: (Option<f64>, Option<f64>),
    pub(in crate::dashboard) up: (Option<f64>, Option<f64>),
}

impl Wan {
    pub(in crate::dashboard) fn name(&self) -> &str {
        &self.name
    }

    /// What is measured now and what follows from it; `None` if nothing is, as the history has no row then.
    pub(in crate::dashboard) fn now(&self) -> Option<Now> {
        let measurement = &self.measurement;
        let is_old = measurement
            .last_rtt_age_seconds
            .is_some_and(|age| age >= OLD);
        if is_old || self.is_blind() {
            return None;
        }
        let (load, baseline) = (self.load_rtt_ms, self.baseline_rtt_ms);
        Some(Now {
            rtt: measurement.last_rtt_ms.or(load),
            baseline,
            delta: load.zip(baseline).map(|(load, baseline)| load - baseline),
            down: (self.download.current_rate_mbps, self.download.zone()),
            up: (self.upload.current_rate_mbps, self.upload.zone()),
        })
    }

    /// Whether the zones and delays are those of before.
    pub(super) fn is_blind(&self) -> bool {
        let source = &*self.measurement.source;
        matches!(source, "frozen" | "no_reply" | "total_loss" | "gave_up")
    }
}

impl Side {
    /// As the history writes it.
    fn zone(&self) -> Option<f64> {
        match &*self.state {
            "GREEN" => Some(0.0),
            "YELLOW" => Some(1.0),
            "SOFT_RED" => Some(2.0),
            "RED" => Some(3.0),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    pub(super) current_rate_mbps: Option<f64>,
    pub(super) state: String,
    pub(super) applied_rate_mbps: Option<f64>,
    pub(super) at_floor: bool,
    pub(super) why: Option<String>,
    pub(super) refused: Option<String>,
    pub(super) queue_inactive: bool,
    pub(super) adaptive: Option<Adaptive>,
}

/// What the adaptive law decided, if it is that.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Adaptive {
    pub(super) mode: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Connectivity {
    pub(super) is_reachable: Option<bool>,
    pub(super) outage_duration_seconds: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Measurement {
    pub(super) source: String,
    pub(super) last_rtt_ms: Option<f64>,
    pub(super) last_rtt_age_seconds: Option<f64>,
    pub(super) send_error: Option<String>,
    pub(super) reflectors: Vec<Reflector>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reflector {
    pub(super) host: String,
    pub(super) rtt_ms: Option<f64>,
    pub(super) age_seconds: Option<f64>,
    pub(super) loss_percent: f64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Router {
    pub(super) transport: Option<String>,
    pub(super) preferred_transport: Option<String>,
    pub(super) transport_reason: Option<String>,
    pub(super) last_failure: Option<String>,
    pub(super) exchange_ms: Option<f64>,
    pub(super) last_outcome: Option<String>,
    pub(super) writes: Option<u64>,
    pub(super) writes_held_back: u64,
    pub(super) drifts_corrected: u64,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::dashboard) struct Pulse {
    pub(in crate::dashboard) history_failing: bool,
}

/// Of steering.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::dashboard) struct Steering {
    pub(in crate::dashboard) version: String,
    pub(in crate::dashboard) uptime_seconds: f64,
    #[serde(rename = "loop")]
    pub(in crate::dashboard) pulse: Pulse,
    #[serde(rename = "steering")]
    pub(super) standing: Standing,
    pub(super) congestion: Congestion,
    pub(super) decision: Decision,
    pub(super) problem: Option<String>,
    pub(super) rule: Rule,
    pub(super) autorate: Feed,
    pub(super) measurement: Echo,
    pub(super) alternate: Option<Alternate>,
    pub(super) confidence: Option<Confidence>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Standing {
    pub(super) enabled: bool,
    pub(super) state: String,
    pub(super) mode: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Congestion {
    pub(super) primary: Primary,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Primary {
    pub(super) state: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    pub(super) time_in_state_seconds: Option<f64>,
    pub(super) wanted: Option<String>,
    pub(super) transitions_to_alternate: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rule {
    pub(super) comment: String,
    pub(super) state: Option<String>,
    pub(super) refused: Option<String>,
    pub(super) left_alone_for_seconds: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Feed {
    pub(super) wan: String,
    pub(super) state: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Echo {
    pub(super) rtt_ms: Option<f64>,
    pub(super) delta_ms: Option<f64>,
    pub(super) line: String,
    pub(super) loss_percent: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Alternate {
    pub(super) wan: String,
    pub(super) answers: Option<bool>,
    pub(super) rtt_ms: Option<f64>,
    pub(super) delay_ms: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Confidence {
    pub(super) primary: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_others_say_is_not_ours() {
        for ours in [
            json!({"status": "healthy", "wans": [{"name": "wan1", "baseline_rtt_ms": null}]}),
            json!({"status": "degraded", "steering": {"enabled": true}}),
            json!({"status": "starting", "uptime_seconds": 1.0, "version": "2.0.0"}),
        ] {
            assert!(is_ours(&ours), "{ours}");
        }
        for other in [
            json!({"status": "ok"}),
            json!({"status": "healthy", "wans": {"wan1": {}}}),
            json!({"status": "healthy", "wans": [{"name": 1}]}),
            json!({"status": 200, "wans": []}),
            json!({"wans": []}),
            json!({"status": "healthy", "steering": "off"}),
            json!(["status"]),
            json!("status"),
        ] {
            assert!(!is_ours(&other), "{other}");
        }
    }
}
