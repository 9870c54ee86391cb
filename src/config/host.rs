//! Hosts and reflectors: an address, a name, or a UDP echo service.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::rule::{Bad, Rule, Text};
use super::value::Value;

/// Longest host name, in characters (RFC 1035, 2.3.4).
const NAME_MAX: usize = 253;
/// Longest part of a host name between dots, in characters (RFC 1035, 2.3.4).
const LABEL_MAX: usize = 63;
/// Longest name of a network interface on Linux, in bytes (`IFNAMSIZ` less its NUL).
pub(super) const INTERFACE_MAX: usize = 15;

/// Who is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Host {
    /// An IPv4 or IPv6 literal.
    Address(IpAddr),
    /// An IPv6 link-local address and the interface on which it is one, `fe80::1%eth0`.
    Zoned(Ipv6Addr, String),
    /// A name to be resolved.
    Name(String),
}

impl Host {
    /// An address, an address in brackets, a link-local address with its interface, or a name; `None`
    /// if it can be none of them.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            let literal = Self::parse(inner).filter(|_| !inner.starts_with('['))?;
            return literal.is_v6().then_some(literal);
        }
        if let Some((address, zone)) = text.split_once('%') {
            let address: Ipv6Addr = address.parse().ok()?;
            let usable = address.is_unicast_link_local() && is_interface(zone);
            return usable.then(|| Self::Zoned(address, zone.to_owned()));
        }
        is_name(text).then(|| Self::Name(text.to_owned()))
    }

    const fn is_v6(&self) -> bool {
        matches!(self, Self::Address(IpAddr::V6(_)) | Self::Zoned(..))
    }

    /// A name of digits and dots only: a mistyped address, most likely.
    pub(super) fn looks_like_an_address(&self) -> bool {
        match self {
            Self::Address(_) | Self::Zoned(..) => false,
            Self::Name(name) => name.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Zoned(address, zone) => write!(f, "{address}%{zone}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Whether an interface may be called so.
pub(super) fn is_interface(name: &str) -> bool {
    let legal = |c: char| c != '/' && c != '\0' && !c.is_whitespace();
    (1..=INTERFACE_MAX).contains(&name.len()) && name.chars().all(legal)
}

/// Labels of letters, digits, `-` and `_` (which `ping` accepted in v1.7), joined by single dots; a
/// leading dash would be an option to some tools.
fn is_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    name.len() <= NAME_MAX && name.split('.').all(label)
}

/// How a reflector is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReflectorAddress {
    /// By ICMP echo.
    Icmp(Host),
    /// By datagrams to an RFC 862 UDP echo service of one's own, `udp://host:port`; no privilege
    /// needed, so `demo` and the tests use it.
    Udp(Host, u16),
}

impl ReflectorAddress {
    /// A host, or `udp://host:port` with IPv6 addresses in brackets.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(service) = text.strip_prefix("udp://") else {
            return Host::parse(text)
                .filter(|_| !text.starts_with('['))
                .map(Self::Icmp);
        };
        let (host, port) = service.rsplit_once(':')?;
        let digits = port.bytes().all(|b| b.is_ascii_digit());
        let port = port.parse().ok().filter(|&port: &u16| digits && port > 0)?;
        // "udp://::1:7" could be read in two ways.
        if host.contains(':') && !host.starts_with('[') {
            return None;
        }
        Some(Self::Udp(Host::parse(host)?, port))
    }

    /// Whom it asks.
    pub const fn host(&self) -> &Host {
        match self {
            Self::Icmp(host) | Self::Udp(host, _) => host,
        }
    }
}

/// As written in `ping_hosts`.
impl fmt::Display for ReflectorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Icmp(host) => write!(f, "{host}"),
            Self::Udp(host, port) if host.is_v6() => write!(f, "udp://[{host}]:{port}"),
            Self::Udp(host, port) => write!(f, "udp://{host}:{port}"),
        }
    }
}

/// A host, as a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostRule;

impl Rule for HostRule {
    type Output = Host;

    fn expected(&self) -> String {
        "an IP address or a host name".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<Host, Bad> {
        let host = Host::parse(&Text.read(value)?).ok_or("is no host")?;
        warn_of_near_address(value, &host);
        Ok(host)
    }
}

/// The router: a host that TLS, HTTP and `known_hosts` have a name for.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouterHost;

impl Rule for RouterHost {
    type Output = Host;

    fn expected(&self) -> String {
        HostRule.expected()
    }

    fn read(&self, value: &Value<'_>) -> Result<Host, Bad> {
        match HostRule.read(value)? {
            Host::Zoned(..) => Err("has a zone, for which neither TLS nor HTTP has a name".into()),
            host => Ok(host),
        }
    }
}

/// A reflector, as a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReflectorRule;

impl Rule for ReflectorRule {
    type Output = ReflectorAddress;

    fn expected(&self) -> String {
        "an IP address, a host name or udp://host:port".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<ReflectorAddress, Bad> {
        let reflector = ReflectorAddress::parse(&Text.read(value)?).ok_or("is no reflector")?;
        warn_of_near_address(value, reflector.host());
        Ok(reflector)
    }
}

fn warn_of_near_address(value: &Value<'_>, host: &Host) {
    if host.looks_like_an_address() {
        value.warn("is no IP address and will be looked up as a name", None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflectors_print_as_they_are_written() {
        for text in [
            "1.1.1.1",
            "2001:db8::1",
            "dns.quad9.net",
            "udp://127.0.0.1:7",
            "udp://[::1]:7007",
            "udp://echo.example:7",
            "fe80::1%eth0",
            "udp://[fe80::1%ppp0]:7",
        ] {
            let reflector = ReflectorAddress::parse(text).unwrap();
            assert_eq!(reflector.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ".",
            "a..b",
            "-f",
            "a b",
            "a\n",
            "[::1]",
            "2001:db8::1%eth0",
            "fe80::1%",
            "fe80::1%a/b",
            "192.0.2.1%eth0",
            "udp://[192.0.2.1]:7",
            "udp://[[::1]]:7",
            "udp://::1:7",
            "udp://host",
            "udp://host:0",
            "udp://host:+7",
            "udp://host:70000",
            "http://host",
            "g\u{f6}ttingen.example",
        ] {
            assert_eq!(ReflectorAddress::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_routers_address_may_stand_in_brackets() {
        assert_eq!(
            Host::parse("[::1]"),
            Some(Host::Address(Ipv6Addr::LOCALHOST.into()))
        );
        assert!(Host::parse("999.1.1.1").unwrap().looks_like_an_address());
    }
}
