#!/usr/bin/env bash
# The Python of docs/using.md says the same of pictures as `mlpt predict`. Run by ci/external.sh.
# shellcheck source=ci/external/common.sh
. "$(dirname "$0")/common.sh"
numpy=2.4.6
safetensors=0.8.0
pillow=12.3.0

venv loader "numpy==$numpy" "safetensors==$safetensors" "pillow==$pillow"
cd "$WORK"
"$python" "$ROOT/ci/external/pictures.py" pictures
# The code as a reader copies it.
awk '/^```python$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/docs/using.md" > classifier.py
grep -q '^class Classifier' classifier.py || fail "docs/using.md holds no class Classifier in Python"

told=
for trainer in CoOp MLPT ZeroshotCLIP; do
  "$MLPT" train --quiet --trainer $trainer --dataset Folder --root pictures "${small[@]}" SEED=1 OPTIM.LR=0.05 \
    DATALOADER.TRAIN_X.BATCH_SIZE=4 --output-dir "$trainer" >&2
  "$MLPT" predict --run "$trainer" pictures/test --json > "$trainer.json"
  "$MLPT" export --run "$trainer" --output "$trainer.exported" >&2
  mapfile -d '' images < <(find pictures/test -name '*.png' -print0 | sort -z)
  "$MLPT" encode --image "${images[@]}" --json > features.json
  told+=$("$python" "$ROOT/ci/external/loader.py" "$trainer.exported" features.json "$trainer.json" "$trainer")$'\n'
done

seen "Python $("$python" -c 'import platform; print(platform.python_version())')" "numpy $numpy" "safetensors $safetensors"
cat << TEXT

The twenty lines of [using a run](using.md#the-classifier-alone), copied from the page, with the files of \`mlpt export\` and image
features of \`mlpt encode\`, beside what \`predict --json\` says of the same pictures. Features of another program's image tower were
not tried here; that towers agree is shown in [parity](parity.md).

\`\`\`text
${told%$'\n'}
\`\`\`
TEXT
