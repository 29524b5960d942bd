#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the window on this machine's NVIDIA GPU, on an X server of its own: under three and a half minutes. As root, since
# it enters the folder's system by chroot. Results go to results/: window.md, screenshots and logs.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
results=$here/results
driver=
seconds=5

usage() {
  cat <<'END_OF_USAGE'
Usage: window-on-gpu.sh [--results FOLDER] [--seconds N] [--software FOLDER]

  --results FOLDER    where results go (results/ beside this script)
  --seconds N         how long each figure takes (5)
  --software FOLDER   let Mesa draw and the libcuda.so.1 in FOLDER compute: every step runs, on the CPU, and no figure
                      means anything
END_OF_USAGE
}

while [ $# -gt 0 ]; do
  if [ $# = 1 ]; then
    usage >&2
    exit 2
  fi
  case $1 in
    --results) results=$2 ;;
    --seconds) seconds=$2 ;;
    --software)
      if [ ! -e "$2/libcuda.so.1" ]; then
        echo "There is no libcuda.so.1 in “$2”: name the folder that has one" >&2
        exit 2
      fi
      driver=$(cd "$2" && pwd -P)
      ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift 2
done
if [ "$(id -u)" != 0 ]; then
  echo "window-on-gpu.sh enters the folder's system by chroot: run it as root" >&2
  exit 1
fi
mkdir -p "$results" && results=$(cd "$results" && pwd -P) || exit

# The mounts are private and go with the process.
# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -c '
  here=$1 results=$2 driver=$3 seconds=$4 root=$1/root
  for d in dev proc sys; do mount --rbind "/$d" "$root/$d" || exit; done
  mount --bind "$results" "$root/results" || exit
  mount -t tmpfs tmpfs "$root/tmp" || exit
  chmod 1777 "$root/tmp"
  libraries=/opt/none
  if [ -n "$driver" ]; then
    mount --bind "$driver" "$root/driver" || exit
    libraries=/driver
  else
    # The driver may lie in a folder of its own, or among the machine'"'"'s libraries.
    if [ -d /usr/local/nvidia ]; then
      mount --rbind /usr/local "$root/usr/local" || exit
      libraries=/usr/local/nvidia/lib64:/usr/local/nvidia/lib
    fi
    for file in $(ldconfig -p | sed -n "s/.*=> \(.*\(nvidia\|libcuda\.so\|nvcuvid\|GLX_nvidia\|EGL_nvidia\).*\)/\1/p"); do
      case $file in /usr/local/nvidia/*) continue ;; esac
      cp -L "$file" "$root/driver/" 2>/dev/null && libraries=/driver:${libraries#/driver:}
    done
    for place in /usr/share/glvnd/egl_vendor.d /etc/glvnd/egl_vendor.d /usr/local/nvidia/share/glvnd/egl_vendor.d; do
      if [ -r "$place/10_nvidia.json" ]; then cp "$place/10_nvidia.json" "$root/usr/share/glvnd/egl_vendor.d/"; fi
    done
  fi
  exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/opt/blurbox HOME=/tmp LANG=C.UTF-8 BLURBOX_LIBRARIES="$libraries" \
    BLURBOX_SOFTWARE="$driver" BLURBOX_SECONDS="$seconds" /usr/bin/bash /opt/blurbox/window-session.sh
' window "$here" "$results" "$driver" "$seconds"
