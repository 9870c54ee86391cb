//! Steering's links through the shell's own ports: a real socket and a real session, both to one router.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration as Real;

use mio::{Events, Poll, Token};
use wanctl::cli::stage::world::World;
use wanctl::router::steering::{Event, Interest, Order, Reading, Steering, Switch};
use wanctl::router::ways::Ways;
use wanctl::router::{Known, Transport, rest, ssh};
use wanctl::shell::clock::Clock;
use wanctl::shell::directory::Address;
use wanctl::shell::rest_port::{RestParams, RestPort};
use wanctl::shell::router_port::Lan;
use wanctl::shell::ssh::{SshParams, SshPort};
use wanctl::time::Duration;

use crate::sshd::{Kind, Sshd};
use crate::{stage, until};

const COMMENT: &str = "ADAPTIVE: Steer latency-sensitive to WAN2";
const LIST: &str = "FORCE_OUT_WAN2";
const PATIENCE: Real = Real::from_secs(20);

struct Link {
    ways: Ways<RestPort<Steering>, SshPort<Steering>>,
    poll: Poll,
    clock: Clock,
    said: Vec<Event>,
}

fn talk() -> Steering {
    Steering::new(Interest {
        queue: "WAN-Download".into(),
        comment: COMMENT.into(),
        lists: core::iter::once(LIST.to_owned()).collect(),
        verify_every: Duration::from_secs(1),
    })
}

impl Link {
    fn over(transport: Transport, world: &World, sshd: &Sshd) -> Self {
        let reply_for = Duration::from_secs(5);
        let rest = || {
            let port = world.router_port();
            let params = RestParams {
                port,
                tls: None,
                link: rest::talk::Params {
                    host: format!("127.0.0.1:{port}"),
                    authorization: authorization(world),
                    reply_for,
                    talk: talk(),
                },
            };
            RestPort::new(Token(0), params)
        };
        let ssh = || {
            let params = SshParams {
                host: "127.0.0.1".into(),
                port: sshd.port,
                user: user(world),
                key_file: sshd.user_key(Kind::Ed25519),
                known_hosts: sshd.known_hosts(Kind::Ed25519),
                link: ssh::talk::Params {
                    reply_for,
                    talk: talk(),
                },
            };
            SshPort::new(Token(1), params)
        };
        let ways = match transport {
            Transport::Rest => Ways::new(transport, Some(rest()), None),
            Transport::Ssh => Ways::new(transport, None, Some(ssh())),
        };
        Self {
            ways,
            poll: Poll::new().unwrap(),
            clock: Clock::start(),
            said: Vec::new(),
        }
    }

    fn drive(&mut self) {
        let mut events = Events::with_capacity(8);
        let _ = self.poll.poll(&mut events, Some(Real::from_millis(10)));
        if let Some(rest) = self.ways.rest_mut() {
            rest.announce();
        }
        let address = Address::Known {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            of: 1,
        };
        let registry = self.poll.registry();
        let said = &mut self.said;
        self.ways
            .drive(self.clock.now(), &mut Lan { address, registry }, |event| {
                said.push(event);
            });
    }

    /// Waits for something to be said.
    fn hears(&mut self, what: impl Fn(&Event) -> bool) -> bool {
        until(PATIENCE, || {
            self.drive();
            self.said.iter().any(&what)
        })
    }
}

fn user(world: &World) -> String {
    world.scene().router.access.user.clone()
}

fn authorization(world: &World) -> String {
    use base64::Engine as _;
    let credentials = format!("{}:secret", user(world));
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
    format!("Basic {encoded}")
}

const fn reads(stands: Switch) -> Reading {
    Reading::One {
        stands,
        invalid: false,
    }
}

#[test]
fn the_rule_is_switched_and_the_queue_counted_over_real_connections() {
    let Some((world, sshd)) = stage() else {
        return;
    };
    let rule = [
        ("chain", "prerouting"),
        ("comment", COMMENT),
        ("disabled", "true"),
    ];
    world.scene().router.add_mangle(&rule);
    world.scene().router.add_address(LIST, "10.0.0.5", false);
    let is_on = || {
        let scene = world.scene();
        let rule = scene.router.mangle(COMMENT).expect("the rule");
        !rule.is_on("disabled")
    };
    for transport in [Transport::Rest, Transport::Ssh] {
        let mut link = Link::over(transport, &world, &sshd);
        let counted = |event: &Event| {
            let (list, count) = (0, Some(1));
            *event == Event::Entries { list, count }
        };
        assert!(link.hears(counted), "{transport}: {:?}", link.said);
        for stands in [Switch::On, Switch::Off] {
            link.ways.submit(Order::Set(stands));
            link.ways.submit(Order::Count);
            let confirms = |event: &Event| match event {
                Event::Rule { reading, known, .. } => {
                    *known == Known::Written && *reading == reads(stands)
                }
                _ => false,
            };
            assert!(link.hears(confirms), "{transport}: {:?}", link.said);
            assert_eq!(is_on(), stands == Switch::On, "{transport}");
            let counted = |event: &Event| matches!(event, Event::Counted { .. });
            assert!(link.hears(counted), "{transport}: {:?}", link.said);
            link.said.clear();
        }
        // Somebody switches it by hand.
        world
            .scene()
            .router
            .set_mangle_property(COMMENT, "disabled", "false");
        let seen = |event: &Event| match event {
            Event::Rule { reading, known, .. } => {
                *known == Known::Read && *reading == reads(Switch::On)
            }
            _ => false,
        };
        assert!(link.hears(seen), "{transport}: {:?}", link.said);
        link.ways.submit(Order::Set(Switch::Off));
        let off = |event: &Event| {
            matches!(
                event,
                Event::Rule {
                    known: Known::Written,
                    ..
                }
            )
        };
        assert!(link.hears(off), "{transport}: {:?}", link.said);
        assert!(!is_on());
    }
}
