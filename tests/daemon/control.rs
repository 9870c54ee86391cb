//! The whole loop: load, half the capacity, the cut, the way back; over every kind of connection.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::shell::tls;
use wanctl::sim::double::journal::Entry;
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::support::*;

/// A certificate as RouterOS makes them: for its own address, signed by itself.
struct Identity {
    config: Arc<rustls::ServerConfig>,
    pem: String,
    fingerprint: String,
}

impl Identity {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        Self::of(&key, rustls::DEFAULT_VERSIONS)
    }

    /// RSA with 2048 bits and no TLS 1.3: what to plan for with RouterOS (routeros.md 1.1). The key is
    /// for this test and nobody's secret; ring makes none of this kind.
    fn of_a_router() -> Self {
        let key: &[u8] = include_bytes!("support/rsa2048.pk8");
        let key = rcgen::KeyPair::try_from(key).expect("a key that openssl made");
        Self::of(&key, &[&rustls::version::TLS12])
    }

    fn of(key: &rcgen::KeyPair, versions: &[&'static rustls::SupportedProtocolVersion]) -> Self {
        let names = vec!["127.0.0.1".to_owned()];
        let params = rcgen::CertificateParams::new(names).expect("an address");
        let cert = params.self_signed(key).expect("a certificate");
        let secret = key.serialize_der().try_into().expect("PKCS #8");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], secret)
            .expect("key and certificate belong together");
        let digest = tls::fingerprint(cert.der());
        let hex: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        Self {
            config: Arc::new(config),
            pem: pem(cert.der()),
            fingerprint: hex.join(":"),
        }
    }

    fn world(&self) -> World {
        world_of(WorldOptions {
            tls: Some(Arc::clone(&self.config)),
            ..WorldOptions::default()
        })
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

fn over_tls(world: &World, line: &str) -> Setup {
    let mut setup = Setup::new(world).router(line);
    setup.scheme = "https";
    setup
}

/// Capacity halves under load, the queue is cut, capacity returns, the rate climbs back.
fn story(world: &World, daemon: &mut Daemon) {
    daemon.wait_settled(world);
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    world.set_capacity(Direction::Down, Rate::mbit(250));
    let down = || {
        world
            .max_limit(Direction::Down)
            .expect("the queue is there")
    };
    wait_until("the cut", PATIENCE, || down() < Rate::mbit(250));
    daemon.wait_health("the reason", PATIENCE, |_, health| {
        number(&wan(health)["download"]["current_rate_mbps"]) < 480.0
    });
    world.set_capacity(Direction::Down, Rate::mbit(500));
    // The load stays: the ceiling is below the capacity.
    daemon.wait_settled(world);
    let (_, health) = daemon.health();
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], 480.0);
    let confirmed = number(&wan(&health)["router"]["writes"]);
    daemon.assert_on_time();
    daemon.assert_discreet();
    let (status, _) = daemon.stop();
    assert!(status.success(), "{status}");
    let writes = writes(world);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let asked = writes.len() as f64;
    assert!((confirmed - asked).abs() < 0.5, "{confirmed} of {asked}");
    judge(&writes);
    assert_eq!(world.connections(), 1, "one connection is kept");
}

/// The double's side: what changed, nothing else, and nothing twice.
fn judge(writes: &[Entry]) {
    let mut held = BTreeMap::from([
        ("/rest/queue/tree/*1000000", 500_000_000),
        ("/rest/queue/tree/*1000001", 40_000_000),
    ]);
    let mut uploads = 0;
    for write in writes {
        assert_eq!(write.method, "PATCH");
        let held = held.get_mut(&*write.path).expect("one of our queues");
        let rate = write
            .body
            .strip_prefix(r#"{"max-limit": ""#)
            .and_then(|rest| rest.strip_suffix(r#""}"#))
            .and_then(|rate| rate.parse::<u64>().ok());
        let rate = rate.unwrap_or_else(|| panic!("{}", write.body));
        assert_ne!(rate, *held, "an equal value again");
        *held = rate;
        uploads += u32::from(write.path.ends_with("*1000001"));
    }
    assert_eq!(uploads, 1, "the upload never changed again");
    assert!(writes.len() > 20, "{}", writes.len());
    assert_eq!(held["/rest/queue/tree/*1000000"], 480_000_000);
}

#[test]
fn capacity_halves_and_returns_over_every_kind_of_connection() {
    let identity = Identity::new();
    let plain = world();
    let anyone = identity.world();
    let pinned = identity.world();
    let signed = identity.world();
    let router = Identity::of_a_router();
    let (old, older) = (router.world(), router.world());
    let old_pin = format!("tls_fingerprint: \"{}\"", router.fingerprint);
    let pin = format!("tls_fingerprint: \"{}\"", identity.fingerprint);
    let home = tempdir();
    let ca_file = home.path().join("ca.pem");
    fs::write(&ca_file, &identity.pem).expect("a directory of ours");
    let ca = format!("ca_file: {}", ca_file.display());
    thread::scope(|scope| {
        scope.spawn(|| story(&plain, &mut Daemon::start(&Setup::new(&plain))));
        for (world, line) in [
            (&anyone, "verify_ssl: false"),
            (&pinned, &*pin),
            (&signed, &*ca),
            (&old, "verify_ssl: false"),
            (&older, &*old_pin),
        ] {
            scope.spawn(move || story(world, &mut Daemon::start(&over_tls(world, line))));
        }
    });
}

#[test]
fn a_router_with_another_certificate_learns_no_password() {
    let (identity, other) = (Identity::new(), Identity::new());
    let home = tempdir();
    let ca_file = home.path().join("ca.pem");
    fs::write(&ca_file, &other.pem).expect("a directory of ours");
    let pin = format!("tls_fingerprint: \"{}\"", other.fingerprint);
    let ca = format!("ca_file: {}", ca_file.display());
    thread::scope(|scope| {
        for line in [pin, ca] {
            scope.spawn(|| {
                let world = identity.world();
                let line = line;
                let daemon = Daemon::start(&over_tls(&world, &line));
                let health = daemon.wait_health("the refusal", PATIENCE, |status, _| status == 503);
                let why = wan(&health)["router"]["last_failure"].as_str();
                assert!(
                    why.is_some_and(|why| why.contains("certificate")),
                    "{why:?}"
                );
                assert_eq!(wan(&health)["problem"], "the router cannot be reached");
                // Measuring goes on.
                assert_eq!(wan(&health)["measurement"]["source"], "icmp");
                daemon.assert_on_time();
                daemon.assert_discreet();
                assert_eq!(world.journal(), []);
            });
        }
    });
}

/// Ticks that wrote: writes of one tick are sent back to back.
fn ticks(writes: &[Entry]) -> Vec<Instant> {
    let mut ticks: Vec<Instant> = writes.iter().map(|write| write.at).collect();
    ticks.dedup_by(|b, a| *b - *a < Duration::from_millis(25));
    ticks
}

#[test]
fn ten_writes_a_minute_are_all_there_are_and_health_says_so() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.write_limit = "on_exit: leave";
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    squeeze(&world);
    let health = daemon.wait_health("the end of the budget", PATIENCE, |_, health| {
        number(&wan(health)["router"]["writes_held_back"]) > 20.0
    });
    let router = &wan(&health)["router"];
    assert_eq!(router["writes_left_in_window"], 0);
    assert_eq!(router["last_outcome"], "throttled");
    let why = wan(&health)["download"]["why"]
        .as_str()
        .expect("a sentence");
    assert!(why.contains("; the router holds "), "{why}");
    let told = |daemon: &Daemon| daemon.log().matches("Rate limit").count();
    nap(3_000);
    assert!(told(&daemon) <= 1, "{}", daemon.log());
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
    let ticks = ticks(&writes(&world));
    assert_eq!(ticks.len(), 10, "{ticks:?}");
}
