//! One object of a menu, as RouterOS spells it: every value is a string.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Properties by name. Sorted, so it prints as RouterOS prints: alphabetical, and `.id` first,
/// because a dot sorts before every letter.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record(Vec<(Arc<str>, Value)>);

/// What a property says.
#[derive(Clone, Debug)]
enum Value {
    Text(Arc<str>),
    Number(Number),
}

/// Something that counts: spelled only when somebody looks.
#[derive(Clone, Debug)]
struct Number {
    value: u64,
    digits: OnceCell<Digits>,
}

/// As many as a `u64` has.
type Digits = heapless::String<20>;

impl Value {
    fn number(value: u64) -> Self {
        Self::Number(Number {
            value,
            digits: OnceCell::new(),
        })
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.digits.get_or_init(|| {
                let mut digits = Digits::new();
                write!(digits, "{}", number.value).expect("a u64 has no more digits");
                digits
            }),
        }
    }
}

/// What they say is the same.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Value {}

impl Record {
    /// From literal pairs.
    pub fn of(properties: &[(&str, &str)]) -> Self {
        let mut record = Self(Vec::with_capacity(properties.len()));
        for (name, value) in properties {
            record.set(name, value);
        }
        record
    }

    /// Where a property is, or belongs.
    fn search(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    fn put(&mut self, name: &str, value: Value) {
        match self.search(name) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (name.into(), value)),
        }
    }

    /// The value of a property, if the object has it.
    pub fn value(&self, name: &str) -> Option<&str> {
        let place = self.search(name).ok()?;
        Some(self.0[place].1.text())
    }

    /// The internal number, `*1000000`; empty for singletons.
    pub fn id(&self) -> &str {
        self.value(".id").unwrap_or_default()
    }

    /// A property of digits; 0 if it is something else.
    pub fn number(&self, name: &str) -> u64 {
        let Ok(place) = self.search(name) else {
            return 0;
        };
        match &self.0[place].1 {
            Value::Number(number) => number.value,
            Value::Text(text) => text.parse().unwrap_or_default(),
        }
    }

    /// Whether a flag is there and on.
    pub fn is_on(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }

    /// Gives a property a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.put(name, Value::Text(value.into()));
    }

    /// Gives a property a number.
    pub fn set_number(&mut self, name: &str, value: u64) {
        self.put(name, Value::number(value));
    }

    /// Takes a property away.
    pub fn unset(&mut self, name: &str) {
        if let Ok(place) = self.search(name) {
            self.0.remove(place);
        }
    }

    /// Adds to a counter.
    pub fn count(&mut self, name: &str, more: u64) {
        self.set_number(name, self.number(name).saturating_add(more));
    }

    /// Where a counter is, until a property comes or goes; `None` if it is text, or not there.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let place = self.search(name).ok()?;
        matches!(self.0[place].1, Value::Number(_)).then_some(place)
    }

    /// The counter at a [`place`](Self::place).
    pub(super) fn number_at(&self, place: usize) -> u64 {
        match &self.0[place].1 {
            Value::Number(number) => number.value,
            Value::Text(_) => 0,
        }
    }

    /// Gives the counter at a [`place`](Self::place) another value.
    pub(super) fn set_at(&mut self, place: usize, value: u64) {
        self.0[place].1 = Value::number(value);
    }

    /// Adds to the counter at a [`place`](Self::place).
    pub(super) fn count_at(&mut self, place: usize, more: u64) {
        self.set_at(place, self.number_at(place).saturating_add(more));
    }

    /// Every property with its value.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, value.text()))
    }

    /// Only the properties `wanted`.
    #[must_use]
    pub fn projected(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let properties = self.0.iter().filter(|(name, _)| wanted(name));
        Self(properties.cloned().collect())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.properties())
    }
}
