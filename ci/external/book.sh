#!/usr/bin/env bash
# mdbook makes the book of docs/ without a warning, and every link in it leads somewhere. Run by ci/external.sh.
# shellcheck source=ci/external/common.sh
. "$(dirname "$0")/common.sh"
version=0.5.4

mdbook=$TOOLS/mdbook-$version/bin/mdbook
if [ ! -x "$mdbook" ]; then
  CARGO_TARGET_DIR="$WORK/target" cargo install mdbook --version "=$version" --locked --no-default-features \
    --features search --root "$TOOLS/mdbook-$version" >&2 || fail "cargo cannot install mdbook $version"
fi
debian python3 python3
cd "$WORK"
"$mdbook" build "$ROOT/docs" --dest-dir "$WORK/book" > book.log 2>&1 || { cat book.log >&2; fail "mdbook fails"; }
if grep -E 'WARN|ERROR' book.log >&2; then fail "mdbook warns"; fi
told=$(python3 "$ROOT/ci/external/links.py" book)

seen "mdbook $version"
cat << TEXT

\`mdbook build docs\` makes the book without a warning. $told
TEXT
