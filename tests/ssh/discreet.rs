//! Whatever keeps us from the router's console, neither our key nor our password is said.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::daemon::{Daemon, Router, check};
use crate::sshd::{Kind, Sshd};
use crate::{both, stage, until};

/// Of REST, which is asked where SSH fails. The router does not know it.
const PASSWORD: &str = "hunter2-Zq9";
/// A key that is none, and must not be said in a complaint about it.
const NO_KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAhunter2KeyMaterial\n\
                      -----END OPENSSH PRIVATE KEY-----\n";

/// The lines of a private key that are secret.
fn secrets_of(key: &Path) -> Vec<String> {
    let text = fs::read_to_string(key).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    lines.map(str::to_owned).collect()
}

/// A text in base64, whatever stands before and behind it.
fn encoded(text: &str) -> [String; 3] {
    [(0, 0), (1, 2), (2, 3)].map(|(before, theirs)| {
        let all = STANDARD_NO_PAD.encode("x".repeat(before) + text);
        all[theirs..all.len() - 1].to_owned()
    })
}

fn assert_discreet(said: &str, key: &Path) {
    let mut secrets = secrets_of(key);
    assert!(!secrets.is_empty(), "no key in {}", key.display());
    secrets.push(PASSWORD.to_owned());
    secrets.extend(encoded(PASSWORD));
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} in {said}");
    }
}

/// What can be wrong, and the settings that it is wrong with.
fn failures(sshd: &Sshd) -> Vec<(&'static str, Router)> {
    let router = |key| Router {
        password: PASSWORD,
        key,
        ..both(sshd, "ssh")
    };
    let right = sshd.user_key(Kind::Ed25519);
    let no_key = sshd.path("no_key");
    fs::write(&no_key, NO_KEY).unwrap();
    fs::set_permissions(&no_key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let open = sshd.path("open_key");
    fs::copy(&right, &open).unwrap();
    fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let unknown = sshd.path("knows_nobody");
    fs::write(&unknown, "").unwrap();
    vec![
        ("a strange key", router(sshd.strange_key())),
        ("a key that others may read", router(open)),
        ("a key that is none", router(no_key)),
        (
            "an unknown host",
            Router {
                known_hosts: unknown,
                ..router(right.clone())
            },
        ),
        (
            "nobody there",
            Router {
                ssh_port: 1,
                ..router(right)
            },
        ),
    ]
}

#[test]
fn whatever_keeps_us_out_neither_key_nor_password_is_said() {
    let Some((world, sshd)) = stage() else { return };
    for (what, router) in failures(&sshd) {
        let daemon = Daemon::start(&world, &router);
        let failed = until(Duration::from_secs(30), || {
            !daemon.router("last_failure").is_null()
        });
        assert!(failed, "{what}: {}", daemon.log());
        assert_discreet(&daemon.all_it_says(), &router.key);
        let (findings, _) = check(&world, &router);
        assert!(!findings.is_empty(), "{what}");
        assert_discreet(&serde_json::to_string(&findings).unwrap(), &router.key);
    }
}
