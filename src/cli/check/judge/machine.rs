//! This machine: directories, rights, secrets, pings.

use std::path::Path;

use crate::cli::check::facts::{Access, Kind, Machine, Spot};
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::secret::Weakness;

const ROOT: u32 = 0;

pub(in crate::cli::check) fn machine(lock: &Path, machine: &Machine) -> Vec<Finding> {
    let mut findings: Vec<Finding> = machine
        .spots
        .iter()
        .filter_map(|place| spot(lock, place, machine.user))
        .collect();
    if findings.is_empty() {
        let what = "Log, lock, state and history can be written.";
        findings.push(Finding::ok(Subject::Machine, "directories", what));
    }
    findings.extend(machine.history.as_deref().map(history));
    findings.extend(machine.weaknesses.iter().filter_map(weakness));
    findings.extend(machine.ping.as_ref().map(ping));
    if machine.user == ROOT {
        findings.push(root(machine));
    }
    findings
}

/// Without the capability, the service's user could not ping.
fn root(machine: &Machine) -> Finding {
    let what = "This ran as root, who may do everything; the service probably may not.";
    let note = Finding::note(Subject::Machine, "root", what).why(
        "It has its own home with its own known_hosts, and its password from an EnvironmentFile.",
    );
    match &machine.service_file {
        Some(file) => note.in_shell(format!(
            "systemd-run --pipe --wait --uid=wanctl -p EnvironmentFile=/etc/wanctl/secrets \
             -p AmbientCapabilities=CAP_NET_RAW wanctl check --config {}",
            file.display()
        )),
        None => note.advice("Run this again as the user that the service will have."),
    }
}

fn spot(lock: &Path, spot: &Spot, user: u32) -> Option<Finding> {
    let path = spot.path.display();
    let errno = match spot.state {
        Access::Writable | Access::Creatable => return None,
        Access::MadeByUnit => {
            let what = format!("There is no {path} yet; the unit makes it at its start.");
            let note = Finding::note(Subject::Machine, "directory-unit", what);
            return Some(note.why("Only a daemon that is started by hand would miss it."));
        }
        Access::Refused(errno) => errno,
    };
    let word = match spot.kind {
        Kind::Log => "log",
        Kind::Lock => "lock",
        Kind::State => "state",
        Kind::History => "history",
    };
    let noun = if spot.is_file { "file" } else { "directory" };
    let said = format!("User {user} cannot write into the {word} {noun} {path}: {errno}.");
    let finding = match spot.kind {
        Kind::Log => Finding::warning(Subject::Machine, "directory-log", said)
            .why("wanctl does its work without its log, but nobody can see what it did."),
        Kind::State => Finding::warning(Subject::Machine, "directory-state", said)
            .why("After a restart wanctl would begin from the config instead of what it knew."),
        Kind::History => Finding::warning(Subject::Machine, "directory-history", said)
            .why("wanctl does its work without a history, but nobody can see what happened."),
        Kind::Lock => Finding::error(Subject::Machine, "directory-lock", said).why(format!(
            "Without the lock file {} the daemon refuses to start.",
            lock.display()
        )),
    };
    Some(finding.in_shell(if spot.is_file {
        format!("chown {user} {path}   # as root")
    } else {
        format!("install -d -o {user} -m 0755 {path}   # as root")
    }))
}

fn history(trouble: &str) -> Finding {
    Finding::warning(Subject::Machine, "history", capital(&format!("{trouble}.")))
        .why("wanctl does its work without a history, but nobody can see what happened.")
        .advice("Put it right, or let storage.db_path name another file; \"\" keeps none.")
}

fn weakness(weakness: &Weakness) -> Option<Finding> {
    let said = format!("{weakness}.");
    let at = |id| Finding::warning(Subject::Machine, id, capital(&said));
    let chmod = |mode: &str, path: &Path| format!("chmod {mode} {}", path.display());
    match weakness {
        // The judgement of the link says these two.
        Weakness::Plain | Weakness::Unchecked => None,
        Weakness::Unset(variable) => Some(
            at("password-unset")
                .why(
                    "An empty password is sent. In a shell the variable is often missing although the \
                     service has it from its EnvironmentFile.",
                )
                .in_shell(format!("set -a; . /etc/wanctl/secrets; set +a   # sets {variable}")),
        ),
        Weakness::ConfigFile(path, _) => Some(
            at("config-mode")
                .why("Whoever has an account on this machine can log in to the router.")
                .in_shell(chmod("0600", path)),
        ),
        Weakness::PasswordFile(path, _) => Some(
            at("password-file-mode")
                .why("Whoever has an account on this machine can log in to the router.")
                .in_shell(chmod("0640", path)),
        ),
        Weakness::Key(path, _) => Some(
            at("ssh-key-mode")
                .why("Whoever can read the key is the router's user.")
                .in_shell(chmod("0600", path)),
        ),
    }
}

fn ping(ping: &Result<String, String>) -> Finding {
    match ping {
        Ok(mode) => Finding::ok(Subject::Machine, "ping", format!("Pings: {mode}.")),
        Err(sentence) => Finding::error(Subject::Machine, "ping", capital(sentence))
            .why("Without echoes wanctl cannot measure the line."),
    }
}

/// Begins a sentence; a file or key at its beginning stays as it is.
fn capital(sentence: &str) -> String {
    let first_word = sentence.split_whitespace().next().unwrap_or_default();
    if first_word.contains(['.', '/']) {
        return sentence.to_owned();
    }
    let mut chars = sentence.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).collect()
}
