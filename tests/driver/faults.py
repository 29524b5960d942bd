# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program on the driver for tests over and over, each time with another call failing."""

import json
import os
import signal
import subprocess
from pathlib import Path

# CUDA's errors, as the tests want them.
OUT_OF_MEMORY = 2
ILLEGAL_ADDRESS = 700
LAUNCH_FAILED = 719
UNKNOWN = 999


def is_sanitizers_own(done, program):
    """Whether the address sanitizer of GCC 14 ended a program over its own list of threads, as it does in
    one run of some hundred. What it finds in the program it reports as an ERROR, which is never taken for this."""
    if "AddressSanitizer: CHECK failed: sanitizer_" in done.stderr:
        return True
    return done.returncode == -signal.SIGSEGV and not done.stderr and b"__asan_init" in Path(program).read_bytes()


def run(command, folder, fail=None, **variables):
    """Runs a command; gives what subprocess says of it, and the driver's counts (None where the
    program did not end by itself)."""
    counts = Path(folder) / "counts.json"
    counts.unlink(missing_ok=True)
    env = dict(os.environ, BLURBOX_DRIVER_COUNTS=str(counts), **variables)
    if fail is not None:
        env["BLURBOX_DRIVER_FAIL"] = fail
    for _ in range(3):
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", env=env)
        if not is_sanitizers_own(done, command[0]):
            break
    return done, json.loads(counts.read_text()) if counts.exists() else None


def sweep(command, folder, error=LAUNCH_FAILED, skip=(), **variables):
    """Lets the first, second and last call of every function fail that the command calls, one in a
    run. Yields (function, which call, what subprocess says, counts)."""
    done, counts = run(command, folder, **variables)
    if done.returncode != 0 or counts is None:
        raise AssertionError(f"{command} gave {done.returncode} without a fault: {done.stderr}")
    for function, n_calls in counts["calls"].items():
        if function in skip:
            continue
        for nth in sorted({1, min(2, n_calls), n_calls}):
            yield function, nth, *run(command, folder, f"{function}:{nth}:{error}", **variables)
