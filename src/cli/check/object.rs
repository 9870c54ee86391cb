//! RouterOS objects with all their properties; the daemon's own reader knows but a few.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::units::Rate;
use crate::wire::routeros;

/// One object: every value is a text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::cli) struct Object(BTreeMap<String, String>);

impl Object {
    /// Sets a property; the value it had.
    pub(in crate::cli) fn put(&mut self, name: &str, value: &str) -> Option<String> {
        self.0.insert(name.to_owned(), plain(value))
    }

    /// A property that is there and not empty.
    pub(in crate::cli) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// A property, empty if it is not there.
    pub(in crate::cli) fn shown(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// RouterOS reads back `true`; older versions and other tongues `yes`.
    pub(in crate::cli) fn is_on(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "yes"))
    }

    /// A counter.
    pub(in crate::cli) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    /// A fraction.
    pub(in crate::cli) fn fraction(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok()
    }

    /// A rate, with or without suffix.
    pub(in crate::cli) fn rate(&self, name: &str) -> Option<Rate> {
        routeros::rate(self.text(name)?)
    }

    /// From one JSON object.
    fn read(value: Value) -> Option<Self> {
        let Value::Object(map) = value else {
            return None;
        };
        let text = |value| match value {
            Value::String(text) => plain(&text),
            other => other.to_string(),
        };
        Some(Self(map.into_iter().map(|(k, v)| (k, text(v))).collect()))
    }
}

/// It ends up on a terminal.
fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '?' } else { c };
    text.chars().map(plain).collect()
}

/// The objects of a reply; a lone object is a list of one (routeros.md 2.5).
pub(in crate::cli) fn read(body: &mut [u8]) -> Option<Vec<Object>> {
    routeros::soften(body);
    match serde_json::from_slice(body).ok()? {
        Value::Array(list) => list.into_iter().map(Object::read).collect(),
        one => Some(vec![Object::read(one)?]),
    }
}

/// The object of this name.
pub(in crate::cli) fn named<'o>(objects: &'o [Object], name: &str) -> Option<&'o Object> {
    objects.iter().find(|object| object.shown("name") == name)
}

#[cfg(test)]
impl Object {
    /// From literal pairs.
    pub(in crate::cli) fn of(properties: &[(&str, &str)]) -> Self {
        let owned = |&(k, v): &(&str, &str)| (k.to_owned(), v.to_owned());
        Self(properties.iter().map(owned).collect())
    }

    /// With another value for a property.
    #[must_use]
    pub(in crate::cli) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_whatever_is_in_them() {
        let mut listing = b"[{\"name\":\"a\\u001b[2Jb\",\"comment\":\"x\ty\",\"n\":5}]".to_vec();
        let objects = read(&mut listing).expect("a listing");
        assert_eq!(objects[0].shown("name"), "a?[2Jb");
        assert_eq!(objects[0].shown("comment"), "x y");
        assert_eq!(objects[0].number("n"), Some(5));
        assert_eq!(read(&mut b"{}".to_vec()), Some(vec![Object::default()]));
        for garbage in ["", "<html>", "[1]", "null"] {
            assert_eq!(read(&mut garbage.as_bytes().to_vec()), None, "{garbage}");
        }
    }
}
