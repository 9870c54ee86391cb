//! Messages, letter for letter.

use super::*;
use crate::direction::Direction;
use crate::notices::When;
use crate::notices::kind::Kind;
use crate::status::label;
use crate::time::{Instant, WallTime};

fn notice() -> Notice {
    let wall = |secs| WallTime { secs, nanos: 0 };
    Notice {
        subject: Subject::Kind(Kind::Floor),
        turn: Turn::Problem,
        wan: label("wan1"),
        direction: Some(Direction::Down),
        at: When {
            now: Instant::ZERO,
            wall: wall(1_763_682_929),
        },
        since: wall(1_763_682_869),
        lasted: Duration::from_secs(60),
        untold: 7,
        title: "wan1: the download rate is at its floor".to_owned(),
        message: "Its delay is \"85 ms\" over.".to_owned(),
        advice: "Lower it.".to_owned(),
    }
}

#[test]
fn json_has_everything_in_fields_of_its_own() {
    let message = Format::Json.spell(&notice(), Duration::from_secs(29));
    assert_eq!(
        message.headers,
        [("Content-Type", "application/json".to_owned())]
    );
    assert_eq!(
        message.body,
        "{\"source\":\"wanctl\",\"kind\":\"floor\",\"state\":\"problem\",\"severity\":\"warning\",\
         \"wan\":\"wan1\",\"direction\":\"download\",\"title\":\"wan1: the download rate is at its floor\",\
         \"message\":\"Its delay is \\\"85 ms\\\" over.\",\"advice\":\"Lower it.\",\
         \"since\":\"2025-11-20T23:54:29.000000+00:00\",\"lasted_sec\":60,\"untold\":7,\"sent_late_sec\":0}"
    );
    let late = Format::Json.spell(&notice(), Duration::from_secs(3_720));
    assert!(late.body.ends_with("\"sent_late_sec\":3720}"));
}

#[test]
fn ntfy_has_the_text_and_headers_that_are_ascii() {
    let mut notice = notice();
    let message = Format::Ntfy.spell(&notice, Duration::from_secs(3_720));
    let header = |name: &str, message: &Message| {
        let found = message.headers.iter().find(|(header, _)| *header == name);
        found.expect(name).1.clone()
    };
    assert_eq!(header("Title", &message), notice.title);
    assert_eq!(header("Priority", &message), "high");
    assert_eq!(header("Tags", &message), "warning,wanctl,floor,wan1");
    assert_eq!(
        message.body,
        "Its delay is \"85 ms\" over.\nLower it.\nThis is 1 h 2 min old: it could not be sent before."
    );
    notice.turn = Turn::Resolved;
    notice.title = "wän\r\n1: over".to_owned();
    notice.advice.clear();
    let message = Format::Ntfy.spell(&notice, Duration::ZERO);
    assert_eq!(header("Title", &message), "w?n??1: over");
    assert_eq!(header("Priority", &message), "default");
    assert!(header("Tags", &message).starts_with("white_check_mark,"));
    assert_eq!(message.body, notice.message);
}

#[test]
fn discord_has_one_embed_that_mentions_nobody() {
    let message = Format::Discord.spell(&notice(), Duration::ZERO);
    let body: serde_json::Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(body["allowed_mentions"]["parse"], serde_json::json!([]));
    let embed = &body["embeds"][0];
    assert_eq!(embed["title"], "wan1: the download rate is at its floor");
    assert_eq!(
        embed["description"],
        "Its delay is \"85 ms\" over.\nLower it."
    );
    assert_eq!(embed["color"], 0xf3_9c_12);
    assert_eq!(embed["timestamp"], "2025-11-20T23:55:29.000000+00:00");
    assert_eq!(embed["footer"]["text"], "floor, warning");
}

#[test]
fn a_test_is_good_news() {
    let test = Notice::test(notice().at, &label("wan1"));
    for (_, format) in Format::WORDS {
        let message = format.spell(&test, Duration::ZERO);
        assert!(message.body.contains("wanctl"), "{}", message.body);
    }
    assert!(is_good_news(&test) && !is_good_news(&notice()));
}
