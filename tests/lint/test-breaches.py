#!/usr/bin/env python3
# test-breaches.py: whether test-source.py sees what it looks for
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants one breach after the other in a small project, and has test-source.py look at it. Prints TAP."""

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tap
from tap import check, equal

HERE = Path(__file__).resolve().parent
CHECKS = ["direction", "circles", "cuda is asked for in one place", "length", "format"]

CLEAN = {
    "gpu/blurbox.h": '#pragma once\n\n#include "bb-a.h"\n',
    "gpu/bb-a.h": "#pragma once\n\nint bb_a (void);\n",
    "gpu/bb-a.c": '#include "bb-a.h"\n\nint\nbb_a (void)\n{\n  return 1;\n}\n',
    "gpu/bb-b.h": '#pragma once\n\n#include "bb-a.h"\n',
    "gpu/cuda/bb-cuda-c.h": "#pragma once\n",
    "gpu/media/bb-d.c": '#include "bb-a.h"\n',
    "app/bb-e.h": '#pragma once\n\n#include "blurbox.h"\n',
    "ui/bb-f.c": '#include "bb-e.h"\n#include "blurbox.h"\n',
}


def failures(folder, changes):
    """The checks that fail in the small project with some files changed."""
    for name, text in {**CLEAN, **changes}.items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copy(HERE.parents[1] / ".clang-format", folder / "project")
    result = subprocess.run([sys.executable, str(HERE / "test-source.py"), str(folder / "project")],
                            capture_output=True, text=True)
    lines = [line for line in result.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    equal([line.split(" - ")[1].split(" # ")[0] for line in lines], CHECKS)
    return [line.split(" - ")[1] for line in lines if line.startswith("not ok ")]


def test_clean(folder):
    """A project without a breach passes."""
    equal(failures(folder, {}), [])


def test_direction(folder):
    """What lies below includes what lies above, or what is hidden."""
    for name, text in (("gpu/media/bb-d.c", '#include "bb-e.h"\n'),
                       ("app/bb-e.h", '#pragma once\n\n#include "bb-b.h"\n'),
                       ("ui/bb-f.c", '#include "cuda/bb-cuda-c.h"\n'),
                       ("gpu/media/bb-d.c", '#include "cuda/bb-cuda-c.h"\n'),
                       ("gpu/bb-a.c", '#include "cuda/bb-cuda-c.h"\n')):
        equal(failures(folder, {name: text}), ["direction"], f"{name}: {text}")


def test_circle(folder):
    """Two modules include each other, one of them by way of a third."""
    equal(failures(folder, {"gpu/bb-a.c": '#include "bb-a.h"\n#include "bb-g.h"\n',
                            "gpu/bb-g.h": '#pragma once\n\n#include "bb-b.h"\n'}), ["circles"])


def test_cuda(folder):
    """Somebody asks what is compiled in, or names a type of CUDA."""
    equal(failures(folder, {"gpu/bb-a.c": "#ifdef HAVE_CUDA\n#endif\n"}), ["cuda is asked for in one place"])
    equal(failures(folder, {"ui/bb-f.c": "typedef struct _BbCudaContext BbCudaContext;\n"}),
          ["cuda is asked for in one place"])


def test_long(folder):
    """A function of 81 lines, and a file of 801."""
    lines = "".join(f"  bb_a_{i} ();\n" for i in range(77))
    equal(failures(folder, {"gpu/bb-a.c": f"void\nbb_long (void)\n{{\n{lines}}}\n"}), [])
    equal(failures(folder, {"gpu/bb-a.c": f"void\nbb_long (void)\n{{\n  bb_a ();\n{lines}}}\n"}), ["length"])
    equal(failures(folder, {"gpu/bb-a.c": "int bb_x;\n" * 801}), ["length"])


def test_format(folder):
    """A line that is laid out in another way."""
    if shutil.which("clang-format") is None:
        raise tap.Skip("clang-format is not here")
    equal(failures(folder, {"gpu/bb-a.c": "int bb_x=1;\n"}), ["format"])
    check(failures(folder, {}) == [], "it stays")


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
