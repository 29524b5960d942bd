#!/bin/bash
# Renders a planned video with Slurm. Submit it with
#
#   bash THIS_FILE [OPTION OF SBATCH…]        such as --cpus-per-task=8 --mem=8G --gres=gpu:1
#
# An array of tasks makes the segments. When all of them have ended, in whatever way, a job joins what they made. Where
# segments are missing it submits their tasks again, and itself after them, a few times at most. What is made is kept:
# cancel all of it at any time, and submit this file again. What tasks say is in the plan's folder, as task-*.log, and what
# joins say where this was submitted, as blurbox-join-*.log.
set -eu

program=@PROGRAM@
folder=@FOLDER@
segments=@SEGMENTS@
per_task=@PER_TASK@ # segments that a task makes, one after the other
at_once=64 # tasks at once, at most
tries=3 # how many times what did not go well is tried again

# submit TASKS ROUND [OPTION…]: tasks are numbers and commas, as sbatch has them.
submit() {
  local tasks=$1 round=$2 array join
  shift 2
  array=$(sbatch "$@" --parsable --job-name=blurbox --array="$tasks%$at_once" --requeue --output=/dev/null \
    "$script" task)
  array=${array%%;*}
  join=$(sbatch "$@" --parsable --job-name=blurbox-join --dependency="afterany:$array" --requeue \
    --output=blurbox-join-%j.log --open-mode=append "$script" join "$round" "$@") || {
    scancel "$array"
    exit 1
  }
  join=${join%%;*}
  printf 'Submitted: tasks %s as job %s, the join as job %s. To stop them: scancel %s %s\n' \
    "$tasks" "$array" "$join" "$join" "$array"
}

# finish STATUS JOB: ends this job with a status. What may go well another time goes back into the queue instead, unless it
# was stopped.
finish() {
  if [ "$1" = 75 ] && [ "$stopped" = no ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$tries" ]; then
    scontrol requeue "$2" || true
  fi
  exit "$1"
}

task() {
  local first=$((SLURM_ARRAY_TASK_ID * per_task)) status=0
  local last=$((first + per_task < segments ? first + per_task - 1 : segments - 1))
  # Not by sbatch, which would find patterns in the folder's name.
  exec >>"$folder/task-$SLURM_ARRAY_TASK_ID.log" 2>&1
  "$program" --segment "$first-$last" "$folder" || status=$?
  # The number that SLURM_JOB_ID has in the last task means all of them.
  finish "$status" "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
}

join() {
  local round=$1 status=0 missing segment last=$(((segments - 1) / per_task)) tasks=()
  shift
  missing=$("$program" --join "$folder") || status=$?
  if [ "$status" = 66 ] && [ "$round" -lt "$tries" ]; then
    for segment in $missing; do
      tasks+=($((segment / per_task < last ? segment / per_task : last)))
    done
    submit "$(printf '%s\n' "${tasks[@]}" | uniq | paste -sd ,)" $((round + 1)) "$@"
  fi
  finish "$status" "$SLURM_JOB_ID"
}

script=$0
stopped=no
if [ ! -f "$script" ]; then
  echo 'Save this script as a file, and then run that: its jobs are submitted with it.' >&2
  exit 2
fi
if [ ! -d "$folder" ]; then
  echo 'The plan is not there: it was joined already, or moved.' >&2
  exit 65
fi
case ${1:-} in
  task | join)
    trap 'stopped=yes' TERM
    "$@"
    ;;
  *) submit "0-$(((segments - 1) / per_task))" 0 "$@" ;;
esac
