use crate::manual::page::{EMPTY, HELP, Kind, Opt, Page};

/// `wanctl check`.
pub static CHECK: Page = Page {
    command: "wanctl check",
    summary: "looks at this machine and the router, and says what is wrong, why it matters and how to put it \
              right; changes nothing",
    forms: &[
        "--config F [F ...] [--json] [--write-test] [--secrets FILE]",
        "--from-v17 [--root DIR]",
    ],
    about: &[
        "Looks at the configuration, at this machine (directories, rights, pings) and at the router \
         (reachability, version, rights, queues, CAKE options, counters; by SSH: host key, key file, login, \
         queues), and reports like a colleague: what is wrong, why it matters, and the RouterOS command or \
         YAML line that puts it right. Of a steering file: the mangle rule, who may switch it, both lines, the \
         primary's autorate. Takes some seconds; a busy line tells more about counters than an idle one.",
    ],
    options: &[
        Opt::with("config", "F [F ...]", Kind::Files, "WAN and steering files"),
        Opt::flag("json", "an array of findings, each with a stable id"),
        Opt::flag(
            "write-test",
            "also change the download queue's max-limit by 1 kbit/s and back, ten times, to measure what a \
             write costs in time and in flash sectors. The limit is restored in any case, Ctrl-C included. \
             Refused while a daemon runs. Without this, nothing on the router is ever changed. The rule of a \
             steering file is never switched",
        ),
        Opt::with(
            "secrets",
            "FILE",
            Kind::File,
            "the service's environment, NAME=value lines as systemd reads them: its variables count for a config, \
             before those of this process; without, those of the file `secrets` beside the first config count \
             after them",
        ),
        Opt::flag(
            "from-v17",
            "look for v1.7 instead: its files, state, history and services, what becomes of each, what you will \
             notice, and what is in the way; `wanctl upgrade` does it",
        ),
        Opt::with(
            "root",
            "DIR",
            Kind::Folder,
            "with --from-v17: the system below this directory",
        ),
        HELP,
    ],
    exit_codes: &[
        (0, "nothing to do (notes at most)"),
        (1, "errors"),
        (
            2,
            "warnings only; a command line that makes no sense is 2, too, but prints nothing on stdout",
        ),
    ],
    examples: &[
        ("wanctl check --config wan1.yaml", "a line and its router"),
        (
            "wanctl check --config wan1.yaml --json",
            "the same for programs",
        ),
    ],
    ..EMPTY
};
