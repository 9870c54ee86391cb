//! Looks at the machine and asks the router. Changes nothing.

use std::net::ToSocketAddrs as _;
use std::path::Path;

use super::client::{Client, Failure};
use super::facts::{Access, Kind, Machine, Router, Spot, Ssh, Traffic};
use super::object::{Object, named};
use crate::cli::{assemble, secret, transport};
use crate::config::{RouterConfig, Scheme, WanConfig};
use crate::direction::{Both, Direction};
use crate::shell::access;
use crate::shell::certificate;
use crate::shell::clock::{Clock, pause};
use crate::shell::ssh::Console;
use crate::time::Duration;
use crate::wire::routeros_cli::{self, Command};

/// Reads for latency and freshness: ten a second, as the adaptive law would.
const READS: u32 = 20;
const READ_EVERY: Duration = Duration::from_millis(100);
/// A single 401 is not believed: RouterOS may hand out another request's (routeros.md 1.7).
const SECOND_LOOK_AFTER: Duration = Duration::from_millis(700);
/// For one command; a person waits.
const SSH_PATIENCE: Duration = Duration::from_secs(8);
const CERTIFICATE_PATIENCE: Duration = Duration::from_secs(4);

const RESOURCE: &str = "/rest/system/resource";
const QUEUES: &str = "/rest/queue/tree";
const COUNTERS: &str = "/rest/queue/tree?.proplist=.id,name,bytes";
const TYPES: &str = "/rest/queue/type";
const INTERFACES: &str = "/rest/interface";
const FASTTRACK: &str = "/rest/ip/firewall/filter?action=fasttrack-connection";

/// This machine, for this WAN.
pub(super) fn machine(config: &WanConfig) -> Machine {
    let ping = assemble::echo_sockets(config);
    Machine {
        user: access::user(),
        spots: spots(config),
        weaknesses: secret::weaknesses(config),
        ping: Some(match ping {
            Ok(sockets) => Ok(sockets.mode().to_string()),
            Err(error) => Err(error.to_string()),
        }),
    }
}

/// Where wanctl will write.
fn spots(config: &WanConfig) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (kind, file) in [
        (Kind::Log, &config.logging.main_log),
        (Kind::Log, &config.logging.debug_log),
        (Kind::Lock, &config.lock.file),
        (Kind::State, &config.state.main),
        (Kind::State, &config.state.v17),
    ] {
        let parent = file.parent().filter(|p| !p.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        if spots.iter().all(|known| known.path != parent) {
            spots.push(Spot {
                kind,
                path: parent.to_owned(),
                is_file: false,
                // The lock does without making its directory.
                state: directory(parent, kind != Kind::Lock),
            });
        }
        // State documents are replaced, not written into.
        if kind != Kind::State
            && file.exists()
            && let Err(errno) = access::may_write(file)
        {
            spots.push(Spot {
                kind,
                path: file.clone(),
                is_file: true,
                state: Access::Refused(errno),
            });
        }
    }
    spots
}

fn directory(path: &Path, made: bool) -> Access {
    match access::may_make_files(path) {
        Ok(()) => Access::Writable,
        Err(errno) if made && errno.number() == libc::ENOENT => {
            // `create_dir_all` makes all that is missing below the first directory that is there.
            let there = path.ancestors().skip(1).find(|above| above.exists());
            match there.map(access::may_make_files) {
                Some(Ok(())) => Access::Creatable,
                Some(Err(errno)) => Access::Refused(errno),
                None => Access::Refused(errno),
            }
        }
        Err(errno) => Access::Refused(errno),
    }
}

/// The router, as far as it answers.
pub(super) fn router(config: &RouterConfig, client: &Client, clock: Clock) -> Router {
    let shown = match config.scheme {
        Scheme::Http => None,
        Scheme::Https => {
            let host = config.host.to_string();
            certificate::ask(&host, config.port, CERTIFICATE_PATIENCE).ok()
        }
    };
    let list = |path| client.get(path).map(|answer| answer.objects);
    let first = match list(RESOURCE) {
        Err(Failure::Status(401, _)) => {
            pause(SECOND_LOOK_AFTER);
            list(RESOURCE)
        }
        other => other,
    };
    let resource = first.and_then(|objects| objects.into_iter().next().ok_or(Failure::Unreadable));
    let mut router = Router {
        shown,
        queues: Ok(Vec::new()),
        types: Ok(Vec::new()),
        interfaces: Vec::new(),
        fasttrack: None,
        traffic: None,
        resource,
    };
    if router.resource.is_err() {
        return router;
    }
    router.queues = list(QUEUES);
    router.types = list(TYPES);
    router.interfaces = list(INTERFACES).unwrap_or_default();
    let on = |rules: Vec<Object>| rules.iter().any(|rule| !rule.is_on("disabled"));
    router.fasttrack = list(FASTTRACK).ok().map(on);
    if router
        .queues
        .as_ref()
        .is_ok_and(|queues| !queues.is_empty())
    {
        router.traffic = traffic(config, client, clock).ok();
    }
    router
}

/// The router by SSH: whom the daemon would trust, as whom it would log in, and what it would ask.
pub(super) fn ssh(config: &RouterConfig, clock: Clock) -> Ssh {
    let host = config.host.to_string();
    let found = (host.as_str(), config.ssh_port).to_socket_addrs();
    let Some(address) = found.ok().and_then(|mut found| found.next()) else {
        return Ssh::NoAddress;
    };
    let console = match Console::open(&transport::ssh(config), address.ip()) {
        Ok(console) => console,
        Err(refused) => return Ssh::Refused(refused),
    };
    let patience = config.timeout.min(SSH_PATIENCE);
    let ask = |command| console.run(clock, command, patience);
    let harmless = Command::try_from("/system resource print").unwrap_or_default();
    let queues = routeros_cli::look_up(Both {
        down: config.queues.down.as_str(),
        up: config.queues.up.as_str(),
    });
    match ask(harmless).and_then(|resource| Ok((resource, ask(queues)?))) {
        Ok((resource, queues)) => Ssh::Answers { resource, queues },
        Err(why) => Ssh::Silent(why),
    }
}

/// The interfaces are read within the counters' time: whatever a port passed between its two reads, its
/// queue must have counted between its first and its last.
fn traffic(config: &RouterConfig, client: &Client, clock: Clock) -> Result<Traffic, Failure> {
    let mut traffic = Traffic::default();
    let began_at = clock.now();
    let mut due_at = began_at;
    for n in 0..READS {
        pause(due_at - clock.now());
        if n == READS - 1 {
            traffic.after = client.get(INTERFACES)?.objects;
        }
        let answer = client.get(COUNTERS)?;
        traffic.reads.push(answer.took);
        for direction in Direction::BOTH {
            let queue = named(&answer.objects, &config.queues[direction]);
            traffic.bytes[direction].extend(queue.and_then(|queue| queue.number("bytes")));
        }
        if n == 0 {
            traffic.before = client.get(INTERFACES)?.objects;
        }
        due_at = due_at + READ_EVERY;
    }
    traffic.span = clock.now() - began_at;
    Ok(traffic)
}
