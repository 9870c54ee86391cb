//! One queue in `/queue tree`: there, working, and limited as the file wants it.

use super::cake;
use super::quoted;
use crate::cli::check::finding::{Finding, Subject};
use crate::cli::check::object::{Object, named};
use crate::config::WanConfig;
use crate::direction::Direction;
use crate::units::Rate;

/// A token bucket of this many seconds at line rate; RouterOS's default is 0.1.
const LARGE_BUCKET: f64 = 0.05;
/// What we advise.
pub(super) const BUCKET: &str = "0.01";

/// All there is to look at for one queue.
#[derive(Clone, Copy)]
pub(super) struct Seen<'s> {
    pub(super) config: &'s WanConfig,
    pub(super) direction: Direction,
    pub(super) queues: &'s [Object],
    pub(super) types: &'s [Object],
    pub(super) interfaces: &'s [Object],
}

impl Seen<'_> {
    pub(super) fn name(&self) -> &str {
        &self.config.router.queues[self.direction]
    }

    pub(super) fn queue(&self) -> Option<&Object> {
        named(self.queues, self.name())
    }

    pub(super) fn subject(&self) -> Subject {
        self.direction.into()
    }

    /// `/queue tree set [find name="…"] …`
    pub(super) fn set(&self, change: &str) -> String {
        format!(
            "/queue tree set [find name={}] {change}",
            quoted(self.name())
        )
    }

    fn error(&self, id: &'static str, what: String) -> Finding {
        Finding::error(self.subject(), id, what)
    }

    fn warning(&self, id: &'static str, what: String) -> Finding {
        Finding::warning(self.subject(), id, what)
    }

    /// Download leaves by the port toward the home, upload by the one toward the internet.
    fn likely_parent(&self) -> &str {
        likely_parent(self.interfaces, self.direction)
    }
}

/// The port that a queue of this direction most likely belongs to.
pub(in crate::cli::check) fn likely_parent(interfaces: &[Object], direction: Direction) -> &str {
    let first = |wanted: &str| {
        let mut fitting = interfaces.iter().filter(|i| i.shown("type") == wanted);
        fitting.next().and_then(|interface| interface.text("name"))
    };
    match direction {
        Direction::Down => first("bridge").unwrap_or("bridge"),
        Direction::Up => first("pppoe-out").or(first("ether")).unwrap_or("ether1"),
    }
}

/// Everything about one queue but its traffic.
pub(super) fn queue(seen: &Seen<'_>) -> Vec<Finding> {
    let Some(queue) = seen.queue() else {
        return vec![missing(seen)];
    };
    let mut findings = Vec::new();
    findings.extend(inactive(seen, queue));
    findings.extend(cake::cake(seen, queue));
    findings.extend(limit(seen, queue));
    findings.extend(bucket(seen, queue));
    if findings.is_empty() {
        let what = format!(
            "{} is there and switched on: {} on {}, limited to {}.",
            seen.name(),
            queue.shown("queue"),
            queue.shown("parent"),
            queue.rate("max-limit").unwrap_or(Rate::ZERO)
        );
        findings.push(Finding::ok(seen.subject(), "queue", what));
    }
    findings
}

fn missing(seen: &Seen<'_>) -> Finding {
    let names: Vec<&str> = seen
        .queues
        .iter()
        .map(|queue| queue.shown("name"))
        .collect();
    let there = if names.is_empty() {
        "its /queue tree is empty".to_owned()
    } else {
        format!("it has {}", names.join(", "))
    };
    let what = format!("The router has no queue {}; {there}.", seen.name());
    let (create, kind) = cake::type_to_use(seen);
    let mut finding = seen.error("queue-missing", what).why(format!(
        "Nothing limits the {}, so nothing can be controlled. If one of those that are there is meant, \
         write its name into queues.{}; otherwise add it, with the port that fits as its parent:",
        seen.direction, seen.direction
    ));
    finding.fix.extend(create);
    finding.on_router(format!(
        "/queue tree add name={} parent={} queue={} max-limit={} bucket-size={BUCKET}",
        quoted(seen.name()),
        quoted(seen.likely_parent()),
        quoted(&kind),
        seen.config.shapers[seen.direction].ceiling.as_bps()
    ))
}

fn inactive(seen: &Seen<'_>, queue: &Object) -> Option<Finding> {
    let name = seen.name();
    if queue.is_on("disabled") {
        let what = format!("The queue {name} is disabled.");
        let finding = seen.error("queue-disabled", what);
        return Some(
            finding
                .why("Its limit has no effect, whatever wanctl sets.")
                .on_router(seen.set("disabled=no")),
        );
    }
    if queue.is_on("invalid") {
        let parent = queue.shown("parent");
        let what = format!(
            "The queue {name} is invalid: its parent {parent} does not exist or is not usable."
        );
        let finding = seen.error("queue-invalid", what);
        return Some(
            finding
                .why("Its limit has no effect, whatever wanctl sets. Give it the port that fits:")
                .on_router(seen.set(&format!("parent={}", quoted(seen.likely_parent())))),
        );
    }
    None
}

fn limit(seen: &Seen<'_>, queue: &Object) -> Vec<Finding> {
    let shaper = &seen.config.shapers[seen.direction];
    let (floor, ceiling) = (shaper.floors.lowest(), shaper.ceiling);
    let name = seen.name();
    let mut findings = Vec::new();
    let held = queue.rate("max-limit").unwrap_or(Rate::ZERO);
    if held == Rate::ZERO || held < floor || held > ceiling {
        let held = match held {
            Rate::ZERO => "no max-limit".to_owned(),
            held => format!("max-limit {held}"),
        };
        let what = format!("{name} has {held}, and the file says {floor} to {ceiling}.");
        let finding = seen.warning("queue-limit", what).why(
            "Until wanctl's first write the line is shaped to something the file does not want. A running \
             daemon corrects it by itself; if it comes back, somebody else sets it.",
        );
        findings.push(finding.on_router(seen.set(&format!("max-limit={}", ceiling.as_bps()))));
    }
    if let Some(guaranteed) = queue
        .rate("limit-at")
        .filter(|&guaranteed| guaranteed > floor)
    {
        let what = format!("{name} has limit-at {guaranteed}, above the floor of {floor}.");
        let finding = seen.warning("queue-limit-at", what);
        findings.push(
            finding
                .why("RouterOS wants max-limit to be at least limit-at: lower rates would be refused.")
                .on_router(seen.set("limit-at=0")),
        );
    }
    findings
}

fn bucket(seen: &Seen<'_>, queue: &Object) -> Vec<Finding> {
    let name = seen.name();
    let mut findings = Vec::new();
    if let Some(size) = queue
        .fraction("bucket-size")
        .filter(|&size| size > LARGE_BUCKET)
    {
        let what = format!("{name} has bucket-size {size}.");
        let finding = seen.warning("queue-bucket", what).why(format!(
            "After a quiet moment it lets {:.0} ms worth of traffic pass at full speed, straight into the \
             modem's queue: a delay CAKE cannot see.",
            size * 1e3
        ));
        findings.push(finding.on_router(seen.set(&format!("bucket-size={BUCKET}"))));
    }
    if queue
        .rate("burst-limit")
        .is_some_and(|burst| burst > Rate::ZERO)
    {
        let what = format!("{name} has burst-limit {}.", queue.shown("burst-limit"));
        let finding = seen.warning("queue-burst", what);
        findings.push(
            finding
                .why("While a burst is allowed, it counts instead of the max-limit that wanctl sets.")
                .on_router(seen.set("burst-limit=0 burst-threshold=0 burst-time=0s")),
        );
    }
    findings
}

/// Two queues below the same parent that tell their packets not apart.
pub(super) fn shared(config: &WanConfig, queues: &[Object]) -> Option<Finding> {
    let down = named(queues, &config.router.queues.down)?;
    let up = named(queues, &config.router.queues.up)?;
    let same = |key| down.shown(key) == up.shown(key);
    if !same("parent") || !same("packet-mark") || down.shown("name") == up.shown("name") {
        return None;
    }
    let what = format!(
        "Both queues have the parent {} and the same packet-mark.",
        down.shown("parent")
    );
    Some(
        Finding::warning(Subject::Router, "queues-share", what)
            .why("Only one of them can get a packet; downloads and uploads would share its limit.")
            .advice(
                "Let the download queue's parent be the port toward the home and the upload queue's the \
                 port toward the internet, or mark the packets.",
            ),
    )
}
