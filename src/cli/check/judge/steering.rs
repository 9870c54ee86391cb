//! The mangle rules that look like steering: is the one that is meant there, and is it the only one?

use super::quoted;
use crate::cli::check::facts::Router;
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::object::Object;

/// In v1.7's example the comment is `ADAPTIVE: Steer latency-sensitive to WAN2`; each installation may
/// have its own (contract W-12).
const WORDS: [&str; 2] = ["steer", "adaptive"];

/// One sentence if the router did not say.
pub(super) fn steering(router: &Router) -> Vec<Finding> {
    let Some(rules) = &router.rules else {
        return vec![unknown()];
    };
    let rules: Vec<&Object> = rules.iter().filter(|rule| steers(rule)).collect();
    if rules.is_empty() {
        let what = "No mangle rule has a comment that looks like steering.";
        let note = Finding::note(Subject::Router, "steering-none", what);
        return vec![note.why("That is fine unless you steer between two WANs.")];
    }
    let mut comments: Vec<&str> = rules.iter().map(|rule| rule.shown("comment")).collect();
    comments.sort_unstable();
    comments.dedup();
    let about = |comment: &&str| {
        let same = rules
            .iter()
            .filter(|rule| rule.shown("comment") == *comment);
        of_comment(comment, &same.copied().collect::<Vec<_>>())
    };
    comments.iter().map(about).collect()
}

fn unknown() -> Finding {
    let what = "The mangle rules could not be read.";
    Finding::warning(Subject::Router, "steering-unknown", what)
        .why(
            "Whether a rule steers, and is the only one of its comment, is not known. The queues do not \
             depend on it; steering does.",
        )
        .on_router("/ip firewall mangle print where comment~\"[Ss]teer|STEER|[Aa]daptive|ADAPTIVE\"")
}

fn steers(rule: &Object) -> bool {
    let comment = rule.shown("comment").to_lowercase();
    WORDS.iter().any(|word| comment.contains(word))
}

fn of_comment(comment: &str, rules: &[&Object]) -> Finding {
    let shown = |rule: &&Object| {
        let off = rule.is_on("disabled");
        format!(
            "{} ({})",
            rule.shown(".id"),
            if off { "disabled" } else { "enabled" }
        )
    };
    let all: Vec<String> = rules.iter().map(shown).collect();
    let all = all.join(", ");
    if rules.len() == 1 {
        let what = format!("The mangle rule {all} looks like steering: {comment:?}.");
        return Finding::note(Subject::Router, "steering-rule", what)
            .why("While it is enabled, what it matches takes the other WAN.");
    }
    let what = format!(
        "{} mangle rules have the comment {comment:?}: {all}.",
        rules.len()
    );
    Finding::warning(Subject::Router, "steering-ambiguous", what)
        .why("Steering knows its rule by the comment, and cannot tell which of them is meant.")
        .on_router(format!(
            "/ip firewall mangle print where comment={}",
            quoted(comment)
        ))
        .advice("Give the rule that steers a comment that no other rule has.")
}
