//! `/queue/tree`: what the two queues hold, and the body that sets it.

use core::fmt::Write as _;

use serde::Deserialize;

use super::scalar::Scalar;
use super::{Name, Unreadable, contains, listing};
use crate::direction::{Both, Direction};
use crate::units::Rate;

/// What a look-up asks for: only the keys we read.
pub const LOOK_UP_PATH: &str =
    "/rest/queue/tree?.proplist=.id,name,max-limit,queue,disabled,invalid,bytes";

/// What a `/queue/tree` object says, stored in place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Queue {
    /// `*1000000`; not stable across restores and imports.
    pub id: Name,
    /// Its limit; 0 is unlimited.
    pub max_limit: Rate,
    /// The name of its queue type.
    pub queue_type: Name,
    /// Switched off, or its parent is missing: the limit has no effect.
    pub inactive: bool,
    /// Bytes that went through since the counter was last reset, if that was said.
    pub bytes: Option<u64>,
}

/// One object of a listing. What has no name is no queue. Most are none of ours and may look like
/// anything; what is missing in ours is found out by [`queue`](Self::queue).
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(rename = ".id", borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow)]
    name: Scalar<'a>,
    #[serde(rename = "max-limit", borrow, default)]
    max_limit: Scalar<'a>,
    #[serde(borrow, default)]
    queue: Scalar<'a>,
    #[serde(borrow, default)]
    disabled: Scalar<'a>,
    #[serde(borrow, default)]
    invalid: Scalar<'a>,
    #[serde(borrow, default)]
    bytes: Scalar<'a>,
}

impl Object<'_> {
    fn queue(&self) -> Option<Queue> {
        let id = self.id.text().filter(|id| !id.is_empty())?;
        Some(Queue {
            id: Name::try_from(id).ok()?,
            max_limit: self.max_limit.rate()?,
            queue_type: Name::try_from(self.queue.text().unwrap_or_default()).ok()?,
            inactive: self.disabled.is_true() || self.invalid.is_true(),
            bytes: self.bytes.number(),
        })
    }
}

/// Finds the two queues in a listing by name, matched here: RouterOS's own filters miss some literals.
///
/// # Errors
/// [`Unreadable`] if the listing, or one of the two queues in it, makes no sense.
pub fn find_queues(json: &[u8], names: Both<&str>) -> Result<Both<Option<Queue>>, Unreadable> {
    let mut found = Both::default();
    listing::each(json, |object: Object<'_>| {
        for direction in Direction::BOTH {
            if object.name.text() == Some(names[direction]) {
                found[direction] = Some(object.queue().ok_or(Unreadable)?);
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads the object that a PATCH answers with.
///
/// # Errors
/// [`Unreadable`] if it is no queue, or one of another name: ids can change hands.
pub fn parse_queue(json: &[u8], name: &str) -> Result<Queue, Unreadable> {
    let object: Object<'_> = serde_json::from_slice(json).map_err(|_| Unreadable)?;
    if object.name.text() != Some(name) {
        return Err(Unreadable);
    }
    object.queue().ok_or(Unreadable)
}

/// Whether an error body says that a queue type does not exist (W-14).
pub fn refuses_queue_type(json: &[u8]) -> bool {
    contains(json, b"value of queue")
}

/// The body that sets a limit, and the queue type where it differs (at most [`MAX_NAME`](super::MAX_NAME) bytes).
///
/// # Panics
/// If the name is longer; the config check refuses that.
pub fn set_body(rate: Rate, queue_type: Option<&str>) -> heapless::String<192> {
    let mut body = heapless::String::new();
    match queue_type {
        Some(name) => write!(
            body,
            r#"{{"queue": "{name}", "max-limit": "{}"}}"#,
            rate.as_bps()
        ),
        None => write!(body, r#"{{"max-limit": "{}"}}"#, rate.as_bps()),
    }
    .expect("a name of MAX_NAME bytes and a u64 fit");
    body
}

#[cfg(test)]
mod tests {
    use super::super::soften;
    use super::*;

    const NAMES: Both<&str> = Both {
        down: "WAN-Download-1",
        up: "WAN-Upload-1",
    };

    const LISTING: &str = r#"[
        {".id":"*1000000","name":"WAN-Download-1","max-limit":"500000000","queue":"cake-down-wan1","disabled":"false","invalid":"false","bytes":"272603902153"},
        {".id":"*1000001","name":"gäste \"wlan\"","max-limit":"0","queue":"default","disabled":"true","invalid":"false"},
        {".id":"*1000002","name":"WAN-Upload-1","max-limit":"50M","queue":"cake-up-wan1","disabled":"false","invalid":"true"}]"#;

    #[test]
    fn the_two_queues_are_found_by_name() {
        let found = find_queues(LISTING.as_bytes(), NAMES).unwrap();
        let down = found.down.unwrap();
        assert_eq!((&*down.id, down.max_limit), ("*1000000", Rate::mbit(500)));
        assert_eq!((down.bytes, down.inactive), (Some(272_603_902_153), false));
        let up = found.up.unwrap();
        assert_eq!((up.max_limit, up.inactive), (Rate::mbit(50), true));
    }

    #[test]
    fn an_empty_listing_finds_nothing_and_rubbish_is_refused() {
        assert_eq!(find_queues(b"[]", NAMES), Ok(Both::default()));
        for bad in [
            "{}",
            "[",
            r#"[{"error":404}]"#,
            r#"[{".id":"*1","name":"WAN-Upload-1","max-limit":"fast"}]"#,
            "[] []",
        ] {
            assert_eq!(find_queues(bad.as_bytes(), NAMES), Err(Unreadable), "{bad}");
        }
    }

    #[test]
    fn a_foreign_queue_of_any_shape_does_not_make_ours_unreadable() {
        const OURS: &str = r#"{".id":"*1","name":"WAN-Download-1","max-limit":"500000000"}"#;
        for foreign in [
            r#"{"name":"WAN-Guest"}"#,
            r#"{".id":null,"name":null,"max-limit":null}"#,
            r#"{".id":7,"name":7,"max-limit":-1,"queue":true,"bytes":1e99}"#,
            r#"{".id":{"a":[{}]},"name":["WAN-Download-1"],"max-limit":[1,2],"disabled":{}}"#,
            r#"{".id":"*2","name":"x","max-limit":"fast","comment":["\ud83d"]}"#,
        ] {
            for list in [format!("[{foreign},{OURS}]"), format!("[{OURS},{foreign}]")] {
                let found = find_queues(list.as_bytes(), NAMES).unwrap();
                let down = found.down.unwrap();
                assert_eq!(down.max_limit, Rate::mbit(500), "{list}");
                assert_eq!(found.up, None, "{list}");
            }
        }
    }

    #[test]
    fn strings_numbers_and_booleans_are_read_alike() {
        let queue = |limit: &str, flag: &str, bytes: &str| {
            let text = format!(
                r#"{{".id":"*1","name":"q","max-limit":{limit},"disabled":{flag},"bytes":{bytes}}}"#
            );
            let queue = parse_queue(text.as_bytes(), "q").unwrap();
            (queue.max_limit, queue.inactive, queue.bytes)
        };
        let expected = (Rate::mbit(500), true, Some(12));
        assert_eq!(queue(r#""500000000""#, r#""true""#, r#""12""#), expected);
        assert_eq!(queue("500000000", "true", "12"), expected);
        assert_eq!(queue(r#""500M""#, r#""yes""#, "12"), expected);
        let expected = (Rate::ZERO, false, None);
        assert_eq!(queue("0", "false", "null"), expected);
        assert_eq!(queue(r#""0""#, "null", "-1"), expected);
    }

    #[test]
    fn an_answer_without_id_or_limit_or_about_another_is_not_our_queue() {
        for bad in [
            r#"{".id":"*1","name":"Q","max-limit":"1"}"#,
            r#"{".id":"*1","max-limit":"1"}"#,
            "{}",
            r#"{".id":"","name":"q","max-limit":"1"}"#,
            r#"{".id":"*1","name":"q"}"#,
            r#"{".id":"*1","name":"q","max-limit":true}"#,
            r#"{"name":"q","max-limit":"1"}"#,
        ] {
            assert_eq!(parse_queue(bad.as_bytes(), "q"), Err(Unreadable), "{bad}");
        }
    }

    #[test]
    fn control_characters_and_foreign_encodings_do_not_spoil_a_reply() {
        let mut reply =
            b"[{\".id\":\"*1\",\"name\":\"WAN-Upload-1\",\"max-limit\":\"1\",\"comment\":\"a\x01\n\xe9\"}]"
                .to_vec();
        soften(&mut reply);
        assert!(find_queues(&reply, NAMES).unwrap().up.is_some());
    }

    #[test]
    fn bodies_are_spelled_as_v1_7_spelled_them() {
        assert_eq!(
            set_body(Rate::mbit(500), Some("cake-down-wan1")),
            r#"{"queue": "cake-down-wan1", "max-limit": "500000000"}"#
        );
        assert_eq!(set_body(Rate::bps(7), None), r#"{"max-limit": "7"}"#);
    }
}
