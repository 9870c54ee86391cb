//! One round in words.

use std::fmt::Write as _;

use crate::config::WanConfig;
use crate::control::controller::Source;
use crate::direction::Direction;
use crate::report::words;
use crate::router::Transport;
use crate::status::{Status, WanStatus};
use crate::units::Rate;

/// What one WAN's round came to.
pub(super) fn describe(text: &mut String, config: &WanConfig, wan: &WanStatus, status: &Status) {
    // A String takes everything.
    let _ = try_describe(text, config, wan, status);
}

fn try_describe(
    text: &mut String,
    config: &WanConfig,
    wan: &WanStatus,
    status: &Status,
) -> std::fmt::Result {
    writeln!(text, "{}", wan.name)?;
    measured(text, wan)?;
    for direction in Direction::BOTH {
        queue(text, config, wan, direction, wan.router.found[direction])?;
    }
    router(text, config, wan)?;
    if status.dry_run {
        writeln!(text, "  dry run   nothing was written")?;
    }
    Ok(())
}

fn measured(text: &mut String, wan: &WanStatus) -> std::fmt::Result {
    let m = &wan.measurement;
    for reflector in &m.reflectors {
        match reflector.last {
            Some((_, rtt)) => writeln!(text, "  reflector {:<28} {rtt:.1} ms", reflector.label)?,
            None => writeln!(text, "  reflector {:<28} no answer", reflector.label)?,
        }
    }
    if let Some((_, why)) = m.unsent {
        writeln!(text, "  echoes    cannot leave: {}", words::unsent(why))?;
    }
    let Some((_, rtt, source)) = m.last else {
        let silent = match (m.findings.tcp, m.findings.gateway) {
            (Some(_), _) => "no reflector answers, but a TCP target does",
            (None, true) => "no reflector or TCP target answers, but the gateway does",
            (None, false) => "no reflector, gateway or TCP target answers",
        };
        return writeln!(text, "  measured  nothing: {silent}");
    };
    let source = match source {
        Source::Icmp => "ICMP",
        Source::Tcp => "TCP, because ICMP is silent",
        Source::LastRtt => "the last known one",
    };
    writeln!(
        text,
        "  measured  {rtt:.1} ms ({source}), load {:.1} ms, baseline {:.1} ms, delta {:.1} ms",
        wan.delay.load,
        wan.delay.baseline,
        wan.delay.delta()
    )
}

fn queue(
    text: &mut String,
    config: &WanConfig,
    wan: &WanStatus,
    direction: Direction,
    before: Option<Rate>,
) -> std::fmt::Result {
    let router = &wan.router;
    let limit = |rate: Option<Rate>| match rate {
        None => "unknown".to_owned(),
        Some(Rate::ZERO) => "no limit".to_owned(),
        Some(rate) => rate.to_string(),
    };
    let name = direction.to_string();
    let zone = wan.zones[direction].to_string();
    writeln!(
        text,
        "  {name:<9} {zone:<8} wanted {}, the router held {}, holds {} (queue {})",
        wan.rates[direction],
        limit(before),
        limit(router.applied[direction]),
        config.router.queues[direction]
    )?;
    if let Some((_, why)) = router.refused[direction] {
        writeln!(text, "            {}", why.explain())?;
    }
    if router.inactive[direction] {
        writeln!(
            text,
            "            the queue is disabled or invalid: its limit has no effect"
        )?;
    }
    Ok(())
}

fn router(text: &mut String, config: &WanConfig, wan: &WanStatus) -> std::fmt::Result {
    let router = &wan.router;
    let port = match router.link.transport {
        Transport::Rest => config.router.port,
        Transport::Ssh => config.router.ssh_port,
    };
    write!(
        text,
        "  router    {}:{port} ({}): ",
        config.router.host, router.link.transport
    )?;
    match (
        router.link.reachable,
        router.link.took,
        router.link.last_failure,
    ) {
        (false, _, Some((_, why))) => writeln!(text, "not reached, {}", why.explain()),
        (true, Some(took), _) => writeln!(text, "answers in {took}"),
        _ => writeln!(text, "no answer yet"),
    }
}
