# SPDX-License-Identifier: GPL-3.0-or-later
"""The ffmpeg program on the driver for tests: frames go up to the device and come down."""

import sys
from pathlib import Path

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


tap.run(sys.modules[__name__])
