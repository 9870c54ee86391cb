#!/usr/bin/env python3
"""Answers ICMP echo requests in a network namespace, late or not at all, as it is told.

The kernel there must not answer itself (net.ipv4.icmp_echo_ignore_all=1; netns.sh sees to it).

usage: reflector.py [ORDER]...        each in quotes, for example "10.99.0.1 delay 30"

Orders, on the command line and as lines on standard input:

  10.99.0.1 delay 30      answer echoes to this address after 30 ms (fractions are fine)
  10.99.0.1 silent        do not answer them
  10.99.0.1 answer        answer them again, after the delay last given
  10.99.0.1 lose 30       do not answer 30 of 100
  10.99.0.1 twice 30      answer 30 of 100 twice
  10.99.0.1 scatter 30    answer after up to 30 ms more, so that answers may overtake each other
  * delay 30              the same for every address without an order of its own

Addresses without an order are answered at once. The end of standard input changes nothing.
Prints "ready" when it listens, "ok" after each order that was read and "error: ..." after others.
"""

import heapq
import os
import random
import select
import signal
import socket
import sys
import time

ECHO_REQUEST = 8
ECHO_REPLY = 0
EVERYONE = "*"


class Rule:
    """What to do with echoes to one address."""

    def __init__(self):
        self.delay = 0.0
        self.silent = False
        self.lost = 0.0
        self.twice = 0.0
        self.scatter = 0.0

    def delays(self):
        """After how many seconds to answer: not at all, once or twice."""
        if self.silent or random.random() < self.lost:
            return []
        times = 2 if random.random() < self.twice else 1
        return [self.delay + random.random() * self.scatter for _ in range(times)]


class Table:
    """The rules by destination address."""

    def __init__(self):
        self.rules = {EVERYONE: Rule()}

    def obey(self, order):
        """Takes one order; raises ValueError if it is none."""
        match order.split():
            case [address, "delay", ms]:
                self.of_its_own(address).delay = seconds(ms)
            case [address, "scatter", ms]:
                self.of_its_own(address).scatter = seconds(ms)
            case [address, "lose", percent]:
                self.of_its_own(address).lost = share(percent)
            case [address, "twice", percent]:
                self.of_its_own(address).twice = share(percent)
            case [address, "silent"]:
                self.of_its_own(address).silent = True
            case [address, "answer"]:
                self.of_its_own(address).silent = False
            case _:
                raise ValueError(f"not an order: {order.strip()!r}")

    def of_its_own(self, address):
        if address != EVERYONE:
            socket.inet_aton(address)
        return self.rules.setdefault(address, Rule())

    def look_up(self, address):
        return self.rules.get(address, self.rules[EVERYONE])


def seconds(ms):
    if not 0 <= float(ms) <= 60000:
        raise ValueError(f"a delay of {ms} ms")
    return float(ms) / 1000


def share(percent):
    if not 0 <= float(percent) <= 100:
        raise ValueError(f"{percent} of 100")
    return float(percent) / 100


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reply_to(packet):
    """(source, destination, ICMP reply) if the packet is an echo request, else None."""
    header = (packet[0] & 0x0F) * 4
    icmp = packet[header:]
    if len(icmp) < 8 or icmp[0] != ECHO_REQUEST:
        return None
    body = bytes([ECHO_REPLY, 0, 0, 0]) + icmp[4:]
    body = body[:2] + checksum(body).to_bytes(2, "big") + body[4:]
    return socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), body


def ipv4_header(source, destination, length, protocol=socket.IPPROTO_ICMP):
    """The kernel fills in the identification and the checksum (raw(7))."""
    fixed = bytes([0x45, 0]) + (20 + length).to_bytes(2, "big")
    fixed += bytes([0, 0, 0, 0, 64, protocol, 0, 0])
    return fixed + socket.inet_aton(source) + socket.inet_aton(destination)


class Orders:
    """Standard input, cut into lines."""

    def __init__(self, table):
        self.table = table
        self.rest = b""
        self.open = True

    def read(self):
        chunk = os.read(0, 4096)
        self.open = bool(chunk)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                try:
                    self.table.obey(line.decode())
                    print("ok", flush=True)
                except (ValueError, OSError) as error:
                    print(f"error: {error}", flush=True)


def serve(table):
    incoming = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    incoming.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
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
            packet = incoming.recv(65535)
            arrived = time.monotonic()
            request = reply_to(packet)
            if request:
                asker, asked, body = request
                rule = table.look_up(asked)
                reply = ipv4_header(asked, asker, len(body)) + body
                for delay in rule.delays():
                    count += 1
                    heapq.heappush(waiting, (arrived + delay, count, reply, asker))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, reply, asker = heapq.heappop(waiting)
            try:
                outgoing.sendto(reply, (asker, 0))
            except OSError as error:
                print(f"error: {asker}: {error}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if any(argument in ("-h", "--help") for argument in sys.argv[1:]):
        print(__doc__.strip())
        return
    table = Table()
    for order in sys.argv[1:]:
        try:
            table.obey(order)
        except (ValueError, OSError) as error:
            sys.exit(f"reflector.py: {error}")
    try:
        serve(table)
    except PermissionError:
        sys.exit("reflector.py: needs root (CAP_NET_RAW)")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
