#!/usr/bin/env bash
# What the literature adds to such a method, one at a time: MLPT with generalised cross-entropy on the built-in
# pictures, 8 wrong of 16 shots, seeds that no table uses.
#
#   scripts/aids.sh
#
# It can be killed and started again (scripts/common.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
out=output/aids
source scripts/common.sh

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
done | all

for aid in $aids; do
  for metric in accuracy detection.auroc; do
    echo "== $aid"
    "$MLPT" results "$out/$aid" --metric "$metric" | grep -v zero-shot
  done
done
