use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl notice`.
pub static NOTICE: Page = Page {
    command: "wanctl notice",
    summary: "sends a notice that is a test to whom the files name",
    forms: &["--config F [F ...]"],
    about: &[
        "Sends one notice that is a test to whom the section `notices` of each file names, at once and without \
         another attempt, and says whether it was taken. Needs no router, and no daemon that runs.",
    ],
    options: &[
        Opt::with("config", "F [F ...]", Kind::Files, "WAN and steering files"),
        HELP,
    ],
    exit_codes: &[
        (0, "all were taken"),
        (
            1,
            "one was not, or a file has no such section or cannot be used",
        ),
        (2, "the command line makes no sense"),
    ],
    examples: &[(
        "wanctl notice --config wan1.yaml",
        "does it reach my telephone?",
    )],
    ..EMPTY
};
