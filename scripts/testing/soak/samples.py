"""What is read of a daemon every few seconds: its pages, and what the kernel counts of it."""

import json
import os
import pathlib
import re

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
LATENESS = re.compile(r'^wanctl_tick_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)$', re.MULTILINE)
FILES = ["metrics.db", "metrics.db-wal", "wan1.log", "wan2.log", "steering.log"]


def take(daemon, seconds, folder):
    """One row, which ends with how many ticks were at most so late (`le_0.001`: 1 ms). None if a page is missing."""
    health, said = daemon.health()
    ok, metrics = daemon.metrics()
    if health not in (200, 503) or ok != 200:
        return None
    loop = json.loads(said)["loop"]
    row = {
        "seconds": round(seconds, 1),
        "health": health,
        "ticks": loop["ticks"],
        "missed": loop["missed_ticks"],
        "worst_late_ms": loop["worst_late_ms"],
        "rows_lost": loop["history_rows_lost"],
        "load": os.getloadavg()[0],
        **kernel(daemon.process.pid),
    }
    for name in FILES:
        path = folder / name
        row[f"{name}_kb"] = path.stat().st_size // 1024 if path.exists() else 0
    for edge, count in LATENESS.findall(metrics):
        row[f"le_{edge}"] = int(count)
    return row


def kernel(pid):
    """Memory, descriptors, threads, time and switches, of all threads."""
    proc = pathlib.Path("/proc") / str(pid)
    status = fields(proc / "status")
    # The name, in parentheses, may hold anything.
    stat = (proc / "stat").read_text().rpartition(")")[2].split()
    tasks = [fields(task / "status") for task in (proc / "task").iterdir()]
    return {
        "rss_kb": int(status["VmRSS"].split()[0]),
        "fds": len(os.listdir(proc / "fd")),
        "threads": int(status["Threads"]),
        "cpu_seconds": (int(stat[11]) + int(stat[12])) / TICKS_PER_SECOND,
        "switches": sum(int(task["voluntary_ctxt_switches"]) for task in tasks),
        "preempted": sum(int(task["nonvoluntary_ctxt_switches"]) for task in tasks),
    }


def fields(path):
    """A file of "name: value" lines."""
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return {name: value.strip() for name, _, value in lines}
