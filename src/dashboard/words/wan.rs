//! One WAN, in sentences.

use serde::Serialize;

use super::health::{self, Autorate};
use super::{Mbit, Ms, Prose, Span, sentence};

/// Below this, in ms, a delay is the baseline: it is half of what a calm line varies by.
const CALM: f64 = 2.0;
/// A reflector that was not heard for so many seconds does not answer.
const SILENT: f64 = 3.0;

/// What the page shows of a WAN.
#[derive(Debug, Serialize)]
pub(in crate::dashboard) struct Wan {
    name: String,
    /// What is wrong, before anything else.
    problem: Option<String>,
    download: Side,
    upload: Side,
    delay: Delay,
    router: Quality,
    reflectors: Quality,
    /// One row each.
    list: Vec<Reflector>,
}

#[derive(Debug, Serialize)]
struct Side {
    rate: Option<f64>,
    ceiling: Option<f64>,
    zone: String,
    headline: String,
    sentence: &'static str,
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct Delay {
    rtt: Option<f64>,
    baseline: Option<f64>,
    delta: Option<f64>,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct Quality {
    fine: bool,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct Reflector {
    host: String,
    rtt: Option<f64>,
    loss: f64,
    answers: bool,
}

/// Describes one; ceilings in Mbit/s, download first.
pub(in crate::dashboard) fn describe(
    process: &Autorate,
    wan: &health::Wan,
    ceilings: Option<(f64, f64)>,
) -> Wan {
    let problem = wan.problem.as_deref().map(sentence);
    Wan {
        name: wan.name.clone(),
        problem,
        download: side("Download", wan, &wan.download, ceilings.map(|both| both.0)),
        upload: side("Upload", wan, &wan.upload, ceilings.map(|both| both.1)),
        delay: delay(wan),
        router: router(process, wan),
        reflectors: reflectors(wan),
        list: wan.measurement.reflectors.iter().map(reflector).collect(),
    }
}

fn side(name: &str, wan: &health::Wan, side: &health::Side, ceiling: Option<f64>) -> Side {
    let headline = match (side.current_rate_mbps, ceiling) {
        (Some(rate), Some(ceiling)) => {
            format!("{name} {} of {} Mbit/s", Mbit(rate), Mbit(ceiling))
        }
        (Some(rate), None) => format!("{name} {} Mbit/s", Mbit(rate)),
        (None, _) => format!("{name}: not known"),
    };
    Side {
        rate: side.current_rate_mbps,
        ceiling,
        zone: side.state.clone(),
        headline,
        sentence: meaning(side, wan.is_blind()),
        why: why(side),
    }
}

/// What a zone, or a mode of the adaptive law that says more, means for whoever sits behind the line.
fn meaning(side: &health::Side, is_blind: bool) -> &'static str {
    if is_blind {
        return "nothing is measured, so this zone is the last one known";
    }
    match side.adaptive.as_ref().map(|it| it.mode.as_str()) {
        Some("draining") => return "a queue of ours is being emptied",
        Some("weather") => {
            return "there is delay that a lower rate does not change, so the rate stands";
        }
        Some("blind") => {
            return "the router does not say what passes, so the rate follows the delay alone";
        }
        _ => {}
    }
    match side.state.as_str() {
        "GREEN" => "the line answers promptly",
        "YELLOW" => "a queue is beginning to build",
        "SOFT_RED" => "delay has clearly risen",
        "RED" => "the line is congested",
        _ => "not measured yet",
    }
}

/// The daemon's own reason, without the rate that stands above it already.
fn why(side: &health::Side) -> Option<String> {
    let own = side.why.as_deref()?;
    let reason = own.split_once(": ").map_or(own, |(_, reason)| reason);
    let mut text = sentence(reason);
    if side.at_floor {
        text.push_str(" It may not fall further: delay that is left now, shaping cannot cure.");
    }
    if let Some(refused) = &side.refused {
        text.push_str(" The router refuses it: ");
        text.push_str(&sentence(refused));
    }
    if side.queue_inactive {
        text.push_str(
            " Its queue is disabled or invalid on the router, so the limit has no effect.",
        );
    }
    Some(text)
}

fn delay(wan: &health::Wan) -> Delay {
    let delta = wan
        .load_rtt_ms
        .zip(wan.baseline_rtt_ms)
        .map(|(load, baseline)| load - baseline);
    let sentence = match (delta, wan.baseline_rtt_ms) {
        _ if wan.is_blind() => unmeasured(wan),
        (Some(delta), Some(baseline)) if delta < CALM => {
            format!("Delay is at its baseline of {}.", Ms(baseline))
        }
        (Some(delta), Some(baseline)) => {
            format!(
                "Delay is {} above its baseline of {}.",
                Ms(delta),
                Ms(baseline)
            )
        }
        _ => "Delay is not known yet.".into(),
    };
    Delay {
        rtt: wan.measurement.last_rtt_ms.or(wan.load_rtt_ms),
        baseline: wan.baseline_rtt_ms,
        delta,
        sentence,
    }
}

fn unmeasured(wan: &health::Wan) -> String {
    match wan.measurement.last_rtt_age_seconds {
        Some(age) => format!(
            "Delay is not known: the last was measured {} ago.",
            Span(age)
        ),
        None => "Delay is not known: nothing has been measured yet.".into(),
    }
}

fn router(process: &Autorate, wan: &health::Wan) -> Quality {
    let fine = wan.router_connectivity.is_reachable != Some(false);
    let mut text = Prose::new(if fine { reached(wan) } else { unreached(wan) });
    if process.dry_run {
        text.add(" A dry run: nothing is written.");
    } else if let Some(writes) = wan.router.writes {
        written(&mut text, writes, process.uptime_seconds, &wan.router);
    }
    Quality {
        fine,
        sentence: text.done(),
    }
}

fn reached(wan: &health::Wan) -> String {
    let router = &wan.router;
    let mut text = Prose::new("Reached");
    if let Some(way) = &router.transport {
        text.add(format_args!(" by {}", way.to_uppercase()));
    }
    if let Some(ms) = router.exchange_ms {
        text.add(format_args!(", {} an answer", Ms(ms)));
    }
    text.add(".");
    if let Some(preferred) = &router.preferred_transport
        && router.transport.as_ref() != Some(preferred)
    {
        let why = router.transport_reason.as_deref().unwrap_or("it failed");
        let preferred = preferred.to_uppercase();
        text.add(format_args!(" It stands in for {preferred}: {why}."));
    }
    text.done()
}

fn unreached(wan: &health::Wan) -> String {
    let since = wan.router_connectivity.outage_duration_seconds.map(Span);
    let since = since.map_or_else(String::new, |span| format!(" for {span}"));
    let why = wan.router.last_failure.as_deref().unwrap_or("no answer");
    format!("Not reached{since}: {why}.")
}

fn written(text: &mut Prose, writes: u64, uptime: f64, router: &health::Router) {
    text.add(format_args!(
        " {writes} changes written in {}",
        Span(uptime)
    ));
    if router.writes_held_back > 0 {
        let held_back = router.writes_held_back;
        text.add(format_args!(", {held_back} held back by the write limit"));
    }
    if router.drifts_corrected > 0 {
        text.add(format_args!(
            ", {} by others put right",
            router.drifts_corrected
        ));
    }
    text.add(format_args!(
        "; {}.",
        outcome(router.last_outcome.as_deref())
    ));
}

fn outcome(last: Option<&str>) -> &'static str {
    match last {
        Some("writing") => "one is being written",
        Some("throttled") => "one waits for the write limit",
        Some("waiting") => "one waits for the router",
        _ => "it holds what is wanted",
    }
}

fn reflectors(wan: &health::Wan) -> Quality {
    let measurement = &wan.measurement;
    let all = measurement.reflectors.len();
    let answering = measurement.reflectors.iter().filter(|one| answers(one));
    let (answering, lossy) = answering.fold((0, 0.0_f64), |(count, worst), one| {
        (count + 1, worst.max(one.loss_percent))
    });
    let mut text = Prose::new(match measurement.source.as_str() {
        "tcp" => "No echo is answered: measured by TCP connections, which is coarse.".to_owned(),
        "frozen" => "No echo is answered: the last rates stand.".to_owned(),
        "no_reply" | "total_loss" | "gave_up" => "Nothing answers: control is blind.".to_owned(),
        "starting" => "The first answers are awaited.".to_owned(),
        _ if all == 0 => "Nothing is known of the reflectors.".to_owned(),
        _ if lossy >= 0.1 => {
            format!("{answering} of {all} answer; the worst of them loses {lossy:.1} %.")
        }
        _ => format!("{answering} of {all} answer, without loss."),
    });
    if let Some(error) = &measurement.send_error {
        text.add(format_args!(" Echoes do not leave: {error}."));
    }
    Quality {
        fine: measurement.send_error.is_none()
            && (answering > 0 || all == 0)
            && matches!(measurement.source.as_str(), "icmp" | "starting" | ""),
        sentence: text.done(),
    }
}

fn answers(reflector: &health::Reflector) -> bool {
    reflector.age_seconds.is_some_and(|age| age < SILENT)
}

fn reflector(one: &health::Reflector) -> Reflector {
    Reflector {
        host: one.host.clone(),
        rtt: one.rtt_ms,
        loss: one.loss_percent,
        answers: answers(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// As the daemon says it.
    fn said(wan: &Value) -> Value {
        let document = json!({ "version": "2.0.0", "uptime_seconds": 7_300.0, "wans": [wan] });
        let process: Autorate = serde_json::from_value(document).unwrap();
        let wan = describe(&process, &process.wans[0], Some((500.0, 40.0)));
        serde_json::to_value(wan).unwrap()
    }

    #[test]
    fn why_is_my_rate_412_is_answered() {
        let wan = said(&json!({
            "name": "wan1", "baseline_rtt_ms": 24.0, "load_rtt_ms": 47.2,
            "download": {"current_rate_mbps": 412.3, "state": "YELLOW", "applied_rate_mbps": 420.0,
                "at_floor": false, "why": "412.3M: YELLOW, cut; the router holds 420M"},
            "upload": {"current_rate_mbps": 8.0, "state": "RED", "at_floor": true,
                "why": "8M: RED, and this is the floor of that zone"},
            "router_connectivity": {"is_reachable": true},
            "measurement": {"source": "icmp", "last_rtt_ms": 48.1, "reflectors": [
                {"host": "1.1.1.1", "rtt_ms": 48.0, "age_seconds": 0.1, "loss_percent": 0.4},
                {"host": "9.9.9.9", "rtt_ms": 50.0, "age_seconds": 9.0, "loss_percent": 80.0}]},
            "router": {"transport": "rest", "preferred_transport": "rest", "exchange_ms": 47.6,
                "last_outcome": "writing", "writes": 31, "writes_held_back": 2}
        }));
        assert_eq!(wan["problem"], Value::Null);
        assert_eq!(wan["download"]["headline"], "Download 412 of 500 Mbit/s");
        assert_eq!(wan["download"]["zone"], "YELLOW");
        assert_eq!(wan["download"]["sentence"], "a queue is beginning to build");
        assert_eq!(
            wan["download"]["why"],
            "YELLOW, cut; the router holds 420M."
        );
        assert_eq!(
            wan["delay"]["sentence"],
            "Delay is 23 ms above its baseline of 24 ms."
        );
        assert!(
            wan["upload"]["why"]
                .as_str()
                .unwrap()
                .ends_with("shaping cannot cure.")
        );
        assert_eq!(
            wan["router"]["sentence"],
            "Reached by REST, 48 ms an answer. 31 changes written in 2 h, 2 held back by the write limit; \
             one is being written."
        );
        assert_eq!(
            wan["reflectors"]["sentence"],
            "1 of 2 answer; the worst of them loses 0.4 %."
        );
        assert_eq!(wan["list"][1]["answers"], false);
    }

    #[test]
    fn a_mode_of_the_adaptive_law_says_more_than_a_zone() {
        let meaning = |mode: &str, source: &str| {
            let wan = said(&json!({
                "name": "wan1", "measurement": {"source": source},
                "download": {"current_rate_mbps": 72.1, "state": "YELLOW", "adaptive": {"mode": mode},
                    "why": "72.1M: cut to what was delivered, less what drains the queue; 39.0ms of queue"},
            }));
            let why = wan["download"]["why"].as_str().unwrap();
            assert!(why.starts_with("Cut to what was delivered"), "{why}");
            wan["download"]["sentence"].as_str().unwrap().to_owned()
        };
        for (mode, words) in [
            ("clear", "a queue is beginning to build"),
            ("draining", "a queue of ours"),
            ("weather", "that a lower rate does not change"),
            ("blind", "does not say what passes"),
            ("of_another_time", "a queue is beginning to build"),
        ] {
            assert!(meaning(mode, "icmp").contains(words), "{mode}");
        }
        assert!(meaning("draining", "gave_up").contains("nothing is measured"));
    }

    #[test]
    fn trouble_is_told_before_anything_else() {
        let wan = said(&json!({
            "name": "wan1", "problem": "the router cannot be reached",
            "router_connectivity": {"is_reachable": false, "outage_duration_seconds": 130.0},
            "baseline_rtt_ms": 24.0, "load_rtt_ms": 24.4, "upload": {"state": "GREEN"},
            "measurement": {"source": "gave_up", "send_error": "the interface has gone",
                "last_rtt_ms": 24.3, "last_rtt_age_seconds": 131.0},
            "router": {"transport": "rest", "preferred_transport": "ssh", "last_failure": "timed out"}
        }));
        assert_eq!(wan["problem"], "The router cannot be reached.");
        assert_eq!(wan["router"]["fine"], false);
        assert_eq!(
            wan["router"]["sentence"],
            "Not reached for 2 min: timed out."
        );
        assert_eq!(wan["reflectors"]["fine"], false);
        assert_eq!(
            wan["reflectors"]["sentence"],
            "Nothing answers: control is blind. Echoes do not leave: the interface has gone."
        );
        assert_eq!(wan["download"]["headline"], "Download: not known");
        // What was so before is not told as if it were so.
        assert_eq!(
            wan["delay"]["sentence"],
            "Delay is not known: the last was measured 2 min ago."
        );
        assert_eq!(
            wan["upload"]["sentence"],
            "nothing is measured, so this zone is the last one known"
        );
    }

    #[test]
    fn v1_7_says_little_and_is_understood() {
        let wan = said(&json!({
            "name": "wan1", "baseline_rtt_ms": 24.0, "load_rtt_ms": 24.4,
            "download": {"current_rate_mbps": 500.0, "state": "GREEN"},
            "upload": {"current_rate_mbps": 40.0, "state": "GREEN"},
            "router_connectivity": {"is_reachable": true}
        }));
        assert_eq!(
            wan["delay"]["sentence"],
            "Delay is at its baseline of 24 ms."
        );
        assert_eq!(wan["router"]["sentence"], "Reached.");
        assert_eq!(wan["download"]["why"], Value::Null);
        assert_eq!(wan["reflectors"]["fine"], true);
    }

    #[test]
    fn a_stand_in_says_for_whom() {
        let wan = said(&json!({
            "name": "wan1", "router_connectivity": {"is_reachable": true},
            "router": {"transport": "rest", "preferred_transport": "ssh",
                "transport_reason": "connection refused", "writes": 3, "drifts_corrected": 1}
        }));
        assert_eq!(
            wan["router"]["sentence"],
            "Reached by REST. It stands in for SSH: connection refused. 3 changes written in 2 h, 1 by others \
             put right; it holds what is wanted."
        );
    }
}
