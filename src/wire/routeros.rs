//! RouterOS objects as its REST interface spells them: every value a string, keys with hyphens.

mod counters;
mod listing;
mod lists;
mod queues;
mod rules;
mod scalar;

pub use self::counters::{Counters, counters_path, find_counters};
pub use self::lists::{count_entries, entries_path};
pub use self::queues::{
    LOOK_UP_PATH, Queue, find_queues, parse_queue, refuses_queue_type, set_body,
};
pub(in crate::wire) use self::rules::is_id;
pub use self::rules::{Found, RULES_PATH, Rule, find_rule, parse_rule, rules_filter, switch_body};
use crate::units::Rate;

/// The longest name v1.7 accepts for a queue.
pub const MAX_NAME: usize = 64;
/// The object is not what RouterOS sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreadable;

/// A name or id, stored in place.
pub type Name = heapless::String<MAX_NAME>;

/// A rate as RouterOS prints it: digits in bit/s, or with a decimal suffix as on the CLI.
pub fn rate(text: &str) -> Option<Rate> {
    let (digits, scale) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 1_000),
        b'M' => (&text[..text.len() - 1], 1_000_000),
        b'G' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(scale).map(Rate::bps)
}

/// Makes a reply digestible: some versions leave control characters unescaped inside strings, and
/// strings are bytes in any encoding. Neither occurs in what we look at.
pub fn soften(bytes: &mut [u8]) {
    for byte in bytes.iter_mut() {
        if *byte < b' ' {
            *byte = b' ';
        }
    }
    if core::str::from_utf8(bytes).is_err() {
        for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii()) {
            *byte = b'?';
        }
    }
}

/// Whether an error body says that the user may not do this.
pub fn refuses_permission(json: &[u8]) -> bool {
    contains(json, b"not enough permissions")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_in_both_spellings() {
        for (text, rate_) in [
            ("500000000", Some(Rate::mbit(500))),
            ("920M", Some(Rate::mbit(920))),
            ("64k", Some(Rate::bps(64_000))),
            ("", None),
            ("M", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(rate(text), rate_, "{text:?}");
        }
    }
}
