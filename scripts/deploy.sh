#!/usr/bin/env bash
# Brings wanctl to a host, and takes it back if it is not well there. `scripts/deploy.sh --help` says the rest.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
Brings this wanctl to a host over ssh: looks whether it can work there (configuration, machine, router), keeps what is
installed, installs, starts, and waits half a minute for a good /health. If that does not come, what was there before
is put back and started again.

usage: scripts/deploy.sh WAN HOST [--with-steering] [--configs DIR] [--binary F] [--dry-run]
       scripts/deploy.sh --install-only HOST [--binary F]

  WAN              the line: /etc/wanctl/WAN.yaml there, service wanctl@WAN
  HOST             as ssh knows it; its user is root, or may become root with sudo without a password
  --with-steering  steering as well: /etc/wanctl/steering.yaml there, service wanctl-steering
  --configs DIR    bring DIR/WAN.yaml (and DIR/steering.yaml) along; otherwise the host's own stay
  --binary F       this binary, default target/release/wanctl; it must be one for the host's processor
  --dry-run        only look whether it can work there
  --install-only   only install, as scripts/install.sh --no-wizard does; nothing is enabled

Where v1.7 runs: --install-only first, then `wanctl upgrade` there.

Environment: WANCTL_SSH, how ssh is called, default "ssh".
Exit codes: 0 it worked; 1 it did not, and what was there before runs; 2 the command line makes no sense.
TEXT
}

fail() {
    printf 'deploy.sh: %s\n' "$*" >&2
    exit 1
}
misused() {
    printf 'deploy.sh: %s\nTry: scripts/deploy.sh --help\n' "$*" >&2
    exit 2
}

binary=$here/target/release/wanctl task=deploy steering=no configs='' words=()
while [ $# -gt 0 ]; do
    case $1 in
    --with-steering) steering=yes ;;
    --dry-run) task=look ;;
    --install-only) task=install ;;
    --configs | --binary)
        [ $# -ge 2 ] || misused "$1 needs a value"
        if [ "$1" = --configs ]; then configs=$2; else binary=$2; fi
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*) misused "unknown option $1" ;;
    *) words+=("$1") ;;
    esac
    shift
done
if [ $task = install ]; then
    [ ${#words[@]} -eq 1 ] || misused "--install-only needs HOST, and nothing else"
    [ "$steering$configs" = no ] || misused "--install-only brings no configuration"
    wan='' host=${words[0]}
else
    [ ${#words[@]} -eq 2 ] || misused "WAN and HOST are needed"
    wan=${words[0]} host=${words[1]}
    # It becomes part of paths and commands over there.
    [[ $wan =~ ^[A-Za-z0-9_.-]+$ ]] || misused "$wan is no name of a line"
fi
[ -f "$binary" ] || fail "$binary is no file; cargo build --release makes it, --binary names another one"
for name in ${configs:+"$wan"} $([ -z "$configs" ] || [ $steering = no ] || echo steering); do
    [ -f "$configs/$name.yaml" ] || fail "$configs/$name.yaml is no file"
done
# More than one word: options for ssh.
read -ra ssh <<<"${WANCTL_SSH:-ssh}"

# Runs the rest of this script's words there, as root.
as_root='sh'
there() { # words of a command; what it reads from stdin
    "${ssh[@]}" "$host" "$*"
}

# What happens over there. $1 task, $2 where everything lies, $3 WAN, $4 steering
script() {
    cat <<'REMOTE'
set -eu
task=$1 stage=$2 wan=$3 steering=$4
prefix=/usr/local
etc=/etc/wanctl
manifest=$prefix/share/wanctl/manifest
previous=$etc/previous.tar
new=$stage/wanctl

say() { printf '%s\n' "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

names=$wan
[ "$steering" = no ] || names="$names steering"

services() { # of all names
    for name in $names; do
        if [ "$name" = steering ]; then echo wanctl-steering.service; else echo "wanctl@$name.service"; fi
    done
}

# The file that will be used: the one that was brought, or the one that is here.
file() { # name
    if [ -e "$stage/etc/$1.yaml" ]; then echo "$stage/etc/$1.yaml"; else echo "$etc/$1.yaml"; fi
}

look() {
    version=$("$new" --version) || fail "the binary does not run on this host: is it one for its processor?"
    ! grep -qs '^ExecStart=.*python' /etc/systemd/system/wanctl@.service /etc/systemd/system/steering.service ||
        fail "v1.7 runs here: scripts/deploy.sh --install-only, and then, on the host: wanctl upgrade"
    files=''
    for name in $names; do
        [ -e "$(file "$name")" ] ||
            fail "there is no $etc/$name.yaml here: wanctl setup writes it, or bring one with --configs"
        files="$files $(file "$name")"
    done
    for one in $files; do
        "$new" --config "$one" --validate-config || fail "this version cannot use it: nothing was changed"
    done
    # As the service: its environment, and the host keys it knows.
    secrets=''
    [ ! -e $etc/secrets ] || secrets="--secrets $etc/secrets"
    code=0
    HOME=/var/lib/wanctl "$new" check --config $files $secrets || code=$?
    # 2: warnings only.
    [ $code -eq 0 ] || [ $code -eq 2 ] || fail "wanctl check found errors: nothing was changed"
}

# All that is installed, to be put back in one go.
keep() {
    files=''
    [ ! -e $manifest ] || files="$(sed -n '/^dir  /!s/^[^ ]*  //p' $manifest) $manifest"
    for name in $names; do
        files="$files $etc/$name.yaml"
    done
    there=''
    for one in $files; do
        if [ -e "$one" ] || [ -L "$one" ]; then there="$there ${one#/}"; fi
    done
    rm -f $previous
    mkdir -p $etc
    (umask 077 && tar -cf $previous -C / -T /dev/null)
    [ -z "$there" ] || tar -rf $previous -C / $there
}

place() {
    # Whoever asks how this went switches `set -e` off.
    sh "$stage/scripts/install.sh" --binary "$new" --no-wizard || return
    for name in $names; do
        if [ -e "$stage/etc/$name.yaml" ]; then
            install -m 640 -o root -g wanctl "$stage/etc/$name.yaml" "$etc/$name.yaml" || return
        fi
    done
}

is_well() {
    files=''
    for name in $names; do
        files="$files $etc/$name.yaml"
    done
    systemctl restart $(services) && $prefix/bin/wanctl health --config $files --wait 30
}

put_back() {
    if ! tar -tf $previous | grep -q '/bin/wanctl$'; then
        systemctl disable --now $(services) || :
        fail "it is not well here, and there was nothing before it: it is installed, and stopped"
    fi
    cp $manifest "$stage/manifest.new"
    tar -xpf $previous -C /
    # What only the new one had.
    sed -n '/^dir  /!s/^[^ ]*  //p' "$stage/manifest.new" | while read -r one; do
        grep -q "  $one\$" $manifest || rm -f "$one"
    done
    # A line whose file was brought was not there before.
    all=$names kept=''
    for name in $all; do
        if tar -tf $previous | grep -qxF "${etc#/}/$name.yaml"; then
            kept="$kept $name"
        else
            names=$name
            systemctl disable --now $(services) || :
            rm -f "$etc/$name.yaml"
        fi
    done
    names=$kept
    systemctl daemon-reload
    # The other lines run the new one by now, too.
    systemctl try-restart 'wanctl@*.service' wanctl-steering.service || :
    if [ -z "$names" ]; then
        fail "the new one is not well here: what was there before is back"
    fi
    if is_well; then
        fail "the new one is not well here: what was there before is back, and well"
    fi
    fail "the new one is not well here; what was there before is back, and is not well either"
}

case $task in
look) look && say "Nothing was changed: --dry-run." ;;
install)
    sh "$stage/scripts/install.sh" --binary "$new" --no-wizard
    ;;
deploy)
    look
    keep
    place || put_back
    systemctl enable $(services)
    is_well || put_back
    say "$version runs on $(hostname), and is well. What was there before: $previous"
    ;;
esac
REMOTE
}

[ "$(there id -u)" = 0 ] || as_root='sudo -n sh'
stage=$(there mktemp -d /tmp/wanctl-deploy.XXXXXX) || fail "$host cannot be reached"
[[ $stage == /tmp/wanctl-deploy.* ]] || fail "$host did not say where to put it: $stage"
trap 'there "rm -rf $stage"' EXIT

packed=$(mktemp -d)
trap 'rm -rf "$packed"; there "rm -rf $stage"' EXIT
mkdir -p "$packed/etc" "$packed/scripts"
cp "$binary" "$packed/wanctl"
cp "$here/scripts/install.sh" "$packed/scripts"
cp -r "$here/systemd" "$here/configs" "$packed"
if [ -n "$configs" ]; then
    cp "$configs/$wan.yaml" "$packed/etc"
    [ $steering = no ] || cp "$configs/steering.yaml" "$packed/etc"
fi
chmod 755 "$packed/wanctl"
# Root runs what lies there: it must not belong to whoever has our number over there.
tar -cz -C "$packed" . | there "tar -xz --no-same-owner -C $stage"

script | there "$as_root -s -- $task $stage '$wan' $steering" || exit 1
