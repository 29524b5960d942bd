#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What window-on-gpu.sh runs in its folder's system: once with GLX, once with GL ES.
set -uo pipefail

export XDG_RUNTIME_DIR=/tmp/run XDG_CONFIG_HOME=/tmp/config XDG_DATA_HOME=/tmp/data XDG_CACHE_HOME=/tmp/cache
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
mkdir -p "$XDG_CONFIG_HOME/gtk-4.0" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" /tmp/out
printf '[Settings]\ngtk-font-name=Inter Variable 11\n' >"$XDG_CONFIG_HOME/gtk-4.0/settings.ini"
export GDK_BACKEND=x11 GSETTINGS_BACKEND=memory GTK_A11Y=none GIO_USE_VFS=local GIO_USE_VOLUME_MONITOR=unix
export GTK_USE_PORTAL=0 ADW_DISABLE_PORTAL=1 NO_AT_BRIDGE=1 GSETTINGS_SCHEMA_DIR=/opt/blurbox/data
table=/results/window.md
failed=0
# Mesa's softpipe takes its time.
most_test=$((BLURBOX_SECONDS * 6))
most_extra=35
if [ -n "$BLURBOX_SOFTWARE" ]; then most_test=400 most_extra=400; fi

{
  printf '# The window on a GPU\n\nBlurbox %s, %s UTC, %s threads.%s\n\n' "$(cat /opt/blurbox/version)" "$(date -u '+%F %H:%M')" \
    "$(nproc)" "${BLURBOX_SOFTWARE:+ Mesa draws, and the driver for tests computes: no figure is that of a GPU.}"
} >$table

# leave WHY: nothing can be run here.
leave() {
  printf 'Left out, all of it: %s.\n' "$1" >>$table
  cat $table
  exit 1
}

has_library() {
  local place places
  IFS=: read -ra places <<<"$BLURBOX_LIBRARIES"
  for place in "${places[@]}"; do [ ! -e "$place/$1" ] || return 0; done
  return 1
}

if [ -n "$BLURBOX_SOFTWARE" ]; then
  has_library libcuda.so.1 || leave "the driver for tests (libcuda.so.1) is not in $BLURBOX_SOFTWARE"
else
  has_library libcuda.so.1 ||
    leave "there is no NVIDIA driver on this machine (libcuda.so.1); --software FOLDER runs everything without one"
  [ -e /dev/nvidiactl ] || leave "there is an NVIDIA driver, but no GPU (/dev/nvidiactl)"
  has_library libGLX_nvidia.so.0 ||
    leave "the NVIDIA driver is here without OpenGL (libGLX_nvidia.so.0): a container needs NVIDIA_DRIVER_CAPABILITIES=all"
fi

# The server draws nothing but windows' contents; its GLX is Mesa's, and softpipe needs no LLVM.
env LD_LIBRARY_PATH= GALLIUM_DRIVER=softpipe LIBGL_ALWAYS_SOFTWARE=1 __GLX_VENDOR_LIBRARY_NAME=mesa \
  __EGL_VENDOR_LIBRARY_FILENAMES=/usr/share/glvnd/egl_vendor.d/50_mesa.json \
  Xvfb -displayfd 3 -screen 0 1280x960x24 -fbdir /tmp/out -nolisten tcp -noreset 3>/tmp/display >/results/xvfb.log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for _ in $(seq 200); do
  if [ -s /tmp/display ] || ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.05
done
if [ ! -s /tmp/display ]; then
  cat /results/xvfb.log
  echo "Xvfb did not start"
  exit 1
fi
DISPLAY=:$(cat /tmp/display)
export DISPLAY
openbox --config-file /dev/null >/results/openbox.log 2>&1 &

# run NAME COMMAND…: on a D-Bus of its own.
run() {
  local name=$1
  shift
  timeout -k 5 "${limit:-60}" dbus-run-session -- env LD_LIBRARY_PATH="$BLURBOX_LIBRARIES" "${gl[@]}" "$@" \
    >"/results/$name.out" 2>"/results/$name.log" </dev/null
}

screenshot() { cp /tmp/out/Xvfb_screen0 "/results/$1.xwd" 2>/dev/null; }

clip=/clips/bench-h264.mp4
if [ -n "$BLURBOX_SOFTWARE" ]; then clip=/clips/h264.mp4; fi
for kind in glx gles; do
  # Should it be Mesa after all: all but softpipe need the LLVM that is not here.
  gl=(GSK_RENDERER=ngl GALLIUM_DRIVER=softpipe)
  if [ -n "$BLURBOX_SOFTWARE" ]; then
    gl+=(LIBGL_ALWAYS_SOFTWARE=1 BLURBOX_TEST_DRIVER=1)
  else
    gl+=(__GLX_VENDOR_LIBRARY_NAME=nvidia)
  fi
  case $kind in
    glx) gl+=(GDK_DISABLE=egl) ;;
    gles) gl+=(GDK_DISABLE=egl:gl-api) ;;
  esac
  printf '\n## %s\n\n' "$kind" >>$table

  # The tests of the window's textures, each picture read back.
  limit=$most_test run "$kind-test" gpu-window --tap
  status=$?
  printf 'Tests: %s passed, %s failed (exit status %s).\n\n' "$(grep -c '^ok' "/results/$kind-test.out")" \
    "$(grep -c '^not ok' "/results/$kind-test.out")" "$status" >>$table
  [ "$status" = 0 ] || failed=1

  # Playing, controls, export: what it takes.
  most=$((BLURBOX_SECONDS * 5 + most_extra))
  limit=$most run "$kind-figures" bench-window "$clip" /tmp "$BLURBOX_SECONDS" gpu &
  bench=$!
  sleep 12
  screenshot "$kind-window"
  wait "$bench"
  status=$?
  if [ "$status" = 0 ]; then
    echo "| figure | |" >>$table
    echo "| --- | ---: |" >>$table
    sed -n 's/^\([a-zA-Z0-9_]*\)=\(.*\)$/| \1 | \2 |/p' "/results/$kind-figures.out" >>$table
  elif [ "$status" = 124 ]; then
    printf 'Figures: **not finished in %s s**\n' "$most" >>$table
    failed=1
  else
    printf 'Figures: **failed** (%s): %s\n' "$status" "$(tail -n 1 "/results/$kind-figures.log")" >>$table
    failed=1
  fi
  # A user's own program: opened, played by D-Bus, asked for its debugging information.
  {
    dbus-run-session -- bash -c '
      env LD_LIBRARY_PATH="$0" "$@" & pid=$!
      sleep 4
      call() { gdbus call --session --dest io.github.blurbox.Blurbox --object-path "$1" --method org.gtk.Actions.Activate "$2" "$3" "{}"; }
      call /io/github/blurbox/Blurbox/window/1 play "[]"
      xdotool search --name Blurbox windowactivate 2>/dev/null
      sleep 3
      cp /tmp/out/Xvfb_screen0 "/results/'"$kind"'-program.xwd"
      call /io/github/blurbox/Blurbox quit "[]"
      for _ in $(seq 50); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
      kill $pid 2>/dev/null
      wait $pid' "$BLURBOX_LIBRARIES" "${gl[@]}" G_MESSAGES_DEBUG=Blurbox blurbox "$clip"
  } >"/results/$kind-program.log" 2>&1 </dev/null
  status=$?
  printf '\nThe program by D-Bus: exit status %s.\n' "$status" >>$table
  [ "$status" = 0 ] || failed=1
done
cat $table
exit "$failed"
