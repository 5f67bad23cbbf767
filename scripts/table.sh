#!/usr/bin/env bash
# The honest table: every method on the same images with the same wrong labels, three seeds.
#
#   scripts/table.sh builtin            the built-in pictures: 0, 2, 4 and 8 wrong of 16
#   scripts/table.sh caltech DATA       Caltech-101 below DATA: 0 and 8 wrong of 16, with a model that is
#                                       first pre-trained on the images that none of these runs uses
#   LEVELS=8 METHODS="CoOp MaPLe MaPLe-GCE CoOp+MaPLe" scripts/table.sh ...    others, at fewer levels of noise
#
# It can be killed and started again (scripts/common.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:?builtin or caltech}
seeds=${SEEDS:-"1 2 3"}
out=output/table/$which
source scripts/common.sh

# One setting for every method and noise level: the preset `demo`, whose loss each method names for itself.
case $which in
  builtin)
    levels=${LEVELS:-"0 2 4 8"}
    common=()
    ;;
  caltech)
    root=${2:?the folder that holds caltech-101}
    levels=${LEVELS:-"0 8"}
    common=(--dataset Caltech101 --root "$root")
    model=$out/model
    ;;
  *)
    echo "unknown table '$which': builtin or caltech" >&2
    exit 2
    ;;
esac

# The published batch of 4 would give it eight times as many steps as the others.
batch="DATALOADER.TRAIN_X.BATCH_SIZE=32"
# method -> its own settings
settings() {
  case $1 in
    ZeroshotCLIP) echo "--trainer ZeroshotCLIP" ;;
    CoOp) echo "--trainer CoOp LOSS.NAME=ce" ;;
    CoOp-GCE) echo "--trainer CoOp LOSS.NAME=gce" ;;
    MaPLe | IVLP) echo "--trainer $1 LOSS.NAME=ce $batch" ;;
    MaPLe-GCE | IVLP-GCE) echo "--trainer ${1%-GCE} LOSS.NAME=gce $batch" ;;
    MLPT) echo "--trainer MLPT LOSS.NAME=ce" ;;
    MLPT-GCE) echo "--trainer MLPT LOSS.NAME=gce" ;;
    *+*) # two mechanisms, such as CoOp+MaPLe
      echo "--trainer MLPT LOSS.NAME=gce TRAINER.MLPT.LEARNER1.MECHANISM=${1%+*} TRAINER.MLPT.LEARNER2.MECHANISM=${1#*+}"
      ;;
  esac
}
methods=${METHODS:-"ZeroshotCLIP CoOp CoOp-GCE MLPT MLPT-GCE"}

if [ "$which" = caltech ]; then
  # Runs of one epoch write down which images each seed and level uses; the model learns from the others.
  uses=()
  for seed in $seeds; do
    for level in $levels; do
      dir=$out/uses/${level}wrong/seed$seed
      run "$dir" "${common[@]}" --trainer CoOp --num-fp "$level" --seed "$seed" OPTIM.MAX_EPOCH=1 TEST.NO_TEST=true
      uses+=("$dir")
    done
  done
  [ -e "$model/model.safetensors" ] ||
    "$MLPT" pretrain --backbone builtin --dataset Caltech101 --root "$root" --exclude "${uses[@]}" \
      --output-dir "$model" --seed 1 PRETRAIN.STEPS=1000
  common+=(--backbone "$model")
fi

for method in $methods; do
  for level in $levels; do
    for seed in $seeds; do
      dir=$out/$method/${level}wrong/seed$seed
      # shellcheck disable=SC2046 # the words of settings are arguments
      printf '%q ' run "$dir" "${common[@]}" $(settings "$method") --num-fp "$level" --seed "$seed"
      echo
    done
  done
done | all

echo
folders=()
for method in $methods; do folders+=("$out/$method"); done
"$MLPT" results "${folders[@]}" --format markdown
