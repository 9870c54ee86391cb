//! A Discord webhook: one embed (<https://discord.com/developers/docs/resources/webhook#execute-webhook>).

use serde_json::json;

use super::{Message, is_good_news, text};
use crate::notices::kind::Severity;
use crate::notices::notice::Notice;
use crate::report::utc::Utc;
use crate::time::Duration;

/// Characters of an embed's title that Discord takes.
const TITLE: usize = 256;
/// And of its description.
const DESCRIPTION: usize = 4_096;

const GREEN: u32 = 0x2e_cc_71;
const BLUE: u32 = 0x34_98_db;
const ORANGE: u32 = 0xf3_9c_12;
const RED: u32 = 0xe7_4c_3c;

pub(super) fn message(notice: &Notice, late: Duration) -> Message {
    let color = match notice.severity() {
        _ if is_good_news(notice) => GREEN,
        Severity::Info => BLUE,
        Severity::Warning => ORANGE,
        Severity::Critical => RED,
    };
    let body = json!({
        "username": "wanctl",
        // Whatever a line is called, it calls nobody.
        "allowed_mentions": { "parse": [] },
        "embeds": [{
            "title": cut(&notice.title, TITLE),
            "description": cut(&text(notice, late), DESCRIPTION),
            "color": color,
            "timestamp": Utc(notice.at.wall).to_string(),
            "footer": { "text": format!("{}, {}", notice.kind(), notice.severity().word()) },
        }],
    });
    Message {
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: body.to_string(),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_discord_is_cut() {
        let long = "ä".repeat(DESCRIPTION + 1);
        let kept = cut(&long, DESCRIPTION);
        assert_eq!(kept.chars().count(), DESCRIPTION);
        assert!(kept.ends_with("ä…"));
        assert_eq!(cut("short", TITLE), "short");
    }
}
