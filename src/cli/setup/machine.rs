//! What this machine knows by itself.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, TcpStream, ToSocketAddrs as _, UdpSocket};

use crate::config::{Host, Scheme};
use crate::shell::certificate::{self, Shown};
use crate::time::Duration;

const ROUTES: &str = "/proc/net/route";
/// `RTF_UP | RTF_GATEWAY` of linux/route.h.
const LEADS_ON: u32 = 0x3;
const PATIENCE: Duration = Duration::from_secs(4);

/// The default gateway.
pub(super) fn gateway() -> Option<Ipv4Addr> {
    gateway_in(&fs::read_to_string(ROUTES).ok()?)
}

/// Addresses are as they lie in memory, in hex (`proc_pid_net(5)`).
fn gateway_in(routes: &str) -> Option<Ipv4Addr> {
    routes.lines().skip(1).find_map(|route| {
        let mut words = route.split_whitespace().skip(1);
        let (destination, gateway, flags) = (words.next()?, words.next()?, words.next()?);
        let number = |hex| u32::from_str_radix(hex, 16).ok();
        let leads_on = number(flags)? & LEADS_ON == LEADS_ON;
        let address = Ipv4Addr::from(number(gateway)?.to_ne_bytes());
        (number(destination)? == 0 && leads_on).then_some(address)
    })
}

/// The address by which this machine reaches a host. Sends nothing.
pub(super) fn own_address(host: &Host) -> Option<IpAddr> {
    let target = address(host, 9)?;
    let any = if target.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn address(host: &Host, port: u16) -> Option<std::net::SocketAddr> {
    let text = host.to_string();
    (text.as_str(), port).to_socket_addrs().ok()?.next()
}

/// Who answers at a port.
#[derive(Debug)]
pub(super) enum Door {
    Https(u16, Shown),
    Http(u16),
}

/// Tries the doors that are meant, https first. An error tells of each.
pub(super) fn knock(
    host: &Host,
    scheme: Option<Scheme>,
    port: Option<u16>,
) -> Result<Door, String> {
    let mut tried = Vec::new();
    if scheme != Some(Scheme::Http) {
        let port = port.unwrap_or(443);
        match certificate::ask(&host.to_string(), port, PATIENCE) {
            Ok(shown) => return Ok(Door::Https(port, shown)),
            Err(why) => tried.push(why),
        }
    }
    if scheme != Some(Scheme::Https) {
        let port = port.unwrap_or(80);
        let Some(target) = address(host, port) else {
            return Err(format!("the name {host} has no address"));
        };
        let patience = std::time::Duration::from_micros(PATIENCE.as_micros());
        match TcpStream::connect_timeout(&target, patience) {
            Ok(_) => return Ok(Door::Http(port)),
            Err(why) => {
                let why = format!("{target}: {why}");
                if !tried.contains(&why) {
                    tried.push(why);
                }
            }
        }
    }
    Err(tried.join("; "))
}

/// A user's and a group's number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Account {
    pub(super) user: u32,
    pub(super) group: u32,
}

/// The service's user, if the installation has made one.
pub(super) fn service_account() -> Option<Account> {
    account_in(&fs::read_to_string("/etc/passwd").ok()?, "wanctl")
}

fn account_in(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut words = line.split(':');
        let is_it = words.next()? == name;
        let mut numbers = words.skip(1).map_while(|word| word.parse().ok());
        let account = Account {
            user: numbers.next()?,
            group: numbers.next()?,
        };
        is_it.then_some(account)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_route_tells_the_gateway() {
        let octets = u32::from_ne_bytes([192, 168, 88, 1]);
        let routes = format!(
            "Iface\tDestination\tGateway\tFlags\n\
             eth0\t0058A8C0\t00000000\t0001\t0\n\
             eth0\t00000000\t{octets:08X}\t0003\t0\n"
        );
        assert_eq!(gateway_in(&routes), Some(Ipv4Addr::new(192, 168, 88, 1)));
        assert_eq!(gateway_in("Iface\n"), None);
    }

    #[test]
    fn an_account_is_found_by_its_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\nwanctl:x:990:991::/var/lib/wanctl:/bin/false\n";
        let wanctl = Account {
            user: 990,
            group: 991,
        };
        assert_eq!(account_in(passwd, "wanctl"), Some(wanctl));
        assert_eq!(account_in(passwd, "wan"), None);
    }
}
