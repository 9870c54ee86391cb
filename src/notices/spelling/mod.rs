//! A notice as the message that somebody's service understands.

mod discord;
mod json;
mod ntfy;
#[cfg(test)]
mod tests;

use super::notice::{Notice, Subject, Turn};
use super::words;
use crate::time::Duration;

/// A notice that waited less than this is not late: attempts take some time.
const LATE: Duration = Duration::from_secs(30);

/// Whose language.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// One JSON object, for whoever reads it.
    #[default]
    Json,
    /// `ntfy.sh` or one's own: text with headers, to the address of a topic.
    Ntfy,
    /// A webhook of Discord's.
    Discord,
}

impl Format {
    /// The words of the config file.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("json", Self::Json),
        ("ntfy", Self::Ntfy),
        ("discord", Self::Discord),
    ];

    /// The word of the config file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ntfy => "ntfy",
            Self::Discord => "discord",
        }
    }

    /// Spells a notice that is sent so long after it was made.
    pub fn spell(self, notice: &Notice, late: Duration) -> Message {
        match self {
            Self::Json => json::message(notice, late),
            Self::Ntfy => ntfy::message(notice, late),
            Self::Discord => discord::message(notice, late),
        }
    }
}

/// What is posted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Besides those that every request has. Values are printable ASCII.
    pub headers: Vec<(&'static str, String)>,
    /// The rest.
    pub body: String,
}

/// All sentences of a notice.
fn text(notice: &Notice, late: Duration) -> String {
    let mut text = notice.message.clone();
    for more in [notice.advice.clone(), lateness(late)] {
        if !more.is_empty() {
            text.push('\n');
            text.push_str(&more);
        }
    }
    text
}

fn lateness(late: Duration) -> String {
    if late < LATE {
        return String::new();
    }
    format!(
        "This is {} old: it could not be sent before.",
        words::span(late)
    )
}

/// What one sees before reading.
const fn is_good_news(notice: &Notice) -> bool {
    matches!(
        (notice.turn, notice.subject),
        (Turn::Resolved, _) | (_, Subject::Test)
    )
}
