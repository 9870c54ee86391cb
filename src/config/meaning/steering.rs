//! Keys of a steering file.

use super::Meaning;

/// Makes the readers look at sections that they pass by where they are missing.
pub(super) const ASKING: &str = "\
mode: {use_confidence_scoring: true}
measurement: {alternate: {interface: eth1}}
notices: {url: 'https://localhost/'}
";

/// What comes first in a file.
pub(super) const FIRST: &[Meaning] = &[
    ("schema_version", "The version of the file's format."),
    ("wan_name", "The name of this instance in logs."),
    (
        "topology.primary_wan",
        "The line that is watched. In upper case it is the first half of the names of states.",
    ),
    (
        "topology.primary_wan_config",
        "Its own file, from which its state document is found if `cake_state_sources.primary` is not there.",
    ),
    ("topology.alternate_wan", "The line that helps out."),
    (
        "mangle_rule.comment",
        "The whole comment of the rule that sends traffic over the alternate; exactly one rule has it.",
    ),
];

/// What comes after `router`.
pub(super) const KEYS: &[Meaning] = &[
    (
        "measurement.interval_seconds",
        "Seconds between two measurements and judgements.",
    ),
    (
        "measurement.ping_host",
        "Whom to ask for echoes, over the primary line.",
    ),
    (
        "measurement.ping_count",
        "Echoes per measurement; their median counts.",
    ),
    (
        "measurement.source_address",
        "The address they are sent from, if this machine reaches both lines by itself: what leads to the \
         primary.",
    ),
    (
        "measurement.interface",
        "The interface they leave by, for the same reason.",
    ),
    (
        "measurement.alternate.ping_host",
        "Whom to ask over the alternate; without it, the primary's.",
    ),
    (
        "measurement.alternate.source_address",
        "The address that leads to the alternate. This or `interface` is needed in the section.",
    ),
    (
        "measurement.alternate.interface",
        "The interface that leads to the alternate.",
    ),
    (
        "cake_state_sources.primary",
        "The primary's state document, which autorate writes.",
    ),
    (
        "cake_state_sources.spectrum",
        "v1.7's older name for `primary`.",
    ),
    (
        "cake_state_sources.stale_after_sec",
        "Seconds after which an unchanged document means that autorate has stopped; decisions then need three \
         times as long.",
    ),
    (
        "cake_queues.primary_download",
        "The primary's download queue in `/queue tree`.",
    ),
    ("cake_queues.primary_upload", "Its upload queue."),
    (
        "mode.cake_aware",
        "Whether delay, queue, drops, loss and autorate's word decide; otherwise delay alone.",
    ),
    (
        "mode.use_confidence_scoring",
        "Whether a score decides instead of rows of samples; see `confidence`.",
    ),
    (
        "thresholds.green_rtt_ms",
        "Shown in `/health`, in ms; decides nothing.",
    ),
    (
        "thresholds.yellow_rtt_ms",
        "YELLOW begins this many ms above the calm line.",
    ),
    (
        "thresholds.red_rtt_ms",
        "What RED needs at least, in ms above the calm line.",
    ),
    (
        "thresholds.min_drops_red",
        "Drops that RED needs as well, on routers that count them.",
    ),
    (
        "thresholds.min_queue_yellow",
        "Packets in the queue from which it is YELLOW.",
    ),
    (
        "thresholds.min_queue_red",
        "Packets in the queue that stand in for drops where none are counted.",
    ),
    (
        "thresholds.max_loss_percent",
        "The share of lost echoes within half a minute from which it is RED, in percent.",
    ),
    (
        "thresholds.rtt_ewma_alpha",
        "The weight of the newest sample in the average of the delay.",
    ),
    (
        "thresholds.queue_ewma_alpha",
        "The weight of the newest sample in the average of the queue.",
    ),
    (
        "thresholds.red_samples_required",
        "RED samples in a row before the rule is enabled.",
    ),
    (
        "thresholds.green_samples_required",
        "GREEN samples in a row before it is disabled.",
    ),
    (
        "thresholds.sample_seconds",
        "Seconds that one sample stands for, in rows and averages alike; without it, what the file gives stands \
         for `interval_seconds` and the rest for 2 s.",
    ),
    (
        "thresholds.bad_threshold_ms",
        "With `mode.cake_aware: false`: a sample is bad from this many ms above the calm line.",
    ),
    (
        "thresholds.recovery_threshold_ms",
        "With `mode.cake_aware: false`: a sample is good below this many ms.",
    ),
    (
        "thresholds.bad_samples",
        "With `mode.cake_aware: false`: bad samples in a row before the rule is enabled.",
    ),
    (
        "thresholds.good_samples",
        "With `mode.cake_aware: false`: good ones before it is disabled.",
    ),
    (
        "thresholds.baseline_rtt_bounds.min",
        "A baseline of autorate below this many ms is ignored.",
    ),
    (
        "thresholds.baseline_rtt_bounds.max",
        "One above this many ms is ignored.",
    ),
    (
        "confidence.steer_threshold",
        "The score, 0 to 100, from which traffic is steered.",
    ),
    (
        "confidence.recovery_threshold",
        "The score below which it returns; less than `steer_threshold`.",
    ),
    (
        "confidence.sustain_duration_sec",
        "Seconds for which the score must be high before anything happens.",
    ),
    (
        "confidence.recovery_sustain_sec",
        "Seconds for which it must be low before traffic returns.",
    ),
    (
        "confidence.hold_down_duration_sec",
        "Seconds before which there is no return, however calm.",
    ),
    (
        "confidence.flap_detection_enabled",
        "Whether moving to and fro raises the threshold.",
    ),
    (
        "confidence.flap_window_minutes",
        "Minutes in which moves are counted.",
    ),
    (
        "confidence.max_toggles",
        "Moves in the window beyond which the threshold is raised.",
    ),
    (
        "confidence.penalty_duration_sec",
        "Seconds for which it is raised; traffic then returns when the primary has been calm for as long.",
    ),
    (
        "confidence.penalty_threshold_add",
        "How much it is raised by.",
    ),
    (
        "confidence.dry_run",
        "Whether it is only told what the score would do, and rows of samples decide.",
    ),
    (
        "steering.on_exit",
        "At a clean stop, `leave` the rule as it is or `disable` it.",
    ),
    (
        "state.file",
        "Where the decision and its history survive a restart.",
    ),
    (
        "state.history_size",
        "Values that are kept of each history.",
    ),
];
