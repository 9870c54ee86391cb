//! Passwords: texts that are sent, but never printed.

use std::fmt;
use std::path::Path;

use super::node::Kind;
use super::rule::{Bad, Rule, of_other_kind};
use super::value::Value;

/// A text that is never printed.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being printed.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// `***`
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A password with its `${VARIABLE}` looked up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Password<'c> {
    /// What to send; empty if the variable is not set.
    pub secret: Secret,
    /// The variable that was asked for and is not set; worth a warning.
    pub unset: Option<&'c str>,
}

/// Where the router's password comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordSource<'c> {
    /// Nowhere: it is empty.
    None,
    /// The config file itself.
    Written,
    /// This environment variable.
    Variable(&'c str),
    /// The first line of this file, or of the systemd credential of this name.
    File(&'c Path),
}

/// The name in `${NAME}`.
pub(super) fn variable(written: &str) -> Option<&str> {
    written.strip_prefix("${")?.strip_suffix('}')
}

/// Any single value, as written: `password: 0123` is the text `0123`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretRule;

impl Rule for SecretRule {
    type Output = Secret;

    fn expected(&self) -> String {
        "a text".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<Secret, Bad> {
        match &value.node.kind {
            Kind::Scalar { text, .. } => Ok(Secret::new(text.clone())),
            Kind::List(_) | Kind::Section(_) => Err(of_other_kind(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.reveal(), "hunter2");
    }
}
