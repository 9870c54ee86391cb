use crate::manual::page::{EMPTY, HELP, Kind, Operand, Opt, Page};

/// `wanctl manual`.
pub static MANUAL: Page = Page {
    command: "wanctl manual",
    summary: "guides, every key of the files, and man pages and completions to install",
    forms: &["[NAME]", "--list", "--write PREFIX"],
    about: &[
        "Prints a guide, the page of a command, or what every key of the YAML files means. Without a name, \
         says which there are.",
    ],
    operands: &[Operand {
        name: "NAME",
        kind: Kind::Free,
        text: "a guide such as `routeros`, a command such as `check`, or `config`: all keys of the files",
    }],
    options: &[
        Opt::flag("list", "what there is"),
        Opt::with(
            "write",
            "PREFIX",
            Kind::Folder,
            "all of it as man pages below PREFIX/share/man, and completions for bash, zsh and fish below \
             PREFIX/share",
        ),
        HELP,
    ],
    exit_codes: &[
        (0, "it worked"),
        (1, "there is no such page, or a file could not be written"),
        (2, "the command line makes no sense"),
    ],
    examples: &[
        ("wanctl manual --list", "what there is to read"),
        ("wanctl manual check", "the page of a command"),
        ("wanctl manual config", "every key, its range and default"),
    ],
    ..EMPTY
};
