use super::names::LAWS;
use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl replay`.
pub static REPLAY: Page = Page {
    command: "wanctl replay",
    summary: "what another law would have done with what the history has; or what v1.7's law decides on a \
              recorded RTT trace, printed as CSV",
    forms: &[
        "--config F --history [--last D | --from T [--to T]] [--law L[,L ...]] [--wan N] [--db PATH] [--plot | \
         --csv | --json]",
        "--config F --trace T.csv",
    ],
    about: &[
        "With --history: what would another law have done last night? From the seconds of the history (RTT, \
         rates and, where the adaptive law ran, what passed) the line is guessed, and the laws are played on \
         it as `wanctl simulate` does, beside what was recorded.",
        "With --trace: feeds the rtt_ms column of a CSV file to v1.7's law with a WAN file's numbers, one row \
         per 50 ms cycle, and prints what it decides: the same columns as tests/golden. An empty rtt_ms is a \
         cycle without a reply. The router always succeeds at once; the write budget is honoured.",
    ],
    options: &[
        Opt::with("config", "F", Kind::File, "WAN file"),
        Opt::flag(
            "history",
            "replay what the history has; the last 12 hours without --last or --from",
        ),
        Opt::with("last", "D", Kind::Free, "the last 30s, 15m, 12h, 2d"),
        Opt::with(
            "from",
            "T",
            Kind::Free,
            "from then on, 2026-11-20T18:00 and the like",
        ),
        Opt::with("to", "T", Kind::Free, "to then; to now without it"),
        Opt::with(
            "law",
            "L[,L ...]",
            Kind::Words(&LAWS),
            "static, classic, bands (cake-autorate's), bands-tight, adaptive or all; classic and adaptive \
             without",
        ),
        Opt::with("wan", "N", Kind::Free, "another name than the file's"),
        Opt::with("db", "PATH", Kind::File, "another database than the file's"),
        Opt::flag("plot", "also charts of capacity, rate and delay"),
        Opt::flag("csv", "the table for spreadsheets"),
        Opt::flag("json", "the table for programs"),
        Opt::with(
            "trace",
            "T.csv",
            Kind::File,
            "CSV file with an rtt_ms column",
        ),
        HELP,
    ],
    exit_codes: &[
        (0, "it worked"),
        (1, "a file or the history cannot be used"),
        (2, "the command line makes no sense"),
    ],
    examples: &[(
        "wanctl replay --config wan1.yaml --history --last 12h --plot",
        "last night under either law",
    )],
    ..EMPTY
};
