//! The router's side: what the two queues hold and count, and how a limit is set. By the ways and with the
//! credentials of the config file, one blocking question after the other.

use std::net::ToSocketAddrs as _;

use crate::cli::check::client::{Client, Failure};
use crate::cli::check::object::{self, Object};
use crate::cli::transport;
use crate::config::{RouterConfig, Transport};
use crate::direction::{Both, Direction};
use crate::shell::clock::Clock;
use crate::shell::ssh::Console;
use crate::time::Duration;
use crate::units::Rate;
use crate::wire::routeros::{self, LOOK_UP_PATH};
use crate::wire::routeros_cli::{self, Command, Printed, Scope};

/// For one command by SSH; a person waits.
const SSH_PATIENCE: Duration = Duration::from_secs(8);

/// One of the two queues.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Queue {
    /// Zero is no limit.
    pub(super) limit: Rate,
    /// What it has passed, if the router says.
    pub(super) bytes: Option<u64>,
    /// Switched off, or its parent is missing.
    pub(super) inactive: bool,
}

/// A router that can be asked.
pub(super) struct Router {
    config: RouterConfig,
    clock: Clock,
    way: Way,
}

enum Way {
    Rest(Box<Client>),
    /// A session that failed is of no use any more; the next question opens another.
    Ssh(Option<Console>),
}

impl Router {
    /// The first way that answers: the file's transport, then the other one if it is configured, too.
    ///
    /// # Errors
    /// What each of them said.
    pub(super) fn connect(config: &RouterConfig, clock: Clock) -> Result<Self, String> {
        let chosen = transport::choose(config);
        let ways = match chosen.preferred {
            Transport::Rest => [Transport::Rest, Transport::Ssh],
            Transport::Ssh => [Transport::Ssh, Transport::Rest],
        };
        let mut refusals = Vec::new();
        for way in ways {
            let way = match way {
                Transport::Rest if chosen.rest => {
                    Client::new(config, clock).map(|c| Way::Rest(Box::new(c)))
                }
                Transport::Ssh if chosen.ssh => Ok(Way::Ssh(None)),
                _ => continue,
            };
            let asked = way.and_then(|way| {
                let config = config.clone();
                let mut router = Self { config, clock, way };
                router.look().map(|_| router)
            });
            match asked {
                Ok(router) => return Ok(router),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(refusals.join("\n"))
    }

    /// By which way it is asked.
    pub(super) const fn way(&self) -> &'static str {
        match self.way {
            Way::Rest(_) => "REST",
            Way::Ssh(_) => "SSH",
        }
    }

    /// The names of the queues.
    pub(super) const fn names(&self) -> &Both<String> {
        &self.config.queues
    }

    /// What both queues hold.
    ///
    /// # Errors
    /// A sentence if the router does not answer, or one of them is missing.
    pub(super) fn look(&mut self) -> Result<Both<Queue>, String> {
        let queues = match &mut self.way {
            Way::Rest(client) => by_rest(client, &self.config),
            Way::Ssh(session) => {
                let line = routeros_cli::look_up(names(&self.config), Scope::Counters);
                ask(session, &self.config, self.clock, line).map(|(printed, _)| of_console(printed))
            }
        };
        let Both { down, up } = queues.map_err(|why| self.said(&why))?;
        let missing = |direction: Direction| {
            let name = &self.config.queues[direction];
            format!(
                "the router has no queue {name}; see what it has with `/queue tree print`, and name it in \
                 queues.{direction}"
            )
        };
        Ok(Both {
            down: down.ok_or_else(|| missing(Direction::Down))?,
            up: up.ok_or_else(|| missing(Direction::Up))?,
        })
    }

    /// Sets one queue's limit, and sees that it is held.
    ///
    /// # Errors
    /// A sentence if the router does not answer, refuses, or holds something else.
    pub(super) fn set(&mut self, direction: Direction, limit: Rate) -> Result<(), String> {
        let name = self.config.queues[direction].clone();
        let held = match &mut self.way {
            Way::Rest(client) => set_by_rest(client, &name, limit),
            Way::Ssh(session) => {
                let line = routeros_cli::set(&name, limit, None, Scope::Settings);
                let printed = ask(session, &self.config, self.clock, line);
                printed.and_then(|(printed, text)| {
                    let queue = printed.queues[direction]
                        .as_ref()
                        .map(|queue| queue.max_limit);
                    queue.ok_or_else(|| format!("it says: {}", text.trim()))
                })
            }
        };
        match held {
            Ok(held) if held == limit => Ok(()),
            Ok(held) => Err(format!(
                "{name} holds {} bit/s after it was told {}",
                held.as_bps(),
                limit.as_bps()
            )),
            Err(why) => Err(self.said(&format!("{name} cannot be set: {why}"))),
        }
    }

    fn said(&self, why: &str) -> String {
        format!("router {} by {}: {why}", self.config.host, self.way())
    }
}

fn names(config: &RouterConfig) -> Both<&str> {
    config.queues.as_ref().map(String::as_str)
}

fn by_rest(client: &Client, config: &RouterConfig) -> Result<Both<Option<Queue>>, String> {
    let listed = client
        .get(LOOK_UP_PATH)
        .map_err(|failure| words(&failure))?;
    let queue = |name: &String| {
        let object = object::named(&listed.objects, name);
        object.map(of_object).transpose()
    };
    Ok(Both {
        down: queue(&config.queues.down)?,
        up: queue(&config.queues.up)?,
    })
}

/// A limit that cannot be read is no limit of zero: it could not be put back.
fn of_object(queue: &Object) -> Result<Queue, String> {
    let limit = queue.rate("max-limit").ok_or_else(|| {
        format!(
            "{} is limited to {:?}, which is no rate",
            queue.shown("name"),
            queue.shown("max-limit")
        )
    })?;
    Ok(Queue {
        limit,
        bytes: queue.number("bytes"),
        inactive: queue.is_on("disabled") || queue.is_on("invalid"),
    })
}

fn of_console(printed: Printed) -> Both<Option<Queue>> {
    printed.queues.map(|queue| {
        queue.map(|queue| Queue {
            limit: queue.max_limit,
            bytes: queue.bytes,
            inactive: queue.inactive,
        })
    })
}

/// The limit in the answer. By name, because ids change.
fn set_by_rest(client: &Client, name: &str, limit: Rate) -> Result<Rate, String> {
    let body = routeros::set_body(limit, None);
    let answer = client.patch(&format!("/rest/queue/tree/{name}"), &body);
    let answer = answer.map_err(|failure| words(&failure))?;
    let held = answer
        .objects
        .first()
        .and_then(|queue| queue.rate("max-limit"));
    held.ok_or_else(|| words(&Failure::Unreadable))
}

/// What the console printed to a line, and as text.
fn ask(
    session: &mut Option<Console>,
    config: &RouterConfig,
    clock: Clock,
    line: Command,
) -> Result<(Printed, String), String> {
    let console = match session.take() {
        Some(console) => console,
        None => open(config)?,
    };
    let patience = config.timeout.min(SSH_PATIENCE);
    let said = console
        .run(clock, line, patience)
        .map_err(|failure| failure.explain().to_owned())?;
    let printed = routeros_cli::find_queues(&said.text, names(config))
        .map_err(|_| format!("cannot be understood: {}", said.text.trim()))?;
    if said.status != 0 && printed.queues == Both::default() {
        // Also how a router that goes away ends a command.
        return Err(match said.text.trim() {
            "" => format!("the command ended with status {}", said.status),
            words => words.to_owned(),
        });
    }
    *session = Some(console);
    Ok((printed, said.text))
}

fn open(config: &RouterConfig) -> Result<Console, String> {
    let host = config.host.to_string();
    let found = (host.as_str(), config.ssh_port).to_socket_addrs();
    let place = found.ok().and_then(|mut found| found.next());
    let place = place.ok_or("its name has no address")?;
    Console::open(&transport::ssh(config), place.ip()).map_err(|refused| refused.to_string())
}

fn words(failure: &Failure) -> String {
    match failure {
        Failure::NoAddress => "its name has no address".to_owned(),
        Failure::Unreachable(why) => format!("cannot be reached: {why}"),
        Failure::TimedOut => "does not answer".to_owned(),
        Failure::Untrusted(why) => format!("its certificate is not trusted: {why}"),
        Failure::Ended => "ends the connection without an answer".to_owned(),
        Failure::Garbled(why) => why.clone(),
        Failure::Status(401, _) => "refuses user or password".to_owned(),
        Failure::Status(status, words) => format!("answers with status {status}: {words}"),
        Failure::Unreadable => "its answer is none of RouterOS's".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_cannot_be_read_is_not_taken_for_none() {
        let queue = Object::of(&[("name", "WAN-Download"), ("max-limit", "10M")]);
        assert_eq!(
            of_object(&queue).map(|queue| queue.limit),
            Ok(Rate::mbit(10))
        );
        let said = of_object(&queue.with("max-limit", "50 %")).unwrap_err();
        assert_eq!(
            said,
            "WAN-Download is limited to \"50 %\", which is no rate"
        );
    }
}
