//! Steering, in sentences.

use serde::Serialize;

use super::health::{Alternate, Rule, Steering as Health};
use super::{Ms, Prose, Span, sentence};

/// What the page shows of a steering daemon.
#[derive(Debug, Serialize)]
pub(in crate::dashboard) struct Steering {
    /// The primary's name, where it is told.
    wan: String,
    problem: Option<String>,
    /// Whether new latency-sensitive connections go over the alternate.
    on: bool,
    headline: String,
    sentences: Vec<String>,
}

/// Describes one.
pub(in crate::dashboard) fn describe(health: &Health) -> Steering {
    let on = health.standing.enabled;
    let primary = named("primary", &health.autorate.wan);
    let alternate = health.alternate.as_ref().map_or("", |other| &other.wan);
    let alternate = named("alternate", alternate);
    let headline = if health.standing.state.is_empty() {
        "Steering has only just started".to_owned()
    } else if on {
        format!("New latency-sensitive connections take the {alternate}")
    } else {
        format!("All traffic takes its usual way: the {primary} is good enough")
    };
    let mut sentences = vec![standing(health), rule(&health.rule, health)];
    sentences.push(evidence(health));
    sentences.extend(health.alternate.as_ref().map(other));
    if let Some(state) = health
        .autorate
        .state
        .as_deref()
        .filter(|state| *state != "fresh")
    {
        sentences.push(format!(
            "What autorate says of the {primary} is {}.",
            state.replace('_', " ")
        ));
    }
    sentences.retain(|text| !text.is_empty());
    Steering {
        wan: health.autorate.wan.clone(),
        problem: health.problem.as_deref().map(sentence),
        on,
        headline,
        sentences,
    }
}

fn named(role: &str, name: &str) -> String {
    if name.is_empty() {
        role.to_owned()
    } else {
        format!("{role} ({name})")
    }
}

fn standing(health: &Health) -> String {
    let Some(seconds) = health.decision.time_in_state_seconds else {
        return String::new();
    };
    let mode = match health.standing.mode.as_str() {
        "dry_run" => " The confidence score only watches: it decides nothing.",
        _ => "",
    };
    let switched = match health.decision.transitions_to_alternate {
        0 => "it has not been otherwise since the start".to_owned(),
        1 => "the alternate was taken once since the start".to_owned(),
        n => format!("the alternate was taken {n} times since the start"),
    };
    format!("So for {}; {switched}.{mode}", Span(seconds))
}

fn rule(rule: &Rule, health: &Health) -> String {
    let Some(state) = rule.state.as_deref() else {
        return String::new();
    };
    let mut text = Prose::new(match (state, health.decision.wanted.as_deref()) {
        ("on" | "off", Some(wanted)) if wanted != state => {
            format!("The rule on the router is {state}, and should be {wanted}.")
        }
        ("on" | "off", _) => format!("The rule on the router is {state}, as it should be."),
        ("missing", _) => format!("No rule on the router has the comment “{}”.", rule.comment),
        ("ambiguous", _) => {
            format!(
                "Several rules on the router have the comment “{}”.",
                rule.comment
            )
        }
        _ => "How the rule on the router stands is not known yet.".into(),
    });
    if let Some(seconds) = rule.left_alone_for_seconds {
        text.add(format_args!(
            " Somebody switched it by hand: it is left alone for {}.",
            Span(seconds)
        ));
    }
    if let Some(refused) = &rule.refused {
        text.add(format_args!(" The router refuses to switch it: {refused}."));
    }
    text.done()
}

fn evidence(health: &Health) -> String {
    let (primary, echo) = (&health.congestion.primary, &health.measurement);
    let Some(state) = &primary.state else {
        return String::new();
    };
    let mut text = Prose::new(format_args!("The primary looks {state}"));
    if let Some(reason) = primary
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty())
    {
        text.add(format_args!(" ({reason})"));
    }
    // Of a line that is silent there is only the round trip of before.
    let is_silent = matches!(&*echo.line, "host_silent" | "dead" | "both_silent");
    if let Some(rtt) = echo.rtt_ms.filter(|_| !is_silent) {
        text.add(format_args!(": an echo takes {}", Ms(rtt)));
        if let Some(delta) = echo.delta_ms {
            text.add(format_args!(
                ", {} more than when it is calm",
                Ms(delta.max(0.0))
            ));
        }
    }
    if let Some(loss) = echo.loss_percent.filter(|loss| *loss >= 0.1) {
        text.add(format_args!(", {loss:.1} % are lost"));
    }
    if let Some(confidence) = health.confidence {
        text.add(format_args!("; confidence {} of 100", confidence.primary));
    }
    text.add(".");
    text.done()
}

fn other(alternate: &Alternate) -> String {
    match (alternate.answers, alternate.rtt_ms) {
        (Some(false), _) => "The alternate does not answer.".into(),
        (_, Some(rtt)) => {
            let delay = alternate.delay_ms.map_or_else(String::new, |delay| {
                format!(", {} more than when it is calm", Ms(delay))
            });
            format!("Over the alternate an echo takes {}{delay}.", Ms(rtt))
        }
        _ => "How the alternate does is not known.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn said(health: Value) -> Value {
        let health: Health = serde_json::from_value(health).unwrap();
        serde_json::to_value(describe(&health)).unwrap()
    }

    fn steered() -> Value {
        json!({
            "steering": {"enabled": true, "state": "WAN1_DEGRADED", "mode": "active"},
            "congestion": {"primary": {"state": "RED", "reason": "packet loss"}},
            "decision": {"time_in_state_seconds": 240.0, "wanted": "on", "transitions_to_alternate": 2},
            "rule": {"comment": "ADAPTIVE", "state": "on"},
            "autorate": {"wan": "wan1", "state": "fresh"},
            "measurement": {"rtt_ms": 61.0, "delta_ms": 37.0, "loss_percent": 6.0},
            "alternate": {"wan": "wan2", "answers": true, "rtt_ms": 31.0, "delay_ms": 1.25},
            "confidence": {"primary": 71}
        })
    }

    #[test]
    fn where_traffic_goes_and_why_is_told() {
        let words = said(steered());
        assert_eq!(
            words["headline"],
            "New latency-sensitive connections take the alternate (wan2)"
        );
        assert_eq!(
            words["sentences"],
            json!([
                "So for 4 min; the alternate was taken 2 times since the start.",
                "The rule on the router is on, as it should be.",
                "The primary looks RED (packet loss): an echo takes 61 ms, 37 ms more than when it is calm, \
                 6.0 % are lost; confidence 71 of 100.",
                "Over the alternate an echo takes 31 ms, 1.2 ms more than when it is calm."
            ])
        );
        assert_eq!(words["on"], true);
    }

    #[test]
    fn a_silent_line_has_no_round_trip() {
        let mut health = steered();
        health["measurement"]["line"] = json!("heard");
        assert!(
            said(health.clone())["sentences"]
                .to_string()
                .contains("an echo takes 61 ms")
        );
        for line in ["host_silent", "dead", "both_silent"] {
            health["measurement"]["line"] = json!(line);
            let text = said(health.clone())["sentences"].to_string();
            assert!(!text.contains("61 ms"), "{text}");
        }
    }

    #[test]
    fn a_rule_that_is_not_as_it_should_be_is_told() {
        let mut health = steered();
        health["rule"] = json!({"state": "off", "refused": "no permission"});
        health["autorate"] = json!({"wan": "wan1", "state": "out_of_bounds"});
        health["problem"] = json!("the router refuses");
        let words = said(health);
        assert_eq!(words["problem"], "The router refuses.");
        let text = words["sentences"].to_string();
        assert!(
            text.contains(
                "is off, and should be on. The router refuses to switch it: no permission."
            )
        );
        assert!(text.contains("autorate says of the primary (wan1) is out of bounds."));
    }

    #[test]
    fn a_daemon_that_has_just_started_says_so() {
        let words = said(json!({"status": "starting"}));
        assert_eq!(words["headline"], "Steering has only just started");
        assert_eq!(words["sentences"], json!([]));
    }
}
