//! What lists, items and singletons look like.

use super::*;
use crate::time::Duration;
use serde_json::Value;

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
fn the_web_page_needs_no_login() {
    let response = router().answer(Instant::ZERO, &Request::new("GET", "/"));
    assert_eq!(response.status, 200);
}
