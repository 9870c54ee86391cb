use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl upgrade`.
pub static UPGRADE: Page = Page {
    command: "wanctl upgrade",
    summary: "takes v1.7 over, with its state and history, and goes back to it",
    forms: &["[--dry-run | --back] [--yes] [--root DIR]"],
    about: &[
        "Looks at v1.7's configuration, state, history and services, says what becomes of each file and what you \
         will notice, and then, with your consent, stops v1.7's services and starts ours in their place. No \
         configuration is changed, state and history go on, and --back puts v1.7 back in its place.",
        "What is moved away is kept in /etc/wanctl/v17, under the path it had. If one of our services does not \
         start, everything is put back at once.",
    ],
    options: &[
        Opt::flag(
            "dry-run",
            "only look and tell; the same as `wanctl check --from-v17`",
        ),
        Opt::flag(
            "back",
            "back to v1.7: its services as they were, with today's state and history. A file that v1.7 could not \
             read any more is kept as FILE.v2, and v1.7's own put back",
        ),
        Opt::flag("yes", "do not ask"),
        Opt::with(
            "root",
            "DIR",
            Kind::Folder,
            "the system below this directory instead of this one; nothing is stopped or started, and what is left \
             to do there is printed",
        ),
        HELP,
    ],
    exit_codes: &[
        (0, "it worked, or there was nothing to do"),
        (1, "it did not, or something is in the way"),
        (
            2,
            "the command line makes no sense, nobody was there to say yes, or (--dry-run) there are warnings only",
        ),
    ],
    files: &[(
        "/etc/wanctl/v17",
        "what was moved away, copies of the configuration, and the list that --back goes by",
    )],
    examples: &[
        ("wanctl upgrade --dry-run", "what would happen?"),
        ("wanctl upgrade", "take over"),
        ("wanctl upgrade --back", "and back"),
    ],
    ..EMPTY
};
