//! `wanctl fingerprint HOST[:PORT]`: what to write into `router.tls_fingerprint`.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::print;
use crate::config::DEFAULT_PORT;
use crate::shell::certificate::{self, Shown, bracketed};
use crate::shell::tls::Fingerprint;
use crate::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// Prints the certificate of whoever answers.
pub(super) fn run(target: &str) -> Result<ExitCode, String> {
    let (host, port) = split(target)?;
    let shown = certificate::ask(host, port, PATIENCE)?;
    print(&text(&format!("{}:{port}", bracketed(host)), &shown))
}

/// `HOST`, `HOST:PORT`, `[V6]`, `[V6]:PORT`, or a bare IPv6 address.
fn split(target: &str) -> Result<(&str, u16), String> {
    let (host, port) = match target
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or_default())),
        None => match target.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (target, None),
        },
    };
    let number = match port {
        Some(digits) => digits.parse().ok().filter(|&port| port > 0),
        None => Some(DEFAULT_PORT),
    };
    match number {
        Some(number) if !host.is_empty() => Ok((host, number)),
        _ => Err(format!("{target} is not HOST or HOST:PORT")),
    }
}

/// 64 lower-case digits, as RouterOS shows it.
pub(super) fn hex(shown: &Shown) -> String {
    digits(&shown.fingerprint)
}

/// The same of a bare one.
pub(super) fn digits(fingerprint: &Fingerprint) -> String {
    fingerprint.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `CN=gw, self-signed, valid 2024-01-01 to 2034-01-01`.
pub(super) fn portrait(shown: &Shown) -> String {
    let summary = &shown.summary;
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "?".to_owned());
    let signer = if summary.subject == summary.issuer {
        "self-signed".to_owned()
    } else {
        format!("signed by {}", name(&summary.issuer))
    };
    let validity = match (&summary.valid_from, &summary.valid_until) {
        (Some(from), Some(until)) => format!(", valid {from} to {until}"),
        _ => String::new(),
    };
    format!("CN={}, {signer}{validity}", name(&summary.subject))
}

fn text(address: &str, shown: &Shown) -> String {
    format!(
        "{address} shows this certificate: {}\n\n\
         Compare the fingerprint with the one that `/certificate print detail` shows on the router\n\
         itself; then put this line below \"router:\" in the WAN file, and nobody else is believed:\n\n  \
         tls_fingerprint: \"{}\"\n",
        portrait(shown),
        hex(shown)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_host_and_maybe_a_port() {
        for (target, host, port) in [
            ("192.168.1.1", "192.168.1.1", 443),
            ("router.lan:8443", "router.lan", 8443),
            ("[fd00::1]:8443", "fd00::1", 8443),
            ("[fd00::1]", "fd00::1", 443),
            ("fd00::1", "fd00::1", 443),
        ] {
            assert_eq!(split(target), Ok((host, port)));
        }
        for target in ["", ":443", "router:", "router:0", "router:99999", "[::1]x"] {
            assert!(split(target).is_err(), "{target}");
        }
    }
}
