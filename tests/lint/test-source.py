#!/usr/bin/env python3
# test-source.py: the layout of the source, as CONTRIBUTING.md has it
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at each file of the programs: what it includes, how long it is, how it is laid out. Prints TAP.

With a folder as argument that one is looked at instead of the project.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tap
from tap import check, equal

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
CODE = ("gpu", "app", "ui")

# Folder: what it may include of the project, besides itself. Of gpu/, those outside take one header.
MAY_INCLUDE = {
    "gpu/kernels": (),
    "gpu/cpu": ("gpu", "gpu/kernels"),
    "gpu/cuda": ("gpu", "gpu/kernels", "gpu/media"),
    "gpu/media": ("gpu",),
    "gpu": ("gpu/kernels", "gpu/cpu", "gpu/cuda", "gpu/media"),
    "app": (),
    "ui": ("app",),
}
# The one header of gpu/cuda/ and gpu/cpu/ that gpu/ itself knows: where they are made.
DOOR = "gpu/bb-devices.c"
PUBLIC = "gpu/blurbox.h"
# Arithmetic of the CPU that is no part of its device.
ARITHMETIC = ("bb-cpu-rgb.h", "bb-rows.h", "bb-sampler.h")

LONGEST_FUNCTION = 80
LONGEST_FILE = 800
# A kernel's stages share registers and shared memory, and are one function to the compiler anyway.
KERNELS = ("gpu/kernels/bb-resample.cuh",)


def sources():
    return sorted(path for folder in CODE for suffix in ("c", "h", "cu", "cuh") for path in (ROOT / folder).rglob("*." + suffix))


FILES = sources()
TEXT = {path: path.read_text() for path in FILES}
BY_NAME = {}
for path in FILES:
    if path.suffix in (".h", ".cuh"):
        BY_NAME.setdefault(path.name, []).append(path)


def folder_of(path):
    """The longest folder of the table that @path is in."""
    name = path.relative_to(ROOT).as_posix()
    return max((folder for folder in MAY_INCLUDE if name.startswith(folder + "/")), key=len)


def included(path):
    """The project's headers that a file names."""
    for name in re.findall(r'^#include "([^"]+)"', TEXT[path], re.MULTILINE):
        candidates = BY_NAME.get(os.path.basename(name), [])
        beside = [found for found in candidates if found.parent == path.parent]
        if candidates:
            yield (beside or [found for found in candidates if found.as_posix().endswith(name)] or candidates)[0]


def test_direction(_):
    """Includes point one way: ui, app, gpu, kernels; app and ui know one header of gpu."""
    wrong = []
    for path in FILES:
        own = folder_of(path)
        for header in included(path):
            other = folder_of(header)
            name = header.relative_to(ROOT).as_posix()
            if other == own or other in MAY_INCLUDE[own]:
                # What is behind the list of devices.
                hidden = own == "gpu" and other in ("gpu/cpu", "gpu/cuda")
                if not hidden or path.relative_to(ROOT).as_posix() in (DOOR, PUBLIC) or header.name in ARITHMETIC:
                    continue
            elif name == PUBLIC and own in ("app", "ui"):
                continue
            wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    equal(wrong, [])


def module_of(path):
    """A module is X.c, X.h and X-private.h."""
    return path.relative_to(ROOT).with_suffix("").as_posix().removesuffix("-private")


def reached_from(module, edges):
    """All modules that one includes, by whichever way."""
    seen, ahead = set(), [module]
    while ahead:
        for other in edges.get(ahead.pop(), ()):
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return seen


def test_circles(_):
    """No module includes another one that, by whichever way, includes it."""
    edges = {}
    for path in FILES:
        module = module_of(path)
        edges.setdefault(module, set()).update(module_of(header) for header in included(path))
        edges[module].discard(module)
    reached = {module: reached_from(module, edges) for module in edges}
    circles = {module: sorted(other for other in edges[module] if module in reached[other])
               for module in edges if module in reached[module]}
    equal(circles, {})


def test_cuda_is_asked_for_in_one_place(_):
    """What is compiled in is known to the build and to stubs, and to nothing else."""
    equal([str(path.relative_to(ROOT)) for path in FILES if "HAVE_CUDA" in TEXT[path]], [])
    for folder in ("gpu/media", "app", "ui"):
        for path in FILES:
            if path.relative_to(ROOT).as_posix().startswith(folder + "/"):
                named = re.findall(r"\b(?:BbCuda\w+|CU[a-z]\w+|cuda\.h)\b", TEXT[path])
                equal(named, [], f"types of CUDA in {path.relative_to(ROOT)}")


def functions(text):
    """(name, lines) of each function, in the layout that clang-format gives."""
    for found in re.finditer(r"^(\w+) \([^;{]*?\)\n\{\n.*?^\}$", text, re.MULTILINE | re.DOTALL):
        yield found.group(1), found.group(0).count("\n") + 1


def test_length(_):
    """Functions can be read on a screen, and files in one go."""
    n = 0
    long = []
    for path in FILES:
        lines = TEXT[path].count("\n")
        if lines > LONGEST_FILE:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for name, length in functions(TEXT[path]):
            n += 1
            if length > LONGEST_FUNCTION and path.relative_to(ROOT).as_posix() not in KERNELS:
                long.append(f"{path.relative_to(ROOT)}: {name}() has {length} lines")
    equal(long, [])
    check(n > 1000 or len(sys.argv) > 1, f"only {n} functions were found")


def test_format(_):
    """The layout is clang-format's."""
    formatter = shutil.which("clang-format")
    if formatter is None:
        raise tap.Skip("clang-format is not here")
    names = [str(path) for folder in (*CODE, "tests") for suffix in ("c", "h")
             for path in sorted((ROOT / folder).rglob("*." + suffix))]
    result = subprocess.run([formatter, "--dry-run", "-Werror", "--style=file:" + str(ROOT / ".clang-format"), *names],
                            capture_output=True, text=True)
    check(result.returncode == 0, "\n".join(line for line in result.stderr.splitlines() if "error:" in line)[:4000])


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
