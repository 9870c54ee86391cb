#!/bin/sh
# A stand-in for systemctl that really starts and stops daemons.
mkdir -p /run/units
stop() {
    [ -e "/run/units/$1" ] || return 0
    kill "$(cat "/run/units/$1")" 2>/dev/null
    while kill -0 "$(cat "/run/units/$1")" 2>/dev/null; do sleep 0.05; done
    rm -f "/run/units/$1"
}
start() {
    stop "$1"
    name=${1#wanctl@}
    name=${name%.service}
    program=wanctl
    if [ "$name" = wanctl-steering ]; then
        program=wanctl-steering name=steering
    fi
    setsid "/usr/local/bin/$program" --config "/etc/wanctl/$name.yaml" </dev/null >"/run/$1.log" 2>&1 &
    echo $! >"/run/units/$1"
}
verb=$1
shift
for unit; do
    case $verb,$unit in
    *,--*) ;;
    try-restart,*\**)
        for running in /run/units/wanctl@*; do
            [ ! -e "$running" ] || start "$(basename "$running")"
        done
        ;;
    try-restart,*) ;;
    start,* | restart,*) start "$unit" ;;
    stop,* | disable,*) stop "$unit" ;;
    esac
done
