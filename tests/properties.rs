//! What holds for every story, told by proptest.

mod attack;
#[path = "attack/seeds.rs"]
mod seeds;

use proptest::prelude::*;
use wanctl::control::actuator::{Act, Actuator, Budget, Known, Order};
use wanctl::control::blackout::{Blind, Step};
use wanctl::control::controller::Controller;
use wanctl::control::delay::DelayTracker;
use wanctl::control::law::classic::Shaper;
use wanctl::control::zone::Streaks;
use wanctl::direction::{Both, Direction};
use wanctl::time::{Duration, Instant};
use wanctl::units::{Millis, Rate};

const CONFIGS: [&str; 6] = [
    include_str!("golden/baseline_drift.yaml"),
    include_str!("golden/cable_evening.yaml"),
    include_str!("golden/dsl_noisy.yaml"),
    include_str!("golden/fiber_bounds.yaml"),
    include_str!("golden/loss_bursts.yaml"),
    include_str!("config/valid.yaml"),
];

fn config(n: usize) -> wanctl::config::WanConfig {
    let text = CONFIGS[n % CONFIGS.len()].as_bytes();
    let parsed = wanctl::config::parse(std::path::Path::new("golden.yaml"), text);
    parsed.expect("a valid file").config
}

fn step() -> impl Strategy<Value = Step> {
    let ms = || (0.0..2_000.0_f64).prop_map(|ms| Millis::new(ms).expect("finite"));
    prop_oneof![
        8 => (0.0..120.0_f64).prop_map(|ms| Step::Judge(Millis::new(ms).expect("finite"))),
        2 => ms().prop_map(Step::Judge),
        1 => ms().prop_map(Step::JudgeTcp),
        1 => Just(Step::Repeat),
        1 => Just(Step::Hold),
        1 => Just(Step::Freeze),
        1 => Just(Step::Fail(Blind::NoReply)),
    ]
}

proptest! {
    #[test]
    fn rates_never_leave_the_span_from_lowest_floor_to_ceiling(
        which in 0..CONFIGS.len(),
        restored: u64,
        streak: u32,
        steps in prop::collection::vec(step(), 1..400),
    ) {
        let config = config(which);
        let delay = DelayTracker::new(config.delay, config.baseline_initial);
        let streaks = Streaks { green: streak, ..Streaks::default() };
        let shapers = config
            .shapers
            .map(|params| Shaper::restored(params, streaks, Rate::bps(restored)));
        let mut controller = Controller::new(delay, shapers);
        for step in steps {
            controller.step(Instant::ZERO, step);
            for direction in Direction::BOTH {
                let params = &config.shapers[direction];
                let rate = controller.rates()[direction];
                prop_assert!(attack::lowest_floor(params) <= rate && rate <= params.ceiling);
            }
        }
    }
}

/// What may happen between two wishes.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Wish(u8, u8, bool),
    Confirmed,
    ConfirmedOther(u8),
    Read(u8, u8),
    Refused,
    Lost,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        6 => (0..4_u8, 0..4_u8, prop::bool::weighted(0.9)).prop_map(|(d, u, r)| Happens::Wish(d, u, r)),
        4 => Just(Happens::Confirmed),
        1 => (0..4_u8).prop_map(Happens::ConfirmedOther),
        1 => (0..4_u8, 0..4_u8).prop_map(|(d, u)| Happens::Read(d, u)),
        1 => Just(Happens::Refused),
        1 => Just(Happens::Lost),
    ]
}

fn rate(n: u8) -> Rate {
    Rate::mbit(100 + u64::from(n))
}

proptest! {
    #[test]
    fn an_equal_value_is_never_sent_and_no_window_sees_more_than_the_budget(
        changes in 1..64_usize,
        window_ms in 1_000..60_000_u64,
        story in prop::collection::vec((0..2_000_u64, happens()), 1..300),
    ) {
        let window = Duration::from_millis(window_ms);
        let mut actuator = Actuator::new(Budget::new(changes, window), false);
        let mut now = Instant::ZERO;
        let mut in_flight: Both<Option<Rate>> = Both::default();
        let mut writes = Vec::new();
        for (wait, happens) in story {
            now = now + Duration::from_millis(wait);
            match happens {
                Happens::Wish(down, up, ready) => {
                    let wish = Both { down: rate(down), up: rate(up) };
                    let held = actuator.held();
                    if let Act::Send(orders) = actuator.want(now, wish, ready) {
                        prop_assert!(ready);
                        for Order { direction, rate } in orders.into_iter().flatten() {
                            prop_assert_eq!(rate, wish[direction]);
                            prop_assert_ne!(Some(rate), held[direction], "it holds that already");
                            prop_assert_eq!(in_flight[direction], None, "one at a time");
                            in_flight[direction] = Some(rate);
                        }
                        writes.push(now);
                        let recent = writes.iter().filter(|&&at| at + window >= now).count();
                        prop_assert!(recent <= changes, "{} in one window", recent);
                    }
                }
                Happens::Confirmed => for direction in Direction::BOTH {
                    if let Some(rate) = in_flight[direction].take() {
                        actuator.holds(now, direction, rate, Known::Written);
                    }
                },
                Happens::ConfirmedOther(other) => for direction in Direction::BOTH {
                    if in_flight[direction].take().is_some() {
                        actuator.holds(now, direction, rate(other), Known::Written);
                    }
                },
                Happens::Read(down, up) => {
                    actuator.holds(now, Direction::Down, rate(down), Known::Read);
                    actuator.holds(now, Direction::Up, rate(up), Known::Read);
                }
                Happens::Refused => for direction in Direction::BOTH {
                    if in_flight[direction].take().is_some() {
                        actuator.refused(now, direction, false);
                    }
                },
                Happens::Lost => {
                    in_flight = Both::default();
                    actuator.lost();
                }
            }
        }
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// Pieces of HTTP and JSON in any order, with anything between them: random bytes alone never get far.
fn nearly_http() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&str] = &[
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 204 No Content\r\n",
        "HTTP/1.0 401 Unauthorized\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "GET /health HTTP/1.1\r\n",
        "Content-Length: 2\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "\r\n",
        "[]",
        "2\r\n[]\r\n",
        "0\r\n\r\n",
        "ffffffffffffffff\r\n",
        r#"{".id":"*1","name":"WAN-Download-1","max-limit":"1"}"#,
        "[",
        "]",
        ",",
    ];
    let piece = prop_oneof![
        9 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// `bytes` with a few of them changed, taken out or doubled.
fn spoilt(bytes: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let slip = (0..bytes.len(), any::<u8>(), 0..4_u8);
    prop::collection::vec(slip, 0..6).prop_map(move |slips| {
        let mut spoilt = bytes.to_vec();
        for (at, byte, how) in slips {
            let at = at % spoilt.len().max(1);
            match how {
                0 if !spoilt.is_empty() => drop(spoilt.remove(at)),
                1 => spoilt.insert(at, byte),
                2 => spoilt.truncate(at),
                _ if !spoilt.is_empty() => spoilt[at] = byte,
                _ => {}
            }
        }
        spoilt
    })
}

const STEERING_STATE: &[u8] = include_bytes!("../fuzz/seeds/steering_document_sound/v1_7");
const STATE: &[u8] = br#"{"download":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":247814820},"upload":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":2.5e7},"ewma":{"baseline_rtt":25.0,"load_rtt":25.010882765054703},"last_applied":{"dl_rate":271669248,"ul_rate":null},"timestamp":"2026-11-21T00:01:32.450001"}"#;
const HEALTH: &[u8] = br#"{"status":"healthy","wans":[{"name":"wan1","baseline_rtt_ms":24.25,"download":{"current_rate_mbps":80.0,"state":"RED","at_floor":true},"measurement":{"source":"icmp","reflectors":[{"host":"one.example"}]},"problem":null}],"problem":null}"#;
const LISTING: &[u8] = br#"[{".id":"*1000000","name":"WAN-Download-1","max-limit":"500000000","queue":"cake-down-wan1","disabled":"false","invalid":"false","bytes":"272603902153"},{".id":"*1000002","name":"WAN-Upload-1","max-limit":"50M"}]"#;
const RULES: &[u8] = br#"[{".id":"*1"},{".id":"*5","comment":"ADAPTIVE: Steer X to WAN2","disabled":"true","invalid":"false"}]"#;
const COUNTERS: &[u8] = br#"[{".id":"*1000000","bytes":"272603902153","dropped":"0","name":"WAN-Download-1","packets":"184614358","queued-bytes":"7","queued-packets":"1"}]"#;
const PRINTED: &[u8] = b".id=*1;chain=forward\r\n.id=*5;comment=ADAPTIVE: Steer X to WAN2;disabled=true;invalid=false\r\n";
const SHOWN: &[u8] = b"Flags: X - disabled, I - invalid, D - dynamic \r\n 0 X  ;;; ADAPTIVE: Steer X to WAN2\r\n     chain=prerouting action=mark-routing\r\n";
const STEERING: &[u8] = include_bytes!("../configs/steering.yaml");
const LINE: &[u8] = include_bytes!("../fuzz/seeds/command_line_sound/history_range");
const MOMENT: &[u8] = include_bytes!("../fuzz/seeds/times_sound/offset");
const SECRETS: &[u8] = include_bytes!("../fuzz/seeds/secrets_sound/quoted");
#[cfg(feature = "history")]
const QUESTION: &[u8] = include_bytes!("../fuzz/seeds/history_query_sound/page");

proptest! {
    #[test]
    fn the_link_survives_any_story_and_comes_back(story in bytes()) {
        attack::link::rest_link_any_bytes(&story);
    }

    #[test]
    fn a_response_is_the_same_however_it_is_cut(cut: u8, bytes in prop_oneof![bytes(), nearly_http()]) {
        attack::http_response_any_split(&[&[cut], &bytes[..]].concat());
    }

    #[test]
    fn a_request_is_the_same_however_it_is_cut(bytes in prop_oneof![bytes(), nearly_http()]) {
        attack::http_request_sound(&bytes);
    }

    #[test]
    fn any_datagram_is_survived(bytes in bytes()) {
        attack::icmp_reply_parsing_sound(&bytes);
    }

    #[test]
    fn any_reply_of_a_router_is_survived(bytes in prop_oneof![bytes(), spoilt(LISTING)]) {
        attack::routeros_json_sound(&bytes);
    }

    #[test]
    fn any_reply_about_rules_is_survived(bytes in prop_oneof![spoilt(RULES), spoilt(COUNTERS)]) {
        attack::routeros_json_sound(&bytes);
    }

    #[test]
    fn any_text_of_a_console_is_survived(bytes in prop_oneof![bytes(), spoilt(PRINTED), spoilt(SHOWN)]) {
        attack::steering::console_text_sound(&bytes);
    }

    #[test]
    fn steerings_links_survive_any_story_and_come_back(story in bytes()) {
        attack::steering::steering_link_any_bytes(&story);
    }

    #[test]
    fn any_steering_document_is_read_or_refused(bytes in prop_oneof![bytes(), spoilt(STEERING_STATE)]) {
        attack::steering::steering_document_sound(&bytes);
    }

    #[test]
    fn any_state_document_is_read_or_refused(bytes in prop_oneof![bytes(), spoilt(STATE)]) {
        attack::state_document_sound(&bytes);
    }

    #[test]
    fn any_word_of_autorate_is_heard_or_refused(
        bytes in prop_oneof![bytes(), spoilt(STATE), spoilt(HEALTH)],
    ) {
        attack::feed_sound(&bytes);
    }

    #[test]
    fn any_config_is_read_or_refused(bytes in prop_oneof![bytes(), spoilt(CONFIGS[5].as_bytes())]) {
        attack::config_never_panics(&bytes);
    }

    #[test]
    fn any_steering_file_is_read_or_refused(bytes in spoilt(STEERING)) {
        attack::words::steering_config_sound(&bytes);
    }

    #[test]
    fn links_keep_their_laws_in_any_order_of_events(story in prop::collection::vec(any::<u8>(), 0..2_000)) {
        attack::meeting::link_events_any_order(&story);
    }

    #[test]
    fn any_command_line_is_understood_or_refused(bytes in prop_oneof![bytes(), spoilt(LINE)]) {
        attack::words::command_line_sound(&bytes);
    }

    #[test]
    fn any_time_is_read_or_refused(bytes in prop_oneof![bytes(), spoilt(MOMENT), spoilt(b"90m")]) {
        attack::words::times_sound(&bytes);
    }

    #[test]
    fn any_file_of_secrets_is_read(bytes in prop_oneof![bytes(), spoilt(SECRETS)]) {
        attack::words::secrets_sound(&bytes);
    }
}

#[cfg(feature = "history")]
proptest! {
    #[test]
    fn any_question_to_the_history_is_answered_or_refused(bytes in prop_oneof![bytes(), spoilt(QUESTION)]) {
        attack::history::history_query_sound(&bytes);
    }
}
