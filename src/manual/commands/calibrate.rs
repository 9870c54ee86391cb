use super::setup::KINDS;
use crate::manual::page::{EMPTY, HELP, Kind, Note, Opt, Page, VERSION};

/// `wanctl calibrate`.
pub static CALIBRATE: Page = Page {
    command: "wanctl-calibrate",
    summary: "measures what a line can do and writes it into its WAN file; the same as `wanctl calibrate`",
    forms: &[
        "--config F [--iperf3 HOST[:PORT] | --netperf-host HOST] [--seconds N] [--target-bloat MS] \
         [--skip-binary-search] [--ping-host HOST] [--output-dir DIR] [--dry-run] [--yes]",
        "--config F --restore",
        "--wan-name NAME --router HOST[:PORT] [--user U] [--ssh-key F] [--download-queue Q] [--upload-queue Q] \
         [--line KIND] [--state-dir DIR] ...",
    ],
    about: &[
        "Measures the round trip while nobody uses the line, what passes in each direction without a limit, and \
         the highest limits that keep the delay low; then writes them into the WAN file. The queues' limits on \
         the router are moved meanwhile, and put back as they were found: at the end, on an error, on Ctrl-C at \
         once, and after a crash by the next start. Refused while the daemon of the line runs.",
        "The line is filled by iperf3 or netperf, or by traffic of your own, which you are asked for. What \
         passes is counted by the router's queues.",
    ],
    options: &[
        Opt::with(
            "config",
            "F",
            Kind::File,
            "WAN file: line, router, queues and credentials are from it. It is edited in place, and the old one \
             kept as F.bak.DATE_TIME",
        ),
        Opt::with(
            "iperf3",
            "HOST[:PORT]",
            Kind::Free,
            "an iperf3 server fills the line; port 5201",
        ),
        Opt::with("netperf-host", "HOST", Kind::Free, "a netperf server does").v1_7(),
        Opt::with("netperf", "HOST", Kind::Free, "the same"),
        Opt::with("seconds", "N", Kind::Free, "of each measurement, 1 to 60, default 10"),
        Opt::with(
            "target-bloat",
            "MS",
            Kind::Free,
            "up to so much added delay the line counts as calm, 1 to 200, default 10",
        )
        .v1_7(),
        Opt::flag(
            "skip-binary-search",
            "no search: 0.9 of what passes without a limit",
        )
        .v1_7(),
        Opt::with(
            "ping-host",
            "HOST",
            Kind::Free,
            "who is asked for echoes, instead of the file's ping_hosts",
        )
        .v1_7(),
        Opt::with(
            "output-dir",
            "DIR",
            Kind::Folder,
            "for NAME_calibration.json and a new file; without, beside the present file, or /etc/wanctl",
        )
        .v1_7(),
        Opt::flag(
            "dry-run",
            "look at router and line, say what would be done; change nothing",
        ),
        Opt::flag("yes", "ask nothing; without a terminal nothing is asked anyway"),
        Opt::flag(
            "restore",
            "only put back what a calibration that was cut short has left",
        ),
        Opt::with("wan-name", "NAME", Kind::Free, "a new file's wan_name").v1_7(),
        Opt::with(
            "router",
            "HOST[:PORT]",
            Kind::Free,
            "its router: REST with the password in ROUTER_PASSWORD (port 443 is https, others are http), or SSH \
             with --ssh-key",
        )
        .v1_7(),
        Opt::with("user", "U", Kind::Free, "RouterOS user, default admin").v1_7(),
        Opt::with("ssh-key", "F", Kind::File, "private key").v1_7(),
        Opt::with(
            "download-queue",
            "Q",
            Kind::Free,
            "the download's queue, default WAN-Download-Name",
        )
        .v1_7(),
        Opt::with(
            "upload-queue",
            "Q",
            Kind::Free,
            "the upload's queue, default WAN-Upload-Name",
        )
        .v1_7(),
        Opt::with(
            "line",
            "KIND",
            Kind::Word(&KINDS),
            "cable, dsl, fiber, lte or starlink; without, by the round trip",
        ),
        Opt::with(
            "state-dir",
            "DIR",
            Kind::Folder,
            "for the journal, and a new file's state and lock; without, /var/lib/wanctl and /run/wanctl",
        ),
        HELP,
        VERSION,
    ],
    notes: &[Note {
        heading: "Without a file",
        text: "As in v1.7, --wan-name and --router make a new WAN file, from the example of the line's kind.",
    }],
    exit_codes: &[
        (0, "it worked"),
        (1, "it did not"),
        (2, "the command line makes no sense"),
        (130, "it was interrupted, and the limits are back"),
    ],
    files: &[
        (
            "/var/lib/wanctl/ROUTER+QUEUE+QUEUE_calibration.journal",
            "the limits from before, while they are not back",
        ),
        (
            "/etc/wanctl/NAME_calibration.json",
            "what was found, with v1.7's keys",
        ),
    ],
    environment: &[
        (
            "ROUTER_PASSWORD",
            "the password, where no file says where it is",
        ),
        ("PATH", "where iperf3 and netperf are looked for"),
    ],
    signals: &[(
        "SIGINT, SIGTERM, SIGHUP",
        "put the limits back at once, and end",
    )],
    examples: &[
        (
            "wanctl calibrate --config wan1.yaml --dry-run",
            "what would be done",
        ),
        (
            "wanctl calibrate --config wan1.yaml --iperf3 iperf.example.net",
            "the line of that file, with a server",
        ),
    ],
    ..EMPTY
};
