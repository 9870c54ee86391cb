//! Where the daemons' `/health` pages are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::Host;
use crate::shell::certificate::bracketed;

/// Where a daemon that listens there is reached from here.
pub(super) fn reached_at(host: &Host) -> String {
    match host {
        Host::Address(IpAddr::V4(ip)) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        Host::Address(IpAddr::V6(ip)) if ip.is_unspecified() => {
            bracketed(&Ipv6Addr::LOCALHOST.to_string())
        }
        host => bracketed(&host.to_string()),
    }
}

/// `http://HOST:PORT/health`, of that or of a part of it.
pub(super) fn url(given: &str) -> Result<String, String> {
    let wrong = |what: &str| {
        Err(format!(
            "{given}: {what}; write it like http://127.0.0.1:9101/health"
        ))
    };
    let rest = match given.split_once("://") {
        Some(("http", rest)) => rest,
        Some(_) => return wrong("/health is spoken over http only"),
        None => given,
    };
    let (place, path) = rest.split_once('/').unwrap_or((rest, "health"));
    let parsed = ureq::http::uri::Authority::try_from(place);
    if parsed.is_err() || place.contains('@') {
        return wrong("no host and port");
    }
    let path = if path.is_empty() { "health" } else { path };
    Ok(format!("http://{place}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_written_in_short() {
        for (given, meant) in [
            ("10.0.0.2:9101", "http://10.0.0.2:9101/health"),
            ("http://10.0.0.2:9101", "http://10.0.0.2:9101/health"),
            ("http://10.0.0.2:9101/", "http://10.0.0.2:9101/health"),
            ("http://pi/wan/health", "http://pi/wan/health"),
            ("[fd00::1]:9101", "http://[fd00::1]:9101/health"),
        ] {
            assert_eq!(url(given).as_deref(), Ok(meant));
        }
        for given in [
            "https://x/health",
            "http://",
            "http://a b/",
            "http://u:p@x/",
        ] {
            let sentence = url(given).unwrap_err();
            assert!(
                sentence.contains("write it like http://127.0.0.1:9101/health"),
                "{sentence}"
            );
        }
    }
}
