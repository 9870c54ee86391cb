//! From answers to YAML: an example, or the file that is there, with the answers put in. PURE.

use std::path::Path;

use super::plan::{Line, Places, Router, Steering};
use crate::config::edit::{self, EditError, quoted};
use crate::config::{DEFAULT_SSH_PORT, Host, Scheme, Transport};
use crate::direction::{Both, Direction};

/// What a steering file is made from.
pub(super) const STEERING: &str = include_str!("../../../configs/steering.yaml");
/// Each line's `/health`: 9101, 9111, 9121, as in the examples; `/metrics` one below.
const HEALTH_PORT: usize = 9101;
const PORT_STEP: usize = 10;

/// A file on its way.
struct Draft(String);

impl Draft {
    fn set(&mut self, path: &[&str], value: &str) -> Result<(), EditError> {
        self.0 = edit::set(&self.0, path, value)?;
        Ok(())
    }

    fn set_text(&mut self, path: &[&str], text: &str) -> Result<(), EditError> {
        self.set(path, &quoted(text))
    }

    fn set_path(&mut self, path: &[&str], file: &Path) -> Result<(), EditError> {
        self.set_text(path, &file.display().to_string())
    }

    fn without(&mut self, path: &[&str]) -> Result<(), EditError> {
        self.0 = edit::comment_out(&self.0, path)?;
        Ok(())
    }

    fn router(&mut self, router: &Router) -> Result<(), EditError> {
        let transport = match router.transport {
            Transport::Rest => "rest",
            Transport::Ssh => "ssh",
        };
        let scheme = match router.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        self.set(&["router", "transport"], transport)?;
        self.set_text(&["router", "host"], &router.host.to_string())?;
        self.set_text(&["router", "user"], &router.user)?;
        self.set(&["router", "port"], &router.port.to_string())?;
        self.set(&["router", "scheme"], scheme)?;
        match &router.fingerprint {
            Some(digits) => self.set_text(&["router", "tls_fingerprint"], digits)?,
            None => self.without(&["router", "tls_fingerprint"])?,
        }
        if let Some(file) = &router.password_file {
            self.without(&["router", "password"])?;
            self.set_path(&["router", "password_file"], file)?;
        } else {
            self.without(&["router", "password_file"])?;
            self.set_text(&["router", "password"], "${ROUTER_PASSWORD}")?;
        }
        let Some(ssh) = &router.ssh else {
            // The key must be named; without such a file there is only REST.
            return self.set_text(&["router", "ssh_key"], "none");
        };
        self.set_path(&["router", "ssh_key"], &ssh.key)?;
        self.set_path(&["router", "known_hosts"], &ssh.known_hosts)?;
        if ssh.port == DEFAULT_SSH_PORT {
            return self.without(&["router", "ssh_port"]);
        }
        self.set(&["router", "ssh_port"], &ssh.port.to_string())
    }

    fn logs(&mut self, name: &str, places: &Places) -> Result<(), EditError> {
        let log = |end: &str| places.logs().join(format!("{name}{end}"));
        self.set_path(&["logging", "main_log"], &log(".log"))?;
        self.set_path(&["logging", "debug_log"], &log("_debug.log"))?;
        self.set_path(&["lock_file"], &places.run().join(format!("{name}.lock")))
    }
}

/// A WAN's file for a router alone, to ask it with.
pub(super) fn router_alone(example: &str, router: &Router) -> Result<String, EditError> {
    let mut draft = Draft(example.to_owned());
    draft.router(router)?;
    Ok(draft.0)
}

/// A WAN's file from the one that is there, or from its kind's example; it is the `nth`, counted from 0.
pub(super) fn wan(
    base: &str,
    nth: usize,
    line: &Line,
    router: &Router,
    places: &Places,
) -> Result<String, EditError> {
    let mut draft = Draft(base.to_owned());
    let name = line.name.as_str();
    draft.set_text(&["wan_name"], name)?;
    draft.router(router)?;
    for direction in Direction::BOTH {
        let key = key(direction);
        draft.set(&["router", "queue_types", key], "leave")?;
        draft.set_text(&["queues", key], &line.queues[direction])?;
    }
    draft.set(&["continuous_monitoring", "line"], line.kind.word)?;
    draft.limits(line)?;
    if let Some(source) = line.source {
        let path = ["continuous_monitoring", "measurement", "source_address"];
        draft.set_text(&path, &source.to_string())?;
    }
    if let Host::Address(address) = &router.host {
        let path = ["continuous_monitoring", "fallback_checks", "gateway_ip"];
        draft.set_text(&path, &address.to_string())?;
    }
    draft.logs(name, places)?;
    let state = places.state().join(format!("{name}_state.json"));
    draft.set_path(&["state_file"], &state)?;
    draft.set_path(&["storage", "db_path"], &places.state().join("metrics.db"))?;
    let port = HEALTH_PORT + PORT_STEP * nth;
    draft.set(&["health_check", "port"], &port.to_string())?;
    draft.set(&["metrics", "port"], &(port - 1).to_string())?;
    Ok(draft.0)
}

impl Draft {
    /// Floor and base are left alone where the ceiling is what it was: somebody may have tuned them.
    fn limits(&mut self, line: &Line) -> Result<(), EditError> {
        let limits = line.kind.limits(line.ceilings);
        for direction in Direction::BOTH {
            let limits = limits[direction];
            let path = |word| ["continuous_monitoring", key(direction), word];
            let ceiling = edit::set(&self.0, &path("ceiling_mbps"), &limits.ceiling.to_string())?;
            if ceiling != self.0 {
                self.0 = ceiling;
                self.set(&path("base_mbps"), &limits.base.to_string())?;
                self.set(&path("floor_mbps"), &limits.floor.to_string())?;
            }
        }
        Ok(())
    }
}

/// The steering file. `source`: the address that leads to each of the two lines.
pub(super) fn steering(
    base: &str,
    steering: &Steering,
    lines: &[Line],
    router: &Router,
    places: &Places,
) -> Result<String, EditError> {
    let mut draft = Draft(base.to_owned());
    draft.router(router)?;
    draft.set_text(&["topology", "primary_wan"], &steering.primary)?;
    let file = places.file(&steering.primary);
    draft.set_path(&["topology", "primary_wan_config"], &file)?;
    draft.set_text(&["topology", "alternate_wan"], &steering.alternate)?;
    draft.set_text(&["mangle_rule", "comment"], &steering.comment)?;
    let named = |name: &str| lines.iter().find(|line| line.name == name);
    if let Some(primary) = named(&steering.primary) {
        draft.set_text(&["cake_queues", "primary_download"], &primary.queues.down)?;
        draft.set_text(&["cake_queues", "primary_upload"], &primary.queues.up)?;
        if let Some(source) = primary.source {
            draft.set_text(&["measurement", "source_address"], &source.to_string())?;
        }
    }
    if let Some(source) = named(&steering.alternate).and_then(|alternate| alternate.source) {
        let path = ["measurement", "alternate", "source_address"];
        draft.set_text(&path, &source.to_string())?;
        draft.set_text(&["measurement", "alternate", "ping_host"], "9.9.9.9")?;
    }
    let state = |name: &str| format!("{name}_state.json");
    let autorate = places.state().join(state(&steering.primary));
    draft.set_path(&["cake_state_sources", "primary"], &autorate)?;
    draft.set_path(&["state", "file"], &places.state().join(state("steering")))?;
    draft.logs("steering", places)?;
    Ok(draft.0)
}

const fn key(direction: Direction) -> &'static str {
    match direction {
        Direction::Down => "download",
        Direction::Up => "upload",
    }
}

/// Ceilings as a question offers them.
pub(super) fn mbit(mbps: Both<f64>) -> Both<String> {
    mbps.map(|mbps| mbps.to_string())
}
