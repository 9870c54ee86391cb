//! The service manager, through `systemctl`.

use std::process::{Command, Stdio};

use super::root::Root;

/// How `systemctl` is to be called, and what was left for a person to do.
#[derive(Debug)]
pub(super) struct Manager<'r> {
    root: &'r Root,
    /// Commands that could not be given here.
    pub(super) left: Vec<String>,
}

impl<'r> Manager<'r> {
    pub(super) const fn new(root: &'r Root) -> Self {
        Self {
            root,
            left: Vec::new(),
        }
    }

    /// Those of `names` that run; nobody knows without the manager.
    pub(super) fn running(root: &Root, names: &[String]) -> Vec<String> {
        if !root.is_alive() || names.is_empty() {
            return Vec::new();
        }
        let asked = Command::new("systemctl")
            .arg("is-active")
            .args(names)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        let said = asked.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
        let said = said.unwrap_or_default();
        let runs = |state: &str| matches!(state, "active" | "activating" | "reloading");
        let states = said.lines().map(str::trim);
        let running = names.iter().zip(states).filter(|(_, state)| runs(state));
        running.map(|(name, _)| name.clone()).collect()
    }

    /// Starts, stops: what only a living manager can do.
    ///
    /// # Errors
    /// What it said.
    pub(super) fn now(&mut self, verb: &str, names: &[String]) -> Result<(), String> {
        if self.root.is_alive() {
            systemctl(None, verb, names)
        } else {
            self.left.push(command(verb, names));
            Ok(())
        }
    }

    /// Enables, disables: links in `/etc`, which `systemctl` sets in another system as well.
    ///
    /// # Errors
    /// What it said.
    pub(super) fn at_boot(&mut self, verb: &str, names: &[String]) -> Result<(), String> {
        if names.is_empty() {
            return Ok(());
        }
        if !is_there() {
            self.left.push(command(verb, names));
            return Ok(());
        }
        let elsewhere =
            (!self.root.is_here()).then(|| format!("--root={}", self.root.directory().display()));
        systemctl(elsewhere, verb, names)
    }
}

/// The last that a service said.
pub(super) fn last_words(name: &str) -> String {
    let asked = Command::new("journalctl")
        .args(["--no-pager", "--output=cat", "--lines=10", "--unit", name])
        .stdin(Stdio::null())
        .output();
    asked.map_or_else(
        |_| String::new(),
        |out| String::from_utf8_lossy(&out.stdout).into_owned(),
    )
}

fn is_there() -> bool {
    let asked = Command::new("systemctl")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    asked.is_ok_and(|out| out.status.success())
}

fn command(verb: &str, names: &[String]) -> String {
    format!("systemctl {verb} {}", names.join(" "))
        .trim_end()
        .to_owned()
}

fn systemctl(option: Option<String>, verb: &str, names: &[String]) -> Result<(), String> {
    let out = Command::new("systemctl")
        .args(option)
        .arg(verb)
        .args(names)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", command(verb, names)))?;
    if out.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    Err(format!("{}: {}", command(verb, names), said.trim()))
}
