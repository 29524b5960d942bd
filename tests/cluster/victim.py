#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for blurbox-render in a job, and does not make some segments at their first try.

victim.py PROGRAM FOLDER HOW ARG…: in FOLDER is kept what was tried, and with which GPU, and HOW is a JSON object of what --segment is given and
what happens then: "scancel" and "kill" in the middle of the segment, when its unfinished file is there, or "again" for the
exit code that says so.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

program, folder, plan, *arguments = sys.argv[1:]


def is_first(segments):
    try:
        os.close(os.open(Path(folder) / f"tried-{segments}", os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def has_unfinished(pid):
    """Whether a process has the hidden file of a segment open."""
    names = []
    try:
        for entry in os.listdir(f"/proc/{pid}/fd"):
            names.append(os.readlink(f"/proc/{pid}/fd/{entry}"))
    except OSError:  # closed, or ended, meanwhile
        pass
    return any(name.endswith(".part") for name in names)


def stop_in_the_middle():
    """Starts the program, and returns its process, stopped while it makes a segment."""
    while True:
        done = set(Path(arguments[2]).glob("[0-9]*.nut"))
        child = subprocess.Popen([program, *arguments])
        while child.poll() is None and not has_unfinished(child.pid):
            pass
        if child.returncode is None:
            child.send_signal(signal.SIGSTOP)
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            if os.WIFSTOPPED(status) and has_unfinished(child.pid):
                return child
            child.kill()
        # It was quicker than this program, so once more.
        number = int(arguments[1].split("-")[0])
        for path in set(Path(arguments[2]).glob(f"{number:06}-*.nut")) - done:
            path.unlink()


if arguments[0] == "--segment":
    (Path(folder) / f"gpu-{arguments[1]}").write_text(os.environ.get("CUDA_VISIBLE_DEVICES", "none"))
how = json.loads(plan).get(arguments[1]) if arguments[0] == "--segment" else None
if how is not None and is_first(arguments[1]):
    if how == "again":
        sys.exit(75)
    child = stop_in_the_middle()
    child.kill()
    if how == "scancel":
        subprocess.run(["scancel", f"{os.environ['SLURM_ARRAY_JOB_ID']}_{os.environ['SLURM_ARRAY_TASK_ID']}"], check=True)
        signal.pause()
    os.kill(os.getpid(), signal.SIGKILL)
os.execv(program, [program, *arguments])
