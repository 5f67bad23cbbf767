#!/usr/bin/env bash
# Runs the loader and PyTorch's DataLoader over Caltech-101 in turn and prints medians and their ratio.
#
#   bench/loader.sh ROOT [WORKERS] [ROUNDS]
#
# PYTHON names an interpreter with torch, torchvision and Pillow (tests/golden/requirements.txt).
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:?usage: bench/loader.sh ROOT [WORKERS] [ROUNDS]}
workers=${2:-2}
rounds=${3:-5}
cargo build --release --workspace --bin bench_loader
ours=target/release/bench_loader
for _ in $(seq "$rounds"); do
  # The first pass of each warms the file cache and starts the workers; it does not count.
  "$ours" "$root" "$workers" 2 | tail -n 1 | sed 's/^/ours /'
  "${PYTHON:-python3}" bench/loader.py "$root" "$workers" 2 | tail -n 1 | sed 's/^/torch /'
done | tee /dev/stderr | awk -v workers="$workers" '
  { gsub(/[{},:"]/, " "); who = $1; images = $3; n[who]++; time[who, n[who]] = $5 }
  function median(who,   i, j, t) {
    for (i = 2; i <= n[who]; i++)
      for (j = i; j > 1 && time[who, j - 1] > time[who, j]; j--) {
        t = time[who, j]; time[who, j] = time[who, j - 1]; time[who, j - 1] = t
      }
    return time[who, int((n[who] + 1) / 2)]
  }
  END {
    a = median("ours"); b = median("torch"); cores = workers > 0 ? workers : 1
    printf "| | seconds | images a second and core |\n|---|---:|---:|\n"
    printf "| this program | %.2f | %.0f |\n| PyTorch | %.2f | %.0f |\n", a, images / a / cores, b, images / b / cores
    printf "\nratio %.2f, %d workers, medians of %d\n", b / a, workers, n["ours"]
  }'
