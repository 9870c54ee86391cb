#!/bin/sh
# Installs wanctl, and takes it away again. `scripts/install.sh --help` says the rest.
#
# Nothing that is installed changes before everything new lies beside it: a failure half-way leaves what was there.
set -eu
# What is installed is for everybody to read, whatever root keeps its own files at.
umask 022

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
here=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
Installs wanctl: the binary, its old names, systemd units, log rotation, man pages and completions, the user it runs
as and its directories; then asks what it cannot find out (`wanctl setup`). May be run again and again: what you wrote
stays. Where v1.7 is found, `wanctl upgrade` takes it over instead.

usage: scripts/install.sh [--binary F | --profile small] [--no-wizard | --reconfigure] [-- SETUP-FLAGS ...]
       scripts/install.sh --uninstall [--purge]

  --binary F       take this binary; otherwise cargo builds one here
  --profile small  build the small one: no SSH link, history and dashboard; less memory, less disk
  --no-wizard      do not run `wanctl setup`
  --reconfigure    run it although there is a configuration
  -- FLAGS ...     answers for `wanctl setup`, such as --yes --router 192.168.1.1; see `wanctl setup --help`
  --runnable F     a binary of this version that this machine can run, to write man pages and completions; for a
                   package for another architecture
  --uninstall      stop the services and remove what was installed; keeps /etc/wanctl, /var/lib/wanctl, /var/log/wanctl
                   and the user
  --purge          with --uninstall: remove those as well
  -h, --help       this text

Environment: PREFIX, where it goes, default /usr/local (units for systemd, too, if it looks there); DESTDIR, put before
every path by packagers: then no user is made, nothing is started and nothing is asked.

Exit codes: 0 it worked; 1 it did not, and what was installed before is as it was; 2 the command line makes no sense;
3 it is installed, but what runs could not be started again with it; otherwise the one of `wanctl setup`: then wanctl is
installed, but not configured.
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '* %s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}
misused() {
    printf 'install.sh: %s\nTry: scripts/install.sh --help\n' "$*" >&2
    exit 2
}

binary='' runnable='' profile=release task=install wizard=yes purge=no restarted=yes
while [ $# -gt 0 ]; do
    case $1 in
    --binary | --runnable | --profile)
        [ $# -ge 2 ] || misused "$1 needs a value"
        case $1 in
        --binary) binary=$2 ;;
        --runnable) runnable=$2 ;;
        --profile) profile=$2 ;;
        esac
        shift
        ;;
    --no-wizard) wizard=no ;;
    --reconfigure) wizard=always ;;
    --uninstall) task=uninstall ;;
    --purge) purge=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    --)
        shift
        break
        ;;
    *) misused "unknown option $1" ;;
    esac
    shift
done
[ "$task" = uninstall ] || [ $purge = no ] || misused "--purge goes with --uninstall"
[ "$profile" = release ] || [ "$profile" = small ] || misused "--profile $profile: there is only small"
[ -z "$binary" ] || [ "$profile" = release ] || misused "--profile is for building, and --binary builds nothing"
[ $# -eq 0 ] || [ $wizard != no ] || misused "answers for a wizard that does not run: $*"
case $PREFIX in
*[[:space:]\|]*) misused "PREFIX=$PREFIX has a blank or | in it, which units and scripts cannot name" ;;
/*) ;;
*) misused "PREFIX=$PREFIX does not begin with a /" ;;
esac

etc=$DESTDIR/etc/wanctl
kept="/var/lib/wanctl /var/log/wanctl"
manifest=$DESTDIR$PREFIX/share/wanctl/manifest
# systemd's own search path; elsewhere only its administrator's directory is left.
case $PREFIX in
/usr | /usr/local) units=$PREFIX/lib/systemd/system ;;
*) units=/etc/systemd/system ;;
esac
# A package's files in /usr, a local administrator's in /etc.
if [ "$PREFIX" = /usr ]; then tmpfiles=/usr/lib/tmpfiles.d; else tmpfiles=/etc/tmpfiles.d; fi

is_live() { [ -z "$DESTDIR" ]; }
has_systemd() { is_live && [ -d /run/systemd/system ]; }
needs_root() { ! is_live || [ "$(id -u)" = 0 ] || fail "must be root: it makes a user and writes $PREFIX and /etc (sudo?)"; }

# --- install ---------------------------------------------------------------------------------------------------------

# What cargo makes belongs to whoever asked for root, not to root.
build() {
    step "building wanctl ($profile); minutes"
    flags='--release'
    [ "$profile" = release ] || flags="--profile $profile --no-default-features"
    command="cd '$here' && cargo build --locked $flags"
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ]; then
        runuser -u "$SUDO_USER" -- sh -lc "$command" || fail "cargo did not build it; nothing was changed"
    else
        command -v cargo >/dev/null || fail "there is no cargo here to build it (https://rustup.rs); or name a binary with --binary"
        sh -c "$command" || fail "cargo did not build it; nothing was changed"
    fi
    binary=$here/target/$profile/wanctl
}

# Everything that is to be installed, as a tree below $stage.
prepare() {
    stage=$(mktemp -d)
    trap 'rm -rf "$stage"' EXIT
    trap 'exit 130' INT TERM
    for directory in "$PREFIX/bin" "$units" "$tmpfiles" /etc/logrotate.d \
        "$PREFIX/share/wanctl" "$PREFIX/share/doc/wanctl/examples"; do
        mkdir -p "$stage$directory"
    done
    install -m 755 "$binary" "$stage$PREFIX/bin/wanctl"
    for name in wanctl-steering wanctl-calibrate wanctl-history; do
        ln -s wanctl "$stage$PREFIX/bin/$name"
    done
    for unit in "$here"/systemd/*.service; do
        sed "s|/usr/local/bin/|$PREFIX/bin/|g" "$unit" >"$stage$units/$(basename "$unit")"
    done
    printf '# Locks and states of the daemons.\nd /run/wanctl 0755 wanctl wanctl -\n' >"$stage$tmpfiles/wanctl.conf"
    cp "$here/configs/logrotate/wanctl" "$stage/etc/logrotate.d/wanctl"
    # The copy that uninstalls knows where it was put.
    sed "s|^PREFIX=.*|PREFIX=\${PREFIX:-$PREFIX}|" "$here/scripts/install.sh" >"$stage$PREFIX/share/wanctl/install.sh"
    chmod 755 "$stage$PREFIX/share/wanctl/install.sh"
    cp "$here"/configs/*.yaml "$here"/systemd/drop-in/*.conf "$stage$PREFIX/share/doc/wanctl/examples"
    cp -r "$here/configs/prometheus" "$here/configs/grafana" "$stage$PREFIX/share/doc/wanctl/examples"
    if "$runnable" manual --list >/dev/null 2>&1; then
        "$runnable" manual --write "$stage$PREFIX" >/dev/null
    else
        say "  no man pages and completions: this build has none (--runnable names one that does)"
    fi
    find "$stage" -type d -exec chmod 755 {} +
    find "$stage" -type f ! -perm -100 -exec chmod 644 {} +
}

# The paths of the tree, from the root.
prepared() { (cd "$stage" && find . ! -type d | LC_ALL=C sort | sed 's/^\.//'); }

# Nobody is left with a new binary that cannot read the files the old one runs with.
reads_what_is_here() {
    [ -e "$manifest" ] && is_live || return 0
    for file in "$etc"/*.yaml; do
        [ -e "$file" ] || continue
        said=$("$binary" --config "$file" --validate-config 2>&1) || fail "this version cannot use $file; nothing was changed
$said"
    done
}

# Below another PREFIX our units would be put over v1.7's, and `wanctl upgrade` could not go back to them.
spares_v17() {
    [ "$units" = /etc/systemd/system ] && is_v17 || return 0
    fail "v1.7's units are in $units, where those of PREFIX=$PREFIX go: take /usr/local; nothing was changed"
}

# Whether a file in /etc is somebody's own: there, and not as we left it.
is_theirs() { # path
    [ -e "$DESTDIR$1" ] || return 1
    ! cmp -s "$stage$1" "$DESTDIR$1" || return 1
    left=$(sed -n "s|^\([0-9a-f]*\)  $1\$|\1|p" "$manifest" 2>/dev/null || :)
    [ "$left" != "$(sha256sum <"$DESTDIR$1" | cut -d' ' -f1)" ]
}

# First everything beside its place, then everything into it.
put() {
    if is_theirs /etc/logrotate.d/wanctl; then
        say "  /etc/logrotate.d/wanctl is not as it was installed: it stays, ours is $PREFIX/share/doc/wanctl/examples/logrotate"
        mv "$stage/etc/logrotate.d/wanctl" "$stage$PREFIX/share/doc/wanctl/examples/logrotate"
    fi
    list=$(prepared)
    listed >"$stage$PREFIX/share/wanctl/manifest"
    list="$list $PREFIX/share/wanctl/manifest"
    trap 'take_back; rm -rf "$stage"' EXIT
    for path in $list; do
        mkdir -p "$(dirname "$DESTDIR$path")" || fail "cannot make $(dirname "$path"); what was installed is as it was"
        [ ! -d "$DESTDIR$path" ] || fail "$path is a directory; what was installed is as it was"
        cp -P "$stage$path" "$DESTDIR$path.wanctl-new" || fail "cannot write beside $path; what was installed is as it was"
    done
    gone=$(no_longer_there)
    # From here to the last of them nobody interrupts it.
    trap '' INT TERM
    for path in $list; do
        mv -f "$DESTDIR$path.wanctl-new" "$DESTDIR$path"
    done
    for path in $gone; do
        rm -f "$DESTDIR$path"
    done
    trap 'exit 130' INT TERM
    trap 'rm -rf "$stage"' EXIT
}

# The manifest: of every file its hash, and every directory that is here because of us.
listed() {
    for path in $list; do
        if [ -L "$stage$path" ]; then echo "link  $path"; else sha256sum <"$stage$path" | sed "s|-\$|$path|"; fi
    done
    {
        (cd "$stage" && find . -mindepth 1 -type d) | sed 's/^\.//' | while read -r path; do
            [ -d "$DESTDIR$path" ] || echo "dir  $path"
        done
        ! [ -e "$manifest" ] || grep '^dir  ' "$manifest" || :
    } | LC_ALL=C sort -u
}

take_back() {
    for path in $list; do
        rm -f "$DESTDIR$path.wanctl-new"
    done
}

# What an earlier version installed and this one does not.
no_longer_there() {
    [ -e "$manifest" ] || return 0
    sed -n '/^dir  /!s/^[^ ]*  //p' "$manifest" | while read -r path; do
        # A log rotation that somebody made their own is no longer ours.
        [ "$path" = /etc/logrotate.d/wanctl ] || grep -q "  $path\$" "$stage$PREFIX/share/wanctl/manifest" || echo "$path"
    done
}

account() {
    is_live || return 0
    step "the user and group wanctl, without a password or a shell"
    getent group wanctl >/dev/null || groupadd --system wanctl
    getent passwd wanctl >/dev/null ||
        useradd --system --gid wanctl --home-dir /var/lib/wanctl --no-create-home --shell /usr/sbin/nologin wanctl
}

# Packagers give the directories to their users themselves.
directory() { # mode, owner, group, path
    if is_live; then
        install -d -m "$1" -o "$2" -g "$3" "$4"
    else
        install -d -m "$1" "$DESTDIR$4"
    fi
}

directories() {
    step "/etc/wanctl, /var/lib/wanctl, /var/log/wanctl and /run/wanctl"
    directory 750 root wanctl /etc/wanctl
    directory 750 root wanctl /etc/wanctl/ssh
    for path in $kept; do
        directory 750 wanctl wanctl "$path"
    done
    is_live || return 0
    directory 755 wanctl wanctl /run/wanctl
    # v1.7 let the service's group read it; systemd needs nobody's leave.
    if [ -e "$etc/secrets" ]; then
        chown root:root "$etc/secrets"
        chmod 600 "$etc/secrets"
    else
        install -m 600 /dev/null "$etc/secrets"
    fi
}

services() {
    if ! has_systemd; then
        ! is_live || say "  no systemd runs here: start $PREFIX/bin/wanctl --config /etc/wanctl/NAME.yaml in your own way"
        return 0
    fi
    systemctl daemon-reload
    if is_v17; then
        return 0
    fi
    step "what runs is started again with the new binary"
    systemctl try-restart 'wanctl@*.service' wanctl-steering.service wanctl-dashboard.service || {
        restarted=no
        say "  it could not be started again: systemctl status 'wanctl@*' wanctl-steering wanctl-dashboard tells why"
    }
}

# v1.7's units run Python.
is_v17() {
    grep -qs '^ExecStart=.*python' "$DESTDIR/etc/systemd/system/wanctl@.service" "$DESTDIR/etc/systemd/system/steering.service"
}

is_configured() {
    for file in "$etc"/*.yaml; do
        [ ! -e "$file" ] || return 0
    done
    return 1
}

configure() { # answers
    wanctl=$PREFIX/bin/wanctl
    if is_v17 && [ $wizard != no ] && [ -t 0 ]; then
        step "v1.7 is installed here: wanctl upgrade"
        # No trap follows there.
        rm -rf "$stage"
        exec "$wanctl" upgrade
    elif is_v17; then
        say "v1.7 is installed here. Next: $wanctl upgrade (--dry-run: only tells what it would do)"
    elif [ $wizard = no ]; then
        say "Next: $wanctl setup"
    elif [ $wizard = yes ] && [ $# -eq 0 ] && is_configured; then
        say "There is a configuration in /etc/wanctl: it stays (--reconfigure asks again)."
    elif [ $# -eq 0 ] && ! [ -t 0 ]; then
        say "Nobody to ask here. Next, on a terminal: $wanctl setup; or with its answers: $wanctl setup --help"
    else
        step "what only you know: wanctl setup"
        code=0
        "$wanctl" setup "$@" || code=$?
        [ $code -eq 0 ] || {
            say "wanctl is installed, but setup did not finish. Again: $wanctl setup"
            exit $code
        }
    fi
}

install_all() { # answers
    needs_root
    [ -n "$binary" ] || build
    [ -f "$binary" ] || fail "$binary is no file"
    runnable=${runnable:-$binary}
    version=$("$runnable" --version) || fail "$runnable does not run here; nothing was changed"
    step "$version: binary, units, log rotation, man pages and completions to $DESTDIR$PREFIX and $DESTDIR/etc"
    spares_v17
    reads_what_is_here
    prepare
    account
    put
    directories
    services
    say "$version is installed. Away with it again: $PREFIX/share/wanctl/install.sh --uninstall"
    ! is_live || configure "$@"
    [ $restarted = yes ] || exit 3
}

# --- uninstall -------------------------------------------------------------------------------------------------------

stop_services() {
    has_systemd || return 0
    step "stopping and disabling the services"
    # Enabled ones have links, running ones need not have.
    found=$(
        systemctl list-units --all --plain --no-legend 'wanctl@*.service' | cut -d' ' -f1
        for link in /etc/systemd/system/*.wants/wanctl@*.service; do
            [ ! -L "$link" ] || basename "$link"
        done
    )
    for unit in $found wanctl-steering.service wanctl-dashboard.service; do
        systemctl disable --now "$unit" 2>/dev/null || :
    done
}

uninstall_all() {
    needs_root
    [ -e "$manifest" ] || fail "nothing is installed here: there is no $manifest"
    stop_services
    step "removing what was installed to $DESTDIR$PREFIX and $DESTDIR/etc"
    directories=$(sed -n 's/^dir  //p' "$manifest" | LC_ALL=C sort -r)
    sed '/^dir  /d' "$manifest" | while read -r hash path; do
        case $path in
        /etc/*) [ "$hash" = "$(sha256sum <"$DESTDIR$path" | cut -d' ' -f1)" ] || {
            say "  $path is not as it was installed: it stays"
            continue
        } ;;
        esac
        rm -f "$DESTDIR$path"
    done
    rm -f "$manifest"
    # Others may have put something there since.
    for path in $directories; do
        rmdir "$DESTDIR$path" 2>/dev/null || :
    done
    rm -rf "$DESTDIR/run/wanctl"
    ! has_systemd || systemctl daemon-reload
    if [ $purge = yes ]; then
        purge_all
    else
        say "Kept: /etc/wanctl (configuration, passwords), /var/lib/wanctl (state, history), /var/log/wanctl and the user
wanctl. They go with --purge. The router keeps the last limits; what yours should have is up to you."
    fi
}

purge_all() {
    step "removing /etc/wanctl, $kept and the user wanctl"
    rm -rf "$etc" "$DESTDIR/etc/logrotate.d/wanctl" "$DESTDIR"/etc/systemd/system/wanctl@*.service.d "$DESTDIR"/etc/systemd/system/wanctl-*.service.d
    for path in $kept; do
        rm -rf "$DESTDIR$path"
    done
    if is_live; then
        ! getent passwd wanctl >/dev/null || userdel wanctl
        ! getent group wanctl >/dev/null || groupdel wanctl
    fi
    say "Nothing of wanctl is left. The router keeps the last limits; what yours should have is up to you."
}

if [ $task = install ]; then
    install_all "$@"
else
    uninstall_all
fi
