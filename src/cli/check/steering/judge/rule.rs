//! The one mangle rule: there, alone, valid; and what goes around it.

use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::judge::quoted;
use crate::cli::check::object::Object;
use crate::config::SteeringConfig;

/// Shorter comments are part of too many others.
const TELLING: usize = 4;
/// What a rule may refer to that may go away. Address lists may be empty.
const REFERENCES: [&str; 6] = [
    "in-interface",
    "in-interface-list",
    "jump-target",
    "new-routing-mark",
    "out-interface",
    "out-interface-list",
];
/// What can choose a line for a connection, by itself or by what comes after it.
const STEERS: [&str; 4] = ["mark-routing", "mark-connection", "route", "jump"];

fn error(id: &'static str, what: String) -> Finding {
    Finding::error(Subject::Rule, id, what)
}

fn note(id: &'static str, what: String) -> Finding {
    Finding::note(Subject::Rule, id, what)
}

/// Everything about the rule itself.
pub(in crate::cli::check) fn rule(config: &SteeringConfig, rules: &[Object]) -> Vec<Finding> {
    let comment = config.comment.as_str();
    let same = |rule: &&Object| rule.shown("comment") == comment;
    let found: Vec<&Object> = rules.iter().filter(same).collect();
    match found[..] {
        [] => vec![absent(config, rules)],
        [rule] => one(comment, rule),
        _ => vec![ambiguous(comment, &found)],
    }
}

/// `*3 (prerouting, disabled)`.
fn portrait(rule: &Object) -> String {
    let switch = if rule.is_on("disabled") {
        "disabled"
    } else {
        "enabled"
    };
    let chain = rule.text("chain").unwrap_or("no chain");
    format!("{} ({chain}, {switch})", rule.shown(".id"))
}

fn absent(config: &SteeringConfig, rules: &[Object]) -> Finding {
    let comment = &config.comment;
    let alike: Vec<&Object> = rules
        .iter()
        .filter(|rule| is_alike(comment, rule.shown("comment")))
        .collect();
    let none = format!("No mangle rule has the comment {comment:?}");
    match alike[..] {
        [] => error("rule-missing", format!("{none}."))
            .why(format!(
                "There is nothing that steering could switch, and it makes no rules. This makes one, \
                 switched off, for what is marked as a call (dscp=46): change it to what you cannot let \
                 wait. The second keeps what it has marked on {}, by a routing table of the name {via} that \
                 must lead there (`wanctl manual steering`).",
                config.topology.alternate,
                via = via(config),
            ))
            .on_router(example(config))
            .on_router(companion(config)),
        [rule] => {
            let what = format!(
                "{none}; {} has {:?}.",
                portrait(rule),
                rule.shown("comment")
            );
            error("rule-comment", what)
                .why(
                    "Steering knows its rule by the whole comment: capitals and blanks count. If that rule \
                     is meant, give it this comment, or write its own into mangle_rule.comment:",
                )
                .on_router(set_comment(rule, comment))
        }
        _ => {
            let all: Vec<String> = alike
                .iter()
                .map(|rule| format!("{} has {:?}", portrait(rule), rule.shown("comment")))
                .collect();
            error("rule-comment", format!("{none}; {}.", all.join(", ")))
                .why(
                    "Steering knows its rule by the whole comment: capitals and blanks count. Look which \
                     of them is meant, and write its comment into mangle_rule.comment.",
                )
                .on_router("/ip firewall mangle print detail")
        }
    }
}

/// The guide's: marks new connections, for their packets to be routed by [`companion`].
fn example(config: &SteeringConfig) -> String {
    format!(
        "/ip firewall mangle add chain=prerouting action=mark-connection new-connection-mark=steered \
         passthrough=yes connection-state=new dscp=46 disabled=yes comment={}",
        quoted(&config.comment)
    )
}

/// The guide's: all packets of a marked connection, for it would break if only the first one took the
/// alternate.
fn companion(config: &SteeringConfig) -> String {
    format!(
        "/ip firewall mangle add chain=prerouting action=mark-routing new-routing-mark={} passthrough=no \
         connection-mark=steered comment=\"steered connections stay where they are\"",
        via(config)
    )
}

fn via(config: &SteeringConfig) -> String {
    let name = config.topology.alternate.to_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.chars().all(plain) {
        format!("via-{name}")
    } else {
        "via-alternate".to_owned()
    }
}

fn set_comment(rule: &Object, comment: &str) -> String {
    format!(
        "/ip firewall mangle set {} comment={}",
        rule.shown(".id"),
        quoted(comment)
    )
}

/// The same but for capitals and blanks, or one a part of the other.
fn is_alike(comment: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let kept = text.chars().filter(|c| !c.is_whitespace());
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    let (ours, theirs) = (bare(comment), bare(other));
    let telling = ours.len().min(theirs.len()) >= TELLING;
    ours == theirs || (telling && (ours.contains(&theirs) || theirs.contains(&ours)))
}

fn ambiguous(comment: &str, rules: &[&Object]) -> Finding {
    let all: Vec<String> = rules.iter().map(|rule| portrait(rule)).collect();
    let what = format!(
        "{} mangle rules have the comment {comment:?}: {}.",
        rules.len(),
        all.join(", ")
    );
    let steers = |rule: &&&Object| rule.shown("action") == "mark-routing";
    let kept = rules.iter().find(steers).or(rules.first());
    let kept = kept.map_or("", |rule| rule.shown(".id"));
    let mut finding = error("rule-ambiguous", what).why(format!(
        "Steering cannot tell which of them is meant, and switches none. If it is {kept}, give the others \
         comments of their own:"
    ));
    let others = rules.iter().filter(|rule| rule.shown(".id") != kept);
    for (rule, n) in others.zip(2..) {
        finding = finding.on_router(set_comment(rule, &format!("{comment} ({n})")));
    }
    finding
}

fn one(comment: &str, rule: &Object) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(rule.is_on("invalid").then(|| invalid(comment, rule)));
    findings.extend(doubts(rule));
    if rule.is_on("disabled") {
        if findings.is_empty() {
            let what = format!(
                "The rule is there, alone, and switched off: {}, {}.",
                portrait(rule),
                rule.shown("action")
            );
            findings.push(Finding::ok(Subject::Rule, "rule", what));
        }
    } else {
        let what = format!("The rule {} is enabled now.", rule.shown(".id"));
        let finding = note("rule-enabled", what).why(
            "While the daemon runs, that is its decision, and what the rule matches takes the other line. \
             If it does not run, nobody switches the rule off again:",
        );
        findings.push(finding.on_router(format!(
            "/ip firewall mangle disable [find comment={}]",
            quoted(comment)
        )));
    }
    findings
}

fn invalid(comment: &str, rule: &Object) -> Finding {
    let references: Vec<String> = REFERENCES
        .iter()
        .filter_map(|key| Some(format!("{key}={}", rule.text(key)?)))
        .collect();
    let refers = if references.is_empty() {
        "RouterOS does not say why".to_owned()
    } else {
        format!(
            "it refers to {}, and something of that does not exist",
            references.join(" and ")
        )
    };
    let what = format!("The rule {} is invalid: {refers}.", portrait(rule));
    error("rule-invalid", what)
        .why("Enabled or not, it matches nothing: steering would switch it in vain.")
        .on_router(format!(
            "/ip firewall mangle print detail where comment={}",
            quoted(comment)
        ))
        .on_router("/interface print")
        .advice("Make what is missing (marks for routing are tables in /routing table), or let the rule name what is there.")
}

/// What can hardly be meant.
fn doubts(rule: &Object) -> Vec<Finding> {
    let mut findings = Vec::new();
    let action = rule.text("action").unwrap_or("accept");
    if !STEERS.contains(&action) {
        let what = format!("The rule's action is {action}.");
        findings.push(
            note("rule-action", what)
                .why("That sends nothing over another line; mark-routing does."),
        );
    }
    if action == "mark-routing" && rule.text("connection-state").is_some_and(matches_new) {
        let what = "The rule marks the routing of new connections' packets only.";
        findings.push(note("rule-first-packet", what.into()).why(
            "Later packets of such a connection have no mark and take the main table: unless another rule \
             marks them, the connection breaks. A rule that marks the connection (action=mark-connection), \
             and one that marks the routing of all its packets (connection-mark=…), do not (`wanctl manual steering`).",
        ));
    }
    if let Some(states) = rule.text("connection-state")
        && !matches_new(states)
    {
        let what = format!("The rule matches connection-state={states}, which new ones are not.");
        findings.push(note("rule-state", what).why(
            "Steering is for new connections: one that stands has the address of its line, and breaks if \
             it is moved.",
        ));
    }
    findings
}

fn matches_new(states: &str) -> bool {
    let (negated, words) = match states.strip_prefix('!') {
        Some(words) => (true, words),
        None => (false, states),
    };
    words.split([',', ';']).any(|word| word == "new") != negated
}

/// Rules that let packets go around all marking (routeros.md 7: they have no marks).
pub(super) fn fasttrack(rules: Option<&[Object]>) -> Option<Finding> {
    let all = |rule: &&Object| !rule.is_on("disabled") && rule.text("connection-mark").is_none();
    let rule = rules?.iter().find(all)?;
    let what = "FastTrack is on, for connections with a mark as well.";
    let finding = Finding::warning(Subject::Rule, "rule-fasttrack", what).why(
        "Packets of a fast-tracked connection get no marks: one that the rule has sent over the other line \
         may be routed by the main table from then on. Without FastTrack the router's CPU has more to do; \
         a rule that spares marked connections (connection-mark=no-mark) would do, too.",
    );
    Some(finding.on_router(format!(
        "/ip firewall filter set {} disabled=yes",
        rule.shown(".id")
    )))
}

/// Clients that take one of the lines whatever steering decides.
pub(super) fn forced_out(lists: &[(String, u32)]) -> Option<Finding> {
    let full: Vec<String> = lists
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    let finding = || {
        let what = format!("Clients are in the address lists {}.", full.join(" and "));
        note("rule-forced-out", what)
            .why("If rules of yours send these lists over a line, steering does not change that.")
    };
    (!full.is_empty()).then(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_is_what_a_person_would_take_for_the_same() {
        for (other, alike) in [
            ("adaptive: steer to WAN2", true),
            ("ADAPTIVE:  Steer to WAN2 ", true),
            ("old ADAPTIVE: Steer to WAN2", true),
            ("Steer to", true),
            ("to", false),
            ("", false),
            ("block the printer", false),
        ] {
            assert_eq!(is_alike("ADAPTIVE: Steer to WAN2", other), alike, "{other}");
        }
    }

    #[test]
    fn new_connections_are_matched_or_not() {
        for (states, matched) in [
            ("new", true),
            ("established,new", true),
            ("established;related", false),
            ("!established,related", true),
            ("!new", false),
        ] {
            assert_eq!(matches_new(states), matched, "{states}");
        }
    }

    #[test]
    fn only_what_can_hardly_be_meant_is_doubted() {
        let rule = |action, state| Object::of(&[("action", action), ("connection-state", state)]);
        let ids = |rule: &Object| doubts(rule).iter().map(|f| f.id).collect::<Vec<_>>();
        assert_eq!(ids(&rule("mark-routing", "new")), ["rule-first-packet"]);
        assert_eq!(ids(&rule("mark-routing", "")), [""; 0]);
        assert_eq!(ids(&rule("mark-connection", "")), [""; 0]);
        assert_eq!(
            ids(&rule("log", "established")),
            ["rule-action", "rule-state"]
        );
    }
}
