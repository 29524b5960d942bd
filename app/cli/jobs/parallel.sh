#!/bin/bash
# Renders a planned video with GNU parallel. Run it with
#
#   bash THIS_FILE [OPTION OF PARALLEL…]      such as --jobs 2, or --sshloginfile HOSTS for other machines
#
# A line of HOSTS is the number of tasks at once and a machine that ssh reaches, such as 2/me@node7, and 2/: is this one;
# options of ssh belong into ~/.ssh/config. All have the same blurbox-render, and the same files under the same names.
# Run this again after a failure or a kill: it goes on with what is missing.
set -eu

program=@PROGRAM@
folder=@FOLDER@
segments=@SEGMENTS@
per_task=@PER_TASK@ # segments that a task makes, one after the other
tries=3 # how many times what did not go well is tried

# What a task runs, on whichever machine: SLOT SEGMENTS PROGRAM FOLDER. Where there are GPUs each task has one of its own:
# the one of its slot, or the next one where that is taken, since slots are counted over all machines.
# shellcheck disable=SC2016
task='gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l);
for ((i = 0; i < gpus; i++)); do
  export CUDA_VISIBLE_DEVICES=$((($1 - 1 + i) % gpus));
  exec 9>"${TMPDIR:-/tmp}/blurbox-$UID-gpu-$CUDA_VISIBLE_DEVICES" && flock -n 9 && break;
done;
exec "$3" --segment "$2" "$4"'

list_tasks() {
  local first
  for ((first = 0; first < segments; first += per_task)); do
    printf '%d-%d\0' "$first" $((first + per_task < segments ? first + per_task - 1 : segments - 1))
  done
}

if [ ! -d "$folder" ]; then
  echo 'The plan is not there: it was joined already, or moved.' >&2
  exit 65
fi
jobs=$({ nvidia-smi --list-gpus 2>/dev/null || true; } | wc -l)
[ "$jobs" -gt 0 ] || jobs=25%
for ((try = 1; ; try++)); do
  # Names are arguments, which parallel quotes itself and finds no patterns in.
  if ! list_tasks | parallel --null --joblog "$folder/joblog" --resume-failed --retries "$tries" --jobs "$jobs" \
    --tagstring '{1}' --line-buffer "$@" "bash -c '${task//$'\n'/ }' task {%} {1} {2} {3}" :::: - ::: "$program" ::: "$folder"; then
    echo 'Not all segments were made. Run this script again: it goes on with those that are missing.' >&2
    exit 1
  fi
  status=0
  "$program" --join "$folder" || status=$?
  if [ "$status" != 66 ] || [ "$try" = "$tries" ]; then exit "$status"; fi
  # Segments that were made are gone: each task looks after its own once more.
  rm -f "$folder/joblog"
done
