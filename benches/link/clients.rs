//! Who writes: our link on its event loop, a blocking Rust client, and v1.7's.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration as Real;

use mio::{Events, Poll, Token};
use wanctl::control::actuator::{Known, Order};
use wanctl::direction::{Both, Direction};
use wanctl::router::Event;
use wanctl::router::rest::LinkParams;
use wanctl::router::ways::{Drive, Way};
use wanctl::shell::clock::{Clock, pause};
use wanctl::shell::directory::Address;
use wanctl::shell::rest_port::{RestParams, RestPort};
use wanctl::shell::router_port::Lan;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::clocks;

/// Pause between two writes: a client's caches are as cold as they are at a tick.
const PAUSE: Duration = Duration::from_millis(4);

/// When each write was decided on the shared clock, and what it cost; both in nanoseconds.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) decided: Vec<u64>,
    pub(crate) cpu: Vec<u64>,
}

/// Writes so many times to a server on this port.
pub(crate) type Client = fn(u16, usize) -> Option<Run>;

pub(crate) const ALL: [(&str, Client); 3] = [
    ("wanctl's link on its event loop", |port, writes| {
        Some(ours(port, writes))
    }),
    ("ureq, blocking", |port, writes| Some(ureq(port, writes))),
    ("requests (Python), as v1.7", requests),
];

fn body(n: usize) -> String {
    format!(r#"{{"max-limit":"{}"}}"#, limit(n).as_bps())
}

fn limit(n: usize) -> Rate {
    Rate::mbit(100 + (n % 400) as u64)
}

fn ours(port: u16, writes: usize) -> Run {
    let mut poll = Poll::new().expect("a poll");
    let registry = poll.registry().try_clone().expect("its registry");
    let mut events = Events::with_capacity(8);
    let clock = Clock::start();
    let mut link = RestPort::new(Token(0), params(port));
    let drive = |link: &mut RestPort| {
        let mut seen = None;
        let address = Address::Known {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            of: 1,
        };
        link.announce();
        let mut lan = Lan {
            address,
            registry: &registry,
        };
        link.drive(clock.now(), &mut lan, &mut |event| {
            if let Event::Holds { known, rate, .. } = event {
                seen = Some((known, rate));
            }
        });
        seen
    };
    while drive(&mut link).is_none() {
        let _ = poll.poll(&mut events, Some(Real::from_millis(50)));
    }
    let mut run = Run::default();
    for n in 0..writes {
        pause(PAUSE);
        let cpu = clocks::thread_cpu();
        run.decided.push(crate::shared_clock());
        link.submit(Order {
            direction: Direction::Down,
            rate: limit(n),
        });
        while drive(&mut link) != Some((Known::Written, limit(n))) {
            poll.poll(&mut events, None).expect("events");
        }
        run.cpu.push(clocks::thread_cpu() - cpu);
    }
    run
}

fn params(port: u16) -> RestParams {
    RestParams {
        port,
        tls: None,
        link: LinkParams {
            host: format!("127.0.0.1:{port}"),
            authorization: "Basic d2FuY3RsOnNlY3JldA==".into(),
            queues: Both {
                down: "WAN-Download".into(),
                up: "WAN-Upload".into(),
            },
            queue_types: Both::default(),
            reply_for: Duration::from_secs(5),
            verify_every: Duration::from_secs(600),
        },
    }
}

fn ureq(port: u16, writes: usize) -> Run {
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("http://127.0.0.1:{port}/rest/queue/tree/*1000000");
    let mut run = Run::default();
    for n in 0..writes {
        pause(PAUSE);
        let cpu = clocks::thread_cpu();
        run.decided.push(crate::shared_clock());
        let mut answer = agent
            .patch(&url)
            .header("Authorization", "Basic d2FuY3RsOnNlY3JldA==")
            .header("Content-Type", "application/json")
            .send(body(n))
            .expect("an answer");
        let text = answer.body_mut().read_to_string().expect("its body");
        let queue: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(queue["max-limit"], limit(n).as_bps().to_string());
        run.cpu.push(clocks::thread_cpu() - cpu);
    }
    run
}

fn requests(port: u16, writes: usize) -> Option<Run> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/link/requests_client.py"
    );
    let output = Command::new("python3")
        .arg(script)
        .args([
            port.to_string(),
            writes.to_string(),
            PAUSE.as_secs_f64().to_string(),
        ])
        .output()
        .ok()
        .filter(|output| output.status.success());
    let Some(output) = output else {
        // The server waits for somebody.
        drop(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)));
        return None;
    };
    let mut run = Run::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (decided, cpu) = line.split_once(' ').expect("two numbers");
        run.decided.push(decided.parse().expect("nanoseconds"));
        run.cpu.push(cpu.parse().expect("nanoseconds"));
    }
    Some(run)
}
