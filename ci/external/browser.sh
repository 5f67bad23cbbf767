#!/usr/bin/env bash
# A real browser opens the reports and has nothing to complain of. Run by ci/external.sh.
# shellcheck source=ci/external/common.sh
. "$(dirname "$0")/common.sh"

debian chromium chromium fonts-dejavu-core
picture=$ROOT/docs/report.png
most=400000

# Opens a page: `open PAGE WIDTHxHEIGHT`. Its picture is shot.png, what its console shows is console.txt.
open() {
  rm -f shot.png
  # Without a network, and without the sandbox, which root cannot have.
  timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-extensions --user-data-dir="$WORK/profile" --hide-scrollbars \
    --enable-logging=stderr --window-size="${2/x/,}" --screenshot="$WORK/shot.png" "file://$WORK/$1" > chromium.log 2>&1 ||
    { tail -20 chromium.log >&2; fail "chromium cannot open $1"; }
  [ -s shot.png ] || { tail -20 chromium.log >&2; fail "chromium made no picture of $1"; }
  # Chromium logs every message of a page at one level, so that all of them count, not errors alone.
  grep ':CONSOLE' chromium.log > console.txt || true
}

cd "$WORK"
# Whether this check would see a fault at all: a page with one of each kind.
cat > faulty.html << 'PAGE'
<!doctype html><meta charset="utf-8"><title>faulty</title>
<img src="missing.png" alt="">
<script>console.warn("a warning"); console.error("an error"); undefinedFunction();</script>
PAGE
open faulty.html 1280x400
for text in "a warning" "an error" "undefinedFunction is not defined"; do
  grep -q "$text" console.txt || { cat chromium.log >&2; fail "this check does not see '$text' on the console"; }
done

"$MLPT" train --quiet --preset demo "${small[@]}" OPTIM.MAX_EPOCH=6 SEED=1 --output-dir runs/one >&2
"$MLPT" train --quiet --preset demo "${small[@]}" SEED=2 --trainer CoOp --output-dir runs/two >&2
"$MLPT" report runs/one -o one.html >&2
"$MLPT" report runs -o all.html >&2
for page in one.html all.html; do
  for size in 1280x2000 500x900; do
    open $page $size
    if [ -s console.txt ]; then
      cat console.txt >&2
      fail "$page has something to say on the console of a window of $size"
    fi
  done
done
# The beginning of the first report, as much of it as fits into the size.
for height in 2000 1700 1400 1100 800; do
  open one.html 1280x$height
  size=$(stat -c %s shot.png)
  if [ "$size" -lt $most ]; then break; fi
done
[ "$size" -lt $most ] || fail "a picture of 800 lines has $size bytes"
cp shot.png "$picture"

seen "Chromium $(debian_version chromium)"
cat << TEXT

The reports of a run and of a folder with two runs were opened in windows 1280 and 500 wide: no message on the console. (A page with
a fault on purpose, opened first, shows that messages would be seen.) The beginning of the first:

![the report of a run, as Chromium shows it](report.png)
TEXT
