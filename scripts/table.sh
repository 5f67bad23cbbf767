#!/usr/bin/env bash
# The honest table: every method on the same images with the same wrong labels, three seeds.
#
#   scripts/table.sh builtin            the built-in pictures: 0, 2, 4 and 8 wrong of 16
#   scripts/table.sh caltech DATA       Caltech-101 below DATA: 0 and 8 wrong of 16, with a model that is
#                                       first pre-trained on the images that none of these runs uses
#   LEVELS=8 METHODS="CoOp MaPLe MaPLe-GCE CoOp+MaPLe" scripts/table.sh ...    others, at fewer levels of noise
#
# What is finished is skipped and what was stopped goes on, so it can be killed and started again. Each run has
# one thread, and JOBS of them (2) run side by side: other numbers of threads give other last digits.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:?builtin or caltech}
jobs=${JOBS:-2}
seeds=${SEEDS:-"1 2 3"}
out=output/table/$which
if [ -z "${MLPT:-}" ]; then # MLPT names a finished program, so that one may go on with the sources meanwhile
  cargo build --release --quiet --bin mlpt
  MLPT=$PWD/target/release/mlpt
fi
mlpt=$MLPT
mkdir -p "$out"
export RAYON_NUM_THREADS=1

# One setting for every method and noise level: the preset `demo`, whose loss each method names for itself.
case $which in
  builtin)
    levels=${LEVELS:-"0 2 4 8"}
    common=(--preset demo)
    ;;
  caltech)
    root=${2:?the folder that holds caltech-101}
    levels=${LEVELS:-"0 8"}
    common=(--preset demo --dataset Caltech101 --root "$root")
    model=$out/model
    ;;
  *)
    echo "unknown table '$which': builtin or caltech" >&2
    exit 2
    ;;
esac

# MaPLe's published batch of 4 would give it eight times as many steps as the others.
maple="DATALOADER.TRAIN_X.BATCH_SIZE=32"
# method -> its own settings
settings() {
  case $1 in
    ZeroshotCLIP) echo "--trainer ZeroshotCLIP" ;;
    CoOp) echo "--trainer CoOp LOSS.NAME=ce" ;;
    CoOp-GCE) echo "--trainer CoOp LOSS.NAME=gce" ;;
    MaPLe) echo "--trainer MaPLe LOSS.NAME=ce $maple" ;;
    MaPLe-GCE) echo "--trainer MaPLe LOSS.NAME=gce $maple" ;;
    MLPT) echo "--trainer MLPT LOSS.NAME=ce" ;;
    MLPT-GCE) echo "--trainer MLPT LOSS.NAME=gce" ;;
    *+*) # two mechanisms, such as CoOp+MaPLe
      echo "--trainer MLPT LOSS.NAME=gce TRAINER.MLPT.LEARNER1.MECHANISM=${1%+*} TRAINER.MLPT.LEARNER2.MECHANISM=${1#*+}"
      ;;
  esac
}
methods=${METHODS:-"ZeroshotCLIP CoOp CoOp-GCE MLPT MLPT-GCE"}

run() { # directory, further arguments
  local dir=$1
  shift
  [ -e "$dir/result.json" ] || "$mlpt" train --quiet --output-dir "$dir" "$@" >"$dir.out" 2>&1 ||
    { echo "failed: $dir"; cat "$dir.out"; exit 255; }
  echo "done: $dir"
}
export -f run
export mlpt

if [ "$which" = caltech ]; then
  # Runs of one epoch write down which images each seed and level uses; the model learns from the others.
  uses=()
  for seed in $seeds; do
    for level in $levels; do
      dir=$out/uses/${level}wrong/seed$seed
      mkdir -p "$(dirname "$dir")"
      run "$dir" "${common[@]}" --trainer CoOp --num-fp "$level" --seed "$seed" OPTIM.MAX_EPOCH=1 TEST.NO_TEST=true
      uses+=("$dir")
    done
  done
  [ -e "$model/model.safetensors" ] ||
    "$mlpt" pretrain --backbone builtin --dataset Caltech101 --root "$root" --exclude "${uses[@]}" \
      --output-dir "$model" --seed 1 PRETRAIN.STEPS=1000
  common+=(--backbone "$model")
fi

for method in $methods; do
  for level in $levels; do
    for seed in $seeds; do
      dir=$out/$method/${level}wrong/seed$seed
      mkdir -p "$(dirname "$dir")"
      # shellcheck disable=SC2046 # the words of settings are arguments
      printf '%q ' run "$dir" "${common[@]}" $(settings "$method") --num-fp "$level" --seed "$seed"
      echo
    done
  done
done | xargs -d '\n' -P "$jobs" -I{} bash -c '{}'

echo
folders=()
for method in $methods; do folders+=("$out/$method"); done
"$mlpt" results "${folders[@]}" --format markdown
