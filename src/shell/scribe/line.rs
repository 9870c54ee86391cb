//! Words into a line of fixed size.

use core::fmt::{self, Write as _};

use super::LineText;

/// What stands at the end of a line that was cut.
const CUT: char = '…';

/// `words`, or as many of them as there is room for, and a sign that there were more. Allocates nothing.
pub fn line(words: fmt::Arguments<'_>) -> LineText {
    let mut text = LineText::new();
    if Fitting(&mut text).write_fmt(words).is_err() {
        while text.push(CUT).is_err() {
            text.pop();
        }
    }
    text
}

/// Keeps what fits, where `String` would keep nothing of a piece that does not.
struct Fitting<'a>(&'a mut LineText);

impl fmt::Write for Fitting<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.0.push(c).map_err(|_| fmt::Error)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::scribe::MAX_LINE;

    #[test]
    fn a_line_that_fits_is_whole_and_a_cut_one_says_so() {
        let plain = |count: usize| "x".repeat(count);
        assert_eq!(line(format_args!("")), "");
        assert_eq!(
            line(format_args!("{}", plain(MAX_LINE))),
            plain(MAX_LINE).as_str()
        );
        let cut = plain(MAX_LINE - CUT.len_utf8()) + "…";
        for more in [1, 2, 500] {
            assert_eq!(
                line(format_args!("{}", plain(MAX_LINE + more))),
                cut.as_str()
            );
        }
        // In pieces, too.
        let pieces = line(format_args!("{}{}", plain(MAX_LINE), "y"));
        assert_eq!(pieces, cut.as_str());
    }

    #[test]
    fn a_cut_goes_through_no_character() {
        for wide in ["ä", "€", "🛰"] {
            for before in 0..4 {
                let words = "x".repeat(before) + &wide.repeat(MAX_LINE);
                let text = line(format_args!("{words}"));
                let kept = text.strip_suffix(CUT).expect("it was cut");
                assert!(words.starts_with(kept), "{text}");
                // Not one more would have had room.
                let room = MAX_LINE - kept.len() - CUT.len_utf8();
                assert!(room < wide.len(), "{before} {wide}: {room}");
            }
        }
    }
}
