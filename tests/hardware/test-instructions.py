# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernels cost a GPU, as far as their machine code and the launches of a batch tell."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import numpy as np
import sass
import tap

# Warp instructions a frame, 1080p to 1080x1920; multiprocessors of the largest GPU.
MOST_INSTRUCTIONS = 6_000_000
MULTIPROCESSORS = 132

# Each thread adds up as many words of a table as its index in the block says, modulo 2, plus 1: lanes part. The last
# warp of each block leaves at once.
LISTING = """
	.section	.text.sum,"ax",@progbits
sum:
        /*0000*/                   S2R R0, SR_TID.X ;
        /*0010*/                   ISETP.GE.U32.AND P0, PT, R0, 0x40, PT ;
        /*0020*/               @P0 EXIT ;
        /*0030*/                   LOP3.LUT R1, R0, 0x1, RZ, 0xc0, !PT ;
        /*0040*/                   LDC.64 R4, c[0x0][0x210] ;
        /*0050*/                   LDG.E R2, desc[UR4][R4.64+0x4] ;
        /*0060*/                   IMAD R3, R1, R2, 0x1 ;
.L_x_0:
        /*0070*/                   IADD3 R3, R3, -0x1, RZ ;
        /*0080*/                   ISETP.NE.AND P1, PT, R3, RZ, PT ;
        /*0090*/               @P1 BRA `(.L_x_0) ;
        /*00a0*/                   STG.E desc[UR4][R4.64], R3 ;
        /*00b0*/                   EXIT ;
"""


class Launch:
    grid = [3, 2, 1]
    block = [96, 1, 1]
    parameters = (4096).to_bytes(8, "little")
    memory = [(4096, np.array([0, 5], np.uint32).view(np.uint8))]


def load():
    path = str(Path(__file__).resolve().parent / "instructions")
    loader = importlib.machinery.SourceFileLoader("instructions", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
    loader.exec_module(module)
    return module


instructions = load()


def test_counted_by_hand(_):
    code = sass.kernels(LISTING)["sum"]
    tap.equal(len(code), 12)
    # Even lanes go once through the loop, odd ones six times: two of three warps in each of six blocks.
    tap.equal(sass.Machine(code, Launch).run(), 6 * (2 * (7 + 6 * 3 + 2) + 3))


def test_unknown_instructions_are_told(_):
    try:
        sass.Machine(sass.kernels(LISTING.replace("LOP3.LUT", "FLO.U32"))["sum"], Launch).run()
    except sass.Unknown as error:
        tap.check("FLO" in str(error), str(error))
    else:
        raise AssertionError("an instruction that is not known was passed over")


def record(folder, *arguments):
    tap.output(os.environ["BB_LAUNCH_BATCH"], *arguments, env={**os.environ, "BLURBOX_DRIVER_LAUNCHES": str(folder)})


def test_one_frame_fills_a_gpu(folder):
    record(folder, "FP16", "1")
    found = [instructions.Launch(path.read_bytes()) for path in sorted(folder.glob("*.launch"))]
    tap.check(len(found) == 8, f"{len(found)} launches")
    for launch in found:
        blocks = launch.grid[0] * launch.grid[1] * launch.grid[2]
        if launch.kernel.startswith("bb_reduce"):
            tap.check(blocks >= MULTIPROCESSORS, f"{launch.kernel}: {blocks} blocks")


def test_instructions_of_a_frame(folder):
    if not instructions.find_disassembler():
        raise tap.Skip("no nvdisasm")
    cubin = folder / "kernels.cubin"
    done = subprocess.run([os.environ["BB_NVCC"], "-cubin", "-O3", "-arch=sm_90", "-o", cubin,
                           os.environ["BB_KERNELS_SOURCE"]], capture_output=True, text=True)
    tap.equal(done.returncode, 0, done.stderr)
    listing = sass.kernels(instructions.read_listing(cubin))
    page = Path(os.environ["BB_KERNELS_PAGE"]).read_text(encoding="utf-8")
    totals = []
    for precision in "FP16", "FP32":
        launches = folder / precision
        launches.mkdir()
        record(launches, precision, "1")
        rows = list(instructions.count(listing, launches))
        totals.append(sum(row[3] for row in rows))
        print(f"# {precision}: {totals[-1]:,} " + ", ".join(f"{row[0]} {row[3]:,}" for row in rows), flush=True)
    tap.check(totals[0] <= MOST_INSTRUCTIONS, f"{totals[0]:,} instructions a frame")
    tap.check(totals[0] < totals[1], "FP16 has more instructions than FP32")
    # Another compiler makes other code: the page need only be near.
    said = re.search(r"\*\*([\d,]+)\*\* with FP16, \*\*([\d,]+)\*\* with FP32", page)
    for total, text in zip(totals, said.groups()):
        tap.near(total / int(text.replace(",", "")), 1.0, 0.05, "the page's sum")


tap.run(sys.modules[__name__])
