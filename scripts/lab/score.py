"""What a run came to, and the tables over many."""

import csv
import json
from dataclasses import asdict, dataclass

from scenario import DIRECTIONS

# Above this much added delay (ms) a call or a game suffers.
BAD_MS = 30.0
# A queue that is worth an answer: the cable preset's threshold, ms.
BLOAT_MS = 15.0
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


@dataclass
class Score:
    """One run, while there was load: added delay (ms), shares (%), writes per minute."""

    mean: float
    p50: float
    p95: float
    p99: float
    bad: float
    lost: float
    # By direction, None where nothing wanted it.
    used: dict
    writes: float


def rows(path):
    """A CSV file of numbers."""
    with open(path, encoding="ascii") as file:
        return [{key: float(value) if value else None for key, value in row.items()} for row in csv.DictReader(file)]


def quantile(values, share):
    """The value that a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def added_delay(echoes, plan):
    """Pairs of second and ms above the idle line; None for a lost echo."""
    calm = min(start for _, _, start, _ in plan.loads)
    base = min(e["rtt_ms"] for e in echoes if e["t_s"] < calm and e["rtt_ms"] is not None)
    return [(e["t_s"], None if e["rtt_ms"] is None else e["rtt_ms"] - base) for e in echoes]


def loaded_delay(folder, plan):
    """The added delays (ms; None for a lost echo) while there was load."""
    return [ms for at, ms in added_delay(rows(folder / "echoes.csv"), plan)
            if any(plan.is_loaded(way, at) for way in DIRECTIONS)]


def used(samples, plan, way):
    """Percent of the capacity that was delivered while the direction was wanted."""
    delivered = possible = last = 0.0
    for sample in samples:
        at = sample["t_s"]
        if plan.is_loaded(way, last):
            delivered += sample[f"{way}_mbit"] * (at - last)
            possible += sample[f"link_{way}_kbit"] / 1e3 * (at - last)
        last = at
    return 100 * delivered / possible if possible else None


def changes(samples, plan):
    """Changes of a shaper's rate under load, as far as samples show them."""
    seen = 0
    for before, after in zip(samples, samples[1:]):
        if any(plan.is_loaded(way, after["t_s"]) for way in DIRECTIONS):
            seen += sum(before[f"shaper_{way}_kbit"] != after[f"shaper_{way}_kbit"] for way in DIRECTIONS)
    return seen


def moments(folder):
    """When (the machine's clock) each step was taken: triples of clock, second and step."""
    with open(folder / "events.csv", encoding="ascii") as file:
        return [(float(clock), float(at), step) for clock, at, step in csv.reader(file)]


def writes(folder):
    """The stand-in's log: triples of clock, queue and bit/s."""
    path = folder / "writes.csv"
    if not path.exists():
        return None
    with open(path, encoding="ascii") as file:
        return [(float(clock), queue, int(limit)) for clock, queue, limit in csv.reader(file)]


def score(folder, plan):
    """The score of a run's folder."""
    samples = rows(folder / "samples.csv")
    loaded = loaded_delay(folder, plan)
    heard = [delay for delay in loaded if delay is not None]
    wrote, minutes = writes(folder), sum(
        any(plan.is_loaded(way, s["t_s"]) for way in DIRECTIONS) for s in samples) * samples[0]["t_s"] / 60
    if wrote is None:
        count = changes(samples, plan)
    else:
        clock, second, _ = moments(folder)[-1]
        count = sum(any(plan.is_loaded(way, at - clock + second) for way in DIRECTIONS) for at, _, _ in wrote)
    return Score(
        mean=sum(heard) / len(heard),
        **{name: quantile(heard, share) for name, share in PERCENTILES.items()},
        bad=100 * sum(delay > BAD_MS for delay in heard) / len(heard),
        lost=100 * (len(loaded) - len(heard)) / len(loaded),
        used={way: used(samples, plan, way) for way in DIRECTIONS},
        writes=count / minutes,
    )


def save(folder, found):
    """Keeps a score beside its run."""
    (folder / "score.json").write_text(json.dumps(asdict(found)), encoding="ascii")


def saved(folder):
    """The score kept beside a run."""
    return Score(**json.loads((folder / "score.json").read_text(encoding="ascii")))


def spread(values, digits=0):
    """Mean, least and most of what the seeds came to."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    shown = [f"{value:.{digits}f}" for value in (sum(values) / len(values), min(values), max(values))]
    return shown[0] if shown[1] == shown[2] else f"{shown[0]} ({shown[1]}–{shown[2]})"


COLUMNS = {
    "mean ms": lambda s: s.mean,
    "p50": lambda s: s.p50,
    "p95": lambda s: s.p95,
    "p99": lambda s: s.p99,
    f"> {BAD_MS:.0f} ms, %": lambda s: s.bad,
    "lost, %": lambda s: s.lost,
    "used down, %": lambda s: s.used["down"],
    "used up, %": lambda s: s.used["up"],
    "writes/min": lambda s: s.writes,
}


def table(title, arms):
    """A Markdown table of one scenario; arms: name to scores over seeds."""
    names = ["arm", "seeds", *COLUMNS]
    lines = [f"### {title}", "", "| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for arm, scores in arms.items():
        cells = [spread([column(score) for score in scores], int(name in ("mean ms", "p50", "lost, %")))
                 for name, column in COLUMNS.items()]
        lines.append(f"| {arm} | {len(scores)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def overview(scenarios):
    """A Markdown table of all: p99 and use; scenarios: name to arms to scores."""
    arms = list(dict.fromkeys(arm for found in scenarios.values() for arm in found))
    lines = ["| arm | " + " | ".join(scenarios) + " |", "|---" * (len(scenarios) + 1) + "|"]
    for arm in arms:
        cells = []
        for found in scenarios.values():
            scores = found.get(arm, [])
            use = [sum(u for u in s.used.values() if u) / sum(bool(u) for u in s.used.values()) for s in scores]
            columns = ([s.p50 for s in scores], [s.p99 for s in scores], use)
            cells.append(" / ".join(f"{sum(column) / len(column):.0f}" for column in columns) if scores else "–")
        lines.append(f"| {arm} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def limits(folder, queue):
    """The download's limits over time: pairs of second and bit/s. From the stand-in's log, or, of peers that
    write for themselves, from the samples: then up to an interval late."""
    wrote = writes(folder)
    if wrote is None:
        return [(sample["t_s"], sample["shaper_down_kbit"] * 1e3) for sample in rows(folder / "samples.csv")]
    clock, second, _ = moments(folder)[-1]
    return [(at - clock + second, limit) for at, name, limit in wrote if name == queue]


def detection(folder, plan, queue):
    """For each drop of the download's capacity under load: ms until the first lower limit (None: there was none
    before the capacity changed again), and the least that physics allows: the calm round trip and the time until
    BLOAT_MS of queue stand at the limit that was in force."""
    base = min(echo["rtt_ms"] for echo in rows(folder / "echoes.csv") if echo["rtt_ms"] is not None)
    over_time, found = limits(folder, queue), []
    steps = plan.capacity["down"] + [(plan.seconds, 0)]
    for (_, before), (at, after), (end, _) in zip(steps, steps[1:], steps[2:]):
        if after >= before or not plan.is_loaded("down", at):
            continue
        in_force = next((limit for when, limit in reversed(over_time) if when <= at), before * 1e6)
        offered = min(in_force / 1e6, before)
        bound = base + BLOAT_MS * after / (offered - after) if offered > after else float("nan")
        took = None
        for when, limit in over_time:
            if at < when < end:
                if limit < in_force:
                    took = (when - at) * 1e3
                    break
                in_force = limit
        found.append((took, bound))
    return found
