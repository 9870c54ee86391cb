use super::names::CONTROL_LAWS;
use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl demo`.
pub static DEMO: Page = Page {
    command: "wanctl demo",
    summary: "the real daemon on a simulated line and router: nothing to set up, no root, no network",
    forms: &["[--seconds N] [--law L]"],
    about: &[
        "The real daemon (same loop, same REST link over loopback TCP) against a built-in RouterOS double and \
         a simulated line with three reflectors. Load comes and goes, the capacity drops to half and returns; \
         watch delay, zones and rates. No root, router or network needed.",
    ],
    options: &[
        Opt::with(
            "seconds",
            "N",
            Kind::Free,
            "end after N seconds (1 to 86400); otherwise Ctrl-C ends it",
        ),
        Opt::with(
            "law",
            "L",
            Kind::Word(&CONTROL_LAWS),
            "which law decides: adaptive (the default) or v1.7's, classic",
        ),
        HELP,
    ],
    exit_codes: &[
        (0, "it ran and was ended"),
        (1, "it did not work"),
        (2, "the command line makes no sense"),
    ],
    examples: &[("wanctl demo --seconds 20", "twenty seconds of it")],
    ..EMPTY
};
