//! From facts to findings. PURE: no sockets, no files, no clock.

mod line;
mod primary;
mod queue;
mod rule;

pub(super) use self::line::{alternate_line, primary_line};
pub(super) use self::primary::primary;
pub(super) use self::rule::rule;

use super::facts::Router;
use crate::cli::check::client::Failure;
use crate::cli::check::finding::{Finding, Place, Subject};
use crate::cli::check::judge::rights::{Stakes, rights};
use crate::cli::check::judge::{link, version};
use crate::cli::transport::Chosen;
use crate::config::{SteeringConfig, Transport, WanConfig};

/// What rights are needed for.
const RULE: Stakes = Stakes {
    lost: "The rule could never be switched: steering would only watch.",
    unknown: "The router did not show the user's group. Switching the rule takes the policy write.",
};

/// The rule is never switched by a check.
pub(super) fn no_write_test() -> Finding {
    let what = "--write-test has no effect on a steering file.";
    Finding::note(Subject::Writes, "write-test-none", what)
        .why("To test a write would be to switch the rule, and with it people's calls.")
}

/// What one finding says about another.
pub(super) fn together(findings: &mut Vec<Finding>) {
    let names_queues = |finding: &Finding| {
        let steps = finding.fix.iter();
        finding.id == "queue-missing"
            && steps
                .map(|step| step.place)
                .any(|place| place == Place::Config)
    };
    // The same names, in the same lines.
    if findings.iter().any(names_queues) {
        findings.retain(|finding| finding.id != "primary-queues");
    }
}

/// Everything about the router, as it was seen by one of the ways.
pub(super) fn router(
    config: &SteeringConfig,
    chosen: &Chosen,
    primary: Option<&WanConfig>,
    router: &Router,
    way: Transport,
) -> Vec<Finding> {
    let by_rest = way == Transport::Rest;
    let shown = router.shown.as_ref();
    let mut findings = Vec::new();
    if by_rest {
        findings.extend(link::trust(&config.router, shown));
    }
    let failure = |why: &Failure| {
        if by_rest {
            link::failure(&config.router, shown, why)
        } else {
            unreadable()
        }
    };
    let resource = match &router.resource {
        Ok(resource) => resource,
        Err(why) => {
            findings.push(failure(why));
            return findings;
        }
    };
    findings.extend(version(config.router.scheme, resource, way));
    if !router.reads.is_empty() {
        findings.push(link::latency(&router.reads));
    }
    let rules = router.rules.as_ref();
    match (&router.queues, rules) {
        (Ok(queues), Ok(_)) => {
            let policies = router.policies.as_deref();
            findings.push(rights(&config.router, chosen, policies, RULE));
            findings.extend(queue::queue(config, primary, queues));
        }
        (Err(why), _) | (_, Err(why)) => findings.push(failure(why)),
    }
    if let Ok(rules) = rules {
        findings.extend(rule(config, rules));
        findings.extend(rule::fasttrack(router.fasttrack.as_deref()));
    }
    findings.extend(rule::forced_out(&router.lists));
    findings
}

fn unreadable() -> Finding {
    let what = "By SSH, the router's version, queues or mangle rules make no sense.";
    Finding::warning(Subject::Router, "ssh-unreadable", what)
        .why(
            "They were not looked at. A RouterOS that is still starting, or a comment that looks like \
             properties.",
        )
        .on_router("/queue tree print detail")
        .on_router("/ip firewall mangle print detail")
}
