#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inside a session of its own: starts the installed window as a desktop does, over D-Bus, and prints
# what its window says of itself, then quits it. With a command, that command starts it.
set -euo pipefail
app=io.github.blurbox.Blurbox

if [ $# -gt 0 ]; then
  "$@" &
else
  gdbus call --session --dest $app --object-path /io/github/blurbox/Blurbox --timeout 60 \
    --method org.freedesktop.Application.Activate '{}' >/dev/null
fi
window=
for _ in $(seq 300); do
  window=$(xdotool search --onlyvisible --name '^Blurbox$' 2>/dev/null | head -n 1 || true)
  if [ -n "$window" ]; then break; fi
  sleep 0.1
done
[ -n "$window" ] || { echo "no window came" >&2; exit 1; }
xprop -id "$window" WM_CLASS _NET_WM_NAME _GTK_APPLICATION_ID
xprop -id "$window" -f _NET_WM_ICON 32c '=$0,$1\n' _NET_WM_ICON
gdbus call --session --dest $app --object-path /io/github/blurbox/Blurbox \
  --method org.freedesktop.Application.ActivateAction quit '[]' '{}' >/dev/null
for _ in $(seq 300); do
  if [ "$(gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
    --method org.freedesktop.DBus.NameHasOwner $app)" = '(false,)' ]; then
    echo "gone"
    exit
  fi
  sleep 0.1
done
echo "it did not quit" >&2
exit 1
