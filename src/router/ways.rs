//! One or two links to one router, driven together.

use super::Transport;
use super::failover::{Errand, Failover};
use super::talk::Tell;
use crate::time::Instant;

/// A link and whatever carries its bytes: sockets in the shell, virtual time in `sim`.
pub trait Way {
    /// What is asked for over it.
    type Order;
    /// What it tells.
    type Event: Tell;
    /// Hands an order to the link.
    fn submit(&mut self, order: Self::Order);
    /// Whether an order or an answer is under way.
    fn is_busy(&self) -> bool;
    /// Connects as soon as it is driven.
    fn wake(&mut self, now: Instant);
    /// Closes, and stays closed.
    fn sleep(&mut self);
    /// Looks next.
    fn look(&mut self, now: Instant);
    /// Looks next, unless there is something better to do.
    fn glance(&mut self, now: Instant);
}

/// How a way moves on; `Around` is what its carrier needs from its surroundings.
pub trait Drive<Around>: Way {
    /// Does everything that can be done now.
    fn drive(&mut self, now: Instant, around: &mut Around, each: &mut dyn FnMut(Self::Event));
}

/// The links of one WAN: REST, SSH, or both with one standing in for the other.
#[derive(Debug)]
pub struct Ways<R: Way, S> {
    failover: Failover<R::Event>,
    rest: Option<R>,
    ssh: Option<S>,
}

impl<R, S> Ways<R, S>
where
    R: Way,
    S: Way<Order = R::Order, Event = R::Event>,
{
    /// At least one of them is given, the preferred one among them.
    pub fn new(preferred: Transport, rest: Option<R>, ssh: Option<S>) -> Self {
        let spare = rest.is_some() && ssh.is_some();
        Self {
            failover: Failover::new(preferred, spare),
            rest,
            ssh,
        }
    }

    /// The REST link, if there is one.
    pub const fn rest(&self) -> Option<&R> {
        self.rest.as_ref()
    }

    /// The REST link, to be told what its carrier learned.
    pub const fn rest_mut(&mut self) -> Option<&mut R> {
        self.rest.as_mut()
    }

    /// The SSH way, if there is one.
    #[must_use]
    pub const fn ssh(&self) -> Option<&S> {
        self.ssh.as_ref()
    }

    /// The SSH link, to be told what its carrier learned.
    pub const fn ssh_mut(&mut self) -> Option<&mut S> {
        self.ssh.as_mut()
    }

    /// Hands an order to the link that serves.
    pub fn submit(&mut self, order: R::Order) {
        if !self.failover.takes_orders() {
            return;
        }
        match self.failover.serving() {
            Transport::Rest => self.rest.as_mut().map(|way| way.submit(order)),
            Transport::Ssh => self.ssh.as_mut().map(|way| way.submit(order)),
        };
    }

    /// Whether the link that serves has an order or an answer under way.
    pub fn is_busy(&self) -> bool {
        match self.failover.serving() {
            Transport::Rest => self.rest.as_ref().is_some_and(Way::is_busy),
            Transport::Ssh => self.ssh.as_ref().is_some_and(Way::is_busy),
        }
    }

    /// Looks at the counters, unless the link that serves has something better to do: see
    /// [`rest::Link::glance`](super::rest::Link::glance).
    pub fn glance(&mut self, now: Instant) {
        if !self.failover.takes_orders() {
            return;
        }
        match self.failover.serving() {
            Transport::Rest => self.rest.as_mut().map(|way| way.glance(now)),
            Transport::Ssh => self.ssh.as_mut().map(|way| way.glance(now)),
        };
    }

    /// Does everything that can be done now. Call on events, on ticks and after [`submit`](Self::submit).
    pub fn drive<A>(&mut self, now: Instant, around: &mut A, mut each: impl FnMut(R::Event))
    where
        R: Drive<A>,
        S: Drive<A>,
    {
        loop {
            let busy = self.is_busy();
            self.failover.poll(now, busy);
            while let Some(errand) = self.failover.errand() {
                self.run(now, errand);
            }
            let failover = &mut self.failover;
            if let Some(rest) = &mut self.rest {
                let mut take = |event| failover.take(now, Transport::Rest, event);
                rest.drive(now, around, &mut take);
            }
            if let Some(ssh) = &mut self.ssh {
                let mut take = |event| failover.take(now, Transport::Ssh, event);
                ssh.drive(now, around, &mut take);
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

    fn run(&mut self, now: Instant, errand: Errand) {
        let (Errand::Wake(transport) | Errand::Sleep(transport) | Errand::Look(transport)) = errand;
        match transport {
            Transport::Rest => self.rest.as_mut().map(|way| obey(way, now, errand)),
            Transport::Ssh => self.ssh.as_mut().map(|way| obey(way, now, errand)),
        };
    }
}

fn obey(way: &mut impl Way, now: Instant, errand: Errand) {
    match errand {
        Errand::Wake(_) => way.wake(now),
        Errand::Sleep(_) => way.sleep(),
        Errand::Look(_) => way.look(now),
    }
}
