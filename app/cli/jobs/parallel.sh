#!/bin/bash
# Renders a planned video with GNU parallel. Run it with
#
#   bash THIS_FILE [OPTION OF PARALLEL…]      such as --jobs 2, or --sshloginfile HOSTS for other machines
#
# A line of HOSTS is a machine that ssh reaches and the number of its tasks at once, such as 2/me@node7, and “2/:” is this
# one. All have the same blurbox-render, and the same files under the same names. Run this again after a failure or a
# kill: it goes on with what is missing.
set -eu

program=@PROGRAM@
folder=@FOLDER@
segments=@SEGMENTS@
per_task=@PER_TASK@ # segments that a task makes, one after the other
tries=3 # how many times what did not go well is tried

count_gpus() {
  { nvidia-smi --list-gpus 2>/dev/null || true; } | wc -l
}

# task SLOT SEGMENTS: makes segments, on whichever machine. Where there are several GPUs each task has one of its own: the
# one of its slot, or where that is taken, since slots are counted over all machines, the next one.
task() {
  local gpus gpu i lock
  gpus=$(count_gpus)
  for ((i = 0; i < gpus; i++)); do
    gpu=$((($1 - 1 + i) % gpus))
    export CUDA_VISIBLE_DEVICES=$gpu
    if exec {lock}>"${TMPDIR:-/tmp}/blurbox-$UID-gpu-$gpu" && flock -n "$lock"; then break; fi
  done
  exec "$BLURBOX_PROGRAM" --segment "$2" "$BLURBOX_FOLDER"
}

list_tasks() {
  local first
  for ((first = 0; first < segments; first += per_task)); do
    printf '%d-%d\n' "$first" $((first + per_task < segments ? first + per_task - 1 : segments - 1))
  done
}

# Names go in the environment: there parallel looks for no patterns of its own.
export BLURBOX_PROGRAM=$program BLURBOX_FOLDER=$folder
BLURBOX_TASK="$(declare -f count_gpus task)
task \"\$@\""
export BLURBOX_TASK

jobs=$(count_gpus)
[ "$jobs" -gt 0 ] || jobs=25%
for ((try = 1; ; try++)); do
  # shellcheck disable=SC2016
  if ! list_tasks | parallel --joblog "$folder/joblog" --resume-failed --retries "$tries" --jobs "$jobs" --tag --line-buffer \
    --env BLURBOX_PROGRAM --env BLURBOX_FOLDER --env BLURBOX_TASK "$@" 'bash -c "$BLURBOX_TASK" task {%} {}'; then
    echo 'Not all segments were made. Run this script again: it goes on with those that are missing.' >&2
    exit 1
  fi
  status=0
  "$program" --join "$folder" || status=$?
  if [ "$status" != 66 ] || [ "$try" = "$tries" ]; then exit "$status"; fi
  # Segments that were made are gone: each task looks after its own once more.
  rm -f "$folder/joblog"
done
