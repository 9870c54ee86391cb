//! `/ip/service`, `/certificate`, `/system/package/update`.

use super::*;
use profile::Profile;

const SERVICE: &str = "/rest/ip/service";

#[test]
fn services_have_fixed_names_and_cannot_be_added_to() {
    let (_, telnet) = get("/rest/ip/service/telnet");
    let expected = concat!(
        r#"{".id":"*0","address":"","disabled":"false","invalid":"false","max-sessions":"20","#,
        r#""name":"telnet","port":"23","vrf":"main"}"#
    );
    assert_eq!(telnet, expected);
    let (_, secure) = get("/rest/ip/service/www-ssl");
    let none = r#""certificate":"none","disabled":"true""#;
    assert!(
        secure.contains(none) && secure.contains(r#""tls-version":"any""#),
        "{secure}"
    );
    let added = ask(&mut router(), "PUT", SERVICE, r#"{"name":"x"}"#);
    let refusal = "no such command or directory (add)";
    assert_eq!(added, refused(406, refusal, "Not Acceptable"));
    let mut router = router();
    let line = "/ip service set www name=web";
    assert_eq!(
        terminal(&mut router, line),
        "bad parameter name (line 1 column 21)\r\n"
    );
    let line = "/ip service set www port=65536";
    let refusal = "value of port out of range (1..65535)\r\n";
    assert_eq!(terminal(&mut router, line), refusal);
}

#[test]
fn a_service_is_switched_and_moved() {
    let mut router = router();
    assert!(router.listens("www", 80) && !router.listens("www-ssl", 443));
    assert_eq!(terminal(&mut router, "/ip service disable www"), "");
    assert!(!router.listens("www", 80));
    let set = "/ip service set www disabled=no port=8080";
    assert_eq!(terminal(&mut router, set), "");
    assert!(router.listens("www", 8080) && !router.listens("www", 80));
    let text = terminal(&mut router, "/ip service print detail where name~\"www\"");
    assert!(
        text.contains("name=\"www\"") && text.contains("name=\"www-ssl\""),
        "{text}"
    );
    assert!(!text.contains("telnet"), "{text}");
}

#[test]
fn www_ssl_takes_a_certificate_that_is_there_and_signed() {
    let mut router = router();
    let serve = "/ip service set www-ssl certificate=wanctl disabled=no";
    let refusal = "input does not match any value of certificate\r\n";
    assert_eq!(terminal(&mut router, serve), refusal);
    let add = "/certificate add name=wanctl common-name=router days-valid=3650 \
               key-usage=digital-signature,key-encipherment,tls-server";
    assert_eq!(terminal(&mut router, add), "");
    assert_eq!(
        terminal(&mut router, serve),
        refusal,
        "a template is none yet"
    );
    let signed = terminal(&mut router, "/certificate sign wanctl");
    assert_eq!(signed, "  progress: done\r\n\r\n");
    assert_eq!(terminal(&mut router, serve), "");
    assert!(router.is_certified("www-ssl") && router.listens("www-ssl", 443));
    let usage = "/certificate add name=x key-usage=sharpen-pencils";
    let refusal = "input does not match any value of key-usage\r\n";
    assert_eq!(terminal(&mut router, usage), refusal);
}

#[test]
fn an_update_installs_the_newest_and_restarts() {
    let mut router = older(Profile::V7_9);
    let (_, update) = ask(&mut router, "GET", "/rest/system/package/update", "");
    assert_eq!(
        update,
        r#"{"channel":"stable","installed-version":"7.9.2"}"#
    );
    let set = "/system package update set channel=long-term";
    assert_eq!(terminal(&mut router, set), "");
    let wrong = terminal(&mut router, "/system package update set channel=newest");
    assert_eq!(wrong, "input does not match any value of channel\r\n");
    let look = terminal(&mut router, "/system package update check-for-updates");
    assert!(
        look.contains("status: New version is available\r\n"),
        "{look}"
    );
    let install = terminal(&mut router, "/system package update install");
    assert!(install.contains("latest-version: 7.23.7\r\n"), "{install}");
    let (_, resource) = ask(&mut router, "GET", "/rest/system/resource", "");
    assert!(
        resource.contains(r#""version":"7.23.7 (long-term)""#),
        "{resource}"
    );
    assert!(
        resource.contains(r#""write-sect-since-reboot":"0""#),
        "it restarted"
    );
    let (_, www) = ask(&mut router, "GET", "/rest/ip/service/www", "");
    assert!(www.contains(r#""max-sessions":"20""#), "{www}");
    let again = terminal(&mut router, "/system package update install");
    assert!(
        again.contains("status: System is already up to date"),
        "{again}"
    );
}

#[test]
fn sessions_have_a_limit_of_their_own_since_7_16() {
    for profile in Profile::ALL {
        let mut router = older(profile);
        let has = profile >= Profile::V7_16;
        let (_, www) = ask(&mut router, "GET", "/rest/ip/service/www", "");
        assert_eq!(www.contains(r#""max-sessions":"20""#), has, "{profile}");
        let said = terminal(&mut router, "/ip service set www max-sessions=5");
        let complaint = "bad parameter max-sessions (line 1 column 21)\r\n";
        assert_eq!(said, if has { "" } else { complaint }, "{profile}");
    }
}

#[test]
fn rest_has_switches_of_its_own_since_7_21() {
    for profile in Profile::ALL {
        let mut router = older(profile);
        let has = profile == Profile::V7_23;
        let line = "/ip service webserver set rest-plain=yes rest-secure=yes";
        let complaint = "bad command name webserver (line 1 column 13)\r\n";
        let said = terminal(&mut router, line);
        assert_eq!(said, if has { "" } else { complaint }, "{profile}");
        let (status, body) = ask(&mut router, "GET", "/rest/ip/service/webserver", "");
        if has {
            assert!(
                body.contains(r#""rest-plain":"true","rest-secure":"true""#),
                "{body}"
            );
        } else {
            let refusal = bad_request("no such command or directory (webserver)");
            assert_eq!((status, body), refusal);
        }
    }
}
