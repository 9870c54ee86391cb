//! Stories about steering's talk over both links, told message by message in virtual time.

use super::*;
use crate::router::ssh;
use crate::router::{Action, rest};
use crate::time::Instant;

mod counting;
mod words;

const RULE: &str = r#"{".id":"*5","comment":"ADAPTIVE: s","disabled":"true","invalid":"false"}"#;
const RULE_TEXT: &str = ".id=*5;comment=ADAPTIVE: s;disabled=true;invalid=false";

fn interest(lists: &[&str]) -> Interest {
    Interest {
        queue: "D".into(),
        comment: "ADAPTIVE: s".into(),
        lists: lists.iter().map(|&list| list.to_owned()).collect(),
        verify_every: Duration::from_secs(30),
    }
}

/// What is asked and answered over REST.
struct Rest {
    link: rest::Link<Steering>,
    now: Instant,
}

impl Rest {
    fn connected(lists: &[&str]) -> Self {
        let params = rest::talk::Params {
            host: "r".into(),
            authorization: "Basic c2VjcmV0".into(),
            reply_for: Duration::from_secs(5),
            talk: Steering::new(interest(lists)),
        };
        let mut story = Self {
            link: rest::Link::new(params),
            now: Instant::ZERO,
        };
        story.connects();
        story
    }

    /// The rule was read: it is off.
    fn up(lists: &[&str]) -> Self {
        let mut story = Self::connected(lists);
        assert!(story.asks().starts_with("GET /rest/ip/firewall/mangle?"));
        story.answer(200, &format!("[{RULE}]"));
        assert_eq!(story.said(), [Event::Up, read(OFF)]);
        story
    }

    fn connects(&mut self) {
        assert_eq!(self.link.poll(self.now), Some(Action::Connect));
        self.link.connected(self.now);
    }

    fn wait(&mut self, secs: u64) {
        self.now = self.now + Duration::from_secs(secs);
    }

    fn asks(&mut self) -> String {
        let mut buffer = [0; 1024];
        let len = self.link.request(self.now, &mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    }

    fn answer(&mut self, status: u16, body: &str) {
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
        self.link.space()[..text.len()].copy_from_slice(text.as_bytes());
        self.link.received(self.now, text.len());
    }

    fn said(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.event()).collect()
    }
}

/// What is said and printed over SSH.
struct Ssh {
    link: ssh::Link<Steering>,
    now: Instant,
}

impl Ssh {
    /// The rule was read: it is off.
    fn up(lists: &[&str]) -> Self {
        let params = ssh::talk::Params {
            reply_for: Duration::from_secs(5),
            talk: Steering::new(interest(lists)),
        };
        let mut story = Self {
            link: ssh::Link::new(params),
            now: Instant::ZERO,
        };
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.connected(story.now);
        assert!(story.asks().starts_with(":put [/ip firewall mangle print "));
        story.answer(0, RULE_TEXT);
        assert_eq!(story.said(), [Event::Up, read(OFF)]);
        story
    }

    fn asks(&mut self) -> String {
        let command = self.link.command(self.now);
        command.map_or_else(String::new, |command| command.as_str().to_owned())
    }

    fn answer(&mut self, status: i32, text: &str) {
        self.link.answered(self.now, status, text);
    }

    fn said(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.event()).collect()
    }
}

const OFF: Reading = one(Switch::Off);
const ON: Reading = one(Switch::On);
const SET: Order = Order::Set(Switch::On);

const fn one(stands: Switch) -> Reading {
    Reading::One {
        stands,
        invalid: false,
    }
}

const fn read(reading: Reading) -> Event {
    Event::Rule {
        reading,
        known: Known::Read,
        took: Duration::ZERO,
    }
}

const fn written(reading: Reading) -> Event {
    Event::Rule {
        reading,
        known: Known::Written,
        took: Duration::ZERO,
    }
}

const fn refused(order: Order, why: Refusal) -> Event {
    Event::Refused { order, why }
}

#[test]
fn the_rule_is_switched_by_its_id_and_the_reply_confirms_it() {
    let mut story = Rest::up(&[]);
    story.link.submit(SET);
    let request = story.asks();
    assert!(
        request.starts_with("PATCH /rest/ip/firewall/mangle/*5 "),
        "{request}"
    );
    assert!(request.ends_with(r#"{"disabled": "false"}"#), "{request}");
    story.answer(200, &RULE.replace("true", "false"));
    assert_eq!(story.said(), [written(ON)]);
    assert_eq!(story.asks(), "", "no second look at what was just read");

    let mut story = Ssh::up(&[]);
    story.link.submit(SET);
    let line = story.asks();
    assert!(
        line.starts_with("/ip firewall mangle enable *5; :put ["),
        "{line}"
    );
    story.answer(0, &RULE_TEXT.replace("disabled=true", "disabled=false"));
    assert_eq!(story.said(), [written(ON)]);
    assert_eq!(story.asks(), "");
}

#[test]
fn what_the_reply_shows_is_told_whatever_was_ordered() {
    let mut story = Rest::up(&[]);
    story.link.submit(SET);
    story.asks();
    story.answer(200, RULE);
    assert_eq!(story.said(), [written(OFF)]);
}

#[test]
fn nothing_is_switched_while_the_rule_is_missing_or_ambiguous() {
    let foreign = RULE.replace("ADAPTIVE: s", "ADAPTIVE: s2");
    for (rules, reading, why) in [
        ("[]".to_owned(), Reading::Missing, Refusal::RuleMissing),
        (
            format!("[{foreign}]"),
            Reading::Missing,
            Refusal::RuleMissing,
        ),
        (
            format!("[{RULE},{RULE}]"),
            Reading::Several(2),
            Refusal::RuleAmbiguous(2),
        ),
    ] {
        let mut story = Rest::connected(&[]);
        // While the rules are read it is not known yet.
        story.asks();
        story.link.submit(SET);
        story.answer(200, &rules);
        assert_eq!(story.said(), [Event::Up, read(reading)]);
        assert_eq!(story.asks(), "");
        assert_eq!(story.said(), [refused(SET, why)]);
        story.answer_look(&rules);
        story.link.submit(SET);
        assert_eq!(story.said(), [refused(SET, why)]);
    }
}

impl Rest {
    /// A look that was called for finds the same again.
    fn answer_look(&mut self, rules: &str) {
        assert!(self.asks().starts_with("GET /rest/ip/firewall/mangle?"));
        self.answer(200, rules);
        self.said();
    }
}

#[test]
fn an_order_over_ssh_that_waited_for_a_look_is_refused_by_what_it_showed() {
    for (text, why) in [
        (String::new(), Refusal::RuleMissing),
        (
            format!("{RULE_TEXT};{RULE_TEXT}"),
            Refusal::RuleAmbiguous(2),
        ),
        (
            "Flags: X - disabled\n 0 X ;;; ADAPTIVE: s\n     chain=prerouting\n".to_owned(),
            Refusal::RuleUnknown,
        ),
    ] {
        let mut story = Ssh::up(&[]);
        story.link.look(story.now);
        story.asks();
        story.link.submit(SET);
        story.answer(0, &text);
        story.said();
        assert_eq!(story.asks(), "");
        assert_eq!(story.said(), [refused(SET, why)]);
    }
}

#[test]
fn a_rule_that_went_away_is_looked_for_less_and_less_often() {
    let mut story = Rest::connected(&[]);
    for pause in [1, 2, 4, 8, 16, 30, 30] {
        story.asks();
        story.answer(200, "[]");
        assert_eq!(story.said(), [Event::Up, read(Reading::Missing)]);
        story.wait(pause - 1);
        assert_eq!(story.asks(), "");
        story.wait(1);
    }
}

#[test]
fn a_refused_or_doubtful_switch_is_read_again_at_once() {
    let stranger = RULE.replace("ADAPTIVE", "other");
    for (status, body, why) in [
        (404, r#"{"error":404}"#, Refusal::IdUnknown),
        (400, r#"{"error":400}"#, Refusal::Status(400)),
        (403, "", Refusal::NotPermitted),
        (
            500,
            r#"{"detail":"not enough permissions (9)"}"#,
            Refusal::NotPermitted,
        ),
        (200, "{}", Refusal::Unclear),
        (200, "[]", Refusal::Unclear),
        (200, &*stranger, Refusal::Unclear),
    ] {
        let mut story = Rest::up(&["FORCE_OUT_WAN1"]);
        story.asks();
        story.answer(200, "[]");
        story.said();
        story.link.submit(SET);
        story.asks();
        story.answer(status, body);
        assert_eq!(story.said(), [refused(SET, why)], "{status} {body}");
        assert!(
            story.asks().starts_with("GET /rest/ip/firewall/mangle?"),
            "{status} {body}"
        );
    }
    for (status, text, why) in [
        (0, "no such item\r\n", Refusal::IdUnknown),
        (0, "not enough permissions (9)\r\n", Refusal::NotPermitted),
        (0, "failure: out of luck\r\n", Refusal::Rejected),
        (1, RULE_TEXT, Refusal::Rejected),
        (0, "", Refusal::RuleMissing),
        (0, "\r\n", Refusal::RuleMissing),
    ] {
        let mut story = Ssh::up(&[]);
        story.link.submit(SET);
        story.asks();
        story.answer(status, text);
        assert_eq!(story.said(), [refused(SET, why)], "{text:?}");
        assert!(story.asks().starts_with(":put [/ip firewall mangle "));
    }
}

#[test]
fn counting_and_switching_do_not_replace_each_other_but_a_newer_wish_does() {
    let mut story = Rest::up(&[]);
    story.link.submit(Order::Count);
    story.link.submit(Order::Set(Switch::Off));
    story.link.submit(Order::Count);
    story.link.submit(SET);
    assert!(story.asks().starts_with("GET /rest/queue/tree?"));
    story.answer(200, "[]");
    assert!(story.asks().ends_with(r#"{"disabled": "false"}"#));
    story.answer(200, RULE);
    assert_eq!(story.asks(), "");
}

#[test]
fn after_a_while_without_a_connection_nothing_is_known_of_the_rule() {
    let mut story = Rest::up(&[]);
    story.wait(20);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.said(), [Event::Lost(None)]);
    story.connects();
    story.link.submit(SET);
    assert_eq!(story.said(), [refused(SET, Refusal::RuleUnknown)]);
    assert!(story.asks().starts_with("GET /rest/ip/firewall/mangle?"));
    story.answer(200, &format!("[{}]", RULE.replace("*5", "*9")));
    story.said();
    story.link.submit(SET);
    assert!(
        story
            .asks()
            .starts_with("PATCH /rest/ip/firewall/mangle/*9 ")
    );
}

#[test]
fn a_switch_that_hangs_is_told_and_holds_the_link_back_longer_each_time() {
    let mut story = Rest::up(&[]);
    for pause in [3, 6, 12] {
        story.link.submit(SET);
        assert!(story.asks().starts_with("PATCH "));
        story.wait(5);
        assert_eq!(story.link.poll(story.now), Some(Action::Close));
        let order = SET;
        let lost = Event::Lost(Some(Failure::TimedOut));
        assert_eq!(story.said(), [Event::Unanswered { order }, lost]);
        story.wait(pause - 1);
        assert_eq!(story.link.poll(story.now), None);
        story.wait(1);
        story.connects();
        story.asks();
        story.answer(200, &format!("[{RULE}]"));
        assert_eq!(story.said(), [Event::Up, read(OFF)]);
    }
}
