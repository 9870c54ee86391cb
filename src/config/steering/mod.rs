//! The steering file (contract 1.4 and 1.5).

mod confidence;
mod describe;
mod measurement;
mod rules;
mod thresholds;
mod wizard;

use std::path::{Path, PathBuf};

use super::ledger::Presence;
use super::node::{Kind, Node};
use super::notices::{self, NoticesConfig};
use super::router::{self, RouterConfig};
use super::rule::{Choice, FileName, Flag, Identifier, LooseFlag, Number, Rule as _, Text, Whole};
use super::section::Section;
use super::service::{self, Listen, Lock, Logging, Storage};
use super::wan::{WanConfig, warn_of_schema};
use crate::direction::Both;
use crate::notices::Kinds;
use crate::steering::params::SteeringParams;
use crate::time::Duration;

pub use confidence::DEFAULT_CONFIDENCE;
pub(super) use describe::effective;
pub use measurement::{AlternateProbe, SteeringMeasurement};
pub use thresholds::{
    DEFAULT_ALPHA_QUEUE, DEFAULT_ALPHA_RTT, DEFAULT_BAD_MS, DEFAULT_GREEN_MS, DEFAULT_LOSS_PERCENT,
    DEFAULT_MIN_DROPS_RED, DEFAULT_MIN_QUEUE, DEFAULT_RECOVERY_MS, DEFAULT_RED_MS, DEFAULT_SAMPLES,
    DEFAULT_SAMPLES_LEGACY, DEFAULT_YELLOW_MS, ShownThresholds,
};

/// `health_check.port`: v1.7's, where it could not be changed.
pub const DEFAULT_STEERING_HEALTH_PORT: u16 = 9102;
/// `metrics.port`: beside autorate's 9100 to 9102. v1.7 served none.
pub const DEFAULT_STEERING_METRICS_PORT: u16 = 9103;
/// `timeouts.ssh_command`.
pub const DEFAULT_STEERING_COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// `timeouts.ping`: an echo without a reply for this long is lost.
pub const DEFAULT_STEERING_PING_TIMEOUT: Duration = Duration::from_secs(2);
/// `cake_state_sources.stale_after_sec`: autorate writes its document once a minute at least.
pub const DEFAULT_STALE_AFTER: Duration = Duration::from_secs(150);
/// Largest `state.history_size` (contract 1.4).
pub const DEFAULT_HISTORY_MAX: u32 = 3_000;
/// Keys that only steering files have.
const ONLY_STEERING: [&str; 6] = [
    "topology",
    "mangle_rule",
    "cake_state_sources",
    "cake_queues",
    "primary_wan",
    "steering",
];
/// What `router` may say that only concerns the queues of autorate.
const ROUTER_ONLY_WAN: [&str; 3] = ["queue_types", "write_limit", "on_exit"];

/// `steering.on_exit`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RuleOnExit {
    /// The rule stays as it is, as in v1.7.
    #[default]
    Leave,
    /// The rule is switched off.
    Disable,
}

/// `topology`: all three required.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Topology {
    /// `primary_wan`: in upper case, the first half of the names of states.
    pub primary: String,
    /// `primary_wan_config`: its file, to find its state document.
    pub primary_config: PathBuf,
    /// `alternate_wan`.
    pub alternate: String,
}

impl Topology {
    /// `<PRIMARY>`, as in `<PRIMARY>_GOOD`.
    pub fn state_prefix(&self) -> String {
        self.primary.to_uppercase()
    }
}

/// `cake_state_sources`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sources {
    /// `primary`, or v1.7's alias `spectrum`, or `/var/lib/wanctl/<primary_wan>_state.json`.
    pub primary: PathBuf,
}

/// Everything a steering file says, checked, typed, with defaults filled in.
#[derive(Clone, Debug)]
pub struct SteeringConfig {
    /// The file it came from, as it was named.
    pub file: PathBuf,
    /// `wan_name`, required; `steering` in the example.
    pub wan_name: String,
    /// `topology`.
    pub topology: Topology,
    /// `mangle_rule.comment`, required: the whole comment of exactly one rule.
    pub comment: String,
    /// `measurement`.
    pub measurement: SteeringMeasurement,
    /// `state.file`, required.
    pub state_file: PathBuf,
    /// `cake_state_sources`.
    pub sources: Sources,
    /// `thresholds`, `mode`, `confidence` and what belongs to them.
    pub params: SteeringParams,
    /// What `/health` shows of them.
    pub shown: ShownThresholds,
    /// `router`; its `queues` are `cake_queues.primary_download` and `.primary_upload`.
    pub router: RouterConfig,
    /// `steering.on_exit`, default [`RuleOnExit::Leave`].
    pub on_exit: RuleOnExit,
    /// `logging`.
    pub logging: Logging,
    /// `lock_file` and `lock_timeout`.
    pub lock: Lock,
    /// `health_check`, on by default at [`DEFAULT_STEERING_HEALTH_PORT`].
    pub health: Listen,
    /// `metrics`, off by default, at [`DEFAULT_STEERING_METRICS_PORT`].
    pub metrics: Listen,
    /// `storage`.
    pub storage: Storage,
    /// `notices`; `None` sends none.
    pub notices: Option<NoticesConfig>,
    /// `realtime`, default false.
    pub realtime: bool,
}

impl SteeringConfig {
    /// Where the primary's state document may be, the likeliest first: the configured source, and what the
    /// primary's own file says, if it could be read (W-27: the default never matched where v1.7 wrote).
    pub fn primary_documents(&self, primary: Option<&WanConfig>) -> Vec<PathBuf> {
        let mut paths = vec![self.sources.primary.clone()];
        if let Some(primary) = primary {
            for path in [&primary.state.main, &primary.state.v17] {
                if !paths.contains(path) {
                    paths.push(path.clone());
                }
            }
        }
        paths
    }
}

/// Whether a tree has a key that only steering files have, and not the one that every WAN's has.
pub(super) fn is_one(root: &Node) -> bool {
    match &root.kind {
        Kind::Section(entries) => {
            let any = |keys: &[&str]| entries.iter().any(|e| keys.contains(&e.key.as_str()));
            any(&ONLY_STEERING) && !any(&["continuous_monitoring"])
        }
        Kind::Scalar { .. } | Kind::List(_) => false,
    }
}

/// Reads the root of a file. `None` means that a problem was noted.
pub(super) fn read(file: &Path, root: Section<'_>) -> Option<SteeringConfig> {
    if wizard::reported(&root) {
        return None;
    }
    let wan_name = root.required("wan_name", &Identifier);
    warn_of_schema(&root);
    let topology = topology(root.section("topology"));
    let comment = comment(root.section("mangle_rule"));
    let timeouts = timeouts(root.section("timeouts"));
    let measurement = measurement::measurement(root.section("measurement"), timeouts.ping);
    let state = state(root.section("state"));
    let mode = mode(root.section("mode"));
    let interval = measurement.as_ref().map(|measurement| measurement.interval);
    let thresholds = thresholds_section(&root, mode.cake_aware, interval);
    let confidence = match mode.confidence {
        Some(true) => {
            let section = root.section("confidence");
            confidence::confidence(section, mode.cake_aware == Some(false)).map(Some)
        }
        other => {
            root.raw("confidence");
            other.map(|_| None)
        }
    };
    let primary = topology.as_ref().map(|topology| topology.primary.as_str());
    let sources = sources(root.section("cake_state_sources"), primary);
    let router = router(&root, wan_name.as_deref(), primary, timeouts.command);
    let on_exit = on_exit(root.section("steering"));
    let logging_section = root.section("logging");
    logging_section.raw("log_cake_stats");
    let logging = service::logging(logging_section);
    let lock = service::lock(&root);
    let health_port = DEFAULT_STEERING_HEALTH_PORT;
    let health = service::listen(&root, "health_check", true, health_port);
    let metrics_port = DEFAULT_STEERING_METRICS_PORT;
    let metrics = service::listen(&root, "metrics", false, metrics_port);
    let storage = service::storage(root.section("storage"));
    let notices = notices::notices(&root, Kinds::OF_STEERING);
    let realtime = root.or("realtime", false, &Flag);
    root.finish(&["state_file", "bandwidth", "cake_queue"]);
    let (sources, stale_after) = sources?;
    let (state_file, history_size) = state?;
    let (thresholds, measurement) = (thresholds?, measurement?);
    Some(SteeringConfig {
        file: file.to_owned(),
        wan_name: wan_name?,
        topology: topology?,
        comment: comment?,
        params: SteeringParams {
            interval: measurement.interval,
            lost_after: measurement.silent_after,
            judging: thresholds.judging,
            degrade: thresholds.degrade,
            recover: thresholds.recover,
            rtt_weight: thresholds.rtt_weight,
            queue_weight: thresholds.queue_weight,
            baseline_bounds: thresholds.baseline_bounds,
            stale_after,
            history_size,
            confidence: confidence?,
        },
        measurement,
        state_file,
        sources,
        shown: thresholds.shown,
        router: router?,
        on_exit: on_exit?,
        logging: logging?,
        lock: lock?,
        health: health?,
        metrics: metrics?,
        storage: storage?,
        notices: notices?,
        realtime: realtime?,
    })
}

fn topology(section: Section<'_>) -> Option<Topology> {
    let primary = section.required("primary_wan", &Text);
    let primary_config = section.required("primary_wan_config", &FileName);
    let alternate = section.required("alternate_wan", &Text);
    if let (Some(primary), Some(alternate)) = (&primary, &alternate)
        && primary == alternate
    {
        let sentence = "is the primary itself; name the other line";
        section.warn("alternate_wan", sentence);
    }
    section.finish(&[]);
    Some(Topology {
        primary: primary?,
        primary_config: primary_config?,
        alternate: alternate?,
    })
}

fn comment(section: Section<'_>) -> Option<String> {
    let comment = section.required("comment", &rules::Comment);
    section.finish(&[]);
    comment
}

struct Timeouts {
    command: Option<Duration>,
    ping: Option<Duration>,
}

fn timeouts(section: Section<'_>) -> Timeouts {
    // From 10 ms to a day, as in a WAN file.
    let rule = Number::within(0.01, 86_400.0);
    let read = |key, default: Duration| {
        let seconds = section.or(key, default.as_secs_f64(), &rule);
        seconds.map(Duration::from_secs_f64)
    };
    let command = read("ssh_command", DEFAULT_STEERING_COMMAND_TIMEOUT);
    let ping = read("ping", DEFAULT_STEERING_PING_TIMEOUT);
    service::warn_of_patience(&section, ping);
    section.finish(&["ping_total"]);
    Timeouts { command, ping }
}

fn state(section: Section<'_>) -> Option<(PathBuf, usize)> {
    let file = section.required("file", &FileName);
    let size = Whole {
        min: 1,
        max: DEFAULT_HISTORY_MAX,
    };
    let size = section.required("history_size", &size);
    section.finish(&["bad_samples_required", "good_samples_required"]);
    Some((file?, usize::try_from(size?).ok()?))
}

struct Mode {
    cake_aware: Option<bool>,
    confidence: Option<bool>,
}

fn mode(section: Section<'_>) -> Mode {
    let cake_aware = section.or("cake_aware", true, &LooseFlag);
    let confidence = section.or("use_confidence_scoring", false, &LooseFlag);
    section.finish(&["enable_yellow_state", "reset_counters"]);
    Mode {
        cake_aware,
        confidence,
    }
}

fn thresholds_section(
    root: &Section<'_>,
    cake_aware: Option<bool>,
    interval: Option<Duration>,
) -> Option<thresholds::Thresholds> {
    let given = root.value("thresholds").is_some();
    if !given {
        root.missing(
            "thresholds",
            "a section, be it with one key such as red_rtt_ms: 15",
        );
    }
    let thresholds = thresholds::thresholds(root.section("thresholds"), cake_aware, interval);
    thresholds.filter(|_| given)
}

fn sources(section: Section<'_>, primary: Option<&str>) -> Option<(Sources, Duration)> {
    section.tell("primary", || {
        let default = "/var/lib/wanctl/<primary_wan>_state.json".to_owned();
        (FileName.expected(), Presence::Default(default))
    });
    // v1.7 looked at the alias only without the key itself.
    let given = match section.value("primary") {
        Some(value) => value.read(&FileName).map(Some),
        None => section.optional("spectrum", &FileName),
    };
    let stale = DEFAULT_STALE_AFTER.as_secs_f64();
    let stale = section.or("stale_after_sec", stale, &Number::within(5.0, 3_600.0));
    section.finish(&["spectrum"]);
    let primary = match given? {
        Some(path) => path,
        None => PathBuf::from(format!("/var/lib/wanctl/{}_state.json", primary?)),
    };
    Some((Sources { primary }, Duration::from_secs_f64(stale?)))
}

fn router(
    root: &Section<'_>,
    wan_name: Option<&str>,
    primary: Option<&str>,
    timeout: Option<Duration>,
) -> Option<RouterConfig> {
    let router = root.section("router");
    for key in ROUTER_ONLY_WAN {
        if router.value(key).is_some() {
            router.warn(key, "has no effect in a steering file");
        }
    }
    router::with_queues(router, wan_name, timeout, || {
        queues(root.section("cake_queues"), primary)
    })
}

fn queues(section: Section<'_>, primary: Option<&str>) -> Option<Both<String>> {
    let read = |key, alias, prefix: &str| {
        section.tell(key, || {
            let default = format!("{prefix}-<Primary_wan>");
            (Identifier.expected(), Presence::Default(default))
        });
        let key = if section.value(key).is_some() {
            key
        } else {
            alias
        };
        Some(match section.optional(key, &Identifier)? {
            Some(name) => name,
            None => format!("{prefix}-{}", capitalized(primary?)),
        })
    };
    let down = read("primary_download", "spectrum_download", "WAN-Download");
    let up = read("primary_upload", "spectrum_upload", "WAN-Upload");
    section.finish(&["spectrum_download", "spectrum_upload"]);
    Some(Both {
        down: down?,
        up: up?,
    })
}

/// As Python's `capitalize`: `WAN1` is `Wan1`.
fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.flat_map(char::to_lowercase)).collect()
}

fn on_exit(section: Section<'_>) -> Option<RuleOnExit> {
    let choice = Choice(&[
        ("leave", RuleOnExit::Leave),
        ("disable", RuleOnExit::Disable),
    ]);
    let on_exit = section.or("on_exit", RuleOnExit::Leave, &choice);
    section.finish(&["enabled"]);
    on_exit
}
