//! Plain language: what a daemon's `/health` means, in sentences that a page only has to show. PURE.
//!
//! Every field may be missing: v1.7 has few of them, and a daemon that has just started none.

pub(super) mod health;
pub(super) mod steering;
pub(super) mod wan;

use core::fmt::{self, Display, Write as _};

/// Mbit/s, as precisely as anybody cares.
pub(super) struct Mbit(pub(super) f64);

impl Display for Mbit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.0 < 100.0 && self.0.fract().abs() >= 0.05);
        write!(f, "{:.digits$}", self.0)
    }
}

/// Milliseconds.
pub(super) struct Ms(pub(super) f64);

impl Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.0.abs() < 9.95);
        write!(f, "{:.digits$} ms", self.0)
    }
}

/// A span of time in seconds, in its greatest unit.
pub(super) struct Span(pub(super) f64);

impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ..119.5 => write!(f, "{:.0} s", self.0.max(0.0)),
            ..7_170.0 => write!(f, "{:.0} min", self.0 / 60.0),
            ..172_000.0 => write!(f, "{:.0} h", self.0 / 3_600.0),
            _ => write!(f, "{:.0} days", self.0 / 86_400.0),
        }
    }
}

/// Sentences in the making.
#[derive(Debug)]
pub(super) struct Prose(String);

impl Prose {
    pub(super) fn new(begin: impl Display) -> Self {
        Self(begin.to_string())
    }

    pub(super) fn add(&mut self, more: impl Display) {
        // A String takes everything.
        let _ = write!(self.0, "{more}");
    }

    pub(super) fn done(self) -> String {
        self.0
    }
}

/// The same sentence, beginning as a sentence does and ending as one.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_need_to_be() {
        for (rate, text) in [(412.4, "412"), (40.25, "40.2"), (40.0, "40"), (0.5, "0.5")] {
            assert_eq!(Mbit(rate).to_string(), text);
        }
        for (ms, text) in [
            (23.4, "23 ms"),
            (2.34, "2.3 ms"),
            (9.96, "10 ms"),
            (-0.4, "-0.4 ms"),
        ] {
            assert_eq!(Ms(ms).to_string(), text);
        }
        for (seconds, text) in [
            (0.2, "0 s"),
            (119.0, "119 s"),
            (120.0, "2 min"),
            (7_200.0, "2 h"),
            (200_000.0, "2 days"),
        ] {
            assert_eq!(Span(seconds).to_string(), text);
        }
    }

    #[test]
    fn a_sentence_has_a_beginning_and_an_end() {
        assert_eq!(
            sentence("the router cannot be reached"),
            "The router cannot be reached."
        );
        assert_eq!(sentence("ünder way."), "Ünder way.");
        assert_eq!(sentence(""), "");
    }
}
