#!/usr/bin/env bash
# Mutual learning between any two prompt mechanisms, on the built-in pictures with 8 wrong of 16 shots.
#
#   scripts/pairs.sh matrix             every unordered pair, one seed, 15 epochs (3 of them warm-up)
#   scripts/pairs.sh full PAIR...       pairs such as CoOp+VPT at full length, three seeds
#   scripts/pairs.sh single NAME...     the same for single mechanisms, on the given labels
#
# It can be killed and started again (scripts/common.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:?matrix, full or single}
shift
out=output/pairs/$which
source scripts/common.sh

pair() { # first, second, seed, further arguments
  local dir=$out/$1+$2/seed$3
  echo run "$dir" --trainer MLPT --seed "$3" "TRAINER.MLPT.LEARNER1.MECHANISM=$1" "TRAINER.MLPT.LEARNER2.MECHANISM=$2" "${@:4}"
}

case $which in
  matrix)
    read -ra names <<<"${MECHANISMS:-CoOp CoCoOp VPT IVLP MaPLe RMaPLe}"
    for ((i = 0; i < ${#names[@]}; i++)); do
      for ((j = i; j < ${#names[@]}; j++)); do
        pair "${names[i]}" "${names[j]}" 1 OPTIM.MAX_EPOCH=15 WARMUP.EPOCH=3
      done
    done
    ;;
  full)
    for seed in ${SEEDS:-1 2 3}; do
      for names in "$@"; do pair "${names%+*}" "${names#*+}" "$seed"; done
    done
    ;;
  single)
    # One setting for all: the published batches of 1 and 4 would give some eight to thirty times as many steps.
    for seed in ${SEEDS:-1 2 3}; do
      for name in "$@"; do
        echo run "$out/$name/seed$seed" --trainer "$name" --seed "$seed" DATALOADER.TRAIN_X.BATCH_SIZE=32 "${SETTINGS:-LOSS.NAME=gce}"
      done
    done
    ;;
  *)
    echo "unknown part '$which': matrix, full or single" >&2
    exit 2
    ;;
esac | all
for metric in accuracy detection.auroc cpu_s peak_memory; do
  "$MLPT" results "$out" --metric "$metric" --format markdown
done
