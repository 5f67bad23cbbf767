#!/usr/bin/env bash
# What a build with CUDA does on a machine with a GPU: doctor, every comparison with the golden files, every trainer and
# much of what can be set, each beside the same run on the CPU. docs/gpu.md says what was seen.
#
#   cargo build --release --workspace --features mlpt-cli/cuda
#   scripts/gpu.sh [FOLDER OF THE FINISHED PROGRAMS]
#
# It ends with the number of commands that failed.
cd "$(dirname "$0")/.." || exit 1
bin=${1:-target/release}
out=${OUT:-output/gpu}
failed=0
mkdir -p "$out"

try() { # name, command
  local name=$1
  shift
  "$@" >"$out/$name.txt" 2>&1 && return
  failed=$((failed + 1))
  echo "FAILED: $name: $*"
  tail -n 5 "$out/$name.txt"
}

train() { # name, further arguments: accuracy and seconds of both devices
  local name=$1 line=$1
  shift
  for device in cpu cuda:0; do
    local dir=$out/run/$name-${device%:0}
    rm -rf "$dir"
    try "$name-${device%:0}" "$bin/mlpt" train --preset demo --device "$device" --output-dir "$dir" --json \
      FEATURES.CACHE=false DATASET.NUM_SHOTS=4 DATASET.NUM_FP=2 OPTIM.MAX_EPOCH=4 WARMUP.EPOCH=1 "$@"
    [ -e "$dir/result.json" ] &&
      line="$line | $(python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); print(f"{r[sys.argv[2]]:.1f} | {r[sys.argv[3]]:.1f}")' \
        "$dir/result.json" accuracy elapsed_s)"
  done
  echo "| $line |"
}

"$bin/mlpt" doctor
"$bin/parity" cuda:0 >"$out/parity.txt" 2>&1 || failed=$((failed + 1))
grep -v '^ok' "$out/parity.txt"

echo "| run | accuracy on the CPU | s | accuracy on the GPU | s |"
echo "|---|---:|---:|---:|---:|"
for trainer in $("$bin/mlpt" list trainers | awk '{ print $1 }'); do
  train "$trainer" --trainer "$trainer"
done
mlpt=(--trainer MLPT)
train unlike-pair "${mlpt[@]}" TRAINER.MLPT.LEARNER1.MECHANISM=CoCoOp TRAINER.MLPT.LEARNER2.MECHANISM=IVLP
train additions "${mlpt[@]}" TRAINER.MLPT.MIXUP=true TRAINER.MLPT.VIEWS=2 TRAINER.MLPT.AVERAGE_EPOCHS=2 TRAINER.MLPT.RAMP_UP=2
train fixed-views "${mlpt[@]}" DATALOADER.VIEWS=2
train text-in-parts "${mlpt[@]}" MODEL.TEXT_MEMORY=1
for loss in ce gce sce mae nce-rce phuber-ce double-softmax-ce elr; do train "loss-$loss" --trainer CoOp "LOSS.NAME=$loss"; done
for name in $("$bin/mlpt" list selectors | awk '{ print $1 }'); do train "selector-$name" "${mlpt[@]}" "SELECTOR.NAME=$name"; done
for name in confusion instance-dependent; do train "noise-$name" --trainer CoOp "NOISE.NAME=$name"; done
for prec in fp16 bf16 amp; do train "$prec" "${mlpt[@]}" "PREC=$prec"; done
train bf16-maple --trainer MaPLe PREC=bf16

# The same seed on the same GPU: the same numbers. Evaluated again, on either device: the same accuracy.
dir=$out/run/again
rm -rf "$dir"
try again "$bin/mlpt" train --preset demo --device cuda:0 --output-dir "$dir" FEATURES.CACHE=false \
  DATASET.NUM_SHOTS=4 DATASET.NUM_FP=2 OPTIM.MAX_EPOCH=4 WARMUP.EPOCH=1 "${mlpt[@]}"
try same-numbers cmp "$dir/prompt_learner1/model.safetensors-4" "$out/run/MLPT-cuda/prompt_learner1/model.safetensors-4"
for device in cpu cuda:0; do
  try "eval-${device%:0}" "$bin/mlpt" eval "$dir" --device "$device"
  grep -h accuracy "$out/eval-${device%:0}.txt"
done
try encode "$bin/mlpt" encode --device cuda:0 --text "a photo of a dog." --text "a photo of a cat."
echo "$failed commands failed"
exit "$failed"
