#!/usr/bin/env python3
# test-program.py: the window's program as seen from outside
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the program what anybody may send it, over D-Bus and by signals, and prints TAP.

BLURBOX is the program; run on an X server and a D-Bus of its own.
"""

import configparser
import os
import re
import shutil
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
FRAMES = 5000
QUEUE = Path(os.environ["XDG_DATA_HOME"], "blurbox", "queue.ini")
SESSION = QUEUE.with_name("session.blurbox")

HOSTILE = {
    "s": ["''", "'x/y'", "'\\u0001\\n'", "'" + "long" * 2000 + "'", "'file:'", "'/'", "'99999:1'"],
    "d": ["nan", "inf", "-inf", "1e308", "-1e308"],
    "i": ["-2147483648", "2147483647", "0"],
    "u": ["uint32 0", "uint32 1", "uint32 4294967295"],
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


def begin_export(program, out):
    """Exports to out/film.mkv, and waits until it has begun."""
    out.mkdir(exist_ok=True)
    program.until(lambda: program.is_enabled("export-to"))
    program.activate(program.window, "export-to", f"'{out}/film.mkv'")
    program.until(lambda: list(out.iterdir()))


def begin_and_hold(program, out):
    """The same, and holds it, so that it is not over however long the test takes."""
    begin_export(program, out)
    program.activate(APPLICATION, "queue-pause")


def kept():
    """The exports that are in the file of the queue."""
    queue = configparser.RawConfigParser(delimiters="=", comment_prefixes="#")
    queue.read_string(QUEUE.read_text() if QUEUE.exists() else "")
    return [dict(queue[name]) for name in queue.sections() if name.startswith("job ")]


def forget(out):
    """As if nothing had ever been exported."""
    shutil.rmtree(QUEUE.parent, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)


def test_signals(folder):
    """A signal ends the program as closing it does, also during an export: that is kept."""
    out = folder / "out"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with Program(folder, CLIP) as program:
            begin_export(program, out)
            equal(program.end(number), -number)
        # What is done of it is in a folder, once there is something.
        check(all(left.name == ".film.mkv.blurbox" for left in out.iterdir()), list(out.iterdir()))
        equal([job["output"] for job in kept()], [(out / "film.mkv").as_uri()])
        check("[session]" in SESSION.read_text(), "the list does not say that its session ended")
        forget(out)


def test_list_after_kill(folder):
    """What was done is there again after a kill, to the last change that is in the file."""
    second = folder / "second.mkv"
    shutil.copyfile(CLIP, second)
    with Program(folder, CLIP, second) as program:
        program.until(lambda: program.is_enabled("export"))
        call(program.window, "SetState", "set-blur", "<123.0>", "{}")
        program.activate(program.window, "next-clip")
        program.activate(program.window, "trim-start", "int64 1000000000")
        program.until(lambda: SESSION.exists() and "start=1.0" in SESSION.read_text())
        equal(program.end(signal.SIGKILL), -signal.SIGKILL)
    check("[session]" not in SESSION.read_text(), "a session that was killed ended by itself")
    before = SESSION.read_text()
    with Program(folder) as program:
        program.activate(program.window, "go-on")
        program.until(lambda: program.is_enabled("export"))
        program.until(lambda: program.is_enabled("undo"))
        equal(call(program.window, "Describe", "set-blur").stdout.count("123.0"), 1)
        equal(call(program.window, "Describe", "show-clip").stdout.count("uint32 1"), 1)
        equal(program.end(signal.SIGTERM), -signal.SIGTERM)
    # The same videos, looks and history.
    groups = lambda text: [group.strip() for group in text.split("[") if group.startswith(("state]", "clip ", "undo "))]
    equal(groups(SESSION.read_text()), groups(before))
    forget(folder / "out")


def test_killed(folder):
    """An export of a program that is killed goes on in the next one, to the whole film."""
    out = folder / "out"
    with Program(folder, CLIP) as program:
        begin_and_hold(program, out)
        program.until(kept)
        equal(program.end(signal.SIGKILL), -signal.SIGKILL)
    own = out / ".film.mkv.part"
    own.write_text("the user's")
    with Program(folder) as program:
        check(not (out / "film.mkv").exists(), "it began by itself")
        equal(len(kept()), 1)
        program.activate(APPLICATION, "queue-go-on")
        program.until((out / "film.mkv").exists)
        program.until(lambda: not kept())
        program.until(lambda: sorted(out.iterdir()) == [own, out / "film.mkv"])
        equal(program.end(signal.SIGTERM), -signal.SIGTERM)
    count = tap.output("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of",
                       "csv=p=0", out / "film.mkv")
    equal(int(count), FRAMES)
    forget(out)


def test_beside(folder):
    """Programs without a D-Bus between them keep their exports beside each other, and the next one has all."""
    address = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    out = folder / "out"
    other = folder / "other"
    with Program(folder, CLIP) as first:
        begin_and_hold(first, out)
        first.until(kept)
        own = subprocess.Popen(["dbus-run-session", "--", sys.executable, __file__, "--beside", CLIP, other],
                               stdout=subprocess.PIPE, text=True)
        equal(own.stdout.readline(), "begun\n")
        equal(own.wait(timeout=LIMIT), 0)
        equal(len(kept()), 1)
        equal(first.end(signal.SIGKILL), -signal.SIGKILL)
    equal(os.environ["DBUS_SESSION_BUS_ADDRESS"], address)
    with Program(folder) as program:
        program.until(lambda: len(kept()) == 2)
        equal({job["output"] for job in kept()}, {(out / "film.mkv").as_uri(), (other / "film.mkv").as_uri()})
        program.until(lambda: [p.name for p in sorted(QUEUE.parent.glob("queue*.ini"))] == ["queue.ini"])
    forget(out)


def beside(folder, clip, out):
    """The other program of test_beside: it is killed too."""
    with Program(folder, clip) as program:
        begin_and_hold(program, Path(out))
        program.until(lambda: "film.mkv" in QUEUE.with_name("queue-2.ini").read_text()
                      if QUEUE.with_name("queue-2.ini").exists() else False)
        print("begun", flush=True)
        program.end(signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--beside"]:
        beside(Path.cwd(), *sys.argv[2:])
        sys.exit()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="blurbox-", ignore_cleanup_errors=True) as base:
        CLIP = os.path.join(base, "clip.mkv")
        # Small and fast, as the settings of the last session.
        settings = Path(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings", "keyfile")
        settings.parent.mkdir(parents=True)
        settings.write_text("[io/github/blurbox/Blurbox]\nrecipe='[Blurbox Recipe]\\nversion=1\\nwidth=72\\nheight=128\\n"
                            "device=cpu\\npreset=ultrafast\\n'\n")
        os.environ["GSETTINGS_BACKEND"] = "keyfile"
        tap.ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=64x36:d={FRAMES // 25}", "-pix_fmt", "yuv420p", "-c:v", "ffv1", CLIP)
        tap.run(sys.modules[__name__])
