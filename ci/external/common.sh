# What the parts of ci/external.sh share; read by them, not run.
set -euo pipefail
: "${ROOT:?run ci/external.sh PART}" "${WORK:?}" "${MLPT:?}" "${TOOLS:?}"

# Settings that make a run of the preset `demo` a matter of seconds.
small=(OPTIM.MAX_EPOCH=3 WARMUP.EPOCH=1 OPTIM.WARMUP_EPOCH=1 DATASET.NUM_SHOTS=4 DATASET.NUM_FP=1)

fail() {
  echo "error: $*" >&2
  exit 1
}

# The first line of a section: the day, and the versions that are given.
seen() {
  local text
  text=$(printf ', %s' "$(date -u +%F)" "$("$MLPT" --version)" "$@")
  echo "${text#, }."
}

# Makes sure that Debian packages are there: `debian COMMAND PACKAGE...` installs the packages where a command is missing.
debian() {
  command -v "$1" > /dev/null && return
  local command=$1
  shift
  command -v apt-get > /dev/null || fail "$command is missing and there is no apt-get to install $* with"
  [ "$(id -u)" = 0 ] || fail "$command is missing; as root, run: apt-get install $*"
  {
    apt-get -q update
    # Services that a package would start are none of ours.
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q install --yes --no-install-recommends "$@"
  } > "$WORK/apt.log" 2>&1 || { tail -20 "$WORK/apt.log" >&2; fail "apt-get cannot install $*"; }
  command -v "$command" > /dev/null || fail "$* are installed, but there is no $command"
}

debian_version() { dpkg-query --show --showformat='${source:Upstream-Version}' "$1"; }

# `venv NAME REQUIREMENT...` leaves the path of a Python that has these packages in $python.
venv() {
  local folder=$TOOLS/venv-$1
  shift
  debian python3 python3 python3-venv
  [ -x "$folder/bin/python" ] || python3 -m venv "$folder" >&2 || fail "python3 cannot make a virtual environment"
  "$folder/bin/pip" --quiet --disable-pip-version-check install "$@" >&2 || fail "pip cannot install $*"
  python=$folder/bin/python
}

# A field of a JSON file: `json FILE EXPRESSION` with the document as `d`.
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
