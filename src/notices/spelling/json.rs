//! One JSON object.

use serde::Serialize;

use super::{Message, lateness};
use crate::notices::notice::{Notice, Turn};
use crate::report::utc::Utc;
use crate::time::Duration;

/// The fields, in this order. Times are UTC as in ISO 8601, spans are seconds.
#[derive(Serialize)]
struct Document<'n> {
    source: &'static str,
    /// `congestion`, `floor`, `router`, `wan_down`, `blind`, `steering`, `rule`, or `test`.
    kind: &'static str,
    /// `problem` or `resolved`.
    state: &'static str,
    /// `info`, `warning` or `critical`.
    severity: &'static str,
    wan: &'n str,
    /// `download`, `upload` or null.
    direction: Option<String>,
    title: &'n str,
    message: &'n str,
    /// Empty when it is over.
    advice: &'n str,
    since: String,
    lasted_sec: u64,
    /// How often it came and went untold.
    untold: u32,
    sent_late_sec: u64,
}

pub(super) fn message(notice: &Notice, late: Duration) -> Message {
    let late_secs = if lateness(late).is_empty() {
        0
    } else {
        secs(late)
    };
    let document = Document {
        source: "wanctl",
        kind: notice.kind(),
        state: match notice.turn {
            Turn::Problem => "problem",
            Turn::Resolved => "resolved",
        },
        severity: notice.severity().word(),
        wan: &notice.wan,
        direction: notice.direction.map(|direction| direction.to_string()),
        title: &notice.title,
        message: &notice.message,
        advice: &notice.advice,
        since: Utc(notice.since).to_string(),
        lasted_sec: secs(notice.lasted),
        untold: notice.untold,
        sent_late_sec: late_secs,
    };
    Message {
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: serde_json::to_string(&document).expect("texts and numbers"),
    }
}

const fn secs(span: Duration) -> u64 {
    span.as_micros() / 1_000_000
}
