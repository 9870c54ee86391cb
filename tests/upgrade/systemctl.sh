#!/bin/sh
# A stand-in for systemctl: what is enabled is a link, what runs is a file in /running.
echo "$*" >>"${SYSTEMCTL_CALLS:-/calls}"
root=
case $1 in
--version) exit 0 ;;
--root=*)
    root=${1#--root=}
    shift
    ;;
esac
verb=$1
shift
wants=$root/etc/systemd/system/multi-user.target.wants
for unit; do
    case $unit in
    *@*) file=${unit%%@*}@.service ;;
    *) file=$unit ;;
    esac
    case $verb in
    enable)
        for directory in /etc/systemd/system /usr/local/lib/systemd/system; do
            if [ -e "$root$directory/$file" ]; then
                ln -sf "$directory/$file" "$wants/$unit"
                continue 2
            fi
        done
        echo "Failed to enable unit: Unit file $unit does not exist." >&2
        exit 1
        ;;
    disable) rm -f "$wants/$unit" ;;
    is-active) if [ -e "/running/$unit" ]; then echo active; else echo inactive; fi ;;
    start)
        if [ -e "/broken/$unit" ]; then
            echo "Job for $unit failed because the control process exited with error code." >&2
            exit 1
        fi
        : >"/running/$unit"
        ;;
    stop) rm -f "/running/$unit" ;;
    esac
done
