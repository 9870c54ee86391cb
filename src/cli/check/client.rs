//! The router by REST, one blocking request after the other.

use std::io::ErrorKind;
use std::net::ToSocketAddrs as _;

use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use ureq::{Agent, http};

use super::object::{self, Object};
use crate::cli::transport;
use crate::config::{RouterConfig, Scheme};
use crate::shell::certificate::bracketed;
use crate::shell::clock::Clock;
use crate::shell::https::OurTls;
use crate::shell::tls::{self, Trust};
use crate::time::Duration;

/// A person waits; and a router that needs longer is of no use to a 50 ms beat.
const PATIENCE: Duration = Duration::from_secs(8);
const CONNECT_PATIENCE: Duration = Duration::from_secs(4);

/// Why there is no answer, or none of use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) enum Failure {
    /// The name has no address.
    NoAddress,
    /// Nobody listens there, or the network says no.
    Unreachable(String),
    /// No answer in time.
    TimedOut,
    /// The certificate is not the one that is trusted.
    Untrusted(String),
    /// The connection ended before there was an answer.
    Ended,
    /// What came is neither TLS nor HTTP.
    Garbled(String),
    /// An answer, but a refusal, with RouterOS's words.
    Status(u16, String),
    /// Success, but no RouterOS object.
    Unreadable,
}

/// One answer and how long it took.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Answer {
    pub(in crate::cli) objects: Vec<Object>,
    pub(in crate::cli) took: Duration,
}

/// A router we can ask. It keeps one connection.
pub(in crate::cli) struct Client {
    agent: Agent,
    base: String,
    place: (String, u16),
    authorization: String,
    clock: Clock,
}

impl Client {
    /// Without a word to the router yet.
    ///
    /// # Errors
    /// A sentence if the password or CA file cannot be read.
    pub(in crate::cli) fn new(config: &RouterConfig, clock: Clock) -> Result<Self, String> {
        Self::with_login(config, transport::authorization(config)?, clock)
    }

    /// The same with a header `Authorization` of its own.
    ///
    /// # Errors
    /// A sentence if the CA file cannot be read.
    pub(super) fn with_login(
        config: &RouterConfig,
        authorization: String,
        clock: Clock,
    ) -> Result<Self, String> {
        let scheme = match config.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        // Without TLS this is never looked at.
        let trust = match config.scheme {
            Scheme::Http => Trust::Anyone,
            Scheme::Https => transport::trust(config),
        };
        let tls = OurTls {
            config: tls::client_config(&trust).map_err(|e| e.to_string())?,
            name: transport::server_name(&config.host),
        };
        let span = |span: Duration| Some(std::time::Duration::from_micros(span.as_micros()));
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            // Neither a proxy of the environment nor a redirect may get the password.
            .proxy(None)
            .max_redirects(0)
            .user_agent("")
            .timeout_global(span(config.timeout.min(PATIENCE)))
            .timeout_connect(span(CONNECT_PATIENCE))
            .build();
        let connector = ().chain(TcpConnector::default()).chain(tls);
        Ok(Self {
            agent: Agent::with_parts(settings, connector, DefaultResolver::default()),
            base: format!(
                "{scheme}://{}:{}",
                bracketed(&config.host.to_string()),
                config.port
            ),
            place: (config.host.to_string(), config.port),
            authorization,
            clock,
        })
    }

    /// Whether the router's name has an address. What asks it does not tell that from other errors.
    pub(in crate::cli) fn has_address(&self) -> bool {
        let (host, port) = &self.place;
        let found = (host.as_str(), *port).to_socket_addrs();
        found.is_ok_and(|mut found| found.next().is_some())
    }

    /// Reads.
    pub(in crate::cli) fn get(&self, path: &str) -> Result<Answer, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("Authorization", &self.authorization);
        self.answer(|| request.call())
    }

    /// Writes.
    pub(in crate::cli) fn patch(&self, path: &str, body: &str) -> Result<Answer, Failure> {
        let request = self.agent.patch(format!("{}{path}", self.base));
        let request = request
            .header("Authorization", &self.authorization)
            .header("Content-Type", "application/json");
        self.answer(|| request.send(body))
    }

    fn answer(
        &self,
        ask: impl FnOnce() -> Result<http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, Failure> {
        let asked_at = self.clock.now();
        let mut response = ask().map_err(|e| failure(&e))?;
        let mut body = response.body_mut().read_to_vec().map_err(|e| failure(&e))?;
        let took = self.clock.now() - asked_at;
        let objects = object::read(&mut body);
        match response.status().as_u16() {
            200..=299 => {
                let objects = objects.ok_or(Failure::Unreadable)?;
                Ok(Answer { objects, took })
            }
            status => Err(Failure::Status(status, words(objects))),
        }
    }
}

/// RouterOS explains itself in `detail`, or at least in `message`.
fn words(objects: Option<Vec<Object>>) -> String {
    let object = objects.and_then(|objects| objects.into_iter().next());
    let object = object.unwrap_or_default();
    let words = object.text("detail").or_else(|| object.text("message"));
    words
        .unwrap_or("no explanation")
        .chars()
        .take(200)
        .collect()
}

fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::HostNotFound => Failure::NoAddress,
        ureq::Error::Timeout(_) => Failure::TimedOut,
        ureq::Error::Io(error) => of_io(error),
        ureq::Error::ConnectionFailed => Failure::Unreachable("no connection".to_owned()),
        ureq::Error::Protocol(_) => Failure::Garbled("what it says is no HTTP".to_owned()),
        other => Failure::Garbled(other.to_string()),
    }
}

fn of_io(error: &std::io::Error) -> Failure {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(why)) => Failure::Untrusted(match why {
            rustls::CertificateError::ApplicationVerificationFailure => {
                "it is not the pinned one".to_owned()
            }
            rustls::CertificateError::UnknownIssuer => {
                "no authority that is trusted here has signed it".to_owned()
            }
            other => other.to_string(),
        }),
        Some(other) => Failure::Garbled(other.to_string()),
        None => match error.kind() {
            ErrorKind::TimedOut => Failure::TimedOut,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => Failure::Ended,
            _ => Failure::Unreachable(error.to_string()),
        },
    }
}
