//! A whole line in a network namespace: our sockets on one side, `reflector.py` on the other. Needs
//! root, `ip` and `python3`.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use mio::{Events, Interest, Poll, Token};
use wanctl::control::prober::Target;
use wanctl::shell::binding::Binding;
use wanctl::shell::clock::Clock;
use wanctl::shell::echo::{EchoSockets, Peer, Reply, Wanted};
use wanctl::time::Duration;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/testing");
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(200);

struct Namespace {
    name: String,
    reflector: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Namespace {
    fn up(orders: &[&str]) -> Result<Self, String> {
        let name = format!("wt{}", std::process::id());
        netns("up", &name)?;
        let mut reflector = Command::new("ip")
            .args(["netns", "exec", &name, "python3"])
            .arg(format!("{SCRIPTS}/reflector.py"))
            .args(orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = reflector.stdin.take().unwrap();
        let answers = BufReader::new(reflector.stdout.take().unwrap());
        let mut line = Self {
            name,
            reflector,
            orders,
            answers,
        };
        assert_eq!(line.answer(), "ready\n");
        Ok(line)
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        assert_eq!(self.answer(), "ok\n");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.reflector.kill();
        let _ = self.reflector.wait();
        let _ = netns("down", &self.name);
    }
}

fn netns(verb: &str, name: &str) -> Result<(), String> {
    let script = format!("{SCRIPTS}/netns.sh");
    let output = Command::new("sh").args([&script, verb, name]).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

struct Line {
    clock: Clock,
    poll: Poll,
    sockets: EchoSockets,
}

impl Line {
    fn open(binding: &Binding) -> Self {
        let mut wanted = Wanted::default();
        wanted.add(Peer::Icmp(reflector(1)));
        let mut sockets = EchoSockets::open(&wanted, binding).unwrap();
        let poll = Poll::new().unwrap();
        poll.registry()
            .register(&mut sockets, Token(1), Interest::READABLE)
            .unwrap();
        let clock = Clock::start();
        Self {
            clock,
            poll,
            sockets,
        }
    }

    /// One round to the three reflectors, and all that comes back.
    fn round(&mut self) -> Vec<Reply> {
        for n in 1..=3 {
            let (target, to) = (Target::Reflector(n), Peer::Icmp(reflector(n)));
            self.sockets.send(self.clock, target, to, n.into()).unwrap();
        }
        let mut events = Events::with_capacity(8);
        let mut replies = Vec::new();
        loop {
            self.poll.poll(&mut events, Some(PATIENCE)).unwrap();
            if events.is_empty() {
                replies.sort_by_key(|reply: &Reply| reply.seq);
                return replies;
            }
            self.sockets
                .drain(self.clock, 64, |reply| replies.push(reply));
        }
    }
}

fn reflector(n: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 99, 0, n))
}

fn took_about(reply: &Reply, ms: u64) -> bool {
    let longest = Duration::from_millis(ms + 100);
    (Duration::from_millis(ms)..longest).contains(&reply.rtt)
}

#[test]
fn a_line_is_measured_as_long_as_it_is_and_a_silent_reflector_costs_nothing() {
    let up = Namespace::up(&["10.99.0.1 delay 30", "10.99.0.2 delay 60"]);
    let mut namespace = match up {
        Ok(namespace) => namespace,
        Err(why) => {
            println!("skipped: needs root (CAP_NET_RAW, network namespaces): {why}");
            return;
        }
    };
    let tied = Binding {
        source: Some(reflector(254)),
        interface: Some(format!("{}-in", namespace.name)),
    };
    let mut line = Line::open(&tied);
    line.round();
    let replies = line.round();
    assert_eq!(replies.len(), 3);
    for (reply, ms) in replies.iter().zip([30, 60, 0]) {
        assert!(took_about(reply, ms), "{reply:?}");
    }

    namespace.order("10.99.0.1 silent");
    namespace.order("* delay 10");
    let replies = line.round();
    let from: Vec<Target> = replies.iter().map(|reply| reply.from).collect();
    assert_eq!(from, [Target::Reflector(2), Target::Reflector(3)]);
    assert!(took_about(&replies[1], 10), "{replies:?}");

    namespace.order("10.99.0.1 answer");
    assert_eq!(line.round().len(), 3);
    assert_eq!(line.sockets.counts().stamped, 11);

    // Tied to another interface, not one probe leaves by this one.
    let elsewhere = Binding {
        source: None,
        interface: Some("lo".into()),
    };
    let mut line = Line::open(&elsewhere);
    let (target, to) = (Target::Reflector(1), Peer::Icmp(reflector(1)));
    let sent = line.sockets.send(line.clock, target, to, 1);
    println!("tied to lo: {sent:?}");
    let mut events = Events::with_capacity(8);
    line.poll.poll(&mut events, Some(PATIENCE)).unwrap();
    assert!(events.is_empty());

    // The interface goes away, as a PPP link does, and comes back as another one of the same name:
    // the old sockets are tied to the one that was.
    let mut line = Line::open(&tied);
    drop(namespace);
    let sent = line.sockets.send(line.clock, target, to, 1);
    println!("interface gone: {sent:?}");
    assert!(sent.is_err());
    let _namespace = Namespace::up(&[]).unwrap();
    let sent = line.sockets.send(line.clock, target, to, 1);
    println!("interface back: {sent:?}");
    assert!(sent.is_err());
    let mut line = Line::open(&tied);
    assert_eq!(line.round().len(), 3);
}
