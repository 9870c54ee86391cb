use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page, VERSION};

/// `wanctl` without a command: the daemon.
pub static RUN: Page = Page {
    command: "wanctl",
    summary: "keeps an internet line fast and responsive",
    forms: &[
        "--config F [F ...] [--debug] [--once] [--dry-run] [--validate-config]",
        "COMMAND [...]",
        "help [COMMAND] | --version",
    ],
    about: &[
        "Keeps an internet line fast and responsive: pings reflectors every 50 ms, sees the modem's queue \
         grow, and moves a RouterOS router's CAKE limits before anybody notices.",
    ],
    options: &[
        Opt::with(
            "config",
            "F [F ...]",
            Kind::Files,
            "WAN files, one per line; several WANs share one process",
        )
        .v1_7(),
        Opt::flag(
            "debug",
            "also write the debug log, and everything to stderr",
        )
        .v1_7(),
        Opt::flag(
            "once",
            "one measure-judge-act round, printed; exit code tells success. Its limits stay on the router, \
             whatever router.on_exit says",
        ),
        Opt::flag("oneshot", "the same, as v1.7 called it").v1_7(),
        Opt::flag(
            "dry-run",
            "measure and decide, but never write to the router",
        ),
        Opt::flag(
            "validate-config",
            "check the files, print what they mean, touch nothing else",
        )
        .v1_7(),
        HELP,
        VERSION,
    ],
    notes: &[
        Note {
            heading: "Signals",
            text: "SIGTERM and SIGINT stop cleanly, SIGHUP reopens the logs, SIGUSR1 switches debug logging on \
                   and off",
        },
        Note {
            heading: "Environment",
            text: "WANCTL_LOG_FORMAT=json|text, and whatever variable router.password names",
        },
        Note {
            heading: "Further",
            text: "`wanctl help COMMAND` explains a command, `wanctl manual` has guides and every key of the files",
        },
    ],
    exit_codes: &[
        (0, "clean stop, or it worked"),
        (1, "it did not"),
        (
            2,
            "the command line makes no sense (and nothing is on stdout), or `check` has warnings only",
        ),
        (78, "as a service, a file that cannot be used"),
    ],
    files: &[
        (
            "/etc/wanctl/NAME.yaml",
            "the file of one line, see wanctl.yaml(5)",
        ),
        (
            "/etc/wanctl/secrets",
            "NAME='value' lines, such as the router's password, for the unit; only root reads it",
        ),
        (
            "/var/lib/wanctl",
            "state documents and the history, metrics.db",
        ),
        ("/var/log/wanctl", "the logs, if the file names no others"),
        ("/run/wanctl", "locks: one daemon for each line"),
    ],
    environment: &[
        (
            "WANCTL_LOG_FORMAT",
            "`text` (the default), or `json`: an object per line",
        ),
        (
            "ROUTER_PASSWORD",
            "and whatever other variable the file names: read when the link to the router is built",
        ),
        (
            "NOTIFY_SOCKET, WATCHDOG_USEC",
            "a service manager's: readiness, status and the loop's own pulse go there",
        ),
        (
            "CREDENTIALS_DIRECTORY",
            "systemd's: where a router.password_file without a slash is",
        ),
    ],
    signals: &[
        (
            "SIGTERM, SIGINT",
            "a clean stop within two seconds, state saved",
        ),
        ("SIGHUP", "opens the log files anew"),
        ("SIGUSR1", "switches debug logging on and off"),
    ],
    examples: &[
        (
            "wanctl demo --seconds 5",
            "the real daemon on a simulated line",
        ),
        (
            "wanctl --config wan1.yaml --validate-config",
            "what a file means, and all that is wrong with it",
        ),
        (
            "wanctl --config wan1.yaml --once --dry-run",
            "one round, which changes nothing",
        ),
    ],
    ..EMPTY
};
