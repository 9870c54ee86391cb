"""PATCHes a queue as wanctl v1.7 did: requests, one kept-alive session.

Prints for each write when it was decided and what it cost, both in nanoseconds.
"""

import sys
import time

import requests

port, writes, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
session = requests.Session()
session.auth = ("wanctl", "secret")
url = f"http://127.0.0.1:{port}/rest/queue/tree/*1000000"
for n in range(writes):
    time.sleep(pause)
    limit = str((100 + n % 400) * 1_000_000)
    cpu = time.thread_time_ns()
    decided = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    answer = session.patch(url, json={"max-limit": limit}, timeout=15)
    assert answer.json()["max-limit"] == limit
    print(decided, time.thread_time_ns() - cpu)
