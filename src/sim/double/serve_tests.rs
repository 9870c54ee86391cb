//! The contract of the REST face; the numbers are routeros.md's.

use super::*;
use crate::sim::double::RouterOptions;
use crate::time::Duration;
use crate::units::Rate;

const TREE: &str = "/rest/queue/tree";
const DOWN: &str = "/rest/queue/tree/*1000000";

fn router() -> Router {
    Router::new(&RouterOptions::default())
}

/// Asks with good credentials; the status and the body's text.
fn ask(router: &mut Router, method: &str, path: &str, body: &str) -> (u16, String) {
    let request = Request::new(method, path)
        .signed("wanctl", "secret")
        .carrying(body);
    let response = router.answer(Instant::ZERO, &request);
    let text = String::from_utf8(response.body).expect("the double writes UTF-8");
    (response.status, text)
}

fn get(path: &str) -> (u16, String) {
    ask(&mut router(), "GET", path, "")
}

fn refused(status: u16, detail: &str, message: &str) -> (u16, String) {
    let body = format!(r#"{{"detail":"{detail}","error":{status},"message":"{message}"}}"#);
    (status, body)
}

fn bad_request(detail: &str) -> (u16, String) {
    refused(400, detail, "Bad Request")
}

/// The one queue of the download, as RouterOS prints it (2.1).
const DOWN_OBJECT: &str = concat!(
    r#"{".id":"*1000000","bucket-size":"0.1","burst-limit":"0","burst-threshold":"0","#,
    r#""burst-time":"0s","bytes":"0","disabled":"false","dropped":"0","invalid":"false","#,
    r#""limit-at":"0","max-limit":"500000000","name":"WAN-Download","packet-mark":"","#,
    r#""packet-rate":"0","packets":"0","parent":"bridge","priority":"8","queue":"cake-down","#,
    r#""queued-bytes":"0","queued-packets":"0","rate":"0"}"#
);

#[test]
fn a_list_is_an_array_of_whole_objects_in_alphabetical_order_with_id_first() {
    let (status, body) = get(TREE);
    assert_eq!(status, 200);
    assert!(body.starts_with(&format!("[{DOWN_OBJECT},{{")), "{body}");
    assert!(body.ends_with("}]"));
}

#[test]
fn everything_in_a_record_is_a_string() {
    for path in [
        TREE,
        "/rest/queue/type",
        "/rest/interface",
        "/rest/system/resource",
    ] {
        let (_, body) = get(path);
        let value: Value = serde_json::from_str(&body).unwrap();
        let objects = value.as_array().cloned().unwrap_or_else(|| vec![value]);
        for object in objects {
            let object = object.as_object().unwrap();
            assert!(object.values().all(Value::is_string), "{path}");
        }
    }
}

#[test]
fn an_item_by_id_or_by_name_is_a_bare_object() {
    let object = (200, DOWN_OBJECT.to_owned());
    assert_eq!(get(DOWN), object);
    assert_eq!(get("/rest/queue/tree/%2A1000000"), object);
    assert_eq!(get("/rest/queue/tree/WAN-Download"), object);
}

#[test]
fn equality_filters_are_anded_and_may_find_nothing() {
    let found = (200, format!("[{DOWN_OBJECT}]"));
    assert_eq!(get("/rest/queue/tree?name=WAN-Download"), found);
    assert_eq!(get("/rest/queue/tree?.id=*1000000&parent=bridge"), found);
    let nothing = (200, "[]".to_owned());
    assert_eq!(
        get("/rest/queue/tree?name=WAN-Download&parent=global"),
        nothing
    );
    assert_eq!(get("/rest/queue/tree?.id=*39"), nothing);
}

#[test]
fn a_get_with_proplist_always_has_the_id() {
    let (_, body) = get("/rest/queue/tree?.proplist=name,max-limit&name=WAN-Upload");
    assert_eq!(
        body,
        r#"[{".id":"*1000001","max-limit":"40000000","name":"WAN-Upload"}]"#
    );
}

#[test]
fn a_print_with_proplist_has_exactly_what_was_asked_for() {
    let print = |body: &str| ask(&mut router(), "POST", "/rest/queue/tree/print", body);
    let names = r#"[{"name":"WAN-Download"},{"name":"WAN-Upload"}]"#;
    for proplist in [r#"["name"]"#, r#""name""#] {
        let body = format!(r#"{{".proplist":{proplist}}}"#);
        assert_eq!(print(&body), (200, names.to_owned()));
    }
    let either = "{\".proplist\":\"name\",\".query\":[\"parent=ether1\",\"parent=v9\",\"#|\"]}";
    assert_eq!(
        print(either),
        (200, r#"[{"name":"WAN-Upload"}]"#.to_owned())
    );
    assert_eq!(
        print(r#"{"?name":"WAN-Upload"}"#),
        bad_request("unknown parameter ?name")
    );
}

#[test]
fn a_patch_answers_with_the_whole_object() {
    let mut router = router();
    let body = r#"{"max-limit":"300000000"}"#;
    let changed = DOWN_OBJECT.replace("500000000", "300000000");
    assert_eq!(ask(&mut router, "PATCH", DOWN, body), (200, changed));
    assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(300)));
    assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(40)));
}

#[test]
fn suffixes_are_taken_and_read_back_as_digits() {
    for (written, read) in [
        ("940M", "940000000"),
        ("800k", "800000"),
        ("1G", "1000000000"),
    ] {
        let body = format!(r#"{{"max-limit":"{written}"}}"#);
        let (_, object) = ask(&mut router(), "PATCH", DOWN, &body);
        assert!(object.contains(&format!(r#""max-limit":"{read}""#)));
    }
    let nonsense = ask(&mut router(), "PATCH", DOWN, r#"{"max-limit":"fast"}"#);
    assert_eq!(nonsense.0, 400);
}

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
fn flags_take_yes_and_no_and_read_back_true_and_false() {
    let mut router = router();
    let (_, off) = ask(&mut router, "PATCH", DOWN, r#"{"disabled":"yes"}"#);
    assert!(off.contains(r#""disabled":"true""#));
    assert_eq!(router.max_limit("WAN-Download"), None, "shapes nothing");
    let (_, on) = ask(&mut router, "PATCH", DOWN, r#"{"disabled":"no"}"#);
    assert!(on.contains(r#""disabled":"false""#));
}

#[test]
fn a_comment_is_there_only_while_it_is_not_empty() {
    let mut router = router();
    let (_, with) = ask(&mut router, "PATCH", DOWN, r#"{"comment":"mine"}"#);
    assert!(with.contains(r#""comment":"mine""#));
    let (_, without) = ask(&mut router, "PATCH", DOWN, r#"{"comment":null}"#);
    assert_eq!(without, DOWN_OBJECT);
}

#[test]
fn an_unknown_id_is_404_without_detail() {
    let refusal = (404, r#"{"error":404,"message":"Not Found"}"#.to_owned());
    assert_eq!(get("/rest/queue/tree/*99"), refusal);
    let patch = ask(&mut router(), "PATCH", "/rest/queue/tree/*99", "{}");
    assert_eq!(patch, refusal);
}

#[test]
fn set_takes_id_or_numbers_and_answers_with_an_empty_array() {
    let mut router = router();
    let set = "/rest/queue/tree/set";
    let done = (200, "[]".to_owned());
    let by_id = r#"{".id":"*1000000","max-limit":"300M"}"#;
    assert_eq!(ask(&mut router, "POST", set, by_id), done);
    let both = r#"{"numbers":"*1000000,*1000001","priority":"1"}"#;
    assert_eq!(ask(&mut router, "POST", set, both), done);
    assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(300)));
    let upload = router.queue("WAN-Upload").unwrap();
    assert_eq!(upload.value("priority"), Some("1"));
    let stale = r#"{".id":"*77","max-limit":"300M"}"#;
    assert_eq!(
        ask(&mut router, "POST", set, stale),
        bad_request("no such item")
    );
    assert_eq!(
        ask(&mut router, "POST", set, "{}"),
        bad_request("missing =numbers=")
    );
}

#[test]
fn counters_are_in_every_list_and_dropped_stays_zero() {
    let mut router = router();
    router.carry(Instant::ZERO, "WAN-Download", 0, 0);
    let later = Instant::ZERO + Duration::from_secs(2);
    router.carry(later, "WAN-Download", 25_000_000, 3_000);
    let (_, body) = ask(&mut router, "GET", DOWN, "");
    for counter in [
        r#""bytes":"25000000""#,
        r#""dropped":"0""#,
        r#""packets":"16667""#,
        r#""queued-bytes":"3000""#,
        r#""queued-packets":"2""#,
        r#""rate":"100000000""#,
    ] {
        assert!(body.contains(counter), "{counter} in {body}");
    }
    ask(&mut router, "PATCH", DOWN, r#"{"max-limit":"300M"}"#);
    let bytes = router.queue("WAN-Download").unwrap().number("bytes");
    assert_eq!(bytes, 25_000_000, "a new limit does not reset counters");
}

#[test]
fn reset_counters_resets_one_queue_or_all() {
    let mut router = router();
    let mut ask_with_traffic = |command: &str, body: &str| {
        router.carry(Instant::ZERO, "WAN-Download", 1_000, 0);
        router.carry(Instant::ZERO, "WAN-Upload", 1_000, 0);
        let path = format!("/rest/queue/tree/{command}");
        assert_eq!(
            ask(&mut router, "POST", &path, body),
            (200, "[]".to_owned())
        );
        let bytes = |name| router.queue(name).unwrap().number("bytes");
        (bytes("WAN-Download"), bytes("WAN-Upload"))
    };
    let one = ask_with_traffic("reset-counters", r#"{".id":"*1000000"}"#);
    assert_eq!(one, (0, 1_000));
    assert_eq!(ask_with_traffic("reset-counters-all", ""), (0, 0));
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
    router.access.may_write = false;
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
    router.access.may_read = false;
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

#[test]
fn singletons_are_bare_objects() {
    let identity = get("/rest/system/identity");
    assert_eq!(identity, (200, r#"{"name":"wanctl-double"}"#.to_owned()));
    let (_, resource) = get("/rest/system/resource?.proplist=version,uptime");
    assert_eq!(
        resource,
        r#"{"uptime":"0s","version":"7.23.7 (long-term)"}"#
    );
}

#[test]
fn queue_types_show_only_the_keys_of_their_kind() {
    let (_, cake) = get("/rest/queue/type/cake-down");
    assert_eq!(cake.matches("\"cake-").count(), 14 + 1, "14 keys, one name");
    let (_, pfifo) = get("/rest/queue/type/default-small");
    assert!(pfifo.contains("pfifo-limit") && !pfifo.contains("cake"));
}

#[test]
fn flash_is_written_by_changes_and_only_by_them() {
    let mut router = router();
    let sectors = |router: &mut Router| {
        let path = "/rest/system/resource?.proplist=write-sect-since-reboot";
        ask(router, "GET", path, "").1
    };
    for limit in ["300M", "300M", "300000000", "310M"] {
        let body = format!(r#"{{"max-limit":"{limit}"}}"#);
        ask(&mut router, "PATCH", DOWN, &body);
    }
    assert_eq!(router.persisted_writes(), 2);
    assert_eq!(sectors(&mut router), r#"{"write-sect-since-reboot":"2"}"#);
    router.reboot(Instant::ZERO);
    assert_eq!(sectors(&mut router), r#"{"write-sect-since-reboot":"0"}"#);
}

#[test]
fn a_restored_backup_has_other_ids() {
    let mut router = router();
    router.renumber_queues();
    assert_eq!(ask(&mut router, "GET", DOWN, "").0, 404);
    let (_, body) = ask(&mut router, "GET", "/rest/queue/tree/WAN-Download", "");
    assert!(body.starts_with(r#"{".id":"*1000012""#), "{body}");
}

#[test]
fn the_journal_remembers_what_was_asked() {
    let mut router = router();
    ask(&mut router, "GET", TREE, "");
    ask(&mut router, "POST", "/rest/queue/tree/print", "");
    ask(&mut router, "PATCH", DOWN, r#"{"max-limit":"1M"}"#);
    let writes: Vec<_> = router.journal.entries().filter(|e| e.is_write()).collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].path, DOWN);
    assert_eq!(writes[0].body, r#"{"max-limit":"1M"}"#);
    assert_eq!(router.journal.total(), 3);
}

#[test]
fn the_web_page_needs_no_login() {
    let response = router().answer(Instant::ZERO, &Request::new("GET", "/"));
    assert_eq!(response.status, 200);
}
