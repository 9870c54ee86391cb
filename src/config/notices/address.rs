//! The address of a web service, most of which is secret.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::PathAndQuery;

use crate::config::{Scheme, Secret};

/// What is wrong with an address, without the address.
const NO_ADDRESS: &str = "is no http or https address such as https://ntfy.sh/a-topic-of-mine";

/// An http or https address. Its path and query often hold a token, so that only scheme, host and port are ever
/// shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebAddress {
    /// All of it.
    pub url: Secret,
    /// How it is spoken to.
    pub scheme: Scheme,
    /// A name or an address, without brackets.
    pub host: String,
    port: Option<u16>,
}

impl WebAddress {
    /// Reads one.
    ///
    /// # Errors
    /// A sentence whose subject is the address, which it does not repeat.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| NO_ADDRESS)?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(NO_ADDRESS),
        };
        let authority = uri.authority().ok_or(NO_ADDRESS)?;
        if authority.as_str().contains('@') {
            return Err("holds a user; use notices.token for what proves who we are");
        }
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty()
            || uri
                .path_and_query()
                .map_or("", PathAndQuery::as_str)
                .is_empty()
        {
            return Err(NO_ADDRESS);
        }
        Ok(Self {
            url: Secret::new(uri.to_string()),
            scheme,
            host: host.to_owned(),
            port: authority.port_u16(),
        })
    }

    /// Whether it is readable on the way.
    pub fn is_exposed(&self) -> bool {
        let near =
            self.host == "localhost" || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        self.scheme == Scheme::Http && !near
    }
}

/// `https://ntfy.sh`, and nothing of what follows.
impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let host = &self.host;
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]")?;
        } else {
            write!(f, "{scheme}://{host}")?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_host_and_nothing_that_follows() {
        for (text, shown, host, exposed) in [
            (
                "https://ntfy.sh/secret",
                "https://ntfy.sh",
                "ntfy.sh",
                false,
            ),
            (" https://h:8443/a?token=x\n", "https://h:8443", "h", false),
            ("http://192.0.2.1/x", "http://192.0.2.1", "192.0.2.1", true),
            ("http://[::1]:80/x", "http://[::1]:80", "::1", false),
            ("http://localhost/x", "http://localhost", "localhost", false),
            ("https://host", "https://host", "host", false),
        ] {
            let address = WebAddress::parse(text).expect(text);
            assert_eq!(address.to_string(), shown);
            assert_eq!(address.host, host);
            assert_eq!(address.is_exposed(), exposed, "{text}");
            assert!(!format!("{address:?}").contains("secret"));
        }
    }

    #[test]
    fn what_is_no_address_is_said_without_repeating_it() {
        for text in [
            "",
            "ntfy.sh/secret",
            "ftp://host/secret",
            "https:///secret",
            "https://",
            "/secret",
            "https://user:secret@host/",
            "https://ho st/secret",
        ] {
            let complaint = WebAddress::parse(text).expect_err(text);
            assert!(!complaint.contains("secret"), "{text}: {complaint}");
        }
    }
}
