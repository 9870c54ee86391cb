//! Names and the addresses they have at the moment.
//!
//! A literal address is known at once. A name is asked for off the loop, again after a while, and keeps
//! its last address when the resolver fails: an outage takes the DNS with it.

use std::net::{IpAddr, Ipv6Addr};

use super::resolver::{Resolved, Resolver};
use crate::time::{Duration, Instant};

/// How long an address is believed.
const REFRESH_EVERY: Duration = Duration::from_secs(600);
/// How long to wait after the resolver failed.
const RETRY_EVERY: Duration = Duration::from_secs(10);

/// A host as configured.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HostName {
    /// An address.
    Literal(IpAddr),
    /// A link-local address on one interface.
    Zoned {
        /// The address.
        address: Ipv6Addr,
        /// The interface's name.
        zone: String,
    },
    /// A name.
    Name(String),
}

#[derive(Debug)]
struct Entry {
    host: HostName,
    address: Option<IpAddr>,
    ask_at: Instant,
    /// It was said that it has no address.
    lamented: bool,
}

/// The hosts of one WAN.
#[derive(Debug)]
pub struct Directory {
    entries: Vec<Entry>,
    /// Added to an entry's index to make the resolver's key.
    base: u32,
    /// Only addresses of this version can be used, where a source address says so.
    only_v4: Option<bool>,
}

impl Directory {
    /// Keys from `base` on are this directory's. A WAN with a source address can use addresses of its
    /// version only.
    pub fn new(base: u32, hosts: Vec<HostName>, source: Option<IpAddr>) -> Self {
        let entry = |host| Entry {
            address: match &host {
                HostName::Literal(address) => Some(*address),
                HostName::Zoned { address, .. } => Some((*address).into()),
                HostName::Name(_) => None,
            },
            ask_at: Instant::ZERO,
            lamented: false,
            host,
        };
        Self {
            entries: hosts.into_iter().map(entry).collect(),
            base,
            only_v4: source.map(|source| source.is_ipv4()),
        }
    }

    /// The address of the n-th host, if it has one.
    pub fn address(&self, n: usize) -> Option<IpAddr> {
        self.entries.get(n)?.address
    }

    /// Time passed: asks for what is due.
    pub fn tick(&mut self, now: Instant, resolver: &mut Resolver) {
        for (n, entry) in (self.base..).zip(&mut self.entries) {
            if let HostName::Name(name) = &entry.host
                && now >= entry.ask_at
            {
                // A full resolver is asked again after the same pause.
                let _ = resolver.ask(n, name);
                entry.ask_at = now + RETRY_EVERY;
            }
        }
    }

    /// Takes a resolver's answer, if it is for one of ours; returns what to tell the log.
    pub fn resolved(&mut self, now: Instant, resolved: &Resolved) -> Option<Change<'_>> {
        let n = usize::try_from(resolved.key.checked_sub(self.base)?).ok()?;
        let only_v4 = self.only_v4;
        let entry = self.entries.get_mut(n)?;
        let HostName::Name(name) = &entry.host else {
            return None;
        };
        let usable = resolved.addresses.as_ref().ok().and_then(|addresses| {
            addresses
                .iter()
                .copied()
                .find(|address| only_v4.is_none_or(|v4| v4 == address.is_ipv4()))
        });
        if let Some(address) = usable {
            entry.ask_at = now + REFRESH_EVERY;
            entry.lamented = false;
            let before = entry.address.replace(address);
            return (before != Some(address)).then_some(Change::Found(name, address));
        }
        let first = !core::mem::replace(&mut entry.lamented, true);
        (first && entry.address.is_none()).then_some(Change::Unknown(name))
    }
}

/// What an answer changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change<'a> {
    /// A name has a new address.
    Found(&'a str, IpAddr),
    /// A name still has none.
    Unknown(&'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(key: u32, addresses: &[&str]) -> Resolved {
        Resolved {
            key,
            addresses: Ok(addresses.iter().map(|a| a.parse().unwrap()).collect()),
        }
    }

    fn directory(source: Option<&str>) -> Directory {
        let hosts = vec![
            HostName::Literal("192.0.2.1".parse().unwrap()),
            HostName::Name("reflector.example".into()),
        ];
        Directory::new(100, hosts, source.map(|s| s.parse().unwrap()))
    }

    #[test]
    fn a_literal_is_known_at_once_a_name_when_it_is_answered() {
        let mut directory = directory(None);
        assert!(directory.address(0).is_some());
        assert_eq!(directory.address(1), None);
        directory.resolved(Instant::ZERO, &answer(101, &["2001:db8::7", "192.0.2.7"]));
        assert_eq!(directory.address(1), "2001:db8::7".parse().ok());
        assert_eq!(
            directory.resolved(Instant::ZERO, &answer(99, &["192.0.2.9"])),
            None
        );
    }

    #[test]
    fn the_source_address_decides_the_ip_version() {
        let mut directory = directory(Some("192.0.2.100"));
        directory.resolved(Instant::ZERO, &answer(101, &["2001:db8::7", "192.0.2.7"]));
        assert_eq!(directory.address(1), "192.0.2.7".parse().ok());
    }
}
