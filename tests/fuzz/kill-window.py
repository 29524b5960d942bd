#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the window at random moments while it is driven, and looks at what it has kept.

Usage: ui-session kill-window.py FOLDER [KILLS [SEED]]

FOLDER has videos, BLURBOX names the program. After each kill everything that was done a second before or
earlier has to be in the session's file, and the next start has to say no word of damage. By hand: what it
checks is a matter of time, which tests are not.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ID = "io.github.blurbox.Blurbox"
WINDOW = "/io/github/blurbox/Blurbox/window/1"
SESSION = Path(os.environ["XDG_DATA_HOME"], "blurbox", "session.blurbox")
# What was done a second before is there again.
KEPT_AFTER = 1.0


def call(method, *arguments):
    return subprocess.run(["gdbus", "call", "--session", "--timeout", "20", "--dest", ID, "--object-path", WINDOW,
                           "--method", "org.gtk.Actions." + method, *arguments], capture_output=True, text=True)


def activate(name, parameter=None):
    return call("Activate", name, f"[<{parameter}>]" if parameter else "[]", "{}").returncode == 0


def set_number(name, number):
    return call("SetState", "set-" + name, f"<{number:.1f}>", "{}").returncode == 0


def wait_for(what, condition, limit=60):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise SystemExit(f"After {limit} s this does not hold: {what}")


def is_up():
    done = call("Describe", "export")
    return "(true" in done.stdout


def read_blur():
    """The blur that all videos have, as the session's file says."""
    found = re.search(r"^blur=([0-9.]+)$", SESSION.read_text(), re.M)
    return float(found.group(1))


def round_of(folder, number, rand, log):
    program = subprocess.Popen([os.environ["BLURBOX"], *([folder] if number == 0 else [])],
                               stdout=log, stderr=log, start_new_session=True)
    faults = 0
    try:
        if number > 0:
            wait_for("the window is there", lambda: call("List").returncode == 0)
            wait_for("the last list is there again", lambda: activate("go-on") and is_up())
        wait_for("a video is shown", is_up)
        done = []
        end = time.monotonic() + rand.uniform(0.2, 4.0)
        blur = 1.0
        while time.monotonic() < end:
            blur = float(rand.randint(1, 999))
            if set_number("blur", blur):
                done.append((time.monotonic(), blur))
            what = rand.randrange(6)
            if what == 0:
                activate("next-clip")
            elif what == 1:
                activate("previous-clip")
            elif what == 2:
                set_number("zoom", rand.random())
            elif what == 3:
                activate("duplicate-clip")
            elif what == 4:
                activate("remove-clips")
                activate("undo")
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    killed = time.monotonic()
    old = [value for when, value in done if when <= killed - KEPT_AFTER]
    if old:
        kept = read_blur()
        allowed = {old[-1]} | {value for when, value in done if when > killed - KEPT_AFTER}
        if kept not in allowed:
            print(f"kill {number}: the file has blur {kept}, but {old[-1]} was set "
                  f"{killed - done[len(old) - 1][0]:.2f} s before", flush=True)
            faults += 1
    return faults


def main():
    folder = sys.argv[1]
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    rand = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    faults = 0
    with open(os.environ.get("KILL_LOG", os.devnull), "a") as log:
        for number in range(kills):
            faults += round_of(folder, number, rand, log)
            if list(SESSION.parent.glob("*.damaged*")):
                print(f"kill {number}: a file was damaged", flush=True)
                return 1
    print(f"{kills} kills, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
