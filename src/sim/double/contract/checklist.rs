//! routeros.md section 0, row by row. Row 12 is the native API, which wanctl does not speak and the
//! double does not have. What rows 8, 9 and 10 mean for bytes and time is in `tests/double` too.

use super::*;
use crate::sim::double::faults::Fault;
use crate::time::Duration;
use serde_json::Value;

#[test]
fn row_01_every_value_is_a_string_but_the_errors_number() {
    for path in LISTS {
        let (_, body) = ask(&mut steering_router(), "GET", path, "");
        let rows: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&body).unwrap();
        let mut values = rows.iter().flat_map(|row| row.values());
        assert!(values.all(Value::is_string), "{path}");
    }
    let (_, error) = get("/rest/queue/tree/*99");
    let error: Value = serde_json::from_str(&error).unwrap();
    assert!(error["error"].is_number() && error["message"].is_string());
    for (written, read) in [
        (r#""yes""#, "true"),
        (r#""no""#, "false"),
        (r#""true""#, "true"),
        (r#""false""#, "false"),
        ("true", "true"),
    ] {
        let body = format!(r#"{{"disabled":{written}}}"#);
        let (_, object) = ask(&mut router(), "PATCH", DOWN, &body);
        assert!(object.contains(&format!(r#""disabled":"{read}""#)));
    }
}

#[test]
fn row_02_lists_are_arrays_and_items_and_singletons_bare_objects() {
    for path in LISTS {
        assert!(get(path).1.starts_with('['), "{path}");
    }
    assert_eq!(get("/rest/ip/firewall/mangle").1, "[]", "empty");
    for path in [
        DOWN,
        "/rest/queue/tree/WAN-Download",
        "/rest/interface/ether1",
        "/rest/system/resource",
        "/rest/system/identity",
    ] {
        assert!(get(path).1.starts_with('{'), "{path}");
    }
}

#[test]
fn row_03_what_writes_answer() {
    let mut router = router();
    let mut ask = |method: &str, path: &str, body: &str| ask(&mut router, method, path, body);
    let (status, added) = ask("PUT", MANGLE, r#"{"chain":"forward"}"#);
    assert_eq!(status, 201);
    assert!(added.starts_with(r#"{".id":"*1","action":"accept","bytes":"0","chain":"forward""#));
    let (status, patched) = ask("PATCH", RULE, r#"{"comment":"x"}"#);
    assert_eq!(status, 200);
    assert!(patched.starts_with(r#"{".id":"*1""#) && patched.contains(r#""comment":"x""#));
    let done = (200, "[]".to_owned());
    let disable = format!("{MANGLE}/disable");
    assert_eq!(ask("POST", &disable, r#"{".id":"*1"}"#), done);
    let returned = (200, r#"{"ret":"*2"}"#.to_owned());
    let add = format!("{MANGLE}/add");
    assert_eq!(ask("POST", &add, r#"{"chain":"forward"}"#), returned);
    assert_eq!(ask("DELETE", RULE, ""), (204, String::new()));
}

#[test]
fn row_04_the_statuses_of_refusals() {
    let mut router = router();
    let stale = (404, r#"{"error":404,"message":"Not Found"}"#.to_owned());
    assert_eq!(ask(&mut router, "DELETE", RULE, ""), stale);
    let wrong = ask(&mut router, "PATCH", DOWN, r#"{"priority":"9"}"#);
    assert_eq!(wrong, bad_request("value of priority out of range (1..8)"));
    let stranger = Request::new("GET", TREE).signed("wanctl", "wrong");
    let late = router.answer(Instant::ZERO, &stranger);
    assert_eq!((late.status, late.after), (401, Duration::from_millis(125)));
    router.access.grant("write", false);
    let detail = "not enough permissions (9)";
    let denied = refused(500, detail, "Internal Server Error");
    for (method, path, body) in [
        ("PATCH", DOWN, r#"{"max-limit":"1M"}"#),
        ("PUT", MANGLE, r#"{"chain":"forward"}"#),
        ("DELETE", DOWN, ""),
        ("POST", "/rest/queue/tree/set", r#"{".id":"*1000000"}"#),
    ] {
        assert_eq!(ask(&mut router, method, path, body), denied, "{method}");
    }
    assert_eq!(ask(&mut router, "HEAD", TREE, "").0, 501);
}

#[test]
fn row_05_keys_are_alphabetical_with_id_first() {
    let mut router = steering_router();
    let mut bodies: Vec<String> = Vec::new();
    for path in [DOWN, RULE, "/rest/system/resource", "/rest/interface/*1"] {
        bodies.push(ask(&mut router, "GET", path, "").1);
    }
    bodies.push(ask(&mut router, "PATCH", DOWN, r#"{"x":"1"}"#).1);
    for body in bodies {
        let keys = body.split("\",\"").map(|pair| pair.split('"').next());
        let keys: Vec<_> = keys.skip(1).collect();
        assert!(keys.is_sorted(), "{body}");
    }
    assert_eq!(
        ask(&mut router, "PATCH", DOWN, r#"{"x":"1"}"#),
        bad_request("unknown parameter x")
    );
}

#[test]
fn row_06_counters_are_in_the_default_read_and_dropped_stays_zero() {
    let mut router = router();
    router.carry(Instant::ZERO, "WAN-Download", 3_000_000, 60_000);
    let (_, body) = ask(&mut router, "GET", TREE, "");
    let rows: Value = serde_json::from_str(&body).unwrap();
    for (counter, value) in [
        ("bytes", "3000000"),
        ("packets", "2000"),
        ("dropped", "0"),
        ("rate", "0"),
        ("packet-rate", "0"),
        ("queued-bytes", "60000"),
        ("queued-packets", "40"),
    ] {
        assert_eq!(rows[0][counter], value, "{counter}");
    }
    let (_, object) = ask(&mut router, "PATCH", DOWN, r#"{"max-limit":"20M"}"#);
    assert!(object.contains(r#""max-limit":"20000000""#));
    // The interfaces count too: what leaves to the home came in from the provider.
    let (_, ether1) = ask(&mut router, "GET", "/rest/interface/ether1", "");
    assert!(ether1.contains(r#""rx-byte":"3000000""#) && ether1.contains(r#""tx-byte":"0""#));
}

#[test]
fn row_07_a_rules_disabled_is_absent_until_it_is_written() {
    let mut router = steering_router();
    assert!(!ask(&mut router, "GET", RULE, "").1.contains("disabled"));
    let (_, rule) = ask(&mut router, "PATCH", RULE, r#"{"disabled":"false"}"#);
    assert!(rule.contains(r#""disabled":"false""#));
    let (_, rule) = ask(&mut router, "GET", RULE, "");
    assert!(rule.contains(r#""disabled":"false""#), "it stays");
    assert_eq!(router.persisted_writes(), 0, "and nothing has changed");
}

#[test]
fn row_08_a_command_without_end_says_nothing_for_a_minute() {
    let closed = bad_request("Session closed");
    for (path, body) in [
        ("/rest/queue/tree/listen", ""),
        (
            "/rest/interface/monitor-traffic",
            r#"{"interface":"ether1"}"#,
        ),
    ] {
        let request = signed("POST", path).carrying(body);
        let response = router().answer(Instant::ZERO, &request);
        assert_eq!(response.after, Duration::from_secs(60));
        let body = String::from_utf8(response.body).unwrap();
        assert_eq!((response.status, body), closed);
    }
}

#[test]
fn row_09_alternating_aborts_break_the_web_server_for_a_while() {
    let mut router = router();
    Fault::AbortDamage.begin(Instant::ZERO, &mut router);
    let ask = |fault: Fault, router: &mut Router, millis: u64| {
        let now = Instant::ZERO + Duration::from_millis(millis);
        fault.answer(now, router, &signed("GET", TREE))
    };
    let answers: Vec<_> = (0..50)
        .map(|_| ask(Fault::AbortDamage, &mut router, 0))
        .collect();
    let resets = answers.iter().filter(|answer| answer.reset).count();
    let strangers = answers.iter().filter(|answer| answer.status == 401).count();
    assert!(resets > 10 && strangers > 10 && resets + strangers == 50);
    // The last abort is at 1 s.
    let end = Instant::ZERO + Duration::from_secs(1);
    Fault::AbortDamage.end(end, &mut router);
    let is_bad = |answer: &Response| answer.reset || answer.status == 401;
    assert!(is_bad(&ask(Fault::None, &mut router, 2_299)));
    assert_eq!(ask(Fault::None, &mut router, 3_401).status, 200);
}

#[test]
fn row_10_requests_have_a_budget() {
    let mut router = router();
    let mut now = Instant::ZERO;
    let mut delays = Vec::new();
    for _ in 0..300 {
        let answer = Fault::Budget.answer(now, &mut router, &signed("GET", TREE));
        assert_eq!(answer.status, 200);
        delays.push(answer.after.as_micros() / 1_000);
        now = now + answer.after;
    }
    let fast = delays.iter().take_while(|&&delay| delay == 1).count();
    assert!((120..=220).contains(&fast), "{fast}");
    assert!(delays[fast..].iter().all(|&delay| delay == 20));
}

#[test]
fn row_11_the_console_says_its_errors_on_stdout_with_status_0() {
    let mut router = router();
    let wrong = router.run_cli(Instant::ZERO, "/queue tree set WAN-Upload queue=x");
    let complaint = "input does not match any value of queue\r\n";
    assert_eq!((&*wrong.output, wrong.status), (complaint, 0));
    for line in [
        "/queue tree set WAN-Upload max-limit=1M",
        "/queue tree disable WAN-Upload",
        "/queue tree enable WAN-Upload",
        "/queue tree remove WAN-Upload",
    ] {
        let outcome = router.run_cli(Instant::ZERO, line);
        assert_eq!((&*outcome.output, outcome.status), ("", 0), "{line}");
    }
    let printed = router.run_cli(Instant::ZERO, "/queue tree print").output;
    assert!(printed.ends_with(" \r\n"), "padded, CR LF");
    assert_eq!(
        printed.matches('\n').count(),
        printed.matches("\r\n").count()
    );
}
