#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside a session of its own: starts the installed window as a desktop does, over D-Bus, prints what
# its window says of itself, opens a video as a file manager does, and quits.
#
# Usage: test-installed.sh VIDEO [COMMAND…]
# With a command, that starts the window.
set -euo pipefail
app=io.github.blurbox.Blurbox
video=$1
shift

# call METHOD ARG…, of what every application that D-Bus starts has
call() {
  gdbus call --session --dest $app --object-path /io/github/blurbox/Blurbox --timeout 60 \
    --method org.freedesktop.Application."$@" >/dev/null
}

# wait_for COMMAND: until it prints something, which it prints
wait_for() {
  local found
  for _ in $(seq 300); do
    found=$("$@" 2>/dev/null || true)
    if [ -n "$found" ]; then
      printf '%s\n' "${found%%$'\n'*}"
      return
    fi
    sleep 0.1
  done
  echo "in vain: $*" >&2
  return 1
}

is_gone() {
  [ "$(gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
    --method org.freedesktop.DBus.NameHasOwner $app)" = '(false,)' ] && echo gone
}

if [ $# -gt 0 ]; then "$@" & else call Activate '{}'; fi
window=$(wait_for xdotool search --onlyvisible --name '^Blurbox$')
xprop -id "$window" WM_CLASS _NET_WM_NAME _GTK_APPLICATION_ID
xprop -id "$window" -f _NET_WM_ICON 32c '=$0,$1\n' _NET_WM_ICON
call Open "['file://$video']" '{}'
wait_for xdotool search --onlyvisible --name "^$(basename "$video")\$" >/dev/null
call ActivateAction quit '[]' '{}'
wait_for is_gone
