//! Configuration files: YAML in, typed parameters or a list of everything that is wrong out.
//!
//! ```text
//! bytes ─ tree (lines, duplicates, <<) ─ scalar (YAML 1.1) ─ section + rule ─▶ WanConfig, warnings
//!                                                               └─ problem ─▶ Report
//! ```
//! Every file that v1.7 accepts is accepted and means the same, except where v1.7 would have crashed
//! or failed later; what is odd but legal becomes a warning. A default exists once, as a `DEFAULT_`
//! constant beside the key it belongs to. Nothing here reads a clock or the environment.

mod adaptive;
mod describe;
pub mod edit;
mod host;
mod ledger;
mod meaning;
mod measurement;
mod node;
mod notices;
mod problem;
mod router;
mod rule;
mod scalar;
mod scenario;
mod secret;
mod section;
mod service;
mod shaping;
mod source;
mod steering;
mod thresholds;
mod tree;
mod value;
mod wan;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub use adaptive::{AdaptiveConfig, DEFAULT_AGGRESSIVENESS};
pub use describe::validate_report;
pub use host::{Host, ReflectorAddress};
pub use ledger::Presence;
pub use meaning::{Key, Reference, reference};
pub use measurement::{
    DEFAULT_FALLBACK_MODE, DEFAULT_GATEWAY, DEFAULT_MAX_FALLBACK_CYCLES, DEFAULT_TCP_TARGETS,
    FRESH_FOR, Fallback, Measurement, TcpTarget,
};
pub use notices::{
    DEFAULT_COOLDOWN, DEFAULT_OUTAGE, DEFAULT_SUSTAINED, NoticesConfig, SecretSource, WebAddress,
};
pub use problem::{Problem, Report};
pub use router::{
    DEFAULT_ON_EXIT, DEFAULT_PORT, DEFAULT_SSH_PORT, DEFAULT_TRANSPORT, DEFAULT_VERIFY_INTERVAL,
    DEFAULT_WRITE_LIMIT, RouterConfig, Scheme, Transport, WriteLimit,
};
pub use scenario::{DEFAULT_BUFFER, DEFAULT_FLOWS, DEFAULT_LASTS, LONGEST_STORY};
pub use secret::{Password, PasswordSource, Secret};
pub use service::{
    DEFAULT_COMMAND_TIMEOUT, DEFAULT_DB_PATH, DEFAULT_HEALTH_PORT, DEFAULT_LISTEN_HOST,
    DEFAULT_MAX_MB, DEFAULT_METRICS_PORT, DEFAULT_PING_TIMEOUT, DEFAULT_RETENTION_DAYS,
    LEAST_MAX_MB, Listen, Lock, Logging, StatePaths, Storage,
};
pub use shaping::{
    AsWritten, DEFAULT_GREEN_REQUIRED, DEFAULT_YELLOW_DOWNLOAD, DEFAULT_YELLOW_UPLOAD,
};
pub use steering::{
    AlternateProbe, DEFAULT_ALPHA_QUEUE, DEFAULT_ALPHA_RTT, DEFAULT_BAD_MS, DEFAULT_CONFIDENCE,
    DEFAULT_GREEN_MS, DEFAULT_HISTORY_MAX, DEFAULT_LOSS_PERCENT, DEFAULT_MIN_DROPS_RED,
    DEFAULT_MIN_QUEUE, DEFAULT_RECOVERY_MS, DEFAULT_RED_MS, DEFAULT_SAMPLES,
    DEFAULT_SAMPLES_LEGACY, DEFAULT_STALE_AFTER, DEFAULT_STEERING_COMMAND_TIMEOUT,
    DEFAULT_STEERING_HEALTH_PORT, DEFAULT_STEERING_METRICS_PORT, DEFAULT_STEERING_PING_TIMEOUT,
    DEFAULT_YELLOW_MS, RuleOnExit, ShownThresholds, Sources, SteeringConfig, SteeringMeasurement,
    Topology,
};
pub use thresholds::{
    DEFAULT_BASELINE_BOUNDS_MS, DEFAULT_HARD_RED_MS, DEFAULT_IDLE_BELOW_MS, DEFAULT_SPIKE_ABOVE_MS,
};
pub use wan::{ControlLaw, WanConfig};

use crate::sim::trial::story::Story;

/// Longest config file, in bytes; the longest example has a few thousand.
pub const MAX_FILE_SIZE: u64 = 256 * 1024;

/// A usable file, and what is odd about it.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What it says.
    pub config: T,
    /// What is legal, but hardly meant; in the order of their lines.
    pub warnings: Vec<Problem>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileKind {
    /// A WAN for autorate.
    Wan,
    /// Steering.
    Steering,
}

/// What a file seems to be for: steering if it has a key that only such files have. A file that cannot be
/// read or parsed passes for a WAN's, whose loader says what is wrong.
pub fn kind(path: &Path) -> FileKind {
    kind_of(&bytes_of(path).unwrap_or_default())
}

/// What a file that is in memory already seems to be for; as [`kind`].
pub fn kind_of(bytes: &[u8]) -> FileKind {
    let tree = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() as u64 <= MAX_FILE_SIZE)
        .and_then(|text| tree::parse(text).ok().flatten());
    match tree {
        Some(root) if steering::is_one(&root) => FileKind::Steering,
        _ => FileKind::Wan,
    }
}

/// Reads a WAN (autorate) file.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn load(path: &Path) -> Result<Loaded<WanConfig>, Report> {
    load_as(path, "wan_name", wan::read)
}

/// Reads a WAN (autorate) file that is in memory already; `file` is how messages call it.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn parse(file: &Path, bytes: &[u8]) -> Result<Loaded<WanConfig>, Report> {
    parse_as(file, bytes, "wan_name", wan::read)
}

/// Reads a steering file.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn load_steering(path: &Path) -> Result<Loaded<SteeringConfig>, Report> {
    load_as(path, "wan_name", steering::read)
}

/// Reads a steering file that is in memory already; `file` is how messages call it.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn parse_steering(file: &Path, bytes: &[u8]) -> Result<Loaded<SteeringConfig>, Report> {
    parse_as(file, bytes, "wan_name", steering::read)
}

/// Reads a scenario file, for `wanctl simulate`.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn load_scenario(path: &Path) -> Result<Loaded<Story>, Report> {
    load_as(path, "download", scenario::read)
}

/// Reads a scenario file that is in memory already; `file` is how messages call it, and its stem is the
/// scenario's name.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn parse_scenario(file: &Path, bytes: &[u8]) -> Result<Loaded<Story>, Report> {
    parse_as(file, bytes, "download", scenario::read)
}

/// Reads the root of a file; `None` after a problem.
type Reader<T> = fn(&Path, section::Section<'_>) -> Option<T>;

/// `key` is one that such a file may have, as an example.
fn load_as<T>(path: &Path, key: &str, read: Reader<T>) -> Result<Loaded<T>, Report> {
    let sentence = match bytes_of(path) {
        Ok(bytes) if bytes.len() as u64 <= MAX_FILE_SIZE => {
            return parse_as(path, &bytes, key, read);
        }
        Ok(_) => format!("larger than {} KiB: no config file", MAX_FILE_SIZE / 1024),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "there is no such file".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    Err(Report::of_file(path, None, sentence))
}

fn parse_as<T>(file: &Path, bytes: &[u8], key: &str, read: Reader<T>) -> Result<Loaded<T>, Report> {
    let whole = |line, sentence: &str| Report::of_file(file, line, sentence);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.split(|&b| b == b'\n').count();
        whole(Some(line), "not UTF-8 text; save the file as UTF-8")
    })?;
    let tree = tree::parse(text).map_err(|fault| whole(fault.line, &fault.sentence))?;
    let root = tree.ok_or_else(|| {
        let sentence = format!("empty; a config file has keys such as {key}");
        whole(None, &sentence)
    })?;
    let notes = value::Notes::new(file, &root);
    let Some(section) = section::Section::root(&notes, &root) else {
        let sentence =
            format!("not a section of keys; a config file begins with keys such as {key}");
        return Err(whole(Some(root.line), &sentence));
    };
    let config = read(file, section);
    let warnings = notes.close()?;
    match config {
        Some(config) => Ok(Loaded { config, warnings }),
        None => Err(whole(None, "cannot be used")),
    }
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE_SIZE + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
