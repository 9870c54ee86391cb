//! What all list menus have in common: rows with ids, properties with rules, and how a change is
//! checked before it is made.

use super::record::Record;
use super::refusal::Refusal;

/// What may be written into a property, and how it reads back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Anything.
    Text,
    /// Bits or bytes with an optional `k`, `M`, `G`; reads back as digits.
    Size,
    /// Whole number in a range.
    Number(u64, u64),
    /// `yes`, `no`, `true` or `false`; reads back as `true` or `false`.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// One writable property of a menu.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) &'static str, pub(super) Kind);

/// The rows of one menu.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Record>,
    fields: &'static [Field],
}

impl Table {
    pub(super) const fn new(fields: &'static [Field], rows: Vec<Record>) -> Self {
        Self { rows, fields }
    }

    /// The row with this `*id` or name.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        let property = if key.starts_with('*') { ".id" } else { "name" };
        let mut rows = self.rows.iter();
        rows.position(|row| row.value(property) == Some(key))
    }

    /// The row with this name.
    pub(super) fn named(&self, name: &str) -> Option<&Record> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.value("name") == Some(name))
    }

    /// Checks a change of a row and spells it as it will read back. All of it or nothing.
    pub(super) fn check(&self, index: usize, change: &Record) -> Result<Record, Refusal> {
        let mut checked = Record::default();
        for (name, value) in change.properties() {
            let field = self.fields.iter().find(|field| field.0 == name);
            let field = field.ok_or_else(|| Refusal::UnknownParameter(name.to_owned()))?;
            checked.set(name, &field.spelled(value)?);
        }
        let twin = checked.value("name").and_then(|name| self.find(name));
        if twin.is_some_and(|twin| twin != index) {
            return Err(Refusal::AlreadyExists);
        }
        Ok(checked)
    }

    /// Makes a checked change; whether anything is different now.
    pub(super) fn apply(&mut self, index: usize, change: &Record) -> bool {
        let before = self.rows[index].clone();
        for (name, value) in change.properties() {
            // An empty comment is no comment: the property disappears.
            if name == "comment" && value.is_empty() {
                self.rows[index].unset(name);
            } else {
                self.rows[index].set(name, value);
            }
        }
        self.rows[index] != before
    }
}

impl Field {
    fn spelled(self, value: &str) -> Result<String, Refusal> {
        let Self(name, kind) = self;
        let name = || name.to_owned();
        match kind {
            Kind::Text => Ok(value.to_owned()),
            Kind::Size => {
                let size = size(value).ok_or_else(|| Refusal::Invalid(name()))?;
                Ok(size.to_string())
            }
            Kind::Number(least, most) => match value.parse::<u64>() {
                Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
                Ok(_) => Err(Refusal::OutOfRange(name(), least, most)),
                Err(_) => Err(Refusal::Invalid(name())),
            },
            Kind::Flag => match value {
                "yes" | "true" => Ok("true".to_owned()),
                "no" | "false" => Ok("false".to_owned()),
                _ => Err(Refusal::NoMatch(name())),
            },
            Kind::OneOf(words) if words.contains(&value) => Ok(value.to_owned()),
            Kind::OneOf(_) => Err(Refusal::NoMatch(name())),
        }
    }
}

/// Digits with an optional decimal suffix; `k`, `M` and `G` are thousands, not 1024s.
pub(super) fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 1_000),
        (at, 'M') => (&text[..at], 1_000_000),
        (at, 'G') => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.then(|| digits.parse::<u64>().ok())??;
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_decimal() {
        for (text, bits) in [
            ("0", Some(0)),
            ("940M", Some(940_000_000)),
            ("800k", Some(800_000)),
            ("1G", Some(1_000_000_000)),
            ("123456789", Some(123_456_789)),
            ("1.5M", None),
            ("+5", None),
            ("M", None),
            ("", None),
            ("fast", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(size(text), bits, "{text}");
        }
    }
}
