//! Who may see the password, and whom it is sent to.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use base64::Engine as _;

use crate::setup::{Setup, fingerprint, said};

/// A self-signed certificate, as RouterOS makes them.
fn certificate(name: &str) -> Arc<rustls::ServerConfig> {
    let mut params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2024, 3, 1);
    params.not_after = rcgen::date_time_ymd(2034, 2, 28);
    let key = rcgen::KeyPair::generate().expect("a key");
    let made = params.self_signed(&key).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = key.serialize_der().try_into().expect("PKCS #8");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], key)
        .expect("key and certificate belong together");
    Arc::new(config)
}

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[test]
fn plain_http_with_a_password_and_then_https_that_is_not_checked() {
    let mut setup = Setup::new();
    let secure = Setup::with_tls(certificate("gw"));
    // A name: the loopback address itself is no risk.
    setup.merge("router: { host: localhost }");
    setup
        .check()
        .exits(2)
        .has("Nothing protects the router's password: plain http sends it readable across the network.")
        .has("/ip service set www-ssl certificate=")
        .has("scheme: https");
    for step in setup.steps("password-plain") {
        setup.apply(&step);
    }
    let serves = {
        let router = &setup.world.scene().router;
        router.listens("www-ssl", 443) && router.is_certified("www-ssl")
    };
    assert!(serves, "what the commands at the router brought about");
    // Port 443 of this machine is not the double's: its www-ssl is another world's port.
    setup.merge(&format!(
        "router: {{ port: {} }}",
        secure.world.router_port()
    ));
    setup
        .check()
        .exits(2)
        .has("Nothing protects the router's password from somebody who answers in the router's place")
        .has("CN=gw, self-signed, valid 2024-03-01 to 2034-02-28");
    assert_eq!(setup.fix("password-unchecked"), Some(0));
}

#[test]
fn https_whose_certificate_nobody_vouches_for() {
    let mut setup = Setup::with_tls(certificate("gw"));
    let bundle = setup.dir.path().join("ca.pem");
    let other =
        rcgen::generate_simple_self_signed(vec!["other".to_owned()]).expect("a certificate");
    fs::write(&bundle, pem(other.cert.der())).expect("a file");
    setup.merge(&format!("router: {{ ca_file: {} }}", bundle.display()));
    setup
        .check()
        .exits(1)
        .has("The certificate of 127.0.0.1:")
        .has("is not trusted: no authority that is trusted here has signed it.")
        .has("The password was not sent.");
    assert!(setup.world.journal().is_empty(), "not one request");
    assert_eq!(setup.fix("router-untrusted"), Some(0));
}

#[test]
fn pinned_to_another_certificate() {
    let mut setup = Setup::with_tls(certificate("gw"));
    setup.merge(&format!(
        "router: {{ tls_fingerprint: '{}' }}",
        "ab".repeat(32)
    ));
    setup
        .check()
        .exits(1)
        .has("is not trusted: it is not the pinned one.")
        .has("Either the certificate was renewed, or somebody answers in the router's place.");
    assert!(setup.world.journal().is_empty(), "not one request");
    assert_eq!(setup.fix("router-pin"), Some(0));
}

#[test]
fn a_fingerprint_can_be_pasted() {
    let mut setup = Setup::with_tls(certificate("gw"));
    let said = fingerprint(&format!("127.0.0.1:{}", setup.world.router_port()));
    said.exits(0)
        .has("CN=gw, self-signed, valid 2024-03-01 to 2034-02-28");
    let line = said
        .text
        .lines()
        .find(|line| line.contains("tls_fingerprint:"))
        .expect("a line");
    setup.merge(&format!("router:\n  {}", line.trim()));
    setup.check().exits(0);
}

#[test]
fn the_wrong_scheme_for_the_port() {
    let mut setup = Setup::new();
    setup.merge("router: { scheme: https }");
    setup
        .check()
        .exits(1)
        .has("is not the router's REST")
        .has("www-ssl has no certificate, and breaks off each handshake")
        .has("its max-sessions are all taken, its address= leaves this machine out");
    let mut setup = Setup::with_tls(certificate("gw"));
    setup.merge("router: { scheme: http }");
    setup.check().exits(1).has("is not the router's REST");
}

#[test]
fn no_fingerprint_where_there_is_no_tls() {
    let setup = Setup::new();
    let said = fingerprint(&format!("127.0.0.1:{}", setup.world.router_port()));
    said.exits(1);
    assert!(
        said.errors.contains("does not speak TLS"),
        "{}",
        said.errors
    );
    fingerprint("127.0.0.1:1").exits(1);
    assert!(fingerprint("a:b:c:").errors.contains("wanctl: "));
}

#[test]
fn the_password_may_come_from_a_file_or_from_systemd() {
    let mut setup = Setup::new();
    let path = setup.dir.path().join("router-password");
    fs::write(&path, "secret\n# since 2026\n").expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("ours");
    setup.merge(&format!(
        "router: {{ password: null, password_file: {} }}",
        path.display()
    ));
    setup
        .check()
        .exits(2)
        .has("which holds the router's password; make it 0640");
    assert_eq!(setup.fix("password-file-mode"), Some(0));
    // A bare name is a credential.
    setup.merge("router: { password_file: router-password }");
    setup
        .check()
        .exits(1)
        .has("it is the name of a systemd credential, and CREDENTIALS_DIRECTORY is not set");
    let directory = setup.dir.path().display().to_string();
    setup.environment.push(("CREDENTIALS_DIRECTORY", directory));
    setup.check().exits(0);
    setup.merge("router: { password_file: ./missing }");
    setup
        .check()
        .exits(1)
        .has("router.password_file: ./missing: No such file");
    setup.merge("router: { password: secret }");
    setup.check().exits(1).has("only one of them can be meant");
}

#[test]
fn a_password_in_a_file_that_others_may_read() {
    let setup = Setup::new();
    let mut command = setup.command();
    fs::set_permissions(
        setup.dir.path().join("wan1.yaml"),
        Permissions::from_mode(0o644),
    )
    .expect("ours");
    let said = said(command.output().expect("it runs"));
    said.exits(2)
        .has("holds the router's password and others may read it (mode 0644)")
        .has("chmod 0600");
}

#[cfg(feature = "ssh")]
#[test]
fn a_variable_that_is_not_set_and_a_key_that_is_not_private() {
    let mut setup = Setup::new();
    let key = setup.dir.path().join("router.key");
    fs::write(&key, "PRIVATE KEY").expect("a file");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("ours");
    setup.merge(&format!(
        "router: {{ password: '${{WANCTL_CHECK_TEST}}', ssh_key: {} }}",
        key.display()
    ));
    setup
        .check()
        .exits(1)
        .has("names the environment variable WANCTL_CHECK_TEST, which is not set")
        .has("router.key has mode 0644, others may read or change it");
    setup
        .environment
        .push(("WANCTL_CHECK_TEST", "secret".to_owned()));
    // Nobody has an SSH server at that port, or none that is known.
    setup.merge("router: { ssh_port: 9 }");
    assert_eq!(setup.fix("ssh-key-file"), Some(2));
}

#[cfg(feature = "ssh")]
#[test]
fn a_file_for_ssh_alone_is_not_called_clean() {
    let mut setup = Setup::new();
    let key = setup.dir.path().join("router.key");
    fs::write(&key, "no key").expect("a file");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("ours");
    setup.merge(&format!(
        "router: {{ transport: ssh, password: null, ssh_key: {} }}",
        key.display()
    ));
    setup
        .check()
        .exits(1)
        .has("were not looked at: that takes REST")
        .has("There is no other way: the file has no password for REST.");
    assert!(setup.world.journal().is_empty());
    let (findings, _) = setup.findings(&["--write-test"]);
    let undone = findings.iter().find(|f| f["id"] == "write-not-tested");
    assert_eq!(undone.map(|f| f["severity"] == "warning"), Some(true));
    setup.merge("router: { password: secret }");
    setup
        .check()
        .exits(2)
        .has("router.key holds no private key")
        .has("As long as this is so, the daemon goes over REST.");
}

/// A build for REST alone says so where the file may mean more.
#[cfg(not(feature = "ssh"))]
#[test]
fn a_build_without_ssh_says_that_nothing_stands_in() {
    let mut setup = Setup::new();
    let key = setup.dir.path().join("router.key");
    fs::write(&key, "PRIVATE KEY").expect("a file");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("ours");
    setup.merge(&format!("router: {{ ssh_key: {} }}", key.display()));
    setup
        .check()
        .exits(2)
        .has("Others may read the SSH key")
        .has("This build has no SSH: if REST fails, nothing stands in for it.");
    setup.merge("router: { transport: ssh }");
    setup
        .check()
        .exits(2)
        .has("router.transport is ssh, but this build has no SSH: REST is used.");
}
