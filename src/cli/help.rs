//! What `--help` and a usage error print.

pub(super) const RUN_USAGE: &str =
    "usage: wanctl --config F [F ...] [--debug] [--once] [--dry-run] [--validate-config]
       wanctl steering --config F [--debug] [--reset] [--validate-config]
       wanctl check --config F [F ...] [--json] [--write-test]
       wanctl calibrate --config F [--iperf3 HOST[:PORT]] [--dry-run | --restore]
       wanctl history [--last D | --from T [--to T]] [--json | --csv | --plot | --summary]
       wanctl dashboard [--listen HOST:PORT] [--config F [F ...]] [--health URL] [--db PATH]
       wanctl notice --config F [F ...]
       wanctl fingerprint HOST[:PORT]
       wanctl demo [--seconds N] [--law L]
       wanctl replay --config F (--history [--last D] [--law L] [--plot] | --trace T.csv)
       wanctl simulate --config F [--scenario NAME|FILE] [--law L] [--plot | --csv | --json]
       wanctl --help | --version";

pub(super) const STEERING_USAGE: &str =
    "usage: wanctl-steering --config F [--debug] [--reset] [--validate-config]
       wanctl-steering --help | --version";

pub(super) const HISTORY_HELP: &str = "\
Prints what wanctl has recorded, newest first. Ranges below 6 hours are shown by the second,
below a day by the minute, below a week by five minutes, others by the hour.
The same binary as wanctl, called wanctl-history or `wanctl history`.

usage: wanctl-history [--last D | --from T [--to T]] [--metrics A,B] [--wan N]
                      [--json | --csv | --plot | --summary] [-v] [--db PATH]
       wanctl-history --compact [--db PATH]

  --last D             the last 30s, 5m, 12h, 7d, 2w; without it and --from, the last hour
  --from T, --to T     from then, to then (or now): ISO 8601 or YYYY-MM-DD HH:MM[:SS]; local
                       time, unless it ends in Z or an offset
  --metrics A,B        only these, by their exact names
  --wan N              only this one, by its exact name
  --json               an array of objects
  --csv                a line per row, and a heading
  --plot               a chart of each WAN for the terminal
  --summary            least, greatest, mean and percentiles, or how much of the time each zone held
  -v, --verbose        also WAN, labels and granularity in the table
  --db PATH            the database, default /var/lib/wanctl/metrics.db
  --compact            write the file anew without what is free in it; v1.7's files give nothing
                       back otherwise. Takes as much room again while it works; a running daemon
                       keeps its newest minutes in memory until it is done
  -h, --help           this text
  -V, --version        the version

Names: wanctl_rtt_ms, wanctl_rtt_baseline_ms, wanctl_rtt_delta_ms, wanctl_rate_download_mbps,
wanctl_rate_upload_mbps (means, of what the law wants); wanctl_rtt_max_ms, wanctl_rtt_delta_max_ms,
wanctl_rate_download_min_mbps, wanctl_rate_upload_min_mbps (where the mean hides them);
wanctl_state (0 GREEN, 1 YELLOW, 2 SOFT_RED, 3 RED; with \"source\": \"steering\", 2 is RED; with a
\"reason\", a change); wanctl_router_write (1 confirmed, 0 not); wanctl_steering_enabled,
wanctl_steering_transition, wanctl_config_snapshot. With the adaptive law also
wanctl_achieved_download_mbps, wanctl_achieved_upload_mbps (what passes),
wanctl_anchor_download_mbps, wanctl_anchor_upload_mbps (what the line could when it was last full)
and wanctl_adaptive_mode (a change: 0 clear, 1 draining, 2 weather, 3 blind).

Exit codes: 0 it worked, also if there was nothing to show; 1 there is no database, or it cannot be
read; 2 the command line makes no sense.
";

pub(super) const DASHBOARD_HELP: &str = "\
Serves a page that shows every line and steering as they are now, in words, and charts of what was:
delay, rates, zones, changes and their reasons, from the last minutes to the last weeks. It only
reads: /health of the daemons, once a second, and the history database. It needs nothing from
elsewhere, and works on a phone.

usage: wanctl dashboard [--listen HOST:PORT] [--config F [F ...]] [--health URL] [--db PATH]

  --listen HOST:PORT   where the page is, default 127.0.0.1:9104: this machine only. From another
                       one: ssh -L 9104:127.0.0.1:9104 HOST. Wider than that, whoever can reach
                       it reads it
  --config F [F ...]   WAN and steering files, for where their /health and history are
  --health URL         where else a /health is; may be given several times. Without this and
                       --config, http://127.0.0.1:9101/health and :9102
  --db PATH            the database; without, the files' storage.db_path, or
                       /var/lib/wanctl/metrics.db
  -h, --help           this text

Signals: SIGTERM and SIGINT end it. Exit codes: 0 it was ended; 1 it did not work, such as when
somebody listens there already; 2 the command line makes no sense.
";

pub(super) const HELP: &str = "\
Keeps an internet line fast and responsive: pings reflectors every 50 ms, sees the
modem's queue grow, and moves a RouterOS router's CAKE limits before anybody notices.

usage: wanctl --config F [F ...] [--debug] [--once] [--dry-run] [--validate-config]
       wanctl steering --config F [--debug] [--reset] [--validate-config]
       wanctl check --config F [F ...] [--json] [--write-test]
       wanctl history [--last D | --from T [--to T]] [--json | --csv | --plot | --summary]
       wanctl dashboard [--listen HOST:PORT] [--config F [F ...]] [--health URL] [--db PATH]
       wanctl notice --config F [F ...]
       wanctl fingerprint HOST[:PORT]
       wanctl demo [--seconds N] [--law L]
       wanctl replay --config F (--history [--last D] [--law L] [--plot] | --trace T.csv)
       wanctl simulate --config F [--scenario NAME|FILE] [--law L] [--plot | --csv | --json]

  --config F [F ...]   WAN files, one per line; several WANs share one process
  --debug              also write the debug log, and everything to stderr
  --once, --oneshot    one measure-judge-act round, printed; exit code tells success. Its limits stay
                       on the router, whatever router.on_exit says
  --dry-run            measure and decide, but never write to the router
  --validate-config    check the files, print what they mean, touch nothing else
  -h, --help           this text
  -V, --version        the version

  steering             moves latency-sensitive traffic to the other line while this one is
                       degraded; the same as wanctl-steering
  check                looks at this machine and the router, and says what is wrong, why it
                       matters and how to put it right; changes nothing
  calibrate            measures the line and writes its numbers into the WAN file; the same as
                       wanctl-calibrate
  history              what happened: delays, rates, zones and changes, from the last minute
                       to the last months; the same as wanctl-history
  dashboard            a page to look at, on http://127.0.0.1:9104/: every line in words, and
                       charts of the last minutes to the last weeks
  notice               sends a notice that is a test to whom the files name
  fingerprint          the router's certificate, and the line that pins it
  demo                 the real daemon on a simulated line and router: nothing to set up,
                       no root, no network
  simulate             what the laws make of bad evenings on your line, hours in a second:
                       delay, use and writes as a table, and as a chart
  replay               what another law would have done with what the history has; or what
                       v1.7's law decides on a recorded RTT trace, printed as CSV

Signals: SIGTERM and SIGINT stop cleanly, SIGHUP reopens the logs, SIGUSR1 switches
debug logging on and off. Environment: WANCTL_LOG_FORMAT=json|text, and whatever
variable router.password names.

Exit codes: 0 clean stop, or it worked; 1 it did not; 2 the command line makes no sense
(and nothing is on stdout), or `check` has warnings only; 78 as a service, a file that
cannot be used.
";

pub(super) const STEERING_HELP: &str = "\
Watches the primary line and, when it is really degraded, enables the mangle rule on the router
that sends new latency-sensitive connections over the alternate line; disables it when the
primary has recovered. The same binary as wanctl, called wanctl-steering or `wanctl steering`.

usage: wanctl-steering --config F [--debug] [--reset] [--validate-config]

  --config F           the steering file
  --debug              also write the debug log, and everything to stderr
  --reset              disable the rule, see that it is disabled, write that into the state file,
                       and end; refused while the daemon runs
  --validate-config    check the file, print what it means, touch nothing else
  -h, --help           this text
  -V, --version        the version

Signals and environment: as wanctl.

Exit codes: 0 clean stop, or it worked; 1 it did not (--reset: the rule was not seen disabled);
2 the command line makes no sense; 78 as a service, a file that cannot be used.
";

pub(super) const DEMO_HELP: &str = "\
The real daemon (same loop, same REST link over loopback TCP) against a built-in RouterOS
double and a simulated line with three reflectors. Load comes and goes, the capacity drops
to half and returns; watch delay, zones and rates. No root, router or network needed.

usage: wanctl demo [--seconds N] [--law classic|adaptive]

  --seconds N   end after N seconds (1 to 86400); otherwise Ctrl-C ends it
  --law L       which law decides: adaptive (the default) or v1.7's, classic
  -h, --help    this text
";

pub(super) const REPLAY_HELP: &str = "\
With --history: what would another law have done last night? From the seconds of the history (RTT,
rates and, where the adaptive law ran, what passed) the line is guessed, and the laws are played on it
as `wanctl simulate` does, beside what was recorded.
With --trace: feeds the rtt_ms column of a CSV file to v1.7's law with a WAN file's numbers, one row per
50 ms cycle, and prints what it decides: the same columns as tests/golden. An empty rtt_ms is a
cycle without a reply. The router always succeeds at once; the write budget is honoured.

usage: wanctl replay --config F --history [--last D | --from T [--to T]] [--law L[,L ...]]
                     [--wan N] [--db PATH] [--plot | --csv | --json]
       wanctl replay --config F --trace T.csv

  --config F    WAN file
  --history     replay what the history has; the last 12 hours without --last or --from
  --last D      the last 30s, 15m, 12h, 2d
  --from T, --to T   2026-11-20T18:00 and the like; to now without --to
  --law L       static, classic, bands (cake-autorate's), bands-tight, adaptive or all; classic and
                adaptive without
  --wan N       another name than the file's
  --db PATH     another database than the file's
  --plot        also charts of capacity, rate and delay
  --csv, --json the table for programs
  --trace T     CSV file with an rtt_ms column
  -h, --help    this text

Exit codes: 0 it worked; 1 a file or the history cannot be used; 2 the command line makes no sense.
";

pub(super) const SIMULATE_HELP: &str = "\
Plays scenarios on the line a WAN file describes, in virtual time: its limits, thresholds, reflectors
and write budget, on a simulated line with TCP's habits, a modem's buffer and echoes. Prints for every law
what queues added to the round trip, how much of the line was used, and how often the router was
written to. A model, not your line: it has no packets and no Wi-Fi; good for comparing, not for promises.

usage: wanctl simulate --config F [--scenario NAME|FILE ...] [--law L[,L ...]] [--seed N]
                       [--seconds N] [--plot | --csv | --json]
       wanctl simulate --list

  --config F             WAN file
  --scenario NAME|FILE   a built-in scenario or a file; may be given several times. Without, all
                         that are built in. Capacities scale with the ceilings of the config
  --law L[,L ...]        static (the base rate, never changed), classic (v1.7's), adaptive; bands and
                         bands-tight (cake-autorate's law from its published behaviour, with its own
                         thresholds and tight ones, for comparison); all. Without: static, classic, adaptive
  --seed N               other accidents, default 1; the same seed gives the same result
  --seconds N            instead of the scenario's own time, 10 to 86400
  --plot                 also charts of delay, capacity and rate: of the laws that --law names, or of the
                         config's
  --csv, --json          the table for programs
  --list                 the built-in scenarios
  -h, --help             this text

Exit codes: 0 it worked; 1 a file cannot be used, or there is no such scenario; 2 the command line
makes no sense.
";

pub(super) const CHECK_HELP: &str = "\
Looks at the configuration, at this machine (directories, rights, pings) and at the router
(reachability, version, rights, queues, CAKE options, counters; by SSH: host key, key file,
login, queues), and reports like a colleague:
what is wrong, why it matters, and the RouterOS command or YAML line that puts it right.
Of a steering file: the mangle rule, who may switch it, both lines, the primary's autorate.
Takes some seconds; a busy line tells more about counters than an idle one.

usage: wanctl check --config F [F ...] [--json] [--write-test]

  --config F [F ...]   WAN and steering files
  --json               an array of findings, each with a stable id
  --write-test         also change the download queue's max-limit by 1 kbit/s and back, ten
                       times, to measure what a write costs in time and in flash sectors. The
                       limit is restored in any case, Ctrl-C included. Refused while a daemon
                       runs. Without this, nothing on the router is ever changed.
                       The rule of a steering file is never switched
  -h, --help           this text

Exit codes: 0 nothing to do (notes at most), 1 errors, 2 warnings only. A command line that
makes no sense is 2, too, but prints nothing on stdout.
";

pub(super) const NOTICE_HELP: &str = "\
Sends one notice that is a test to whom the section `notices` of each file names, at once and
without another attempt, and says whether it was taken. Needs no router, and no daemon that runs.

usage: wanctl notice --config F [F ...]

  --config F [F ...]   WAN and steering files
  -h, --help           this text

Exit codes: 0 all were taken; 1 one was not, or a file has no such section or cannot be used;
2 the command line makes no sense.
";

pub(super) const FINGERPRINT_HELP: &str = "\
Prints the SHA-256 fingerprint, name and validity of the certificate a router shows, and the
line that pins it in a WAN file. Sends no password.

usage: wanctl fingerprint HOST[:PORT]

  HOST[:PORT]   name or address; IPv6 in brackets before a port; the port is 443
  -h, --help    this text
";
