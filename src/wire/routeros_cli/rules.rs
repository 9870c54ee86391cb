//! `/ip firewall mangle`: the one rule with our comment, and how it is switched.

use core::fmt::Write as _;

use super::Command;
use super::record::{self, Record, name};
use crate::wire::routeros::{Found, Rule, Unreadable, is_id};

/// Asks for the rules with exactly this comment: `~` would be a pattern.
///
/// # Panics
/// If the comment is longer than 128 bytes; the config check refuses that.
pub fn look_up_rule(comment: &str) -> Command {
    let mut line = Command::new();
    read(&mut line, comment).expect("a comment of 128 bytes fits");
    line
}

/// Switches the rule with this id and reads back, in the same line, what rules have the comment. An error
/// ends the line. By its id, because a `[find …]` may have found two since the last look.
///
/// # Panics
/// If the comment is longer than 128 bytes; the config check refuses that.
pub fn switch(id: &str, on: bool, comment: &str) -> Command {
    let verb = if on { "enable" } else { "disable" };
    let mut line = Command::new();
    write!(line, "/ip firewall mangle {verb} {id}; ")
        .and_then(|()| read(&mut line, comment))
        .expect("an id and a comment of 128 bytes fit");
    line
}

fn read(line: &mut Command, comment: &str) -> core::fmt::Result {
    write!(
        line,
        ":put [/ip firewall mangle print detail as-value where comment=\"{comment}\"]"
    )
}

/// Reads what [`look_up_rule`] or [`switch`] printed, as values or for people: how many rules have the
/// comment, and whether there was more than rules, which is an error, most likely.
///
/// # Errors
/// [`Unreadable`] if a rule of ours makes no sense.
pub fn find_rule(text: &str, comment: &str) -> Result<(Found, bool), Unreadable> {
    let mut found = Found::Missing;
    let more = record::each(text, |record| {
        if record.comment()? == Some(comment) {
            // People's listings have no ids.
            let id = record.value(".id")?.filter(|id| is_id(id));
            if matches!(record, Record::Value(_)) && id.is_none() {
                return Err(Unreadable);
            }
            found = core::mem::take(&mut found).and(Rule {
                id: name(id)?,
                enabled: !record.is("disabled", 'X')?,
                invalid: record.is("invalid", 'I')?,
            });
        }
        Ok(())
    })?;
    Ok((found, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMENT: &str = "ADAPTIVE: Steer X to WAN2";

    fn one(text: &str) -> (String, bool, bool) {
        match find_rule(text, COMMENT) {
            Ok((Found::One(rule), false)) => {
                (rule.id.as_str().to_owned(), rule.enabled, rule.invalid)
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn commands_name_the_comment_exactly_and_the_rule_by_its_id() {
        assert_eq!(
            look_up_rule(COMMENT).as_str(),
            ":put [/ip firewall mangle print detail as-value where comment=\"ADAPTIVE: Steer X to WAN2\"]"
        );
        assert!(
            switch("*5", true, COMMENT).starts_with("/ip firewall mangle enable *5; :put [/ip ")
        );
        assert!(switch("*5", false, COMMENT).starts_with("/ip firewall mangle disable *5; "));
        switch(&"*".repeat(64), false, &"x".repeat(128));
    }

    #[test]
    fn a_rule_is_read_as_values_and_as_people_see_it() {
        let values = format!(
            ".id=*5;action=mark-routing;bytes=0;chain=prerouting;comment={COMMENT};invalid=false"
        );
        assert_eq!(one(&values), ("*5".into(), true, false));
        assert_eq!(
            one(&format!("{values};disabled=false\r\n")),
            ("*5".into(), true, false)
        );
        assert_eq!(
            one(&format!("{values};disabled=yes  \r\n")),
            ("*5".into(), false, false)
        );
        for (flags, enabled, invalid) in [
            ("   ", true, false),
            ("X  ", false, false),
            (" I ", true, true),
            ("XI ", false, true),
        ] {
            let text = format!(
                "Flags: X - disabled, I - invalid, D - dynamic \r\n 0 {flags} ;;; {COMMENT}\r\n      \
                 chain=prerouting action=mark-routing new-routing-mark=to-WAN2\r\n      \
                 passthrough=no connection-state=new\r\n"
            );
            assert_eq!(one(&text), (String::new(), enabled, invalid), "{text}");
        }
    }

    #[test]
    fn foreign_rules_do_not_count_and_several_of_ours_are_counted() {
        let ours = format!(".id=*5;comment={COMMENT};disabled=true");
        let foreign = format!(".id=*6;comment={COMMENT} 2;.id=*7;chain=forward");
        for text in [format!("{ours};{foreign}\n"), format!("{foreign}\n{ours}")] {
            assert_eq!(one(&text), ("*5".into(), false, false));
        }
        let two = format!("{ours};{ours}\n");
        assert_eq!(find_rule(&two, COMMENT), Ok((Found::Several(2), false)));
        assert_eq!(find_rule("\r\n", COMMENT), Ok((Found::Missing, false)));
        assert_eq!(
            find_rule("not enough permissions (9)\r\n", COMMENT),
            Ok((Found::Missing, true))
        );
    }

    #[test]
    fn a_rule_that_says_two_things_or_has_no_id_is_unreadable() {
        let text = format!(".id=*5;comment={COMMENT};disabled=true;content=a;disabled=false");
        assert_eq!(find_rule(&text, COMMENT), Err(Unreadable));
        let text = format!(".id=*5 x;comment={COMMENT}");
        assert_eq!(find_rule(&text, COMMENT), Err(Unreadable));
    }
}
