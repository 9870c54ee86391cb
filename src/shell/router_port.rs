//! One WAN's ways to its router: REST, SSH, or both with one standing in for the other.

use mio::Registry;

use super::directory::Address;
use super::rest_port::{RestParams, RestPort};
use super::ssh::{SshParams, SshPort};
use super::tokens::WanTokens;
use crate::router::queues::Queues;
use crate::router::rest::talk::RestTalk;
use crate::router::ssh::talk::SshTalk;
use crate::router::ways::Ways;
use crate::router::{Transport, rest, ssh};
use crate::time::Instant;

/// How to reach a router. At least one way is given.
#[derive(Debug)]
pub struct RouterParams<R = rest::LinkParams, S = ssh::LinkParams> {
    /// Which way is taken if it works. It is given.
    pub preferred: Transport,
    /// The REST interface.
    pub rest: Option<RestParams<R>>,
    /// The command line.
    pub ssh: Option<SshParams<S>>,
}

impl<R, S> RouterParams<R, S> {
    /// Whether one transport can stand in for the other.
    pub const fn has_spare(&self) -> bool {
        self.rest.is_some() && self.ssh.is_some()
    }
}

/// What a link needs to connect and to be woken.
#[derive(Debug)]
pub struct Lan<'a> {
    /// Where the router is.
    pub address: Address,
    /// Who watches the sockets.
    pub registry: &'a Registry,
}

/// The links of one WAN.
#[derive(Debug)]
pub struct RouterPort<T: RestTalk + SshTalk = Queues> {
    ways: Ways<RestPort<T>, SshPort<T>>,
}

impl<T: RestTalk + SshTalk> RouterPort<T> {
    /// Connects with the first [`drive`](Self::drive).
    pub(super) fn new<R, S>(tokens: WanTokens, params: RouterParams<R, S>) -> Self
    where
        R: rest::talk::Setup<Talk = T>,
        S: ssh::talk::Setup<Talk = T>,
    {
        let rest = params.rest.map(|rest| RestPort::new(tokens.router, rest));
        let ssh = params.ssh.map(|ssh| SshPort::new(tokens.ssh, ssh));
        Self {
            ways: Ways::new(params.preferred, rest, ssh),
        }
    }

    /// Hands an order to the link that serves.
    pub fn submit(&mut self, order: T::Order) {
        self.ways.submit(order);
    }

    /// Looks, unless the link that serves has something better to do.
    pub fn glance(&mut self, now: Instant) {
        self.ways.glance(now);
    }

    /// Whether the link that serves has an order or an answer under way.
    pub fn is_busy(&self) -> bool {
        self.ways.is_busy()
    }

    /// An event came for one of its connections.
    pub const fn announce(&mut self) {
        // SSH has its own way to find out.
        if let Some(rest) = self.ways.rest_mut() {
            rest.announce();
        }
    }

    /// Whether the router could not be reached at its last address, told once.
    pub fn take_unreached(&mut self) -> bool {
        let rest = self.ways.rest_mut().is_some_and(RestPort::take_unreached);
        let ssh = self.ways.ssh_mut().is_some_and(SshPort::take_unreached);
        rest || ssh
    }

    /// Does everything that can be done now. Call on events, on ticks and after [`submit`](Self::submit).
    pub fn drive(
        &mut self,
        now: Instant,
        address: Address,
        registry: &Registry,
        each: impl FnMut(T::Event),
    ) {
        self.ways.drive(now, &mut Lan { address, registry }, each);
    }

    /// Whether bytes may be waiting that no event will announce.
    pub const fn has_more(&self) -> bool {
        match self.ways.rest() {
            Some(rest) => rest.has_more(),
            None => false,
        }
    }
}
