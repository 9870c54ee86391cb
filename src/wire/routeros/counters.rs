//! The counters of one `/queue/tree` object.

use core::fmt::Write as _;

use serde::Deserialize;

use super::scalar::Scalar;
use super::{Unreadable, listing};

/// What went through a queue since its counters were last reset, and what waits in it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Bytes that went through.
    pub bytes: u64,
    /// Packets that went through.
    pub packets: u64,
    /// Packets dropped. Under CAKE RouterOS counts none (routeros.md 6).
    pub dropped: u64,
    /// Bytes that wait.
    pub queued_bytes: u64,
    /// Packets that wait.
    pub queued_packets: u64,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    bytes: Scalar<'a>,
    #[serde(borrow, default)]
    packets: Scalar<'a>,
    #[serde(borrow, default)]
    dropped: Scalar<'a>,
    #[serde(rename = "queued-bytes", borrow, default)]
    queued_bytes: Scalar<'a>,
    #[serde(rename = "queued-packets", borrow, default)]
    queued_packets: Scalar<'a>,
}

impl Object<'_> {
    fn counters(&self) -> Option<Counters> {
        Some(Counters {
            bytes: self.bytes.number()?,
            packets: self.packets.number()?,
            dropped: self.dropped.number()?,
            queued_bytes: self.queued_bytes.number()?,
            queued_packets: self.queued_packets.number()?,
        })
    }
}

/// What asks for the counters of a queue. The router filters, as v1.7 had it: names are plain, and a list
/// of all queues every second would be a burden where every client has one.
///
/// # Panics
/// If the name is longer than [`MAX_NAME`](super::MAX_NAME); the config check refuses that.
pub fn counters_path(name: &str) -> heapless::String<160> {
    let mut path = heapless::String::new();
    write!(
        path,
        "/rest/queue/tree?name={name}&.proplist=name,bytes,packets,dropped,queued-bytes,queued-packets"
    )
    .expect("a name of MAX_NAME bytes fits");
    path
}

/// Finds the counters of a queue in a listing by its name, for filters are not to be trusted; `None` if
/// there is no such queue.
///
/// # Errors
/// [`Unreadable`] if the listing makes no sense, or the queue in it lacks a counter.
pub fn find_counters(json: &[u8], name: &str) -> Result<Option<Counters>, Unreadable> {
    let mut found = None;
    listing::each(json, |object: Object<'_>| {
        if object.name.text() == Some(name) {
            found = Some(object.counters().ok_or(Unreadable)?);
        }
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r#"{".id":"*1","name":"D","bytes":"272603902153","packets":"184614358","dropped":"0","queued-bytes":"2000000","queued-packets":"1321"}"#;
    const COUNTERS: Counters = Counters {
        bytes: 272_603_902_153,
        packets: 184_614_358,
        dropped: 0,
        queued_bytes: 2_000_000,
        queued_packets: 1_321,
    };

    #[test]
    fn counters_are_found_by_the_name_among_objects_of_any_shape() {
        for foreign in [
            r#"{"name":"D2","bytes":"1"}"#,
            r#"{"name":null,"bytes":{"a":[1]}}"#,
            r#"{"bytes":-1,"packets":1e99,"queued-bytes":true}"#,
            "{}",
        ] {
            for list in [format!("[{foreign},{OURS}]"), format!("[{OURS},{foreign}]")] {
                assert_eq!(find_counters(list.as_bytes(), "D"), Ok(Some(COUNTERS)));
                assert_eq!(find_counters(list.as_bytes(), "d"), Ok(None));
            }
        }
        let numbers = OURS.replace(r#""2000000""#, "2000000");
        assert_eq!(
            find_counters(format!("[{numbers}]").as_bytes(), "D"),
            Ok(Some(COUNTERS))
        );
    }

    #[test]
    fn what_is_no_listing_or_lacks_a_counter_is_unreadable() {
        for key in [
            "bytes",
            "packets",
            "dropped",
            "queued-bytes",
            "queued-packets",
        ] {
            let without = OURS.replace(&format!(r#""{key}""#), r#""other""#);
            let list = format!("[{without}]");
            assert_eq!(
                find_counters(list.as_bytes(), "D"),
                Err(Unreadable),
                "{key}"
            );
        }
        for bad in ["", "{}", "[", "[] []", "[7]", OURS] {
            assert_eq!(find_counters(bad.as_bytes(), "D"), Err(Unreadable), "{bad}");
        }
    }
}
