#!/usr/bin/python3
"""Stands in for RouterOS' REST service, over real Linux queues in this network namespace.

usage: standin.py [options] NAME=DEVICE...      e.g. WAN-Download=ifb-wan WAN-Upload=wan

A write of a queue's max-limit changes DEVICE's shaper: the bandwidth of a CAKE at its root, or, where the
root is HTB, rate and ceil of class 1:1 with a burst of --bucket seconds. Reads and the replies to writes
carry the counters of the root queue discipline.
"""

import argparse
import http.server
import json
import math
import random
import subprocess
import sys
import threading
import time
import urllib.parse

# Mean 19, 95th percentile 55, 99th 105 ms, as writes to a small router took.
SLOW_LEAST_MS, SLOW_LOG_MEAN, SLOW_LOG_DEVIATION = 2.0, 2.364, 0.976
COUNTERS = ("bytes", "packets", "queued-bytes", "queued-packets")
FIXED = {"parent": "bridge", "packet-mark": "", "queue": "lab", "limit-at": "0", "priority": "8", "burst-limit": "0",
         "burst-threshold": "0", "burst-time": "0s", "disabled": "false", "invalid": "false", "dropped": "0"}


class Refused(Exception):
    """An answer other than 200: status and detail."""


class Tree:
    """The /queue/tree menu. `read` gives the devices' queue disciplines, `write` takes lines for `tc -batch`."""

    def __init__(self, queues, read, write, bucket=0.1, refresh=0.0):
        self.rows = {f"*{0x1000000 + n:X}": (name, device) for n, (name, device) in enumerate(queues)}
        self.read, self.write, self.bucket, self.refresh = read, write, bucket, refresh
        self.limits = {device: 0 for _, device in queues}
        self.shown, self.shown_at = {}, -math.inf

    def counters(self, now):
        """The counters, no newer than the last refresh."""
        if not self.refresh:
            return self.read()
        at = now - now % self.refresh
        if at > self.shown_at:
            self.shown, self.shown_at = self.read(), at
        return self.shown

    def objects(self, now):
        """All queues as RouterOS would show them."""
        counters = self.counters(now)
        for key, (name, device) in self.rows.items():
            queue = counters[device]
            values = (queue["bytes"], queue["packets"], queue["backlog"], queue["queued"])
            yield {".id": key, "name": name, "max-limit": str(self.limits[device]), **FIXED,
                   **{counter: str(value) for counter, value in zip(COUNTERS, values)}}

    def listing(self, query, now):
        """What a GET of the menu answers: filtered by key, cut down to .proplist."""
        wanted = query.pop(".proplist", "").split(",")
        found = [o for o in self.objects(now) if all(o.get(k) == v for k, v in query.items())]
        if wanted != [""]:
            found = [{k: v for k, v in o.items() if k in wanted or k == ".id"} for o in found]
        return found

    def object(self, key, now):
        """What a GET of one queue answers."""
        for found in self.objects(now):
            if found[".id"] == key:
                return found
        raise Refused(404, "no such item")

    def set(self, key, change, now):
        """A PATCH; returns the whole object, and name and limit if the limit was written."""
        if key not in self.rows:
            raise Refused(404, "no such item")
        unknown = set(change) - {"max-limit", "queue"}
        if unknown:
            raise Refused(400, f"unknown parameter {sorted(unknown)[0]}")
        name, device = self.rows[key]
        wrote = None
        if "max-limit" in change:
            if not str(change["max-limit"]).isdigit():
                raise Refused(400, "value of max-limit must be a number")
            limit = int(change["max-limit"])
            self.write(self.order(device, limit))
            self.limits[device] = limit
            wrote = (name, limit)
        return self.object(key, now), wrote

    def order(self, device, limit):
        """The line for tc."""
        if self.read()[device]["kind"] == "cake":
            return f"qdisc change dev {device} root handle 1: cake bandwidth {limit}bit"
        burst = max(1600, int(limit / 8 * self.bucket))
        return (f"class change dev {device} parent 1: classid 1:1 htb rate {limit}bit ceil {limit}bit "
                f"burst {burst} cburst {burst} quantum 1514")


class Mood:
    """How slow and how reliable the router is; the same seed gives the same moods."""

    def __init__(self, seed, slow, lost):
        self.random, self.slow, self.lost = random.Random(seed), slow, lost

    def seconds(self):
        """How long the next answer takes."""
        if not self.slow:
            return 0.0
        return (SLOW_LEAST_MS + self.random.lognormvariate(SLOW_LOG_MEAN, SLOW_LOG_DEVIATION)) / 1e3

    def loses(self):
        """Whether the next reply is lost."""
        return self.random.random() < self.lost


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Head and body leave in one segment.
    wbufsize = -1
    disable_nagle_algorithm = True
    tree = mood = log = None
    # RouterOS answers one request at a time.
    turn = threading.Lock()

    def answer(self, act):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        with self.turn:
            took, is_lost = self.mood.seconds(), self.mood.loses()
            time.sleep(took / 2)
            try:
                status, data = 200, act(body)
            except Refused as refused:
                status = refused.args[0]
                data = {"error": status, "message": http.HTTPStatus(status).phrase, "detail": refused.args[1]}
            time.sleep(took / 2)
        if is_lost:
            self.close_connection = True
            return
        text = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.answer(lambda _: self.get(urllib.parse.unquote(url.path), query))

    def do_PATCH(self):
        menu, _, key = urllib.parse.unquote(self.path).rpartition("/")
        self.answer(lambda change: self.patch(menu, key, change))

    def do_POST(self):
        self.answer(lambda _: [])

    def get(self, path, query):
        if path == "/rest/queue/tree":
            return self.tree.listing(query, time.monotonic())
        if path.startswith("/rest/queue/tree/"):
            return self.tree.object(path.rpartition("/")[2], time.monotonic())
        if path == "/rest/system/resource":
            return {"platform": "MikroTik", "version": "7.20 (stable)", "uptime": "1d"}
        raise Refused(404, "no such command")

    def patch(self, menu, key, change):
        if menu != "/rest/queue/tree":
            raise Refused(404, "no such command")
        data, wrote = self.tree.set(key, change, time.monotonic())
        if wrote:
            print(f"{time.time():.6f},{wrote[0]},{wrote[1]}", file=self.log, flush=True)
        return data

    def log_message(self, *_):
        """Nothing: the writes have a log of their own."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8728)
    parser.add_argument("--bucket", type=float, default=0.1, help="burst of an HTB class, in seconds of its rate")
    parser.add_argument("--refresh", type=float, default=0, metavar="S", help="counters move only every S seconds")
    parser.add_argument("--slow", action="store_true", help="answer after 19 ms on average, at most 105 ms to 99 %%")
    parser.add_argument("--lost", type=float, default=0, metavar="SHARE", help="share of replies that never arrive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", default="/dev/null", help="gets a line for each write: Unix time, queue, bit/s")
    parser.add_argument("queues", nargs="+", metavar="NAME=DEVICE")
    options = parser.parse_args()

    # Only the machine has namespaces to look into.
    from netlink import Namespace
    queues = [tuple(queue.split("=", 1)) for queue in options.queues]
    here = Namespace(None, [device for _, device in queues])
    tc = subprocess.Popen(["tc", "-force", "-batch", "-"], stdin=subprocess.PIPE, text=True, bufsize=1)

    def write(line):
        print(line, file=tc.stdin)
        if tc.poll() is not None:
            sys.exit("standin.py: tc ended")

    Handler.tree = Tree(queues, here.queues, write, options.bucket, options.refresh)
    Handler.mood = Mood(options.seed, options.slow, options.lost)
    with open(options.log, "a", encoding="ascii") as Handler.log:
        http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
