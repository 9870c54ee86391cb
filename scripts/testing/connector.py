#!/usr/bin/env python3
"""Lets TCP connects to an address stand, late or not at all, as it is told.

The address must be nobody's (netns.sh leads 10.99.0.5 here), so that the kernel, which would answer
at once, does not. A SYN to any of its ports is answered with a SYN-ACK; nothing else is.

usage: connector.py [ORDER]...        as reflector.py, but for connects: "10.99.0.5 delay 30"

Prints "ready" when it listens, "ok" after each order that was read and "error: ..." after others.
"""

import heapq
import select
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
from reflector import Orders, Table, checksum, ipv4_header  # noqa: E402

ETH_P_IP = 0x0800
SYN = 0x02
SYN_ACK = 0x12
RST_OR_ACK = 0x14


def reply_to(packet):
    """(source, destination, SYN-ACK) if the packet is a SYN, else None."""
    header = (packet[0] & 0x0F) * 4
    tcp = packet[header:]
    if packet[9] != socket.IPPROTO_TCP or len(tcp) < 20:
        return None
    source, port, sequence = struct.unpack("!HHI", tcp[:8])
    if not tcp[13] & SYN or tcp[13] & RST_OR_ACK:
        return None
    acknowledged = (sequence + 1) & 0xFFFFFFFF
    fixed = [port, source, 4711, acknowledged, 5 << 4, SYN_ACK, 65535]
    pseudo = packet[16:20] + packet[12:16] + struct.pack("!HH", socket.IPPROTO_TCP, 20)
    total = checksum(pseudo + struct.pack("!HHIIBBHHH", *fixed, 0, 0))
    answer = struct.pack("!HHIIBBHHH", *fixed, total, 0)
    return socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), answer


def serve(table):
    incoming = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    outgoing = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    orders = Orders(table)
    waiting = []  # (when, order of arrival, reply, destination)
    count = 0
    print("ready", flush=True)
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        watched = [incoming, 0] if orders.open else [incoming]
        readable, _, _ = select.select(watched, [], [], patience)
        if 0 in readable:
            orders.read()
        if incoming in readable:
            packet, (_, _, kind, *_) = incoming.recvfrom(65535)
            arrived = time.monotonic()
            syn = reply_to(packet) if kind == socket.PACKET_HOST else None
            # Without an order of its own an address is somebody's, and its kernel answers.
            if syn and syn[1] in table.rules:
                asker, asked, body = syn
                rule = table.look_up(asked)
                if not rule.silent:
                    count += 1
                    header = ipv4_header(asked, asker, len(body), socket.IPPROTO_TCP)
                    heapq.heappush(waiting, (arrived + rule.delay, count, header + body, asker))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, reply, asker = heapq.heappop(waiting)
            try:
                outgoing.sendto(reply, (asker, 0))
            except OSError as error:
                print(f"error: {asker}: {error}", file=sys.stderr, flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    table = Table()
    for order in sys.argv[1:]:
        try:
            table.obey(order)
        except (ValueError, OSError) as error:
            sys.exit(f"connector.py: {error}")
    try:
        serve(table)
    except PermissionError:
        sys.exit("connector.py: needs root (CAP_NET_RAW)")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
