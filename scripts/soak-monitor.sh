#!/usr/bin/env bash
# How the daemons have been doing: health, memory, open files, missed beats, errors of the last hour.
set -euo pipefail

usage() {
    cat <<'TEXT'
Says of each host how its daemons have been doing: state, memory, open files, beats that were missed, errors of the
last hour in the journal.

usage: scripts/soak-monitor.sh [--watch] [--json] [--ports P[,P ...]] [HOST ...]

  --watch      again every minute, until Ctrl-C
  --json       an object a line, for programs
  --ports P    where /health is on each host, default 9101,9102: autorate and steering
  HOST         as ssh knows it; without, this machine
  -h, --help   this text

Environment: WANCTL_SSH, how ssh is called, default "ssh".
Exit codes: 0 all that answer are healthy, and one does on each host; 1 not; 2 the command line makes no sense.
TEXT
}

misused() {
    printf 'soak-monitor.sh: %s\nTry: scripts/soak-monitor.sh --help\n' "$*" >&2
    exit 2
}

watch=no form=text ports=9101,9102 hosts=()
while [ $# -gt 0 ]; do
    case $1 in
    --watch) watch=yes ;;
    --json) form=json ;;
    --ports)
        [ $# -ge 2 ] || misused "--ports needs numbers"
        ports=$2
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*) misused "unknown option $1" ;;
    *) hosts+=("$1") ;;
    esac
    shift
done
[[ $ports =~ ^[0-9]+(,[0-9]+)*$ ]] || misused "--ports $ports: numbers with commas between them"
read -ra ssh <<<"${WANCTL_SSH:-ssh}"

# What is asked on each host, with nothing but bash: for every port a line with the process and the errors of the last
# hour, then the page.
probe() { # ports
    printf 'ports=%s\n' "$1"
    cat <<'REMOTE'
errors=$(journalctl --no-pager --quiet --output=cat --priority=err --since=-1h \
    --unit='wanctl@*' --unit=wanctl-steering 2>/dev/null | wc -l)
for port in ${ports//,/ }; do
    { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || continue
    printf 'GET /health HTTP/1.0\r\n\r\n' >&3
    # One that hangs is one to be told of.
    page=$(timeout 5 cat <&3)
    exec 3>&-
    pid=$(sed -n 's/^ *"pid": \([0-9]*\),*\r*$/\1/p' <<<"$page" | head -n 1)
    [ -n "$pid" ] || pid=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1)
    rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${pid:-none}/status" 2>/dev/null)
    # Nobody but its user and root may count them.
    files=$(ls "/proc/${pid:-none}/fd" 2>/dev/null | wc -l)
    printf '=== %s %s %s %s\n%s\n' "$port" "${rss:--}" "${files:--}" "$errors" "$page"
done
REMOTE
}

# The first value of a key of a page.
value() { # key, page
    sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",\r]*\).*/\1/p" <<<"$2" | head -n 1
}

# One page as a line.
line() { # host, port, kilobytes, files, errors, page
    local page=$6 zones status
    status=$(value status "$page")
    zones=$(sed -n 's/^ *"state": "\([^"]*\)".*/\1/p' <<<"$page" | paste -sd/)
    if [ $form = json ]; then
        printf '{"host": "%s", "port": %s, "status": "%s", "version": "%s", "uptime_seconds": %s, ' \
            "$1" "$2" "$status" "$(value version "$page")" "$(number "$(value uptime_seconds "$page")")"
        printf '"consecutive_failures": %s, "states": "%s", "ticks": %s, "missed_ticks": %s, ' \
            "$(number "$(value consecutive_failures "$page")")" "$zones" \
            "$(number "$(value ticks "$page")")" "$(number "$(value missed_ticks "$page")")"
        printf '"rss_kb": %s, "open_files": %s, "errors_last_hour": %s}\n' "$(number "$3")" "$(number "$4")" "$5"
    else
        printf '%-16s %5s  %-9s %-24s %9s s %8s kB %4s files %8s of %s beats missed %4s errors\n' \
            "$1" "$2" "${status:-?}" "$zones" "$(value uptime_seconds "$page")" "$3" "$4" \
            "$(value missed_ticks "$page")" "$(value ticks "$page")" "$5"
    fi
    [ "$status" = healthy ]
}

# JSON has no other word for what is not known.
number() { # text
    if [[ $1 =~ ^[0-9]+(\.[0-9]+)?$ ]]; then echo "$1"; else echo null; fi
}

# Every page of one host.
host() { # name; empty for this machine
    local said name=${1:-localhost} head='' page='' well=0 count=0
    if [ -z "$1" ]; then
        said=$(probe "$ports" | bash) || true
    else
        said=$(probe "$ports" | "${ssh[@]}" "$1" bash) || true
    fi
    while IFS= read -r row || [ -n "$row" ]; do
        if [[ $row == '=== '* ]]; then
            [ -z "$head" ] || { tell || well=1; }
            head=${row#=== } page='' count=$((count + 1))
        else
            page+=$row$'\n'
        fi
    done <<<"$said"
    if [ $count -eq 0 ]; then
        if [ $form = json ]; then
            printf '{"host": "%s", "status": "silent"}\n' "$name"
        else
            printf '%-16s nobody answers on %s\n' "$name" "$ports"
        fi
        return 1
    fi
    tell || well=1
    return $well
}

tell() {
    local port rss files errors
    read -r port rss files errors <<<"$head"
    line "$name" "$port" "$rss" "$files" "$errors" "$page"
}

round() {
    local all=0 one
    for one in "${hosts[@]}"; do
        host "$one" || all=1
    done
    return $all
}

[ ${#hosts[@]} -gt 0 ] || hosts=('')
if [ $watch = no ]; then
    round
    exit
fi
while :; do
    [ $form = json ] || date '+%F %T'
    round || true
    sleep 60
done
