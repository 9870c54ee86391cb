//! Texts: any, or names, file names, words and addresses.

use std::net::IpAddr;
use std::path::PathBuf;

use super::{Bad, Rule, of_other_kind};
use crate::config::scalar::Scalar;
use crate::config::value::Value;

/// Longest queue or WAN name, in characters (contract 1.1).
const IDENTIFIER_MAX: usize = 64;

/// A text; numbers and yes/no values need quotes to be one.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Text;

impl Rule for Text {
    type Output = String;

    fn expected(&self) -> String {
        "a text".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        match value.node.scalar() {
            Some(Scalar::Text(text) | Scalar::Either(_, text)) => Ok(text.to_owned()),
            Some(Scalar::Flag(_)) => Err("is a yes/no value unless in quotes".into()),
            Some(Scalar::Whole(_) | Scalar::Number(_)) => {
                Err("is a number unless in quotes".into())
            }
            _ => Err(of_other_kind(value)),
        }
    }
}

/// The name of a file.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct FileName;

impl Rule for FileName {
    type Output = PathBuf;

    fn expected(&self) -> String {
        "the name of a file".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<PathBuf, Bad> {
        let text = Text.read(value)?;
        if text.contains('\0') {
            return Err("holds a NUL character".into());
        }
        let path = PathBuf::from(&text);
        if path.file_name().is_none() || text.ends_with('/') {
            return Err("names no file".into());
        }
        Ok(path)
    }
}

/// A WAN or queue name: `[A-Za-z0-9_.-]`, 1 to 64 of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Identifier;

impl Rule for Identifier {
    type Output = String;

    fn expected(&self) -> String {
        "1 to 64 of the characters A-Z a-z 0-9 _ . -".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        let text = Text.read(value)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        match text.chars().count() {
            0 => Err("is empty".into()),
            n if n > IDENTIFIER_MAX => Err(Bad(format!("is too long ({n} characters)"))),
            _ if !text.chars().all(allowed) => Err("has characters that are not allowed".into()),
            _ => Ok(text),
        }
    }
}

/// One of a few words.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Choice<'c, T>(pub(in crate::config) &'c [(&'c str, T)]);

impl<T: Copy + PartialEq> Rule for Choice<'_, T> {
    type Output = T;

    fn expected(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|&(word, _)| word).collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => words.concat(),
        }
    }

    fn written(&self, value: &T) -> String {
        let found = self.0.iter().find(|(_, choice)| choice == value);
        found.map_or(String::new(), |&(word, _)| word.to_owned())
    }

    fn read(&self, value: &Value<'_>) -> Result<T, Bad> {
        let text = Text.read(value)?;
        let found = self.0.iter().find(|&&(word, _)| word == text);
        found
            .map(|&(_, choice)| choice)
            .ok_or_else(|| "is not one of the choices".into())
    }
}

/// An IPv4 or IPv6 address.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Address;

impl Rule for Address {
    type Output = IpAddr;

    fn expected(&self) -> String {
        "an IPv4 or IPv6 address".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<IpAddr, Bad> {
        let text = Text.read(value)?;
        text.parse().map_err(|_| "is no address".into())
    }
}
