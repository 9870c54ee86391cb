//! The head of a request: bytes in, what is asked or why it is refused out.

use std::net::{IpAddr, SocketAddr};

/// Longest head, in bytes; a browser's has 500.
pub(super) const MAX_HEAD: usize = 8 * 1024;
/// Header lines at most.
const MAX_HEADERS: usize = 64;

/// What is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Request {
    /// Without the body of the answer.
    pub(super) head_only: bool,
    /// As it came, up to the `?`.
    pub(super) path: String,
    /// What follows the `?`.
    pub(super) query: String,
    /// The name by which the client knows us.
    pub(super) host: String,
}

/// Why nothing is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Refusal {
    /// HTTP's number for it.
    pub(super) status: u16,
    /// For people.
    pub(super) sentence: String,
}

impl Refusal {
    pub(super) fn new(status: u16, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
        }
    }
}

/// Reads a head; `None` as long as it is not whole.
pub(super) fn parse(bytes: &[u8]) -> Option<Result<Request, Refusal>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => Some(understood(&head)),
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            Some(Err(Refusal::new(431, "the request's head is too long")))
        }
        Err(e) => Some(Err(Refusal::new(400, format!("that is no HTTP: {e}")))),
    }
}

fn understood(head: &httparse::Request<'_, '_>) -> Result<Request, Refusal> {
    let head_only = match head.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => {
            let sentence = "only GET and HEAD: this page changes nothing";
            return Err(Refusal::new(405, sentence));
        }
    };
    let mut hosts = head
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("host"));
    let host = hosts.next().and_then(|h| std::str::from_utf8(h.value).ok());
    let (Some(host), None) = (host, hosts.next()) else {
        return Err(Refusal::new(400, "a request has one Host line"));
    };
    let target = head.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Request {
        head_only,
        path: path.to_owned(),
        query: query.to_owned(),
        host: host.trim().to_owned(),
    })
}

impl Request {
    /// A parameter of the query, decoded; the first of that name.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        let found = pairs.find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// Refuses who came by a name that is not this machine's: a page of somebody else's whose name was made to
    /// point here (DNS rebinding) would otherwise read everything. Opened wider than loopback, names cannot be
    /// known, and whoever can reach it may read it anyway.
    pub(super) fn check_host(&self, listen: SocketAddr) -> Result<(), Refusal> {
        if !listen.ip().is_loopback() || is_this_machine(&self.host, listen) {
            return Ok(());
        }
        let sentence = format!("this page is at http://{listen}/, and goes by no other name");
        Err(Refusal::new(403, sentence))
    }
}

fn is_this_machine(host: &str, listen: SocketAddr) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(inner, _)| inner),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let address = name.parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback() || address == listen.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        parse(text.as_bytes()).unwrap().unwrap()
    }

    fn refused(text: &str) -> u16 {
        parse(text.as_bytes()).unwrap().unwrap_err().status
    }

    #[test]
    fn a_head_is_waited_for_and_understood() {
        let text =
            "GET /api/series?from=1&wan=B%C3%BCro+2&wan=x HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for end in 0..text.len() {
            assert!(parse(&text.as_bytes()[..end]).is_none(), "{end}");
        }
        let request = request(text);
        assert_eq!(request.path, "/api/series");
        assert_eq!(request.parameter("wan").as_deref(), Some("Büro 2"));
        assert_eq!(request.parameter("from").as_deref(), Some("1"));
        assert_eq!(request.parameter("to"), None);
        assert!(!request.head_only);
    }

    #[test]
    fn what_is_odd_is_refused() {
        let host = "Host: localhost\r\n\r\n";
        assert_eq!(refused(&format!("POST / HTTP/1.1\r\n{host}")), 405);
        assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(
            refused(&format!("GET / HTTP/1.1\r\nHost: a\r\n{host}")),
            400
        );
        assert_eq!(refused("\u{1}\r\n\r\n"), 400);
        let long = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(MAX_HEAD));
        assert_eq!(refused(&long), 431);
        let many = format!("GET / HTTP/1.1\r\n{}{host}", "X: y\r\n".repeat(MAX_HEADERS));
        assert_eq!(refused(&many), 431);
    }

    #[test]
    fn on_loopback_only_this_machine_s_names_are_answered() {
        let came = |host: &str, listen: &str| {
            let request = request(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
            request.check_host(listen.parse().unwrap()).is_ok()
        };
        for host in [
            "localhost",
            "LOCALHOST:9104",
            "127.0.0.1:9104",
            "[::1]:80",
            "127.0.0.2",
        ] {
            assert!(came(host, "127.0.0.1:9104"), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "",
            "[::1",
            "0.0.0.0",
        ] {
            let meant = host == "[::1";
            assert_eq!(came(host, "127.0.0.1:9104"), meant, "{host}");
        }
        assert!(came("router.lan", "192.168.1.2:9104"));
    }
}
