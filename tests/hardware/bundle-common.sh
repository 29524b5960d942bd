# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What bundle and bundle-window share. Sourced by them, with the same arguments.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ffmpeg=$1
objects=$2
folder=$3
libraries=/usr/lib/$(gcc -print-multiarch)
clips=${XDG_CACHE_HOME:-$HOME/.cache}/blurbox/gpu-clips-$(sha256sum "$here/make-clips" | cut -c 1-12)

say() { printf 'blurbox: %s\n' "$*" >&2; }

find_library() {
  local place
  for place in "$ffmpeg/lib" "$libraries" "$libraries/pulseaudio" /usr/lib /lib64; do
    if [ -e "$place/$1" ]; then
      printf '%s' "$place/$1"
      return
    fi
  done
  say "there is no library $1 here"
  exit 1
}

# copy_library NAME FOLDER
copy_library() {
  local file
  file=$(find_library "$1")
  cp -L "$file" "$2/$1"
}

# Names of the libraries that the given files name.
needed() { objdump -p "$@" 2>/dev/null | sed -n 's/^ *NEEDED *//p' | sort -u; }

# copy_needed FOLDER COMMAND…: copies the libraries that are named by the files that a command lists, and what those name
# in turn, as they are in its list then. Vendors' own stay the machine's.
copy_needed() {
  local target=$1 name files again=1
  shift
  while [ "$again" = 1 ]; do
    again=0
    mapfile -t files < <("$@")
    for name in $(needed "${files[@]}"); do
      case $name in libcuda.so.* | libnvcuvid.so.* | libnvidia-*) continue ;; esac
      [ ! -e "$target/$name" ] || continue
      copy_library "$name" "$target"
      again=1
    done
  done
}

make_clips() {
  say "making clips"
  "$here/make-clips" all "$clips"
}

# finish: what lies in every folder; then it takes the place of the one before.
finish() {
  cp "$here/../../LICENSE" "$folder.new/"
  git -C "$here" describe --always --dirty >"$folder.new/version" 2>/dev/null || echo unknown >"$folder.new/version"
  rm -rf "$folder"
  mv "$folder.new" "$folder"
}
