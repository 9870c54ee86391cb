//! A week of two WANs, as the scribe leaves it: seconds, minutes, five minutes and hours, each up to now.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use wanctl::history::database::Database;
use wanctl::history::metric;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

const DOWN: &str = r#"{"direction": "download"}"#;
const UP: &str = r#"{"direction": "upload"}"#;
const STEERING: &str = r#"{"source": "steering"}"#;
const START: &str = r#"{"trigger": "startup", "autorate": {"baseline_rtt_initial": 24.0,
    "download_ceiling_mbps": 500.0, "upload_ceiling_mbps": 40.0}, "steering": null}"#;
const STEERING_START: &str =
    r#"{"trigger": "startup", "autorate": null, "steering": {"primary_wan": "wan1"}}"#;

/// For how long before now there are rows, and for how long seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth {
    pub(crate) whole: i64,
    pub(crate) seconds: i64,
}

/// A week, of which three hours by the second.
pub(crate) const WEEK: Depth = Depth {
    whole: 8 * DAY,
    seconds: 3 * HOUR,
};

/// What a line was like in one second.
struct Moment {
    delta: f64,
    worst: f64,
    down: f64,
    up: f64,
    zone: f64,
}

/// Fills a new database, up to `now`.
pub(crate) fn fill(path: &Path, now: i64, depth: Depth) {
    let mut database = Database::open(path).unwrap();
    for tier in Tier::ALL {
        let seconds = if tier == Tier::Raw {
            depth.seconds
        } else {
            depth.whole
        };
        let mut rows = Vec::new();
        let step = usize::try_from(tier.seconds()).unwrap();
        for at in (tier.start_of(now - seconds)..=now).step_by(step) {
            line(&mut rows, at, now, "wan1", 24.0, (500.0, 40.0));
            line(&mut rows, at, now, "wan2", 38.0, (100.0, 20.0));
        }
        changes(&mut rows, now, now - seconds);
        database.insert(tier, &rows).unwrap();
    }
}

fn line(rows: &mut Vec<Row>, at: i64, now: i64, wan: &str, base: f64, most: (f64, f64)) {
    // A power cut of an hour, two days and five hours ago.
    if (2 * DAY + 4 * HOUR..2 * DAY + 5 * HOUR).contains(&(now - at)) {
        return;
    }
    let Moment {
        delta,
        worst,
        down,
        up,
        zone,
    } = moment(at, now, wan);
    let wan: Arc<str> = wan.into();
    let mut put = |metric: &'static str, value: f64, labels: Option<&'static str>| {
        rows.push(Row {
            at,
            wan: Arc::clone(&wan),
            metric: metric.into(),
            value,
            labels: labels.map(Cow::Borrowed),
        });
    };
    put(metric::RTT, base + delta, None);
    put(metric::BASELINE, base, None);
    put(metric::DELTA, delta, None);
    put(metric::RATE_DOWN, most.0 * down, None);
    put(metric::RATE_UP, most.1 * up, None);
    if worst - delta > 5.0 {
        put(metric::RTT_MAX, base + worst, None);
        put(metric::DELTA_MAX, worst, None);
        put(metric::RATE_DOWN_MIN, most.0 * down * 0.85, None);
    }
    put(metric::STATE, zone, Some(DOWN));
    put(metric::STATE, f64::from(u8::from(zone > 2.0)), Some(UP));
    if base < 30.0 && at % 2 == 0 {
        let on = f64::from(u8::from(zone > 2.0));
        put(metric::STEERING_ENABLED, on, Some(STEERING));
    }
}

/// Evenings are slow; so are the last hours, here and there.
fn moment(at: i64, now: i64, wan: &str) -> Moment {
    let shift = if wan == "wan1" { 0 } else { 37 * MINUTE };
    let hour = ((at + shift).rem_euclid(DAY)) as f64 / HOUR as f64;
    let evening = (-(hour - 20.0).powi(2) / 3.0).exp();
    let since = (at + shift).rem_euclid(47 * MINUTE);
    let lately = if now - at < 12 * HOUR && since < 9 * MINUTE {
        let middle = (since - 4 * MINUTE) as f64 / MINUTE as f64;
        (-middle.powi(2) / 4.0).exp() * (0.6 + 0.4 * smooth(at, 45))
    } else {
        0.0
    };
    let load = (evening + lately).min(1.0);
    let delta = 0.6 + noise(at) + load * load * (30.0 + 40.0 * smooth(at, 90));
    let zone = match delta {
        ..12.0 => 0.0,
        ..30.0 => 1.0,
        ..45.0 => 2.0,
        _ => 3.0,
    };
    let spike = if noise(at) > 0.998 { 90.0 } else { 0.0 };
    Moment {
        delta,
        worst: delta + spike + load * 30.0 * noise(at + 1),
        down: (1.0 - load * 0.55 - smooth(at, 60) * load * 0.1).max(0.2),
        up: (1.0 - load * 0.3).max(0.3),
        zone,
    }
}

/// From 0 to 1, the same for every second of the same time.
fn noise(at: i64) -> f64 {
    let mixed = at.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 40) as f64) / f64::from(1_u32 << 24)
}

/// The same, changing slowly.
fn smooth(at: i64, seconds: i64) -> f64 {
    let (before, share) = (
        at.div_euclid(seconds),
        at.rem_euclid(seconds) as f64 / seconds as f64,
    );
    noise(before) * (1.0 - share) + noise(before + 1) * share
}

fn changes(rows: &mut Vec<Row>, now: i64, since: i64) {
    let mut of = |wan: &str, at: i64, metric: &'static str, value: f64, labels: String| {
        if at >= since {
            rows.push(Row {
                at,
                wan: wan.into(),
                metric: metric.into(),
                value,
                labels: Some(labels.into()),
            });
        }
    };
    let start = now - 6 * DAY;
    let other = START.replace("500.0", "100.0").replace("40.0", "20.0");
    of("wan2", start, metric::CONFIG_SNAPSHOT, 0.0, other);
    of("wan1", start, metric::CONFIG_SNAPSHOT, 0.0, START.into());
    let later = start + MINUTE;
    of(
        "wan1",
        later,
        metric::CONFIG_SNAPSHOT,
        0.0,
        STEERING_START.into(),
    );
    let mut event = |at, metric, value, labels| of("wan1", at, metric, value, labels);
    let mut zone = 0.0;
    for at in (now - 12 * HOUR..now).step_by(10) {
        let next = moment(at, now, "wan1").zone;
        if next.total_cmp(&zone).is_ne() {
            let word = match next {
                ..0.5 => "below target 12.0ms",
                ..1.5 => "above target 12.0ms",
                ..2.5 => "above 30.0ms",
                _ => "above 45.0ms",
            };
            event(
                at,
                metric::STATE,
                next,
                format!(r#"{{"direction": "download", "reason": "RTT delta {word}"}}"#),
            );
            let on = u8::from(next > 2.0);
            if on != u8::from(zone > 2.0) {
                let why = r#"{"reason": "Transitioned from WAN1_GOOD to WAN1_DEGRADED"}"#;
                event(at + 5, metric::STEERING_TRANSITION, on.into(), why.into());
            }
            zone = next;
        }
    }
    // Whoever can choose a reason could choose markup.
    event(
        now - 70,
        metric::WRITE,
        0.0,
        r#"{"direction": "download", "outcome": "refused", "reason": "<img src=x onerror=alert(1)>"}"#.into(),
    );
    event(
        now - 65,
        metric::WRITE,
        1.0,
        r#"{"direction": "download", "outcome": "applied", "rate_mbps": 412.0, "took_ms": 48.0}"#
            .into(),
    );
}
