//! What `wanctl setup --help` prints.

/// The text.
pub(in crate::cli) const SETUP_HELP: &str = "\
Asks for the router and the lines, finds out the rest, shows the files it would write, writes them,
checks them live, and says what to type next. Where something is missing on the router (the user, the
queues, the key, the rule) it shows the exact RouterOS commands, waits, and looks again; it changes
nothing there itself. Files that are there already are the defaults, so it can be run again.

usage: wanctl setup [--yes] [--dir DIR] [--data DIR] [--dry-run] [--no-check] [answers]

  --yes, --unattended   ask nothing: take the flags below and what the present files say; whatever is
                        missing is said at once
  --dir DIR             where the files go, default /etc/wanctl
  --data DIR            state, history, logs and locks in DIR instead of /var/lib/wanctl,
                        /var/log/wanctl and /run/wanctl: for a trial without root
  --dry-run             show the files, write nothing
  --no-check            do not check the new files; with --yes, ask the router nothing at all
  -h, --help            this text

The router:
  --router HOST         address or name; suggested is the default gateway
  --scheme S, --port N  https or http, and where; without, both are tried on their own ports
  --tls-fingerprint F   the certificate to believe, as `wanctl fingerprint` prints it
  --trust-on-first-use  believe the certificate and the host key that are shown now
  --user NAME           RouterOS user, default wanctl
  --password-file FILE  its first line is the password
  --password-env NAME   the password is in this environment variable. Without both it is asked for
                        without an echo, or read from a standard input that is no terminal; never
                        given on the command line
  --transport T         rest (default) or ssh: which way leads; the other one stands in
  --ssh-key FILE        private key for SSH; \"generate\" makes DIR/ssh/router.key
  --no-ssh              no way by SSH; the default with --yes without a key
  --ssh-port N          default 22

The lines; --wan begins one, and what follows is about it. Without --wan there is one, wan1:
  --wan NAME            the file is DIR/NAME.yaml, the unit wanctl@NAME
  --line KIND           cable, dsl, fiber, lte or starlink
  --download MBIT       Mbit/s on the line's best day: the ceiling; base and floor follow from the kind
  --upload MBIT         the same for what you send
  --download-queue Q    the queues in RouterOS' /queue tree; found by name where that is clear
  --upload-queue Q
  --source-address IP   send this line's echoes from this address of this machine

Steering, which needs two lines:
  --steering            also write DIR/steering.yaml; --no-steering is the default with --yes
  --primary NAME        the line that is watched, default the first
  --alternate NAME      the line that helps out, default the second
  --mangle-comment C    the comment of the rule that steers

The password goes into DIR/secrets (0600), or into DIR/router-password if it has a single quote or a
backslash; never into a YAML file. What is replaced stays beside it as .bak.YYYYmmdd_HHMMSS.

Exit codes: 0 the files are written (or shown) and the check found no errors; 1 it did not work, or the
check found errors (the files stay); 2 the command line makes no sense, or an answer is missing;
130 interrupted, with nothing half written.
";
