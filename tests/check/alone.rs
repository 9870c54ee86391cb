//! `wanctl double --tls`: what it prints is what a WAN file and `wanctl check` take.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::setup::{Setup, fingerprint};

/// Ends with the test, however that ends.
struct Alone(std::process::Child);

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The double with this flag; what it says at its start.
fn alone(flag: &str) -> (Alone, String) {
    let mut double = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["double", flag, "--seconds", "60"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("our own binary runs");
    let mut greeting = [0; 4096];
    let stdout = double.stdout.as_mut().expect("piped");
    let length = stdout.read(&mut greeting).expect("a greeting");
    let greeting = String::from_utf8_lossy(&greeting[..length]).into_owned();
    (Alone(double), greeting)
}

/// What stands behind `start` in a greeting, up to a sign that is no part of it.
fn after<'g>(greeting: &'g str, start: &str) -> &'g str {
    let rest = greeting.split_once(start).map(|(_, rest)| rest);
    let rest = rest.unwrap_or_else(|| panic!("no {start} in {greeting}"));
    rest.split(['/', '"', '\n']).next().unwrap_or(rest)
}

#[test]
fn the_double_speaks_tls_and_its_fingerprint_can_be_pasted() {
    for flag in ["--tls", "--tls12"] {
        let (_double, greeting) = alone(flag);
        let port = after(&greeting, "https://127.0.0.1:");
        let pin = after(&greeting, "tls_fingerprint: \"");
        let shown = fingerprint(&format!("127.0.0.1:{port}"));
        shown.exits(0).has(&format!("tls_fingerprint: \"{pin}\""));
        shown.has("CN=router, self-signed");
        let mut setup = Setup::new();
        setup.merge(&format!(
            "router: {{ port: {port}, scheme: https, tls_fingerprint: '{pin}' }}"
        ));
        let said = setup.check();
        said.has("RouterOS 7.23.7 (long-term)").has("0 errors");
        assert!(setup.world.journal().is_empty(), "it is the other one's");
        setup.merge(&format!(
            "router: {{ tls_fingerprint: '{}' }}",
            "ab".repeat(32)
        ));
        setup.check().exits(1).has("is not the pinned one");
    }
}

#[test]
fn tls_1_2_only_is_no_more_than_that() {
    let (_double, greeting) = alone("--tls12");
    let port = greeting.split_once("https://127.0.0.1:").expect("a port").1;
    let port: u16 = port
        .split('/')
        .next()
        .expect("digits")
        .parse()
        .expect("digits");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore::empty();
    let only_1_3 = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has it")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let mut session = rustls::ClientConnection::new(Arc::new(only_1_3), name).expect("a session");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    let refused = session
        .complete_io(&mut stream)
        .expect_err("no common version");
    let words = refused.to_string();
    assert!(words.to_lowercase().contains("version"), "{words}");
}
