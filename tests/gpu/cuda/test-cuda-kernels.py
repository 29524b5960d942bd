# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernels take of each architecture's resources, as ptxas tells."""

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import tap
import subprocess

# Most registers of each kind of kernel: with 80 a multiprocessor holds 24 warps, with 128 it holds 16.
MOST = {"bb_fit": 80, "bb_reduce": 80, "bb_blur": 128, "bb_compose": 128, "bb_overlay": 64, "bb_present": 64,
        "bb_deinterlace": 64}


def test_resources(folder):
    flags = os.environ["BB_NVCC_ARCHES"].split()
    done = subprocess.run([os.environ["BB_NVCC"], "-fatbin", "-O3", *flags, "-Xptxas", "-v", "-o",
                           folder / "kernels.fatbin", os.environ["BB_KERNELS_SOURCE"]], capture_output=True, text=True)
    tap.equal(done.returncode, 0, done.stderr)
    arches = [flag.split("sm_")[1] for flag in flags if "code=sm_" in flag]
    found = re.findall(r"Compiling entry function '(\w+)' for 'sm_(\w+)'.*?"
                       r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads.*?"
                       r"Used (\d+) registers(.*?)\n", done.stderr, re.S)
    tap.check(len(found) >= 15 * len(arches), f"only {len(found)} kernels")
    tap.equal(sorted({arch for _, arch, *_ in found}), sorted(arches))
    for name, arch, stack, stores, loads, registers, rest in found:
        what = f"{name} on {arch}"
        tap.equal((stack, stores, loads), ("0", "0", "0"), f"{what}: stack and spills")
        most = next(value for kind, value in MOST.items() if name.startswith(kind))
        tap.check(int(registers) <= most, f"{what}: {registers} registers")
        shared = re.search(r"(\d+) bytes smem", rest)
        tap.check(shared is None or int(shared[1]) <= 48 * 1024 // 2, f"{what}: {shared}")


tap.run(sys.modules[__name__])
