//! From facts to findings. PURE: no sockets, no files, no clock.

mod cake;
pub(super) mod counters;
pub(super) mod link;
mod machine;
pub(super) mod queue;
pub(super) mod rights;
mod ssh;
mod steering;
#[cfg(test)]
mod tests;
mod traffic;
mod version;
mod writes;

pub(super) use self::machine::machine;
pub(super) use self::ssh::{ssh, transports, way};
pub(super) use self::version::version;
pub(super) use self::writes::writes;

use super::facts::Router;
use super::finding::{Finding, Subject};
use super::object::Object;
use crate::cli::transport::Chosen;
use crate::config::{Problem, Transport, WanConfig};
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

/// A file for SSH alone; `counted`: the law needs counters, and they were read over SSH.
pub(super) fn no_rest(write_test: bool, counted: bool) -> Vec<Finding> {
    let password = "router:\n  password_file: /etc/wanctl/router-password";
    let unseen = if counted {
        "Whether traffic goes around the queues was not measured"
    } else {
        "The router's counters were not looked at"
    };
    let what = format!("{unseen}: that takes REST, and the file has no password for it.");
    let note = Finding::note(Subject::Router, "router-not-checked", what)
        .why("With SSH alone the daemon works, but has nothing to fall back on.")
        .in_file(password);
    let undone = || {
        let what =
            "The write test was not done: it takes REST, and the file has no password for it.";
        Finding::warning(Subject::Writes, "write-not-tested", what)
            .why("Whether the user may write, and what a write costs, is not known.")
            .in_file(password)
    };
    [Some(note), write_test.then(undone)]
        .into_iter()
        .flatten()
        .collect()
}

/// Without its password there is no client.
pub(super) fn no_client(sentence: String) -> Finding {
    let why = "Without it no client can be built; the daemon would refuse to start.";
    Finding::error(Subject::Config, "credentials", sentence).why(why)
}

/// What one finding says about another.
pub(super) fn together(findings: &mut Vec<Finding>) {
    let has = |id| findings.iter().any(|finding| finding.id == id);
    let (key_file, unset) = (has("ssh-key-file"), has("password-unset"));
    // What SSH says of a key that others may read says it all.
    findings.retain(|finding| !key_file || finding.id != "ssh-key-mode");
    // What the write test proves, the group need not say.
    let says = |finding: &Finding| finding.id == "rights-write";
    if findings.iter().filter(|finding| says(finding)).count() > 1
        && let Some(first) = findings.iter().position(says)
    {
        findings.remove(first);
    }
    // An empty password was refused, as it should be: the router's own is right.
    let logins = findings
        .iter_mut()
        .filter(|f| unset && f.id == "router-login");
    for login in logins {
        login.fix.clear();
        "No password was sent, because its variable is not set: see above."
            .clone_into(&mut login.why);
    }
}

/// Everything about the router but its writes.
pub(super) fn router(config: &WanConfig, chosen: &Chosen, router: &Router) -> Vec<Finding> {
    let mut findings: Vec<Finding> = link::trust(&config.router, router.shown.as_ref())
        .into_iter()
        .collect();
    let failure = |failure| link::failure(&config.router, router.shown.as_ref(), failure);
    let resource = match &router.resource {
        Ok(resource) => resource,
        Err(why) => {
            findings.push(failure(why));
            return findings;
        }
    };
    let scheme = config.router.scheme;
    findings.extend(version(scheme, resource, Transport::Rest));
    match (&router.queues, &router.types) {
        (Ok(queues), Ok(types)) => {
            findings.extend(
                router
                    .traffic
                    .as_ref()
                    .map(|seen| link::latency(&seen.reads)),
            );
            findings.push(allowed(config, chosen, router));
            findings.extend(both(config, router, queues, types));
            if counters::are_needed(config) && !queues.is_empty() {
                findings.extend(match &router.traffic {
                    Some(traffic) => counters::counters(config, Transport::Rest, traffic),
                    None => vec![counters::none(Transport::Rest)],
                });
            }
        }
        (Err(why), _) | (_, Err(why)) => findings.push(failure(why)),
    }
    findings
}

fn allowed(config: &WanConfig, chosen: &Chosen, router: &Router) -> Finding {
    let policies = router.policies.as_deref();
    rights::rights(&config.router, chosen, policies, rights::QUEUES)
}

/// The same, of what the console told.
fn console(config: &WanConfig, chosen: &Chosen, router: &Router) -> Vec<Finding> {
    let resource = router.resource.as_ref();
    let mut findings = resource
        .map(|resource| version(config.router.scheme, resource, Transport::Ssh))
        .unwrap_or_default();
    if let (Ok(_), Ok(queues), Ok(types)) = (resource, &router.queues, &router.types) {
        findings.push(allowed(config, chosen, router));
        findings.extend(both(config, router, queues, types));
    } else {
        let what = "By SSH, the router's version, queues or queue types make no sense.";
        findings.push(
            Finding::warning(Subject::Router, "ssh-unreadable", what)
                .why(
                    "They were not looked at. A RouterOS that is still starting, or a comment that looks \
                     like properties.",
                )
                .on_router("/queue tree print detail")
                .on_router("/queue type print detail"),
        );
    }
    findings
}

/// Both queues, and the rules that steer.
pub(super) fn both(
    config: &WanConfig,
    router: &Router,
    queues: &[Object],
    types: &[Object],
) -> Vec<Finding> {
    let mut findings = steering::steering(router);
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
    if !counters::are_needed(config) {
        findings.extend(traffic::idle(router));
    }
    findings
}

/// `1.2 ms`.
pub(super) fn ms(span: Duration) -> String {
    format!("{:.1} ms", span.as_millis().as_f64())
}

/// The smallest, the one in the middle, the largest; zeros if there are none.
pub(super) fn spread(spans: &[Duration]) -> [Duration; 3] {
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
pub(in crate::cli) fn quoted(text: &str) -> String {
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
