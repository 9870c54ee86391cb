use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl health`.
pub static HEALTH: Page = Page {
    command: "wanctl health",
    summary: "whether the running daemons are well, as a line and an exit code",
    forms: &["[--config F [F ...]] [--url URL] [--wait SECONDS] [--quiet]"],
    about: &[
        "Asks running daemons how they are, and says it in a line each and in the exit code: for health checks \
         of containers, for scripts, and for monitors that can run a command but not read a page.",
    ],
    options: &[
        Opt::with(
            "config",
            "F [F ...]",
            Kind::Files,
            "WAN and steering files, for where their /health is",
        ),
        Opt::with(
            "url",
            "URL",
            Kind::Free,
            "where a /health is, or its HOST:PORT; may be given several times. Without this and --config, \
             http://127.0.0.1:9101/health",
        ),
        Opt::with(
            "wait",
            "SECONDS",
            Kind::Free,
            "ask again, once a second, until all are healthy or the time (1 to 3600) is over",
        ),
        Opt::flag("quiet", "only the exit code"),
        HELP,
    ],
    exit_codes: &[
        (0, "all are healthy"),
        (1, "one is not, or does not answer"),
        (2, "the command line makes no sense"),
    ],
    examples: &[
        ("wanctl health", "the daemon of one line"),
        (
            "wanctl health --config wan1.yaml steering.yaml --wait 30",
            "after a start: both, within half a minute",
        ),
    ],
    ..EMPTY
};
