"""Seconds and peak of memory as classes and shots grow: MLPT with the built-in model, two threads.

Every step sees every class, so what classes cost is told for a step; an epoch has more steps the more images there are, so what
shots cost is told for an epoch.

    python bench/growth.py [PLOT.svg]

BENCH names a finished program. The plot needs matplotlib.
"""

import os
import statistics
import subprocess
import sys

from compute_compare import ROOT, WEIGHTS, run

SERIES = {
    # name: work of bench_compute, repeats, (classes, shots)
    "a step, by classes": ("mlpt", "1", [(10, 16), (100, 2), (1000, 1)]),
    "an epoch, by shots (47 classes)": ("epoch", "3", [(47, 1), (47, 16), (47, 64)]),
}


def main():
    ours = os.environ.get("BENCH")
    if not ours:
        subprocess.run(["cargo", "build", "--release", "--workspace", "--bin", "bench_compute"], cwd=ROOT, check=True)
        ours = ROOT / "target/release/bench_compute"
    env = dict(os.environ, RAYON_NUM_THREADS="2")
    print("| of | classes | shots | s | MiB |\n|---|---:|---:|---:|---:|")
    points = {}
    for series, (work, repeats, sizes) in SERIES.items():
        for classes, shots in sizes:
            lines, peak = run([ours, work, WEIGHTS, "builtin", str(classes), repeats, str(shots)], ROOT, env)
            seconds = statistics.median(line["seconds"] for line in lines)
            points.setdefault(series, []).append((classes if work == "mlpt" else shots, seconds, peak))
            print(f"| {series} | {classes} | {shots} | {seconds:.3f} | {peak:.0f} |", flush=True)
    if len(sys.argv) > 1:
        plot(points, sys.argv[1])


def plot(points, path):
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.hashsalt": "growth", "font.size": 9})
    _, axes = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for axis, which, label in zip(axes, (1, 2), ("seconds", "MiB at most")):
        for series, values in points.items():
            axis.loglog([v[0] for v in values], [v[which] for v in values], marker="o", label=series)
        axis.set_ylabel(label)
        axis.set_xlabel("classes or shots")
        axis.grid(alpha=0.3)
    axes[0].legend()
    pyplot.savefig(path, metadata={"Date": None})


main()
