#!/usr/bin/env python3
# test-program.py: the window's program as seen from outside
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the program what anybody may send it, over D-Bus and by signals, and prints TAP.

BLURBOX is the program; run on an X server and a D-Bus of its own.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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
    def __init__(self, folder, *arguments):
        self.child = subprocess.Popen([PROGRAM, *arguments], cwd=folder)
        subprocess.run(["gdbus", "wait", "--session", "--timeout", str(LIMIT), ID], check=True)
        self.window = APPLICATION + "/window/1"
        self.until(lambda: "export-to" in call(self.window, "List").stdout)

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


def hostile_parameters(folder, clip):
    """No action's parameter ends the program, and none of another type does."""
    program = Program(folder, clip)
    program.until(lambda: program.is_enabled("export-to"))
    n = 0
    for path in (APPLICATION, program.window):
        actions = re.findall(r"'([a-z-]+)': \((?:true|false), (?:signature|@?g)? ?'([^']*)', (\[[^\]]*\])",
                             call(path, "DescribeAll").stdout)
        assert len(actions) > 5, actions
        for name, kind, state in actions:
            for value in HOSTILE.get(kind, []):
                last = f"{name} {value[:40]}"
                program.activate(path, name, value)
                if state != "[]" and state != "@av []":
                    call(path, "SetState", name, f"<{value}>", "{}")
                n += 1
                assert program.child.poll() is None, f"{last} ended it"
            if kind != "":
                program.activate(path, name, "uint16 1")
                program.activate(path, name)
        program.until(lambda: "export-to" in call(program.window, "List").stdout)
    assert n > 100, n
    code = program.end(signal.SIGTERM)
    assert code == -signal.SIGTERM, code


def hostile_files(folder, clip):
    """Nor do addresses that name no file, wherever they come in a list: what can be read is opened."""
    program = Program(folder)
    good = pathlib.Path(clip).as_uri()
    odd = ["file:", "nonsense", "x:", "file:///", "http://127.0.0.1:1/a.mp4", "file:///nowhere/%ff%0a.mp4"]
    for uris in ([odd[0]], [odd[1]], odd, [good, *odd], [*odd, good]):
        last = call(APPLICATION, "org.freedesktop.Application.Open", str(uris), "{}")
        assert last.returncode == 0, last.stderr
        program.activate(program.window, "export")
        if good in uris:
            program.until(lambda: program.is_enabled("export-to"))
        assert program.child.poll() is None, f"{uris} ended it"
    code = program.end(signal.SIGTERM)
    assert code == -signal.SIGTERM, code


def signals(folder, clip):
    """A signal ends the program as closing it does, also during an export: nothing is left."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        program = Program(folder, clip)
        program.until(lambda: program.is_enabled("export-to"))
        out = folder / "out"
        out.mkdir()
        program.activate(program.window, "export-to", f"'{out}/film.mkv'")
        program.until(lambda: list(out.iterdir()))
        code = program.end(number)
        assert code == -number, code
        assert not list(out.iterdir()), list(out.iterdir())
        out.rmdir()


def leftovers(folder, clip):
    """What an export leaves behind that is killed goes at the next start, and nothing else does."""
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    program = Program(folder, clip)
    program.until(lambda: program.is_enabled("export-to"))
    out = folder / "out"
    out.mkdir()
    program.activate(program.window, "export-to", f"'{out}/film.mkv'")
    program.until(lambda: list(out.iterdir()))
    program.end(signal.SIGKILL)
    [left] = out.iterdir()
    assert left.name.endswith(".part"), left
    own = out / ".film.mkv.part"
    own.write_text("the user's")
    program = Program(folder)
    program.until(lambda: not left.exists())
    program.end(signal.SIGTERM)
    assert list(out.iterdir()) == [own], list(out.iterdir())
    os.environ["GSETTINGS_BACKEND"] = "memory"


def main():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="blurbox-"))
    clip = folder / "clip.mkv"
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=64x36:d=200",
                    "-pix_fmt", "yuv420p", "-c:v", "ffv1", str(clip)], check=True)
    failed = 0
    print("TAP version 13")
    for i, test in enumerate((hostile_parameters, hostile_files, signals, leftovers)):
        try:
            test(folder, str(clip))
            print(f"ok {i + 1} {test.__name__}", flush=True)
        except AssertionError as error:
            failed = 1
            print(f"not ok {i + 1} {test.__name__}\n# {error}", flush=True)
    print("1..4")
    shutil.rmtree(folder)
    return failed


if __name__ == "__main__":
    sys.exit(main())
