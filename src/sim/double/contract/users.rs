//! `/user`, `/user/group`, `/user/active` (routeros.md 7).

use super::*;

const GROUP: &str = "/rest/user/group/wanctl";

fn policy(router: &mut Router) -> String {
    let text = terminal(router, ":put [/user group get wanctl policy]");
    text.trim_end().to_owned()
}

#[test]
fn routeros_own_groups_are_spelled_with_what_they_lack() {
    let (_, group) = get("/rest/user/group/read");
    let expected = concat!(
        r#"{".id":"*1","name":"read","policy":"local,telnet,ssh,reboot,read,test,winbox,password,"#,
        r#"web,sniff,sensitive,api,romon,rest-api,!ftp,!write,!policy","skin":"default"}"#
    );
    assert_eq!(group, expected);
}

#[test]
fn a_user_shows_no_password() {
    let (_, user) = get("/rest/user/wanctl");
    let expected = concat!(
        r#"{".id":"*2","address":"","disabled":"false","expired":"false","group":"wanctl","#,
        r#""last-logged-in":"","name":"wanctl"}"#
    );
    assert_eq!(user, expected);
}

#[test]
fn a_groups_policies_are_cumulative_and_denied_by_name() {
    let mut router = router();
    let before = policy(&mut router);
    assert!(
        before.starts_with("ssh,read,write,rest-api,!local,"),
        "{before}"
    );
    assert_eq!(
        terminal(&mut router, "/user group set wanctl policy=test"),
        ""
    );
    let with_test = policy(&mut router);
    assert!(
        with_test.starts_with("ssh,read,write,test,rest-api,!local,"),
        "{with_test}"
    );
    assert_eq!(
        terminal(&mut router, "/user group set wanctl policy=!test"),
        ""
    );
    assert_eq!(policy(&mut router), before);
    let wrong = terminal(&mut router, "/user group set wanctl policy=reading");
    assert_eq!(wrong, "input does not match any value of policy\r\n");
}

#[test]
fn a_group_is_found_by_what_a_get_gives() {
    let mut router = router();
    router.access.grant("read", false);
    let denied = refused(500, "not enough permissions (9)", "Internal Server Error");
    assert_eq!(ask(&mut router, "GET", TREE, ""), denied);
    let line =
        "/user group set [/user get [find name=\"wanctl\"] group] policy=read,write,rest-api";
    assert_eq!(terminal(&mut router, line), "");
    assert_eq!(ask(&mut router, "GET", TREE, "").0, 200);
    let nobody = "/user group set [/user get [find name=\"nobody\"] group] policy=read";
    assert_eq!(terminal(&mut router, nobody), "no such item\r\n");
}

#[test]
fn users_take_the_policy_policy_besides_write() {
    let mut router = router();
    let denied = refused(500, "not enough permissions (9)", "Internal Server Error");
    let patch = |router: &mut Router| ask(router, "PATCH", GROUP, r#"{"policy":"ftp"}"#);
    assert_eq!(patch(&mut router), denied);
    router.access.grant("policy", true);
    assert_eq!(patch(&mut router).0, 200);
    router.access.grant("write", false);
    assert_eq!(patch(&mut router), denied);
}

#[test]
fn a_login_takes_the_password_the_policy_and_a_user_who_is_on() {
    let unauthorized = (401, r#"{"error":401,"message":"Unauthorized"}"#.to_owned());
    for (line, undo) in [
        (
            "/user set [find name=\"wanctl\"] password=\"an other\"",
            "/user set wanctl password=secret",
        ),
        ("/user disable wanctl", "/user enable wanctl"),
        (
            "/user group set wanctl policy=!rest-api",
            "/user group set wanctl policy=rest-api",
        ),
    ] {
        let mut router = router();
        assert_eq!(terminal(&mut router, line), "");
        assert_eq!(ask(&mut router, "GET", TREE, ""), unauthorized, "{line}");
        assert_eq!(terminal(&mut router, undo), "");
        assert_eq!(ask(&mut router, "GET", TREE, "").0, 200, "{undo}");
    }
}

#[test]
fn another_user_is_added_to_a_group_that_is_there() {
    let mut router = router();
    let add = "/user add name=second group=read password=pass";
    assert_eq!(terminal(&mut router, add), "");
    let request = Request::new("GET", TREE).signed("second", "pass");
    assert_eq!(router.answer(Instant::ZERO, &request).status, 200);
    let request = Request::new("PATCH", DOWN)
        .signed("second", "pass")
        .carrying("{}");
    assert_eq!(
        router.answer(Instant::ZERO, &request).status,
        500,
        "it may read"
    );
    let twin = terminal(&mut router, add);
    assert_eq!(twin, "failure: user with the same name already exists\r\n");
    let stray = terminal(&mut router, "/user add name=third group=none");
    assert_eq!(stray, "input does not match any value of group\r\n");
}

#[test]
fn who_switches_himself_off_is_told_200_and_stays_on() {
    let mut router = router();
    router.access.grant("policy", true);
    let off = ask(
        &mut router,
        "PATCH",
        "/rest/user/wanctl",
        r#"{"disabled":"yes"}"#,
    );
    assert_eq!(off.0, 200);
    assert!(off.1.contains(r#""disabled":"false""#), "{}", off.1);
    assert_eq!(ask(&mut router, "GET", TREE, "").0, 200);
}

#[test]
fn a_rest_session_is_two_rows_and_never_ends() {
    let mut router = router();
    for _ in 0..3 {
        ask(&mut router, "GET", TREE, "");
    }
    let (_, active) = ask(&mut router, "GET", "/rest/user/active", "");
    assert_eq!(active.matches(r#""name":"wanctl""#).count(), 2, "{active}");
    assert!(active.contains(r#""via":"rest-api""#) && active.contains(r#""via":"api""#));
    assert!(active.contains(r#""when":"2026-01-01 00:00:00""#));
    let text = terminal(&mut router, "/user active print");
    assert!(text.starts_with("Flags: R - radius \r\n 0"), "{text}");
    assert!(text.contains("name=\"wanctl\"") && text.contains("via=rest-api"));
}
