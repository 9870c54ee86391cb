use super::names::FAULTS;
use crate::manual::page::{EMPTY, HELP, Kind, Note, Operand, Opt, Page};

/// `wanctl double`.
pub static DOUBLE: Page = Page {
    command: "wanctl double",
    summary: "a RouterOS double alone, for tests and the curious",
    forms: &[
        "[--port N] [--tls | --tls12] [--ssh-socket PATH] [--profile V] [--fault NAME] [--seconds N]",
    ],
    about: &[
        "A RouterOS double alone: REST on a loopback port, the console on a Unix socket, and the demo's line \
         with three reflectors behind it. For tests, and to try things out.",
    ],
    options: &[
        Opt::with(
            "port",
            "N",
            Kind::Free,
            "port of the REST API (default: any free one, printed)",
        ),
        Opt::flag(
            "tls",
            "REST over HTTPS, with a new certificate that signs itself; the line for router.tls_fingerprint is \
             printed",
        ),
        Opt::flag(
            "tls12",
            "the same in TLS 1.2 only, as some routers are set up",
        ),
        Opt::with(
            "ssh-socket",
            "PATH",
            Kind::File,
            "where the console listens (default: a new path in /tmp, printed)",
        ),
        Opt::with(
            "profile",
            "V",
            Kind::Word(&["7.9", "7.16", "7.20", "7.23"]),
            "RouterOS 7.9, 7.16, 7.20 or 7.23 (default)",
        ),
        Opt::with(
            "fault",
            "NAME",
            Kind::Word(&FAULTS),
            "what is wrong with it: garbage, silence, half-response, reset, status-401, status-403, status-404, \
             status-500, status-503, close-after-each, announced-close, slow, empty-list, clamps, \
             control-characters, chunked, refuses-what-it-did, latency, budget, hang, hanging-writes, \
             abort-damage, unauthorized-storm, swapped-ids, renumbered, reboot, confused, read-only, \
             absent-disabled, invalid-queues, changed-by-hand, session-limit",
        ),
        Opt::with(
            "seconds",
            "N",
            Kind::Free,
            "end after N seconds; otherwise SIGINT or SIGTERM ends it",
        ),
        HELP,
    ],
    notes: &[Note {
        heading: "What it holds",
        text: "user wanctl, password secret, queues WAN-Download and WAN-Upload",
    }],
    exit_codes: &[
        (0, "it was ended"),
        (1, "it did not work"),
        (2, "the command line makes no sense"),
    ],
    examples: &[(
        "wanctl double --tls --seconds 1",
        "for a second, over HTTPS",
    )],
    aside: true,
    ..EMPTY
};

/// `wanctl double-cli`.
pub static DOUBLE_CLI: Page = Page {
    command: "wanctl double-cli",
    summary: "one console command to a running double",
    forms: &["--socket PATH [COMMAND ...]"],
    about: &[
        "Gives one console command to a running double and prints what it says; the exit status is the \
         command's, or 255 if the session broke. As sshd's forced command it makes the double a RouterOS \
         behind real SSH: `ForceCommand /usr/bin/wanctl double-cli --socket /run/double.sock`",
    ],
    operands: &[Operand {
        name: "COMMAND",
        kind: Kind::Free,
        text: "if SSH_ORIGINAL_COMMAND is not set",
    }],
    options: &[
        Opt::with(
            "socket",
            "PATH",
            Kind::File,
            "the double's console, as `wanctl double` printed it",
        ),
        HELP,
    ],
    aside: true,
    ..EMPTY
};
