#!/usr/bin/env bash
# The real TensorBoard reads the event files of a run. Run by ci/external.sh.
# shellcheck source=ci/external/common.sh
. "$(dirname "$0")/common.sh"
version=2.21.0

venv tensorboard "tensorboard==$version"
cd "$WORK"
"$MLPT" train --quiet --preset demo "${small[@]}" SEED=1 --output-dir run >&2
told=$("$python" "$ROOT/ci/read_events.py" run)
[ -n "$told" ] || fail "ci/read_events.py says nothing of what it read"

seen "Python $("$python" -c 'import platform; print(platform.python_version())')" "TensorBoard $version"
cat << TEXT

TensorBoard's own reader finds in the event files of a run what stands in its \`metrics.jsonl\` (\`ci/read_events.py RUN\`):

\`\`\`text
$told
\`\`\`
TEXT
