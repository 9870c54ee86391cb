//! Looks at the machine and asks the router. Changes nothing.

use std::fs;
use std::net::ToSocketAddrs as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::as_value;
use super::client::{Client, Failure};
use super::facts::{Access, Kind, Machine, Router, Spot, Ssh, Traffic};
use super::object::{Object, named};
use crate::cli::{assemble, chronicle, secret, transport};
use crate::config::{Logging, RouterConfig, Scheme, WanConfig};
use crate::direction::{Both, Direction};
use crate::router::Failure as Failed;
use crate::shell::access;
use crate::shell::certificate::{self, Shown};
use crate::shell::clock::{Clock, pause};
use crate::shell::echo::{EchoError, EchoSockets};
use crate::shell::ssh::{Console, Said};
use crate::time::Duration;
use crate::wire::routeros_cli::{self, Command, Scope};

/// Reads for latency and freshness: ten a second, as the adaptive law would.
const READS: u32 = 20;
const READ_EVERY: Duration = Duration::from_millis(100);
/// A single 401 is not believed: RouterOS may hand out another request's (routeros.md 1.7).
const SECOND_LOOK_AFTER: Duration = Duration::from_millis(700);
/// Somebody's aborted requests break the web server for up to 2.4 s (routeros.md 1.7).
const ENDED_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// For one command; a person waits.
const SSH_PATIENCE: Duration = Duration::from_secs(8);
const CERTIFICATE_PATIENCE: Duration = Duration::from_secs(4);

const RESOURCE: &str = "/rest/system/resource";
const QUEUES: &str = "/rest/queue/tree";
const COUNTERS: &str = "/rest/queue/tree?.proplist=.id,name,bytes";
const TYPES: &str = "/rest/queue/type";
const INTERFACES: &str = "/rest/interface";
const FASTTRACK: &str = "/rest/ip/firewall/filter?action=fasttrack-connection";

const USERS: &str = "/rest/user?.proplist=name,group";
const GROUPS: &str = "/rest/user/group?.proplist=name,policy";
const RULES: &str = "/rest/ip/firewall/mangle?.proplist=.id,comment,disabled";

/// The same for the console. An answer has no room for a large firewall: only what is looked for.
mod console {
    pub(super) const RESOURCE: &str = ":put [/system resource print as-value]";
    pub(super) const QUEUES: &str = ":put [/queue tree print detail as-value]";
    pub(super) const TYPES: &str = ":put [/queue type print detail as-value]";
    pub(super) const INTERFACES: &str = ":put [/interface print as-value proplist=name,type]";
    pub(super) const FASTTRACK: &str = ":put [/ip firewall filter print as-value proplist=disabled where \
                                        action=fasttrack-connection]";
    pub(super) const USERS: &str = ":put [/user print as-value proplist=name,group]";
    pub(super) const GROUPS: &str = ":put [/user group print as-value proplist=name,policy]";
    pub(super) const RULES: &str = ":put [/ip firewall mangle print as-value proplist=comment,disabled \
                                    where comment~\"[Ss]teer|STEER|[Aa]daptive|ADAPTIVE\"]";
}

/// The service's user, whom the installation makes.
const SERVICE_USER: &str = "wanctl";
/// What `StateDirectory` and `LogsDirectory` of the unit make; its `RuntimeDirectory` is below [`RUN`].
const UNIT_MAKES: [&str; 2] = ["/var/lib/wanctl", "/var/log/wanctl"];
const RUN: &str = "/run";

/// Where a daemon's files are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Files<'c> {
    pub(super) config: &'c Path,
    pub(super) logging: &'c Logging,
    pub(super) lock: &'c Path,
    pub(super) states: &'c [&'c Path],
    /// The database, if there is to be one.
    pub(super) history: Option<&'c Path>,
}

/// This machine, for this WAN.
pub(super) fn wan_machine(config: &WanConfig) -> Machine {
    let files = Files {
        config: &config.file,
        logging: &config.logging,
        lock: &config.lock.file,
        states: &[&config.state.main, &config.state.v17],
        history: config.storage.db_path.as_deref(),
    };
    machine(&files, &config.router, assemble::echo_sockets(config))
}

/// This machine, for a daemon with these files; `ping`: what came of opening its sockets.
pub(super) fn machine(
    files: &Files<'_>,
    router: &RouterConfig,
    ping: Result<EchoSockets, EchoError>,
) -> Machine {
    Machine {
        user: access::user(),
        service_file: is_user(SERVICE_USER)
            .then(|| std::path::absolute(files.config).unwrap_or_else(|_| files.config.to_owned())),
        spots: spots(files),
        weaknesses: secret::weaknesses(files.config, router),
        history: files.history.and_then(chronicle::unfit),
        ping: Some(match ping {
            Ok(sockets) => Ok(sockets.mode().to_string()),
            Err(error) => Err(error.to_string()),
        }),
    }
}

fn is_user(name: &str) -> bool {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut users = users.lines().filter_map(|line| line.split(':').next());
    users.any(|user| user == name)
}

/// Where wanctl will write.
fn spots(files: &Files<'_>) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    let fixed = [
        (Kind::Log, &*files.logging.main_log),
        (Kind::Log, &*files.logging.debug_log),
        (Kind::Lock, files.lock),
    ];
    let states = files.states.iter().map(|path| (Kind::State, *path));
    let history = files.history.map(|path| (Kind::History, path));
    for (kind, file) in fixed.into_iter().chain(states).chain(history) {
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
                path: file.to_owned(),
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
        Err(errno) if errno.number() == libc::ENOENT && is_made_by_unit(path) => Access::MadeByUnit,
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

/// Whether systemd makes that missing directory; in a `/run` where root can.
fn is_made_by_unit(path: &Path) -> bool {
    let Some(parent) = path.parent() else {
        return false;
    };
    let root_writes = |there: fs::Metadata| there.uid() == 0 && there.mode() & 0o200 != 0;
    let is_listed = UNIT_MAKES.iter().any(|made| path == Path::new(made));
    (is_listed || parent == Path::new(RUN)) && fs::metadata(parent).is_ok_and(root_writes)
}

/// The router, as far as it answers.
pub(super) fn router(config: &RouterConfig, client: &Client, clock: Clock) -> Router {
    let mut router = settings(config, client);
    let has_queues = |queues: &Vec<Object>| !queues.is_empty();
    if router.resource.is_ok() && router.queues.as_ref().is_ok_and(has_queues) {
        router.traffic = traffic(config, client, clock).ok();
    }
    router
}

/// The same without what moves.
pub(super) fn settings(config: &RouterConfig, client: &Client) -> Router {
    let list = |path| client.get(path).map(|answer| answer.objects);
    let mut router = Router {
        shown: shown(config),
        queues: Ok(Vec::new()),
        types: Ok(Vec::new()),
        interfaces: Vec::new(),
        fasttrack: None,
        rules: None,
        policies: None,
        traffic: None,
        resource: resource(client),
    };
    if router.resource.is_err() {
        return router;
    }
    router.queues = list(QUEUES).and_then(with_names);
    router.types = list(TYPES).and_then(with_names);
    router.interfaces = list(INTERFACES).unwrap_or_default();
    router.fasttrack = list(FASTTRACK).ok().as_deref().map(any_on);
    router.rules = list(RULES).ok();
    router.policies = policies(config, client);
    router
}

/// The certificate that the router shows, with https.
pub(super) fn shown(config: &RouterConfig) -> Option<Shown> {
    match config.scheme {
        Scheme::Http => None,
        Scheme::Https => {
            let host = config.host.to_string();
            certificate::ask(&host, config.port, CERTIFICATE_PATIENCE).ok()
        }
    }
}

/// The first question. Each of the two failures that may pass by themselves is asked again, once.
pub(super) fn resource(client: &Client) -> Result<Object, Failure> {
    if !client.has_address() {
        return Err(Failure::NoAddress);
    }
    let ask = || client.get(RESOURCE).map(|answer| answer.objects);
    let mut said = ask();
    if said == Err(Failure::Ended) {
        pause(ENDED_AGAIN_AFTER);
        said = ask();
    }
    if let Err(Failure::Status(401, _)) = said {
        pause(SECOND_LOOK_AFTER);
        said = ask();
    }
    said.and_then(first_of)
}

pub(super) fn first_of(objects: Vec<Object>) -> Result<Object, Failure> {
    objects.into_iter().next().ok_or(Failure::Unreadable)
}

/// Just after a boot, any path may answer with another's object (routeros.md 1.7).
pub(super) fn with_names(rows: Vec<Object>) -> Result<Vec<Object>, Failure> {
    let all = rows.iter().all(|row| row.text("name").is_some());
    if all {
        Ok(rows)
    } else {
        Err(Failure::Unreadable)
    }
}

fn any_on(rules: &[Object]) -> bool {
    rules.iter().any(|rule| !rule.is_on("disabled"))
}

/// One command on the router's console.
pub(super) type Ask<'a> = &'a dyn Fn(Command) -> Result<Said, Failed>;

/// What else is to be asked there.
pub(super) type Audit<'a, A> = Option<&'a dyn Fn(Ask<'_>) -> Result<A, Failed>>;

/// The router by SSH: whom the daemon would trust, as whom it would log in, and what it would look up;
/// with `audit` also what REST tells where there is REST.
pub(super) fn ssh<A>(
    config: &RouterConfig,
    clock: Clock,
    look_up: Command,
    audit: Audit<'_, A>,
) -> Ssh<A> {
    let host = config.host.to_string();
    let found = (host.as_str(), config.ssh_port).to_socket_addrs();
    let Some(address) = found.ok().and_then(|mut found| found.next()) else {
        return Ssh::NoAddress;
    };
    let params = transport::ssh(config);
    let console = match Console::open(&params, address.ip()) {
        Ok(console) => console,
        Err(refused) => return Ssh::Refused(refused),
    };
    let patience = config.timeout.min(SSH_PATIENCE);
    let ask = |command| console.run(clock, command, patience);
    let harmless = Command::try_from("/system resource print").unwrap_or_default();
    let answers = || {
        Ok(Ssh::Answers {
            resource: ask(harmless)?,
            looked: ask(look_up)?,
            known_hosts: params.known_hosts,
            audit: audit.map(|audit| audit(&ask)).transpose()?.map(Box::new),
        })
    };
    answers().unwrap_or_else(Ssh::Silent)
}

/// The same readings by SSH, with the line that the daemon would say; `None` if it is not answered.
pub(super) fn counters_by_ssh(config: &RouterConfig, clock: Clock) -> Option<Traffic> {
    let host = config.host.to_string();
    let mut found = (host.as_str(), config.ssh_port).to_socket_addrs().ok()?;
    let console = Console::open(&transport::ssh(config), found.next()?.ip()).ok()?;
    let names = config.queues.as_ref().map(String::as_str);
    let mut traffic = Traffic::default();
    let began_at = clock.now();
    let mut due_at = began_at;
    for _ in 0..READS {
        pause(due_at - clock.now());
        let line = look_up(config, Scope::Counters);
        let said = console.run(clock, line, SSH_PATIENCE).ok()?;
        let printed = routeros_cli::find_queues(&said.text, names).ok()?;
        let refused = said.status != 0 || printed.more;
        if refused && printed.queues == Both::default() {
            return None;
        }
        traffic.reads.push(said.took);
        for direction in Direction::BOTH {
            let queue = printed.queues[direction].as_ref();
            traffic.found[direction] = queue.is_some();
            traffic.bytes[direction].extend(queue.and_then(|queue| queue.bytes));
        }
        due_at = due_at + READ_EVERY;
    }
    traffic.span = clock.now() - began_at;
    Some(traffic)
}

/// What the daemon looks its queues up with, so deep.
pub(super) fn look_up(config: &RouterConfig, scope: Scope) -> Command {
    let names = Both {
        down: config.queues.down.as_str(),
        up: config.queues.up.as_str(),
    };
    routeros_cli::look_up(names, scope)
}

/// The objects that a console line prints.
pub(super) fn objects(ask: Ask<'_>, line: &str) -> Result<Result<Vec<Object>, Failure>, Failed> {
    let said = ask(Command::try_from(line).unwrap_or_default())?;
    let objects = (said.status == 0).then(|| as_value::read(&said.text));
    Ok(objects.flatten().ok_or(Failure::Unreadable))
}

/// Everything that REST would have been asked, but for what moves.
pub(super) fn by_console(config: &RouterConfig, ask: Ask<'_>) -> Result<Router, Failed> {
    let list = |line: &str| objects(ask, line);
    Ok(Router {
        shown: None,
        resource: list(console::RESOURCE)?.and_then(first_of),
        queues: list(console::QUEUES)?.and_then(with_names),
        types: list(console::TYPES)?.and_then(with_names),
        interfaces: list(console::INTERFACES)?.unwrap_or_default(),
        fasttrack: list(console::FASTTRACK)?.ok().as_deref().map(any_on),
        rules: list(console::RULES)?.ok(),
        policies: policies_by_console(config, ask)?,
        traffic: None,
    })
}

/// What the user's group may do, if the router shows users and groups.
pub(super) fn policies(config: &RouterConfig, client: &Client) -> Option<String> {
    let list = |path: &str| client.get(path).map(|answer| answer.objects).ok();
    policies_of(&config.user, &list(USERS)?, &list(GROUPS)?)
}

/// The same by SSH.
pub(super) fn policies_by_console(
    config: &RouterConfig,
    ask: Ask<'_>,
) -> Result<Option<String>, Failed> {
    let (users, groups) = (
        objects(ask, console::USERS)?,
        objects(ask, console::GROUPS)?,
    );
    let both = users.ok().zip(groups.ok());
    Ok(both.and_then(|(users, groups)| policies_of(&config.user, &users, &groups)))
}

fn policies_of(user: &str, users: &[Object], groups: &[Object]) -> Option<String> {
    let group = named(users, user)?.text("group")?;
    named(groups, group)?.text("policy").map(str::to_owned)
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
            traffic.found[direction] = queue.is_some();
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
