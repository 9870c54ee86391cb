//! Moves bytes between a REST link and its connection.

use std::net::SocketAddr;
use std::sync::Arc;

use mio::{Registry, Token};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::directory::Address;
use super::router_port::Lan;
use super::stream::Stream;
use crate::router::queues::Queues;
use crate::router::rest::talk::{RestTalk, Setup};
use crate::router::rest::{Link, LinkParams};
use crate::router::ways::{Drive, way_of_its_link};
use crate::router::{Action, Failure};
use crate::time::Instant;

/// A request: head of a few hundred bytes, body of at most 192.
const REQUEST: usize = 1536;
/// Times bytes are read per call: a router that never stops sending must not stop the loop.
const READS: usize = 64;

/// Where a router is and how to talk to it.
#[derive(Debug)]
pub struct RestParams<P = LinkParams> {
    /// TCP port.
    pub port: u16,
    /// TLS and the name the certificate should bear; plain HTTP without.
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// The link's own settings.
    pub link: P,
}

/// One WAN's way to its router.
#[derive(Debug)]
pub struct RestPort<T: RestTalk = Queues> {
    link: Link<T>,
    stream: Option<Stream>,
    token: Token,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// An event came and what it told of was not read yet.
    announced: bool,
    /// [`READS`] was reached; no event will tell of what is left.
    more: bool,
    /// Of the connection that is being opened: how many addresses the host has.
    opening: Option<usize>,
    /// Addresses in a row to which no connection could be opened.
    tried: usize,
    /// The last address cannot be reached.
    unreached: bool,
}

impl<T: RestTalk> RestPort<T> {
    /// Connects with the first [`drive`](Self::drive).
    pub fn new<P: Setup<Talk = T>>(token: Token, params: RestParams<P>) -> Self {
        Self {
            link: Link::new(params.link),
            stream: None,
            token,
            port: params.port,
            tls: params.tls,
            announced: false,
            more: false,
            opening: None,
            tried: 0,
            unreached: false,
        }
    }

    /// An event came for its connection.
    pub const fn announce(&mut self) {
        self.announced = true;
    }

    /// Whether the last address could not be reached, told once.
    pub const fn take_unreached(&mut self) -> bool {
        core::mem::replace(&mut self.unreached, false)
    }

    /// Whether bytes may be waiting that no event will announce.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    fn connect(&mut self, now: Instant, address: Address, registry: &Registry) {
        self.drop_stream();
        let (ip, of) = match address {
            Address::Known { ip, of } => (ip, of),
            Address::Pending => return self.link.not_yet(now),
            Address::Unknown => return self.link.closed(now, Failure::NameUnknown),
        };
        let open = || {
            let tls = self
                .tls
                .as_ref()
                .map(|(config, name)| (config, name.clone()));
            let mut stream = Stream::connect(SocketAddr::new(ip, self.port), tls)?;
            stream.register(registry, self.token)?;
            Ok(stream)
        };
        self.opening = Some(of);
        match open() {
            Ok(stream) => self.stream = Some(stream),
            Err(why) => self.broken(now, why),
        }
    }

    /// The connection broke, or could not be opened: then it is no failure before every address of the
    /// host was tried.
    fn broken(&mut self, now: Instant, why: Failure) {
        let opening = self.opening;
        self.drop_stream();
        if let Some(of) = opening {
            self.unreached = true;
            self.tried += 1;
            if self.tried < of {
                return self.link.not_yet(now);
            }
            self.tried = 0;
        }
        self.link.closed(now, why);
    }

    /// Closing the descriptor deregisters it.
    fn drop_stream(&mut self) {
        self.stream = None;
        self.opening = None;
        self.announced = false;
        self.more = false;
    }

    fn exchange(&mut self, now: Instant) -> Result<(), Failure> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        if !stream.advance()? {
            return Ok(());
        }
        if self.opening.take().is_some() {
            self.tried = 0;
            self.link.connected(now);
        }
        let mut readable = core::mem::take(&mut self.announced) | core::mem::take(&mut self.more);
        for _ in 0..READS {
            let mut request = [0; REQUEST];
            let len = self
                .link
                .request(now, &mut request)
                .map_err(|_| Failure::TooLarge)?;
            if len > 0 {
                stream.send(&request[..len])?;
            }
            if !readable {
                return Ok(());
            }
            let received = stream.receive(self.link.space())?;
            readable = received > 0;
            if !readable {
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

way_of_its_link!(RestPort, RestTalk);

impl<T: RestTalk> Drive<Lan<'_>> for RestPort<T> {
    fn drive(&mut self, now: Instant, lan: &mut Lan<'_>, each: &mut dyn FnMut(T::Event)) {
        loop {
            match self.link.poll(now) {
                Some(Action::Connect) => self.connect(now, lan.address, lan.registry),
                Some(Action::Close) => {
                    self.unreached |= self.opening.is_some();
                    self.drop_stream();
                }
                None => {}
            }
            if let Err(why) = self.exchange(now) {
                self.broken(now, why);
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
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{IpAddr, Ipv4Addr, TcpListener};

    use mio::{Events, Poll};

    use super::*;
    use crate::direction::Both;
    use crate::router::Event;
    use crate::shell::tls;
    use crate::time::Duration;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    /// Nobody listens on this address of our own machine.
    const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

    struct Bench {
        poll: Poll,
        port: RestPort,
        listener: TcpListener,
        now: Instant,
        said: Vec<Event>,
    }

    impl Bench {
        fn new() -> Self {
            let listener = TcpListener::bind((HERE, 0)).unwrap();
            let params = RestParams {
                port: listener.local_addr().unwrap().port(),
                tls: None,
                link: LinkParams {
                    host: "r".into(),
                    authorization: "Basic eDp5".into(),
                    queues: Both {
                        down: "D".into(),
                        up: "U".into(),
                    },
                    queue_types: Both::default(),
                    reply_for: Duration::from_secs(5),
                    verify_every: Duration::from_secs(30),
                },
            };
            Self {
                poll: Poll::new().unwrap(),
                port: RestPort::new(Token(1), params),
                listener,
                now: Instant::ZERO,
                said: Vec::new(),
            }
        }

        fn drive(&mut self, address: Address) {
            let registry = self.poll.registry();
            let mut lan = Lan { address, registry };
            let said = &mut self.said;
            self.port
                .drive(self.now, &mut lan, &mut |event| said.push(event));
        }

        /// Waits for an event without telling the port.
        fn wait(&mut self) {
            let mut events = Events::with_capacity(4);
            let patience = Some(std::time::Duration::from_secs(10));
            self.poll.poll(&mut events, patience).unwrap();
            assert!(!events.is_empty(), "nothing happened");
        }

        /// Connects and reads the request; the server's end.
        fn asked(&mut self) -> std::net::TcpStream {
            self.drive(at(HERE, 1));
            self.wait();
            self.port.announce();
            self.drive(at(HERE, 1));
            let (mut server, _) = self.listener.accept().unwrap();
            server.read_exact(&mut [0; 16]).unwrap();
            server
        }
    }

    const fn at(ip: IpAddr, of: usize) -> Address {
        Address::Known { ip, of }
    }

    #[test]
    fn what_was_not_announced_is_not_read() {
        let mut bench = Bench::new();
        let mut server = bench.asked();
        server
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
            .unwrap();
        bench.wait();
        bench.drive(at(HERE, 1));
        assert_eq!(bench.said, [], "a tick reads nothing");
        bench.port.announce();
        bench.drive(at(HERE, 1));
        assert_eq!(bench.said.first(), Some(&Event::Up));
    }

    #[test]
    fn a_new_connection_knows_nothing_of_what_the_old_one_had_left() {
        let mut bench = Bench::new();
        let _server = bench.asked();
        bench.port.more = true;
        bench.port.link.closed(bench.now, Failure::TooLarge);
        bench.now = bench.now + Duration::from_secs(3);
        bench.drive(at(HERE, 1));
        assert!(bench.port.stream.is_some());
        assert!(!bench.port.has_more());
    }

    #[test]
    fn a_name_that_is_still_looked_up_is_no_failure() {
        let mut bench = Bench::new();
        for _ in 0..100 {
            bench.drive(Address::Pending);
            bench.now = bench.now + Duration::from_millis(50);
        }
        assert_eq!(bench.said, []);
        bench.asked();
        assert_eq!(bench.said, []);
    }

    #[test]
    fn a_name_without_an_address_is_one() {
        let mut bench = Bench::new();
        bench.drive(Address::Unknown);
        assert_eq!(bench.said, [Event::Lost(Some(Failure::NameUnknown))]);
        assert!(!bench.port.take_unreached(), "there is no other");
    }

    #[test]
    fn every_address_is_tried_before_that_is_a_failure() {
        let mut bench = Bench::new();
        for expected in [&[][..], &[Event::Lost(Some(Failure::ConnectionRefused))]] {
            bench.drive(at(NOBODY, 2));
            while !bench.port.take_unreached() {
                bench.wait();
                bench.drive(at(NOBODY, 2));
            }
            assert_eq!(bench.said, expected);
        }
        let mut bench = Bench::new();
        bench.drive(at(NOBODY, 2));
        while !bench.port.take_unreached() {
            bench.wait();
            bench.drive(at(NOBODY, 2));
        }
        bench.asked();
        assert_eq!(bench.said, [], "the other one answered");
    }

    #[test]
    fn an_address_that_does_not_answer_in_time_gives_way() {
        let mut bench = Bench::new();
        // Nobody answers the handshake.
        let config = tls::client_config(&tls::Trust::Anyone).unwrap();
        bench.port.tls = Some((config, ServerName::from(HERE)));
        bench.drive(at(HERE, 2));
        assert!(!bench.port.take_unreached());
        bench.now = bench.now + Duration::from_secs(3);
        bench.drive(at(HERE, 2));
        assert_eq!(bench.said, [Event::Lost(Some(Failure::TimedOut))]);
        assert!(bench.port.take_unreached());
    }
}
