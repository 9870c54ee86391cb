use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page};

/// `wanctl dashboard`.
pub static DASHBOARD: Page = Page {
    command: "wanctl dashboard",
    summary: "a page to look at, on http://127.0.0.1:9104/: every line in words, and charts of the last \
              minutes to the last weeks",
    forms: &["[--listen HOST:PORT] [--config F [F ...]] [--health URL] [--db PATH]"],
    about: &[
        "Serves a page that shows every line and steering as they are now, in words, and charts of what was: \
         delay, rates, zones, changes and their reasons, from the last minutes to the last weeks. It only \
         reads: /health of the daemons, once a second, and the history database. It needs nothing from \
         elsewhere, and works on a phone.",
    ],
    options: &[
        Opt::with(
            "listen",
            "HOST:PORT",
            Kind::Free,
            "where the page is, default 127.0.0.1:9104: this machine only. From another one: ssh -L \
             9104:127.0.0.1:9104 HOST. Wider than that, whoever can reach it reads it",
        ),
        Opt::with(
            "config",
            "F [F ...]",
            Kind::Files,
            "WAN and steering files, for where their /health and history are",
        ),
        Opt::with(
            "health",
            "URL",
            Kind::Free,
            "where else a /health is; may be given several times. Without this and --config, \
             http://127.0.0.1:9101/health and :9102",
        ),
        Opt::with(
            "db",
            "PATH",
            Kind::File,
            "the database; without, the files' storage.db_path, or /var/lib/wanctl/metrics.db",
        ),
        HELP,
    ],
    notes: &[Note {
        heading: "Signals",
        text: "SIGTERM and SIGINT end it",
    }],
    exit_codes: &[
        (0, "it was ended"),
        (
            1,
            "it did not work, such as when somebody listens there already",
        ),
        (2, "the command line makes no sense"),
    ],
    examples: &[(
        "wanctl dashboard --config wan1.yaml steering.yaml",
        "the page of a line and of steering",
    )],
    ..EMPTY
};
