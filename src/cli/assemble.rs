//! From a checked config to the parts of a running daemon.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use super::secret::Weakness;
use super::transport;
use crate::autorate::WanParams;
use crate::config::{ControlLaw, Host, ReflectorAddress, RouterConfig, WanConfig};
use crate::control::actuator::{Budget, Thrift};
use crate::direction::Direction;
use crate::shell::binding::Binding;
use crate::shell::directory::HostName;
use crate::shell::echo::{EchoError, EchoSockets, Peer, Wanted};
use crate::shell::wan_ports::{ReflectorHost, WanPortsParams};
use crate::status::{Saved, label};

/// What the law of a WAN starts from.
pub fn wan_params(config: &WanConfig, saved: Option<Saved>, dry_run: bool) -> WanParams {
    let limit = config.router.write_limit;
    let reflectors = &config.measurement.reflectors;
    let chosen = transport::choose(&config.router);
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
        one_way: config.measurement.one_way,
        adaptive: (config.control_law == ControlLaw::Adaptive).then_some(config.adaptive.shapers),
        spending: match config.control_law {
            ControlLaw::Classic => Budget::new(limit.changes, limit.window).into(),
            ControlLaw::Adaptive => Thrift::new(config.router.writes_per_hour).into(),
        },
        dry_run,
        on_exit: config.router.on_exit,
        transport: chosen.preferred,
        has_spare: chosen.has_spare(),
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
        gateway: config.fallback.gateway.as_ref().map(host_name),
        tcp_targets: config.fallback.tcp_targets.iter().map(tcp_target).collect(),
        router: Some((
            host_name(&config.router.host),
            transport::params(&config.router, config.control_law == ControlLaw::Adaptive)
                .map_err(|e| said(&e))?,
        )),
    })
}

/// Which line the packets of a WAN take.
pub(super) fn binding(config: &WanConfig) -> Binding {
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
        want(&mut wanted, reflector);
    }
    match &config.fallback.gateway {
        Some(Host::Address(ip)) => wanted.add_gateway(*ip),
        Some(Host::Zoned(ip, _)) => wanted.add_gateway((*ip).into()),
        Some(Host::Name(_)) => {
            // Of which version its address will be, nobody knows yet.
            wanted.add_gateway(Ipv4Addr::UNSPECIFIED.into());
            wanted.add_gateway(Ipv6Addr::UNSPECIFIED.into());
        }
        None => {}
    }
    wanted
}

/// The socket that asks a reflector.
pub(super) fn want(wanted: &mut Wanted, reflector: &ReflectorAddress) {
    match (reflector, host_name(reflector.host())) {
        (ReflectorAddress::Icmp(_), HostName::Literal(ip)) => wanted.add(Peer::Icmp(ip)),
        (ReflectorAddress::Icmp(_), HostName::Zoned { address, .. }) => {
            wanted.add(Peer::Icmp(address.into()));
        }
        (ReflectorAddress::Udp(_, port), HostName::Literal(ip)) => {
            wanted.add(Peer::Udp((ip, *port).into()));
        }
        (ReflectorAddress::Udp(_, port), HostName::Zoned { address, .. }) => {
            wanted.add(Peer::Udp((address, *port).into()));
        }
        (reflector, HostName::Name(_)) => {
            wanted.add_name(matches!(reflector, ReflectorAddress::Udp(..)));
        }
    }
}

pub(super) fn reflector(address: &ReflectorAddress) -> ReflectorHost {
    ReflectorHost {
        host: host_name(address.host()),
        udp_port: match address {
            ReflectorAddress::Icmp(_) => None,
            ReflectorAddress::Udp(_, port) => Some(*port),
        },
    }
}

pub(super) fn host_name(host: &Host) -> HostName {
    match host {
        Host::Address(ip) => HostName::Literal(*ip),
        Host::Zoned(address, zone) => HostName::Zoned {
            address: *address,
            zone: zone.clone(),
        },
        Host::Name(name) => HostName::Name(name.clone()),
    }
}

/// What is worth a warning about the way to the router.
pub(super) fn router_warnings(file: &Path, router: &RouterConfig) -> Vec<String> {
    let chosen = transport::choose(router);
    let weaknesses = super::secret::weaknesses(file, router);
    let mut warnings: Vec<String> = weaknesses
        .iter()
        .filter(|weakness| match weakness {
            // The config check has said so, with its line.
            Weakness::Plain => false,
            // SSH sends no password.
            Weakness::Unchecked => chosen.rest,
            _ => true,
        })
        .map(Weakness::to_string)
        .collect();
    warnings.extend(chosen.warning);
    warnings
}

/// What is worth a warning at the start, beside what the config check said.
pub fn warnings(config: &WanConfig) -> Vec<String> {
    let mut warnings = router_warnings(&config.file, &config.router);
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
