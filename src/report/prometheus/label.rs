//! Names of people's choice as values of labels.

use core::fmt::{self, Display, Write};

/// With what the format escapes.
pub(in crate::report) struct Escaped<T>(pub(in crate::report) T);

/// The same in lower case, as v1.7 spells every `wan` (contract 6.4).
pub(in crate::report) struct Label<T>(pub(in crate::report) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { f, lower: false }, "{}", self.0)
    }
}

impl<T: Display> Display for Label<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { f, lower: true }, "{}", self.0)
    }
}

struct Escaping<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    lower: bool,
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '\\' => self.f.write_str("\\\\"),
            '"' => self.f.write_str("\\\""),
            '\n' => self.f.write_str("\\n"),
            c if self.lower => c.to_lowercase().try_for_each(|c| self.f.write_char(c)),
            c => self.f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_label() {
        let name = "Ä \"WAN\"\\1\n";
        assert_eq!(Escaped(name).to_string(), "Ä \\\"WAN\\\"\\\\1\\n");
        assert_eq!(Label(name).to_string(), "ä \\\"wan\\\"\\\\1\\n");
    }
}
