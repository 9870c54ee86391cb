//! Moves bytes between a REST link and its connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mio::{Registry, Token};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::stream::Stream;
use crate::control::actuator::Order;
use crate::router::rest::{Action, Link, LinkParams};
use crate::router::{Event, Failure};
use crate::time::Instant;

/// A request: head of a few hundred bytes, body of at most 192.
const REQUEST: usize = 1536;
/// Times bytes are read per call: a router that never stops sending must not stop the loop.
const READS: usize = 64;

/// Where a router is and how to talk to it.
#[derive(Debug)]
pub struct RestParams {
    /// TCP port.
    pub port: u16,
    /// TLS and the name the certificate should bear; plain HTTP without.
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// The link's own settings.
    pub link: LinkParams,
}

/// One WAN's way to its router.
#[derive(Debug)]
pub struct RestPort {
    link: Link,
    stream: Option<Stream>,
    token: Token,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// [`READS`] was reached; no event will tell of what is left.
    more: bool,
}

impl RestPort {
    /// Connects with the first [`drive`](Self::drive).
    pub fn new(token: Token, params: RestParams) -> Self {
        Self {
            link: Link::new(params.link),
            stream: None,
            token,
            port: params.port,
            tls: params.tls,
            more: false,
        }
    }

    /// Its link, to be given errands.
    pub const fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    /// Hands an order to the link.
    pub fn submit(&mut self, order: Order) {
        self.link.submit(order);
    }

    /// Whether an order or an answer is under way.
    pub fn is_busy(&self) -> bool {
        self.link.is_busy()
    }

    /// Does everything that can be done now. Call on events, on ticks and after [`submit`](Self::submit).
    pub fn drive(
        &mut self,
        now: Instant,
        address: Option<IpAddr>,
        registry: &Registry,
        mut each: impl FnMut(Event),
    ) {
        loop {
            match self.link.poll(now) {
                Some(Action::Connect) => self.connect(now, address, registry),
                // Closing the descriptor deregisters it.
                Some(Action::Close) => {
                    self.stream = None;
                    self.more = false;
                }
                None => {}
            }
            if let Err(why) = self.exchange(now) {
                self.stream = None;
                self.link.closed(now, why);
            }
            let mut told = false;
            while let Some(event) = self.link.event() {
                told = true;
                each(event);
            }
            // An event may be followed by the next thing to do at once; nothing else is left.
            if !told {
                return;
            }
        }
    }

    /// Whether bytes may be waiting that no event will announce.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    fn connect(&mut self, now: Instant, address: Option<IpAddr>, registry: &Registry) {
        let open = || {
            let address = address.ok_or(Failure::NameUnknown)?;
            let tls = self
                .tls
                .as_ref()
                .map(|(config, name)| (config, name.clone()));
            let mut stream = Stream::connect(SocketAddr::new(address, self.port), tls)?;
            stream.register(registry, self.token)?;
            Ok(stream)
        };
        match open() {
            Ok(stream) => self.stream = Some(stream),
            Err(why) => self.link.closed(now, why),
        }
    }

    fn exchange(&mut self, now: Instant) -> Result<(), Failure> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        if !stream.advance()? {
            return Ok(());
        }
        self.link.connected(now);
        self.more = false;
        for _ in 0..READS {
            let mut request = [0; REQUEST];
            let len = self
                .link
                .request(now, &mut request)
                .map_err(|_| Failure::TooLarge)?;
            if len > 0 {
                stream.send(&request[..len])?;
            }
            let received = stream.receive(self.link.space())?;
            if received == 0 {
                return Ok(());
            }
            self.link.received(now, received);
            if !self.link.is_up() {
                return Ok(());
            }
        }
        self.more = true;
        Ok(())
    }
}
