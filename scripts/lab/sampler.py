#!/usr/bin/python3
"""Samples rates and queues of the laboratory's network: one CSV row per interval.

usage: sampler.py INTERVAL SECONDS FILE

down_mbit and up_mbit are what arrived at the client and at the server, Ethernet headers included. link_* is
the bottleneck, shaper_* the shaper: its rate (kbit/s; 0 under HTB), what waits in it (bytes), what it dropped
in the interval (packets).
"""

import sys
import time

from netlink import Namespace

QUEUES = ("link_down", "link_up", "shaper_down", "shaper_up")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    interval, seconds = float(sys.argv[1]), float(sys.argv[2])
    client, server = Namespace("client", ["lan0"]), Namespace("server", ["eth0"])
    isp, router = Namespace("isp", ["cpe", "core"]), Namespace("router", ["ifb-wan", "wan"])

    def sample():
        links, shapers = isp.queues(), router.queues()
        queues = (links["cpe"], links["core"], shapers["ifb-wan"], shapers["wan"])
        return client.received("lan0"), server.received("eth0"), queues

    with open(sys.argv[3], "w", encoding="ascii") as out:
        columns = ["t_s", "down_mbit", "up_mbit"] + [f"{q}_{what}" for what in ("kbit", "queue", "drops") for q in QUEUES]
        print(",".join(columns), file=out)
        start = last = time.monotonic()
        down, up, queues = sample()
        for tick in range(1, int(seconds / interval) + 1):
            time.sleep(max(0, start + tick * interval - time.monotonic()))
            now = time.monotonic()
            new_down, new_up, new = sample()
            row = [f"{now - start:.3f}"]
            row += [f"{(n - o) * 8e-6 / (now - last):.3f}" for n, o in ((new_down, down), (new_up, up))]
            row += [str(q["rate"] // 1000) for q in new] + [str(q["backlog"]) for q in new]
            row += [str(q["drops"] - o["drops"]) for q, o in zip(new, queues)]
            print(",".join(row), file=out, flush=True)
            down, up, queues, last = new_down, new_up, new, now


if __name__ == "__main__":
    main()
