//! `/ip/firewall/mangle`: the one rule with our comment, and the body that switches it.

use core::fmt::Write as _;

use serde::Deserialize;

use super::scalar::Scalar;
use super::{Name, Unreadable, listing};

/// What asks for all rules: the router's own filters miss comments with spaces or colons, and its
/// patterns hit too many.
pub const RULES_PATH: &str = "/rest/ip/firewall/mangle?.proplist=.id,comment,disabled,invalid";

/// What asks the router for the rules with a comment, where there are too many to list.
///
/// # Panics
/// If the comment is longer than 128 bytes; the config check refuses that, and whatever JSON would escape.
pub fn rules_filter(comment: &str) -> heapless::String<256> {
    let mut body = heapless::String::new();
    write!(
        body,
        r#"{{".proplist": ".id,comment,disabled,invalid", ".query": ["comment={comment}"]}}"#
    )
    .expect("a comment of 128 bytes fits");
    body
}

/// What a rule says, stored in place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// `*5`; not stable across restores and imports.
    pub id: Name,
    /// It has not been switched off. A rule that never was has no `disabled` at all.
    pub enabled: bool,
    /// It refers to something that is not there, and so does nothing.
    pub invalid: bool,
}

/// How many rules have our comment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Found {
    /// None.
    #[default]
    Missing,
    /// Exactly this.
    One(Rule),
    /// So many.
    Several(u16),
}

impl Found {
    /// One more.
    #[must_use]
    pub(in crate::wire) fn and(self, rule: Rule) -> Self {
        match self {
            Self::Missing => Self::One(rule),
            Self::One(_) => Self::Several(2),
            Self::Several(count) => Self::Several(count.saturating_add(1)),
        }
    }
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(rename = ".id", borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    comment: Scalar<'a>,
    #[serde(borrow, default)]
    disabled: Scalar<'a>,
    #[serde(borrow, default)]
    invalid: Scalar<'a>,
}

impl Object<'_> {
    fn rule(&self) -> Option<Rule> {
        let id = self.id.text().filter(|id| is_id(id))?;
        Some(Rule {
            id: Name::try_from(id).ok()?,
            enabled: !self.disabled.is_true(),
            invalid: self.invalid.is_true(),
        })
    }
}

/// Whether it is an internal id: it goes into a path, or between the words of a console line.
pub(in crate::wire) fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix('*');
    digits.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Finds the rule whose comment is exactly this one.
///
/// # Errors
/// [`Unreadable`] if the listing makes no sense, or a rule of ours in it has no id.
pub fn find_rule(json: &[u8], comment: &str) -> Result<Found, Unreadable> {
    let mut found = Found::Missing;
    listing::each(json, |object: Object<'_>| {
        if object.comment.text() == Some(comment) {
            let rule = object.rule().ok_or(Unreadable)?;
            found = core::mem::take(&mut found).and(rule);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads the object that a PATCH answers with.
///
/// # Errors
/// [`Unreadable`] if it is no rule, or one with another comment.
pub fn parse_rule(json: &[u8], comment: &str) -> Result<Rule, Unreadable> {
    let object: Object<'_> = serde_json::from_slice(json).map_err(|_| Unreadable)?;
    if object.comment.text() != Some(comment) {
        return Err(Unreadable);
    }
    object.rule().ok_or(Unreadable)
}

/// The body that switches a rule.
pub const fn switch_body(on: bool) -> &'static str {
    if on {
        r#"{"disabled": "false"}"#
    } else {
        r#"{"disabled": "true"}"#
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";

    fn rule(disabled: &str) -> String {
        format!(
            r#"{{".id":"*5","action":"mark-routing","comment":"{COMMENT}",{disabled}"invalid":"false"}}"#
        )
    }

    #[test]
    fn a_rule_is_on_unless_it_says_that_it_is_off() {
        for (disabled, enabled) in [
            ("", true),
            (r#""disabled":"false","#, true),
            (r#""disabled":"no","#, true),
            (r#""disabled":false,"#, true),
            (r#""disabled":"true","#, false),
            (r#""disabled":"yes","#, false),
            (r#""disabled":true,"#, false),
        ] {
            let object = rule(disabled);
            let Ok(Found::One(found)) = find_rule(format!("[{object}]").as_bytes(), COMMENT) else {
                panic!("{object}");
            };
            assert_eq!((&*found.id, found.enabled), ("*5", enabled), "{object}");
            assert_eq!(parse_rule(object.as_bytes(), COMMENT), Ok(found));
        }
    }

    #[test]
    fn only_the_whole_comment_counts_and_foreign_rules_may_look_like_anything() {
        let ours = rule("");
        for foreign in [
            format!(r#"{{".id":"*1","comment":"{COMMENT} 2"}}"#),
            format!(r#"{{".id":"*1","comment":"{}"}}"#, &COMMENT[1..]),
            format!(r#"{{".id":"*1","comment":"{}"}}"#, COMMENT.to_lowercase()),
            format!(r#"{{".id":"*1","comment":["{COMMENT}"]}}"#),
            r#"{".id":7,"comment":null,"disabled":{"a":[]}}"#.to_owned(),
            "{}".to_owned(),
        ] {
            for list in [format!("[{foreign},{ours}]"), format!("[{ours},{foreign}]")] {
                let found = find_rule(list.as_bytes(), COMMENT);
                assert!(matches!(found, Ok(Found::One(_))), "{list}");
            }
            let alone = format!("[{foreign}]");
            assert_eq!(find_rule(alone.as_bytes(), COMMENT), Ok(Found::Missing));
            assert_eq!(parse_rule(foreign.as_bytes(), COMMENT), Err(Unreadable));
        }
    }

    #[test]
    fn the_longest_comment_fits_into_the_filter() {
        let body = rules_filter(&"x".repeat(128));
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json[".query"][0], format!("comment={}", "x".repeat(128)));
    }

    #[test]
    fn several_rules_are_counted() {
        let ours = rule("");
        for (list, count) in [
            (format!("[{ours},{ours}]"), 2),
            (format!("[{ours},{{}},{ours},{ours}]"), 3),
        ] {
            let found = find_rule(list.as_bytes(), COMMENT);
            assert_eq!(found, Ok(Found::Several(count)));
        }
    }

    #[test]
    fn a_rule_of_ours_without_an_id_is_unreadable() {
        for list in [
            rule("").replace(r#""*5""#, r#""""#),
            rule("").replace(r#""*5""#, r#""*5 HTTP/1.1""#),
            rule("").replace(r#""*5""#, r#""WAN""#),
            rule("").replace(r#"".id""#, r#"".no""#),
        ] {
            let list = format!("[{list}]");
            assert_eq!(find_rule(list.as_bytes(), COMMENT), Err(Unreadable));
        }
        assert_eq!(find_rule(rule("").as_bytes(), COMMENT), Err(Unreadable));
    }
}
