//! What `wanctl calibrate --help` prints.

/// The text.
pub(in crate::cli) const CALIBRATE_HELP: &str = "\
Measures a line: the round trip while nobody uses it, what passes in each direction without a limit, and the
highest limits that keep the delay low; then writes them into the WAN file. The queues' limits on the router
are moved meanwhile, and put back as they were found: at the end, on an error, on Ctrl-C at once, and after a
crash by the next start. Refused while the daemon of the line runs.
The line is filled by iperf3 or netperf, or by traffic of your own, which you are asked for; what passes is
counted by the router's queues.

usage: wanctl calibrate --config F [--iperf3 HOST[:PORT] | --netperf-host HOST] [--seconds N]
                        [--target-bloat MS] [--skip-binary-search] [--ping-host HOST]
                        [--output-dir DIR] [--dry-run] [--yes]
       wanctl calibrate --config F --restore
       wanctl calibrate --wan-name NAME --router HOST[:PORT] [--user U] [--ssh-key F]
                        [--download-queue Q] [--upload-queue Q] [--line KIND] [--state-dir DIR] ...

  --config F             WAN file: line, router, queues and credentials are from it, and it is
                         edited in place; the old one is kept as F.bak.DATE_TIME
  --iperf3 HOST[:PORT]   an iperf3 server fills the line; port 5201
  --netperf-host HOST    a netperf server does; --netperf is the same
  --seconds N            of each measurement, 1 to 60, default 10
  --target-bloat MS      up to so much added delay the line counts as calm, 1 to 200, default 10
  --skip-binary-search   no search: 0.9 of what passes without a limit
  --ping-host HOST       who is asked for echoes, instead of the file's ping_hosts
  --output-dir DIR       for NAME_calibration.json and a new file; without, beside the present file,
                         or /etc/wanctl
  --dry-run              look at router and line, say what would be done; change nothing
  --yes                  ask nothing; without a terminal nothing is asked anyway
  --restore              only put back what an interrupted calibration left behind
  -h, --help             this text
  -V, --version          the version

Without a file, as in v1.7; a new one is made from the example of the line's kind:
  --wan-name NAME        the new file's wan_name
  --router HOST[:PORT]   REST with the password in ROUTER_PASSWORD (port 443 is https, others are
                         http), or SSH with --ssh-key
  --user U               RouterOS user, default admin
  --ssh-key F            private key
  --download-queue Q, --upload-queue Q   default WAN-Download-Name and WAN-Upload-Name
  --line KIND            cable, dsl, fiber, lte or starlink; without, by the round trip
  --state-dir DIR        for the new file's state and lock; without, /var/lib/wanctl and /run/wanctl

The same as wanctl-calibrate. Exit codes: 0 it worked; 1 it did not; 2 the command line makes no
sense; 130 it was interrupted, and the limits are back.
";
