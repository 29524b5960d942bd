#!/usr/bin/env python3
# test-program.py: the window's program as seen from outside
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the program what anybody may send it, over D-Bus and by signals, and prints TAP.

BLURBOX is the program; run on an X server and a D-Bus of its own.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import tap
from tap import check, equal

PROGRAM = os.environ["BLURBOX"]
ID = "io.github.blurbox.Blurbox"
APPLICATION = "/io/github/blurbox/Blurbox"
LIMIT = 120

HOSTILE = {
    "s": ["''", "'x/y'", "'\\u0001\\n'", "'" + "long" * 2000 + "'", "'file:'", "'/'", "'99999:1'"],
    "d": ["nan", "inf", "-inf", "1e308", "-1e308"],
    "i": ["-2147483648", "2147483647", "0"],
    "x": ["int64 -9223372036854775808", "int64 9223372036854775807"],
    "b": ["true", "false"],
    "(ii)": ["(-2147483648, 2147483647)", "(0, 0)", "(2147483647, 2147483647)"],
    "(ss)": ["('', '')", "('x', '/')", "('\\u0001', '../x')"],
}


def call(path, method, *arguments):
    if "." not in method:
        method = "org.gtk.Actions." + method
    return subprocess.run(
        ["gdbus", "call", "--session", "--timeout", "60", "--dest", ID, "--object-path", path,
         "--method", method, *arguments], capture_output=True, text=True)


class Program:
    """The program while it runs; it never outlives the block."""

    def __init__(self, folder, *arguments):
        self.child = subprocess.Popen([PROGRAM, *arguments], cwd=folder)
        self.window = APPLICATION + "/window/1"

    def __enter__(self):
        try:
            subprocess.run(["gdbus", "wait", "--session", "--timeout", str(LIMIT), ID], check=True)
            self.until(lambda: "export-to" in call(self.window, "List").stdout)
        except BaseException:
            self.end(signal.SIGKILL)
            raise
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def until(self, condition):
        deadline = time.monotonic() + LIMIT
        while not condition():
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the program ended: {self.child.returncode}")
            time.sleep(0.01)

    def is_enabled(self, name):
        return "(true" in call(self.window, "Describe", name).stdout

    def activate(self, path, name, *values):
        return call(path, "Activate", name, "[" + ", ".join(f"<{v}>" for v in values) + "]", "{}")

    def end(self, number):
        self.child.send_signal(number)
        return self.child.wait(timeout=LIMIT)


def actions_of(path):
    """(name, kind of parameter, whether it has a state) of each action."""
    # Only where the first one is described does GVariant's text name the types.
    described = re.findall(r"'([a-z-]+)': \((?:true|false), (?:signature |@g )?'([^']*)', (?:@av )?\[(.?)",
                           call(path, "DescribeAll").stdout)
    equal(sorted(name for name, _, _ in described), sorted(re.findall(r"'([a-z-]+)'", call(path, "List").stdout)))
    return [(name, kind, state != "]") for name, kind, state in described]


def test_hostile_parameters(folder):
    """No action's parameter ends the program, and none of another type does."""
    n = 0
    with Program(folder, CLIP) as program:
        program.until(lambda: program.is_enabled("export-to"))
        for path in (APPLICATION, program.window):
            actions = actions_of(path)
            check(len(actions) > 5, actions)
            for name, kind, has_state in actions:
                check(kind == "" or kind in HOSTILE, f"{name} takes “{kind}”, which nothing here has")
                for value in HOSTILE.get(kind, []):
                    program.activate(path, name, value)
                    if has_state:
                        call(path, "SetState", name, f"<{value}>", "{}")
                    n += 1
                    check(program.child.poll() is None, f"{name} {value[:40]} ended it")
                if kind != "":
                    program.activate(path, name, "uint16 1")
                    program.activate(path, name)
            program.until(lambda: "export-to" in call(program.window, "List").stdout)
        check(n > 100, n)
        equal(program.end(signal.SIGTERM), -signal.SIGTERM)


def test_hostile_files(folder):
    """Nor do addresses that name no file, wherever they come in a list: what can be read is opened."""
    good = Path(CLIP).as_uri()
    odd = ["file:", "nonsense", "x:", "file:///", "http://127.0.0.1:1/a.mp4", "file:///nowhere/%ff%0a.mp4"]
    with Program(folder) as program:
        for uris in ([odd[0]], [odd[1]], odd, [good, *odd], [*odd, good]):
            last = call(APPLICATION, "org.freedesktop.Application.Open", str(uris), "{}")
            check(last.returncode == 0, last.stderr)
            program.activate(program.window, "export")
            if good in uris:
                program.until(lambda: program.is_enabled("export-to"))
            check(program.child.poll() is None, f"{uris} ended it")
        equal(program.end(signal.SIGTERM), -signal.SIGTERM)


def test_signals(folder):
    """A signal ends the program as closing it does, also during an export: nothing is left."""
    out = folder / "out"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with Program(folder, CLIP) as program:
            program.until(lambda: program.is_enabled("export-to"))
            out.mkdir()
            program.activate(program.window, "export-to", f"'{out}/film.mkv'")
            program.until(lambda: list(out.iterdir()))
            equal(program.end(number), -number)
        equal(list(out.iterdir()), [])
        out.rmdir()


def test_leftovers(folder):
    """What an export leaves behind that is killed goes at the next start, and nothing else does."""
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    out = folder / "out"
    out.mkdir()
    with Program(folder, CLIP) as program:
        program.until(lambda: program.is_enabled("export-to"))
        program.activate(program.window, "export-to", f"'{out}/film.mkv'")
        program.until(lambda: list(out.iterdir()))
    [left] = out.iterdir()
    check(left.name.endswith(".part"), left)
    own = out / ".film.mkv.part"
    own.write_text("the user's")
    with Program(folder) as program:
        program.until(lambda: not left.exists())
        program.end(signal.SIGTERM)
    equal(list(out.iterdir()), [own])


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="blurbox-", ignore_cleanup_errors=True) as base:
        CLIP = os.path.join(base, "clip.mkv")
        os.environ["XDG_DATA_HOME"] = os.path.join(base, "data")
        os.environ["XDG_CONFIG_HOME"] = os.path.join(base, "config")
        tap.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:d=200", "-pix_fmt", "yuv420p", "-c:v", "ffv1", CLIP)
        tap.run(sys.modules[__name__])
