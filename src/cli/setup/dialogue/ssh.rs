//! The way by SSH: a key of ours, a host key that is believed, and a look whether it works.

use std::net::ToSocketAddrs as _;
use std::path::{Path, PathBuf};

use super::Given;
use super::router::{Found, port};
use crate::cli::setup::kinds::KINDS;
use crate::cli::setup::plan::{Router, Ssh};
use crate::cli::setup::stop::Stop;
use crate::cli::setup::talk::{Next, Question, Talk};
use crate::cli::setup::{commands, files, keys};
use crate::cli::transport::HAS_SSH;
use crate::config::{self, DEFAULT_SSH_PORT, Transport, WanConfig};
use crate::shell::ssh::{HostKey, host_key};

/// Which way leads, where there are two.
pub(super) fn leading(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    router: &Router,
) -> Result<Transport, Stop> {
    let flag = given.answer("transport");
    if router.ssh.is_none() && flag.is_none() {
        return Ok(Transport::Rest);
    }
    let before = given.before.router().map(|router| router.transport);
    let known = match before {
        Some(Transport::Ssh) if router.ssh.is_some() => "ssh",
        _ => "rest",
    };
    let words = "Which way leads, rest or ssh (rest is quicker)";
    let question = Question::new("transport", words, flag).known(Some(known));
    talk.ask(question, |text| match text {
        "rest" => Ok(Transport::Rest),
        "ssh" if router.ssh.is_some() => Ok(Transport::Ssh),
        "ssh" => Err("there is no key for SSH; give --ssh-key".to_owned()),
        _ => Err(format!("{text:?} is neither rest nor ssh")),
    })
}

pub(super) fn ssh(
    talk: &mut Talk<'_>,
    given: Given<'_>,
    found: &Found,
) -> Result<Option<Ssh>, Stop> {
    let Some(key) = wanted(talk, given)? else {
        return Ok(None);
    };
    let before = given.before.router();
    let port = match given.answer("ssh-port") {
        Some(text) => port("ssh-port", text)?,
        None => before.map_or(DEFAULT_SSH_PORT, |router| router.ssh_port),
    };
    let known_hosts = before.and_then(|router| router.known_hosts.clone());
    let ssh = Ssh {
        port,
        key,
        known_hosts: known_hosts.unwrap_or_else(|| given.places.known_hosts()),
    };
    if given.args.dry_run || given.blindly() {
        talk.say("SSH is not tried, because nothing is to be written or asked.")?;
        return Ok(Some(ssh));
    }
    if !ssh.key.is_file() {
        keys::make(&ssh.key)?;
        talk.say(&format!("Made a new key, {}.", ssh.key.display()))?;
    }
    if !known(talk, given, &found.router, &ssh)? {
        return Ok(None);
    }
    let works = try_it(talk, found, &ssh)?;
    Ok(works.then_some(ssh))
}

/// The key, if there is to be a way by SSH.
fn wanted(talk: &mut Talk<'_>, given: Given<'_>) -> Result<Option<PathBuf>, Stop> {
    let ours = given.places.key();
    match given.answer("ssh-key") {
        Some(_) if !HAS_SSH => {
            let sentence = "--ssh-key: this build of wanctl has no SSH";
            return Err(Stop::Bad(sentence.to_owned()));
        }
        Some("generate") => return Ok(Some(ours)),
        // The service begins in another directory.
        Some(file) if Path::new(file).is_file() => {
            return std::path::absolute(file)
                .map(Some)
                .map_err(|e| Stop::Bad(format!("--ssh-key: {file}: {e}")));
        }
        Some(file) => {
            let sentence = format!("--ssh-key: there is no file {file}; `generate` makes one");
            return Err(Stop::Bad(sentence));
        }
        None if given.args.no_ssh || !HAS_SSH => return Ok(None),
        None => {}
    }
    let before = given.before.router();
    let before = before.map(|router| PathBuf::from(&router.ssh_key));
    let before = before.filter(|key| key.is_file());
    let present = before.or_else(|| ours.is_file().then(|| ours.clone()));
    if !talk.is_attended() {
        return Ok(present);
    }
    let words = "Also by SSH? It stands in whenever REST fails.";
    let wants = talk.confirm(words, present.is_some())?;
    Ok(wants.then(|| present.unwrap_or(ours)))
}

/// Whether the router's host key is known, or is from now on.
fn known(talk: &mut Talk<'_>, given: Given<'_>, router: &Router, ssh: &Ssh) -> Result<bool, Stop> {
    let Some(shown) = ask_host_key(talk, router, ssh)? else {
        return Ok(false);
    };
    if keys::is_known(&ssh.known_hosts, &router.host.to_string(), ssh.port) {
        // Whether it is the same one, the login tells.
        return Ok(true);
    }
    talk.say(&format!(
        "By SSH, the router shows the host key {}.",
        shown.fingerprint
    ))?;
    if !given.args.trust {
        if !talk.is_attended() {
            return Err(Stop::Missing(vec!["--trust-on-first-use".to_owned()]));
        }
        talk.say("On the router, `/ip ssh export-host-key` writes the same key into a file.")?;
        if !talk.confirm("Believe it?", true)? {
            return Ok(false);
        }
    }
    keys::learn(&ssh.known_hosts, &shown.line)?;
    Ok(true)
}

fn ask_host_key(talk: &mut Talk<'_>, router: &Router, ssh: &Ssh) -> Result<Option<HostKey>, Stop> {
    let host = router.host.to_string();
    loop {
        let found = (host.as_str(), ssh.port).to_socket_addrs();
        let address = found.ok().and_then(|mut found| found.next());
        let address = address.ok_or_else(|| format!("the name {host} has no address"))?;
        let refused = match host_key(&host, ssh.port, address.ip()) {
            Ok(shown) => return Ok(Some(shown)),
            Err(refused) => refused,
        };
        let sentence = format!(
            "Nobody answers by SSH at {host} port {}: {}.",
            ssh.port, refused.what
        );
        if !talk.is_attended() {
            return Err(Stop::Failed(sentence));
        }
        talk.say(&sentence)?;
        talk.show("    /ip service set ssh disabled=no\n")?;
        if talk.wait()? == Next::Skip {
            return Ok(None);
        }
    }
}

fn try_it(talk: &mut Talk<'_>, found: &Found, ssh: &Ssh) -> Result<bool, Stop> {
    let Some(visit) = &found.visit else {
        return Ok(true);
    };
    let config = config_of(&found.router, ssh)?;
    let public = keys::public(&ssh.key);
    loop {
        let word = match visit.by_ssh(&config) {
            Ok(sentence) => {
                talk.say(&format!("  {sentence}"))?;
                return Ok(true);
            }
            Err(word) => word,
        };
        if !talk.is_attended() {
            return Err(Stop::Failed(word.page.trim().to_owned()));
        }
        talk.show(&word.page)?;
        if let Some(public) = &public {
            talk.say("These let the key in, if the router does not know it yet:")?;
            talk.show(&commands::key(&found.router.user, public))?;
        }
        if talk.wait()? == Next::Skip {
            return Ok(false);
        }
    }
}

fn config_of(router: &Router, ssh: &Ssh) -> Result<WanConfig, Stop> {
    let router = Router {
        ssh: Some(ssh.clone()),
        ..router.clone()
    };
    let text = files::router_alone(KINDS[0].example, &router)
        .map_err(|error| Stop::Failed(error.to_string()))?;
    let loaded = config::parse(Path::new("the router"), text.as_bytes());
    Ok(loaded.map_err(|report| report.to_string())?.config)
}
