//! One round in words.

use std::fmt::Write as _;

use crate::config::WanConfig;
use crate::direction::{Both, Direction};
use crate::report::words;
use crate::router::Transport;
use crate::status::{Status, WanStatus};
use crate::units::Rate;

pub(super) fn describe(
    text: &mut String,
    config: &WanConfig,
    wan: &WanStatus,
    before: Both<Option<Rate>>,
    status: &Status,
) {
    // A String takes everything.
    let _ = try_describe(text, config, wan, before, status);
}

fn try_describe(
    text: &mut String,
    config: &WanConfig,
    wan: &WanStatus,
    before: Both<Option<Rate>>,
    status: &Status,
) -> std::fmt::Result {
    let (m, router) = (&wan.measurement, &wan.router);
    writeln!(text, "{}", wan.name)?;
    for reflector in &m.reflectors {
        match reflector.last {
            Some((_, rtt)) => writeln!(text, "  reflector {:<28} {rtt:.1} ms", reflector.label)?,
            None => writeln!(text, "  reflector {:<28} no answer", reflector.label)?,
        }
    }
    if let Some((_, why)) = m.unsent {
        writeln!(text, "  echoes    cannot leave: {}", words::unsent(why))?;
    }
    match m.last {
        Some((_, rtt, source)) => writeln!(
            text,
            "  measured  {rtt:.1} ms ({}), load {:.1} ms, baseline {:.1} ms, delta {:.1} ms",
            match source {
                crate::control::controller::Source::Icmp => "ICMP",
                crate::control::controller::Source::Tcp => "TCP, because ICMP is silent",
                crate::control::controller::Source::LastRtt => "the last known one",
            },
            wan.delay.load,
            wan.delay.baseline,
            wan.delay.delta()
        )?,
        None => writeln!(
            text,
            "  measured  nothing: no reflector, gateway or TCP target answers"
        )?,
    }
    for direction in Direction::BOTH {
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
            limit(before[direction]),
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
    }
    let port = match router.transport {
        Transport::Rest => config.router.port,
        Transport::Ssh => config.router.ssh_port,
    };
    write!(
        text,
        "  router    {}:{port} ({}): ",
        config.router.host, router.transport
    )?;
    match (router.reachable, router.took, router.last_failure) {
        (false, _, Some((_, why))) => writeln!(text, "not reached, {}", why.explain())?,
        (true, Some(took), _) => writeln!(text, "answers in {took}")?,
        _ => writeln!(text, "no answer yet")?,
    }
    if status.dry_run {
        writeln!(text, "  dry run   nothing was written")?;
    }
    Ok(())
}
