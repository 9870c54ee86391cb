//! `wanctl check` of a steering file: the file, this machine, the rule on the router, both lines, and the
//! primary's autorate.

pub(in crate::cli) mod echo;
mod facts;
mod judge;
mod probe;

use std::path::Path;

use self::facts::{Echoed, Router};
use super::client::Client;
use super::finding::{Finding, Severity};
use super::judge as all;
use super::probe::{self as usual, Files};
use super::report::Report;
use crate::cli::args::CheckArgs;
use crate::cli::steering::assemble::{primary_binding, tied_to};
use crate::cli::transport;
use crate::config::{Loaded, Report as Problems, SteeringConfig, Transport, WanConfig};
use crate::shell::clock::Clock;
use crate::wire::routeros_cli;

/// The report about one steering file.
pub(super) fn report(
    path: &Path,
    loaded: Result<Loaded<SteeringConfig>, Problems>,
    args: &CheckArgs,
) -> Report {
    let file = path.display().to_string();
    match loaded {
        Ok(loaded) => {
            let config = &loaded.config;
            let mut findings = all::file(&loaded.warnings);
            findings.extend(args.write_test.then(judge::no_write_test));
            look(config, &mut findings);
            all::together(&mut findings);
            judge::together(&mut findings);
            let topology = &config.topology;
            let lines = format!(
                "{} from {} to {}",
                config.wan_name, topology.primary, topology.alternate
            );
            Report {
                file,
                about: Some(super::about(&lines, &config.router)),
                findings,
            }
        }
        Err(problems) => super::unusable(file, &problems),
    }
}

fn look(config: &SteeringConfig, findings: &mut Vec<Finding>) {
    let clock = Clock::start();
    let measurement = &config.measurement;
    let silent_after = measurement.silent_after;
    let binding = primary_binding(config);
    let mut opened = echo::open(&measurement.ping_host, &binding);
    let over_primary = opened.as_mut().ok().map(|sockets| {
        let host = &measurement.ping_host;
        echo::ask(clock, sockets, host, &binding, silent_after)
    });
    let files = Files {
        config: &config.file,
        logging: &config.logging,
        lock: &config.lock.file,
        states: &[&config.state_file],
        history: config.storage.db_path.as_deref(),
    };
    let machine = usual::machine(&files, &config.router, opened);
    findings.extend(all::machine(&config.lock.file, &machine));

    let primary = probe::primary(config, clock);
    live(config, clock, primary.file.as_deref().ok(), findings);
    // Without sockets, the right to ping says it all.
    let over_primary = over_primary.iter();
    findings.extend(over_primary.map(|echoed| judge::primary_line(config, &primary, echoed)));
    findings.extend(judge::primary(config, &primary));
    if let Some(alternate) = &measurement.alternate {
        let binding = tied_to(alternate);
        let echoed = match echo::open(&alternate.ping_host, &binding) {
            Ok(mut sockets) => {
                let host = &alternate.ping_host;
                echo::ask(clock, &mut sockets, host, &binding, silent_after)
            }
            Err(error) => Echoed::NotOpened(error.to_string()),
        };
        findings.push(judge::alternate_line(alternate, &echoed));
    }
}

/// What there is to say about the rule alone; nothing, if the router does not say.
pub(super) fn rule_alone(config: &SteeringConfig, client: &Client) -> Vec<Finding> {
    probe::rules(client).map_or_else(|_| Vec::new(), |rules| judge::rule(config, &rules))
}

/// The part that talks to the router, by every way that the daemon may go.
fn live(
    config: &SteeringConfig,
    clock: Clock,
    primary: Option<&WanConfig>,
    findings: &mut Vec<Finding>,
) {
    let chosen = transport::choose(&config.router);
    let has_key = Path::new(&config.router.ssh_key).is_file();
    findings.extend(all::transports(&chosen, has_key));
    let seen = |router: &Router, way| judge::router(config, &chosen, primary, router, way);
    if chosen.rest {
        match Client::new(&config.router, clock) {
            Ok(client) => {
                let router = probe::by_rest(config, &client);
                findings.extend(seen(&router, Transport::Rest));
            }
            Err(sentence) => findings.push(all::no_client(sentence)),
        }
    }
    if chosen.ssh {
        let look_up = routeros_cli::look_up_rule(&config.comment);
        let by_console = |ask: usual::Ask<'_>| probe::by_console(config, ask);
        let audit: usual::Audit<'_, _> = (!chosen.rest).then_some(&by_console);
        let ssh = usual::ssh(&config.router, clock, look_up, audit);
        let is_read = |text: &str| routeros_cli::find_rule(text, &config.comment).is_ok();
        let way = all::way(&config.router, &chosen, &ssh, "rules", is_read);
        let works = way.iter().all(|finding| finding.severity == Severity::Ok);
        findings.extend(way);
        if let Some(router) = ssh.audit().filter(|_| works) {
            findings.extend(seen(router, Transport::Ssh));
        }
    }
}
