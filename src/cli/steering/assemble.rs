//! From a checked steering file to the parts of a running daemon.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::cli::assemble::{host_name, reflector, want};
use crate::cli::{listeners, transport};
use crate::config::{
    self, AlternateProbe, DEFAULT_HEALTH_PORT, ReflectorAddress, SteeringConfig, WanConfig,
};
use crate::router::steering::{Interest, MAX_LISTS, Steering as Talk};
use crate::router::{rest, ssh};
use crate::shell::binding::Binding;
use crate::shell::echo::{EchoSockets, Wanted};
use crate::shell::feed::FeedParams;
use crate::shell::wan_ports::WanPortsParams;
use crate::status::{Label, label};
use crate::steer::{PingerParams, Setup, SteerParams};
use crate::steering::Steering;
use crate::steering::record::Saved;
use crate::time::Duration;

/// The alternate is asked so often, or as often as the primary is measured if that is less.
const ALTERNATE_EVERY: Duration = Duration::from_millis(500);
/// People's lists are called so, and the WAN's name.
const LIST_PREFIX: &str = "FORCE_OUT_";
/// Longest name of a list that is asked about.
const LONGEST_LIST: usize = 80;

/// What the sockets of one line are made of.
pub type Ports = WanPortsParams<rest::talk::Params<Talk>, ssh::talk::Params<Talk>>;

/// What the program starts from.
pub fn params(config: &SteeringConfig, saved: Option<Saved>) -> SteerParams {
    let measurement = &config.measurement;
    let count = u64::from(measurement.ping_count.max(1));
    let chosen = transport::choose(&config.router);
    let shown = config.shown;
    let echo = |every| PingerParams {
        every,
        lost_after: measurement.silent_after,
    };
    SteerParams {
        setup: Setup {
            name: label(&config.wan_name),
            primary: label(&config.topology.primary),
            prefix: label(&config.topology.state_prefix()),
            alternate: label(&config.topology.alternate),
            comment: label(&config.comment),
            queue: label(&config.router.queues.down),
            pid: std::process::id(),
            decides: Steering::new(config.params.clone()).decides(),
            edges: [shown.green_rtt, shown.yellow_rtt, shown.red_rtt],
            samples: (config.params.degrade.samples, config.params.recover.samples),
        },
        primary: echo(Duration::from_micros(
            measurement.interval.as_micros() / count,
        )),
        alternate: measurement
            .alternate
            .as_ref()
            .map(|_| echo(measurement.interval.max(ALTERNATE_EVERY))),
        steering: config.params.clone(),
        lists: lists(config).iter().map(|name| label(name)).collect(),
        disable_on_exit: config.on_exit == config::RuleOnExit::Disable,
        transport: chosen.preferred,
        has_spare: chosen.has_spare(),
        saved,
    }
}

/// The lists by which people force clients out by one line, whose entries are counted and never touched.
pub(in crate::cli) fn lists(config: &SteeringConfig) -> heapless::Vec<String, MAX_LISTS> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    [&config.topology.primary, &config.topology.alternate]
        .into_iter()
        .map(|wan| format!("{LIST_PREFIX}{}", wan.to_uppercase()))
        // A name that RouterOS could not have, or would have to be quoted, is none that people use.
        .filter(|name| name.len() <= LONGEST_LIST && name.chars().all(plain))
        .collect()
}

/// Opens the sockets: the primary's with the router's link, and the alternate's. Without `measures` there
/// are no echoes, and nobody needs the right to send any.
///
/// # Errors
/// A sentence that names the file, and what to do.
pub fn ports(config: &SteeringConfig, measures: bool) -> Result<Vec<Ports>, String> {
    let said = |e: &dyn std::fmt::Display| format!("{}: {e}", config.file.display());
    let measurement = &config.measurement;
    let binding = primary_binding(config);
    let ping_host = measures.then_some(&measurement.ping_host);
    let mut primary = line(ping_host, binding).map_err(|e| said(&e))?;
    let router = transport::params_with(
        &config.router,
        |login| rest::talk::Params {
            host: login.host,
            authorization: login.authorization,
            reply_for: config.router.timeout,
            talk: Talk::new(interest(config)),
        },
        || ssh::talk::Params {
            reply_for: config.router.timeout,
            talk: Talk::new(interest(config)),
        },
    );
    let host = host_name(&config.router.host);
    primary.router = Some((host, router.map_err(|e| said(&e))?));
    let mut ports = vec![primary];
    if let Some(alternate) = measurement.alternate.as_ref().filter(|_| measures) {
        let tied = tied_to(alternate);
        ports.push(line(Some(&alternate.ping_host), tied).map_err(|e| said(&e))?);
    }
    Ok(ports)
}

/// What the echoes over the primary leave by.
pub(in crate::cli) fn primary_binding(config: &SteeringConfig) -> Binding {
    Binding {
        source: config.measurement.source_address,
        interface: config.measurement.interface.clone(),
    }
}

/// What those over the alternate leave by.
pub(in crate::cli) fn tied_to(alternate: &AlternateProbe) -> Binding {
    Binding {
        source: alternate.source_address,
        interface: alternate.interface.clone(),
    }
}

fn line(
    ping_host: Option<&ReflectorAddress>,
    binding: Binding,
) -> Result<Ports, crate::shell::echo::EchoError> {
    let mut wanted = Wanted::default();
    if let Some(host) = ping_host {
        want(&mut wanted, host);
    }
    Ok(WanPortsParams {
        echo: EchoSockets::open(&wanted, &binding)?,
        wanted,
        binding,
        reflectors: ping_host.into_iter().map(reflector).collect(),
        gateway: None,
        tcp_targets: Vec::new(),
        router: None,
    })
}

fn interest(config: &SteeringConfig) -> Interest {
    Interest {
        queue: config.router.queues.down.clone(),
        comment: config.comment.clone(),
        lists: lists(config),
        verify_every: config.router.verify_interval,
    }
}

/// Where autorate can be heard; with a sentence if the primary's own file does not help to find it.
pub(super) fn feed(config: &SteeringConfig) -> (FeedParams, Option<String>) {
    let path = &config.topology.primary_config;
    let loaded = config::load(path);
    let sentence = loaded.as_ref().err().map(|report| {
        let problems = report.problems().iter().map(ToString::to_string);
        let problems: Vec<String> = problems.collect();
        format!(
            "topology.primary_wan_config: {}; autorate is looked for where it is by default",
            problems.join("; ")
        )
    });
    let primary = loaded.ok().map(|loaded| loaded.config);
    (feed_of(config, primary.as_ref()), sentence)
}

/// The same, with the primary's own file at hand, if it can be used.
pub(in crate::cli) fn feed_of(config: &SteeringConfig, primary: Option<&WanConfig>) -> FeedParams {
    FeedParams {
        documents: config.primary_documents(primary),
        health: health(primary),
        wan: primary.map_or_else(
            || config.topology.primary.clone(),
            |primary| primary.wan_name.clone(),
        ),
    }
}

/// Where the primary's `/health` is asked; `None` if it has none.
fn health(primary: Option<&WanConfig>) -> Option<SocketAddr> {
    let local = Ipv4Addr::LOCALHOST;
    match primary {
        None => Some(SocketAddr::from((local, DEFAULT_HEALTH_PORT))),
        Some(primary) => {
            let mut address = listeners::address("health_check", &primary.health)?;
            // It listens on all addresses: this machine's own is one of them.
            if address.ip().is_unspecified() {
                address.set_ip(IpAddr::from(local));
            }
            Some(address)
        }
    }
}

/// For the banner: the address lists.
pub(super) fn list_names(config: &SteeringConfig) -> Vec<Label> {
    lists(config).iter().map(|name| label(name)).collect()
}
