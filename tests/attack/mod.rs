//! What must hold whatever bytes come in. The property tests feed these with proptest's ideas of bytes,
//! `fuzz/` with libFuzzer's: one body, two attackers.

#[cfg(feature = "history")]
pub(crate) mod history;
pub(crate) mod link;
pub(crate) mod meeting;
pub(crate) mod steering;
pub(crate) mod words;

use std::path::Path;

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble;
use wanctl::config;
use wanctl::direction::{Both, Direction};
use wanctl::program::{Beat, Outbox, Output, Program};
use wanctl::report::{feed, state};
use wanctl::status::Saved;
use wanctl::time::Instant;
use wanctl::units::{Millis, Rate};
use wanctl::wire::icmp::{self, Carrier, LONGEST, Nonce, timestamp};
use wanctl::wire::{http, routeros};

const NONCE: Nonce = Nonce(*b"attacked");

/// A datagram is our answer or it is not; what is one carries our nonce, or our time.
pub(crate) fn icmp_reply_parsing_sound(bytes: &[u8]) {
    for carrier in [
        Carrier::RawV4,
        Carrier::DatagramV4,
        Carrier::V6,
        Carrier::Udp,
    ] {
        for ident in [None, Some(0x1234)] {
            if icmp::parse_reply(carrier, bytes, ident, NONCE).is_ok() {
                assert!(bytes.len() <= LONGEST);
                assert!(bytes.windows(8).any(|window| window == NONCE.0));
            }
        }
    }
    if let Ok(reply) = timestamp::parse_reply(bytes, 0x1234) {
        assert!(bytes.len() <= LONGEST);
        let said = reply.originate.to_be_bytes();
        assert!(bytes.windows(4).any(|window| window == said));
    }
}

/// The first byte says where the rest is cut. Cut or whole, a response is the same one.
pub(crate) fn http_response_any_split(bytes: &[u8]) {
    let Some((&cut, bytes)) = bytes.split_first() else {
        return;
    };
    let whole = http::parse_response(bytes);
    let start = &bytes[..bytes.len() * usize::from(cut) / 255];
    match http::parse_response(start) {
        Ok(None) => {}
        early => assert_eq!(early, whole, "decided by {} bytes", start.len()),
    }
    if let Ok(Some(head)) = whole {
        assert!(head.len <= bytes.len());
        assert!((200..600).contains(&head.status));
        chunks_any_split(&bytes[head.len..], cut);
    }
    chunks_any_split(bytes, cut);
    link::same_answer_in_pieces(bytes, usize::from(cut) + 1);
}

fn chunks_any_split(bytes: &[u8], cut: u8) {
    let mut whole = bytes.to_vec();
    let joined = http::join_chunks(&mut whole);
    match joined {
        Ok(Some((len, used))) => {
            assert!(len <= used && used <= bytes.len());
            assert_eq!(whole[used..], bytes[used..], "what follows stays");
        }
        Ok(None) => assert_eq!(whole, bytes, "an unfinished body stays as it is"),
        Err(_) => {}
    }
    let mut start = bytes[..bytes.len() * usize::from(cut) / 255].to_vec();
    match http::join_chunks(&mut start) {
        Ok(None) => {}
        early => assert_eq!(early, joined),
    }
}

/// A request is decided as soon as it can be, and no more bytes change it.
pub(crate) fn http_request_sound(bytes: &[u8]) {
    let whole = http::parse_request(bytes);
    for end in [bytes.len() / 2, bytes.len().saturating_sub(1)] {
        match http::parse_request(&bytes[..end]) {
            Ok(None) => {}
            early => assert_eq!(early, whole, "decided by {end} bytes"),
        }
    }
    if let Ok(Some(request)) = whole {
        assert!(!request.method.is_empty());
        assert!(!request.path.contains(' '));
    }
}

/// What RouterOS sends, and what something else sends in its place.
pub(crate) fn routeros_json_sound(bytes: &[u8]) {
    let mut soft = bytes.to_vec();
    routeros::soften(&mut soft);
    assert!(core::str::from_utf8(&soft).is_ok());
    let once = soft.clone();
    routeros::soften(&mut soft);
    assert_eq!(soft, once, "soft is soft");
    let names = Both {
        down: "WAN-Download-1",
        up: "WAN-Upload-1",
    };
    for json in [bytes, &soft] {
        steering::steering_json_sound(json);
        let _ = routeros::refuses_queue_type(json);
        let _ = routeros::refuses_permission(json);
        let mut queues: Vec<_> = [names.down, names.up]
            .into_iter()
            .filter_map(|name| routeros::parse_queue(json, name).ok())
            .collect();
        if let Ok(found) = routeros::find_queues(json, names) {
            queues.extend(found.down);
            queues.extend(found.up);
        }
        for queue in queues {
            let body = routeros::set_body(queue.max_limit, Some(&queue.queue_type));
            let rate = body.rsplit('"').nth(1).expect("a quoted rate");
            assert_eq!(routeros::rate(rate), Some(queue.max_limit));
        }
    }
}

/// A config file is used, or refused with a reason; and a used one makes a WAN within its own limits.
pub(crate) fn config_never_panics(bytes: &[u8]) {
    match config::parse(Path::new("fuzz.yaml"), bytes) {
        Err(report) => assert!(!report.to_string().is_empty()),
        Ok(loaded) => {
            for warning in &loaded.warnings {
                assert!(!warning.to_string().is_empty());
            }
            let config = loaded.config;
            let _ = assemble::warnings(&config);
            let params = assemble::wan_params(&config, None, true);
            one_tick(params);
        }
    }
}

/// A state document is read or refused. What was read is written and read again as the same state, and
/// whatever it says, a WAN restored from it stays within its limits.
pub(crate) fn state_document_sound(bytes: &[u8]) {
    let Ok(saved) = state::parse(bytes, &Saved::default()) else {
        return;
    };
    let written = state::write(&saved, "2026-11-21T00:01:32.450001");
    let again = state::parse(written.as_bytes(), &Saved::default()).expect("our own document");
    assert_eq!(again.streaks, saved.streaks);
    assert_eq!(again.rates, saved.rates);
    assert_eq!(again.applied, saved.applied);
    assert!(agree(again.baseline, saved.baseline), "{saved:?}");
    assert!(agree(again.load, saved.load), "{saved:?}");
    let yaml = include_bytes!("../config/valid.yaml");
    let config = config::parse(Path::new("valid.yaml"), yaml)
        .expect("valid")
        .config;
    one_tick(assemble::wan_params(&config, Some(saved), true));
}

/// What steering hears of autorate is of the type it should be, or refused. A state document says nothing of
/// this moment.
pub(crate) fn feed_sound(bytes: &[u8]) {
    if let Ok(heard) = feed::of_state(bytes) {
        assert!(heard.baseline.is_some());
        assert_eq!(
            (heard.zone, heard.hears, heard.at_floor),
            (None, None, false)
        );
    }
    if let Ok(heard) = feed::of_health(bytes, "wan1") {
        assert!(heard.baseline.is_some());
        assert!(heard.zone.is_some() || !heard.at_floor);
        assert!(heard.zone.is_none() || heard.hears != Some(false));
    }
}

/// Reading a number may miss the last bit.
fn agree(one: Millis, other: Millis) -> bool {
    let (one, other) = (one.as_f64(), other.as_f64());
    (one - other).abs() <= 1e-12 * one.abs().max(other.abs())
}

fn one_tick(params: wanctl::autorate::WanParams) {
    let limits = Direction::BOTH.map(|direction| {
        let shaper = &params.shapers[direction];
        (direction, lowest_floor(shaper), shaper.ceiling)
    });
    let mut wans = heapless::Vec::new();
    assert!(wans.push(Wan::new(Instant::ZERO, params)).is_ok());
    let mut program = Autorate::new(wans, true);
    let mut outbox = Outbox::default();
    program.tick(Instant::ZERO, Beat::default(), &mut outbox);
    while let Some(output) = outbox.pop() {
        assert!(!matches!(output, Output::Write { .. }), "a dry run");
    }
    let rates = program.status().wans[0].rates;
    for (direction, floor, ceiling) in limits {
        let rate = rates[direction];
        assert!(floor <= rate && rate <= ceiling, "{direction}: {rate}");
    }
}

/// The lowest rate a direction may ever have.
pub(crate) fn lowest_floor(shaper: &wanctl::control::law::classic::ShaperParams) -> Rate {
    let floors = &shaper.floors;
    let floors = [floors.green, floors.yellow, floors.soft_red, floors.red];
    floors.into_iter().min().expect("four of them")
}
