//! What steering hears of the primary's autorate: a state document or a `/health` document, of ours or of
//! v1.7's (contract 4.3, 5.1, 6.1).
//!
//! Only what is of the right type counts; keys we do not know may be anything.

#[cfg(test)]
mod tests;

use core::fmt;

use serde::Deserialize;

use super::loose::{Loose, Scalar, Short};
use crate::control::zone::Zone;
use crate::steering::evidence::Feed;
use crate::units::Millis;

/// WANs looked at in one document. One that lists more is none of autorate's.
const MAX_WANS: usize = 64;

/// A document that steering cannot use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unfit {
    /// It is no JSON, or not autorate's.
    Garbled,
    /// It has no baseline RTT that is a number.
    NoBaseline,
    /// It is one of autorate's, but of other WANs.
    NoSuchWan,
}

/// Continues a sentence that begins with the document.
impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Garbled => "is no document of autorate",
            Self::NoBaseline => "has no baseline RTT",
            Self::NoSuchWan => "does not know the primary WAN",
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct State {
    ewma: Loose<Ewma>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ewma {
    baseline_rtt: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Health {
    wans: Short<Loose<Wan>, MAX_WANS>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wan {
    name: Scalar,
    baseline_rtt_ms: Scalar,
    download: Loose<Side>,
    measurement: Loose<Measurement>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Side {
    state: Scalar,
    at_floor: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Measurement {
    source: Scalar,
}

/// What a state document says: the baseline, and nothing of this moment. Its age is left at zero.
///
/// # Errors
/// [`Unfit`].
pub fn of_state(bytes: &[u8]) -> Result<Feed, Unfit> {
    let state: State = document(bytes)?;
    let ewma = state.ewma.map().ok_or(Unfit::NoBaseline)?;
    Ok(Feed {
        baseline: Some(baseline(&ewma.baseline_rtt)?),
        ..Feed::default()
    })
}

/// What autorate's `/health` says of `wan`, as of now. v1.7's knows nothing of floors and reflectors.
///
/// # Errors
/// [`Unfit`].
pub fn of_health(bytes: &[u8], wan: &str) -> Result<Feed, Unfit> {
    let health: Health = document(bytes)?;
    let mut wans = health.wans.0.into_iter().filter_map(Loose::map);
    let wan = wans.find(|it| it.name.text() == Some(wan));
    let wan = wan.ok_or(Unfit::NoSuchWan)?;
    let side = wan.download.map().unwrap_or_default();
    let measurement = wan.measurement.map();
    let hears = measurement
        .as_ref()
        .and_then(|measurement| hears(measurement.source.text()?));
    // A zone stands while nothing can be measured; it is none of this moment then.
    let measures = measurement.is_none() || hears == Some(true);
    let zone = side.state.text().and_then(zone).filter(|_| measures);
    Ok(Feed {
        baseline: Some(baseline(&wan.baseline_rtt_ms)?),
        zone,
        at_floor: zone.is_some() && side.at_floor.flag() == Some(true),
        hears,
        ..Feed::default()
    })
}

fn document<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Unfit> {
    let document: Loose<T> = serde_json::from_slice(bytes).map_err(|_| Unfit::Garbled)?;
    document.map().ok_or(Unfit::Garbled)
}

fn baseline(value: &Scalar) -> Result<Millis, Unfit> {
    let ms = value.number().and_then(Millis::new);
    ms.ok_or(Unfit::NoBaseline)
}

fn zone(word: &str) -> Option<Zone> {
    match word {
        "GREEN" => Some(Zone::Green),
        "YELLOW" => Some(Zone::Yellow),
        "SOFT_RED" => Some(Zone::SoftRed),
        "RED" => Some(Zone::Red),
        _ => None,
    }
}

/// Whether anything beyond the line answers. With only a gateway, or a TCP proxy, nobody knows: a line where
/// ICMP is filtered looks like that, and so does a dead one behind a router that lives.
fn hears(source: &str) -> Option<bool> {
    match source {
        "icmp" | "tcp" => Some(true),
        "no_reply" | "total_loss" => Some(false),
        _ => None,
    }
}
