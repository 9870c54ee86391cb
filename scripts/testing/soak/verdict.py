"""What the rows of a soak say: whether memory or descriptors grow, and how late the beat was."""

import csv
import statistics

# Warming up: this share of the run, and as many seconds, but no more than half of it. Connections are made, and every
# job of the history, once in five minutes, fills SQLite's cache (2 MB) a little more.
WARM_UP, WARM_UP_SECONDS = 0.1, 900
# Hours before which memory is not judged: all of it is warming up.
SOONEST = 0.5
# Memory has grown only if both say so: the line through all rows, per hour, and the least of the last quarter against
# that of the first. What a query needs for a while is given back; what is lost raises the least.
GROWN_KB = 256
QUANTILES = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]


def load(path):
    """The rows of one daemon, all of them numbers."""
    with open(path, encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def slope(rows, column):
    """Of the line through a column, by least squares, per hour."""
    hours = [row["seconds"] / 3600 for row in rows]
    return statistics.linear_regression(hours, [row[column] for row in rows]).slope


def quarters(rows, column, summary):
    """What the first and the last quarter come to."""
    share = max(1, len(rows) // 4)
    return [summary(row[column] for row in part) for part in (rows[:share], rows[-share:])]


def lateness(before, after):
    """(edge in seconds, ticks up to it) between two rows."""
    columns = [name for name in after if name.startswith("le_")]
    pairs = [(float(name[3:].replace("+Inf", "inf")), after[name] - before.get(name, 0)) for name in columns]
    return sorted(pairs)


def quantile(buckets, share):
    """The edge in seconds that so many were not above; None if there were none."""
    total = buckets[-1][1]
    if total <= 0:
        return None
    return next(edge for edge, count in buckets if count >= share * total)


def spelled(seconds):
    """An edge as people say it."""
    if seconds is None:
        return "-"
    if seconds == float("inf"):
        return "> 1 s"
    return f"<= {seconds * 1e6:g} us" if seconds < 1e-3 else f"<= {seconds * 1e3:g} ms"


def judge(name, rows):
    """(lines to print, what is wrong) of one daemon."""
    end = rows[-1]["seconds"]
    begin = max(WARM_UP * end, min(WARM_UP_SECONDS, end / 2))
    warm = [row for row in rows if row["seconds"] >= begin]
    first, last = warm[0], warm[-1]
    hours = (last["seconds"] - first["seconds"]) / 3600
    early_kb, late_kb = quarters(warm, "rss_kb", min)
    memory = slope(warm, "rss_kb")
    # A visitor comes and goes, and so does a connection to a router that hangs.
    early_fds, late_fds = quarters(warm, "fds", statistics.median)
    early_threads, late_threads = quarters(warm, "threads", statistics.median)
    cpu = (last["cpu_seconds"] - first["cpu_seconds"]) / (last["seconds"] - first["seconds"])
    buckets = lateness(first, last)
    ticks = last["ticks"] - first["ticks"]
    missed = last["missed"] - first["missed"]
    quantiles = ", ".join(f"{word} {spelled(quantile(buckets, share))}" for word, share in QUANTILES)
    lines = [
        f"{name}: {hours:.2f} h after warming up, {len(warm)} samples",
        f"  memory       at least {early_kb:.0f} kB in the first quarter, {late_kb:.0f} in the last, "
        f"{memory:+.0f} kB an hour; most {max(row['rss_kb'] for row in rows):.0f}",
        f"  descriptors  {early_fds:.0f} and {late_fds:.0f}; most {max(row['fds'] for row in rows):.0f}",
        f"  threads      {early_threads:.0f} and {late_threads:.0f}",
        f"  CPU          {100 * cpu:.2f} % of a core",
        f"  lateness     {quantiles}, worst {last['worst_late_ms']:.1f} ms since the start",
        f"  beats        {ticks:.0f}, {missed:.0f} missed; {last['rows_lost']:.0f} rows of the history lost",
        f"  health       {sum(row['health'] == 200 for row in rows)} of {len(rows)} samples healthy",
    ]
    wrong = []
    if hours >= SOONEST and memory > GROWN_KB and late_kb - early_kb > GROWN_KB:
        wrong.append(f"{name}: memory grows")
    if late_fds > early_fds:
        wrong.append(f"{name}: descriptors grow")
    if late_threads > early_threads:
        wrong.append(f"{name}: threads grow")
    if last["rows_lost"] > 0:
        wrong.append(f"{name}: rows of the history were lost")
    return lines, wrong
