//! One object of a menu, as RouterOS spells it: every value is a string.

use std::collections::BTreeMap;

use serde::Serialize;

/// Properties by name. Sorted, so it prints as RouterOS prints: alphabetical, and `.id` first,
/// because a dot sorts before every letter.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Record(BTreeMap<String, String>);

impl Record {
    /// From literal pairs.
    pub fn of(properties: &[(&str, &str)]) -> Self {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Self(properties.iter().map(owned).collect())
    }

    /// The value of a property, if the object has it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The internal number, `*1000000`; empty for singletons.
    pub fn id(&self) -> &str {
        self.value(".id").unwrap_or_default()
    }

    /// A property of digits; 0 if it is something else.
    pub fn number(&self, name: &str) -> u64 {
        let digits = self.value(name).and_then(|value| value.parse().ok());
        digits.unwrap_or_default()
    }

    /// Whether a flag is there and on.
    pub fn is_on(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }

    /// Gives a property a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Gives a property a number.
    pub fn set_number(&mut self, name: &str, value: u64) {
        self.set(name, &value.to_string());
    }

    /// Takes a property away.
    pub fn unset(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Adds to a counter.
    pub fn count(&mut self, name: &str, more: u64) {
        self.set_number(name, self.number(name).saturating_add(more));
    }

    /// Every property with its value.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Only the properties `wanted`.
    #[must_use]
    pub fn projected(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let properties = self.0.iter().filter(|(name, _)| wanted(name));
        Self(properties.map(|(k, v)| (k.clone(), v.clone())).collect())
    }
}
