use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page, VERSION};

/// `wanctl history`.
pub static HISTORY: Page = Page {
    command: "wanctl-history",
    summary: "what happened: delays, rates, zones and changes, from the last minute to the last months; the \
              same as `wanctl history`",
    forms: &[
        "[--last D | --from T [--to T]] [--metrics A,B] [--wan N] [--json | --csv | --plot | --summary] [-v] \
         [--db PATH]",
        "--compact [--db PATH]",
    ],
    about: &[
        "Prints what wanctl has recorded, newest first. Ranges below 6 hours are shown by the second, below a \
         day by the minute, below a week by five minutes, others by the hour. The same binary as wanctl, \
         called wanctl-history or `wanctl history`.",
    ],
    options: &[
        Opt::with(
            "last",
            "D",
            Kind::Free,
            "the last 30s, 5m, 12h, 7d, 2w; without it and --from, the last hour",
        )
        .v1_7(),
        Opt::with(
            "from",
            "T",
            Kind::Free,
            "from then on: ISO 8601 or YYYY-MM-DD HH:MM[:SS]; local time, unless it ends in Z or an offset",
        )
        .v1_7(),
        Opt::with("to", "T", Kind::Free, "to then; to now without it").v1_7(),
        Opt::with(
            "metrics",
            "A,B",
            Kind::Words(&METRICS),
            "only these, by their exact names",
        )
        .v1_7(),
        Opt::with("wan", "N", Kind::Free, "only this one, by its exact name").v1_7(),
        Opt::flag("json", "an array of objects").v1_7(),
        Opt::flag("csv", "a line per row, and a heading"),
        Opt::flag("plot", "a chart of each WAN for the terminal"),
        Opt::flag(
            "summary",
            "least, greatest, mean and percentiles, or how much of the time each zone held",
        )
        .v1_7(),
        Opt::flag("verbose", "also WAN, labels and granularity in the table")
            .letter('v')
            .v1_7(),
        Opt::with(
            "db",
            "PATH",
            Kind::File,
            "the database, default /var/lib/wanctl/metrics.db",
        )
        .v1_7(),
        Opt::flag(
            "compact",
            "write the file anew without what is free in it; v1.7's files give nothing back otherwise. Takes \
             as much room again while it works; a running daemon keeps its newest minutes in memory until it \
             is done",
        ),
        HELP,
        VERSION,
    ],
    notes: &[
        Note {
            heading: "Names",
            text: "wanctl_rtt_ms, wanctl_rtt_baseline_ms, wanctl_rtt_delta_ms, wanctl_rate_download_mbps, \
                   wanctl_rate_upload_mbps (means, of what the law wants); wanctl_rtt_max_ms, \
                   wanctl_rtt_delta_max_ms, wanctl_rate_download_min_mbps, wanctl_rate_upload_min_mbps (where \
                   the mean hides them); wanctl_state (0 GREEN, 1 YELLOW, 2 SOFT_RED, 3 RED; with \"source\": \
                   \"steering\", 2 is RED; with a \"reason\", a change); wanctl_router_write (1 confirmed, 0 \
                   not); wanctl_steering_enabled, wanctl_steering_transition, wanctl_config_snapshot",
        },
        Note {
            heading: "With the adaptive law also",
            text: "wanctl_achieved_download_mbps, wanctl_achieved_upload_mbps (what passes), \
                   wanctl_anchor_download_mbps, wanctl_anchor_upload_mbps (what the line could when it was \
                   last full) and wanctl_adaptive_mode (a change: 0 clear, 1 draining, 2 weather, 3 blind)",
        },
    ],
    exit_codes: &[
        (0, "it worked, also if there was nothing to show"),
        (1, "there is no database, or it cannot be read"),
        (2, "the command line makes no sense"),
    ],
    files: &[(
        "/var/lib/wanctl/metrics.db",
        "the database (SQLite), with what is not yet in it beside it in -wal and -shm",
    )],
    examples: &[
        ("wanctl-history --last 10m", "the last ten minutes"),
        (
            "wanctl history --last 1d --summary",
            "yesterday in numbers",
        ),
        ("wanctl history --last 12h --plot", "last night as a chart"),
    ],
    ..EMPTY
};

/// Those that people ask for; any other name is taken, too.
const METRICS: [&str; 16] = [
    "wanctl_rtt_ms",
    "wanctl_rtt_baseline_ms",
    "wanctl_rtt_delta_ms",
    "wanctl_rtt_max_ms",
    "wanctl_rtt_delta_max_ms",
    "wanctl_rate_download_mbps",
    "wanctl_rate_upload_mbps",
    "wanctl_rate_download_min_mbps",
    "wanctl_rate_upload_min_mbps",
    "wanctl_achieved_download_mbps",
    "wanctl_achieved_upload_mbps",
    "wanctl_state",
    "wanctl_adaptive_mode",
    "wanctl_router_write",
    "wanctl_steering_enabled",
    "wanctl_steering_transition",
];
