//! The 20 "contract rows" of routeros.md section 8, all measured on 7.23.x.

use super::*;
use crate::sim::double::faults::Fault;
use crate::time::Duration;
use serde_json::Value;

const PRINT: &str = "/rest/queue/tree/print";
const EXECUTE: &str = "/rest/execute";

#[test]
fn row_01_get_of_a_list_is_200_and_an_array() {
    let (status, body) = get(TREE);
    let rows: Vec<Value> = serde_json::from_str(&body).unwrap();
    assert_eq!((status, rows.len()), (200, 2));
}

#[test]
fn row_02_get_of_a_singleton_is_200_and_an_object() {
    let identity = (200, r#"{"name":"wanctl-double"}"#.to_owned());
    assert_eq!(get("/rest/system/identity"), identity);
}

#[test]
fn row_03_print_with_a_proplist_is_projected() {
    let body = r#"{".proplist":["name","max-limit"]}"#;
    let (status, body) = ask(&mut router(), "POST", PRINT, body);
    assert_eq!(status, 200);
    assert!(body.starts_with(r#"[{"max-limit":"500000000","name":"WAN-Download"},{"#));
}

#[test]
fn row_04_print_with_a_query_is_filtered() {
    for (query, names) in [
        (r#"["name=WAN-Upload"]"#, &["WAN-Upload"][..]),
        (
            r##"["name=WAN-Upload","parent=bridge","#|"]"##,
            &["WAN-Download", "WAN-Upload"],
        ),
        (r##"["parent=bridge","#!"]"##, &["WAN-Upload"]),
        (r#"["name","-comment"]"#, &["WAN-Download", "WAN-Upload"]),
        (r#"[">max-limit=100000000"]"#, &["WAN-Download"]),
        (r#"["parent=bridge","name=WAN-Upload"]"#, &[]),
    ] {
        let body = format!(r#"{{".proplist":"name",".query":{query}}}"#);
        let (status, found) = ask(&mut router(), "POST", PRINT, &body);
        let rows = names.iter().map(|name| format!(r#"{{"name":"{name}"}}"#));
        let expected = format!("[{}]", rows.collect::<Vec<_>>().join(","));
        assert_eq!((status, found), (200, expected), "{query}");
    }
}

#[test]
fn row_05_put_is_201_and_the_object_with_its_id() {
    let mut router = router();
    let body = r#"{"address":"10.0.0.9","list":"steered"}"#;
    let (status, entry) = ask(&mut router, "PUT", ADDRESS_LIST, body);
    let expected = concat!(
        r#"{".id":"*1","address":"10.0.0.9","creation-time":"2026-01-01 00:00:00","#,
        r#""disabled":"false","dynamic":"false","list":"steered"}"#
    );
    assert_eq!((status, &*entry), (201, expected));
    let incomplete = ask(&mut router, "PUT", ADDRESS_LIST, r#"{"list":"x"}"#);
    assert_eq!(incomplete, bad_request("missing =address="));
    assert_eq!(router.persisted_writes(), 1);
    let timed = r#"{"address":"10.0.0.8","list":"steered","timeout":"1m"}"#;
    let (_, entry) = ask(&mut router, "PUT", ADDRESS_LIST, timed);
    assert!(entry.contains(r#""dynamic":"true""#) && entry.contains(r#""timeout":"1m""#));
    assert_eq!(router.persisted_writes(), 1, "in memory only");
    router.reboot(Instant::ZERO);
    let (_, left) = ask(&mut router, "GET", ADDRESS_LIST, "");
    assert_eq!(left.matches(".id").count(), 1);
}

#[test]
fn row_06_get_by_id_is_200_and_an_object() {
    assert_eq!(get(DOWN), (200, DOWN_OBJECT.to_owned()));
}

#[test]
fn row_07_patch_is_200_and_the_changed_object() {
    let mut router = router();
    let changed = DOWN_OBJECT.replace("500000000", "77000000");
    let body = r#"{"max-limit":"77M"}"#;
    assert_eq!(ask(&mut router, "PATCH", DOWN, body), (200, changed));
}

#[test]
fn row_08_a_posted_action_is_200() {
    let mut router = steering_router();
    for (command, body) in [
        ("set", r#"{".id":"*1","comment":"a"}"#),
        ("set", r#"{"numbers":"*1","comment":"b"}"#),
        ("disable", r#"{"numbers":"*1"}"#),
        ("enable", r#"{".id":"*1"}"#),
        ("reset-counters", r#"{".id":"*1"}"#),
        ("reset-counters-all", ""),
        ("remove", r#"{".id":"*1"}"#),
    ] {
        let answer = ask(&mut router, "POST", &format!("{MANGLE}/{command}"), body);
        assert_eq!(answer, (200, "[]".to_owned()), "{command}");
    }
    let stale = ask(
        &mut router,
        "POST",
        &format!("{MANGLE}/enable"),
        r#"{".id":"*1"}"#,
    );
    assert_eq!(stale, bad_request("no such item"));
}

#[test]
fn row_09_delete_is_204_and_the_second_404() {
    let mut router = steering_router();
    assert_eq!(ask(&mut router, "DELETE", RULE, ""), (204, String::new()));
    assert_eq!(ask(&mut router, "DELETE", RULE, "").0, 404);
    let cannot = ask(&mut router, "DELETE", "/rest/interface/*1", "");
    let detail = "no such command or directory (remove)";
    assert_eq!(cannot, refused(406, detail, "Not Acceptable"));
}

#[test]
fn row_10_find_has_no_rest_form() {
    let mut router = router();
    let body = r#"{"numbers":"[find name=WAN-Upload]","max-limit":"1M"}"#;
    let set = ask(&mut router, "POST", "/rest/queue/tree/set", body);
    assert_eq!(set, bad_request("no such item"));
    let find = ask(
        &mut router,
        "POST",
        "/rest/queue/tree/find",
        r#"{".id":"*1000000"}"#,
    );
    assert_eq!(find, bad_request("no such command"));
}

#[test]
fn row_11_get_of_an_unknown_id_is_404_without_detail() {
    let missing = (404, r#"{"error":404,"message":"Not Found"}"#.to_owned());
    assert_eq!(get("/rest/queue/tree/*99"), missing);
    assert_eq!(get("/rest/ip/firewall/mangle/*99"), missing);
    let nameless = get("/rest/ip/firewall/mangle/steer");
    assert_eq!(nameless, bad_request("no such command prefix"));
}

#[test]
fn row_12_an_unknown_path_is_400_and_named() {
    let detail = "no such command or directory (nonexistent)";
    assert_eq!(get("/rest/nonexistent"), bad_request(detail));
    assert_eq!(get("/rest/ip/firewall/nonexistent"), bad_request(detail));
}

#[test]
fn row_13_get_of_a_command_is_400() {
    for path in [PRINT, "/rest/ip/firewall/mangle/print"] {
        assert_eq!(get(path), bad_request("no such command"));
    }
}

#[test]
fn row_14_the_body_of_a_401() {
    let response = router().answer(Instant::ZERO, &Request::new("GET", TREE));
    assert_eq!(response.body, br#"{"error":401,"message":"Unauthorized"}"#);
}

#[test]
fn row_15_head_is_501() {
    assert_eq!(ask(&mut router(), "HEAD", "/rest/interface", "").0, 501);
}

#[test]
fn row_16_an_unknown_parameter_is_400_and_named() {
    let refusal = bad_request("unknown parameter address");
    let body = r#"{"address":"1.2.3.4"}"#;
    assert_eq!(ask(&mut router(), "PATCH", DOWN, body), refusal);
    assert_eq!(ask(&mut steering_router(), "PATCH", RULE, body), refusal);
    let put = r#"{"chain":"forward","address":"1.2.3.4"}"#;
    assert_eq!(ask(&mut router(), "PUT", MANGLE, put), refusal);
}

#[test]
fn row_17_monitor_traffic_once_for_a_while_or_for_ever() {
    let monitor = |body: &str| {
        let request = signed("POST", "/rest/interface/monitor-traffic").carrying(body);
        let response = router().answer(Instant::ZERO, &request);
        let body = String::from_utf8(response.body).unwrap();
        (
            response.status,
            body,
            response.after.as_micros() / 1_000_000,
        )
    };
    let (status, once, after) = monitor(r#"{"interface":"ether1","once":""}"#);
    assert_eq!((status, after), (200, 0));
    assert!(once.starts_with(r#"[{"name":"ether1","#) && !once.contains(".section"));
    let (_, frames, after) = monitor(r#"{"interface":"ether1","duration":"3s"}"#);
    assert_eq!((frames.matches(".section").count(), after), (3, 3));
    let (status, _, after) = monitor(r#"{"interface":"ether1"}"#);
    assert_eq!((status, after), (400, 60));
    let (_, unknown, _) = monitor(r#"{"interface":"ether9","once":""}"#);
    assert!(unknown.contains("input does not match any value of interface"));
}

#[test]
fn row_18_execute_with_and_without_as_string() {
    let mut router = router();
    let with = r#"{"script":":put [/system identity get name]","as-string":""}"#;
    let said = (200, r#"{"ret":"wanctl-double\r\n"}"#.to_owned());
    assert_eq!(ask(&mut router, "POST", EXECUTE, with), said);
    let both = r#"{"script":"/queue tree set WAN-Download max-limit=5M; /queue tree set WAN-Upload max-limit=1M","as-string":""}"#;
    let silent = (200, r#"{"ret":""}"#.to_owned());
    assert_eq!(ask(&mut router, "POST", EXECUTE, both), silent);
    assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(5)));
    assert!(router.journal.entries().last().unwrap().is_write());
    let without = r#"{"script":"/queue tree set WAN-Upload max-limit=2M"}"#;
    let (status, job) = ask(&mut router, "POST", EXECUTE, without);
    assert!(status == 200 && job.starts_with(r#"{"ret":"*"#), "{job}");
    assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(2)));
    let nothing = ask(&mut router, "POST", EXECUTE, "{}");
    assert_eq!(nothing, bad_request("missing =script="));
}

#[test]
fn row_19_the_key_disabled_appears_with_the_first_patch() {
    let mut router = steering_router();
    let rule = ask(&mut router, "GET", RULE, "").1;
    assert!(!rule.contains("disabled") && !rule.contains("log"));
    let (_, off) = ask(&mut router, "PATCH", RULE, r#"{"disabled":"yes"}"#);
    assert!(off.contains(r#""disabled":"true""#));
    assert_eq!(router.persisted_writes(), 1);
    let (_, on) = ask(&mut router, "PATCH", RULE, r#"{"disabled":"no"}"#);
    assert!(on.contains(r#""disabled":"false""#));
}

#[test]
fn row_20_a_missing_policy_is_500() {
    let mut router = router();
    Fault::ReadOnlyUser.begin(Instant::ZERO, &mut router);
    let patch = signed("PATCH", DOWN).carrying(r#"{"max-limit":"1M"}"#);
    let later = Instant::ZERO + Duration::from_secs(1);
    let answer = Fault::ReadOnlyUser.answer(later, &mut router, &patch);
    assert_eq!(answer.status, 500);
    let body = String::from_utf8(answer.body).unwrap();
    assert!(body.contains(r#""detail":"not enough permissions (9)""#));
    Fault::ReadOnlyUser.end(later, &mut router);
    assert_eq!(router.answer(later, &patch).status, 200);
}
