//! What follows `where`, and what stands in `[find …]`.

use super::CliError;
use super::cursor::Cursor;
use super::pattern;
use crate::sim::double::record::Record;

/// A question about one row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A flag that is on, or a property that is there and not empty.
    Has(String),
    Is(String, Compare, String),
}

/// How a property is compared with a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Compare {
    Equal,
    Different,
    /// `~`: a regular expression.
    Matching,
    Less,
    Greater,
}

impl Condition {
    /// Everything up to the end of the command; nothing at all is true of every row.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, CliError> {
        let mut any = Vec::new();
        loop {
            any.push(Self::parse_all(cursor)?);
            if !(cursor.take("or ") || cursor.take("||")) {
                return Ok(Self::Any(any));
            }
        }
    }

    fn parse_all(cursor: &mut Cursor<'_>) -> Result<Self, CliError> {
        let mut all = Vec::new();
        loop {
            cursor.skip_spaces();
            let mut ahead = cursor.clone();
            if cursor.is_command_over() || ahead.take("or ") || ahead.take("||") {
                return Ok(Self::All(all));
            }
            if !(cursor.take("and ") || cursor.take("&&")) {
                all.push(Self::parse_one(cursor)?);
            }
        }
    }

    fn parse_one(cursor: &mut Cursor<'_>) -> Result<Self, CliError> {
        if cursor.take("!") {
            return Ok(Self::Not(Box::new(Self::parse_one(cursor)?)));
        }
        if cursor.take("(") {
            let inner = Self::parse(cursor)?;
            return if cursor.take(")") {
                Ok(inner)
            } else {
                Err(CliError::Syntax(cursor.column()))
            };
        }
        let name = cursor.name().to_owned();
        if name.is_empty() {
            return Err(CliError::Syntax(cursor.column()));
        }
        let signs = [
            ("!=", Compare::Different),
            ("=", Compare::Equal),
            ("~", Compare::Matching),
            ("<", Compare::Less),
            (">", Compare::Greater),
        ];
        match signs.into_iter().find(|(sign, _)| cursor.take(sign)) {
            Some((_, compare)) => Ok(Self::Is(name, compare, cursor.value()?)),
            None => Ok(Self::Has(name)),
        }
    }

    /// Whether it is true of a row. A property the menu does not have is true of none.
    pub(super) fn holds(&self, row: &Record) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(row)),
            Self::Any(any) => any.iter().any(|one| one.holds(row)),
            Self::Not(one) => !one.holds(row),
            Self::Has(name) => !matches!(row.value(name), None | Some("" | "false")),
            Self::Is(name, compare, value) => compare.holds(property(row, name), value),
        }
    }
}

impl Compare {
    fn holds(self, found: &str, value: &str) -> bool {
        let number = |text: &str| text.parse::<u64>().ok();
        match self {
            Self::Equal => found == plain(found, value),
            Self::Different => found != plain(found, value),
            Self::Matching => pattern::matches(value, found),
            Self::Less => number(found) < number(value),
            Self::Greater => number(found) > number(value),
        }
    }
}

/// A flag that REST leaves out is off here; so is an absent comment empty.
fn property<'a>(row: &'a Record, name: &str) -> &'a str {
    let absent = if name == "disabled" { "false" } else { "" };
    row.value(name).unwrap_or(absent)
}

/// `yes` and `no` as flags are stored.
fn plain<'a>(found: &str, value: &'a str) -> &'a str {
    match (found, value) {
        ("true" | "false", "yes") => "true",
        ("true" | "false", "no") => "false",
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_the_console_reads_them() {
        let row = Record::of(&[("name", "a b"), ("disabled", "true"), ("bytes", "70")]);
        for (text, holds) in [
            (r#"name="a b""#, true),
            ("name=a", false),
            ("name~\"^a\"", true),
            ("disabled", true),
            ("!disabled", false),
            ("disabled=yes", true),
            ("disabled!=yes", false),
            ("bytes>60 bytes<80", true),
            ("name=x or disabled", true),
            ("(name=x or disabled) and bytes=1", false),
            ("invalid", false),
            ("comment=\"\"", true),
            ("", true),
        ] {
            let condition = Condition::parse(&mut Cursor::new(text)).unwrap();
            assert_eq!(condition.holds(&row), holds, "{text}");
        }
    }
}
