//! Which RouterOS it is.

use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::object::Object;
use crate::config::{Scheme, Transport};

/// CAKE and REST came with it.
const FIRST: Version = [7, 1, 0];
/// REST without TLS (routeros.md 1.1).
const FIRST_HTTP: Version = [7, 9, 0];
/// CVE-2025-10948, in the parser of REST's JSON (routeros.md 1.9).
const SAFE: Version = [7, 20, 1];

type Version = [u32; 3];

/// `way` is the one that was taken.
pub(in crate::cli::check) fn version(
    scheme: Scheme,
    resource: &Object,
    way: Transport,
) -> Vec<Finding> {
    let text = resource.shown("version");
    let Some(version) = parse(text) else {
        let what = format!("The router says nothing readable about its version: {text:?}.");
        return vec![Finding::note(Subject::Router, "router-version", what)];
    };
    let update = |finding: Finding| {
        finding
            .on_router("/system package update set channel=long-term")
            .on_router("/system package update install")
    };
    let error = |why: &str| {
        let what = format!("RouterOS {text} is too old.");
        let finding = Finding::error(Subject::Router, "router-version-old", what);
        update(finding.why(why))
    };
    let mut findings = vec![if version < FIRST {
        error("REST and CAKE came with RouterOS 7.1.")
    } else if version < FIRST_HTTP && way == Transport::Rest && scheme == Scheme::Http {
        error("REST over plain http came with RouterOS 7.9; before, it needs https (www-ssl).")
    } else {
        let what = format!(
            "RouterOS {text} on {}, up {}.",
            resource.text("board-name").unwrap_or("an unnamed board"),
            resource.text("uptime").unwrap_or("for an unknown time")
        );
        Finding::ok(Subject::Router, "router-version", what)
    }];
    if version < SAFE {
        let what = match way {
            Transport::Rest => {
                format!("RouterOS {text} has a known hole in the part wanctl talks to.")
            }
            Transport::Ssh => format!("RouterOS {text} has a known hole in its REST, used or not."),
        };
        let finding = Finding::warning(Subject::Router, "router-security", what).why(
            "CVE-2025-10948: a buffer overflow in REST's JSON parser, fixed in 7.20.1. A recent \
             long-term release (7.20.8, 7.23.7 or later) is the best choice. The update restarts the \
             router.",
        );
        findings.push(update(finding));
    }
    findings
}

/// `7.23.7 (long-term)`, `7.21beta2`, `7.9`.
fn parse(text: &str) -> Option<Version> {
    let word = text.split_whitespace().next()?;
    let mut version = [0; 3];
    let mut parts = word.split('.');
    version[0] = parts.next()?.parse().ok()?;
    for (number, part) in version[1..].iter_mut().zip(parts) {
        let digits = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        *number = part[..digits].parse().ok()?;
    }
    Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse("7.23.7 (long-term)"), Some([7, 23, 7]));
        assert_eq!(parse("7.21beta2 (testing)"), Some([7, 21, 0]));
        assert_eq!(parse("7.9"), Some([7, 9, 0]));
        assert!(parse("7.10.2 (stable)") > parse("7.9"));
        assert_eq!(parse(""), None);
        assert_eq!(parse("seven"), None);
    }
}
