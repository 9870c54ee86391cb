//! Whom to measure against, from where, and what to do when nobody answers.

use std::net::{IpAddr, Ipv4Addr};

use super::host::{Host, HostRule, INTERFACE_MAX, ReflectorAddress, ReflectorRule, is_interface};
use super::ledger::Presence;
use super::rule::{Address, Bad, Choice, Flag, LooseCount, LooseFlag, PORT, Rule, Text, port};
use super::section::Section;
use super::value::Value;
use super::wan::ControlLaw;
use crate::control::blackout::{BlackoutParams, FallbackMode, MAX_TCP_TARGETS};
use crate::control::prober::{Combine, MAX_REFLECTORS, ProberParams};
use crate::time::Duration;

/// Two cycles: a reply that falls just on the other side of a tick still counts.
pub const FRESH_FOR: Duration = Duration::from_millis(100);
/// One measurement, v1.7's constant and ours (contract 1.3).
const CYCLE: Duration = Duration::from_millis(50);
/// `ping_hosts` for the adaptive law: two addresses of each of three large resolvers, so that neither one
/// operator's trouble nor one address's decides.
const DEFAULT_REFLECTORS: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)),
    IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)),
    IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9)),
    IpAddr::V4(Ipv4Addr::new(1, 0, 0, 1)),
    IpAddr::V4(Ipv4Addr::new(8, 8, 4, 4)),
    IpAddr::V4(Ipv4Addr::new(149, 112, 112, 112)),
];
/// Reflectors that `use_median_of_three` needs, as in v1.7.
const MEDIAN_NEEDS: usize = 3;
/// `fallback_checks.gateway_ip`: v1.7's author's own router, kept for compatibility.
pub const DEFAULT_GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 10, 110, 1));
/// `fallback_checks.max_fallback_cycles`.
pub const DEFAULT_MAX_FALLBACK_CYCLES: u32 = 3;
/// `fallback_checks.fallback_mode`.
pub const DEFAULT_FALLBACK_MODE: FallbackMode = FallbackMode::GracefulDegradation;
/// `fallback_checks.tcp_targets`: two resolvers that answer on the HTTPS port.
pub const DEFAULT_TCP_TARGETS: [(IpAddr, u16); 2] = [
    (IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)), 443),
    (IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)), 443),
];

/// How one WAN is measured.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// `continuous_monitoring.ping_hosts`, required: 1 to 16 reflectors.
    pub reflectors: Vec<ReflectorAddress>,
    /// What the prober is given: `use_median_of_three` (default false, needs three reflectors) and
    /// `timeouts.ping` (above 0 s, default 1 s).
    pub prober: ProberParams,
    /// `continuous_monitoring.measurement.source_address`, default the system's choice: the address
    /// echoes are sent from, which is how a policy route is chosen.
    pub source_address: Option<IpAddr>,
    /// `continuous_monitoring.measurement.interface`, default the system's choice: the interface
    /// echoes leave by.
    pub interface: Option<String>,
    /// `continuous_monitoring.measurement.one_way: auto | off`, default auto: whether the adaptive law may ask
    /// reflectors for their time.
    pub one_way: bool,
}

/// One of `fallback_checks.tcp_targets`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TcpTarget {
    /// Whom to connect to.
    pub host: Host,
    /// 1 to 65535.
    pub port: u16,
}

/// `continuous_monitoring.fallback_checks`: what is tried while all reflectors are silent.
#[derive(Clone, Debug)]
pub struct Fallback {
    /// What the blackout machine is given.
    pub params: BlackoutParams,
    /// `gateway_ip`; `None` if it is not to be asked.
    pub gateway: Option<Host>,
    /// `tcp_targets`, at most 8; empty if they are not to be tried.
    pub tcp_targets: Vec<TcpTarget>,
}

/// Reads `ping_hosts`, `use_median_of_three` and `measurement`; with the hosts as Python prints them.
pub(super) fn measurement(
    monitoring: &Section<'_>,
    silent_after: Option<Duration>,
    law: Option<ControlLaw>,
) -> Option<(Measurement, String)> {
    let reflectors = reflectors(monitoring, law);
    let median = monitoring.or("use_median_of_three", false, &LooseFlag);
    let section = monitoring.section("measurement");
    let source_address = section.optional("source_address", &Address);
    let interface = section.optional("interface", &Interface);
    let one_way = section.or("one_way", true, &AutoOrOff);
    if law == Some(ControlLaw::Classic) && section.value("one_way").is_some() {
        section.warn("one_way", "has no effect with control_law: classic");
    }
    section.finish(&[]);
    let reflectors = reflectors?;
    if median? && reflectors.len() < MEDIAN_NEEDS && law == Some(ControlLaw::Classic) {
        let sentence = "has no effect with fewer than 3 ping_hosts: the first one is measured";
        monitoring.warn("use_median_of_three", sentence);
    }
    let count = u8::try_from(reflectors.len()).ok()?;
    let (combine, fresh_for) = match law? {
        ControlLaw::Adaptive => {
            // Every reflector's turn comes once in so many cycles.
            let turns = CYCLE.as_micros() * u64::from(count);
            (Combine::InTurn, FRESH_FOR + Duration::from_micros(turns))
        }
        ControlLaw::Classic if median? && reflectors.len() >= MEDIAN_NEEDS => {
            (Combine::MedianOfThree, FRESH_FOR)
        }
        ControlLaw::Classic => (Combine::First, FRESH_FOR),
    };
    let measurement = Measurement {
        prober: ProberParams {
            reflectors: count,
            combine,
            silent_after: silent_after?,
            fresh_for,
        },
        reflectors,
        source_address: source_address?,
        interface: interface?,
        one_way: one_way?,
    };
    let hosts = match monitoring.value("ping_hosts") {
        Some(_) => python_list(monitoring),
        None => quoted(measurement.reflectors.iter().map(ToString::to_string)),
    };
    Some((measurement, hosts))
}

/// `ping_hosts` as Python prints it: `['1.1.1.1', '9.9.9.9']`.
fn python_list(monitoring: &Section<'_>) -> String {
    let items = monitoring.value("ping_hosts").and_then(|v| v.items());
    let texts = items.into_iter().flatten();
    quoted(texts.filter_map(|item| item.read_silently(&Text)))
}

fn quoted(texts: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = texts.map(|text| format!("'{text}'")).collect();
    format!("[{}]", quoted.join(", "))
}

fn reflectors(monitoring: &Section<'_>, law: Option<ControlLaw>) -> Option<Vec<ReflectorAddress>> {
    monitoring.tell("ping_hosts", || {
        let expected = format!("a list of 1 to {MAX_REFLECTORS} hosts");
        (expected, Presence::RequiredByClassic)
    });
    let Some(value) = monitoring.value("ping_hosts") else {
        if law == Some(ControlLaw::Adaptive) {
            let address = |ip| ReflectorAddress::Icmp(Host::Address(ip));
            return Some(DEFAULT_REFLECTORS.map(address).into());
        }
        monitoring.missing(
            "ping_hosts",
            &format!("a list of 1 to {MAX_REFLECTORS} hosts"),
        );
        return None;
    };
    let bounds = Bounds {
        min: 1,
        max: MAX_REFLECTORS,
        things: "hosts",
    };
    list(&value, bounds, |item| item.read(&ReflectorRule))
}

/// How long a list may be.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    min: usize,
    max: usize,
    things: &'static str,
}

/// A list of things, each read by `read`; all its problems are noted. v1.7 knew no upper bound: what is
/// beyond it is not even looked at, and a warning.
fn list<'t, T>(
    value: &Value<'t>,
    bounds: Bounds,
    read: impl Fn(&Value<'t>) -> Option<T>,
) -> Option<Vec<T>> {
    let Bounds { min, max, things } = bounds;
    let advice = || Some(format!("expected a list of {min} to {max} {things}"));
    let Some(items) = value.items() else {
        value.problem("is not a list", advice());
        return None;
    };
    if items.len() < min {
        value.problem("the list is empty", advice());
        return None;
    }
    if items.len() > max {
        let complaint = format!("the list has {} entries", items.len());
        value.warn(&complaint, Some(&format!("the first {max} are used")));
    }
    let read: Vec<Option<T>> = items.iter().take(max).map(read).collect();
    read.into_iter().collect()
}

/// Reads `fallback_checks`. Values that are switched off are not judged: v1.7 never looked at them.
pub(super) fn fallback(section: Section<'_>) -> Option<Fallback> {
    let enabled = section.or("enabled", true, &LooseFlag);
    let check_gateway = section.or("check_gateway", true, &LooseFlag);
    let check_tcp = section.or("check_tcp", true, &LooseFlag);
    let on = |check: Option<bool>| enabled == Some(true) && check == Some(true);
    let gateway = gateway(&section, on(check_gateway));
    let tcp_targets = if on(check_tcp) {
        tcp_targets(&section)
    } else {
        Some(Vec::new())
    };
    let mode = mode(&section, enabled == Some(true));
    let max_cycles = section.or(
        "max_fallback_cycles",
        DEFAULT_MAX_FALLBACK_CYCLES,
        &LooseCount { min: 0 },
    );
    // Asked for even if it is off, so that it is not called unknown.
    section.raw("tcp_targets");
    section.finish(&[]);
    check_gateway?;
    check_tcp?;
    let (gateway, tcp_targets) = (gateway?, tcp_targets?);
    Some(Fallback {
        params: BlackoutParams {
            enabled: enabled?,
            check_gateway: gateway.is_some(),
            tcp_targets: u8::try_from(tcp_targets.len()).ok()?,
            mode: mode?,
            max_cycles: max_cycles?,
        },
        gateway,
        tcp_targets,
    })
}

#[expect(
    clippy::option_option,
    reason = "switched off and wrong are different things"
)]
fn gateway(section: &Section<'_>, on: bool) -> Option<Option<Host>> {
    section.tell("gateway_ip", || {
        let default = Presence::Default(DEFAULT_GATEWAY.to_string());
        (HostRule.expected(), default)
    });
    let value = section.value("gateway_ip");
    if !on {
        return Some(None);
    }
    match value {
        // `ping ""` failed quietly in v1.7.
        Some(value) if value.read_silently(&Text).as_deref() == Some("") => Some(None),
        Some(value) => value.read(&HostRule).map(Some),
        None => Some(Some(Host::Address(DEFAULT_GATEWAY))),
    }
}

fn mode(section: &Section<'_>, on: bool) -> Option<FallbackMode> {
    let rule = Choice(&[
        ("graceful_degradation", FallbackMode::GracefulDegradation),
        ("freeze", FallbackMode::Freeze),
        ("use_last_rtt", FallbackMode::UseLastRtt),
    ]);
    section.tell("fallback_mode", || {
        let default = Presence::Default(rule.written(&DEFAULT_FALLBACK_MODE));
        (rule.expected(), default)
    });
    match section.value("fallback_mode") {
        Some(value) if on => value.read(&rule),
        Some(value) => Some(value.read_silently(&rule).unwrap_or(DEFAULT_FALLBACK_MODE)),
        None => Some(DEFAULT_FALLBACK_MODE),
    }
}

fn tcp_targets(section: &Section<'_>) -> Option<Vec<TcpTarget>> {
    section.tell("tcp_targets", || {
        let pairs = DEFAULT_TCP_TARGETS.map(|(host, port)| format!("[{host}, {port}]"));
        let expected = format!("a list of 0 to {MAX_TCP_TARGETS} [host, port] pairs");
        let default = Presence::Default(format!("[{}]", pairs.join(", ")));
        (expected, default)
    });
    let Some(value) = section.value("tcp_targets") else {
        let target = |(address, port)| TcpTarget {
            host: Host::Address(address),
            port,
        };
        return Some(DEFAULT_TCP_TARGETS.map(target).into());
    };
    let bounds = Bounds {
        min: 0,
        max: MAX_TCP_TARGETS,
        things: "[host, port] pairs",
    };
    list(&value, bounds, |item| {
        let pair = item.items().unwrap_or_default();
        let [host, number] = pair.as_slice() else {
            let advice = "expected [host, port]".to_owned();
            item.problem("is no pair", Some(advice));
            return None;
        };
        let (host, number) = (host.read(&HostRule), number.read(&PORT));
        Some(TcpTarget {
            host: host?,
            port: port(number?),
        })
    })
}

/// Whether something is done where it can be. To YAML a bare `off` is the opposite of yes.
#[derive(Clone, Copy, Debug)]
struct AutoOrOff;

impl Rule for AutoOrOff {
    type Output = bool;

    fn expected(&self) -> String {
        "auto or off".into()
    }

    fn written(&self, value: &bool) -> String {
        if *value { "auto" } else { "off" }.to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<bool, Bad> {
        match Flag.read(value) {
            Ok(false) => Ok(false),
            Ok(true) => Err("is not one of the choices".into()),
            Err(_) => Choice(&[("auto", true), ("off", false)]).read(value),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Interface;

impl Rule for Interface {
    type Output = String;

    fn expected(&self) -> String {
        format!("the name of a network interface, 1 to {INTERFACE_MAX} bytes without / and spaces")
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        let name = Text.read(value)?;
        if is_interface(&name) {
            Ok(name)
        } else {
            Err("cannot be an interface".into())
        }
    }
}
