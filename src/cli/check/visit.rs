//! A router as `wanctl setup` visits it: with the client, the questions and the judges of a check, so that the
//! wizard lets pass what the check will.

use super::client::Client;
use super::facts::{Router, Ssh};
use super::finding::{Finding, Severity};
use super::judge;
use super::judge::queue::likely_parent;
use super::object::named;
use super::probe;
use super::report::paragraph;
use super::steering;
use crate::cli::transport::{Chosen, HAS_SSH, basic};
use crate::config::{RouterConfig, Secret, SteeringConfig, Transport, WanConfig};
use crate::direction::{Both, Direction};
use crate::shell::clock::Clock;
use crate::units::Rate;
use crate::wire::routeros_cli::Scope;

/// Columns of a terminal, less two.
const WIDTH: usize = 78;

pub(in crate::cli) use super::judge::quoted;

/// One finding of a check, ready to be shown.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Word {
    pub(in crate::cli) id: &'static str,
    /// wanctl could not do its work like this.
    pub(in crate::cli) is_error: bool,
    /// What is so, why it matters, what to do, in lines for a terminal.
    pub(in crate::cli) page: String,
}

impl From<Finding> for Word {
    fn from(finding: Finding) -> Self {
        let mut page = String::new();
        paragraph(&mut page, &finding, WIDTH);
        Self {
            id: finding.id,
            is_error: finding.severity == Severity::Error,
            page,
        }
    }
}

/// A queue of `/queue tree`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) struct QueueRow {
    pub(in crate::cli) name: String,
    pub(in crate::cli) parent: String,
    /// Its queue type.
    pub(in crate::cli) kind: String,
    /// Zero without a limit.
    pub(in crate::cli) limit: Rate,
}

/// A router that let us in by REST.
pub(in crate::cli) struct Visit {
    config: RouterConfig,
    client: Client,
    router: Router,
}

impl Visit {
    /// Logs in with this password, whatever the config says of one.
    ///
    /// # Errors
    /// What a check would say.
    pub(in crate::cli) fn begin(config: &RouterConfig, password: &Secret) -> Result<Self, Word> {
        let login = basic(&config.user, password);
        let client = Client::with_login(config, login, Clock::start());
        let client = client.map_err(|sentence| Word::from(judge::no_client(sentence)))?;
        let router = probe::settings(config, &client);
        let visit = Self {
            config: config.clone(),
            client,
            router,
        };
        visit.answered()?;
        Ok(visit)
    }

    /// Looks again, after somebody has done something on the router.
    ///
    /// # Errors
    /// What a check would say.
    pub(in crate::cli) fn again(&mut self) -> Result<(), Word> {
        self.router = probe::settings(&self.config, &self.client);
        self.answered()
    }

    fn answered(&self) -> Result<(), Word> {
        let Router {
            resource,
            queues,
            types,
            shown,
            ..
        } = &self.router;
        let failed = resource.as_ref().err();
        let failed = failed.or(queues.as_ref().err()).or(types.as_ref().err());
        match failed {
            None => Ok(()),
            Some(why) => {
                let finding = judge::link::failure(&self.config, shown.as_ref(), why);
                Err(finding.into())
            }
        }
    }

    /// Which RouterOS it is, and what its user may do.
    pub(in crate::cli) fn about(&self) -> Vec<Word> {
        let Ok(resource) = &self.router.resource else {
            return Vec::new();
        };
        let mut findings = judge::version(self.config.scheme, resource, Transport::Rest);
        findings.push(judge::rights::rights(
            &self.config,
            &self.chosen(),
            self.router.policies.as_deref(),
            judge::rights::QUEUES,
        ));
        findings.into_iter().map(Word::from).collect()
    }

    fn chosen(&self) -> Chosen {
        let has_key = std::path::Path::new(&self.config.ssh_key).is_file();
        Chosen {
            preferred: self.config.transport,
            rest: true,
            ssh: HAS_SSH && has_key,
            warning: None,
        }
    }

    /// The queues that are there.
    pub(in crate::cli) fn queues(&self) -> Vec<QueueRow> {
        let queues = self.router.queues.iter().flatten();
        let row = |queue: &super::object::Object| QueueRow {
            name: queue.shown("name").to_owned(),
            parent: queue.shown("parent").to_owned(),
            kind: queue.shown("queue").to_owned(),
            limit: queue.rate("max-limit").unwrap_or(Rate::ZERO),
        };
        queues.map(row).collect()
    }

    /// Whether there is a queue type of this name.
    pub(in crate::cli) fn has_type(&self, name: &str) -> bool {
        let types = self.router.types.as_deref().unwrap_or_default();
        named(types, name).is_some()
    }

    /// The ports that may lead somewhere, by their names.
    pub(in crate::cli) fn ports(&self) -> Vec<String> {
        let ports = self.router.interfaces.iter();
        let ports = ports.filter(|port| !matches!(port.shown("type"), "loopback" | "bridge"));
        ports.map(|port| port.shown("name").to_owned()).collect()
    }

    /// The port that a queue of this direction most likely belongs to.
    pub(in crate::cli) fn likely_port(&self, direction: Direction) -> String {
        likely_parent(&self.router.interfaces, direction).to_owned()
    }

    /// What is wrong with a line's queues.
    pub(in crate::cli) fn judge_queues(&self, config: &WanConfig) -> Vec<Word> {
        let (Ok(queues), Ok(types)) = (&self.router.queues, &self.router.types) else {
            return Vec::new();
        };
        of_note(judge::both(config, &self.router, queues, types))
    }

    /// The comments of the mangle rules.
    pub(in crate::cli) fn comments(&self) -> Vec<String> {
        let rules = self.router.rules.iter().flatten();
        let comments = rules.filter_map(|rule| rule.text("comment"));
        comments.map(str::to_owned).collect()
    }

    /// What is wrong with the rule that steers.
    pub(in crate::cli) fn judge_rule(&self, config: &SteeringConfig) -> Vec<Word> {
        of_note(steering::rule_alone(config, &self.client))
    }

    /// Whether SSH works, too: a sentence, or what is in the way.
    ///
    /// # Errors
    /// What a check would say.
    pub(in crate::cli) fn by_ssh(&self, config: &WanConfig) -> Result<String, Word> {
        let look_up = probe::look_up(&config.router, Scope::Settings);
        let ssh: Ssh = probe::ssh(&config.router, Clock::start(), look_up, None);
        let chosen = Chosen {
            ssh: true,
            ..self.chosen()
        };
        let findings = judge::ssh(config, &chosen, &ssh, Both::default());
        match findings.into_iter().next() {
            Some(finding) if finding.severity == Severity::Ok => Ok(finding.what),
            Some(finding) => Err(finding.into()),
            None => Ok("SSH works.".to_owned()),
        }
    }
}

fn of_note(findings: Vec<Finding>) -> Vec<Word> {
    let findings = findings.into_iter();
    let worse = findings.filter(|finding| finding.severity >= Severity::Warning);
    worse.map(Word::from).collect()
}
