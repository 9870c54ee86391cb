//! `/ip/firewall/address-list`: how many entries of a list are in effect.

use core::fmt::Write as _;

use serde::Deserialize;

use super::scalar::Scalar;
use super::{Unreadable, listing};

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default)]
    list: Scalar<'a>,
    #[serde(borrow, default)]
    disabled: Scalar<'a>,
}

/// What asks for the entries of a list. The router filters: a blocklist may have a hundred thousand.
///
/// # Panics
/// If the name is longer than 80 bytes.
pub fn entries_path(list: &str) -> heapless::String<160> {
    let mut path = heapless::String::new();
    write!(
        path,
        "/rest/ip/firewall/address-list?list={list}&.proplist=list,disabled"
    )
    .expect("a WAN's name and a prefix fit");
    path
}

/// Counts the entries of exactly this list that are not switched off.
///
/// # Errors
/// [`Unreadable`] if the listing makes no sense.
pub fn count_entries(json: &[u8], list: &str) -> Result<u32, Unreadable> {
    let mut count = 0;
    listing::each(json, |object: Object<'_>| {
        if object.list.text() == Some(list) && !object.disabled.is_true() {
            count += 1;
        }
        Ok(())
    })?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_list_that_are_in_effect_are_counted() {
        let json = br#"[{"list":"FORCE_OUT_WAN1","disabled":"false"},{"list":"FORCE_OUT_WAN1"},
            {"list":"FORCE_OUT_WAN1","disabled":"true"},{"list":"FORCE_OUT_WAN2"},{},{"list":7}]"#;
        assert_eq!(count_entries(json, "FORCE_OUT_WAN1"), Ok(2));
        assert_eq!(count_entries(json, "FORCE_OUT"), Ok(0));
        assert_eq!(count_entries(b"[]", "FORCE_OUT_WAN1"), Ok(0));
        assert_eq!(count_entries(b"{}", "FORCE_OUT_WAN1"), Err(Unreadable));
    }
}
