//! One message to a web service, by HTTP.

use core::fmt;
use std::io::ErrorKind;
use std::time::Duration as StdDuration;

use rustls::pki_types::ServerName;
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use ureq::{Agent, http};

use super::lookup::Lookup;
use crate::notices::outbox::Outcome;
use crate::notices::spelling::Message;
use crate::shell::https::OurTls;
use crate::shell::tls::{self, Trust};
use crate::time::Duration;

/// From the first word to the last byte.
const PATIENCE: StdDuration = StdDuration::from_secs(10);
const CONNECT_PATIENCE: StdDuration = StdDuration::from_secs(5);

/// Whom to post to.
#[derive(Clone)]
pub struct PostParams {
    /// The whole address, which is never shown.
    pub url: String,
    /// What of it may be shown: `https://ntfy.sh`.
    pub shown: String,
    /// The name a certificate must be for.
    pub host: String,
    /// Whose certificates count; `None` for plain HTTP.
    pub trust: Option<Trust>,
    /// `Authorization`, which is never shown either.
    pub authorization: Option<String>,
}

/// Only what may be shown.
impl fmt::Debug for PostParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// The way to a web service. Blocks for ten seconds at most, besides what the system takes to look up a name.
pub struct Post {
    agent: Agent,
    params: PostParams,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.params.fmt(f)
    }
}

/// Why a message was not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Untaken {
    /// Whether, and when, it is worth another attempt.
    pub outcome: Outcome,
    /// In words; nothing secret.
    pub why: String,
}

impl Post {
    /// Without a word to anybody yet.
    ///
    /// # Errors
    /// A sentence if there is nobody to trust.
    ///
    /// # Panics
    /// Never: `invalid` is a name.
    pub fn new(params: PostParams) -> Result<Self, String> {
        // Without TLS this is never looked at.
        let trust = params.trust.clone().unwrap_or(Trust::Anyone);
        let name = ServerName::try_from(params.host.clone());
        let tls = OurTls {
            config: tls::client_config(&trust).map_err(|e| e.to_string())?,
            // One that no certificate is for.
            name: name.unwrap_or_else(|_| ServerName::try_from("invalid").expect("it is a name")),
        };
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            // Neither a proxy of the environment nor a redirect may get the token.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .user_agent(concat!("wanctl/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT_PATIENCE))
            .build();
        let connector = ().chain(TcpConnector::default()).chain(tls);
        Ok(Self {
            agent: Agent::with_parts(settings, connector, Lookup::default()),
            params,
        })
    }

    /// Whom it goes to, as far as it may be shown.
    pub fn shown(&self) -> &str {
        &self.params.shown
    }

    /// Posts it.
    ///
    /// # Errors
    /// [`Untaken`], if it was not taken.
    pub fn send(&self, message: &Message) -> Result<(), Untaken> {
        let mut request = self.agent.post(&self.params.url);
        for (name, value) in &message.headers {
            request = request.header(*name, value);
        }
        if let Some(authorization) = &self.params.authorization {
            request = request.header("Authorization", authorization);
        }
        match request.send(&message.body) {
            Ok(response) => judge(&response),
            Err(error) => Err(Untaken {
                outcome: Outcome::Unreached,
                why: words(&error),
            }),
        }
    }
}

fn judge<B>(response: &http::Response<B>) -> Result<(), Untaken> {
    let status = response.status().as_u16();
    let outcome = match status {
        200..=299 => return Ok(()),
        408 | 425 | 429 | 502..=504 => {
            let wish = response.headers().get("retry-after");
            let wish = wish.and_then(|wish| wish.to_str().ok()?.trim().parse().ok());
            Outcome::NotNow(wish.map(Duration::from_secs))
        }
        500..=599 => Outcome::Stumbled,
        _ => Outcome::Refused,
    };
    let meaning = match status {
        300..=399 => "HTTP {status}, it lives elsewhere now; write the address it names",
        401 | 403 => "HTTP {status}, it does not accept the token, or the address",
        404 | 410 => "HTTP {status}, there is no such address",
        429 => "HTTP {status}, it has had enough for now",
        _ => "HTTP {status}",
    };
    Err(Untaken {
        outcome,
        why: meaning.replace("{status}", &status.to_string()),
    })
}

/// ureq's own words may repeat the address.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "its name has no address".to_owned(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::Io(error) => of_io(error),
        _ => "what it says is no HTTP".to_owned(),
    }
}

fn of_io(error: &std::io::Error) -> String {
    let inner = error.get_ref();
    let tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (tls, error.kind()) {
        (Some(rustls::Error::InvalidCertificate(why)), _) => {
            format!("its certificate is not accepted: {why}")
        }
        (Some(_), _) => "no TLS connection".to_owned(),
        (None, ErrorKind::TimedOut) => "no answer in time".to_owned(),
        (None, ErrorKind::UnexpectedEof) => "it closed the connection".to_owned(),
        (None, kind) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_another_attempt_is_worth_it() {
        let answer = |status: u16, wish: Option<&str>| {
            let mut response = http::Response::builder().status(status);
            if let Some(wish) = wish {
                response = response.header("Retry-After", wish);
            }
            judge(&response.body(()).unwrap())
        };
        assert_eq!(answer(200, None), Ok(()));
        assert_eq!(answer(204, None), Ok(()));
        let seconds = |secs| Some(Duration::from_secs(secs));
        for (status, wish, outcome) in [
            (301, None, Outcome::Refused),
            (400, None, Outcome::Refused),
            (401, None, Outcome::Refused),
            (404, None, Outcome::Refused),
            (429, Some("7"), Outcome::NotNow(seconds(7))),
            // More than a clock can hold.
            (
                429,
                Some("18446744073709551615"),
                Outcome::NotNow(seconds(u64::MAX)),
            ),
            (
                503,
                Some("Fri, 31 Dec 1999 23:59:59 GMT"),
                Outcome::NotNow(None),
            ),
            (502, None, Outcome::NotNow(None)),
            (500, None, Outcome::Stumbled),
            (507, None, Outcome::Stumbled),
        ] {
            let untaken = answer(status, wish).unwrap_err();
            assert_eq!(untaken.outcome, outcome, "{status}");
            assert!(untaken.why.starts_with(&format!("HTTP {status}")));
        }
    }
}
