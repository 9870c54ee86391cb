//! The console face (routeros.md 3, contract 8.2 and 8.3).

use super::*;

/// What a line prints on a fresh router.
fn says(line: &str) -> String {
    cli(&mut steering_router(), line)
}

fn cli(router: &mut Router, line: &str) -> String {
    router.run_cli(Instant::ZERO, line).output
}

#[test]
fn v1_7s_write_sets_both_queues_and_prints_nothing() {
    let mut router = steering_router();
    let line = r#"/queue tree set [find name="WAN-Download"] queue=cake-down max-limit=300000000; /queue tree set [find name="WAN-Upload"] queue=cake-up max-limit=30000000"#;
    assert_eq!(
        router.run_cli(Instant::ZERO, line),
        cli::CliOutcome::default()
    );
    assert_eq!(router.max_limit("WAN-Download"), Some(Rate::mbit(300)));
    assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(30)));
    let entry = router.journal.entries().next().unwrap();
    assert!(entry.is_write() && entry.method == "CLI" && entry.path == line);
    assert_eq!(router.persisted_writes(), 2);
}

#[test]
fn paths_have_slashes_or_spaces() {
    for path in ["/queue tree", "/queue/tree", "/queue/tree/", "queue tree"] {
        let mut router = steering_router();
        let space = if path.ends_with('/') { "" } else { " " };
        let line = format!(r#"{path}{space}set [find name="WAN-Upload"] max-limit=1M"#);
        assert_eq!(cli(&mut router, &line), "", "{line}");
        assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(1)));
    }
}

#[test]
fn print_stats_is_for_people() {
    let mut router = steering_router();
    router.carry(Instant::ZERO, "WAN-Download", 1_500, 3_000);
    let text = cli(
        &mut router,
        r#"/queue/tree/print stats detail where name="WAN-Download""#,
    );
    let expected = concat!(
        "Flags: X - disabled, I - invalid \r\n",
        " 0   name=\"WAN-Download\" parent=bridge packet-mark=\"\" rate=0 packet-rate=0 \r\n",
        "     queued-bytes=3000 queued-packets=2 bytes=1500 packets=1 dropped=0 \r\n",
    );
    assert_eq!(text, expected);
    router.set_max_limit("WAN-Upload", Rate::mbit(800));
    let text = cli(&mut router, r#"/queue tree print where name="WAN-Upload""#);
    assert!(text.contains(" max-limit=800M "), "{text}");
    assert!(text.starts_with("Flags") && text.contains("\r\n 1   name="));
}

#[test]
fn as_value_gives_counters_or_the_rest_but_never_both() {
    let stats = says(r#":put [/queue tree print stats as-value where name="WAN-Download"]"#);
    assert_eq!(
        stats,
        ".id=*1000000;bytes=0;dropped=0;name=WAN-Download;packet-mark=;packet-rate=0;packets=0;\
         parent=bridge;queued-bytes=0;queued-packets=0;rate=0\r\n"
    );
    let detail = says(r#":put [/queue tree print detail as-value where name="WAN-Download"]"#);
    assert!(detail.contains(";max-limit=500000000;") && !detail.contains("bytes="));
    assert!(detail.contains(";bucket-size=100;"), "in thousandths");
    assert!(detail.contains(";burst-time=00:00:00;"), "as a clock");
    let both = says(":put [/queue tree print stats as-value]");
    assert_eq!(both.matches(".id=").count(), 2);
    assert_eq!(both.lines().count(), 1);
    assert_eq!(says("/queue tree print as-value"), "", "only inside :put");
    let none = says(r#":put [/queue tree print stats as-value where name="missing"]"#);
    assert_eq!(none, "\r\n");
}

#[test]
fn serialize_gives_typed_json_from_7_13_on() {
    let line =
        r#":put [:serialize to=json [/queue/tree/print stats as-value where name="WAN-Upload"]]"#;
    let json: serde_json::Value = serde_json::from_str(&says(line)).unwrap();
    assert_eq!(json[0]["name"], "WAN-Upload");
    assert_eq!(json[0]["bytes"], 0);
    let mut old = Router::new(&RouterOptions {
        profile: profile::Profile::V7_9,
        ..RouterOptions::default()
    });
    let refusal = "bad command name serialize (line 1 column 8)\r\n";
    assert_eq!(cli(&mut old, line), refusal);
}

#[test]
fn a_steering_rule_is_found_and_switched_by_its_comment() {
    let mut router = steering_router();
    let status = r#"/ip firewall mangle print where comment~"ADAPTIVE""#;
    let enabled = concat!(
        "Flags: X - disabled, I - invalid, D - dynamic \r\n",
        " 0    ;;; ADAPTIVE: steer\r\n",
        "      chain=prerouting action=mark-routing new-routing-mark=to-ATT \r\n",
        "      passthrough=true src-address=10.0.0.5 \r\n",
    );
    assert_eq!(cli(&mut router, status), enabled);
    let off = r#"/ip firewall mangle disable [find comment~"ADAPTIVE"]"#;
    assert_eq!(cli(&mut router, off), "");
    let disabled = enabled.replace(" 0    ;;;", " 0 X  ;;;");
    assert_eq!(cli(&mut router, status), disabled);
    let on = r#"/ip/firewall/mangle/enable [find comment="ADAPTIVE: steer"]"#;
    assert_eq!(cli(&mut router, on), "");
    assert_eq!(cli(&mut router, status), enabled);
    let get = r#":put [/ip firewall mangle get [find comment~"ADAPTIVE"] disabled]"#;
    assert_eq!(cli(&mut router, get), "false\r\n");
}

#[test]
fn finding_nothing_is_a_silent_success_unless_it_is_not() {
    let mut router = steering_router();
    let line = r#"/queue tree set [find name="missing"] max-limit=1M"#;
    assert_eq!(
        router.run_cli(Instant::ZERO, line),
        cli::CliOutcome::default()
    );
    router.cli.empty_find_complains = true;
    let complaint = "expected item id (line 1 column 17)\r\n";
    assert_eq!(cli(&mut router, line), complaint);
    assert_eq!(router.persisted_writes(), 0);
}

#[test]
fn complaints_are_verbatim_and_the_status_is_0() {
    for (line, complaint) in [
        ("/queue foo", "bad command name foo (line 1 column 8)"),
        ("/ip foo", "bad command name foo (line 1 column 5)"),
        (
            "/queue tree set WAN-Upload bogus=1",
            "bad parameter bogus (line 1 column 28)",
        ),
        ("/queue tree set *99 max-limit=1M", "no such item"),
        (
            r#"/queue tree set "" max-limit=1M"#,
            "expected item id (line 1 column 17)",
        ),
        (
            "/queue tree set WAN-Upload queue=x",
            "input does not match any value of queue",
        ),
        (
            "/queue tree set WAN-Upload max-limit=fast",
            "invalid value for argument max-limit",
        ),
        (
            "/queue tree set WAN-Upload max-limit=",
            "syntax error (line 1 column 38)",
        ),
        (
            "/queue tree print }",
            "expected end of command (line 1 column 19)",
        ),
        (
            "/queue tree print\n/queue tree print",
            "syntax error (line 2 column 1)",
        ),
        (
            ":put [/system resource print detail as-value]",
            "bad parameter detail (line 1 column 30)",
        ),
    ] {
        let outcome = steering_router().run_cli(Instant::ZERO, line);
        assert_eq!(outcome.output, format!("{complaint}\r\n"), "{line}");
        assert_eq!(outcome.status, 0, "{line}");
    }
}

#[test]
fn nothing_is_done_of_a_line_that_is_not_understood() {
    let mut router = steering_router();
    let line = "/queue tree set WAN-Upload max-limit=1M; /queue tree sett WAN-Upload";
    let complaint = "bad command name sett (line 1 column 54)\r\n";
    assert_eq!(cli(&mut router, line), complaint);
    assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(40)));
    // What is refused while running ends the line; what ran before it stays.
    let line = "/queue tree set WAN-Upload max-limit=1M; /queue tree set *99 max-limit=1M";
    router.cli.error_status = 1;
    let outcome = router.run_cli(Instant::ZERO, line);
    assert_eq!((&*outcome.output, outcome.status), ("no such item\r\n", 1));
    assert_eq!(router.max_limit("WAN-Upload"), Some(Rate::mbit(1)));
}

#[test]
fn a_missing_policy_is_a_complaint_too() {
    let mut router = steering_router();
    router.access.grant("write", false);
    let complaint = "not enough permissions (9)\r\n";
    let line = "/queue tree set WAN-Upload max-limit=1M";
    assert_eq!(cli(&mut router, line), complaint);
    assert!(cli(&mut router, "/queue tree print").starts_with("Flags"));
}

#[test]
fn one_object_is_a_column_of_names() {
    let text = says("/system resource print");
    assert!(text.contains("                   uptime: 0s\r\n"), "{text}");
    assert!(text.contains("                  version: 7.23.7 (long-term)\r\n"));
    assert!(text.contains("                 cpu-load: 3%\r\n"));
    assert_eq!(says("/system/identity/print"), "  name: wanctl-double\r\n");
    let version = says(":put [/system resource get version]");
    assert_eq!(version, "7.23.7 (long-term)\r\n");
}

#[test]
fn rows_can_be_added_counted_and_removed() {
    let mut router = steering_router();
    let add = ":put [/queue tree add name=guest parent=bridge max-limit=10M]";
    assert_eq!(cli(&mut router, add), "*1000002\r\n");
    assert_eq!(cli(&mut router, "/queue tree print count-only"), "3\r\n");
    assert_eq!(cli(&mut router, "/queue tree remove guest"), "");
    assert_eq!(
        cli(&mut router, "/queue tree remove guest"),
        "no such item\r\n"
    );
    let ids = cli(&mut router, ":put [/queue tree find]");
    assert_eq!(ids, "*1000000;*1000001\r\n");
}
