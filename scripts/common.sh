# What the scripts of this folder share; they source it.
#
# A run that is finished is skipped and one that was stopped goes on, so each script can be killed and started again.
# Each run has one thread, and JOBS of them (2) run side by side: other numbers of threads give other last digits.
jobs=${JOBS:-2}
if [ -z "${MLPT:-}" ]; then # MLPT names a finished program, so that one may go on with the sources meanwhile
  cargo build --release --quiet --bin mlpt
  MLPT=$PWD/target/release/mlpt
fi
# Seconds of methods are compared, so that none may find features that another has kept.
export MLPT RAYON_NUM_THREADS=1 MLPT__FEATURES__CACHE=false

run() { # directory, further arguments
  local dir=$1
  shift
  mkdir -p "$(dirname "$dir")"
  [ -e "$dir/result.json" ] || "$MLPT" train --quiet --preset demo --output-dir "$dir" "$@" >"$dir.out" 2>&1 ||
    { echo "failed: $dir"; cat "$dir.out"; exit 255; }
  echo "done: $dir"
}
export -f run

all() { # the lines of the input are commands
  xargs -d '\n' -P "$jobs" -I{} bash -c '{}'
}
