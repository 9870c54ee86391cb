//! Names and the addresses they have at the moment.
//!
//! A literal address is known at once. A name is asked for off the loop, again after a while, and keeps
//! its addresses when the resolver fails: an outage takes the DNS with it. Of several addresses one is
//! used until a connection to it fails.

use std::net::{IpAddr, Ipv6Addr};

use heapless::Vec as Few;

use super::resolver::{ADDRESSES, Refused, Resolved, Resolver};
use crate::time::{Duration, Instant};

/// How long an address is believed.
const REFRESH_EVERY: Duration = Duration::from_secs(600);
/// How long to wait after the resolver failed.
const RETRY_EVERY: Duration = Duration::from_secs(10);
/// How long the first answer may take until the name counts as unknown: the system's resolver turns to
/// its second server after 5 s.
const RESOLVE_FOR: Duration = Duration::from_secs(7);

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

/// Where a host is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Address {
    /// Here, and perhaps elsewhere, too.
    Known {
        /// The address to use.
        ip: IpAddr,
        /// How many addresses the host has, at least one.
        of: usize,
    },
    /// The resolver has not answered yet, and may still.
    Pending,
    /// The resolver found none.
    Unknown,
}

#[derive(Debug)]
struct Entry {
    host: HostName,
    addresses: Few<IpAddr, ADDRESSES>,
    /// Which of them is used.
    current: usize,
    ask_at: Instant,
    /// The resolver was asked and has not answered.
    pending: bool,
    /// Until then the first answer is waited for.
    waits_until: Instant,
    /// It was said that it has no address.
    lamented: bool,
}

impl Entry {
    fn new(host: HostName) -> Self {
        let mut addresses = Few::new();
        let fixed = match &host {
            HostName::Literal(address) => Some(*address),
            HostName::Zoned { address, .. } => Some((*address).into()),
            HostName::Name(_) => None,
        };
        addresses.extend(fixed);
        Self {
            host,
            addresses,
            current: 0,
            ask_at: Instant::ZERO,
            pending: false,
            waits_until: Instant::NEVER,
            lamented: false,
        }
    }

    fn used(&self) -> Option<IpAddr> {
        self.addresses.get(self.current).copied()
    }

    fn ask(&mut self, now: Instant, key: u32, resolver: &mut Resolver) {
        let HostName::Name(name) = &self.host else {
            return;
        };
        if self.pending || now < self.ask_at {
            return;
        }
        let asked = resolver.ask(key, name);
        self.pending = asked.is_ok();
        self.ask_at = now + RETRY_EVERY;
        self.waits_until = match asked {
            Err(Refused::NoName) => now,
            Ok(()) | Err(Refused::Full) => self.waits_until.min(now + RESOLVE_FOR),
        };
    }
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
        Self {
            entries: hosts.into_iter().map(Entry::new).collect(),
            base,
            only_v4: source.map(|source| source.is_ipv4()),
        }
    }

    /// Where the n-th host is.
    pub fn address(&self, now: Instant, n: usize) -> Address {
        let Some(entry) = self.entries.get(n) else {
            return Address::Unknown;
        };
        match entry.used() {
            Some(ip) => Address::Known {
                ip,
                of: entry.addresses.len(),
            },
            None if entry.lamented || now >= entry.waits_until => Address::Unknown,
            None => Address::Pending,
        }
    }

    /// The n-th host cannot be reached where it was said to be: its next address is used, if it has one,
    /// and soon the resolver is asked whether it has moved.
    pub fn unreached(&mut self, now: Instant, n: usize) {
        if let Some(entry) = self.entries.get_mut(n)
            && !entry.addresses.is_empty()
        {
            entry.current = (entry.current + 1) % entry.addresses.len();
            entry.ask_at = entry.ask_at.min(now + RETRY_EVERY);
        }
    }

    /// Time passed: asks for what is due.
    pub fn tick(&mut self, now: Instant, resolver: &mut Resolver) {
        for (key, entry) in (self.base..).zip(&mut self.entries) {
            entry.ask(now, key, resolver);
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
        let usable: Few<IpAddr, ADDRESSES> = resolved
            .addresses
            .iter()
            .flatten()
            .copied()
            .filter(|address| only_v4.is_none_or(|v4| v4 == address.is_ipv4()))
            .collect();
        entry.pending = false;
        if usable.is_empty() {
            entry.ask_at = now + RETRY_EVERY;
            let first = !core::mem::replace(&mut entry.lamented, true);
            return (first && entry.addresses.is_empty()).then_some(Change::Unknown(name));
        }
        entry.ask_at = now + REFRESH_EVERY;
        entry.lamented = false;
        let before = entry.used();
        // One that is still good stays in use.
        let same = usable.iter().position(|address| Some(*address) == before);
        entry.current = same.unwrap_or(0);
        entry.addresses = usable;
        let address = entry.addresses[entry.current];
        (before != Some(address)).then_some(Change::Found(name, address))
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
    use std::sync::Arc;

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

    fn known(ip: &str, of: usize) -> Address {
        let ip = ip.parse().unwrap();
        Address::Known { ip, of }
    }

    fn asked(directory: &mut Directory, now: Instant) -> usize {
        let poll = mio::Poll::new().unwrap();
        let waker = mio::Waker::new(poll.registry(), mio::Token(0)).unwrap();
        // The test answers itself; this one's answers are not collected.
        let mut resolver = Resolver::start(Arc::new(waker)).unwrap();
        directory.tick(now, &mut resolver);
        resolver.under_way()
    }

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    #[test]
    fn a_literal_is_known_at_once_a_name_when_it_is_answered() {
        let mut directory = directory(None);
        assert_eq!(directory.address(at(0), 0), known("192.0.2.1", 1));
        assert_eq!(directory.address(at(0), 1), Address::Pending);
        directory.resolved(at(0), &answer(101, &["2001:db8::7", "192.0.2.7"]));
        assert_eq!(directory.address(at(0), 1), known("2001:db8::7", 2));
        assert_eq!(directory.resolved(at(0), &answer(99, &["192.0.2.9"])), None);
        assert_eq!(directory.address(at(0), 2), Address::Unknown);
    }

    #[test]
    fn the_source_address_decides_the_ip_version() {
        let mut directory = directory(Some("192.0.2.100"));
        directory.resolved(at(0), &answer(101, &["2001:db8::7", "192.0.2.7"]));
        assert_eq!(directory.address(at(0), 1), known("192.0.2.7", 1));
    }

    #[test]
    fn a_name_is_unknown_when_the_resolver_says_so_or_says_nothing_for_long() {
        let mut hosts = [directory(None), directory(None)];
        for directory in &mut hosts {
            asked(directory, at(1));
            assert_eq!(directory.address(at(7), 1), Address::Pending);
        }
        let [told, silent] = &mut hosts;
        assert_eq!(
            told.resolved(at(3), &answer(101, &[])),
            Some(Change::Unknown("reflector.example"))
        );
        assert_eq!(told.address(at(3), 1), Address::Unknown);
        assert_eq!(silent.address(at(8), 1), Address::Unknown);
        silent.resolved(at(9), &answer(101, &["192.0.2.7"]));
        assert_eq!(silent.address(at(9), 1), known("192.0.2.7", 1));
    }

    #[test]
    fn nobody_asks_again_while_a_question_is_pending() {
        let mut directory = directory(None);
        assert_eq!(asked(&mut directory, at(0)), 1);
        assert_eq!(asked(&mut directory, at(100)), 0, "no answer yet");
        directory.resolved(at(100), &answer(101, &[]));
        assert_eq!(asked(&mut directory, at(109)), 0);
        assert_eq!(asked(&mut directory, at(110)), 1);
    }

    #[test]
    fn an_address_that_cannot_be_reached_gives_way_to_the_next() {
        let mut directory = directory(None);
        asked(&mut directory, at(0));
        let both = answer(101, &["2001:db8::7", "192.0.2.7"]);
        directory.resolved(at(0), &both);
        directory.unreached(at(1), 1);
        assert_eq!(directory.address(at(1), 1), known("192.0.2.7", 2));
        assert_eq!(asked(&mut directory, at(11)), 1, "it may have moved");
        assert_eq!(directory.resolved(at(11), &both), None);
        assert_eq!(
            directory.address(at(11), 1),
            known("192.0.2.7", 2),
            "it works"
        );
        directory.unreached(at(12), 1);
        assert_eq!(directory.address(at(12), 1), known("2001:db8::7", 2));
        directory.unreached(at(12), 0);
        assert_eq!(directory.address(at(12), 0), known("192.0.2.1", 1));
    }
}
