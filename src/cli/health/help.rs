//! What `wanctl health --help` prints.

pub(in crate::cli) const HELP: &str = "\
Asks running daemons how they are, and says it in a line each and in the exit code: for health checks of
containers, for scripts, and for monitors that can run a command but not read a page.

usage: wanctl health [--config F [F ...]] [--url URL] [--wait SECONDS] [--quiet]

  --config F [F ...]   WAN and steering files, for where their /health is
  --url URL            where a /health is, or its HOST:PORT; may be given several times. Without this
                       and --config, http://127.0.0.1:9101/health
  --wait SECONDS       ask again, once a second, until all are healthy or the time is over
  --quiet              only the exit code
  -h, --help           this text

Exit codes: 0 all are healthy; 1 one is not, or does not answer; 2 the command line makes no sense.
";
