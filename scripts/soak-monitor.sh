#!/usr/bin/env bash
# How the daemons have been doing: health, memory, open files, missed and late beats, errors of the last hour.
set -euo pipefail

usage() {
    cat <<'TEXT'
Says of each host how its daemons have been doing: state, memory, open files, beats that were missed, how late the
others were, errors of the last hour in the journal. The p99 of the lateness is that of the histogram on /metrics, which
is found if the daemon serves it and this user may know so (as root).

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
fetch() { # port, path
    { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
    # One that hangs is one to be told of.
    timeout 5 cat <&3
    exec 3>&-
}
# The edge in ms that 99 % of all beats were not later than, as a page of metrics has it.
p99() {
    awk -F '[" ]' '/^wanctl_tick_lateness_seconds_bucket/ { edge[++n] = $2; beats[n] = $NF }
        END { while (++i < n && beats[i] < 0.99 * beats[n]); if (i < n) print 1000 * edge[i] }'
}
errors=$(journalctl --no-pager --quiet --output=cat --priority=err --since=-1h \
    --unit='wanctl@*' --unit=wanctl-steering 2>/dev/null | wc -l)
for port in ${ports//,/ }; do
    page=$(fetch "$port" /health) || continue
    pid=$(sed -n 's/^ *"pid": \([0-9]*\),*\r*$/\1/p' <<<"$page" | head -n 1)
    [ -n "$pid" ] || pid=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1)
    rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${pid:-none}/status" 2>/dev/null)
    # Nobody but its user and root may count them.
    files=$(ls "/proc/${pid:-none}/fd" 2>/dev/null | wc -l)
    late=''
    for other in $(ss -Hltnp 2>/dev/null | sed -n "s/.*:\([0-9][0-9]*\) .*[(,]pid=${pid:-none},.*/\1/p"); do
        [ "$other" = "$port" ] || late+=$(fetch "$other" /metrics | p99)
    done
    printf '=== %s %s %s %s %s\n%s\n' "$port" "${rss:--}" "${files:--}" "${late:--}" "$errors" "$page"
done
REMOTE
}

# The first value of a key of a page.
value() { # key, page
    sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",\r]*\).*/\1/p" <<<"$2" | head -n 1
}

# One page as a line.
line() { # host, port, kilobytes, files, milliseconds, errors, page
    local page=$7 zones status
    status=$(value status "$page")
    # Counters and rules have a state, too, in small letters.
    zones=$(sed -n 's/^ *"state": "\([A-Z][^"]*\)".*/\1/p' <<<"$page" | paste -sd/)
    if [ $form = json ]; then
        printf '{"host": "%s", "port": %s, "status": "%s", "version": "%s", "uptime_seconds": %s, ' \
            "$1" "$2" "$status" "$(value version "$page")" "$(number "$(value uptime_seconds "$page")")"
        printf '"consecutive_failures": %s, "states": "%s", "ticks": %s, "missed_ticks": %s, ' \
            "$(number "$(value consecutive_failures "$page")")" "$zones" \
            "$(number "$(value ticks "$page")")" "$(number "$(value missed_ticks "$page")")"
        printf '"p99_late_ms": %s, "worst_late_ms": %s, ' "$(number "$5")" "$(number "$(value worst_late_ms "$page")")"
        printf '"rss_kb": %s, "open_files": %s, "errors_last_hour": %s}\n' "$(number "$3")" "$(number "$4")" "$6"
    else
        printf '%-16s %5s  %-9s %-24s %9s s %8s kB %4s files %8s of %s beats missed, late p99 %s ms, worst %s ms %4s errors\n' \
            "$1" "$2" "${status:-?}" "$zones" "$(value uptime_seconds "$page")" "$3" "$4" \
            "$(value missed_ticks "$page")" "$(value ticks "$page")" "$5" "$(value worst_late_ms "$page")" "$6"
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
    local port rss files late errors
    read -r port rss files late errors <<<"$head"
    line "$name" "$port" "$rss" "$files" "$late" "$errors" "$page"
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
