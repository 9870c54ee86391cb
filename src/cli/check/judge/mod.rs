//! From facts to findings. PURE: no sockets, no files, no clock.

mod cake;
mod link;
mod machine;
mod queue;
mod ssh;
#[cfg(test)]
mod tests;
mod traffic;
mod version;
mod writes;

pub(super) use self::machine::machine;
pub(super) use self::ssh::{ssh, transports};
pub(super) use self::writes::writes;

use super::facts::Router;
use super::finding::{Finding, Subject};
use crate::config::{Problem, WanConfig};
use crate::direction::Direction;
use crate::time::Duration;

/// A file that can be used, and what is odd about it.
pub(super) fn file(warnings: &[Problem]) -> Vec<Finding> {
    // What the link has to say about the password says this, too, with the way out.
    let said_twice = |warning: &&Problem| warning.complaint.contains("http sends the password");
    let warnings: Vec<Problem> = warnings
        .iter()
        .filter(|w| !said_twice(w))
        .cloned()
        .collect();
    if warnings.is_empty() {
        return vec![Finding::ok(Subject::Config, "config", "The file is valid.")];
    }
    oddities(&warnings)
}

/// What is legal, but hardly meant.
pub(super) fn oddities(warnings: &[Problem]) -> Vec<Finding> {
    let said =
        |problem: &Problem| Finding::warning(Subject::Config, "config-odd", problem.to_string());
    warnings.iter().map(said).collect()
}

/// A file for SSH alone.
pub(super) fn no_rest() -> Finding {
    let what = "The router's version, CAKE options and counters were not looked at: that takes REST, and the \
                file has no password for it.";
    Finding::warning(Subject::Router, "router-not-checked", what)
        .why("With SSH alone the daemon works, but has nothing to fall back on.")
        .in_file("router:\n  password_file: /etc/wanctl/router-password")
}

/// Everything about the router but its writes.
pub(super) fn router(config: &WanConfig, router: &Router, write_test: bool) -> Vec<Finding> {
    let mut findings: Vec<Finding> = link::trust(config, router).into_iter().collect();
    if let Err(failure) = &router.resource {
        findings.push(link::failure(config, router, failure));
        return findings;
    }
    findings.extend(version::version(config, router));
    match (&router.queues, &router.types) {
        (Ok(queues), Ok(types)) => {
            findings.extend(router.traffic.as_ref().map(link::latency));
            findings.push(link::rights(config, write_test));
            for direction in Direction::BOTH {
                let seen = queue::Seen {
                    config,
                    direction,
                    queues,
                    types,
                    interfaces: &router.interfaces,
                };
                findings.extend(queue::queue(&seen));
                findings.extend(traffic::traffic(&seen, router));
            }
            findings.extend(queue::shared(config, queues));
            findings.extend(traffic::idle(router));
        }
        (Err(failure), _) | (_, Err(failure)) => {
            findings.push(link::failure(config, router, failure));
        }
    }
    findings
}

/// `1.2 ms`.
fn ms(span: Duration) -> String {
    format!("{:.1} ms", span.as_millis().as_f64())
}

/// The smallest, the one in the middle, the largest; zeros if there are none.
fn spread(spans: &[Duration]) -> [Duration; 3] {
    let mut sorted = spans.to_vec();
    sorted.sort();
    let at = |n: usize| sorted.get(n).copied().unwrap_or(Duration::ZERO);
    [
        at(0),
        at(sorted.len() / 2),
        at(sorted.len().saturating_sub(1)),
    ]
}

/// A text as the RouterOS command line wants it between quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}
