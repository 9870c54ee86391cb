use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page};

/// `wanctl setup`.
pub static SETUP: Page = Page {
    command: "wanctl setup",
    summary: "finds the router, asks what it cannot find out, writes the files and checks them",
    forms: &["[--yes] [--dir DIR] [--data DIR] [--dry-run] [--no-check] [answers]"],
    about: &[
        "Asks for the router and the lines, finds out the rest, shows the files it would write, writes them, \
         checks them live, and says what to type next. Where something is missing on the router (the user, the \
         queues, the key, the rule) it shows the exact RouterOS commands, waits, and looks again; it changes \
         nothing there itself. Files that are there already are the defaults, so it can be run again.",
        "Every question has an option that answers it. --wan begins a line, and what follows is about it; \
         without --wan there is one, wan1.",
    ],
    options: &[
        Opt::flag(
            "yes",
            "ask nothing: take these options and what the present files say; whatever is missing is said at once",
        ),
        Opt::flag("unattended", "the same"),
        Opt::with(
            "dir",
            "DIR",
            Kind::Folder,
            "where the files go, default /etc/wanctl",
        ),
        Opt::with(
            "data",
            "DIR",
            Kind::Folder,
            "state, history, logs and locks in DIR instead of /var/lib/wanctl, /var/log/wanctl and /run/wanctl: \
             for a trial without root",
        ),
        Opt::flag("dry-run", "show the files, write nothing"),
        Opt::flag(
            "no-check",
            "do not check the new files; with --yes, ask the router nothing at all",
        ),
        Opt::with(
            "router",
            "HOST",
            Kind::Free,
            "address or name; suggested is the default gateway",
        ),
        Opt::with(
            "scheme",
            "S",
            Kind::Word(&["https", "http"]),
            "how it speaks REST; without, https is tried first",
        ),
        Opt::with(
            "port",
            "N",
            Kind::Free,
            "where; without, 443 and 80 are tried",
        ),
        Opt::with(
            "tls-fingerprint",
            "F",
            Kind::Free,
            "the certificate to believe, as `wanctl fingerprint` prints it",
        ),
        Opt::flag(
            "trust-on-first-use",
            "believe the certificate and the host key that are shown now",
        ),
        Opt::with("user", "NAME", Kind::Free, "RouterOS user, default wanctl"),
        Opt::with(
            "password-file",
            "FILE",
            Kind::File,
            "its first line is the password",
        ),
        Opt::with(
            "password-env",
            "NAME",
            Kind::Free,
            "the password is in this environment variable. Without both it is asked for without an echo, or read \
             from a standard input that is no terminal; it is never given on the command line",
        ),
        Opt::with(
            "transport",
            "T",
            Kind::Word(&["rest", "ssh"]),
            "which way leads, default rest; the other one stands in",
        ),
        Opt::with(
            "ssh-key",
            "FILE",
            Kind::WordOrFile(&["generate"]),
            "private key for SSH; \"generate\" makes DIR/ssh/router.key",
        ),
        Opt::flag(
            "no-ssh",
            "no way by SSH; the default with --yes where there is no key",
        ),
        Opt::with("ssh-port", "N", Kind::Free, "default 22"),
        Opt::with(
            "wan",
            "NAME",
            Kind::Free,
            "begins a line: the file is DIR/NAME.yaml, the unit wanctl@NAME",
        ),
        Opt::with(
            "line",
            "KIND",
            Kind::Word(&KINDS),
            "cable, dsl, fiber, lte or starlink",
        ),
        Opt::with(
            "download",
            "MBIT",
            Kind::Free,
            "Mbit/s on the line's best day: the ceiling; base and floor follow from the kind",
        ),
        Opt::with("upload", "MBIT", Kind::Free, "the same for what you send"),
        Opt::with(
            "download-queue",
            "Q",
            Kind::Free,
            "the download's queue in RouterOS' /queue tree; found by name where that is clear",
        ),
        Opt::with("upload-queue", "Q", Kind::Free, "the upload's"),
        Opt::with(
            "source-address",
            "IP",
            Kind::Free,
            "send this line's echoes from this address of this machine",
        ),
        Opt::flag("steering", "also write DIR/steering.yaml; needs two lines"),
        Opt::flag("no-steering", "do not; the default with --yes"),
        Opt::with(
            "primary",
            "NAME",
            Kind::Free,
            "the line that is watched, default the first",
        ),
        Opt::with(
            "alternate",
            "NAME",
            Kind::Free,
            "the line that helps out, default the second",
        ),
        Opt::with(
            "mangle-comment",
            "C",
            Kind::Free,
            "the comment of the rule that steers",
        ),
        HELP,
    ],
    notes: &[Note {
        heading: "Where the password is",
        text: "in DIR/secrets (0600), or in DIR/router-password if it has a single quote or a backslash; never in \
               a YAML file. What is replaced stays beside it as .bak.YYYYmmdd_HHMMSS",
    }],
    exit_codes: &[
        (
            0,
            "the files are written (or shown), and the check found no errors",
        ),
        (
            1,
            "it did not work, or the check found errors (the files stay)",
        ),
        (
            2,
            "the command line makes no sense, or an answer is missing",
        ),
        (130, "it was interrupted, with nothing half written"),
    ],
    files: &[
        ("/etc/wanctl/NAME.yaml", "a line's file"),
        ("/etc/wanctl/steering.yaml", "steering's"),
        ("/etc/wanctl/secrets", "the password, for the units"),
        (
            "/etc/wanctl/ssh",
            "the key, and the host keys that are known",
        ),
    ],
    signals: &[(
        "SIGINT, SIGTERM, SIGHUP",
        "end it, with nothing half written",
    )],
    examples: &[(
        "wanctl setup --help",
        "every question, and the option that answers it",
    )],
    ..EMPTY
};

/// As the config has them; the wizard's own list is compared with this one.
pub(crate) const KINDS: [&str; 5] = ["cable", "dsl", "fiber", "lte", "starlink"];
