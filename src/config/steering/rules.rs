//! Rules that only steering files need.

use super::super::rule::{Bad, Number, Rule, Text};
use super::super::scalar::Scalar;
use super::super::value::Value;

/// Longest comment, in characters (contract 1.1).
const COMMENT_MAX: usize = 128;

/// The comment of a mangle rule: what is safe in a RouterOS command without any quoting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment;

impl Rule for Comment {
    type Output = String;

    fn expected(&self) -> String {
        "1 to 128 of the characters A-Z a-z 0-9 _ . - : and space".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        let text = Text.read(value)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-: ".contains(c);
        match text.chars().count() {
            0 => Err("is empty".into()),
            n if n > COMMENT_MAX => Err(Bad(format!("is too long ({n} characters)"))),
            _ if !text.chars().all(allowed) => Err("has characters that are not allowed".into()),
            _ => Ok(text),
        }
    }
}

/// A share, which v1.7 also took as a text (`"0.3"`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Share;

impl Share {
    const BOUNDS: Number = Number::within(0.0, 1.0);
}

impl Rule for Share {
    type Output = f64;

    fn expected(&self) -> String {
        Self::BOUNDS.expected()
    }

    fn written(&self, value: &f64) -> String {
        Self::BOUNDS.written(value)
    }

    fn read(&self, value: &Value<'_>) -> Result<f64, Bad> {
        let Some(Scalar::Text(text)) = value.node.scalar() else {
            return Self::BOUNDS.read(value);
        };
        let share: f64 = text.trim().parse().map_err(|_| "is no number")?;
        if !(0.0..=1.0).contains(&share) {
            return Err("is out of range".into());
        }
        value.warn(
            "is read as a number, as v1.7 did",
            Some("write it without quotes"),
        );
        Ok(share)
    }
}
