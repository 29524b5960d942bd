# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of whole programs in Python: runs functions and prints TAP."""

import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path


class Skip(Exception):
    """Raised by a test that cannot run here."""


def run(module):
    """Runs all functions of a module that are named test_*, each in an empty folder of its own."""
    tests = [(name, value) for name, value in vars(module).items() if name.startswith("test_")]
    failed = False
    print(f"TAP version 13\n1..{len(tests)}", flush=True)
    for number, (name, test) in enumerate(tests, 1):
        folder = Path(tempfile.mkdtemp(prefix="blurbox-test-"))
        title = name.removeprefix("test_").replace("_", " ")
        try:
            test(folder)
            print(f"ok {number} - {title}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {title} # SKIP {reason}", flush=True)
        except Exception:  # a test may fail in any way
            failed = True
            print(f"not ok {number} - {title}", flush=True)
            # On both: Meson keeps what TAP says in its log, and prints the errors.
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
                print(line, file=sys.stderr, flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed)


def has_sanitizer(program):
    """Whether a program was built with the address sanitizer, which takes address space and a thread for itself."""
    return b"__asan_init" in Path(program).read_bytes()


def output(*command, **options):
    """What a command prints; it must succeed."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                          capture_output=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} gave {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def ffmpeg(*arguments):
    """Runs ffmpeg quietly."""
    return output("ffmpeg", "-nostdin", "-v", "error", "-y", *arguments)


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def near(got, wanted, most, what=""):
    if not abs(got - wanted) <= most:
        raise AssertionError(f"{what}: got {got}, wanted {wanted} within {most}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)
