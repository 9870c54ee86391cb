"""Queue disciplines and interface counters of a network namespace, over netlink."""

import ctypes
import os
import socket
import struct

CLONE_NEWNET = 0x40000000
RTM_GETQDISC, NLMSG_ERROR, NLMSG_DONE = 38, 2, 3
NLM_F_REQUEST_DUMP = 0x301
TCA_KIND, TCA_OPTIONS, TCA_STATS2 = 1, 2, 7
TCA_STATS_BASIC, TCA_STATS_QUEUE = 1, 3
TCA_CAKE_BASE_RATE64, TCA_TBF_PARMS = 2, 1
ROOT = 0xFFFFFFFF


def attributes(buf):
    """The attributes in a netlink message: pairs of kind and bytes."""
    pos = 0
    while pos + 4 <= len(buf):
        length, kind = struct.unpack_from("=HH", buf, pos)
        if length < 4:
            return
        yield kind & 0x3FFF, buf[pos + 4:pos + length]
        pos += (length + 3) & ~3


def parse(buf):
    """A queue discipline: its kind, rate (bit/s; 0 where it has none) and counters."""
    found = dict(attributes(buf))
    queue = dict.fromkeys(("rate", "bytes", "packets", "backlog", "queued", "drops"), 0)
    queue["kind"] = found[TCA_KIND].rstrip(b"\0").decode()
    options = dict(attributes(found.get(TCA_OPTIONS, b"")))
    if queue["kind"] == "cake" and TCA_CAKE_BASE_RATE64 in options:
        queue["rate"] = struct.unpack("=Q", options[TCA_CAKE_BASE_RATE64])[0] * 8
    if queue["kind"] == "tbf" and TCA_TBF_PARMS in options:
        queue["rate"] = struct.unpack_from("=I", options[TCA_TBF_PARMS], 8)[0] * 8
    counters = dict(attributes(found.get(TCA_STATS2, b"")))
    if TCA_STATS_BASIC in counters:
        queue["bytes"], queue["packets"] = struct.unpack_from("=QI", counters[TCA_STATS_BASIC])
    if TCA_STATS_QUEUE in counters:
        queue["queued"], queue["backlog"], queue["drops"] = struct.unpack_from("=III", counters[TCA_STATS_QUEUE])
    return queue


class Namespace:
    """Sockets into one network namespace: its name, or None for the one we are in."""

    def __init__(self, name, devices):
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        if name:
            there = os.open(f"/run/netns/{name}", os.O_RDONLY)
            if libc.setns(there, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"cannot enter the namespace {name}")
            os.close(there)
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.socket.bind((0, 0))
        self.names = {socket.if_nametoindex(device): device for device in devices}
        self.counters = open("/proc/thread-self/net/dev", encoding="ascii")
        if name:
            libc.setns(home, CLONE_NEWNET)
        os.close(home)

    def received(self, device):
        """Bytes that the device received."""
        self.counters.seek(0)
        for line in self.counters:
            name, _, rest = line.partition(":")
            if name.strip() == device:
                return int(rest.split()[0])
        raise KeyError(device)

    def queues(self):
        """The devices' root queue disciplines."""
        self.socket.send(struct.pack("=IHHII BBHiIII", 36, RTM_GETQDISC, NLM_F_REQUEST_DUMP, 1, 0, 0, 0, 0, 0, 0, 0, 0))
        found = {}
        while True:
            data = self.socket.recv(1 << 16)
            pos = 0
            while pos + 16 <= len(data):
                length, kind = struct.unpack_from("=IH", data, pos)
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return found
                _, index, _, parent, _ = struct.unpack_from("=IiIII", data, pos + 16)
                if index in self.names and parent == ROOT:
                    found[self.names[index]] = parse(data[pos + 36:pos + length])
                pos += (length + 3) & ~3
