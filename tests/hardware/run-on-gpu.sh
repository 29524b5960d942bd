#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests and measures Blurbox on this machine's NVIDIA GPU, with nothing installed but its driver: under seven
# minutes, what matters most first. Whatever is done is kept at once in results/: table.md, results.json, and the
# output of each step.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
results=$here/results
driver=
total=390
only=()

usage() {
  cat <<'END_OF_USAGE'
Usage: run-on-gpu.sh [--results FOLDER] [--seconds N] [--test-driver FOLDER] [STEP…]

  --results FOLDER       where results go (results/ beside this script)
  --seconds N            how long everything may take (390)
  --test-driver FOLDER   let the libcuda.so.1 in FOLDER play the GPU: every step runs, on the CPU and in
                         small, and no time is reported; more folders after colons
  STEP                   only these steps, by their names in table.md
END_OF_USAGE
}

while [ $# -gt 0 ]; do
  case $1 in
    --results | --seconds | --test-driver)
      if [ $# = 1 ]; then
        usage >&2
        exit 2
      fi
      ;;&
    --results) results=$2 && shift 2 ;;
    --seconds) total=$2 && shift 2 ;;
    --test-driver)
      for place in ${2//:/ }; do
        if [ ! -d "$place" ]; then
          echo "There is no folder “$place”: name those that have the driver for tests" >&2
          exit 2
        fi
        driver=${driver:+$driver:}$(cd "$place" && pwd -P)
      done
      shift 2
      ;;
    -h | --help) usage && exit ;;
    -*) usage >&2 && exit 2 ;;
    *) only+=("$1") && shift ;;
  esac
done
mkdir -p "$results" && results=$(cd "$results" && pwd -P) || exit
rm -f "$results"/*.{log,md,json,jsonl}
parts=$results/.parts
rm -rf "$parts" && mkdir -p "$parts" || exit
export G_DEBUG=${G_DEBUG:-fatal-warnings}

bench=(--json "$parts/figures.jsonl")
title="Blurbox on a card"
if [ -n "$driver" ]; then
  export BLURBOX_DRIVER_DIR=$driver BLURBOX_TEST_DRIVER=1 BLURBOX_DRIVER_MEMORY=1073741824
  bench+=(--test-driver --small)
  title="Blurbox on the driver for tests: executed on a processor, no figure here is a card's"
fi

# The machine's GL for EGL: the NVIDIA vendor library where it is, whatever else is installed.
for vendor in /usr/share/glvnd/egl_vendor.d/10_nvidia.json /etc/glvnd/egl_vendor.d/10_nvidia.json \
  /usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json; do
  if [ -z "${__EGL_VENDOR_LIBRARY_FILENAMES:-}" ] && [ -z "$driver" ] && [ -r "$vendor" ]; then
    export __EGL_VENDOR_LIBRARY_FILENAMES=$vendor
  fi
done

begin=$SECONDS
failed=0
card=

json_text() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/\\/\\\\/g; s/"/\\"/g'; }

# Everything so far, so that a run that is cut off has a result.
write_results() {
  {
    printf '# %s\n\n' "$title"
    cat "$parts/machine"
    printf '\n| step | result | seconds |\n| --- | --- | ---: |\n'
    cat "$parts/steps"
    if [ -s "$parts/figures" ]; then cat "$parts/figures"; fi
  } >"$parts/table.md" && mv "$parts/table.md" "$results/table.md"
  {
    printf '{\n"title": "%s",\n"version": "%s",\n' "$(json_text "$title")" "$(json_text "$(cat "$here/version")")"
    printf '"test_driver": %s,\n' "$([ -n "$driver" ] && echo true || echo false)"
    printf '"machine": "%s",\n"steps": [\n' "$(json_text "$(cat "$parts/machine")")"
    sed '$!s/$/,/' "$parts/steps.jsonl"
    printf '],\n"figures": [\n'
    if [ -s "$parts/figures.jsonl" ]; then sed '$!s/$/,/' "$parts/figures.jsonl"; fi
    printf ']\n}\n'
  } >"$parts/results.json" && mv "$parts/results.json" "$results/results.json"
}

wanted() {
  local name
  [ ${#only[@]} -gt 0 ] || return 0
  for name in "${only[@]}"; do [ "$name" != "$1" ] || return 0; done
  return 1
}

record() {
  printf '| %s | %s | %s |\n' "$1" "$2" "$3" >>"$parts/steps"
  printf '{"step": "%s", "result": "%s", "seconds": %s}\n' "$1" "$(json_text "$2")" "$3" >>"$parts/steps.jsonl"
  printf '%-12s %s (%s s)\n' "$1" "$2" "$3"
  write_results
}

# step NAME SECONDS KIND COMMAND…: runs a command for so long at most. KIND: test (prints TAP) or figures.
step() {
  local name=$1 most=$2 kind=$3 left=$((total - (SECONDS - begin))) start=$SECONDS status result passed bad skipped
  shift 3
  wanted "$name" || return 0
  if [ "$left" -lt 5 ]; then
    record "$name" "left out: no time left" 0
    return 0
  fi
  [ "$most" -le "$left" ] || most=$left
  timeout -k 5 "$most" "$@" >"$parts/out" 2>"$parts/err" </dev/null
  status=$?
  cat "$parts/out" "$parts/err" >"$results/$name.log"
  case $kind in
    test)
      passed=$(grep -cE '^ *ok [0-9]' "$parts/out")
      bad=$(grep -cE '^ *not ok [0-9]' "$parts/out")
      skipped=$(grep -cE '^ *ok [0-9].*# SKIP' "$parts/out")
      passed=$((passed - skipped))
      result="$passed passed"
      [ "$bad" = 0 ] || result="$result, **$bad failed**"
      [ "$skipped" = 0 ] || result="$result, $skipped skipped ($(sed -n 's/.*# SKIP *//p' "$parts/out" | head -n 1))"
      if [ "$bad" = 0 ] && [ "$passed" = 0 ] && [ "$skipped" = 0 ] && [ "$status" = 0 ]; then status=99; fi
      ;;
    figures)
      result="done"
      printf '\n' >>"$parts/figures"
      cat "$parts/out" >>"$parts/figures"
      ;;
  esac
  case $status in
    0) ;;
    124 | 137) result="${result/done/}, **not finished in $most s**" ;;
    *) result="${result/done/} **failed** ($status): $(grep -vE '^ *(ok|#|1\.\.|TAP)' "$results/$name.log" | tail -n 1 | cut -c 1-200)" ;;
  esac
  result=$(printf '%s' "$result" | sed 's/^[, ]*//')
  [ "$status" = 0 ] || failed=$((failed + 1))
  rm -f "$parts/out" "$parts/err"
  record "$name" "$result" $((SECONDS - start))
}

skip() {
  if wanted "$1"; then record "$1" "left out: $2" 0; fi
}

# gpu_step NAME SECONDS KIND COMMAND…: a step that needs a GPU.
gpu_step() {
  if [ -n "$card" ]; then step "$@"; else skip "$1" "no NVIDIA GPU can be used here"; fi
}

# gpu_skip NAME REASON: one that is left out even where there is one.
gpu_skip() {
  if [ -n "$card" ]; then skip "$@"; else skip "$1" "no NVIDIA GPU can be used here"; fi
}

first_line() { "$@" 2>/dev/null | head -n 1; }

: >"$parts/steps"
: >"$parts/steps.jsonl"
devices=$("$here/bin/blurbox-render" --list-devices 2>&1)
card=$(printf '%s\n' "$devices" | sed -n 's/^\(cuda:[0-9]*\).*/\1/p' | head -n 1)
{
  printf 'Blurbox %s, %s UTC.\n' "$(cat "$here/version")" "$(date -u '+%F %H:%M')"
  printf 'Processor: %s, %s threads. Kernel %s. ' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)"
  printf 'C library of the machine: %s.\n' "$(first_line ldd --version)"
  if [ -z "$driver" ] && command -v nvidia-smi >/dev/null; then
    printf 'Card: %s.\n' "$(nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit \
      --format=csv,noheader 2>&1 | paste -sd ';')"
  fi
  printf '\nDevices:\n\n```\n%s\n```\n' "$devices"
} >"$parts/machine"
write_results
cat "$parts/machine"
trap write_results EXIT

if [ -z "$card" ]; then
  echo
  echo "No NVIDIA GPU can be used here (see above for the reason): what needs one is left out, the rest runs."
fi

# run_tests PROGRAM [PATH…]: each test of a program by itself, but for those named, so that one that fails ends no other.
run_tests() {
  local program=$1 path number=0 failed=0 without=" ${*:2} "
  for path in $("$program" -l | sed -n "s|^# \(/.*\)|\1|p"); do
    [[ $without != *" $path "* ]] || continue
    number=$((number + 1))
    if "$program" --tap -p "$path" >"$parts/test.out" 2>&1 </dev/null; then
      echo "ok $number - $path $(sed -n 's/^ok .*# SKIP/# SKIP/p' "$parts/test.out" | head -n 1)"
    else
      failed=1
      echo "not ok $number - $path: $(grep -E 'ERROR|not ok|rror:' "$parts/test.out" | head -n 1 | tr -d '#' | cut -c 1-300)"
    fi
    sed 's/^/# /' "$parts/test.out"
  done
  echo "1..$number"
  return "$failed"
}

# One thread: each would take surfaces of its own, and NVDEC has 32. Surfaces themselves, not copies of them.
nvdec=(-threads 1 -hwaccel cuda -hwaccel_output_format cuda -hwaccel_flags unsafe_output -extra_hw_frames 8 -noautorotate)

# Decoding by the GPU against decoding by the CPU: every frame's checksum, as ffmpeg has them.
decode_test() {
  local clip name count=0 number=0 failed=0 hardware software clips=() nvdec
  read -ra nvdec <<<"$nvdec_options"
  # What MPEG-2 decodes to is defined but for its rounding.
  for clip in "$here"/clips/*; do [[ $clip == */mpeg2-* ]] || clips+=("$clip"); done
  count=${#clips[@]}
  echo "1..$count"
  for clip in "${clips[@]}"; do
    number=$((number + 1))
    name=${clip##*/}
    # Only what NVDEC itself refuses is decoded by the CPU after all; ffmpeg says so.
    "$here/bin/ffmpeg" -nostdin -v verbose "${nvdec[@]}" -i "$clip" -map 0:v -frames:v 60 \
      -vf hwdownload,format="$(case $name in *10.mp4) echo p010 ;; *) echo nv12 ;; esac)",format="$(pixel_format "$clip")" \
      -f framemd5 - >"$parts/hardware" 2>"$parts/decode.err"
    if ! grep -q '^[0-9]' "$parts/hardware"; then
      echo "ok $number - $name # SKIP $(grep -iE 'not supported|no device|cannot load|failed|error' "$parts/decode.err" |
        head -n 1 | tr -d '#')"
      continue
    fi
    "$here/bin/ffmpeg" -nostdin -v error -noautorotate -i "$clip" -map 0:v -frames:v 60 -pix_fmt "$(pixel_format "$clip")" \
      -f framemd5 - >"$parts/software" 2>>"$parts/decode.err"
    hardware=$(grep '^[0-9]' "$parts/hardware")
    software=$(grep '^[0-9]' "$parts/software")
    if [ "$hardware" = "$software" ]; then
      echo "ok $number - $name: $(printf '%s\n' "$hardware" | wc -l) frames to the bit"
    else
      failed=1
      echo "not ok $number - $name: frames differ"
    fi
  done
  return "$failed"
}

pixel_format() {
  "$here/bin/ffprobe" -v error -select_streams v -show_entries stream=pix_fmt -of csv=p=0 "$1" | tr -d ',' | head -n 1
}

# Whether Blurbox leaves interlaced frames on the card. That they are the same as the processor's, the steps
# "deinterlace" and "renders" tell.
interlaced_test() {
  local clip=$here/clips/h264-interlaced.mp4 ours=(--quiet --device "$card" --encoder none --audio none)
  # No card's own, but one that the decoder for tests decodes.
  if [ -n "$driver" ]; then
    clip=$here/clips/mpeg2-interlaced.mp4
    ours+=(--size 108x192)
  fi
  echo "1..1"
  if "$here/bin/blurbox-render" "${ours[@]}" "$clip" >"$parts/decode.err" 2>&1 && ! grep -q note: "$parts/decode.err"; then
    echo "ok 1 - ${clip##*/}: Blurbox leaves its frames on the GPU"
  else
    echo "not ok 1 - ${clip##*/}: $(head -n 1 "$parts/decode.err")"
    return 1
  fi
}

now_us() { echo $(($(date +%s%N) / 1000)); }

# wall COMMAND…: microseconds that a command takes, the least of three times; where it fails, nothing.
wall() {
  local round start took best=
  for round in 1 2 3; do
    start=$(now_us)
    "$@" >"$parts/wall.out" 2>&1 </dev/null || return
    took=$(($(now_us) - start))
    if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    if [ -n "$driver" ]; then break; fi
  done
  echo "$best"
}

# start_row LABEL COMMAND…
start_row() {
  local label=$1 took
  shift
  took=$(wall "$@") || took=
  if [ -z "$took" ]; then
    printf '| %s | failed: %s |\n' "$label" "$(tail -n 1 "$parts/wall.out" | tr -d '|' | cut -c 1-120)"
  elif [ -n "$driver" ]; then
    printf '| %s | not a GPU |\n' "$label"
  else
    printf '| %s | %s |\n' "$label" "$((took / 1000)).$((took % 1000 / 100))"
    printf '{"table": "start", "row": "%s", "measured": true, "us": %s}\n' "$label" "$took" >>"$parts/figures.jsonl"
  fi
}

# Whole processes for one frame, and where the time of one goes.
start_figures() {
  local clip=$here/clips/bench-h264.mp4 size=1080x1920 nvdec batch
  local ours=("$here/bin/blurbox-render" --quiet --encoder none --audio none --end 0.03)
  read -ra nvdec <<<"$nvdec_options"
  if [ -n "$driver" ]; then clip=$here/clips/mpeg2-interlaced.mp4 size=108x192; fi
  ours+=(--size "$size")
  echo "| one frame of ${clip##*/}, whole process | ms, least of three |"
  echo "| --- | ---: |"
  start_row "the program itself (--version)" "$here/bin/blurbox-render" --version
  start_row "--list-devices" "$here/bin/blurbox-render" --list-devices
  start_row "CPU" "${ours[@]}" --device cpu "$clip"
  start_row "GPU, batch 32" "${ours[@]}" --device "$card" --batch 32 "$clip"
  start_row "GPU, batch 1" "${ours[@]}" --device "$card" --batch 1 "$clip"
  start_row "GPU, kernels loaded eagerly" env CUDA_MODULE_LOADING=EAGER "${ours[@]}" --device "$card" --batch 32 "$clip"
  start_row "ffmpeg, NVDEC" "$here/bin/ffmpeg" -nostdin -v error "${nvdec[@]}" -i "$clip" -frames:v 1 -f null -
  for batch in 32 1; do
    "${ours[@]}" --device "$card" --batch "$batch" --stats "$parts/start.json" "$clip" || return
    printf '\n| phase, batch %s | begins at, ms | takes, ms | times | MiB |\n' "$batch"
    echo "| --- | ---: | ---: | ---: | ---: |"
    sed -n 's/^    "\([a-z_]*\)": { "begin_ms": \([0-9.]*\), "ms": \([0-9.]*\), "count": \([0-9]*\), "bytes": \([0-9]*\) }.*/\1 \2 \3 \4 \5/p' \
      "$parts/start.json" | while read -r name begin ms times bytes; do
      if [ -n "$driver" ]; then begin="not a GPU" ms="not a GPU"; fi
      printf '| %s | %s | %s | %s | %s |\n' "$name" "$begin" "$ms" "$times" "$((bytes / 1048576))"
      [ -n "$driver" ] || printf '{"table": "phases", "row": "%s, batch %s", "measured": true, "begin_ms": %s, "ms": %s, "count": %s, "bytes": %s}\n' \
        "$name" "$batch" "$begin" "$ms" "$times" "$bytes" >>"$parts/figures.jsonl"
    done
  done
}

# The same clip many times over, so that starting does not count.
lengthen() {
  local target=$parts/long-$2-$1.mkv
  [ -e "$target" ] || "$here/bin/ffmpeg" -nostdin -v error -y -stream_loop "$2" -i "$here/clips/$1" -map 0:v -c copy \
    "$target" || return
  echo "$target"
}

# decode_figures CLIP TIMES: NVDEC alone by ffmpeg, then with the effect by Blurbox, in turn, the best of two.
decode_figures() {
  local clip frames rate round start took best_alone=0 best_ours=0 share nvdec
  local ours=(--device "$card" --encoder none --audio none)
  read -ra nvdec <<<"$nvdec_options"
  clip=$(lengthen "$1" "$2") || return
  frames=$("$here/bin/ffprobe" -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 \
    "$clip" | tr -dc 0-9)
  if [ -n "$driver" ]; then ours+=(--size 108x192 --end 0.3); fi
  for round in 1 2; do
    start=$(now_us)
    "$here/bin/ffmpeg" -nostdin -v error "${nvdec[@]}" -i "$clip" \
      $([ -z "$driver" ] || echo -t 0.3) -f null - 2>"$parts/decode.err" || [ -s "$parts/decode.err" ] || return
    took=$(($(now_us) - start))
    # ffmpeg mostly goes on with the processor, and would measure that.
    if [ -z "$driver" ] && [ -s "$parts/decode.err" ]; then
      printf '| %s | %s | NVDEC cannot be used: %s | | |\n' "$1" "$frames" "$(head -n 1 "$parts/decode.err" | tr -d '|')"
      return 0
    fi
    rate=$((frames * 1000000 / took))
    [ "$rate" -le "$best_alone" ] || best_alone=$rate
    start=$(now_us)
    "$here/bin/blurbox-render" --quiet "${ours[@]}" "$clip" || return
    took=$(($(now_us) - start))
    rate=$((frames * 1000000 / took))
    [ "$rate" -le "$best_ours" ] || best_ours=$rate
    if [ -n "$driver" ]; then break; fi
  done
  share=$((best_ours * 100 / (best_alone > 0 ? best_alone : 1)))
  if [ -n "$driver" ]; then
    printf '| %s | %s | not a GPU | not a GPU | not a GPU |\n' "$1" "$frames"
    best_alone=null best_ours=null share=null
  else
    printf '| %s | %s | %s | %s | %s %% |\n' "$1" "$frames" "$best_alone" "$best_ours" "$share"
  fi
  printf '{"table": "decode", "row": "%s", "measured": %s, "frames": %s, "nvdec_frames_per_second": %s, %s}\n' "$1" \
    "$([ -n "$driver" ] && echo false || echo true)" "$frames" "$best_alone" \
    "\"with_effect_frames_per_second\": $best_ours, \"percent\": $share" >>"$parts/figures.jsonl"
}

decode_table() {
  local clip times failed=0
  echo "| decoding with NVDEC, whole processes | frames | alone (ffmpeg), frames/s | with the effect, frames/s | share |"
  echo "| --- | ---: | ---: | ---: | ---: |"
  while read -r clip times; do
    decode_figures "$clip" "$times" || failed=1
  done <<END_OF_CLIPS
bench-h264.mp4 $([ -n "$driver" ] && echo 0 || echo 14)
bench-hevc10.mp4 $([ -n "$driver" ] && echo 0 || echo 19)
bench-av1.mp4 $([ -n "$driver" ] && echo 0 || echo 19)
bench-2160.mp4 $([ -n "$driver" ] && echo 0 || echo 9)
END_OF_CLIPS
  return "$failed"
}

# rate_of FRAMES COMMAND…: frames a second of a command.
rate_of() {
  local frames=$1 start
  shift
  start=$(now_us)
  "$@" >"$parts/worker.log" 2>&1 </dev/null || return
  echo $((frames * 1000000 / ($(now_us) - start)))
}

# One process with as many workers as a GPU has NVDEC engines, and as many as it finds worth it; and x264 in them,
# against x264 alone on all threads (whose frames NVDEC decodes).
workers_figures() {
  local video n rate encoded memory frames=2700 nvdec finished=$parts/long-finished.mp4
  local ours=("$here/bin/blurbox-render" --quiet --overwrite --device "$card" --audio none --stats "$parts/workers.json")
  read -ra nvdec <<<"$nvdec_options"
  if [ -n "$driver" ]; then
    video=$here/clips/mpeg2-interlaced.mp4 frames=8
    ours+=(--size 108x192 --end 0.3)
  else
    video=$(lengthen bench-h264.mp4 14) || return
  fi
  echo "| workers in one process | decode and effect, frames/s | with x264 veryfast, frames/s | peak host memory, MiB |"
  echo "| --- | ---: | ---: | ---: |"
  for n in 1 2 4 7 auto; do
    rate=$(rate_of "$frames" "${ours[@]}" --workers "$n" --encoder none "$video") || return
    encoded=$(rate_of "$frames" "${ours[@]}" --workers "$n" --encoder libx264 --preset veryfast -o "$finished" "$video") ||
      return
    memory=$(($(sed -n 's/^  "peak_memory_bytes": \([0-9]*\),$/\1/p' "$parts/workers.json") / 1048576))
    if [ -n "$driver" ]; then rate="not a GPU" encoded="not a GPU" memory="not a GPU"; else
      printf '{"table": "workers", "row": "%s workers", "measured": true, "frames_per_second": %s, "x264_frames_per_second": %s, "memory_mib": %s}\n' \
        "$n" "$rate" "$encoded" "$memory" >>"$parts/figures.jsonl"
    fi
    printf '| %s | %s | %s | %s |\n' "$n" "$rate" "$encoded" "$memory"
  done
  rate=$(rate_of "$frames" "$here/bin/ffmpeg" -nostdin -v error $([ -n "$driver" ] || echo "${nvdec[*]:0:4}") \
    -i "$finished" -c:v libx264 -preset veryfast -f null -) || return
  if [ -n "$driver" ]; then rate="not a GPU"; fi
  printf '| x264 veryfast alone | | %s | |\n' "$rate"
}

python=$(command -v python3 || command -v python)
has_torch() {
  [ -n "$python" ] && "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null
}

torch_recipe() {
  local folder=$parts/picture
  mkdir -p "$folder"
  "$here/bin/gpu-bench" --device "$card" picture "$folder" || return
  echo "| the recipe in PyTorch, batch 32 | ms a frame | frames/s | MiB |"
  echo "| --- | ---: | ---: | ---: |"
  "$python" "$here/torch_recipe.py" --check "$folder" --json "$parts/figures.jsonl" --seconds 2
}

# sanitize TOOL PATH…: tests under a tool of compute-sanitizer, each by itself.
sanitize() {
  local tool=$1 path number=0 failed=0
  shift
  for path in "$@"; do
    number=$((number + 1))
    if BLURBOX_UNDER="$sanitizer --tool $tool --error-exitcode 86 --target-processes all" "$here/bin/test-cuda" --tap -p "$path" \
      >"$parts/test.out" 2>&1 </dev/null; then
      echo "ok $number - $tool $path"
    else
      failed=1
      echo "not ok $number - $tool $path: $(grep -E '^=+ .*(Invalid|Uninit|ERROR SUMMARY)' "$parts/test.out" | head -n 1)"
    fi
    sed 's/^/# /' "$parts/test.out"
  done
  echo "1..$number"
  return "$failed"
}

find_sanitizer() {
  local place
  for place in "$(command -v compute-sanitizer)" /usr/local/cuda/bin/compute-sanitizer \
    /usr/local/cuda/compute-sanitizer/compute-sanitizer /opt/nvidia/compute-sanitizer/compute-sanitizer; do
    if [ -x "$place" ]; then
      echo "$place"
      return
    fi
  done
}

export -f run_tests decode_test interlaced_test start_figures start_row wall now_us decode_table decode_figures \
  workers_figures rate_of lengthen pixel_format torch_recipe sanitize
nvdec_options=${nvdec[*]}
sanitizer=$(find_sanitizer)
export here parts card driver python nvdec_options sanitizer
# That waits are needed shows on the driver for tests alone.
gpu_step kernels 60 test bash -c 'run_tests "$here/bin/test-cuda" $([ -n "$driver" ] || echo /cuda/waits)'
gpu_step nvdec 40 test bash -c decode_test
gpu_step start 40 figures bash -c start_figures
gpu_step effect 40 figures "$here/bin/gpu-bench" --device "$card" "${bench[@]}" --seconds 0.5 effect
gpu_step decode 60 figures bash -c decode_table
gpu_step launch 10 figures "$here/bin/gpu-bench" --device "$card" "${bench[@]}" launch
gpu_step deinterlace 20 test bash -c 'run_tests "$here/bin/test-cuda-deinterlacing"'
gpu_step interlaced 10 test bash -c interlaced_test
gpu_step renders 60 test bash -c 'run_tests "$here/bin/test-gpu-render"'
gpu_step segments 40 test bash -c 'run_tests "$here/bin/test-gpu-workers"'
gpu_step workers 100 figures bash -c workers_figures
gpu_step gl 40 test bash -c 'run_tests "$here/bin/test-gpu-gl"'
gpu_step interop 15 figures "$here/bin/gpu-bench" --device "$card" "${bench[@]}" interop
gpu_step memory 20 test bash -c 'run_tests "$here/bin/test-gpu-memory"'
gpu_step cards 10 test bash -c 'run_tests "$here/bin/test-gpu-cards"'
if [ -n "$driver" ]; then
  gpu_skip sanitizer "the driver for tests checks memory by itself"
  gpu_skip initcheck "the driver for tests checks memory by itself"
elif [ -n "$sanitizer" ]; then
  gpu_step sanitizer 40 test bash -c 'sanitize memcheck /cuda/plans /cuda/batches /cuda/new-plan'
  # What is read without ever having been written: of a canvas without padding nothing is.
  gpu_step initcheck 20 test bash -c 'sanitize initcheck /cuda/no-padding'
else
  gpu_skip sanitizer "compute-sanitizer is not installed here"
  gpu_skip initcheck "compute-sanitizer is not installed here"
fi
clip=$here/clips/h264.mp4
if [ -z "$driver" ] && [ -n "$card" ]; then clip=$(lengthen bench-h264.mp4 4); fi
gpu_step render 30 figures "$here/bin/gpu-bench" --device "$card" "${bench[@]}" render "$clip"
if [ -n "$driver" ]; then
  gpu_skip torch "PyTorch would not see the driver for tests"
elif has_torch; then
  gpu_step torch 30 figures bash -c torch_recipe
else
  gpu_skip torch "PyTorch with CUDA is not installed here"
fi

# What needs no GPU: that the folder is whole, and that this processor makes the same picture.
step picture 60 test "$here/bin/test-picture" --tap
step rgb 20 test "$here/bin/test-rgb" --tap

rm -f "$parts"/long-* "$parts"/worker-* "$parts"/hardware "$parts"/software
rm -rf "$parts/picture"
echo
tar -C "$results" -czf "$parts/logs.tar.gz" $(cd "$results" && ls ./*.log) 2>/dev/null && mv "$parts/logs.tar.gz" "$results/logs.tar.gz"
echo "Results: $results/table.md, $results/results.json, $results/logs.tar.gz"
[ "$failed" = 0 ]
