#!/bin/sh
# A line to measure, on one machine: a network namespace with three reflector addresses.
#
#   netns.sh up NAME       make namespace NAME, reachable through the interface NAME-in
#   netns.sh down NAME     take both away
#   netns.sh unplug NAME   take the interface away, as a PPP link that goes down
#   netns.sh plug NAME     and bring one of the same name, with its routes
#
# In the namespace the kernel answers no echoes; run reflector.py there to answer them:
#
#   ip netns exec NAME python3 scripts/testing/reflector.py
#
# Beside the reflectors 10.99.0.1 to 3 there is a gateway, 10.99.0.4, which reflector.py answers for as
# well, and 10.99.0.5, which is nobody's, so that connector.py can answer TCP connects to it.
#
# Needs root.
set -eu

SUBNET=10.99.0
REFLECTORS="$SUBNET.1 $SUBNET.2 $SUBNET.3"
GATEWAY=$SUBNET.4
CONNECTOR=$SUBNET.5
OURS=$SUBNET.254

usage() {
    echo "usage: $0 up|down|plug|unplug NAME (at most 11 letters and digits)" >&2
    exit 2
}

inside() {
    ip netns exec "$name" "$@"
}

up() {
    if ip -o addr show | grep -q " $OURS/"; then
        echo "$0: $OURS is in use here; another such line is up" >&2
        exit 1
    fi
    ip netns add "$name"
    trap 'down 2>/dev/null' EXIT
    inside ip link set lo up
    inside sysctl -q -w net.ipv4.icmp_echo_ignore_all=1
    plug
    trap - EXIT
}

plug() {
    ip link add "$name-in" type veth peer name "$name-out" netns "$name"
    ip addr add "$OURS/32" dev "$name-in"
    ip link set "$name-in" up
    inside ip link set "$name-out" up
    for address in $REFLECTORS $GATEWAY; do
        inside ip addr add "$address/32" dev "$name-out"
        ip route add "$address/32" dev "$name-in" src "$OURS"
    done
    inside ip route add "$OURS/32" dev "$name-out"
    ip route add "$CONNECTOR/32" dev "$name-in" src "$OURS"
    # Nobody answers ARP for it.
    mac=$(inside cat "/sys/class/net/$name-out/address")
    ip neigh replace "$CONNECTOR" lladdr "$mac" dev "$name-in" nud permanent
}

unplug() {
    # Its end takes the other one with it.
    ip link del "$name-in"
}

down() {
    # The namespace takes its end of the pair with it, and that end the other one, in its own time.
    ip link del "$name-in" || true
    ip netns del "$name"
}

[ $# -eq 2 ] || usage
name=$2
case $name in
    '' | *[!A-Za-z0-9]* | ????????????*) usage ;;
esac
case $1 in
    up) up ;;
    down) down ;;
    plug) plug ;;
    unplug) unplug ;;
    *) usage ;;
esac
