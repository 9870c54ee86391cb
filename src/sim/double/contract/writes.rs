//! What a write does, and what it answers.

use super::*;

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
    assert_eq!(
        (router.persisted_writes(), router.needless_writes()),
        (2, 2)
    );
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
