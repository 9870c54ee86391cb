use super::names::LAWS;
use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl simulate`.
pub static SIMULATE: Page = Page {
    command: "wanctl simulate",
    summary: "what the laws make of bad evenings on your line, hours in a second: delay, use and writes as a \
              table, and as a chart",
    forms: &[
        "--config F [--scenario NAME|FILE ...] [--law L[,L ...]] [--seed N] [--seconds N] [--plot | --csv | \
         --json]",
        "--list",
    ],
    about: &[
        "Plays scenarios on the line a WAN file describes, in virtual time: its limits, thresholds, reflectors \
         and write budget, on a simulated line with TCP's habits, a modem's buffer and echoes. Prints for \
         every law what queues added to the round trip, how much of the line was used, and how often the \
         router was written to. A model, not your line: it has no packets and no Wi-Fi; good for comparing, \
         not for promises.",
    ],
    options: &[
        Opt::with("config", "F", Kind::File, "WAN file"),
        Opt::with(
            "scenario",
            "NAME|FILE",
            Kind::WordOrFile(&SCENARIOS),
            "a built-in scenario or a file; may be given several times. Without, all that are built in. \
             Capacities scale with the ceilings of the config",
        ),
        Opt::with(
            "law",
            "L[,L ...]",
            Kind::Words(&LAWS),
            "static (the base rate, never changed), classic (v1.7's), adaptive; bands and bands-tight \
             (cake-autorate's law from its published behaviour, with its own thresholds and tight ones, for \
             comparison); all. Without: static, classic, adaptive",
        ),
        Opt::with(
            "seed",
            "N",
            Kind::Free,
            "other accidents, default 1; the same seed gives the same result",
        ),
        Opt::with(
            "seconds",
            "N",
            Kind::Free,
            "instead of the scenario's own time, 10 to 86400",
        ),
        Opt::flag(
            "plot",
            "also charts of delay, capacity and rate: of the laws that --law names, or of the config's",
        ),
        Opt::flag("csv", "the table for spreadsheets"),
        Opt::flag("json", "the table for programs"),
        Opt::flag("list", "the built-in scenarios"),
        HELP,
    ],
    exit_codes: &[
        (0, "it worked"),
        (1, "a file cannot be used, or there is no such scenario"),
        (2, "the command line makes no sense"),
    ],
    examples: &[
        ("wanctl simulate --list", "which scenarios there are"),
        (
            "wanctl simulate --config wan1.yaml --scenario docsis-evening --plot",
            "an evening on a shared cable segment",
        ),
    ],
    ..EMPTY
};

/// What `--list` says, by name.
pub const SCENARIOS: [&str; 15] = [
    "steps",
    "docsis-evening",
    "lte",
    "starlink",
    "on-off",
    "bursty-shallow",
    "bursty-deep",
    "both-ways",
    "upload",
    "jitter",
    "bad-reflectors",
    "weather",
    "filtered",
    "outage",
    "slow-router",
];
