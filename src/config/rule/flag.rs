//! Yes and no.

use super::{Bad, Rule, of_other_kind};
use crate::config::scalar::Scalar;
use crate::config::value::Value;

/// `true`/`false`, or YAML 1.1's `yes`, `no`, `on`, `off`.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Flag;

impl Rule for Flag {
    type Output = bool;

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn written(&self, value: &bool) -> String {
        value.to_string()
    }

    fn read(&self, value: &Value<'_>) -> Result<bool, Bad> {
        match value.node.scalar() {
            Some(Scalar::Flag(flag)) => Ok(flag),
            _ => Err(of_other_kind(value)),
        }
    }
}

/// A flag that v1.7 never checked: what Python calls true is true, be it the text `"false"`.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct LooseFlag;

impl Rule for LooseFlag {
    type Output = bool;

    fn expected(&self) -> String {
        Flag.expected()
    }

    fn written(&self, value: &bool) -> String {
        Flag.written(value)
    }

    fn read(&self, value: &Value<'_>) -> Result<bool, Bad> {
        let truth = match value.node.scalar() {
            Some(Scalar::Flag(flag)) => return Ok(flag),
            Some(Scalar::Whole(n)) => n != 0,
            Some(Scalar::Number(n)) => n != 0.0,
            Some(Scalar::Text(text) | Scalar::Either(_, text)) => !text.is_empty(),
            Some(Scalar::Null) | None => return Err(of_other_kind(value)),
        };
        let sentence = format!("is read as {truth}, as v1.7 did");
        value.warn(&sentence, Some("write true or false without quotes"));
        Ok(truth)
    }
}
