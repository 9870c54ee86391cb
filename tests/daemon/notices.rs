//! Notices: from a router that goes away to a request at somebody's web service, and nobody waits for it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::World;
use wanctl::sim::double::faults::Fault;

use crate::support::*;
use crate::webhook::Webhook;

/// Words that stand nowhere by accident.
const TOPIC: &str = "topic-Xk7";
const TOKEN: &str = "tk_Qw3";

/// A WAN that tells this web service of what has lasted for a second.
fn setup(world: &World, webhook: &Webhook, more: &str) -> Setup {
    let mut setup = Setup::new(world);
    setup.more = format!(
        "notices:\n  url: http://{}/{TOPIC}\n  token: {TOKEN}\n  cooldown_sec: 1\n  sustained_sec: 1\n  \
         outage_sec: 1\n{more}",
        webhook.address()
    );
    setup
}

/// Nothing that the daemon says gives the address or the token away.
fn assert_discreet(daemon: &Daemon) {
    daemon.assert_discreet();
    let mut said = daemon.get("/health").1;
    for entry in fs::read_dir(daemon.dir()).expect("a directory of ours") {
        let path = entry.expect("an entry").path();
        if path.is_file() && path.extension().is_none_or(|e| e != "yaml") {
            said += &String::from_utf8_lossy(&fs::read(path).expect("a file of ours"));
        }
    }
    for secret in [TOPIC, TOKEN, "Bearer"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[test]
fn a_router_that_goes_away_is_told_once_and_once_that_it_is_back() {
    let (world, webhook) = (world(), Webhook::start(None));
    let setup = setup(&world, &webhook, "  kinds: [router]\n");
    let home = tempdir();
    let file = home.path().join("wan1.yaml");
    let mut daemon = Daemon::start_in(home, &[&setup], |command| {
        fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("our own file");
        command.arg("--debug");
    });
    daemon.wait_settled(&world);
    daemon.wait_log(&format!(
        "wan1: Notices go to http://{} (json): router",
        webhook.address()
    ));
    daemon.wait_log("holds the address that notices go to and others may read it (mode 0644)");
    assert!(webhook.told().is_empty());
    world.fault(Fault::Reset);
    wait_until("a notice", PATIENCE, || !webhook.told().is_empty());
    nap(2_500);
    world.fault(Fault::None);
    wait_until("the end of it", PATIENCE, || webhook.requests().len() > 1);
    nap(1_500);
    assert_eq!(webhook.told(), ["router problem", "router resolved"]);
    let requests = webhook.requests();
    assert_eq!(requests.len(), 2);
    let (head, problem) = (&requests[0].head, requests[0].json());
    assert_eq!(head[0], format!("POST /{TOPIC} HTTP/1.1"));
    assert!(head.contains(&format!("authorization: Bearer {TOKEN}")));
    assert!(head.contains(&"content-type: application/json".to_owned()));
    assert_eq!(problem["wan"], "wan1");
    assert_eq!(problem["severity"], "critical");
    assert_eq!(problem["title"], "wan1: the router does not answer");
    assert_discreet(&daemon);
    assert!(daemon.stop().0.success());
}

/// It answers nothing, then errors; then it is gone, and then it is back.
#[test]
fn a_web_service_in_trouble_delays_nothing_and_gets_it_all_when_it_is_well() {
    let (world, webhook) = (world(), Webhook::start(None));
    let setup = setup(&world, &webhook, "  kinds: [router]\n");
    let daemon = Daemon::start_in(tempdir(), &[&setup], |command| {
        command.arg("--debug");
    });
    daemon.wait_settled(&world);
    webhook.answer(None);
    world.fault(Fault::Reset);
    wait_until("an attempt", PATIENCE, || !webhook.requests().is_empty());
    world.fault(Fault::None);
    // While it says nothing, control goes on.
    squeeze(&world);
    wait_until("the cut", PATIENCE, || {
        let limit = world.max_limit(wanctl::direction::Direction::Down);
        limit.is_some_and(|rate| rate.as_mbps() < 250.0)
    });
    webhook.answer(Some(500));
    relax(&world);
    daemon.wait_log("Notice not sent to http://127.0.0.1:");
    let attempts = webhook.requests().len();
    wait_until("another attempt", PATIENCE, || {
        webhook.requests().len() > attempts
    });
    webhook.answer(Some(204));
    wait_until("both", 60, || {
        webhook.told() == ["router problem", "router resolved"]
    });
    daemon.wait_log(" again");
    daemon.assert_on_time();
    assert_discreet(&daemon);
    assert_eq!(daemon.log().matches("Notice not sent to").count(), 1);
}

#[test]
fn a_daemon_ends_while_nobody_takes_its_notices() {
    let (world, webhook) = (world(), Webhook::start(None));
    let setup = setup(&world, &webhook, "");
    let mut daemon = Daemon::start_in(tempdir(), &[&setup], |_| {});
    daemon.wait_settled(&world);
    webhook.answer(None);
    world.fault(Fault::Reset);
    wait_until("an attempt", PATIENCE, || !webhook.requests().is_empty());
    let (status, _) = daemon.stop();
    assert_eq!(status.code(), Some(0), "{status}");
    let log = daemon.log();
    assert!(log.contains(" notices could not be sent"), "{log}");
    assert!(log.contains("Daemon shutdown complete"), "{log}");
    assert!(
        !daemon.stderr().contains("the disk does not answer"),
        "{log}"
    );
}

#[test]
fn nobody_is_told_of_a_web_service_that_has_gone_but_the_log() {
    let world = world();
    let gone = Webhook::start(None);
    let setup = setup(&world, &gone, "");
    drop(gone);
    let daemon = Daemon::start_in(tempdir(), &[&setup], |_| {});
    daemon.wait_settled(&world);
    world.fault(Fault::Reset);
    daemon.wait_log("Notice not sent to http://127.0.0.1:");
    assert_discreet(&daemon);
}

/// Nothing about notices is worth a daemon that does not start.
#[test]
fn a_daemon_whose_notices_have_no_address_says_so_and_controls() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.more = "notices: { url: \"${NO_SUCH_VARIABLE}\" }\n".into();
    let daemon = Daemon::start_in(tempdir(), &[&setup], |_| {});
    daemon.wait_settled(&world);
    daemon.wait_log(
        "wan1: No notices: notices.url names the environment variable NO_SUCH_VARIABLE, which is not set",
    );
}

#[test]
fn a_line_whose_floor_is_too_high_is_congested_and_told_what_to_do() {
    let (world, webhook) = (world(), Webhook::start(None));
    let setup = setup(&world, &webhook, "  kinds: [congestion, floor]\n");
    let daemon = Daemon::start_in(tempdir(), &[&setup], |_| {});
    daemon.wait_settled(&world);
    world.set_demand(
        wanctl::direction::Direction::Down,
        wanctl::units::Rate::mbit(1_000),
    );
    world.set_capacity(
        wanctl::direction::Direction::Down,
        wanctl::units::Rate::mbit(75),
    );
    wait_until("both", PATIENCE, || {
        let told = webhook.told();
        told.contains(&"congestion problem".to_owned())
            && told.contains(&"floor problem".to_owned())
    });
    let floor = webhook.requests().into_iter().map(|request| request.json());
    let floor = floor
        .into_iter()
        .find(|notice| notice["kind"] == "floor")
        .expect("just seen");
    assert_eq!(floor["direction"], "download");
    assert!(
        floor["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("The download may not be shaped below 80 Mbit/s")),
        "{floor:#}"
    );
    relax(&world);
    wait_until("the end of both", 60, || {
        let told = webhook.told();
        told.contains(&"congestion resolved".to_owned())
            && told.contains(&"floor resolved".to_owned())
    });
    drop(daemon);
}

#[test]
fn a_line_that_nobody_can_measure_is_blind_until_somebody_answers() {
    let (world, webhook) = (world(), Webhook::start(None));
    let setup = setup(&world, &webhook, "  kinds: [blind, wan_down]\n");
    let daemon = Daemon::start_in(tempdir(), &[&setup], |_| {});
    daemon.wait_settled(&world);
    let silence = |silent| {
        for reflector in 0..world.reflector_addresses().len() {
            let manner = Manner {
                silent,
                ..Manner::default()
            };
            world.set_reflector(reflector, manner);
        }
    };
    silence(true);
    wait_until("a notice", PATIENCE, || webhook.told() == ["blind problem"]);
    silence(false);
    wait_until("the end", PATIENCE, || {
        webhook.told() == ["blind problem", "blind resolved"]
    });
    drop(daemon);
}

/// A self-signed certificate for this machine, and its file.
fn certificate(dir: &std::path::Path) -> (Arc<rustls::ServerConfig>, PathBuf) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a key");
    let der = made.cert.der().clone();
    let text = base64::engine::general_purpose::STANDARD.encode(&der);
    let path = dir.join("ca.pem");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    fs::write(&path, pem).expect("a directory of ours");
    let key = made
        .signing_key
        .serialize_der()
        .try_into()
        .expect("PKCS #8");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![der], key)
        .expect("key and certificate belong together");
    (Arc::new(config), path)
}

/// `wanctl notice` with a file whose section is this.
fn notice(
    section: &str,
    change: impl FnOnce(&mut std::process::Command),
) -> (Option<i32>, String, String) {
    let (world, dir) = (world(), tempdir());
    let mut setup = Setup::new(&world);
    section.clone_into(&mut setup.more);
    let mut command = wanctl();
    command
        .arg("notice")
        .arg("--config")
        .arg(setup.write(dir.path()));
    change(&mut command);
    run(&mut command)
}

#[test]
fn wanctl_notice_sends_a_test_in_every_format_by_tls() {
    let dir = tempdir();
    let (config, ca) = certificate(dir.path());
    let webhook = Webhook::start(Some(config));
    let url = format!("https://{}/{TOPIC}", webhook.address());
    let ca_file = format!("ca_file: {}", ca.display());
    for format in ["json", "ntfy", "discord"] {
        let section = format!("notices: {{ url: \"{url}\", format: {format}, {ca_file} }}\n");
        let (code, said, errors) = notice(&section, |_| {});
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        let end = format!(
            "wan1.yaml: a test was sent to https://{}\n",
            webhook.address()
        );
        assert!(said.ends_with(&end), "{said}");
    }
    let requests = webhook.requests();
    assert_eq!(requests[0].json()["kind"], "test");
    assert!(requests[1].head.contains(&"title: wan1: a test".to_owned()));
    assert!(requests[1].head.contains(&"priority: default".to_owned()));
    assert_eq!(requests[2].json()["embeds"][0]["title"], "wan1: a test");

    // Nobody else's word counts for this certificate.
    let (code, _, errors) = notice(&format!("notices: {{ url: \"{url}\" }}\n"), |_| {});
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("certificate") && !errors.contains(TOPIC),
        "{errors}"
    );
    assert_eq!(webhook.requests().len(), 3);
}

#[test]
fn wanctl_notice_says_why_nothing_was_sent_and_nothing_secret() {
    let webhook = Webhook::start(None);
    let url = format!("http://{}/{TOPIC}", webhook.address());
    let (code, said, errors) = notice("", |_| {});
    assert_eq!((code, said.as_str()), (Some(1), ""));
    assert!(errors.contains("has no section notices"), "{errors}");
    for (status, words) in [
        (404, "HTTP 404, there is no such address"),
        (401, "HTTP 401, it does not accept the token"),
        (302, "HTTP 302, it lives elsewhere now"),
        (500, "HTTP 500"),
    ] {
        webhook.answer(Some(status));
        let section = format!("notices: {{ url: \"{url}\", token: {TOKEN} }}\n");
        let (code, _, errors) = notice(&section, |_| {});
        assert_eq!(code, Some(1));
        assert!(errors.contains(words), "{errors}");
        assert!(
            !errors.contains(TOPIC) && !errors.contains(TOKEN),
            "{errors}"
        );
    }
}

#[test]
fn the_address_may_come_from_the_environment_or_a_file() {
    let (webhook, dir) = (Webhook::start(None), tempdir());
    let url = format!("http://{}/{TOPIC}", webhook.address());
    let (code, ..) = notice("notices: { url: \"${NOTICE_URL}\" }\n", |command| {
        command.env("NOTICE_URL", &url);
    });
    assert_eq!(code, Some(0));
    // Or from what systemd gives the service.
    let (code, ..) = notice("notices: { url: \"${NOTICE_URL}\" }\n", |command| {
        let config = PathBuf::from(command.get_args().last().expect("a file"));
        let secrets = format!("NOTICE_URL='{url}'\n");
        fs::write(config.with_file_name("secrets"), secrets).expect("a directory of ours");
    });
    assert_eq!(code, Some(0));
    let file = dir.path().join("url");
    fs::write(&file, format!("{url}\n")).expect("a directory of ours");
    let section = format!("notices: {{ url_file: {} }}\n", file.display());
    assert_eq!(notice(&section, |_| {}).0, Some(0));
    assert_eq!(webhook.requests().len(), 3);

    fs::write(&file, format!("ftp://{TOPIC}\n")).expect("a directory of ours");
    let (code, _, errors) = notice(&section, |_| {});
    assert_eq!(code, Some(1));
    assert!(errors.contains("is no http or https address"), "{errors}");
    assert!(!errors.contains(TOPIC), "{errors}");
}
