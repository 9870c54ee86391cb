//! Counters, lists, and more rules than fit into an answer.

use super::*;

#[test]
fn counters_are_read_whenever_that_is_ordered_even_without_a_rule() {
    let mut story = Rest::connected(&[]);
    story.asks();
    story.answer(200, "[]");
    story.said();
    story.link.submit(Order::Count);
    let request = story.asks();
    assert!(
        request.starts_with("GET /rest/queue/tree?name=D&.proplist=name,bytes,"),
        "{request}"
    );
    story.answer(
        200,
        r#"[{"name":"D","bytes":"9","packets":"3","dropped":"0","queued-bytes":"2","queued-packets":"1"}]"#,
    );
    let counters = Counters {
        bytes: 9,
        packets: 3,
        dropped: 0,
        queued_bytes: 2,
        queued_packets: 1,
    };
    let took = Duration::ZERO;
    assert_eq!(story.said(), [Event::Counted { counters, took }]);
    for (body, why) in [
        ("[]", Refusal::QueueMissing),
        (r#"[{"name":"D"}]"#, Refusal::Unclear),
    ] {
        story.link.submit(Order::Count);
        story.asks();
        story.answer(200, body);
        assert_eq!(story.said(), [refused(Order::Count, why)]);
    }
}

#[test]
fn lists_are_counted_after_the_rule_once_a_minute() {
    let mut story = Rest::up(&["FORCE_OUT_WAN1", "FORCE_OUT_WAN2"]);
    for (list, entries, count) in [
        (0, r#"[{"list":"FORCE_OUT_WAN1"}]"#, Some(1)),
        (1, "{}", None),
    ] {
        let request = story.asks();
        let name = ["FORCE_OUT_WAN1", "FORCE_OUT_WAN2"][list];
        assert!(request.contains(&format!("address-list?list={name}&")));
        story.answer(200, entries);
        assert_eq!(story.said(), [Event::Up, Event::Entries { list, count }]);
    }
    assert_eq!(story.asks(), "");
    story.wait(30);
    assert!(story.asks().contains("/mangle?"), "the rule is due");
    story.answer(200, &format!("[{RULE}]"));
    assert_eq!(story.asks(), "");
    story.wait(30);
    assert!(story.asks().contains("/mangle?"), "and goes first");
    story.answer(200, &format!("[{RULE}]"));
    assert!(story.asks().contains("list=FORCE_OUT_WAN1&"));
    story.answer(500, "{}");
    assert!(story.link.is_up(), "that they are not told is no failure");
}

#[test]
fn a_list_too_large_to_be_counted_costs_one_connection_and_is_not_asked_for_again() {
    let mut story = Rest::up(&["FORCE_OUT_WAN1"]);
    assert!(story.asks().contains("address-list?"));
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    story.link.space()[..head.len()].copy_from_slice(head);
    story.link.received(story.now, head.len());
    assert_eq!(story.said(), [Event::Lost(Some(Failure::TooLarge))]);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    for _ in 0..5 {
        story.wait(30);
        if !story.link.is_up() {
            story.connects();
        }
        assert!(story.asks().contains("/mangle?"));
        story.answer(200, &format!("[{RULE}]"));
        story.said();
        assert_eq!(story.asks(), "");
    }
}

#[test]
fn rules_too_many_to_be_listed_are_filtered_by_the_router_from_then_on() {
    let mut story = Rest::connected(&[]);
    assert!(story.asks().starts_with("GET /rest/ip/firewall/mangle?"));
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    story.link.space()[..head.len()].copy_from_slice(head);
    story.link.received(story.now, head.len());
    assert_eq!(story.said(), [Event::Lost(Some(Failure::TooLarge))]);
    story.link.poll(story.now);
    story.wait(3);
    story.connects();
    for _ in 0..2 {
        let request = story.asks();
        assert!(
            request.starts_with("POST /rest/ip/firewall/mangle/print "),
            "{request}"
        );
        assert!(request.ends_with(r#"".query": ["comment=ADAPTIVE: s"]}"#));
        let other = RULE.replace("ADAPTIVE: s", "ADAPTIVE: S");
        story.answer(200, &format!("[{other},{RULE}]"));
        assert!(story.said().contains(&read(OFF)), "and compared again here");
        story.link.submit(Order::Read);
    }
}

#[test]
fn what_is_garbled_or_too_large_for_another_reason_filters_no_rules() {
    let too_large = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".as_slice();
    for (order, bytes, why) in [
        (None, b"what?\r\n\r\n".as_slice(), Failure::Garbled),
        (Some(Order::Count), too_large, Failure::TooLarge),
    ] {
        let mut story = Rest::up(&[]);
        match order {
            Some(order) => story.link.submit(order),
            None => story.wait(30),
        }
        story.asks();
        story.link.space()[..bytes.len()].copy_from_slice(bytes);
        story.link.received(story.now, bytes.len());
        let lost = Event::Lost(Some(why));
        assert_eq!(story.said().last(), Some(&lost));
        story.link.poll(story.now);
        story.wait(3);
        story.connects();
        assert!(story.asks().starts_with("GET /rest/ip/firewall/mangle?"));
    }
}

#[test]
fn lists_are_counted_by_the_console_itself() {
    let mut story = Ssh::up(&["FORCE_OUT_WAN1"]);
    assert_eq!(
        story.asks(),
        "/ip firewall address-list print count-only where list=\"FORCE_OUT_WAN1\" disabled=no"
    );
    story.answer(0, "3\r\n");
    let (list, count) = (0, Some(3));
    assert_eq!(story.said(), [Event::Up, Event::Entries { list, count }]);
    assert_eq!(story.asks(), "");
}

#[test]
fn counters_are_read_when_that_is_ordered_and_never_at_a_glance() {
    let mut story = Rest::up(&[]);
    story.link.glance(story.now);
    assert_eq!(story.asks(), "");
}
