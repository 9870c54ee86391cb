//! The way to the router by SSH: reachable, known, let in, able to see the queues.

use std::path::Path;

use super::ms;
use crate::cli::check::facts::Ssh;
use crate::cli::check::finding::{Finding, Severity, Subject};
use crate::cli::transport::{Chosen, HAS_SSH};
use crate::config::{RouterConfig, Transport, WanConfig};
use crate::direction::Both;
use crate::router::Failure;
use crate::shell::ssh::{Refused, Said};
use crate::wire::routeros_cli::{self, Printed};

/// Where the daemon will not go the way that the file asks for, or has no other one although the file
/// may mean it to.
pub(in crate::cli::check) fn transports(chosen: &Chosen, has_key: bool) -> Option<Finding> {
    let about = |warning: &String| {
        Finding::warning(Subject::Config, "transport", format!("{warning}."))
            .why("The way that is used is not the one that the file names.")
    };
    let not_built = || {
        let what = "This build has no SSH: if REST fails, nothing stands in for it.";
        Finding::note(Subject::Router, "ssh-not-built", what)
            .in_shell("cargo build --release   # the feature ssh is on by default")
    };
    let warning = chosen.warning.as_ref().map(about);
    warning.or_else(|| (!HAS_SSH && has_key).then(not_built))
}

/// What there is to say about SSH. `seen`: which queues REST has found; what is missing for both is
/// said once.
pub(in crate::cli::check) fn ssh(
    config: &WanConfig,
    chosen: &Chosen,
    ssh: &Ssh,
    seen: Both<bool>,
) -> Vec<Finding> {
    let printed = |text: &str| printed(config, text);
    let mut findings = way(&config.router, chosen, ssh, "queues", |text| {
        printed(text).is_some()
    });
    let is_fine = |finding: &Finding| finding.severity == Severity::Ok;
    if let Ssh::Answers { looked, audit, .. } = ssh
        && findings.iter().all(is_fine)
    {
        findings.extend(match audit.as_deref() {
            Some(router) => super::console(config, chosen, router),
            None => printed(&looked.text).map_or_else(Vec::new, |it| unseen(config, &it, seen)),
        });
    }
    findings
}

/// What there is to say about the way itself. `noun`: what the daemon looks up; `is_read`: whether that
/// makes sense.
pub(in crate::cli::check) fn way<A>(
    router: &RouterConfig,
    chosen: &Chosen,
    ssh: &Ssh<A>,
    noun: &str,
    is_read: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let way = Way { router, chosen };
    match ssh {
        // REST has said so.
        Ssh::NoAddress if chosen.rest => Vec::new(),
        Ssh::NoAddress => {
            let what = format!("The router's name {} has no address.", router.host);
            vec![
                way.finding("router-no-address", what)
                    .advice("Write the router's address into router.host."),
            ]
        }
        Ssh::Refused(refused) => vec![way.refused(refused)],
        Ssh::Silent(why) => {
            let what = format!(
                "{} lets wanctl in by SSH, but gives no answer: {}.",
                way.place(),
                why.explain()
            );
            vec![
                way.finding("ssh-silent", what)
                    .on_router("/user active print"),
            ]
        }
        Ssh::Answers {
            resource,
            looked,
            known_hosts,
            ..
        } => {
            let finding = if [resource, looked].map(is_refusal).contains(&true) {
                way.forbidden()
            } else if is_read(&looked.text) {
                way.works(looked, known_hosts, noun)
            } else {
                let what = format!("By SSH, the router's list of its {noun} makes no sense.");
                way.finding("ssh-queues", what)
            };
            vec![finding]
        }
    }
}

fn printed(config: &WanConfig, text: &str) -> Option<Printed> {
    let names = &config.router.queues;
    let wanted = Both {
        down: names.down.as_str(),
        up: names.up.as_str(),
    };
    routeros_cli::find_queues(text, wanted).ok()
}

/// Where REST has looked as well: what only SSH does not see.
fn unseen(config: &WanConfig, printed: &Printed, seen: Both<bool>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for direction in crate::direction::Direction::BOTH {
        let name = &config.router.queues[direction];
        if printed.queues[direction].is_none() && seen[direction] {
            let what = format!("By SSH, the router has no queue tree named {name}.");
            findings.push(
                Finding::error(direction.into(), "ssh-queue", what)
                    .why("A limit that is set there takes effect nowhere.")
                    .on_router("/queue tree print"),
            );
        }
    }
    findings
}

/// One file's way by SSH.
struct Way<'c> {
    router: &'c RouterConfig,
    chosen: &'c Chosen,
}

impl Way<'_> {
    fn place(&self) -> String {
        let router = self.router;
        format!("{} port {}", router.host, router.ssh_port)
    }

    /// An error where there is no other way, else a warning; and what it means.
    fn finding(&self, id: &'static str, what: String) -> Finding {
        match (self.chosen.rest, self.chosen.preferred) {
            (false, _) => Finding::error(Subject::Router, id, what)
                .why("There is no other way: the file has no password for REST."),
            (true, Transport::Ssh) => Finding::warning(Subject::Router, id, what)
                .why("As long as this is so, the daemon goes over REST."),
            (true, Transport::Rest) => Finding::warning(Subject::Router, id, what)
                .why("As long as this is so, nothing stands in for REST when it fails."),
        }
    }

    fn refused(&self, refused: &Refused) -> Finding {
        let id = match refused.why {
            Failure::HostKeyUnknown | Failure::HostKeyChanged => "ssh-host-key",
            Failure::KeyFile => "ssh-key-file",
            Failure::Unauthorized => "ssh-login",
            Failure::Ssh => "ssh-handshake",
            _ => "ssh-unreachable",
        };
        let what = if refused.what.is_empty() {
            let why = refused.why.explain();
            format!("{} cannot be reached by SSH: {why}.", self.place())
        } else {
            format!("By SSH: {}.", refused.what)
        };
        let mut finding = self.finding(id, what);
        for remedy in &refused.remedies {
            finding = finding.advice(format!("{}:", capital(remedy.words)));
            finding = if remedy.at_router {
                finding.on_router(&*remedy.command)
            } else {
                finding.in_shell(&*remedy.command)
            };
        }
        if id == "ssh-unreachable" {
            let port = self.router.ssh_port;
            finding = finding.on_router(format!("/ip service set ssh disabled=no port={port}"));
        }
        finding
    }

    fn forbidden(&self) -> Finding {
        let user = &self.router.user;
        let what = format!("By SSH, the router's user {user} may not read what wanctl must read.");
        let command = format!(
            "/user group set [/user get [find name={}] group] policy=read,write,ssh",
            super::quoted(user)
        );
        self.finding("ssh-rights", what).on_router(command)
    }

    fn works(&self, looked: &Said, known_hosts: &Path, noun: &str) -> Finding {
        let took = ms(looked.took);
        let what = format!(
            "SSH works: {} is known from {}, lets the key in, and lists the {noun} in {took}.",
            self.place(),
            known_hosts.display()
        );
        Finding::ok(Subject::Router, "ssh", what)
    }
}

fn is_refusal(said: &Said) -> bool {
    said.status != 0 || routeros_cli::refuses_permission(&said.text)
}

/// Words that begin a sentence.
fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).collect()
}
