"""Runs this program and PyTorch in turn on the same work and prints medians, peaks of memory and ratios.

    python bench/compute_compare.py [--rounds N] [--repeats N] [--shots N] [--device NAME] [--prec NAME] [WORK:MODEL:CLASSES ...]

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
    "views:ViT-B-32:47",
    "mlpt:RN50:47",
    "coop:ViT-B-16:100",
    "text:ViT-B-16:47",
    "text:ViT-B-16:1000",
    "image:ViT-B-32:1",
    "image:RN50:1",
]
# What runs in turn here and in PyTorch, and which of them are set beside each other.
PROGRAMS = {
    "mlpt": (["mlpt"], ["mlpt", "mlpt-minimal"], [("mlpt", "mlpt"), ("mlpt", "mlpt-minimal")]),
    # PyTorch's loop keeps no views.
    "views": (["mlpt", "views"], ["mlpt", "mlpt-minimal"], [("mlpt", "mlpt"), ("mlpt", "mlpt-minimal"), ("views", "mlpt")]),
}


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
    arguments.add_argument("--shots", type=int, default=4, help="pictures a class: steps an epoch")
    arguments.add_argument("--device", default="cpu", help="cpu or cuda:0")
    arguments.add_argument("--prec", default="fp32", help="fp32; on a GPU also fp16 or bf16")
    arguments.add_argument("jobs", nargs="*", default=JOBS)
    given = arguments.parse_args()
    ours = os.environ.get("BENCH")
    if not ours:
        subprocess.run(["cargo", "build", "--release", "--workspace", "--bin", "bench_compute"], cwd=ROOT, check=True)
        ours = ROOT / "target/release/bench_compute"
    env = dict(os.environ, RAYON_NUM_THREADS="2", OMP_NUM_THREADS="2")
    print("| here | PyTorch | model | classes | here, s | PyTorch, s | ratio | here, MiB | PyTorch, MiB |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|", flush=True)
    for job in given.jobs:
        kind, model, classes = job.split(":")
        if not (WEIGHTS / f"{model}.pt").exists():
            subprocess.run([sys.executable, ROOT / "bench/compute.py", "weights", WEIGHTS, model], check=True)
        ours_kinds, torch_kinds, pairs = PROGRAMS.get(kind, ([kind], [kind], [(kind, kind)]))
        size = [WEIGHTS, model, classes, str(given.repeats)]
        place = [given.device, given.prec]
        commands = {("here", k): [ours, k, *size, str(given.shots), *place] for k in ours_kinds}
        commands |= {("PyTorch", k): [sys.executable, ROOT / "bench/compute.py", k, *size, *place] for k in torch_kinds}
        seconds, memory, checks = {who: [] for who in commands}, dict.fromkeys(commands, 0), {}
        for _ in range(given.rounds):
            for who, command in commands.items():
                lines, peak = run(command, ROOT, env)
                seconds[who] += [line["seconds"] for line in lines]
                memory[who] = max(memory[who], peak)
                checks[who] = lines[0].get("check")
        for who, s in seconds.items():
            print(f"{job}, {' '.join(who)}: {min(s):.4f} to {max(s):.4f}, {len(s)} times", file=sys.stderr, flush=True)
        for one, other in pairs:
            a, b = ("here", one), ("PyTorch", other)
            fast, slow = statistics.median(seconds[a]), statistics.median(seconds[b])
            print(f"| {one} | {other} | {model} | {classes} | {fast:.4f} | {slow:.4f} | {slow / fast:.2f} "
                  f"| {memory[a]:.0f} | {memory[b]:.0f} |", flush=True)
            near = 1e-3 if given.prec == "fp32" else 5e-2
            if None not in (checks[a], checks[b]) and abs(checks[a] - checks[b]) > near * abs(checks[b]):
                sys.exit(f"{job}: the two do not compute the same: {checks}")


if __name__ == "__main__":
    main()
