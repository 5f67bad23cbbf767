"""Seconds of an epoch and peak of memory as classes and shots grow: MLPT with the built-in model, two threads.

    python bench/growth.py [PLOT.svg]

BENCH names a finished program. The plot needs matplotlib.
"""

import os
import statistics
import subprocess
import sys

from compute_compare import ROOT, WEIGHTS, run

SERIES = {"classes, 4 shots each": [(10, 4), (100, 4), (1000, 4)], "shots, 47 classes": [(47, 1), (47, 16), (47, 64)]}


def main():
    ours = os.environ.get("BENCH")
    if not ours:
        subprocess.run(["cargo", "build", "--release", "--workspace", "--bin", "bench_compute"], cwd=ROOT, check=True)
        ours = ROOT / "target/release/bench_compute"
    env = dict(os.environ, RAYON_NUM_THREADS="2")
    print("| classes | shots | s an epoch | MiB |\n|---:|---:|---:|---:|")
    points = {}
    for series, sizes in SERIES.items():
        for classes, shots in sizes:
            lines, peak = run([ours, "epoch", WEIGHTS, "builtin", str(classes), "3", str(shots)], ROOT, env)
            seconds = statistics.median(line["seconds"] for line in lines)
            points.setdefault(series, []).append((classes if "classes," in series else shots, seconds, peak))
            print(f"| {classes} | {shots} | {seconds:.2f} | {peak:.0f} |", flush=True)
    if len(sys.argv) > 1:
        plot(points, sys.argv[1])


def plot(points, path):
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.hashsalt": "growth", "font.size": 9})
    _, axes = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for axis, which, label in zip(axes, (1, 2), ("seconds an epoch", "MiB at most")):
        for series, values in points.items():
            axis.loglog([v[0] for v in values], [v[which] for v in values], marker="o", label=series)
        axis.set_ylabel(label)
        axis.set_xlabel("classes or shots")
        axis.grid(alpha=0.3)
    axes[0].legend()
    pyplot.savefig(path, metadata={"Date": None})


main()
