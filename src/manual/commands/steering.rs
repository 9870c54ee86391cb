use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page, VERSION};

/// `wanctl steering`.
pub static STEERING: Page = Page {
    command: "wanctl-steering",
    summary: "moves latency-sensitive traffic to the other line while this one is degraded; the same as \
              wanctl-steering",
    forms: &[
        "--config F [--debug] [--reset] [--validate-config]",
        "--help | --version",
    ],
    about: &[
        "Watches the primary line and, when it is really degraded, enables the mangle rule on the router that \
         sends new latency-sensitive connections over the alternate line; disables it when the primary has \
         recovered. The same binary as wanctl, called wanctl-steering or `wanctl steering`.",
    ],
    options: &[
        Opt::with("config", "F", Kind::File, "the steering file").v1_7(),
        Opt::flag(
            "reset",
            "disable the rule, see that it is disabled, write that into the state file, and end; refused \
             while the daemon runs",
        )
        .v1_7(),
        Opt::flag("debug", "also write the debug log, and everything to stderr").v1_7(),
        Opt::flag(
            "validate-config",
            "check the file, print what it means, touch nothing else",
        ),
        HELP,
        VERSION,
    ],
    notes: &[Note {
        heading: "Signals and environment",
        text: "as wanctl",
    }],
    exit_codes: &[
        (0, "clean stop, or it worked"),
        (1, "it did not (--reset: the rule was not seen disabled)"),
        (2, "the command line makes no sense"),
        (78, "as a service, a file that cannot be used"),
    ],
    files: &[
        ("/etc/wanctl/steering.yaml", "see wanctl-steering.yaml(5)"),
        (
            "/var/lib/wanctl/steering_state.json",
            "what it decided last, if the file says no other place",
        ),
    ],
    examples: &[(
        "wanctl-steering --config steering.yaml --validate-config",
        "what the file means",
    )],
    ..EMPTY
};
