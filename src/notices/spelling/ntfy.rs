//! ntfy's plain form: the text is the body, the rest are headers (<https://docs.ntfy.sh/publish/>).

use super::{Message, is_good_news, text};
use crate::notices::kind::Severity;
use crate::notices::notice::Notice;
use crate::time::Duration;

pub(super) fn message(notice: &Notice, late: Duration) -> Message {
    let (priority, tag) = match notice.severity() {
        _ if is_good_news(notice) => ("default", "white_check_mark"),
        Severity::Info => ("default", "information_source"),
        Severity::Warning => ("high", "warning"),
        Severity::Critical => ("urgent", "rotating_light"),
    };
    let tags = format!("{tag},wanctl,{},{}", notice.kind(), notice.wan);
    Message {
        headers: vec![
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
            ("Title", ascii(&notice.title)),
            ("Priority", priority.to_owned()),
            ("Tags", ascii(&tags)),
        ],
        body: text(notice, late),
    }
}

/// What a header may hold.
fn ascii(text: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic();
    text.chars()
        .map(|c| if plain(c) { c } else { '?' })
        .collect()
}
