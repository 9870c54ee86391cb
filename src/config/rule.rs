//! What one value may be, what it becomes, and how to say so.

mod flag;
mod number;
mod text;

pub(super) use self::flag::{Flag, LooseFlag};
pub(super) use self::number::{LooseCount, Number, PORT, Whole, port};
pub(super) use self::text::{Address, Choice, FileName, Identifier, Text};
use super::node::Kind;
use super::scalar::Scalar;
use super::value::Value;

/// Why a rule does not accept a value: a sentence whose subject is the value, `is out of range`.
#[derive(Debug)]
pub(super) struct Bad(pub(super) String);

impl From<&str> for Bad {
    fn from(complaint: &str) -> Self {
        Self(complaint.to_owned())
    }
}

/// Turns a value into something typed.
pub(super) trait Rule {
    /// What it becomes.
    type Output;

    /// What would be right, to follow the word "expected".
    fn expected(&self) -> String;

    /// How a file would say this, for defaults; nothing if it has none that could be said.
    fn written(&self, _: &Self::Output) -> String {
        String::new()
    }

    /// The typed value, or what is wrong.
    fn read(&self, value: &Value<'_>) -> Result<Self::Output, Bad>;
}

/// What a value is when it should be something else.
pub(super) fn of_other_kind(value: &Value<'_>) -> Bad {
    Bad::from(match (&value.node.kind, value.node.scalar()) {
        (Kind::List(_), _) => "a list is not what belongs here",
        (Kind::Section(_), _) => "a section is not what belongs here",
        (_, Some(Scalar::Text(_) | Scalar::Either(..))) => "is a text",
        (_, Some(Scalar::Flag(_))) => "is a yes/no value",
        (_, Some(Scalar::Whole(_) | Scalar::Number(_))) => "is a number",
        (_, Some(Scalar::Null) | None) => "is nothing",
    })
}
