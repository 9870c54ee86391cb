//! What takes traffic past the queues (routeros.md 6), and what `/ip/firewall/filter` and `/ip/settings`
//! say about it.

use super::*;

const FILTER: &str = "/rest/ip/firewall/filter";
const FASTTRACK: &str = r#"{"chain":"forward","action":"fasttrack-connection","connection-state":"established,related","hw-offload":"yes"}"#;

/// What a megabyte adds to a queue's counter.
fn counted(router: &mut Router, queue: &str) -> u64 {
    let bytes = |router: &Router| router.queue(queue).unwrap().number("bytes");
    let before = bytes(router);
    router.carry(Instant::ZERO, queue, 1_000_000, 0);
    bytes(router) - before
}

#[test]
fn a_fasttrack_rule_has_what_was_written_and_a_rules_own_keys() {
    let mut router = router();
    let (status, rule) = ask(&mut router, "PUT", FILTER, FASTTRACK);
    let expected = concat!(
        r#"{".id":"*1","action":"fasttrack-connection","bytes":"0","chain":"forward","#,
        r#""connection-state":"established,related","dynamic":"false","hw-offload":"true","#,
        r#""invalid":"false","packets":"0"}"#
    );
    assert_eq!((status, &*rule), (201, expected));
    let found = format!("{FILTER}?action=fasttrack-connection");
    assert_eq!(ask(&mut router, "GET", &found, "").1, format!("[{rule}]"));
    let wrong = ask(
        &mut router,
        "PUT",
        FILTER,
        r#"{"chain":"x","action":"fasttrack"}"#,
    );
    assert_eq!(
        wrong,
        bad_request("input does not match any value of action")
    );
    let by_name = ask(&mut router, "GET", &format!("{FILTER}/x"), "");
    assert_eq!(by_name, bad_request("no such command prefix"));
}

#[test]
fn fasttrack_goes_past_trees_below_global_until_its_rule_is_disabled_or_removed() {
    let mut router = router();
    router.add_queue("all", "global", "cake-down", Rate::mbit(100));
    router.add_queue("leaf", "all", "cake-down", Rate::mbit(50));
    assert_eq!(router.shapes("leaf"), Some(Rate::mbit(50)));
    let find = "[find action=fasttrack-connection]";
    for off in [
        format!("/ip firewall filter set {find} disabled=yes"),
        format!("/ip firewall filter disable {find}"),
        format!("/ip firewall filter remove {find}"),
        "/ip settings set allow-fast-path=no".to_owned(),
    ] {
        let (_, added) = ask(&mut router, "PUT", FILTER, FASTTRACK);
        assert!(added.starts_with('{'), "{added}");
        let active =
            |router: &mut Router| terminal(router, ":put [/ip settings get ipv4-fasttrack-active]");
        assert_eq!(active(&mut router), "true\r\n");
        for queue in ["all", "leaf"] {
            assert_eq!(counted(&mut router, queue), 0, "{queue}");
            assert_eq!(router.shapes(queue), None);
        }
        assert_eq!(
            counted(&mut router, "WAN-Download"),
            1_000_000,
            "it has a port"
        );
        assert_eq!(terminal(&mut router, &off), "");
        assert_eq!(active(&mut router), "false\r\n", "{off}");
        assert_eq!(counted(&mut router, "leaf"), 1_000_000, "{off}");
    }
}

#[test]
fn a_port_that_leaks_does_so_by_the_fast_path() {
    let mut router = router();
    router.leaks = true;
    assert_eq!(counted(&mut router, "WAN-Download"), 0);
    let interface = ask(&mut router, "GET", "/rest/interface/bridge", "").1;
    assert!(interface.contains(r#""tx-byte":"1000000""#), "{interface}");
    assert_eq!(
        terminal(&mut router, "/ip settings set allow-fast-path=no"),
        ""
    );
    assert_eq!(counted(&mut router, "WAN-Download"), 1_000_000);
}

#[test]
fn settings_are_one_object_that_takes_its_own_keys_only() {
    let (status, settings) = get("/rest/ip/settings");
    assert_eq!(status, 200);
    assert!(
        settings.starts_with(r#"{"accept-redirects":"false","#),
        "{settings}"
    );
    let mut router = router();
    let set = |router: &mut Router, body| ask(router, "POST", "/rest/ip/settings/set", body);
    assert_eq!(
        set(&mut router, r#"{"allow-fast-path":"no"}"#),
        (200, "[]".to_owned())
    );
    assert_eq!(
        set(&mut router, r#"{"ipv4-fasttrack-active":"no"}"#),
        bad_request("unknown parameter ipv4-fasttrack-active")
    );
    let (_, settings) = ask(&mut router, "GET", "/rest/ip/settings", "");
    assert!(
        settings.contains(r#""allow-fast-path":"false""#),
        "{settings}"
    );
}
