//! Every socket of one WAN.

use std::net::SocketAddr;

use mio::Registry;

use super::binding::Binding;
use super::clock::Clock;
use super::connect::{Started, TcpProbes};
use super::departures::{Departures, News};
use super::directory::{Address, Change, Directory, HostName};
use super::echo::{EchoSockets, Peer, Wanted};
use super::resolver::{Resolved, Resolver};
use super::router_port::{RouterParams, RouterPort};
use super::tokens::{self, WanTokens};
use super::zone::Zones;
use crate::control::prober::{Echo, Target};
use crate::program::{Input, WanId};
use crate::router::rest::talk::RestTalk;
use crate::router::ssh::talk::SshTalk;
use crate::router::{rest, ssh};
use crate::status::Unsent;
use crate::time::Instant;

/// Datagrams taken per wake-up: 16 reflectors' replies and their duplicates.
const DATAGRAMS: usize = 64;

/// How a reflector is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReflectorHost {
    /// Who.
    pub host: HostName,
    /// `Some`: by UDP echo on this port instead of ICMP.
    pub udp_port: Option<u16>,
}

/// What one WAN's sockets are made of.
#[derive(Debug)]
pub struct WanPortsParams<R = rest::LinkParams, S = ssh::LinkParams> {
    /// Open echo sockets.
    pub echo: EchoSockets,
    /// What they were opened for.
    pub wanted: Wanted,
    /// What ties its sockets to the WAN.
    pub binding: Binding,
    /// Whom to ask every round.
    pub reflectors: Vec<ReflectorHost>,
    /// Whom to ask when they are silent.
    pub gateway: Option<HostName>,
    /// Where to connect when they are silent.
    pub tcp_targets: Vec<(HostName, u16)>,
    /// The router and how to talk to it, if that is this WAN's business.
    pub router: Option<(HostName, RouterParams<R, S>)>,
}

/// The sockets of one WAN, on the loop.
#[derive(Debug)]
pub struct WanPorts<T: RestTalk + SshTalk> {
    id: WanId,
    tokens: WanTokens,
    echo: EchoSockets,
    /// What echo sockets are opened again with.
    wanted: Wanted,
    binding: Binding,
    departures: Departures,
    /// They were opened again, and nothing has left since.
    reopened: bool,
    /// A drain stopped early; no event will tell of what is left.
    echo_more: bool,
    tcp: TcpProbes,
    router: Option<RouterPort<T>>,
    directory: Directory,
    udp_ports: Vec<Option<u16>>,
    tcp_ports: Vec<u16>,
    zones: Zones,
}

impl<T: RestTalk + SshTalk> WanPorts<T> {
    /// Puts one WAN's sockets on the loop.
    ///
    /// # Errors
    /// The system's words, if mio refuses.
    pub fn new<R, S>(
        id: WanId,
        registry: &Registry,
        mut params: WanPortsParams<R, S>,
    ) -> Result<Self, String>
    where
        R: rest::talk::Setup<Talk = T>,
        S: ssh::talk::Setup<Talk = T>,
    {
        let tokens = tokens::of_wan(id.index());
        registry
            .register(&mut params.echo, tokens.echo, mio::Interest::READABLE)
            .map_err(|e| e.to_string())?;
        let udp_ports = params.reflectors.iter().map(|r| r.udp_port).collect();
        let tcp_ports = params.tcp_targets.iter().map(|(_, port)| *port).collect();
        let (router_host, router) = params.router.unzip();
        // Reflectors first, then TCP targets, then the router, then the gateway.
        let hosts: Vec<HostName> = params
            .reflectors
            .into_iter()
            .map(|reflector| reflector.host)
            .chain(params.tcp_targets.into_iter().map(|(host, _)| host))
            .chain(router_host)
            .chain(params.gateway)
            .collect();
        Ok(Self {
            id,
            tokens,
            echo: params.echo,
            wanted: params.wanted,
            binding: params.binding.clone(),
            departures: Departures::default(),
            reopened: false,
            echo_more: false,
            zones: Zones::of(&hosts),
            directory: Directory::new(u32::from(id.0) << 8, hosts, params.binding.source),
            tcp: TcpProbes::new(params.binding, tokens.tcp),
            router: router.map(|router| RouterPort::new(tokens, router)),
            udp_ports,
            tcp_ports,
        })
    }

    /// An event for one of its tokens.
    pub fn ready(
        &mut self,
        clock: Clock,
        now: Instant,
        registry: &Registry,
        token: mio::Token,
        mut input: impl FnMut(Input<T::Event>),
    ) {
        if token == self.tokens.echo {
            self.echo_more = true;
        } else if token == self.tokens.router || token == self.tokens.ssh {
            if let Some(router) = &mut self.router {
                router.announce();
            }
            self.drive(now, registry, input);
        } else if self.tcp.owns(token)
            && let Some(probe) = self.tcp.ready(clock, registry, token)
        {
            input(Input::Connected {
                wan: self.id,
                took: probe.took,
            });
        }
    }

    /// Takes the echo replies that were announced, and whatever an earlier call left.
    pub fn catch_up(
        &mut self,
        clock: Clock,
        now: Instant,
        registry: &Registry,
        mut input: impl FnMut(Input<T::Event>),
    ) {
        if core::mem::take(&mut self.echo_more) {
            let wan = self.id;
            let drained = self.echo.drain(clock, DATAGRAMS, |reply| {
                input(Input::Reply {
                    wan,
                    seq: reply.seq,
                    rtt: reply.rtt,
                    stamps: reply.stamps,
                });
            });
            self.echo_more = drained.more;
        }
        if self.router.as_ref().is_some_and(RouterPort::has_more) {
            self.drive(now, registry, input);
        }
    }

    /// Whether something is left that no event will announce.
    pub fn has_more(&self) -> bool {
        self.echo_more || self.router.as_ref().is_some_and(RouterPort::has_more)
    }

    /// Time passed: deadlines, and what mio would not announce again.
    pub fn tick(
        &mut self,
        now: Instant,
        registry: &Registry,
        resolver: Option<&mut Resolver>,
        mut input: impl FnMut(Input<T::Event>),
    ) {
        if let Some(resolver) = resolver {
            self.directory.tick(now, resolver);
        }
        self.zones.tick(now);
        let wan = self.id;
        let round = self.departures.close_round(now);
        if round.reopen && self.binding.interface.is_some() {
            self.reopen(registry);
        }
        if let Some(news) = round.news {
            let unsent = match news {
                News::Stuck(why) => Some(why),
                News::Leaving => None,
            };
            self.reopened &= unsent.is_some();
            input(Input::Leaving { wan, unsent });
        }
        self.tcp.expire(now, registry, |probe| {
            input(Input::Connected {
                wan,
                took: probe.took,
            });
        });
        self.drive(now, registry, input);
    }

    /// Opens the echo sockets again, on the interface that has the name now. While there is none, the
    /// old ones stay: they cannot send by another WAN.
    fn reopen(&mut self, registry: &Registry) {
        let Ok(mut echo) = EchoSockets::open(&self.wanted, &self.binding) else {
            return;
        };
        if registry
            .register(&mut echo, self.tokens.echo, mio::Interest::READABLE)
            .is_err()
        {
            return;
        }
        // Closing would do as well; this only keeps mio's own books.
        let _ = registry.deregister(&mut self.echo);
        self.echo = echo;
        if !core::mem::replace(&mut self.reopened, true) {
            let name = self.binding.interface.as_deref().unwrap_or_default();
            log::info!("Interface {name}: echo sockets opened again");
        }
    }

    /// Moves the router link on.
    pub fn drive(
        &mut self,
        now: Instant,
        registry: &Registry,
        mut input: impl FnMut(Input<T::Event>),
    ) {
        let wan = self.id;
        let host = self.router_host();
        let Some(router) = &mut self.router else {
            return;
        };
        let address = self.directory.address(now, host);
        router.drive(now, address, registry, |event| {
            input(Input::Router { wan, event });
        });
        if router.take_unreached() {
            self.directory.unreached(now, host);
        }
    }

    /// Sends an echo request. One that does not leave is as good as unanswered; it is counted, unless the
    /// resolver has still to say where to.
    pub fn probe(&mut self, clock: Clock, now: Instant, echo: Echo) {
        let sent = match self.peer(now, echo.target) {
            Ok(peer) => {
                let sent = self.echo.ask(clock, echo, peer);
                sent.map_err(Unsent::from)
            }
            Err(None) => return,
            Err(Some(why)) => Err(why),
        };
        // The gateway may be near when the world is not: it says nothing about the others.
        if echo.target != Target::Gateway {
            self.departures.note(sent);
        }
    }

    /// Where a target is at the moment, or why that is not known; `None`: the resolver has still to say.
    fn peer(&self, now: Instant, target: Target) -> Result<Peer, Option<Unsent>> {
        let (host, udp_port) = match target {
            Target::Gateway => (
                self.router_host() + usize::from(self.router.is_some()),
                None,
            ),
            Target::Reflector(n) => (usize::from(n), self.udp_ports[usize::from(n)]),
        };
        let place = self.place(now, host, udp_port.unwrap_or(0))?;
        Ok(match (udp_port, place) {
            (Some(_), place) => Peer::Udp(place),
            (None, SocketAddr::V6(place)) if place.scope_id() != 0 => Peer::IcmpOn(place),
            (None, place) => Peer::Icmp(place.ip()),
        })
    }

    fn place(&self, now: Instant, host: usize, port: u16) -> Result<SocketAddr, Option<Unsent>> {
        let ip = match self.directory.address(now, host) {
            Address::Known { ip, .. } => ip,
            Address::Pending => return Err(None),
            Address::Unknown => return Err(Some(Unsent::NoAddress)),
        };
        let place = self.zones.place(host, ip, port);
        place.ok_or(Some(Unsent::NoInterface))
    }

    /// The router's place in the directory, if it has one.
    const fn router_host(&self) -> usize {
        self.udp_ports.len() + self.tcp_ports.len()
    }

    /// Tries a TCP connect to each fallback target; what fails at once is reported at once.
    pub fn try_tcp(
        &mut self,
        clock: Clock,
        now: Instant,
        registry: &Registry,
        mut input: impl FnMut(Input<T::Event>),
    ) {
        for (n, port) in (0..).zip(&self.tcp_ports) {
            let place = self.place(now, self.udp_ports.len() + usize::from(n), *port);
            let started = place.map_or(Started::Failed, |place| {
                self.tcp.start(clock, registry, n, place)
            });
            if started != Started::UnderWay {
                let (wan, took) = (self.id, None);
                input(Input::Connected { wan, took });
            }
        }
    }

    /// Hands an order to the router link.
    pub fn write(&mut self, order: T::Order) {
        if let Some(router) = &mut self.router {
            router.submit(order);
        }
    }

    /// Has the router link look, unless it has something better to do.
    pub fn glance(&mut self, now: Instant) {
        if let Some(router) = &mut self.router {
            router.glance(now);
        }
    }

    /// Whether the router link has something under way.
    pub fn is_writing(&self) -> bool {
        self.router.as_ref().is_some_and(RouterPort::is_busy)
    }

    /// Takes a resolver's answer.
    pub fn resolved(&mut self, now: Instant, resolved: &Resolved) {
        match self.directory.resolved(now, resolved) {
            Some(Change::Found(name, address)) => log::info!("{name} is {address}"),
            Some(Change::Unknown(name)) => log::warn!("{name} has no usable address yet"),
            None => {}
        }
    }

    /// What the system allowed for measuring, in one line.
    pub const fn echo(&self) -> &EchoSockets {
        &self.echo
    }
}

#[cfg(test)]
mod tests {
    use mio::Poll;

    use super::*;
    use crate::control::prober::Question;
    use crate::router::queues::Queues;
    use crate::shell::resolver::Unresolved;
    use crate::time::Duration;

    /// A WAN with one reflector, which has a name.
    fn ports(registry: &Registry) -> WanPorts<Queues> {
        let mut wanted = Wanted::default();
        wanted.add_name(true);
        let host = HostName::Name("reflector.example".into());
        let params = WanPortsParams {
            echo: EchoSockets::open(&wanted, &Binding::default()).unwrap(),
            wanted,
            binding: Binding::default(),
            reflectors: vec![ReflectorHost {
                host,
                udp_port: Some(7),
            }],
            gateway: None,
            tcp_targets: Vec::new(),
            router: None::<(HostName, RouterParams)>,
        };
        WanPorts::new(WanId(0), registry, params).unwrap()
    }

    #[test]
    fn a_reflector_is_not_called_unknown_before_the_resolver_says_so() {
        let poll = Poll::new().unwrap();
        let clock = Clock::start();
        let mut ports = ports(poll.registry());
        let mut now = Instant::ZERO;
        let mut said = Vec::new();
        let mut rounds = |ports: &mut WanPorts<Queues>| {
            for _ in 0..30 {
                let echo = Echo {
                    target: Target::Reflector(0),
                    seq: 0,
                    question: Question::Echo,
                };
                ports.probe(clock, now, echo);
                now = now + Duration::from_millis(50);
                ports.tick(now, poll.registry(), None, |input| said.push(input));
            }
            core::mem::take(&mut said)
        };
        assert_eq!(rounds(&mut ports), []);
        let none = Resolved {
            key: 0,
            addresses: Err(Unresolved::default()),
        };
        ports.resolved(Instant::ZERO, &none);
        let leaving = Input::Leaving {
            wan: WanId(0),
            unsent: Some(Unsent::NoAddress),
        };
        assert_eq!(rounds(&mut ports), [leaving]);
    }
}
