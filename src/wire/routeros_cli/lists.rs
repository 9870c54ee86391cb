//! `/ip firewall address-list`: how many entries of a list are in effect.

use core::fmt::Write as _;

use super::Command;

/// Asks for the number of entries of a list that are not switched off.
///
/// # Panics
/// If the name is longer than 80 bytes.
pub fn count_entries(list: &str) -> Command {
    let mut line = Command::new();
    write!(
        line,
        "/ip firewall address-list print count-only where list=\"{list}\" disabled=no"
    )
    .expect("a WAN's name and a prefix fit");
    line
}

/// Reads what [`count_entries`] printed; `None` if it is no number.
pub fn read_count(text: &str) -> Option<u32> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_and_nothing_else() {
        for (text, count) in [
            ("0\r\n", Some(0)),
            ("17   \r\n", Some(17)),
            ("", None),
            ("no such item\r\n", None),
            ("1\r\n2\r\n", None),
        ] {
            assert_eq!(read_count(text), count, "{text:?}");
        }
    }
}
