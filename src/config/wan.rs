//! The WAN (autorate) file as a whole.

use std::path::{Path, PathBuf};

use super::adaptive::{self, AdaptiveConfig};
use super::ledger::Presence;
use super::measurement::{self, Fallback, Measurement};
use super::notices::{self, NoticesConfig};
use super::router::{self, RouterConfig};
use super::rule::{Flag, Identifier, Number, Text};
use super::scalar::Scalar;
use super::section::Section;
use super::service::{self, Listen, Lock, Logging, StatePaths, Storage};
use super::shaping::{self, AsWritten};
use super::thresholds;
use crate::control::delay::DelayParams;
use crate::control::law::classic::ShaperParams;
use crate::direction::Both;
use crate::notices::Kinds;
use crate::units::Millis;

/// `schema_version`: the only one there is.
const SCHEMA_VERSION: &str = "1.0";
/// `continuous_monitoring.baseline_rtt_initial`, ms, where the adaptive law may leave it out: it learns
/// its own in the first second.
const DEFAULT_BASELINE_MS: f64 = 20.0;
/// Keys that v1.7's documents mention and nothing ever read (contract 1.5).
const DEAD_KEYS: [&str; 3] = ["bandwidth", "cake_queue", "state"];

/// `continuous_monitoring.control_law`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ControlLaw {
    /// v1.7's law, decision for decision. A file without the key is a v1.7 file and means this.
    #[default]
    Classic,
    /// Capacity-anchored control.
    Adaptive,
}

impl ControlLaw {
    /// The word of the config file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Adaptive => "adaptive",
        }
    }
}

/// One WAN: everything its file says, checked, typed, with defaults filled in.
#[derive(Clone, Debug)]
pub struct WanConfig {
    /// The file it came from, as it was named.
    pub file: PathBuf,
    /// `wan_name`, required: `[A-Za-z0-9_.-]`, 1 to 64 of them.
    pub wan_name: String,
    /// Which law decides the rates.
    pub control_law: ControlLaw,
    /// `router`, `queues` and the router's part of `timeouts`.
    pub router: RouterConfig,
    /// `continuous_monitoring.download` and `.upload` with their `thresholds`, for v1.7's law; a file for
    /// the adaptive one need not name them all.
    pub shapers: Both<ShaperParams>,
    /// What the adaptive law makes of the same sections, whichever decides.
    pub adaptive: AdaptiveConfig,
    /// `continuous_monitoring.thresholds`: the two averages.
    pub delay: DelayParams,
    /// `continuous_monitoring.baseline_rtt_initial`, required, 1 ms to 500 ms.
    pub baseline_initial: Millis,
    /// `continuous_monitoring.ping_hosts` and how they are asked.
    pub measurement: Measurement,
    /// `continuous_monitoring.fallback_checks`.
    pub fallback: Fallback,
    /// `logging`.
    pub logging: Logging,
    /// `lock_file` and `lock_timeout`.
    pub lock: Lock,
    /// `state_file`, or where v1.7 kept its state.
    pub state: StatePaths,
    /// `health_check`, on by default.
    pub health: Listen,
    /// `metrics`, off by default.
    pub metrics: Listen,
    /// `storage`.
    pub storage: Storage,
    /// `notices`; `None` sends none.
    pub notices: Option<NoticesConfig>,
    /// `realtime`, default false: ask the system for real-time scheduling and locked memory.
    pub realtime: bool,
    /// What reports print as it stood in the file.
    pub as_written: AsWritten,
}

/// Reads the root of a file. `None` means that a problem was noted.
pub(super) fn read(file: &Path, root: Section<'_>) -> Option<WanConfig> {
    let wan_name = root.required("wan_name", &Identifier);
    warn_of_schema(&root);
    let timeouts = service::timeouts(root.section("timeouts"));
    let router = router::read(
        root.section("router"),
        root.section("queues"),
        wan_name.as_deref(),
        timeouts.command,
    );
    let monitoring = monitoring(root.section("continuous_monitoring"), timeouts.ping);
    let logging = service::logging(root.section("logging"));
    let lock = service::lock(&root);
    let state = service::state(&root, lock.as_ref().map(|lock| lock.file.as_path()));
    let health_port = service::DEFAULT_HEALTH_PORT;
    let health = service::listen(&root, "health_check", true, health_port);
    let metrics_port = service::DEFAULT_METRICS_PORT;
    let metrics = service::listen(&root, "metrics", false, metrics_port);
    let storage = service::storage(root.section("storage"));
    let notices = notices::notices(&root, Kinds::OF_A_WAN);
    let realtime = root.or("realtime", false, &Flag);
    root.finish(&DEAD_KEYS);
    let monitoring = monitoring?;
    Some(WanConfig {
        file: file.to_owned(),
        wan_name: wan_name?,
        control_law: monitoring.control_law,
        router: router?,
        shapers: monitoring.shapers,
        adaptive: monitoring.adaptive,
        delay: monitoring.delay,
        baseline_initial: monitoring.baseline_initial,
        measurement: monitoring.measurement,
        fallback: monitoring.fallback,
        logging: logging?,
        lock: lock?,
        state: state?,
        health: health?,
        metrics: metrics?,
        storage: storage?,
        notices: notices?,
        realtime: realtime?,
        as_written: monitoring.as_written,
    })
}

/// What `continuous_monitoring` holds.
struct Monitoring {
    control_law: ControlLaw,
    shapers: Both<ShaperParams>,
    adaptive: AdaptiveConfig,
    delay: DelayParams,
    baseline_initial: Millis,
    measurement: Measurement,
    fallback: Fallback,
    as_written: AsWritten,
}

/// Where the law is not one of ours, that is said, and not what classic would miss.
fn monitoring(section: Section<'_>, ping: Option<crate::time::Duration>) -> Option<Monitoring> {
    let enabled = section.required("enabled", &Flag);
    if enabled == Some(false) {
        let sentence = "false has no effect, as in v1.7; stop the service instead";
        section.warn("enabled", sentence);
    }
    let control_law = control_law(&section);
    let initial_rule = Number::within(1.0, 500.0);
    let initial = match control_law {
        Some(ControlLaw::Classic) => section.required("baseline_rtt_initial", &initial_rule),
        _ => section.or("baseline_rtt_initial", DEFAULT_BASELINE_MS, &initial_rule),
    };
    let down = shaping::limits(section.section("download"), shaping::DOWNLOAD, control_law);
    let up = shaping::limits(section.section("upload"), shaping::UPLOAD, control_law);
    let delays = thresholds::delays(section.section("thresholds"), initial, control_law);
    let character = adaptive::character(&section, control_law);
    let measurement = measurement::measurement(&section, ping, control_law);
    let fallback = measurement::fallback(section.section("fallback_checks"));
    section.finish(&[]);
    enabled?;
    let (down, up, delays) = (down?, up?, delays?);
    let (measurement, ping_hosts) = measurement?;
    let [target_bloat, warn_bloat, hard_red_bloat] = delays.written;
    let character = character?;
    let tuning = character.tuning(delays.target);
    Some(Monitoring {
        control_law: control_law?,
        adaptive: AdaptiveConfig {
            line: character.line,
            aggressiveness: character.aggressiveness,
            shapers: Both {
                down: down.adaptive(tuning),
                up: up.adaptive(tuning),
            },
        },
        shapers: Both {
            down: down.shaper(delays.edges.down),
            up: up.shaper(delays.edges.up),
        },
        delay: delays.delay,
        baseline_initial: Millis::new(initial?)?,
        measurement,
        fallback: fallback?,
        as_written: AsWritten {
            target_bloat,
            warn_bloat,
            hard_red_bloat,
            ping_hosts,
            upload_floors: up.floors,
        },
    })
}

fn control_law(section: &Section<'_>) -> Option<ControlLaw> {
    section.tell("control_law", || {
        let default = ControlLaw::default().word().to_owned();
        ("classic or adaptive".into(), Presence::Default(default))
    });
    let Some(value) = section.value("control_law") else {
        return Some(ControlLaw::default());
    };
    match value.read_silently(&Text).as_deref() {
        Some("classic") => Some(ControlLaw::Classic),
        Some("adaptive") => Some(ControlLaw::Adaptive),
        _ => {
            let advice = "expected classic or adaptive".to_owned();
            value.problem("is no control law", Some(advice));
            None
        }
    }
}

/// v1.7 never refused a version, nor said a word about it.
pub(super) fn warn_of_schema(root: &Section<'_>) {
    root.tell("schema_version", || {
        let default = Presence::Default(format!("\"{SCHEMA_VERSION}\""));
        (format!("\"{SCHEMA_VERSION}\""), default)
    });
    let Some(value) = root.value("schema_version") else {
        return;
    };
    match value.node.scalar() {
        Some(Scalar::Text(SCHEMA_VERSION)) => {}
        Some(Scalar::Number(version)) if version.total_cmp(&1.0).is_eq() => {}
        _ => value.warn("is not known", Some("the file is read as version 1.0")),
    }
}
