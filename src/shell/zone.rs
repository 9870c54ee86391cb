//! `fe80::1%eth0`: link-local addresses, which mean something on one interface only (RFC 4007).

use std::ffi::CString;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use super::directory::HostName;
use crate::time::{Duration, Instant};

/// An interface that goes and comes, as a PPP session does, returns with another number.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The interfaces of one WAN's hosts, numbered as in its directory.
#[derive(Debug)]
pub(super) struct Zones {
    zoned: Vec<Zoned>,
    look_at: Instant,
}

#[derive(Debug)]
struct Zoned {
    host: usize,
    interface: CString,
    /// The interface's number; 0 while there is none of that name.
    scope: u32,
}

impl Zones {
    pub(super) fn of(hosts: &[HostName]) -> Self {
        let one = |(host, name): (usize, &HostName)| match name {
            HostName::Zoned { zone, .. } => Some(Zoned {
                host,
                // A name with a NUL is no interface's.
                interface: CString::new(zone.as_bytes()).unwrap_or_default(),
                scope: 0,
            }),
            HostName::Literal(_) | HostName::Name(_) => None,
        };
        let mut zones = Self {
            zoned: hosts.iter().enumerate().filter_map(one).collect(),
            look_at: Instant::ZERO,
        };
        zones.look();
        zones
    }

    /// Time passed: the interfaces may have other numbers now. Asks the kernel, allocates nothing.
    pub(super) fn tick(&mut self, now: Instant) {
        if now >= self.look_at {
            self.look_at = now + LOOK_EVERY;
            self.look();
        }
    }

    fn look(&mut self) {
        for zoned in &mut self.zoned {
            zoned.scope = sys::interface_number(&zoned.interface);
        }
    }

    /// Where the n-th host is; `None` while its interface is missing.
    pub(super) fn place(&self, host: usize, address: IpAddr, port: u16) -> Option<SocketAddr> {
        let zoned = self.zoned.iter().find(|zoned| zoned.host == host);
        match (zoned, address) {
            (Some(Zoned { scope: 0, .. }), _) => None,
            (Some(zoned), IpAddr::V6(ip)) => {
                Some(SocketAddrV6::new(ip, port, 0, zoned.scope).into())
            }
            _ => Some(SocketAddr::new(address, port)),
        }
    }
}

#[expect(unsafe_code, reason = "std does not know interfaces")]
mod sys {
    use std::ffi::CStr;

    /// 0: there is none.
    pub(super) fn interface_number(name: &CStr) -> u32 {
        // SAFETY: the name ends in NUL and outlives the call.
        unsafe { libc::if_nametoindex(name.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoned(zone: &str) -> HostName {
        HostName::Zoned {
            address: "fe80::1".parse().unwrap(),
            zone: zone.into(),
        }
    }

    #[test]
    fn a_zoned_address_belongs_to_its_interface() {
        let hosts = [
            HostName::Literal("fe80::2".parse().unwrap()),
            zoned("lo"),
            zoned("no-such-if"),
        ];
        let mut zones = Zones::of(&hosts);
        let place = |zones: &Zones, host| {
            let address = "fe80::1".parse().unwrap();
            zones.place(host, address, 7).map(|place| match place {
                SocketAddr::V6(place) => (place.port(), place.scope_id()),
                SocketAddr::V4(place) => panic!("{place}"),
            })
        };
        let lo = std::fs::read_to_string("/sys/class/net/lo/ifindex").unwrap();
        let lo: u32 = lo.trim().parse().unwrap();
        assert_eq!(place(&zones, 0), Some((7, 0)));
        assert_eq!(place(&zones, 1), Some((7, lo)));
        assert_eq!(place(&zones, 2), None);
        // An interface that went and came.
        zones.zoned[1].interface = c"lo".into();
        zones.tick(Instant::ZERO + LOOK_EVERY);
        assert_eq!(place(&zones, 2), Some((7, lo)));
    }
}
