use crate::manual::page::{EMPTY, Kind, Operand, Page};

/// `wanctl help`.
pub static HELP_COMMAND: Page = Page {
    command: "wanctl help",
    summary: "what a command does, the same as its --help",
    forms: &["[COMMAND]"],
    about: &[
        "Prints what `wanctl COMMAND --help` does; without a command, what `wanctl --help` does.",
    ],
    operands: &[Operand {
        name: "COMMAND",
        kind: Kind::Free,
        text: "one of those that `wanctl --help` lists",
    }],
    exit_codes: &[(0, "it worked"), (2, "there is no such command")],
    examples: &[("wanctl help check", "what `wanctl check` does")],
    ..EMPTY
};
