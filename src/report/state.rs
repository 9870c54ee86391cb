//! The state document (contract 5.1): v1.7 writes it, v1.7's steering reads it, and so do we.

use serde::{Deserialize, Serialize};

use super::document::{Corrupt, Map};
use crate::control::bloat::noise::Noise;
use crate::control::law::adaptive::Learned;
use crate::control::zone::Streaks;
use crate::direction::Both;
use crate::status::Saved;
use crate::units::{Millis, Rate};

/// No document is longer, in bytes; ours has some 400.
pub const LONGEST: u64 = 64 * 1024;

/// Nothing in it is required, and `null` is the same as nothing.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Document {
    #[serde(deserialize_with = "section")]
    download: Side,
    #[serde(deserialize_with = "section")]
    upload: Side,
    #[serde(deserialize_with = "section")]
    ewma: Ewma,
    #[serde(deserialize_with = "section")]
    last_applied: Applied,
    #[serde(deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    adaptive: Option<Adaptive>,
    #[serde(skip_deserializing)]
    timestamp: String,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Side {
    #[serde(deserialize_with = "or_default")]
    green_streak: u32,
    #[serde(deserialize_with = "or_default")]
    soft_red_streak: u32,
    #[serde(deserialize_with = "or_default")]
    red_streak: u32,
    /// v1.7 writes a float if it saved before its first adjustment of a fractional rate.
    current_rate: Option<Bps>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Ewma {
    baseline_rtt: Option<f64>,
    load_rtt: Option<f64>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Applied {
    dl_rate: Option<Bps>,
    ul_rate: Option<Bps>,
}

/// More noise than this, in milliseconds, is none.
const NOISE_MOST: f64 = 1_000.0;

/// Ours: what the adaptive law has learned; v1.7 skips it.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Adaptive {
    dl_good_rate: Option<Bps>,
    ul_good_rate: Option<Bps>,
    noise_ms: Option<f64>,
    noise_deviation_ms: Option<f64>,
}

impl Adaptive {
    fn of(learned: &Learned) -> Self {
        Self {
            dl_good_rate: Some(Bps(learned.good.down.as_bps())),
            ul_good_rate: Some(Bps(learned.good.up.as_bps())),
            noise_ms: Some(learned.noise.mean()),
            noise_deviation_ms: Some(learned.noise.deviation()),
        }
    }

    /// All of it, or nothing: half of it is somebody's edit, and so is a noise that no line has.
    fn learned(&self) -> Option<Learned> {
        let believable = |ms: &f64| (0.0..=NOISE_MOST).contains(ms);
        let mean = Millis::new(self.noise_ms.filter(believable)?)?;
        let deviation = self.noise_deviation_ms.filter(believable)?;
        Some(Learned {
            good: Both {
                down: Rate::bps(self.dl_good_rate?.0),
                up: Rate::bps(self.ul_good_rate?.0),
            },
            noise: Noise::restored(mean, Millis::new(deviation)?)?,
        })
    }
}

fn or_default<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(from).map(Option::unwrap_or_default)
}

fn section<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    let section: Option<Map<T>> = Option::deserialize(from)?;
    Ok(section.map_or_else(T::default, |Map(section)| section))
}

fn optional<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    let section: Option<Map<T>> = Option::deserialize(from)?;
    Ok(section.map(|Map(section)| section))
}

/// Bits per second, whole when written, possibly a float when read.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(from = "serde_json::Number", into = "u64")]
struct Bps(u64);

impl From<serde_json::Number> for Bps {
    fn from(number: serde_json::Number) -> Self {
        let bps = number.as_f64().unwrap_or(0.0);
        Self(
            number
                .as_u64()
                .unwrap_or_else(|| Rate::from_mbps(bps / 1e6).as_bps()),
        )
    }
}

impl From<Bps> for u64 {
    fn from(bps: Bps) -> Self {
        bps.0
    }
}

/// Spells a state; `timestamp` is local time, `2026-11-21T00:01:32.450001`.
///
/// # Panics
/// Never: plain numbers and strings always have a JSON form.
pub fn write(saved: &Saved, timestamp: &str) -> String {
    let side = |streaks: Streaks, rate: Rate| Side {
        green_streak: streaks.green,
        soft_red_streak: streaks.soft_red,
        red_streak: streaks.red,
        current_rate: Some(Bps(rate.as_bps())),
    };
    let applied = |rate: Option<Rate>| rate.map(|rate| Bps(rate.as_bps()));
    let document = Document {
        download: side(saved.streaks.down, saved.rates.down),
        upload: side(saved.streaks.up, saved.rates.up),
        ewma: Ewma {
            baseline_rtt: Some(saved.baseline.as_f64()),
            load_rtt: Some(saved.load.as_f64()),
        },
        last_applied: Applied {
            dl_rate: applied(saved.applied.down),
            ul_rate: applied(saved.applied.up),
        },
        adaptive: saved.learned.as_ref().map(Adaptive::of),
        timestamp: timestamp.to_owned(),
    };
    serde_json::to_string(&document).expect("plain data")
}

/// Reads a document of ours or v1.7's; missing keys and nulls take `defaults`, unknown keys are skipped. What is
/// read is checked against today's config when it is put to use.
///
/// # Errors
/// [`Corrupt`] if it is no such document.
pub fn parse(bytes: &[u8], defaults: &Saved) -> Result<Saved, Corrupt> {
    let document: Map<Document> = serde_json::from_slice(bytes).map_err(Corrupt::from)?;
    let Map(document) = document;
    let streaks = |side: &Side| Streaks {
        green: side.green_streak,
        soft_red: side.soft_red_streak,
        red: side.red_streak,
    };
    let rate =
        |side: &Side, default: Rate| side.current_rate.map_or(default, |bps| Rate::bps(bps.0));
    let millis = |ms: Option<f64>, default| ms.and_then(Millis::new).unwrap_or(default);
    let applied = |bps: Option<Bps>| bps.map(|bps| Rate::bps(bps.0));
    let (down, up) = (&document.download, &document.upload);
    let baseline = millis(document.ewma.baseline_rtt, defaults.baseline);
    Ok(Saved {
        streaks: Both {
            down: streaks(down),
            up: streaks(up),
        },
        rates: Both {
            down: rate(down, defaults.rates.down),
            up: rate(up, defaults.rates.up),
        },
        baseline,
        load: millis(document.ewma.load_rtt, baseline),
        applied: Both {
            down: applied(document.last_applied.dl_rate),
            up: applied(document.last_applied.ul_rate),
        },
        learned: document.adaptive.as_ref().and_then(Adaptive::learned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A real one of v1.7, from contract 5.1.
    const V1_7: &str = r#"{"download":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":247814820},"upload":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":21216470},"ewma":{"baseline_rtt":25.0,"load_rtt":25.010882765054703},"last_applied":{"dl_rate":271669248,"ul_rate":22070318},"timestamp":"2026-11-21T00:01:32.450001"}"#;

    #[test]
    fn v1_7s_document_reads_and_writes_back_byte_for_byte() {
        let saved = parse(V1_7.as_bytes(), &Saved::default()).unwrap();
        assert_eq!(saved.rates.down, Rate::bps(247_814_820));
        assert_eq!(write(&saved, "2026-11-21T00:01:32.450001"), V1_7);
    }

    fn learned() -> Learned {
        Learned {
            good: Both {
                down: Rate::bps(240_000_001),
                up: Rate::mbit(20),
            },
            noise: Noise::restored(Millis::new(0.75).unwrap(), Millis::new(2.5).unwrap()).unwrap(),
        }
    }

    #[test]
    fn what_the_adaptive_law_learned_comes_back_and_v1_7_finds_its_own() {
        let saved = Saved {
            learned: Some(learned()),
            ..parse(V1_7.as_bytes(), &Saved::default()).unwrap()
        };
        let text = write(&saved, "2026-11-21T00:01:32.450001");
        assert_eq!(parse(text.as_bytes(), &Saved::default()).unwrap(), saved);
        let ours = r#""adaptive":{"dl_good_rate":240000001,"ul_good_rate":20000000,"noise_ms":0.75,"noise_deviation_ms":2.5},"#;
        assert!(text.contains(ours), "{text}");
        assert_eq!(text.replace(ours, ""), V1_7);
        // Whoever goes back to classic leaves nothing of it.
        let classic = Saved {
            learned: None,
            ..saved
        };
        assert_eq!(write(&classic, "2026-11-21T00:01:32.450001"), V1_7);
    }

    #[test]
    fn half_of_what_was_learned_or_what_cannot_be_is_nothing() {
        let saved = Saved {
            learned: Some(learned()),
            ..Saved::default()
        };
        let whole: serde_json::Value = serde_json::from_str(&write(&saved, "")).unwrap();
        let read = |document: &serde_json::Value| {
            let read = parse(document.to_string().as_bytes(), &Saved::default());
            read.map(|saved| saved.learned)
        };
        assert_eq!(read(&whole).unwrap(), Some(learned()));
        for key in [
            "dl_good_rate",
            "ul_good_rate",
            "noise_ms",
            "noise_deviation_ms",
        ] {
            let mut document = whole.clone();
            document["adaptive"][key] = serde_json::Value::Null;
            assert_eq!(read(&document).unwrap(), None, "{key}");
        }
        for (key, value) in [
            ("noise_ms", -0.1),
            ("noise_ms", 1_000.1),
            ("noise_deviation_ms", -1.0),
            ("noise_deviation_ms", 1e300),
        ] {
            let mut document = whole.clone();
            document["adaptive"][key] = value.into();
            assert_eq!(read(&document).unwrap(), None, "{key}: {value}");
        }
        let mut document = whole.clone();
        document["adaptive"] = serde_json::Value::Null;
        assert_eq!(read(&document).unwrap(), None);
        document["adaptive"] = 7.into();
        assert!(read(&document).is_err());
    }

    #[test]
    fn old_and_partial_documents_are_completed() {
        let defaults = Saved {
            rates: Both {
                down: Rate::mbit(500),
                up: Rate::mbit(50),
            },
            baseline: Millis::of(25),
            ..Saved::default()
        };
        let saved = parse(
            br#"{"download":{"current_rate":1.5e6},"new":[{}]}"#,
            &defaults,
        )
        .unwrap();
        assert_eq!(saved.rates.down, Rate::bps(1_500_000));
        assert_eq!(saved.rates.up, Rate::mbit(50));
        assert_eq!(saved.load, Millis::of(25));
        let unapplied = br#"{"last_applied":{"dl_rate":null,"ul_rate":null}}"#;
        assert_eq!(
            parse(unapplied, &defaults).unwrap().applied,
            Both::default()
        );
    }

    /// Whoever edits a document by hand, or writes one for us, may know only half of it.
    #[test]
    fn null_is_the_same_as_nothing() {
        let defaults = Saved {
            rates: Both {
                down: Rate::mbit(500),
                up: Rate::mbit(50),
            },
            baseline: Millis::of(25),
            ..Saved::default()
        };
        let known = parse(V1_7.as_bytes(), &defaults).unwrap();
        let all: serde_json::Value = serde_json::from_str(V1_7).unwrap();
        let nothing = br#"{"download":null,"upload":null,"ewma":null,"last_applied":null}"#;
        let fresh = parse(b"{}", &defaults).unwrap();
        assert_eq!(parse(nothing, &defaults).unwrap(), fresh);
        assert_eq!(fresh.rates, defaults.rates);
        for section in ["download", "upload", "ewma", "last_applied", "timestamp"] {
            let mut without = all.clone();
            without[section] = serde_json::Value::Null;
            let read = parse(without.to_string().as_bytes(), &defaults).unwrap();
            assert_eq!(read.rates.down == known.rates.down, section != "download");
            assert_eq!(read.rates.up == known.rates.up, section != "upload");
            assert_eq!(read.load == known.load, section != "ewma");
            assert_eq!(read.applied == known.applied, section != "last_applied");
            let keys = all[section].as_object().into_iter().flatten();
            for (key, _) in keys {
                let mut without = all.clone();
                without[section][key] = serde_json::Value::Null;
                assert!(parse(without.to_string().as_bytes(), &defaults).is_ok());
            }
        }
    }

    #[test]
    fn nonsense_is_corrupt() {
        for bad in [
            "",
            "null",
            "[]",
            "{\"download\":7}",
            "{\"download\":[]}",
            "{\"ewma\":[25.0,26.0]}",
            "{\"download\":{\"green_streak\":-1}}",
            "{\"ewma\":{\"baseline_rtt\":\"x\"}}",
            &V1_7[..100],
        ] {
            assert!(parse(bad.as_bytes(), &Saved::default()).is_err(), "{bad}");
        }
    }
}
