#!/usr/bin/env bash
# Checks that need more than a Rust toolchain: Slurm, TensorBoard, a browser, Python, mdbook.
#
#   ci/external.sh                 every part
#   ci/external.sh slurm loader    these parts
#   ci/external.sh --write         the same, and the outcome goes to docs/external-checks.md
#
# What a part needs it installs itself: Debian packages with apt-get (as root), Python packages into a virtual
# environment, mdbook with cargo; the latter two below target/external. What cannot be installed is a failure, never a
# part left out. MLPT names the program to check; without it the release build is made first.
set -euo pipefail
cd "$(dirname "$0")/.."

parts=(slurm tensorboard browser loader book)
chosen=()
write=false
for word in "$@"; do
  case $word in
    --write) write=true ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    *)
      [[ " ${parts[*]} " == *" $word "* ]] || { echo "ci/external.sh: there is no part '$word'; those there: ${parts[*]}" >&2; exit 2; }
      chosen+=("$word")
      ;;
  esac
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${parts[@]}")

# A run in a folder of the check's own reads and writes nothing of the user's.
export HF_HUB_OFFLINE=1
export ROOT=$PWD
export TOOLS=$ROOT/target/external
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache

if [ -z "${MLPT:-}" ]; then
  cargo build --release --bin mlpt >&2
  MLPT=$ROOT/target/release/mlpt
fi
MLPT=$(command -v "$MLPT") || { echo "ci/external.sh: MLPT is no program" >&2; exit 1; }
case $MLPT in /*) ;; *) MLPT=$PWD/$MLPT ;; esac
export MLPT

page=docs/external-checks.md
failed=()
for part in "${chosen[@]}"; do
  export WORK=$work/$part
  mkdir -p "$WORK"
  echo "== $part" >&2
  # Standard output of a part is its section of the page; all else goes to standard error.
  if bash "ci/external/$part.sh" > "$work/$part.md"; then
    cat "$work/$part.md"
  else
    cat "$work/$part.md"
    echo "== $part FAILED" >&2
    failed+=("$part")
  fi
  rm -rf "$WORK"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "ci/external.sh: failed: ${failed[*]}" >&2
  exit 1
fi

if $write; then
  # Sections of parts that were not run stay as they are.
  for part in "${parts[@]}"; do
    [ -f "$work/$part.md" ] || [ ! -f "$page" ] || awk -v head="## $part" '
      $0 == head { on = 1; next } /^## / { on = 0 } on' "$page" > "$work/$part.md"
  done
  {
    cat ci/external/head.md
    for part in "${parts[@]}"; do
      [ -s "$work/$part.md" ] || continue
      printf '\n## %s\n\n' "$part"
      # Without empty lines at its ends.
      sed -e '/./,$!d' "$work/$part.md" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
    done
  } > "$work/page.md"
  mv "$work/page.md" "$page"
  echo "written: $page" >&2
fi
echo "ci/external.sh: ${#chosen[@]} passed, 0 failed" >&2
