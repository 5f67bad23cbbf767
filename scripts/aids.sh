#!/usr/bin/env bash
# What the literature adds to such a method, one at a time: MLPT with generalised cross-entropy on the built-in
# pictures, 8 wrong of 16 shots, seeds that no table uses.
#
#   scripts/aids.sh
#
# What is finished is skipped and what was stopped goes on, so it can be killed and started again. Each run has
# one thread, and JOBS of them (2) run side by side: other numbers of threads give other last digits.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
out=output/aids
if [ -z "${MLPT:-}" ]; then # MLPT names a finished program, so that one may go on with the sources meanwhile
  cargo build --release --quiet --bin mlpt
  MLPT=$PWD/target/release/mlpt
fi
mkdir -p "$out"
export MLPT RAYON_NUM_THREADS=1

run() { # directory, further arguments
  local dir=$1
  shift
  mkdir -p "$(dirname "$dir")"
  [ -e "$dir/result.json" ] || "$MLPT" train --quiet --preset demo --output-dir "$dir" "$@" >"$dir.out" 2>&1 ||
    { echo "failed: $dir"; cat "$dir.out"; exit 255; }
  echo "done: $dir"
}
export -f run

m=TRAINER.MLPT
settings() {
  case $1 in
    CoOp) echo "--trainer CoOp" ;;
    MLPT) ;;
    weight) echo "$m.LAMBDA_U=25" ;;
    ramp-up) echo "$m.LAMBDA_U=25 $m.RAMP_UP=16" ;;
    views) echo "$m.VIEWS=2" ;;
    average) echo "$m.AVERAGE_EPOCHS=5" ;;
    mixup) echo "$m.MIXUP=true" ;;
    all) echo "$m.LAMBDA_U=25 $m.RAMP_UP=16 $m.VIEWS=2 $m.AVERAGE_EPOCHS=5 $m.MIXUP=true" ;;
    small-loss | zero-shot | optimal-transport) echo "SELECTOR.NAME=$1" ;;
    elr) echo "LOSS.NAME=elr" ;;
    pool) echo "DATASET.POOL=expand" ;;
  esac
}
aids=${AIDS:-"CoOp MLPT weight ramp-up views average mixup all pool small-loss zero-shot optimal-transport elr"}
for seed in ${SEEDS:-11 12 13}; do
  for aid in $aids; do
    # shellcheck disable=SC2046 # the words of settings are arguments
    echo run "$out/$aid/seed$seed" --seed "$seed" $(settings "$aid")
  done
done | xargs -d '\n' -P "$jobs" -I{} bash -c '{}'

for aid in $aids; do
  for metric in accuracy detection.auroc; do
    echo "== $aid"
    "$MLPT" results "$out/$aid" --metric "$metric" | grep -v zero-shot
  done
done
