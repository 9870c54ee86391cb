//! `wanctl --config F --once`: one round of the real daemon, printed so that a person understands it.

mod patience;

use std::fmt::Write as _;
use std::process::ExitCode;

use self::patience::{PATIENCE, Retries};
use super::args::RunArgs;
use super::daemon::{self, Daemon, Manner};
use super::{complain, print};
use crate::autorate::Autorate;
use crate::config::WanConfig;
use crate::direction::{Both, Direction};
use crate::program::Program;
use crate::report::words;
use crate::router::Transport;
use crate::shell::event_loop::After;
use crate::status::{Sight, Status, WanStatus};
use crate::time::Instant;
use crate::units::Rate;

/// Sends the process's log lines to stderr, for a person.
pub(super) fn install_log(debug: bool) {
    let level = if debug {
        log::LevelFilter::Debug
    } else {
        log::LevelFilter::Warn
    };
    let config = simplelog::ConfigBuilder::new()
        .set_time_level(log::LevelFilter::Off)
        .set_target_level(log::LevelFilter::Off)
        .set_thread_level(log::LevelFilter::Off)
        .set_location_level(log::LevelFilter::Off)
        .add_filter_allow_str("wanctl")
        .build();
    // A second call in one process keeps the first logger.
    let _ = simplelog::WriteLogger::init(level, config, std::io::stderr());
}

/// One measure–judge–act round.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, String> {
    let loaded = daemon::load(&args.configs)?;
    for loaded in &loaded {
        for warning in &loaded.warnings {
            complain(&format!("warning: {warning}"));
        }
        for warning in super::assemble::warnings(&loaded.config) {
            let file = loaded.config.file.display();
            complain(&format!("warning: {file}: {warning}"));
        }
    }
    let mut daemon = Daemon::prepare(&loaded, args, Manner::ByHand)?;
    let mut before = vec![Both::<Option<Rate>>::default(); loaded.len()];
    let mut retries = vec![Retries::default(); loaded.len()];
    let mut judged = false;
    let ended = daemon.event_loop.run(|now, program: &mut Autorate| {
        for (before, wan) in before.iter_mut().zip(&program.status().wans) {
            for direction in Direction::BOTH {
                before[direction] = before[direction].or(wan.router.applied[direction]);
            }
        }
        if !judged && program.status().wans.iter().all(is_measured) {
            judged = true;
            program.hold();
        }
        let mut settled = true;
        for (retries, wan) in retries.iter_mut().zip(&program.status().wans) {
            retries.observe(&wan.router);
            settled &= retries.are_over(wan);
        }
        if (judged && settled) || now >= Instant::ZERO + PATIENCE {
            After::Stop
        } else {
            After::GoOn
        }
    });
    let status = daemon.event_loop.program().status().clone();
    daemon.end();
    ended?;
    let mut text = String::new();
    for ((loaded, wan), before) in loaded.iter().zip(&status.wans).zip(&before) {
        describe(&mut text, &loaded.config, wan, *before, &status);
    }
    let success = status.wans.iter().all(|wan| succeeded(wan, args.dry_run));
    text.push_str(if success {
        "Result: ok\n"
    } else {
        "Result: FAILED\n"
    });
    print(&text)?;
    Ok(if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

const fn is_measured(wan: &WanStatus) -> bool {
    !matches!(wan.measurement.sight, Sight::Starting)
}

fn succeeded(wan: &WanStatus, dry_run: bool) -> bool {
    let holds = |direction| wan.router.applied[direction] == Some(wan.rates[direction]);
    let known = |direction: Direction| wan.router.applied[direction].is_some();
    wan.router.reachable
        && matches!(wan.measurement.sight, Sight::Icmp | Sight::Tcp)
        && Direction::BOTH
            .into_iter()
            .all(|direction| holds(direction) || (dry_run && known(direction)))
}

fn describe(
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
