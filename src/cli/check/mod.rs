//! `wanctl check`: what may be wrong, why it matters, how to put it right.
//!
//! ```text
//! probe, write_test ─▶ facts ─▶ judge ─▶ findings ─▶ report
//! (sockets, files)     (data)   (pure)   (data)      (text, JSON)
//! ```

mod as_value;
pub(super) mod client;
mod facts;
mod finding;
mod judge;
pub(super) mod object;
mod probe;
mod report;
pub(super) mod steering;
pub(super) mod visit;
mod write_test;

use std::path::Path;
use std::process::ExitCode;

use self::client::Client;
use self::finding::{Finding, Severity, Subject};
use self::report::Report;
use super::args::CheckArgs;
use super::{print, secret, transport};
use crate::config::{
    self, FileKind, Problem, Report as Problems, RouterConfig, Scheme, Transport, WanConfig,
};
use crate::direction::Both;
use crate::shell::clock::Clock;
use crate::shell::{realtime, terminal};
use crate::wire::routeros_cli::Scope;

/// Warnings only, as v1.7's validate-deployment.
const WARNINGS: u8 = 2;

/// Checks every file and prints one report.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, String> {
    // The password is in memory from here on.
    realtime::protect_secrets();
    match (&args.secrets, args.configs.first()) {
        (Some(secrets), _) => secret::know(secrets)?,
        (None, Some(first)) => secret::know_what_the_service_knows(first),
        (None, None) => {}
    }
    let reports: Vec<Report> = args.configs.iter().map(|path| one(path, args)).collect();
    print(&if args.json {
        report::json(&reports)
    } else {
        let width = terminal::columns().map_or(report::WIDTH, |columns| columns - 1);
        report::text(&reports, width.clamp(report::NARROWEST, report::WIDTH))
    })?;
    Ok(match report::worst(&reports) {
        Severity::Ok | Severity::Note => ExitCode::SUCCESS,
        Severity::Warning => ExitCode::from(WARNINGS),
        Severity::Error => ExitCode::FAILURE,
    })
}

fn one(path: &Path, args: &CheckArgs) -> Report {
    if config::kind(path) == FileKind::Steering {
        return steering::report(path, config::load_steering(path), args);
    }
    let file = path.display().to_string();
    match config::load(path) {
        Ok(loaded) => {
            let config = &loaded.config;
            let mut findings = judge::file(&loaded.warnings);
            findings.extend(judge::machine(
                &config.lock.file,
                &probe::wan_machine(config),
            ));
            findings.extend(live(config, args.write_test));
            judge::together(&mut findings);
            Report {
                file,
                about: Some(about(&config.wan_name, &config.router)),
                findings,
            }
        }
        Err(problems) => unusable(file, &problems),
    }
}

/// A file that cannot be used.
fn unusable(file: String, problems: &Problems) -> Report {
    let said = |problem: &Problem| Finding::error(Subject::Config, "config", problem.to_string());
    let mut findings: Vec<Finding> = problems.problems().iter().map(said).collect();
    findings.extend(judge::oddities(problems.warnings()));
    Report {
        file,
        about: None,
        findings,
    }
}

fn about(name: &str, router: &RouterConfig) -> String {
    let chosen = transport::choose(router);
    let scheme = match router.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    let rest = (chosen.rest).then(|| format!("REST over {scheme} on port {}", router.port));
    let ssh = (chosen.ssh).then(|| format!("SSH on port {}", router.ssh_port));
    let ways = match chosen.preferred {
        Transport::Rest => [rest, ssh],
        Transport::Ssh => [ssh, rest],
    };
    let ways: Vec<String> = ways.into_iter().flatten().collect();
    format!(
        "{}, router {} ({}, user {})",
        name,
        router.host,
        ways.join(", else "),
        router.user
    )
}

/// The part that talks to the router, by every way that the daemon may go.
fn live(config: &WanConfig, write_test: bool) -> Vec<Finding> {
    let chosen = transport::choose(&config.router);
    let clock = Clock::start();
    let has_key = Path::new(&config.router.ssh_key).is_file();
    let mut findings: Vec<Finding> = judge::transports(&chosen, has_key).into_iter().collect();
    let mut seen = Both::default();
    if chosen.rest {
        match Client::new(&config.router, clock) {
            Ok(client) => {
                findings.extend(by_rest(
                    config, &chosen, &client, clock, write_test, &mut seen,
                ));
            }
            Err(sentence) => findings.push(judge::no_client(sentence)),
        }
    } else {
        findings.extend(judge::no_rest(
            write_test,
            judge::counters::are_needed(config),
        ));
    }
    if chosen.ssh {
        let look_up = probe::look_up(&config.router, Scope::Settings);
        let by_console = |ask: probe::Ask<'_>| probe::by_console(&config.router, ask);
        let audit: probe::Audit<'_, _> = (!chosen.rest).then_some(&by_console);
        let ssh = probe::ssh(&config.router, clock, look_up, audit);
        findings.extend(judge::ssh(config, &chosen, &ssh, seen));
        if judge::counters::are_needed(config) && matches!(ssh, facts::Ssh::Answers { .. }) {
            let counted = probe::counters_by_ssh(&config.router, clock);
            findings.extend(match counted {
                Some(traffic) => judge::counters::counters(config, Transport::Ssh, &traffic),
                None => vec![judge::counters::none(Transport::Ssh)],
            });
        }
    }
    findings
}

/// By REST; notes which queues it has `seen`.
fn by_rest(
    config: &WanConfig,
    chosen: &transport::Chosen,
    client: &Client,
    clock: Clock,
    write_test: bool,
    seen: &mut Both<bool>,
) -> Vec<Finding> {
    let router = probe::router(&config.router, client, clock);
    let mut findings = judge::router(config, chosen, &router);
    let queues = router.queues.as_deref().unwrap_or_default();
    *seen = Both::from_fn(|direction| {
        object::named(queues, &config.router.queues[direction]).is_some()
    });
    if write_test && let Some(queue) = object::named(queues, &config.router.queues.down) {
        let writes = write_test::run(config, client, queue);
        findings.extend(judge::writes(config, &router, &writes));
    }
    findings
}
