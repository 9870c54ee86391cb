//! How well one WAN can be measured.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::{rounded, seconds};
use crate::report::words;
use crate::status::WanStatus;
use crate::time::Instant;

#[derive(serde::Serialize)]
pub(super) struct Measurement<'a> {
    source: &'static str,
    since_seconds: f64,
    last_rtt_ms: Option<f64>,
    last_rtt_age_seconds: Option<f64>,
    send_error: Option<&'static str>,
    gateway_answers: bool,
    tcp_rtt_ms: Option<f64>,
    rtt_spikes: u64,
    reflectors: Reflectors<'a>,
}

#[derive(serde::Serialize)]
struct Reflector<'a> {
    host: &'a str,
    rtt_ms: Option<f64>,
    age_seconds: Option<f64>,
    loss_percent: f64,
    one_way: Option<OneWay>,
    #[serde(flatten)]
    adaptive: Option<Adaptive>,
}

#[derive(serde::Serialize)]
struct OneWay {
    forward_ms: f64,
    backward_ms: f64,
}

/// What the adaptive law makes of a reflector.
#[derive(serde::Serialize)]
struct Adaptive {
    baseline_ms: Option<f64>,
    left_out: bool,
}

pub(super) fn measurement(wan: &WanStatus, now: Instant) -> Measurement<'_> {
    let m = &wan.measurement;
    Measurement {
        source: words::sight(m.sight),
        since_seconds: seconds(now - m.since),
        last_rtt_ms: m.last.map(|(_, rtt, _)| rounded(rtt, 2)),
        last_rtt_age_seconds: m.last.map(|(at, ..)| seconds(now - at)),
        send_error: m.unsent.map(|(_, why)| words::unsent(why)),
        gateway_answers: m.findings.gateway,
        tcp_rtt_ms: m.findings.tcp.map(|rtt| rounded(rtt, 2)),
        rtt_spikes: wan.counters.spikes,
        reflectors: Reflectors(wan, now),
    }
}

struct Reflectors<'a>(&'a WanStatus, Instant);

impl Serialize for Reflectors<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let reflectors = &self.0.measurement.reflectors;
        let mut seq = to.serialize_seq(Some(reflectors.len()))?;
        for reflector in reflectors {
            seq.serialize_element(&Reflector {
                host: &reflector.label,
                rtt_ms: reflector.last.map(|(_, rtt)| rounded(rtt, 2)),
                age_seconds: reflector.last.map(|(at, _)| seconds(self.1 - at)),
                loss_percent: (reflector.loss * 1_000.0).round() / 10.0,
                one_way: reflector.one_way.map(|one_way| OneWay {
                    forward_ms: rounded(one_way.up, 2),
                    backward_ms: rounded(one_way.down, 2),
                }),
                adaptive: self.0.adaptive.is_some().then(|| Adaptive {
                    baseline_ms: reflector.baseline.map(|rtt| rounded(rtt, 2)),
                    left_out: reflector.left_out,
                }),
            })?;
        }
        seq.end()
    }
}
