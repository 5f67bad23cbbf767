#!/usr/bin/env bash
# A real Slurm of one node runs the arrays that `sweep --emit slurm` prints. Run by ci/external.sh.
# shellcheck source=ci/external/common.sh
. "$(dirname "$0")/common.sh"

debian slurmctld slurmctld slurmd slurm-client munge
for program in slurmd munged sbatch squeue scontrol scancel; do
  debian "$program" slurmctld slurmd slurm-client munge
done

# A cluster of its own in a folder of its own: its own key, ports and files, so that it meets no other Slurm.
cluster=$WORK/cluster
mkdir -p "$cluster"/{state,spool}
chmod 755 "$WORK" "$cluster"
head -c 1024 /dev/urandom > "$cluster/munge.key"
chmod 600 "$cluster/munge.key"
host=$(hostname -s)
cores=$(nproc)
memory=$(awk '/^MemTotal/ { print int($2 / 1024 * 0.8) }' /proc/meminfo)
cat > "$cluster/slurm.conf" << CONF
ClusterName=mlpt
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=46817
SlurmdPort=46818
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
CredType=cred/munge
# No cgroups and no systemd: neither is there in a container.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=20
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
cat > "$cluster/cgroup.conf" << CONF
CgroupPlugin=cgroup/v1
CgroupAutomount=no
CONF
export SLURM_CONF=$cluster/slurm.conf

daemons=()
stop() {
  # The newest first: munged serves the others.
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    kill "${daemons[i]}" 2> /dev/null || true
    wait "${daemons[i]}" 2> /dev/null || true
  done
  daemons=()
}
told() {
  local code=$?
  if [ $code != 0 ]; then tail -n 15 "$cluster"/*.log >&2 || true; fi
  stop
  exit $code
}
trap told EXIT

# Starts a daemon in the foreground of a background job, so that its process is known.
daemon() {
  local name=$1
  shift
  "$@" > "$cluster/$name.log" 2>&1 &
  daemons+=($!)
}
# Waits until a command succeeds: `until_ok SECONDS WHAT COMMAND...`.
until_ok() {
  local last=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $last ] || fail "after a long time $what"
    for process in "${daemons[@]}"; do kill -0 "$process" 2> /dev/null || fail "a daemon of Slurm ended by itself"; done
    sleep 0.3
  done
}

daemon munged munged --foreground --force --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" \
  --pid-file="$cluster/munged.pid" --seed-file="$cluster/munged.seed" --log-file="$cluster/munged.file.log"
until_ok 20 "munged has made no socket" test -S "$cluster/munge.socket"
daemon slurmctld slurmctld -D -f "$SLURM_CONF"
daemon slurmd slurmd -D -f "$SLURM_CONF" -N "$host"
idle() { [ "$(sinfo --noheader --format=%T 2> /dev/null)" = idle ]; }
until_ok 60 "the node is not idle" idle

# None of a job's tasks is waiting or running.
over() { ! squeue --noheader --jobs "$1" 2> /dev/null | grep -q .; }
states() { scontrol --oneliner show job "$1" | grep -o 'JobState=[A-Z]*' | sort | uniq -c | sed 's/ *\([0-9]*\) JobState=/\1 /'; }
# How many cells of a plan are in a state.
cells() { python3 -c 'import json, sys; print(sum(c["state"] == sys.argv[1] for c in json.load(sys.stdin)["cells"]))' "$1"; }

# A folder whose name a careless script would cut in two.
mkdir "$WORK/a sweep"
cd "$WORK/a sweep"
settings=(--preset demo "${small[@]}")
grid=(-s TRAINER.NAME=CoOp,MLPT -s SEED=1..2 --output-dir four)

"$MLPT" sweep "${settings[@]}" "${grid[@]}" --emit slurm --jobs "$cores" > job.sh
job=$(sbatch --parsable job.sh)
until_ok 600 "the array is not through" over "$job"
first=$(states "$job")
[ "$first" = "4 COMPLETED" ] || { cat mlpt-sweep-*.txt >&2; fail "the four tasks ended as: $first"; }
results=(four/TRAINER=*/SEED=*/result.json)
[ ${#results[@]} = 4 ] || fail "four cells, but ${#results[@]} files result.json"
threads=$(json "four/TRAINER=CoOp/SEED=1/run.json" 'd["threads"]')
[ "$threads" = 1 ] || fail "a task with one core computed with $threads threads"
finished=$("$MLPT" sweep "${settings[@]}" "${grid[@]}" --plan --no-estimate --json | cells finished)
[ "$finished" = 4 ] || fail "mlpt sweep finds $finished of 4 cells finished"
if "$MLPT" sweep "${settings[@]}" "${grid[@]}" --emit slurm > again.sh 2> again.txt; then
  fail "mlpt sweep prints a script although every cell is finished"
fi
table=$("$MLPT" results four)
rows=$(grep -cE '^ +(CoOp|MLPT) ' <<< "$table" || true)
[ "$rows" = 2 ] || { echo "$table" >&2; fail "the table has $rows rows, not one for each trainer"; }
grep -qE 'n = 2 \(seeds 1,? 2\)' <<< "$table" || { echo "$table" >&2; fail "the table is not of two seeds"; }

# Tasks that are stopped half-way go on when the same script is submitted again.
long=("${settings[@]}" OPTIM.MAX_EPOCH=40 --trainer CoOp -s SEED=1..2 --output-dir stopped)
"$MLPT" sweep "${long[@]}" --emit slurm > long.sh
job=$(sbatch --parsable long.sh)
begun() { [ -f stopped/SEED=1/state.safetensors ] || over "$job"; }
until_ok 120 "no task has finished an epoch" begun
scancel "$job"
until_ok 60 "the tasks do not stop" over "$job"
left=$("$MLPT" sweep "${long[@]}" --plan --no-estimate --json | cells begun)
[ "$left" -ge 1 ] || fail "nothing was stopped half-way"
stopped=$(states "$job")
job=$(sbatch --parsable long.sh)
until_ok 600 "the array is not through" over "$job"
last=$(states "$job")
[ "$last" = "2 COMPLETED" ] || { cat mlpt-sweep-*.txt >&2; fail "the tasks ended as: $last"; }
attempts=$(wc -l < stopped/SEED=1/attempts.jsonl)
[ "$attempts" = 2 ] || fail "the stopped cell took $attempts processes, not 2"

pids=("${daemons[@]}")
stop
for process in "${pids[@]}"; do
  if kill -0 "$process" 2> /dev/null; then fail "a daemon is still there"; fi
done

seen "Slurm $(debian_version slurmctld), munge $(debian_version munge), one node of $cores cores"
cat << TEXT

- \`sbatch\` took the script of \`sweep --emit slurm\` for four cells (CoOp and MLPT, two seeds) in a folder with a space in its
  name: $first. Each cell has its \`result.json\`, the sweep's plan says that $finished of 4 are finished, a second script is refused, each
  task, which was given one core, computed with $threads thread, and the table has both trainers with both seeds:

\`\`\`text
$table
\`\`\`

- An array of two longer cells was cancelled (\`scancel\`) after an epoch ($(paste -sd ',' <<< "$stopped" | sed 's/,/, /g')); submitted again as it
  was, it went on and ended: $last, the first cell in $attempts processes.
TEXT
