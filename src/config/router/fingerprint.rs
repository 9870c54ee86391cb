//! The certificate that is pinned.

use crate::config::node::Kind;
use crate::config::rule::{Bad, Rule, of_other_kind};
use crate::config::value::Value;

/// SHA-256, as a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint;

impl Rule for Fingerprint {
    type Output = [u8; 32];

    fn expected(&self) -> String {
        "a SHA-256 fingerprint: 64 hex digits, with or without colons".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<[u8; 32], Bad> {
        let Kind::Scalar { text, .. } = &value.node.kind else {
            return Err(of_other_kind(value));
        };
        let digits = text.chars().filter(|&c| c != ':');
        let nibbles: Option<Vec<u8>> = digits
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect();
        let nibbles = nibbles.filter(|n| n.len() == 64);
        let nibbles = nibbles.ok_or("is no fingerprint")?;
        let mut fingerprint = [0; 32];
        for (byte, pair) in fingerprint.iter_mut().zip(nibbles.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(fingerprint)
    }
}
