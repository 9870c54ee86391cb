//! Keys of a WAN's file.

use super::Meaning;

/// Makes the readers look at sections that they pass by where they are missing.
pub(super) const ASKING_CLASSIC: &str = "notices: {url: 'https://localhost/'}";
/// The same under the other law.
pub(super) const ASKING_ADAPTIVE: &str = "continuous_monitoring: {control_law: adaptive}";

/// What comes first in a file.
pub(super) const FIRST: &[Meaning] = &[
    ("schema_version", "The version of the file's format."),
    (
        "wan_name",
        "The name of the line in logs, metrics and the history.",
    ),
];

/// What comes after `router`.
pub(super) const KEYS: &[Meaning] = &[
    (
        "router.write_limit.changes",
        "For the classic law: how many changes of the limits are made in any window, each of up to two writes.",
    ),
    (
        "router.write_limit.window_sec",
        "How long that window is, in seconds.",
    ),
    (
        "router.on_exit",
        "At a clean stop, `leave` the limits as they are or set both queues to their `ceiling`.",
    ),
    (
        "router.queue_types.download",
        "The RouterOS queue type that the download queue is kept at; `leave` or null keeps what it has.",
    ),
    (
        "router.queue_types.upload",
        "The same for the upload queue.",
    ),
    (
        "queues.download",
        "The name of the queue in `/queue tree` that shapes the download.",
    ),
    (
        "queues.upload",
        "The name of the one that shapes the upload.",
    ),
    (
        "continuous_monitoring.enabled",
        "Must be there, and has no further effect: stop the service to stop wanctl.",
    ),
    (
        "continuous_monitoring.control_law",
        "Which law decides: v1.7's, or the one that measures what the line delivers.",
    ),
    (
        "continuous_monitoring.line",
        "What kind of line it is, which sets the adaptive law's numbers.",
    ),
    (
        "continuous_monitoring.aggressiveness",
        "For the adaptive law: more tolerates less delay and costs speed, less the other way round.",
    ),
    (
        "continuous_monitoring.baseline_rtt_initial",
        "The round trip of the unused line in ms, a first guess. The adaptive law learns its own.",
    ),
    (
        "continuous_monitoring.download.ceiling_mbps",
        "The highest download rate, in Mbit/s: for `classic` 90 to 95 % of what the line delivers, for \
         `adaptive` its best day.",
    ),
    (
        "continuous_monitoring.download.base_mbps",
        "For the adaptive law, in Mbit/s: where the very first start begins; without it, 0.6 of the ceiling.",
    ),
    (
        "continuous_monitoring.download.floor_mbps",
        "The lowest download rate, in Mbit/s, in every zone. This, or `floor_green_mbps` with its companions.",
    ),
    (
        "continuous_monitoring.download.floor_green_mbps",
        "With one floor for each zone, in Mbit/s: the one while all is well. The adaptive law takes the lowest \
         of them.",
    ),
    (
        "continuous_monitoring.download.floor_yellow_mbps",
        "The one in YELLOW, in Mbit/s; needed with `floor_green_mbps`.",
    ),
    (
        "continuous_monitoring.download.floor_soft_red_mbps",
        "The one in SOFT_RED, in Mbit/s; without it, that of YELLOW.",
    ),
    (
        "continuous_monitoring.download.floor_red_mbps",
        "The one in RED, in Mbit/s; needed with `floor_green_mbps`.",
    ),
    (
        "continuous_monitoring.download.step_up_mbps",
        "For the classic law: Mbit/s added per cycle of 50 ms while the line is calm.",
    ),
    (
        "continuous_monitoring.download.factor_down",
        "For the classic law: what the rate is multiplied by in each cycle of RED.",
    ),
    (
        "continuous_monitoring.download.factor_down_yellow",
        "For the classic law: the same in YELLOW; 1.0 waits until it gets worse.",
    ),
    (
        "continuous_monitoring.download.green_required",
        "For the classic law: calm cycles in a row before the rate may rise.",
    ),
    (
        "continuous_monitoring.upload.ceiling_mbps",
        "The highest upload rate, in Mbit/s; as for the download.",
    ),
    (
        "continuous_monitoring.upload.base_mbps",
        "For the adaptive law, in Mbit/s: where the very first start begins; without it, 0.6 of the ceiling.",
    ),
    (
        "continuous_monitoring.upload.floor_mbps",
        "The lowest upload rate, in Mbit/s; as for the download.",
    ),
    (
        "continuous_monitoring.upload.floor_green_mbps",
        "With one floor for each zone, in Mbit/s: the one while all is well.",
    ),
    (
        "continuous_monitoring.upload.floor_yellow_mbps",
        "The one in YELLOW, in Mbit/s; needed with `floor_green_mbps`.",
    ),
    (
        "continuous_monitoring.upload.floor_red_mbps",
        "The one in RED, in Mbit/s; needed with `floor_green_mbps`. Uploads have no SOFT_RED.",
    ),
    (
        "continuous_monitoring.upload.step_up_mbps",
        "For the classic law: Mbit/s added per cycle of 50 ms while the line is calm.",
    ),
    (
        "continuous_monitoring.upload.factor_down",
        "For the classic law: what the rate is multiplied by in each cycle of RED.",
    ),
    (
        "continuous_monitoring.upload.factor_down_yellow",
        "For the classic law: the same in YELLOW; 1.0 waits until it gets worse.",
    ),
    (
        "continuous_monitoring.upload.green_required",
        "For the classic law: calm cycles in a row before the rate may rise.",
    ),
    (
        "continuous_monitoring.thresholds.target_bloat_ms",
        "GREEN ends this many ms above the calm line. If given, the adaptive law takes it for where bloat \
         begins, instead of the line's own.",
    ),
    (
        "continuous_monitoring.thresholds.warn_bloat_ms",
        "YELLOW ends this many ms above the calm line; above the target.",
    ),
    (
        "continuous_monitoring.thresholds.hard_red_bloat_ms",
        "SOFT_RED (download only) ends this many ms above the calm line; above `warn_bloat_ms`.",
    ),
    (
        "continuous_monitoring.thresholds.baseline_time_constant_sec",
        "For the classic law: how slowly, in seconds, the idea of the calm line follows. This or \
         `alpha_baseline`.",
    ),
    (
        "continuous_monitoring.thresholds.alpha_baseline",
        "v1.7's older way to say it: the weight of each cycle.",
    ),
    (
        "continuous_monitoring.thresholds.load_time_constant_sec",
        "For the classic law: how much, in seconds, the measured delay is smoothed; 0.05 is not at all. This or \
         `alpha_load`.",
    ),
    (
        "continuous_monitoring.thresholds.alpha_load",
        "v1.7's older way to say it: the weight of each cycle.",
    ),
    (
        "continuous_monitoring.thresholds.baseline_update_threshold_ms",
        "For the classic law: below this many ms above calm the line counts as unused, and only then the calm \
         delay is learned.",
    ),
    (
        "continuous_monitoring.thresholds.accel_threshold_ms",
        "For the classic law: a rise by more than this many ms in one cycle is a spike, which restarts \
         `green_required`.",
    ),
    (
        "continuous_monitoring.thresholds.baseline_rtt_bounds.min",
        "For the classic law: a calm delay below this many ms is taken for a broken measurement.",
    ),
    (
        "continuous_monitoring.thresholds.baseline_rtt_bounds.max",
        "The same above this many ms.",
    ),
    (
        "continuous_monitoring.ping_hosts",
        "Who is asked for an echo: addresses, names, or `udp://host:port`. Without it the adaptive law asks six \
         addresses of three large resolvers.",
    ),
    (
        "continuous_monitoring.use_median_of_three",
        "For the classic law: whether to take the middle of the first three hosts instead of the first alone.",
    ),
    (
        "continuous_monitoring.measurement.source_address",
        "The address that echoes are sent from, with several lines on this machine.",
    ),
    (
        "continuous_monitoring.measurement.interface",
        "The interface that echoes leave by.",
    ),
    (
        "continuous_monitoring.measurement.one_way",
        "Whether the adaptive law may ask hosts for their time, to tell which direction is slow; `off` sends \
         echoes only.",
    ),
    (
        "continuous_monitoring.fallback_checks.enabled",
        "Whether anything is tried while no host answers.",
    ),
    (
        "continuous_monitoring.fallback_checks.check_gateway",
        "Whether the gateway is asked for an echo then.",
    ),
    (
        "continuous_monitoring.fallback_checks.gateway_ip",
        "The gateway: the router's inner address.",
    ),
    (
        "continuous_monitoring.fallback_checks.check_tcp",
        "Whether TCP connections are tried then.",
    ),
    (
        "continuous_monitoring.fallback_checks.tcp_targets",
        "Whom they are tried with.",
    ),
    (
        "continuous_monitoring.fallback_checks.fallback_mode",
        "What decides when TCP tells nothing either: `graceful_degradation` goes on for some checks and then \
         calls the line unhealthy, `freeze` keeps the rates, `use_last_rtt` goes on as if the last measurement \
         held.",
    ),
    (
        "continuous_monitoring.fallback_checks.max_fallback_cycles",
        "How many checks, about a second each, that is.",
    ),
    (
        "state_file",
        "Where rates and averages survive a restart, best on a disk; without it, v1.7's place beside the lock. That \
         one is kept up to date in any case.",
    ),
];
