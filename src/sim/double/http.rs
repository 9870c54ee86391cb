//! Requests and responses as values: the HTTP a REST API is made of, without bytes on a wire.

use serde::Serialize;

use super::refusal::Refusal;
use crate::time::Duration;

/// One request, head and body read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Request {
    /// `GET`, `PATCH`, ...
    pub method: String,
    /// As on the request line, with the query: `/rest/queue/tree?name=WAN-Download`.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body; empty if there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without body and credentials.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// With Basic credentials.
    #[must_use]
    pub fn signed(mut self, user: &str, password: &str) -> Self {
        self.authorization = Some(super::access::basic(user, password));
        self
    }

    /// With a body.
    #[must_use]
    pub fn carrying(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    /// The same request, as if it were a GET of another path.
    pub(super) fn aimed_at(&self, path: &str) -> Self {
        Self {
            authorization: self.authorization.clone(),
            ..Self::new("GET", path)
        }
    }

    /// The path's parts, percent-decoded. RouterOS takes `*1` raw; `%2A1` is accepted too (assumed).
    pub(super) fn segments(&self) -> Vec<String> {
        let path = self.path.split('?').next().unwrap_or_default();
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(decoded).collect()
    }

    /// The query's `name=value` pairs, percent-decoded; a plus sign is a plus sign.
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name), decoded(value))
            })
            .collect()
    }
}

/// One answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers beside those every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty with 204.
    pub body: Vec<u8>,
    /// How long the router takes to give it: a failed login is answered late on purpose.
    pub after: Duration,
    /// Not given at all: the connection is reset instead.
    pub reset: bool,
}

/// What a failed login waits, even on an idle router (routeros.md 1.7).
const LOGIN_FAILURE_DELAY: Duration = Duration::from_millis(125);

/// REST ends a command after this.
pub(super) const COMMAND_LIMIT: Duration = Duration::from_secs(60);

impl Response {
    /// A JSON answer.
    pub(super) fn json(status: u16, content: &impl Serialize) -> Self {
        Self {
            status,
            // Records are maps of strings to strings: they always serialize.
            body: serde_json::to_vec(content).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What a command without data answers.
    pub(super) fn done() -> Self {
        Self::json(200, &[(); 0])
    }

    /// A command that never ends: nothing at all is sent until its minute is over.
    pub(super) fn endless() -> Self {
        Self {
            after: COMMAND_LIMIT,
            ..Self::from(Refusal::SessionClosed)
        }
    }

    /// An error object of this status, without detail.
    pub(super) fn plain_error(status: u16) -> Self {
        Self {
            status,
            body: super::refusal::error_body(status, None),
            ..Self::default()
        }
    }

    /// The value of one of `headers`.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let unauthorized = refusal == Refusal::Unauthorized;
        // No source has the realm's text: assumed.
        let challenge = ("WWW-Authenticate", "Basic realm=\"RouterOS\"".to_owned());
        Self {
            status: refusal.status(),
            headers: unauthorized.then_some(challenge).into_iter().collect(),
            body: refusal.body(),
            after: if unauthorized {
                LOGIN_FAILURE_DELAY
            } else {
                Duration::ZERO
            },
            reset: false,
        }
    }
}

/// Percent-decoded; what is no escape stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let escaped = escape.and_then(|hex| {
            let hex = std::str::from_utf8(hex).ok()?;
            u8::from_str_radix(hex, 16).ok()
        });
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_comes_apart() {
        let request = Request::new(
            "GET",
            "/rest/queue/tree/%2A1?name=a%20b+c&.proplist=name&bad=%zz",
        );
        assert_eq!(request.segments(), ["rest", "queue", "tree", "*1"]);
        let pairs = [("name", "a b+c"), (".proplist", "name"), ("bad", "%zz")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(request.query(), pairs);
    }
}
