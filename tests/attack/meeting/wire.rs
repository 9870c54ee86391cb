//! The two links, and how the router's answer goes over each.

use arbitrary::Arbitrary;
use wanctl::router::{Action, Failure, rest, ssh};
use wanctl::sim::double::Router;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::double::http::Request;
use wanctl::time::{Duration, Instant};

use super::topic::Topic;

/// The double's user and password.
const AUTHORIZATION: &str = "Basic d2FuY3RsOnNlY3JldA==";
const GARBAGE: &[u8] = b"\x16\x03\x01 what?\r\n\r\n";
const REPLY_FOR: Duration = Duration::from_secs(5);
/// As much as the shell has for a request.
const REQUEST: usize = 1536;

/// What the router says, and with which exit status; `None` if it never says anything.
pub(super) type Answer = Option<(Vec<u8>, i32)>;

/// What the router makes of a request.
#[derive(Arbitrary, Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum How {
    /// Does it, and says so.
    Honestly,
    /// Does it, and the answer is lost.
    Silently,
    /// Does it, and says that it did not.
    Denying,
    /// Does nothing, and says so.
    Refusing,
    /// Does nothing, and doubts who we are.
    Doubting,
    /// Does nothing, and what it says makes no sense.
    Babbling,
}

impl How {
    const fn fault(self) -> Fault {
        match self {
            Self::Honestly | Self::Silently => Fault::None,
            Self::Denying => Fault::RefusesWhatItDid,
            Self::Refusing => Fault::Status(500),
            Self::Doubting => Fault::Status(401),
            Self::Babbling => Fault::Garbage,
        }
    }
}

/// A link, whichever it is.
pub(super) trait Wire<T: Topic> {
    /// A new one.
    fn about(talk: T) -> Self;
    fn poll(&mut self, now: Instant) -> Option<Action>;
    fn connected(&mut self, now: Instant);
    fn not_yet(&mut self, now: Instant);
    fn closed(&mut self, now: Instant, why: Failure);
    fn submit(&mut self, order: T::Order);
    fn ask(&mut self, now: Instant) -> Option<String>;
    fn hear(&mut self, now: Instant, status: i32, bytes: &[u8]);
    fn event(&mut self) -> Option<T::Event>;
    fn is_up(&self) -> bool;
    fn is_busy(&self) -> bool;
    fn look(&mut self, now: Instant);
    fn glance(&mut self, now: Instant);
    fn sleep(&mut self);
    fn wake(&mut self, now: Instant);

    /// The router's answer.
    fn answered(router: &mut Router, now: Instant, asked: &str, how: How) -> Answer;

    /// As much of an answer as arrives together; the rest is left.
    fn piece(left: &mut Vec<u8>, bytes: usize) -> Vec<u8>;
}

/// What both links have under the same names.
macro_rules! as_the_link_does {
    () => {
        fn poll(&mut self, now: Instant) -> Option<Action> {
            self.poll(now)
        }

        fn connected(&mut self, now: Instant) {
            self.connected(now);
        }

        fn not_yet(&mut self, now: Instant) {
            self.not_yet(now);
        }

        fn closed(&mut self, now: Instant, why: Failure) {
            self.closed(now, why);
        }

        fn submit(&mut self, order: T::Order) {
            self.submit(order);
        }

        fn event(&mut self) -> Option<T::Event> {
            self.event()
        }

        fn is_up(&self) -> bool {
            self.is_up()
        }

        fn is_busy(&self) -> bool {
            self.is_busy()
        }

        fn look(&mut self, now: Instant) {
            self.look(now);
        }

        fn glance(&mut self, now: Instant) {
            self.glance(now);
        }

        fn sleep(&mut self) {
            self.sleep();
        }

        fn wake(&mut self, now: Instant) {
            self.wake(now);
        }
    };
}

impl<T: Topic> Wire<T> for rest::Link<T> {
    fn about(talk: T) -> Self {
        Self::new(rest::talk::Params {
            host: "r".to_owned(),
            authorization: AUTHORIZATION.to_owned(),
            reply_for: REPLY_FOR,
            talk,
        })
    }

    as_the_link_does!();

    fn ask(&mut self, now: Instant) -> Option<String> {
        let mut buffer = [0; REQUEST];
        let len = self.request(now, &mut buffer).expect("it fits");
        let asked = String::from_utf8(buffer[..len].to_vec()).expect("requests are ASCII");
        (len > 0).then_some(asked)
    }

    fn hear(&mut self, now: Instant, _: i32, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.is_up() {
            let space = self.space();
            let len = bytes.len().min(space.len());
            space[..len].copy_from_slice(&bytes[..len]);
            self.received(now, len);
            bytes = &bytes[len..];
        }
    }

    fn answered(router: &mut Router, now: Instant, asked: &str, how: How) -> Answer {
        let response = how.fault().answer(now, router, &read(asked));
        let length = response.body.len();
        let head = format!(
            "HTTP/1.1 {} X\r\nContent-Length: {length}\r\n\r\n",
            response.status
        );
        match how {
            How::Silently => None,
            How::Babbling => Some((GARBAGE.to_vec(), 0)),
            _ => Some(([head.as_bytes(), &response.body].concat(), 0)),
        }
    }

    fn piece(left: &mut Vec<u8>, bytes: usize) -> Vec<u8> {
        left.drain(..bytes.min(left.len())).collect()
    }
}

impl<T: Topic> Wire<T> for ssh::Link<T> {
    fn about(talk: T) -> Self {
        Self::new(ssh::talk::Params {
            reply_for: REPLY_FOR,
            talk,
        })
    }

    as_the_link_does!();

    fn ask(&mut self, now: Instant) -> Option<String> {
        Some(self.command(now)?.as_str().to_owned())
    }

    fn hear(&mut self, now: Instant, status: i32, bytes: &[u8]) {
        let text = core::str::from_utf8(bytes).expect("the double prints text");
        self.answered(now, status, text);
    }

    fn answered(router: &mut Router, now: Instant, asked: &str, how: How) -> Answer {
        let outcome = how.fault().run_cli(now, router, asked);
        (how != How::Silently).then(|| (outcome.output.into_bytes(), outcome.status.into()))
    }

    /// The shell waits for all that a command prints.
    fn piece(left: &mut Vec<u8>, _: usize) -> Vec<u8> {
        core::mem::take(left)
    }
}

/// What a server makes of the bytes.
fn read(asked: &str) -> Request {
    let (head, body) = asked.split_once("\r\n\r\n").expect("a whole head");
    let mut words = head.split(' ');
    let (method, path) = (words.next(), words.next());
    let mut request =
        Request::new(method.unwrap_or_default(), path.unwrap_or_default()).carrying(body);
    let said = head
        .lines()
        .find_map(|line| line.strip_prefix("Authorization: "));
    request.authorization = said.map(str::to_owned);
    request
}
