"""Scenarios: a small YAML file and a seed become the steps that `play` plays.

    about: one line
    line: {down: 20, up: 5}           the line's nominal capacity, Mbit/s
    buffer_ms: 300                    the bottleneck's buffer, in time at the nominal capacity
    seconds: 60
    capacity:                         what the line carries, each direction in one of two ways
      down: [[28, 8], [44, 20]]       from second 28 on 8 Mbit/s, ...
      up: {from: 16, every: 2, low: 1.5, high: 6, stride: 0.3}
                                      every two seconds up or down by up to 30 %, within low and high
    load:                             bulk TCP
      - {direction: down, flows: 4, from: 16, to: 60}
      - {direction: down, flows: 4, from: 20, to: 60, bursts: [6, 4]}    six seconds on, four off
    reflectors:
      - {number: 2, at: 22, more_ms: 80, loss_percent: 20}

A seed shifts all changes of capacity together by up to a second and every load by up to half a second, and
draws the random walks.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

import yaml

DIRECTIONS = ("down", "up")
FOLDER = Path(__file__).parent / "scenarios"


@dataclass
class Plan:
    """A scenario with a seed: what happens when."""

    line: dict
    buffer_ms: float
    seconds: float
    # By direction: pairs of second and Mbit/s, from 0 on.
    capacity: dict = field(default_factory=dict)
    # Direction, flows, first and last second.
    loads: list = field(default_factory=list)
    reflectors: list = field(default_factory=list)

    def steps(self, oracle=None):
        """The lines of `play`'s steps file. An oracle (share, delay in s) sets the shapers to that share of each new
        capacity, so much later."""
        steps = [(r["at"], f"reflector {r['number']} {r['more_ms']} {r['loss_percent']}") for r in self.reflectors]
        steps += [(start, f"load {way} {flows} {end - start:.3f}") for way, flows, start, end in self.loads]
        for at in sorted({at for way in DIRECTIONS for at, _ in self.capacity[way] if at > 0}):
            rates = [self.capacity_at(way, at) for way in DIRECTIONS]
            steps.append((at, "capacity " + " ".join(f"{mbit:g}" for mbit in rates)))
            if oracle:
                share, late = oracle
                steps.append((at + late, "shapers " + " ".join(f"{mbit * share:.3f}" for mbit in rates)))
        return [f"{at:.3f} {step}" for at, step in sorted(steps)] + [f"{self.seconds:g} end"]

    def capacity_at(self, way, second):
        """Mbit/s at a time."""
        return next(mbit for at, mbit in reversed(self.capacity[way]) if at <= second)

    def is_loaded(self, way, second):
        """Whether bulk traffic wants the direction at a time."""
        return any(w == way and start <= second < end for w, _, start, end in self.loads)


def names():
    """All scenarios of the folder."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name):
    """A scenario by name, or a file."""
    path = Path(name) if name.endswith(".yaml") else FOLDER / f"{name}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def walk(dice, rule, first, seconds):
    """A random walk of the capacity."""
    at, mbit = rule["from"], min(max(first, rule["low"]), rule["high"])
    while at < seconds:
        mbit *= 1 + dice.uniform(-rule["stride"], rule["stride"])
        # Reflected, so that it does not stick to its bounds.
        mbit = rule["low"] ** 2 / mbit if mbit < rule["low"] else mbit
        mbit = rule["high"] ** 2 / mbit if mbit > rule["high"] else mbit
        yield at, round(mbit, 2)
        at += rule["every"]


def plan(scenario, seed):
    """What a scenario is with a seed."""
    dice = random.Random(seed)
    shift = dice.random()
    made = Plan(scenario["line"], scenario["buffer_ms"], scenario["seconds"], reflectors=scenario.get("reflectors", []))
    for way in DIRECTIONS:
        changes = scenario.get("capacity", {}).get(way, [])
        if isinstance(changes, dict):
            changes = walk(dice, changes, made.line[way], made.seconds - 1)
        made.capacity[way] = [(0, made.line[way])] + [(round(at + shift, 3), mbit) for at, mbit in changes]
    for rule in scenario["load"]:
        start, end = rule["from"] + dice.random() / 2, rule["to"]
        lasts, pauses = rule.get("bursts", (end, end))
        while start < end:
            stop = min(end, start + lasts)
            made.loads.append((rule["direction"], rule["flows"], round(start, 3), round(stop, 3)))
            start = stop + pauses
    return made
