//! Steering's links and codecs against whatever may come, in whatever order.

use std::path::Path;

use wanctl::cli::steering::assemble;
use wanctl::config;
use wanctl::program::{Beat, OutboxOf, Output, Program as _};
use wanctl::report::steering::state;
use wanctl::router::rest;
use wanctl::router::ssh;
use wanctl::router::steering::{Event, Interest, Order, Reading, Steering, Switch};
use wanctl::router::{Action, Failure, Known};
use wanctl::steer::{Steer, SteerParams};
use wanctl::time::{Duration, Instant};
use wanctl::wire::routeros::{self, Found};
use wanctl::wire::routeros_cli;

const COMMENT: &str = "ADAPTIVE: Steer X to WAN2";
const QUEUE: &str = "WAN-Download-1";
const LIST: &str = "FORCE_OUT_WAN1";
const RULE: &str =
    r#"{".id":"*5","comment":"ADAPTIVE: Steer X to WAN2","disabled":"false","invalid":"false"}"#;
const RULE_TEXT: &str = ".id=*5;comment=ADAPTIVE: Steer X to WAN2;disabled=false;invalid=false\r\n";
const COUNTERS_TEXT: &str =
    ".id=*1;bytes=9;dropped=0;name=WAN-Download-1;packets=3;queued-bytes=2;queued-packets=1\r\n";
const TICK: Duration = Duration::from_millis(50);
/// Logins refused again and again rest for five minutes; the look and its deadline come on top.
const PATIENCE: Duration = Duration::from_secs(330);
const ON: Reading = Reading::One {
    stands: Switch::On,
    invalid: false,
};

fn talk() -> Steering {
    let mut lists = heapless::Vec::new();
    assert!(lists.push(LIST.to_owned()).is_ok());
    Steering::new(Interest {
        queue: QUEUE.into(),
        comment: COMMENT.into(),
        lists,
        verify_every: Duration::from_secs(30),
    })
}

/// What a link is to be told, whichever it is.
trait Attacked {
    fn next_is_connect(&mut self, now: Instant) -> bool;
    fn connected(&mut self, now: Instant);
    fn closed(&mut self, now: Instant, why: Failure);
    fn submit(&mut self, order: Order);
    /// What is asked; empty if nothing is.
    fn asks(&mut self, now: Instant) -> String;
    /// An answer, or a piece of one.
    fn hear(&mut self, now: Instant, number: u8, bytes: &[u8]);
    /// As a router that does all it should.
    fn serve(&mut self, now: Instant, asked: &str);
    fn event(&mut self) -> Option<Event>;
}

impl Attacked for rest::Link<Steering> {
    fn next_is_connect(&mut self, now: Instant) -> bool {
        self.poll(now) == Some(Action::Connect)
    }

    fn connected(&mut self, now: Instant) {
        self.connected(now);
    }

    fn closed(&mut self, now: Instant, why: Failure) {
        self.closed(now, why);
    }

    fn submit(&mut self, order: Order) {
        self.submit(order);
    }

    fn asks(&mut self, now: Instant) -> String {
        let mut buffer = [0; 1536];
        let len = self.request(now, &mut buffer).expect("it fits");
        String::from_utf8(buffer[..len].to_vec()).expect("requests are ASCII")
    }

    fn hear(&mut self, now: Instant, number: u8, bytes: &[u8]) {
        let status = [200, 200, 400, 401, 404, 500][usize::from(number) % 6];
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        );
        // Sometimes there is no head.
        let skip = if number > 200 { head.len() } else { 0 };
        for part in [&head.as_bytes()[skip..], bytes] {
            let space = self.space();
            let len = part.len().min(space.len());
            space[..len].copy_from_slice(&part[..len]);
            self.received(now, len);
        }
    }

    fn serve(&mut self, now: Instant, asked: &str) {
        let body = if asked.starts_with("PATCH ") {
            RULE.to_owned()
        } else if asked.contains(" /rest/ip/firewall/mangle") {
            // All rules, or, once they did not fit, those the router picks.
            format!("[{RULE}]")
        } else {
            "[]".to_owned()
        };
        self.hear(now, 0, body.as_bytes());
    }

    fn event(&mut self) -> Option<Event> {
        self.event()
    }
}

impl Attacked for ssh::Link<Steering> {
    fn next_is_connect(&mut self, now: Instant) -> bool {
        self.poll(now) == Some(Action::Connect)
    }

    fn connected(&mut self, now: Instant) {
        self.connected(now);
    }

    fn closed(&mut self, now: Instant, why: Failure) {
        self.closed(now, why);
    }

    fn submit(&mut self, order: Order) {
        self.submit(order);
    }

    fn asks(&mut self, now: Instant) -> String {
        let command = self.command(now);
        command.map_or_else(String::new, |command| command.as_str().to_owned())
    }

    fn hear(&mut self, now: Instant, number: u8, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        self.answered(now, i32::from(number % 4 == 3), &text);
    }

    fn serve(&mut self, now: Instant, asked: &str) {
        let text = if asked.contains("mangle") {
            RULE_TEXT
        } else if asked.contains("count-only") {
            "0\r\n"
        } else {
            COUNTERS_TEXT
        };
        self.hear(now, 0, text.as_bytes());
    }

    fn event(&mut self) -> Option<Event> {
        self.event()
    }
}

/// Reads `bytes` as a story: what happens next, and with which bytes. Whatever happened, the link then
/// finds its way back to a router that behaves. The first byte chooses the transport.
pub(crate) fn steering_link_any_bytes(bytes: &[u8]) {
    let Some((&first, story)) = bytes.split_first() else {
        return;
    };
    let (talk, reply_for) = (talk(), Duration::from_secs(5));
    if first % 2 == 0 {
        let (host, authorization) = ("r".into(), "Basic eDp5".into());
        survive(
            &mut rest::Link::new(rest::talk::Params {
                host,
                authorization,
                reply_for,
                talk,
            }),
            story,
        );
    } else {
        let params = ssh::talk::Params { reply_for, talk };
        survive(&mut ssh::Link::new(params), story);
    }
}

fn survive(link: &mut impl Attacked, mut rest: &[u8]) {
    let mut now = Instant::ZERO;
    let mut asked = String::new();
    while let Some((&[what, number], tail)) = rest.split_first_chunk() {
        rest = tail;
        match what % 11 {
            0 => now = now + TICK,
            1 => now = now + Duration::from_millis(u64::from(number) * 100),
            2 => {
                let _ = link.next_is_connect(now);
            }
            3 => link.connected(now),
            4 => link.closed(now, super::link::failure(number)),
            5 => link.submit(Order::Count),
            6 => link.submit(Order::Set(switch(number))),
            7 => asked = link.asks(now),
            8 => link.serve(now, &asked),
            9 => while link.event().is_some() {},
            _ => {
                let (piece, tail) = rest.split_at(rest.len().min(usize::from(number)));
                rest = tail;
                link.hear(now, number, piece);
            }
        }
    }
    while link.event().is_some() {}
    assert!(comes_back(link, now), "it never came back");
}

const fn switch(number: u8) -> Switch {
    if number.is_multiple_of(2) {
        Switch::Off
    } else {
        Switch::On
    }
}

/// An order given to a link that is up is carried out.
fn comes_back(link: &mut impl Attacked, mut now: Instant) -> bool {
    let give_up_at = now + PATIENCE;
    let mut ordered = false;
    while now < give_up_at {
        now = now + TICK;
        if link.next_is_connect(now) {
            link.connected(now);
        }
        let asked = link.asks(now);
        if !asked.is_empty() {
            link.serve(now, &asked);
        }
        while let Some(event) = link.event() {
            match event {
                Event::Rule {
                    known: Known::Written,
                    reading,
                    ..
                } if ordered => return reading == ON,
                Event::Rule { .. } => {
                    ordered = true;
                    link.submit(Order::Set(Switch::On));
                }
                _ => {}
            }
        }
    }
    false
}

/// What RouterOS prints, and what something else prints in its place: what is found can be used.
pub(crate) fn console_text_sound(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = routeros_cli::find_counters(&text, QUEUE);
    let _ = routeros_cli::read_count(&text);
    if let Ok((Found::One(rule), _)) = routeros_cli::find_rule(&text, COMMENT) {
        assert!(text.contains(COMMENT));
        assert!(rule.id.is_empty() || is_id(&rule.id), "{rule:?}");
    }
    // With anything foreign before it on lines of its own, ours is found or the whole is refused.
    let framed = format!("{}\n{RULE_TEXT}", text.replace(COMMENT, "x"));
    match routeros_cli::find_rule(&framed, COMMENT) {
        Ok((Found::One(rule), _)) => assert_eq!((&*rule.id, rule.enabled), ("*5", true)),
        Err(routeros::Unreadable) => {}
        other => panic!("{framed:?}: {other:?}"),
    }
}

/// The same over REST.
pub(crate) fn steering_json_sound(json: &[u8]) {
    let _ = routeros::find_counters(json, QUEUE);
    let _ = routeros::count_entries(json, LIST);
    let rules = [
        routeros::parse_rule(json, COMMENT).ok(),
        match routeros::find_rule(json, COMMENT) {
            Ok(Found::One(rule)) => Some(rule),
            _ => None,
        },
    ];
    for rule in rules.into_iter().flatten() {
        assert!(is_id(&rule.id), "{rule:?}");
    }
}

fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix('*').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Some ticks of a steering that hears nothing: what it thinks of the line stays within bounds.
pub(super) fn a_while(params: SteerParams) -> (Steer, Instant) {
    let (mut now, mut out) = (Instant::ZERO, OutboxOf::<Steer>::default());
    let mut steer = Steer::new(now, params);
    for _ in 0..100 {
        now = now + TICK;
        steer.tick(now, Beat::default(), &mut out);
        while out.pop().is_some() {}
    }
    let (delta, queue) = steer.steering().averages();
    assert!((0.0..=1_000.0).contains(&delta) && (0.0..=10_000.0).contains(&queue));
    (steer, now)
}

/// A state document is read into something steering can go on from, and what it then saves is read the same.
pub(crate) fn steering_document_sound(bytes: &[u8]) {
    const HISTORY: usize = 60;
    let Ok(saved) = state::parse(bytes, "WAN1", HISTORY) else {
        return;
    };
    let yaml = include_bytes!("../../configs/steering.yaml");
    let config = config::parse_steering(Path::new("steering.yaml"), yaml);
    let params = assemble::params(&config.expect("shipped").config, Some(saved));
    let ((mut steer, now), mut out) = (a_while(params), OutboxOf::<Steer>::default());
    steer.stop(now, &mut out);
    while let Some(output) = out.pop() {
        if let Output::Save { saved, .. } = output {
            let stamp = |_| "2026-11-21T00:01:32.450001".to_owned();
            let written = state::write(&saved, &stamp);
            let again = state::parse(written.as_bytes(), "WAN1", HISTORY).expect("our own");
            assert_eq!(again.standing, saved.standing);
            assert_eq!(again.rtt.len(), saved.record.rtt.len());
            assert_eq!(again.transitions.len(), saved.record.transitions.len());
        }
    }
}
