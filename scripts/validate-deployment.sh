#!/usr/bin/env bash
# Whether a deployed configuration works: `wanctl check` under v1.7's name, with the service's secrets.
set -euo pipefail

usage() {
    cat <<'TEXT'
Checks a deployed configuration, this machine and the router; changes nothing.

usage: scripts/validate-deployment.sh CONFIG [--steering] [--config-dir DIR]

  CONFIG            a file, or the name of one in DIR
  --steering        steering.yaml in DIR as well
  --config-dir DIR  where configuration and secrets are, default /etc/wanctl
  -h, --help        this text

Environment: WANCTL, the program, default wanctl.
Exit codes: 0 nothing to do, 1 errors, 2 warnings only.
TEXT
}

misused() {
    printf 'validate-deployment.sh: %s\nTry: scripts/validate-deployment.sh --help\n' "$*" >&2
    exit 1
}

config='' steering=no directory=/etc/wanctl
while [ $# -gt 0 ]; do
    case $1 in
    --steering) steering=yes ;;
    --config-dir)
        [ $# -ge 2 ] || misused "--config-dir needs a directory"
        directory=$2
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*) misused "unknown option $1" ;;
    *)
        [ -z "$config" ] || misused "one CONFIG, not $config and $1"
        config=$1
        ;;
    esac
    shift
done
[ -n "$config" ] || misused "CONFIG is needed"
for candidate in "$config" "$directory/$config" "$directory/$config.yaml"; do
    if [ -f "$candidate" ]; then
        config=$candidate
        break
    fi
done
files=("$config")
[ $steering = no ] || files+=("$directory/steering.yaml")

secrets=()
if [ -r "$directory/secrets" ]; then
    secrets=(--secrets "$directory/secrets")
elif [ -e "$directory/secrets" ]; then
    printf '%s cannot be read: run this as root, or the password is not known\n' "$directory/secrets" >&2
fi
exec "${WANCTL:-wanctl}" check --config "${files[@]}" "${secrets[@]}"
