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
    /// The same with decimals; reads back as it was written.
    Fraction(u32, u32),
    /// `yes`, `no`, `true` or `false`; reads back as `true` or `false`.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any of these words, with commas.
    SomeOf(&'static [&'static str]),
}

/// One writable property of a menu.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) &'static str, pub(super) Kind);

/// What moves by itself, and what `reset-counters` resets.
pub(super) const COUNTERS: [&str; 7] = [
    "bytes",
    "dropped",
    "packet-rate",
    "packets",
    "queued-bytes",
    "queued-packets",
    "rate",
];

/// The rows of one menu.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: Vec<Record>,
    /// Another one whenever anything but a counter may have changed.
    version: u64,
    fields: &'static [Field],
    mandatory: &'static [&'static str],
    defaults: &'static [(&'static str, &'static str)],
    next_id: u64,
}

impl Table {
    pub(super) const fn new(fields: &'static [Field], rows: Vec<Record>) -> Self {
        Self {
            rows,
            version: 0,
            fields,
            mandatory: &[],
            defaults: &[],
            next_id: 0x10,
        }
    }

    pub(super) fn rows(&self) -> &[Record] {
        &self.rows
    }

    /// The rows, to be changed.
    pub(super) const fn rows_mut(&mut self) -> &mut Vec<Record> {
        self.version += 1;
        &mut self.rows
    }

    /// A row, of which nothing but counters will change: those that count already.
    pub(super) fn counting_mut(&mut self, index: usize) -> &mut Record {
        &mut self.rows[index]
    }

    /// Where a row has a counter; from then on it is one.
    pub(super) fn counter(&mut self, index: usize, name: &str) -> usize {
        if let Some(place) = self.rows[index].place(name) {
            return place;
        }
        let row = &mut self.rows_mut()[index];
        row.set_number(name, row.number(name));
        row.place(name).expect("it has just been set")
    }

    /// The same number means the same rows, but for counters.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    /// It takes the place of another one, and is not mistaken for it.
    pub(super) const fn succeeding(mut self, other: &Self) -> Self {
        self.version = other.version + 1;
        self
    }

    /// What can be written.
    pub(super) const fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// What a new row must be given.
    pub(super) const fn requiring(mut self, mandatory: &'static [&'static str]) -> Self {
        self.mandatory = mandatory;
        self
    }

    /// What a new row has besides.
    pub(super) const fn with_defaults(
        mut self,
        defaults: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.defaults = defaults;
        self
    }

    /// The first id to be given.
    pub(super) const fn numbered_from(mut self, id: u64) -> Self {
        self.next_id = id;
        self
    }

    pub(super) const fn mandatory(&self) -> &'static [&'static str] {
        self.mandatory
    }

    /// How a property is written, if it can be.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        Field::kind(self.fields, name)
    }

    /// A new row with what `wanted` says; its id.
    pub(super) fn insert(&mut self, wanted: &Record) -> String {
        let mut row = Record::of(self.defaults);
        for (name, value) in wanted.properties() {
            row.set(name, value);
        }
        let id = self.take_id();
        row.set(".id", &id);
        self.rows_mut().push(row);
        id
    }

    /// New ids for all, as after a restored backup.
    pub(super) fn renumber(&mut self) {
        self.next_id += 0x10;
        for index in 0..self.rows.len() {
            let id = self.take_id();
            self.rows_mut()[index].set(".id", &id);
        }
    }

    /// The last row gets the first one's id, and so on.
    pub(super) fn reverse_ids(&mut self) {
        let ids = self.rows.iter().rev().filter_map(|row| row.value(".id"));
        let ids: Vec<String> = ids.map(str::to_owned).collect();
        for (row, id) in self.rows_mut().iter_mut().zip(ids) {
            row.set(".id", &id);
        }
    }

    fn take_id(&mut self) -> String {
        let id = self.next_id();
        self.next_id += 1;
        id
    }

    /// The id that the next new row will have.
    pub(super) fn next_id(&self) -> String {
        format!("*{:X}", self.next_id)
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
    /// Without an index it is about a row to be added.
    pub(super) fn check(&self, index: Option<usize>, change: &Record) -> Result<Record, Refusal> {
        let mut checked = Record::default();
        for (name, value) in change.properties() {
            let kind = self.kind(name);
            let kind = kind.ok_or_else(|| Refusal::UnknownParameter(name.to_owned()))?;
            checked.set(name, &Field::spelled(name, kind, value)?);
        }
        let twin = checked.value("name").and_then(|name| self.find(name));
        if twin.is_some() && twin != index {
            return Err(Refusal::AlreadyExists);
        }
        Ok(checked)
    }

    /// Makes a checked change; whether anything is different now. A rule's `disabled` that was never
    /// written and one that is `false` mean the same.
    pub(super) fn apply(&mut self, index: usize, change: &Record) -> bool {
        let before = self.rows[index].clone();
        let row = &mut self.rows_mut()[index];
        for (name, value) in change.properties() {
            // An empty comment is no comment: the property disappears.
            if name == "comment" && value.is_empty() {
                row.unset(name);
            } else {
                row.set(name, value);
            }
        }
        let is_new = |(name, value): (&str, &str)| {
            before.value(name).unwrap_or_else(|| absent(name)) != value
        };
        let gone = |(name, _): (&str, &str)| self.rows[index].value(name).is_none();
        self.rows[index].properties().any(is_new) || before.properties().any(gone)
    }
}

/// What it means that a property is not there.
pub(super) fn absent(name: &str) -> &'static str {
    match name {
        "disabled" | "log" => "false",
        _ => "",
    }
}

/// Sets a row's counters to zero, those it has.
pub(super) fn clear(row: &mut Record) {
    for counter in COUNTERS {
        if row.value(counter).is_some() {
            row.set_number(counter, 0);
        }
    }
}

impl Field {
    /// How a property is written, if it can be.
    pub(super) fn kind(fields: &[Self], name: &str) -> Option<Kind> {
        let mut fields = fields.iter();
        fields.find(|field| field.0 == name).map(|field| field.1)
    }

    fn spelled(name: &str, kind: Kind, value: &str) -> Result<String, Refusal> {
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
            Kind::Fraction(least, most) => match value.parse::<f64>() {
                Ok(number) if (f64::from(least)..=f64::from(most)).contains(&number) => {
                    Ok(value.to_owned())
                }
                Ok(_) => Err(Refusal::OutOfRange(name(), least.into(), most.into())),
                Err(_) => Err(Refusal::Invalid(name())),
            },
            Kind::Flag => match value {
                "yes" | "true" => Ok("true".to_owned()),
                "no" | "false" => Ok("false".to_owned()),
                _ => Err(Refusal::NoMatch(name())),
            },
            Kind::OneOf(words) if words.contains(&value) => Ok(value.to_owned()),
            Kind::SomeOf(words) if value.split(',').all(|word| words.contains(&word)) => {
                Ok(value.to_owned())
            }
            Kind::OneOf(_) | Kind::SomeOf(_) => Err(Refusal::NoMatch(name())),
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
