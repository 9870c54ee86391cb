//! From a checked config to the parts of a running daemon.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;

use super::secret::Weakness;
use crate::autorate::WanParams;
use crate::config::{Host, ReflectorAddress, RouterConfig, Scheme, WanConfig};
use crate::control::actuator::Budget;
use crate::direction::Direction;
use crate::router::rest::LinkParams;
use crate::shell::binding::Binding;
use crate::shell::directory::HostName;
use crate::shell::echo::{EchoError, EchoSockets, Peer, Wanted};
use crate::shell::router_port::RouterParams;
use crate::shell::tls::{self, Trust};
use crate::shell::wan_ports::{ReflectorHost, WanPortsParams};
use crate::status::{Saved, label};

/// What the law of a WAN starts from.
pub fn wan_params(config: &WanConfig, saved: Option<Saved>, dry_run: bool) -> WanParams {
    let limit = config.router.write_limit;
    let reflectors = &config.measurement.reflectors;
    WanParams {
        name: label(&config.wan_name),
        reflectors: reflectors
            .iter()
            .map(|reflector| label(&reflector.to_string()))
            .collect(),
        prober: config.measurement.prober,
        blackout: config.fallback.params,
        delay: config.delay,
        baseline_initial: config.baseline_initial,
        shapers: config.shapers,
        budget: Budget::new(limit.changes, limit.window),
        dry_run,
        on_exit: config.router.on_exit,
        saved,
    }
}

/// What a state document's missing parts are taken from.
pub fn state_defaults(config: &WanConfig) -> Saved {
    Saved {
        rates: config.shapers.map(|shaper| shaper.ceiling),
        baseline: config.baseline_initial,
        load: config.baseline_initial,
        ..Saved::default()
    }
}

/// Opens the sockets of a WAN.
///
/// # Errors
/// A sentence that names the file, and what to do.
pub fn wan_ports(config: &WanConfig) -> Result<WanPortsParams, String> {
    let said = |e: &dyn std::fmt::Display| format!("{}: {e}", config.file.display());
    let echo = echo_sockets(config).map_err(|e| said(&e))?;
    let tcp_target = |target: &crate::config::TcpTarget| (host_name(&target.host), target.port);
    Ok(WanPortsParams {
        echo,
        wanted: wanted(config),
        binding: binding(config),
        reflectors: config
            .measurement
            .reflectors
            .iter()
            .map(reflector)
            .collect(),
        gateway: config.fallback.gateway,
        tcp_targets: config.fallback.tcp_targets.iter().map(tcp_target).collect(),
        router_host: host_name(&config.router.host),
        router: router(&config.router).map_err(|e| said(&e))?,
    })
}

fn binding(config: &WanConfig) -> Binding {
    Binding {
        source: config.measurement.source_address,
        interface: config.measurement.interface.clone(),
    }
}

/// The sockets that a WAN's reflectors need.
///
/// # Errors
/// If the system does not allow them.
pub(super) fn echo_sockets(config: &WanConfig) -> Result<EchoSockets, EchoError> {
    EchoSockets::open(&wanted(config), &binding(config))
}

fn wanted(config: &WanConfig) -> Wanted {
    let mut wanted = Wanted::default();
    for reflector in &config.measurement.reflectors {
        match (reflector, host_name(reflector.host())) {
            (ReflectorAddress::Icmp(_), HostName::Literal(ip)) => wanted.add(Peer::Icmp(ip)),
            (ReflectorAddress::Udp(_, port), HostName::Literal(ip)) => {
                wanted.add(Peer::Udp((ip, *port).into()));
            }
            (reflector, HostName::Name(_)) => {
                wanted.add_name(matches!(reflector, ReflectorAddress::Udp(..)));
            }
        }
    }
    if let Some(gateway) = config.fallback.gateway {
        wanted.add_gateway(gateway);
    }
    wanted
}

fn reflector(address: &ReflectorAddress) -> ReflectorHost {
    ReflectorHost {
        host: host_name(address.host()),
        udp_port: match address {
            ReflectorAddress::Icmp(_) => None,
            ReflectorAddress::Udp(_, port) => Some(*port),
        },
    }
}

fn host_name(host: &Host) -> HostName {
    match host {
        Host::Address(ip) => HostName::Literal(*ip),
        Host::Name(name) => HostName::Name(name.clone()),
    }
}

fn router(config: &RouterConfig) -> Result<RouterParams, String> {
    let tls = match config.scheme {
        Scheme::Http => None,
        Scheme::Https => Some((
            tls::client_config(&trust(config)).map_err(|e| e.to_string())?,
            server_name(&config.host),
        )),
    };
    let default_port = if tls.is_some() { 443 } else { 80 };
    let host = match (&config.host, config.port) {
        (Host::Address(std::net::IpAddr::V6(ip)), _) => format!("[{ip}]:{}", config.port),
        (host, port) if port == default_port => host.to_string(),
        (host, port) => format!("{host}:{port}"),
    };
    Ok(RouterParams {
        port: config.port,
        tls,
        link: LinkParams {
            host,
            authorization: authorization(config)?,
            queues: config.queues.clone(),
            queue_types: config.queue_types.clone(),
            reply_for: config.timeout,
            verify_every: config.verify_interval,
        },
    })
}

/// The header that says who we are.
///
/// # Errors
/// A sentence if the password file cannot be read.
pub(super) fn authorization(config: &RouterConfig) -> Result<String, String> {
    let password = super::secret::password(config)?;
    let credentials = format!("{}:{}", config.user, password.reveal());
    Ok(format!("Basic {}", STANDARD.encode(credentials)))
}

/// Whose certificate is acceptable.
pub(super) fn trust(config: &RouterConfig) -> Trust {
    match (config.tls_fingerprint, &config.ca_file, config.verify_ssl) {
        (Some(fingerprint), ..) => Trust::Pinned(fingerprint),
        (None, Some(file), _) => Trust::Signed(Some(file.clone())),
        (None, None, true) => Trust::Signed(None),
        (None, None, false) => Trust::Anyone,
    }
}

/// The name a certificate must be for, if names count.
pub(super) fn server_name(host: &Host) -> ServerName<'static> {
    match host {
        Host::Address(ip) => ServerName::IpAddress((*ip).into()),
        // The config check lets underscores pass, which TLS does not; such a router has no valid
        // certificate anyway, and the name is not looked at unless it is to be verified.
        Host::Name(name) => ServerName::try_from(name.clone())
            .unwrap_or_else(|_| ServerName::try_from("invalid").expect("it is a name")),
    }
}

/// What is worth a warning at the start, beside what the config check said.
pub fn warnings(config: &WanConfig) -> Vec<String> {
    let weaknesses = super::secret::weaknesses(config);
    let mut warnings: Vec<String> = weaknesses
        .iter()
        // The config check has said so, with its line.
        .filter(|weakness| **weakness != Weakness::Plain)
        .map(Weakness::to_string)
        .collect();
    for direction in Direction::BOTH {
        let shaper = &config.shapers[direction];
        if shaper.floors.green == shaper.ceiling {
            warnings.push(format!(
                "{direction}: floor and ceiling are equal, the rate cannot move"
            ));
        }
    }
    warnings
}
