"""Pictures of the runs: for each scenario the delay and the delivered rate over time, and how the delay is spread."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402, the backend is chosen first

import score  # noqa: E402

# A rate is shown as its mean over so many samples.
SMOOTH = 5


def draw(runs, folder):
    """One picture for each scenario in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    by_scenario = {}
    for run in runs:
        by_scenario.setdefault(run.scenario, {}).setdefault(run.arm, []).append(run)
    for name, by_arm in by_scenario.items():
        figure = picture(name, by_arm)
        figure.savefig(folder / f"{name.replace('/', '-')}.png", dpi=70)
        plt.close(figure)


def picture(name, by_arm):
    """Delay over time and rate over time of the first seed, spread of the delay over all seeds."""
    figure, (delays, rates, spreads) = plt.subplots(3, 1, figsize=(11, 13), layout="constrained")
    first = next(iter(by_arm.values()))[0]
    way = "down" if any(load[0] == "down" for load in first.plan.loads) else "up"
    changes = first.plan.capacity[way] + [(first.plan.seconds, first.plan.capacity[way][-1][1])]
    rates.step(*zip(*changes), where="post", color="black", linewidth=2, label="capacity")
    for arm, runs in by_arm.items():
        seconds, added = zip(*score.added_delay(score.rows(runs[0].folder / "echoes.csv"), runs[0].plan))
        delays.plot(seconds, [float("nan") if ms is None else max(ms, 0.1) for ms in added], linewidth=0.8, label=arm)
        samples = score.rows(runs[0].folder / "samples.csv")
        groups = [samples[n:n + SMOOTH] for n in range(0, len(samples), SMOOTH)]
        means = [sum(sample[f"{way}_mbit"] for sample in group) / len(group) for group in groups]
        rates.plot([group[-1]["t_s"] for group in groups], means, linewidth=0.8, label=arm)
        heard = sorted(max(ms, 0.1) for run in runs for ms in score.loaded_delay(run.folder, run.plan) if ms is not None)
        spreads.plot(heard, [100 * (n + 1) / len(heard) for n in range(len(heard))], linewidth=1.2, label=arm)
    under_load = (first.plan.loads[0][2] - 2, first.plan.seconds)
    delays.set(title=f"{name}, seed {first.seed}", yscale="log", ylabel="added delay, ms", xlim=under_load)
    rates.set(ylabel=f"delivered {way}, Mbit/s", xlabel="s", xlim=under_load, ylim=(0, None))
    spreads.set(xscale="log", xlabel="added delay under load, ms (all seeds)", ylabel="share of echoes within, %", ylim=(40, 100))
    for axes in (delays, rates, spreads):
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small", ncols=2)
    return figure
