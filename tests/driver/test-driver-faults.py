# SPDX-License-Identifier: GPL-3.0-or-later
"""The ffmpeg program on the driver for tests: frames go up to the device and come down."""

import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import tap
import faults

SOURCE = ["ffmpeg", "-nostdin", "-v", "error", "-init_hw_device", "cuda=card", "-filter_hw_device",
          "card", "-f", "lavfi", "-i", "testsrc2=size=322x180:rate=10:duration=0.5", "-vf"]
SINK = ["-f", "framemd5", "-"]
THROUGH = SOURCE + ["format=nv12,hwupload,hwdownload,format=nv12"] + SINK
AROUND = SOURCE + ["format=nv12"] + SINK


def test_frames_are_the_same(folder):
    done, counts = faults.run(THROUGH, folder)
    tap.equal(done.returncode, 0, done.stderr)
    tap.equal(done.stdout, faults.run(AROUND, folder)[0].stdout, "frames")
    # FFmpeg copies whole rows, with what is behind their pixels.
    least = 5 * 322 * 180 * 3 // 2
    for way in "host_to_device", "device_to_host":
        tap.check(least <= counts["bytes"][way] <= least * 5 // 4, f"{way}: {counts}")
    tap.equal(counts["leaks"], 0, "leaks")


def test_any_order_gives_the_same(folder):
    wanted = faults.run(AROUND, folder)[0].stdout
    for seed in range(5):
        done, _ = faults.run(THROUGH, folder, BLURBOX_DRIVER_SEED=str(seed))
        tap.equal(done.stdout, wanted, f"frames with seed {seed}")


def test_every_call_can_fail(folder):
    n_runs = 0
    for function, nth, done, counts in faults.sweep(THROUGH, folder):
        what = f"call {nth} of {function}"
        n_runs += 1
        tap.check(done.returncode >= 0, f"{what} killed ffmpeg: {done.stderr}")
        tap.check("CUDA_ERROR_LAUNCH_FAILED" in done.stderr, f"{what} goes unsaid: {done.stderr}")
        tap.equal(counts["failed"], 1, what)
    tap.check(n_runs >= 15, f"only {n_runs} runs")


def test_no_card(folder):
    for variables, name in (({"BLURBOX_DRIVER_INIT": "999"}, "CUDA_ERROR_UNKNOWN"),
                            ({"BLURBOX_DRIVER_DEVICES": "0"}, "CUDA_ERROR_NO_DEVICE")):
        done, _ = faults.run(THROUGH, folder, **variables)
        tap.check(done.returncode > 0, "ffmpeg found a card")
        tap.check(name in done.stderr, f"no word of {name}: {done.stderr}")


def test_too_little_memory(folder):
    done, _ = faults.run(THROUGH, folder, BLURBOX_DRIVER_MEMORY="65536")
    tap.check(done.returncode > 0, "ffmpeg did without memory")
    tap.check("CUDA_ERROR_OUT_OF_MEMORY" in done.stderr, done.stderr)


def planes(path, layout, width, height):
    """All frames of a raw file: for each plane [frame, row, sample]; codes of 10 bit as such."""
    deep = layout == "p010le"
    raw = numpy.fromfile(path, dtype=numpy.uint16 if deep else numpy.uint8).astype(int) // (64 if deep else 1)
    half = height if layout == "yuv444p" else height // 2
    row = width // 2 if layout == "yuv420p" else width
    parts = [(height, width), (half, row)] + ([] if layout in ("nv12", "p010le") else [(half, row)])
    frames = raw.reshape(-1, sum(rows * columns for rows, columns in parts))
    at = 0
    for rows, columns in parts:
        yield frames[:, at:at + rows * columns].reshape(-1, rows, columns)
        at += rows * columns


def test_deinterlacing_is_the_processors(folder):
    """bwdif_cuda against bwdif: the kernels of FFmpeg's PTX are written anew for the driver. To the bit at 8 bit; of 10
    bit the card has 16 in the word, and rounds later."""
    options = "mode=send_frame:deint=interlaced"
    for layout, pixels, tolerance in (("nv12", "yuv420p", 0), ("p010le", "yuv420p10le", 2), ("yuv420p", "yuv420p", 0),
                                      ("yuv444p", "yuv444p", 0)):
        for width, height, order in (718, 574, "top"), (322, 180, "bottom"), (66, 36, "bottom"):
            clip = (f"testsrc2=size={width}x{height}:rate=50:duration=0.24,format={pixels},"
                    f"tinterlace=interleave_{order},setfield={order[0]}ff")
            read = [*SOURCE[:8], "-f", "lavfi", "-i", clip, "-vf"]
            write = ["-f", "rawvideo", "-y"]
            done, _ = faults.run([*read, f"bwdif={options},format={layout}", *write, folder / "cpu.raw"], folder)
            tap.equal(done.returncode, 0, done.stderr)
            done, counts = faults.run([*read, f"format={layout},hwupload,bwdif_cuda={options},hwdownload,format={layout}",
                                       *write, folder / "card.raw"], folder)
            tap.equal(done.returncode, 0, done.stderr)
            tap.equal(counts["leaks"], 0, "leaks")
            for wanted, got in zip(planes(folder / "cpu.raw", layout, width, height),
                                   planes(folder / "card.raw", layout, width, height)):
                what = f"{layout} {width}x{height} {order}"
                tap.equal(got.shape, wanted.shape, what)
                tap.equal(len(got), 6, what)
                # At the edges bwdif_cuda repeats rows, bwdif does not.
                most = numpy.abs(got - wanted)[:, 6:-6].max()
                tap.check(most <= tolerance, f"{what}: {most} codes off")


tap.run(sys.modules[__name__])
