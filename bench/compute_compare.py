"""Runs this program and PyTorch in turn on the same work and prints medians, peaks of memory and ratios.

    python bench/compute_compare.py [--rounds N] [--repeats N] [WORK:MODEL:CLASSES ...]

The interpreter needs torch and open_clip (tests/golden/requirements.txt). Both sides use two threads and the same
random weights, which are written to bench/weights the first time. BENCH names a finished program.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "bench" / "weights"
JOBS = [
    "mlpt:ViT-B-32:47",
    "mlpt-minimal:ViT-B-32:47",
    "mlpt:RN50:47",
    "mlpt-minimal:RN50:47",
    "views:ViT-B-32:47",
    "coop:ViT-B-16:100",
    "text:ViT-B-16:47",
    "text:ViT-B-16:1000",
    "image:ViT-B-32:1",
    "image:RN50:1",
]


def run(command, where, env):
    """Lines of JSON that a program prints, and its peak of memory in MiB."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=where, env=env)
    lines = [json.loads(line) for line in child.stdout if line.startswith("{")]
    _, status, usage = os.wait4(child.pid, 0)
    if status or not lines:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return lines, usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--repeats", type=int, default=2)
    arguments.add_argument("jobs", nargs="*", default=JOBS)
    given = arguments.parse_args()
    ours = os.environ.get("BENCH")
    if not ours:
        subprocess.run(["cargo", "build", "--release", "--workspace", "--bin", "bench_compute"], cwd=ROOT, check=True)
        ours = ROOT / "target/release/bench_compute"
    env = dict(os.environ, RAYON_NUM_THREADS="2", OMP_NUM_THREADS="2")
    print("| work | model | classes | here, s | PyTorch, s | ratio | here, MiB | PyTorch, MiB |")
    print("|---|---|---:|---:|---:|---:|---:|---:|", flush=True)
    for job in given.jobs:
        kind, model, classes = job.split(":")
        subprocess.run([sys.executable, ROOT / "bench/compute.py", "weights", WEIGHTS, model], check=True)
        repeats = str(given.repeats)
        commands = {
            # Whatever PyTorch's loop does, this program has one way to do the step.
            "ours": [ours, kind.removesuffix("-minimal"), WEIGHTS, model, classes, repeats],
            # PyTorch's loop keeps no views.
            "torch": [sys.executable, ROOT / "bench/compute.py", kind.replace("views", "mlpt"), WEIGHTS, model, classes, repeats],
        }
        seconds, memory, checks = {"ours": [], "torch": []}, {"ours": 0, "torch": 0}, {}
        for _ in range(given.rounds):
            for who, command in commands.items():
                lines, peak = run(command, ROOT, env)
                seconds[who] += [line["seconds"] for line in lines]
                memory[who] = max(memory[who], peak)
                checks[who] = lines[0].get("check")
        a, b = (statistics.median(seconds[who]) for who in ("ours", "torch"))
        print(f"| {kind} | {model} | {classes} | {a:.3f} | {b:.3f} | {b / a:.2f} "
              f"| {memory['ours']:.0f} | {memory['torch']:.0f} |", flush=True)
        spread = {who: f"{min(s):.3f} to {max(s):.3f}, {len(s)} times" for who, s in seconds.items()}
        print(f"{job}: {spread}, check {checks}", file=sys.stderr, flush=True)
        if None not in checks.values() and abs(checks["ours"] - checks["torch"]) > 1e-3 * abs(checks["torch"]):
            sys.exit(f"{job}: the two do not compute the same: {checks}")


if __name__ == "__main__":
    main()
