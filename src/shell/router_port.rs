//! One WAN's ways to its router: REST, SSH, or both with one standing in for the other.

use mio::Registry;

use super::directory::Address;
use super::rest_port::{RestParams, RestPort};
use super::ssh::{SshParams, SshPort};
use super::tokens::WanTokens;
use crate::control::actuator::Order;
use crate::router::failover::{Errand, Failover};
use crate::router::{Event, Transport};
use crate::time::Instant;

/// How to reach a router. At least one way is given.
#[derive(Debug)]
pub struct RouterParams {
    /// Which way is taken if it works. It is given.
    pub preferred: Transport,
    /// The REST interface.
    pub rest: Option<RestParams>,
    /// The command line.
    pub ssh: Option<SshParams>,
}

impl RouterParams {
    /// Whether one transport can stand in for the other.
    pub const fn has_spare(&self) -> bool {
        self.rest.is_some() && self.ssh.is_some()
    }
}

/// The links of one WAN.
#[derive(Debug)]
pub struct RouterPort {
    failover: Failover,
    rest: Option<RestPort>,
    ssh: Option<SshPort>,
}

impl RouterPort {
    /// Connects with the first [`drive`](Self::drive).
    pub(super) fn new(tokens: WanTokens, params: RouterParams) -> Self {
        Self {
            failover: Failover::new(params.preferred, params.has_spare()),
            rest: params.rest.map(|rest| RestPort::new(tokens.router, rest)),
            ssh: params.ssh.map(|ssh| SshPort::new(tokens.ssh, ssh)),
        }
    }

    /// Hands an order to the link that serves.
    pub fn submit(&mut self, order: Order) {
        if !self.failover.takes_orders() {
            return;
        }
        match (self.failover.serving(), &mut self.rest, &mut self.ssh) {
            (Transport::Rest, Some(rest), _) => rest.submit(order),
            (Transport::Ssh, _, Some(ssh)) => ssh.submit(order),
            _ => {}
        }
    }

    /// Whether the link that serves has an order or an answer under way.
    pub fn is_busy(&self) -> bool {
        match (self.failover.serving(), &self.rest, &self.ssh) {
            (Transport::Rest, Some(rest), _) => rest.is_busy(),
            (Transport::Ssh, _, Some(ssh)) => ssh.is_busy(),
            _ => false,
        }
    }

    /// An event came for one of its connections.
    pub const fn announce(&mut self) {
        // SSH has its own way to find out.
        if let Some(rest) = &mut self.rest {
            rest.announce();
        }
    }

    /// Whether the router could not be reached at its last address, told once.
    pub fn take_unreached(&mut self) -> bool {
        let rest = self.rest.as_mut().is_some_and(RestPort::take_unreached);
        let ssh = self.ssh.as_mut().is_some_and(SshPort::take_unreached);
        rest || ssh
    }

    /// Does everything that can be done now. Call on events, on ticks and after [`submit`](Self::submit).
    pub fn drive(
        &mut self,
        now: Instant,
        address: Address,
        registry: &Registry,
        mut each: impl FnMut(Event),
    ) {
        loop {
            let busy = self.is_busy();
            self.failover.poll(now, busy);
            while let Some(errand) = self.failover.errand() {
                self.run(now, errand);
            }
            let failover = &mut self.failover;
            if let Some(rest) = &mut self.rest {
                rest.drive(now, address, registry, |event| {
                    failover.take(now, Transport::Rest, event);
                });
            }
            if let Some(ssh) = &mut self.ssh {
                ssh.drive(now, address, registry, |event| {
                    failover.take(now, Transport::Ssh, event);
                });
            }
            let mut told = false;
            while let Some(event) = self.failover.event() {
                told = true;
                each(event);
            }
            // What was told may have ended something that an errand was waiting for.
            if !told {
                return;
            }
        }
    }

    /// Whether bytes may be waiting that no event will announce.
    pub const fn has_more(&self) -> bool {
        match &self.rest {
            Some(rest) => rest.has_more(),
            None => false,
        }
    }

    fn run(&mut self, now: Instant, errand: Errand) {
        let (Errand::Wake(transport) | Errand::Sleep(transport) | Errand::Look(transport)) = errand;
        match (transport, &mut self.rest, &mut self.ssh) {
            (Transport::Rest, Some(port), _) => match errand {
                Errand::Wake(_) => port.link().wake(now),
                Errand::Sleep(_) => port.link().sleep(),
                Errand::Look(_) => port.link().look(now),
            },
            (Transport::Ssh, _, Some(port)) => match errand {
                Errand::Wake(_) => port.link().wake(now),
                Errand::Sleep(_) => port.link().sleep(),
                Errand::Look(_) => port.link().look(now),
            },
            _ => {}
        }
    }
}
