//! A line of the console, read from left to right; columns count from 1 as in RouterOS's complaints.

use super::CliError;

/// Where the reading is.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The column of what comes next.
    pub(super) fn column(&self) -> usize {
        // A cursor only ever stands between characters.
        self.text[..self.at].chars().count() + 1
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Takes `wanted` if it comes next.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let found = self.text[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    pub(super) fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Whether the current command is over: the line is, or a `;` or a bracket closes it.
    pub(super) fn is_command_over(&self) -> bool {
        matches!(self.peek(), None | Some(';' | ']' | ')'))
    }

    /// As many characters as belong to a name: of a menu, a command or a property.
    pub(super) fn name(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
    }

    /// A value: quoted, or everything up to the next space or closing sign.
    pub(super) fn value(&mut self) -> Result<String, CliError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, ';' | ']' | ')' | '"' | '[');
        let value = self.take_while(|c| !ends(c));
        if value.is_empty() {
            // `name=` in the middle of a line; one has to write `name=""`.
            return Err(CliError::Syntax(self.column()));
        }
        Ok(value.to_owned())
    }

    fn quoted(&mut self) -> Result<String, CliError> {
        let opened = self.column();
        self.take("\"");
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(CliError::Syntax(opened)),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                // A variable, and we have none: RouterOS puts in nothing.
                Some('$') => {
                    self.name();
                }
                Some(plain) => text.push(plain),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, CliError> {
        let column = self.column();
        match self.next() {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('_') => Ok(' '),
            Some(sign @ ('\\' | '"' | '$' | '?')) => Ok(sign),
            _ => Err(CliError::Syntax(column)),
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_undone_as_the_console_does() {
        for (written, meant) in [
            (r#""WAN Download""#, "WAN Download"),
            (r#""a\"b\\c\$d""#, "a\"b\\c$d"),
            (r#""tab\there""#, "tab\there"),
            (r#""no $such variable""#, "no  variable"),
            ("*1000000]", "*1000000"),
            ("10.0.0.5/32 x", "10.0.0.5/32"),
        ] {
            assert_eq!(Cursor::new(written).value().unwrap(), meant);
        }
        assert_eq!(
            Cursor::new("\"open").value().unwrap_err(),
            CliError::Syntax(1)
        );
        assert_eq!(Cursor::new(" x").value().unwrap_err(), CliError::Syntax(1));
    }
}
