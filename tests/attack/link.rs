//! The REST link against whatever may come over a connection, in whatever order.

use wanctl::control::actuator::{Known, Order};
use wanctl::direction::{Both, Direction};
use wanctl::router::rest::{Link, LinkParams};
use wanctl::router::{Action, Event, Failure};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

const LISTING: &str = r#"[{".id":"*1000000","name":"WAN-Download-1","max-limit":"500000000","queue":"cake-down","disabled":"false","invalid":"false"},{".id":"*1000001","name":"WAN-Upload-1","max-limit":"50000000","queue":"cake-up","disabled":"false","invalid":"false"}]"#;
const QUEUE: &str =
    r#"{".id":"*1000000","name":"WAN-Download-1","max-limit":"400000000","queue":"cake-down"}"#;
/// Logins refused again and again rest for five minutes; the look and its deadline come on top.
const PATIENCE: Duration = Duration::from_secs(330);
const TICK: Duration = Duration::from_millis(50);

fn link() -> Link {
    Link::new(LinkParams {
        host: "r".into(),
        authorization: "Basic eDp5".into(),
        queues: Both {
            down: "WAN-Download-1".into(),
            up: "WAN-Upload-1".into(),
        },
        queue_types: Both {
            down: Some("cake-down".into()),
            up: None,
        },
        reply_for: Duration::from_secs(15),
        verify_every: Duration::from_secs(30),
    })
}

fn receive(link: &mut Link, now: Instant, bytes: &[u8]) {
    let space = link.space();
    let len = bytes.len().min(space.len());
    space[..len].copy_from_slice(&bytes[..len]);
    link.received(now, len);
}

fn answer(link: &mut Link, now: Instant, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    receive(link, now, (head + body).as_bytes());
}

/// Reads `bytes` as a story: what happens next, and with which bytes. Whatever happened, the link then
/// finds its way back to a router that behaves.
pub(crate) fn rest_link_any_bytes(bytes: &[u8]) {
    let (mut link, mut now) = (link(), Instant::ZERO);
    let mut rest = bytes;
    let mut buffer = [0; 1536];
    while let Some((&what, tail)) = rest.split_first() {
        rest = tail;
        let number = match (what % 14, rest.split_first()) {
            (1 | 4 | 5 | 6 | 10 | 13, Some((&number, tail))) => {
                rest = tail;
                number
            }
            _ => 0,
        };
        match what % 14 {
            0 => now = now + TICK,
            1 => now = now + Duration::from_millis(u64::from(number) * 100),
            2 => {
                let _ = link.poll(now);
            }
            3 => link.connected(now),
            4 => link.closed(now, failure(number)),
            5 | 6 => {
                let direction = Direction::BOTH[usize::from(what % 14 - 5)];
                let rate = Rate::mbit(u64::from(number));
                link.submit(Order { direction, rate });
            }
            7 => {
                let len = link.request(now, &mut buffer).expect("it fits");
                assert!(len == 0 || buffer[..len].is_ascii());
            }
            8 => answer(&mut link, now, 200, LISTING),
            9 => answer(&mut link, now, 200, QUEUE),
            10 => answer(&mut link, now, 200 + u16::from(number) * 2, "{}"),
            11 => answer(&mut link, now, 401, ""),
            12 => while link.event().is_some() {},
            _ => {
                let (piece, tail) = rest.split_at(rest.len().min(usize::from(number)));
                rest = tail;
                receive(&mut link, now, piece);
            }
        }
    }
    while link.event().is_some() {}
    assert!(comes_back(&mut link, now), "it never came back");
}

pub(super) const fn failure(number: u8) -> Failure {
    match number % 9 {
        0 => Failure::TimedOut,
        1 => Failure::ConnectionRefused,
        2 => Failure::NetworkUnreachable,
        3 => Failure::NameUnknown,
        4 => Failure::Tls,
        5 => Failure::Garbled,
        6 => Failure::TooLarge,
        _ => Failure::Closed,
    }
}

/// A router that does all it should, and a shell that does what the link says. An order given then is
/// carried out.
fn comes_back(link: &mut Link, mut now: Instant) -> bool {
    let give_up_at = now + PATIENCE;
    let mut buffer = [0; 1536];
    let mut ordered = false;
    while now < give_up_at {
        now = now + TICK;
        if link.poll(now) == Some(Action::Connect) {
            link.connected(now);
        }
        let len = link.request(now, &mut buffer).expect("it fits");
        match &buffer[..len.min(3)] {
            b"GET" => answer(link, now, 200, LISTING),
            b"PAT" => answer(link, now, 200, QUEUE),
            _ => {}
        }
        while let Some(event) = link.event() {
            if let Event::Holds {
                known: Known::Written,
                ..
            } = event
                && ordered
            {
                return true;
            }
            if event == Event::Up {
                ordered = true;
                let (direction, rate) = (Direction::Down, Rate::mbit(400));
                link.submit(Order { direction, rate });
            }
        }
    }
    false
}

/// One answer to the look-up, as a whole and in pieces: the same is said.
pub(crate) fn same_answer_in_pieces(bytes: &[u8], piece: usize) {
    let said = |piece: usize| {
        let (mut link, now) = (link(), Instant::ZERO);
        assert_eq!(link.poll(now), Some(Action::Connect));
        link.connected(now);
        assert!(link.request(now, &mut [0; 1536]).expect("it fits") > 0);
        let mut events = Vec::new();
        for part in bytes.chunks(piece) {
            receive(&mut link, now, part);
            if !link.is_busy() {
                break;
            }
        }
        link.closed(now, Failure::Closed);
        events.extend(core::iter::from_fn(|| link.event()));
        events
    };
    let (whole, parts) = (said(bytes.len().max(1)), said(piece));
    // Whole, an answer with more behind it is refused; in pieces, what follows may come too late for
    // that and is refused then. Either way the connection ends.
    if whole != [Event::Lost(Some(Failure::Garbled))] {
        assert_eq!(parts, whole);
    }
}
