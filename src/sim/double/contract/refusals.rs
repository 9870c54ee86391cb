//! What is refused, and in which words.

use super::*;
use crate::time::Duration;

#[test]
fn an_unknown_parameter_is_refused_and_nothing_is_changed() {
    let mut router = router();
    let body = r#"{"address":"1","max-limit":"300M"}"#;
    let refusal = bad_request("unknown parameter address");
    assert_eq!(ask(&mut router, "PATCH", DOWN, body), refusal);
    let counters = ask(&mut router, "PATCH", DOWN, r#"{"bytes":"0"}"#);
    assert_eq!(counters, bad_request("unknown parameter bytes"));
    assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(500)));
    assert_eq!(router.persisted_writes(), 0);
}

#[test]
fn bad_values_are_refused_with_routeros_words() {
    let patch = |body: &str| ask(&mut router(), "PATCH", DOWN, body);
    for (body, detail) in [
        (
            r#"{"priority":"9"}"#,
            "value of priority out of range (1..8)",
        ),
        (
            r#"{"bucket-size":"10.5"}"#,
            "value of bucket-size out of range (0..10)",
        ),
        (
            r#"{"queue":"codel-x"}"#,
            "input does not match any value of queue",
        ),
        (
            r#"{"parent":"ether9"}"#,
            "input does not match any value of parent",
        ),
        (
            r#"{"disabled":"maybe"}"#,
            "input does not match any value of disabled",
        ),
        (
            r#"{"name":"WAN-Upload"}"#,
            "failure: already have such entry",
        ),
        (r#"{"max-limit":"#, "Failed to parse json"),
    ] {
        assert_eq!(patch(body), bad_request(detail));
    }
}

#[test]
fn an_unknown_id_is_404_without_detail() {
    let refusal = (404, r#"{"error":404,"message":"Not Found"}"#.to_owned());
    assert_eq!(get("/rest/queue/tree/*99"), refusal);
    let patch = ask(&mut router(), "PATCH", "/rest/queue/tree/*99", "{}");
    assert_eq!(patch, refusal);
}

#[test]
fn wrong_or_missing_credentials_are_401_and_late() {
    let mut router = router();
    for request in [
        Request::new("GET", TREE),
        Request::new("GET", TREE).signed("wanctl", "wrong"),
        Request::new("GET", "/rest/nonexistent").signed("admin", "secret"),
    ] {
        let response = router.answer(Instant::ZERO, &request);
        assert_eq!(response.status, 401);
        assert_eq!(response.body, br#"{"error":401,"message":"Unauthorized"}"#);
        let challenge = response.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Basic"));
        assert_eq!(response.after, Duration::from_millis(125));
    }
}

#[test]
fn a_missing_policy_is_500() {
    let mut router = router();
    let refusal = refused(500, "not enough permissions (9)", "Internal Server Error");
    router.access.grant("write", false);
    assert_eq!(ask(&mut router, "GET", TREE, "").0, 200);
    let write = ask(&mut router, "PATCH", DOWN, r#"{"max-limit":"1M"}"#);
    assert_eq!(write, refusal);
    assert_eq!(
        ask(
            &mut router,
            "POST",
            "/rest/queue/tree/reset-counters-all",
            ""
        ),
        refusal
    );
    router.access.grant("read", false);
    assert_eq!(ask(&mut router, "GET", TREE, ""), refusal);
    assert_eq!(
        ask(&mut router, "POST", "/rest/queue/tree/print", ""),
        refusal
    );
}

#[test]
fn an_unknown_path_names_the_unknown_word() {
    for (path, word) in [
        ("/rest/nonexistent", "nonexistent"),
        ("/rest/queue/trees", "trees"),
        ("/rest/system/license", "license"),
        ("/rest/queue/tree/*1000000/deeper", "deeper"),
    ] {
        let detail = format!("no such command or directory ({word})");
        assert_eq!(get(path), bad_request(&detail), "{path}");
    }
}

#[test]
fn a_command_cannot_be_fetched() {
    for path in ["/rest/queue/tree/print", "/rest/queue/tree/set"] {
        assert_eq!(get(path), bad_request("no such command"));
    }
    let collection = ask(&mut router(), "POST", TREE, "{}");
    assert_eq!(collection, bad_request("no such command"));
}

#[test]
fn head_is_501() {
    assert_eq!(ask(&mut router(), "HEAD", TREE, "").0, 501);
}

#[test]
fn what_a_menu_cannot_do_is_406() {
    let delete = ask(&mut router(), "DELETE", "/rest/interface/*1", "");
    let detail = "no such command or directory (remove)";
    assert_eq!(delete, refused(406, detail, "Not Acceptable"));
}
