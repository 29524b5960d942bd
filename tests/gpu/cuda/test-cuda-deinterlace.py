# SPDX-License-Identifier: GPL-3.0-or-later
"""Interlaced video that a card decodes and deinterlaces, on the driver for tests: against ffmpeg's bwdif."""

import os
import re
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "driver"))
import tap
import faults

PROGRAM = os.environ["BLURBOX_RENDER"]
BWDIF = "bwdif=mode=send_frame:deint=interlaced"


def card():
    """A card that decodes, and writes to surfaces as soon as it has them back."""
    if "BB_CODECS" not in os.environ:
        raise tap.Skip("FFmpeg's headers for NVDEC and NVENC are not here")
    return {"LD_LIBRARY_PATH": os.environ["LD_LIBRARY_PATH"] + ":" + os.environ["BB_CODECS"],
            "BLURBOX_NVDEC_STRICT": "1"}


def clip(folder, width=162, height=90, order="top", seconds=1.2, name="interlaced.mkv", options=("-bf", "2")):
    path = folder / name
    tap.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=50:duration={seconds},format=yuv420p,"
               f"tinterlace=interleave_{order},setfield={order[0]}ff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme",
               "-q:v", "2", *options, path)
    return path


def command(source, target, size, *arguments, device="cuda:0"):
    """With a canvas of the source's size every sample of the picture comes out as it is."""
    return [PROGRAM, "--overwrite", "--encoder", "ffv1", "--device", device, "--size", size, *arguments, "-o", target,
            source]


def planes(path, width, height, *options):
    raw = tap.output("ffmpeg", "-v", "error", "-i", path, *options, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-")
    frames = numpy.frombuffer(raw, dtype=numpy.uint8).astype(int).reshape(-1, width * height * 3 // 2)
    full = width * height
    return [frames[:, :full].reshape(-1, height, width),
            frames[:, full:full * 5 // 4].reshape(-1, height // 2, width // 2),
            frames[:, full * 5 // 4:].reshape(-1, height // 2, width // 2)]


def same(got, wanted, what):
    for a, b in zip(got, wanted):
        tap.equal(a.shape, b.shape, what)
        tap.equal(int(numpy.abs(a - b).max()), 0, what)


def times(path):
    return tap.output("ffprobe", "-v", "error", "-show_entries", "packet=pts,duration", "-of", "csv=p=0", path).split()


def quiet(done, what=""):
    tap.equal(done.returncode, 0, f"{what}: {done.stderr}")
    tap.check("note:" not in done.stderr, f"{what}: {done.stderr}")


def test_frames_stay_on_the_card(folder):
    variables = card()
    for width, height, order, options in ((322, 194, "top", ["-bf", "2"]), (162, 90, "bottom", ["-bf", "0"]),
                                          (66, 50, "bottom", ["-bf", "2"])):
        source = clip(folder, width, height, order, options=options)
        wanted = planes(source, width, height, "-vf", BWDIF)
        tap.output(*command(source, folder / "cpu.mkv", f"{width}x{height}", device="cpu"))
        for batch in "1", "32", "128":
            what = f"{width}x{height} {order}, batches of {batch}"
            done, counts = faults.run(command(source, folder / "card.mkv", f"{width}x{height}", "--batch", batch),
                                      folder, **variables)
            quiet(done, what)
            same(planes(folder / "card.mkv", width, height), wanted, what)
            tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times of {what}")
            tap.equal(counts["leaks"], 0, f"leaks of {what}")
            # A kernel ran for each frame; no frame came down but the finished ones, none went up
            # but what the decoder for tests puts into its surfaces.
            n = len(wanted[0])
            tap.equal((n, counts["launches"]["bb_deinterlace_u8"]), (30, 30), what)
            stride = (width + 255) // 256 * 256
            tap.check(counts["bytes"]["device_to_host"] <= n * (stride * height * 2 + 65536), f"{what}: {counts}")
            tap.check(counts["calls"]["cuMemcpyHtoDAsync_v2"] <= n + 2, f"{what}: {counts}")


def test_any_order_gives_the_same(folder):
    variables = card()
    source = clip(folder)
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    for seed in range(6):
        done, counts = faults.run(command(source, folder / "card.mkv", "162x90", "--batch", "8"), folder,
                                  BLURBOX_DRIVER_SEED=str(seed), **variables)
        quiet(done, f"seed {seed}")
        same(planes(folder / "card.mkv", 162, 90), wanted, f"seed {seed}")
        tap.equal(counts["leaks"], 0, f"leaks with seed {seed}")


def test_progressive_parts(folder):
    """Only what says that it is interlaced is deinterlaced, whichever comes first."""
    variables = card()
    for name, options in (("i.ts", ["-flags", "+ildct+ilme", "-vf", "tinterlace=interleave_top,setfield=tff"]),
                          ("p.ts", ["-vf", "fps=25"])):
        tap.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=162x96:rate=50:duration=0.4,format=yuv420p", *options,
                   "-c:v", "mpeg2video", "-q:v", "2", "-g", "6", folder / name)
    for order in ("i.ts", "p.ts", "i.ts"), ("p.ts", "i.ts"):
        (folder / "list").write_text("".join(f"file {name}\n" for name in order))
        source = folder / "mixed.mkv"
        tap.ffmpeg("-f", "concat", "-i", folder / "list", "-c", "copy", source)
        flags = tap.output("ffprobe", "-v", "error", "-show_entries", "frame=interlaced_frame", "-of", "csv=p=0",
                           source).decode().replace(",", "").split()
        tap.equal(flags, [str(int(name == "i.ts")) for name in order for _ in range(10)])
        tap.output(*command(source, folder / "cpu.mkv", "162x96", device="cpu"))
        wanted = planes(folder / "cpu.mkv", 162, 96)
        for batch in "1", "32":
            done, counts = faults.run(command(source, folder / "card.mkv", "162x96", "--batch", batch), folder,
                                      **variables)
            quiet(done, str(order))
            same(planes(folder / "card.mkv", 162, 96), wanted, str(order))
            tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times of {order}")
            tap.equal(counts["launches"]["bb_deinterlace_u8"], flags.count("1"), f"{order}: {counts['launches']}")
            tap.equal(counts["leaks"], 0, "leaks")


def test_trim_and_rotation(folder):
    variables = card()
    source = clip(folder, options=("-bf", "2", "-g", "8"))
    turned = folder / "turned.mp4"
    tap.ffmpeg("-display_rotation", "90", "-i", source, "-c", "copy", turned)
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    # The second one is at a keyframe.
    for start, first in ("0.5", 12), ("0.36", 9), ("0.02", 0):
        trim = ["--start", start, "--end", "1"]
        tap.output(*command(source, folder / "cpu.mkv", "162x90", *trim, device="cpu"))
        done, _ = faults.run(command(source, folder / "card.mkv", "162x90", *trim), folder, **variables)
        quiet(done, start)
        tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times from {start}")
        # The very frames of the whole clip, the first one included: it knows what came before it.
        cut = [plane[first:first + len(times(folder / "cpu.mkv"))] for plane in wanted]
        same(planes(folder / "card.mkv", 162, 90), cut, f"from {start}")
    # What was above and below is on the sides.
    tap.output(*command(turned, folder / "cpu.mkv", "90x162", device="cpu"))
    done, counts = faults.run(command(turned, folder / "card.mkv", "90x162"), folder, **variables)
    quiet(done, "turned")
    for a, b in zip(planes(folder / "card.mkv", 90, 162), planes(folder / "cpu.mkv", 90, 162)):
        tap.equal(a.shape, b.shape, "turned")
        most = numpy.abs(a - b).max()
        tap.check(most <= 1, f"turned: {most} codes off")
    tap.equal(counts["launches"]["bb_deinterlace_u8"], 30)


def check_fallback(folder, source, wanted, what, fail=None, words="", **variables):
    done, counts = faults.run(command(source, folder / "card.mkv", "162x90", "--batch", "4"), folder, fail, **variables)
    tap.equal(done.returncode, 0, f"{what}: {done.stderr}")
    tap.equal(len(re.findall(words, done.stderr)), 1, f"{what}: {done.stderr}")
    tap.equal(done.stderr.count("note:"), 1, f"{what}: {done.stderr}")
    same(planes(folder / "card.mkv", 162, 90), wanted, what)
    tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times: {what}")
    tap.equal(counts["leaks"], 0, f"{what} leaks")
    return counts


def test_kernel_fails(folder):
    """Where a frame cannot be deinterlaced on the card, the processor does it and all that follow."""
    variables = card()
    source = clip(folder)
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    tap.output(*command(source, folder / "cpu.mkv", "162x90", device="cpu"))
    # The first kernel of all: the effect has nothing to read yet.
    counts = check_fallback(folder, source, wanted, "first", f"cuLaunchKernel:1:{faults.UNKNOWN}",
                            "The GPU does not deinterlace this video, and the CPU decodes it: ", **variables)
    tap.check("bb_deinterlace_u8" not in counts["launches"], f"goes on with the card: {counts['launches']}")
    # Later ones may be the effect's, whose failure ends the render.
    later = 0
    for nth in range(2, 9):
        done, counts = faults.run(command(source, folder / "card.mkv", "162x90", "--batch", "4"), folder,
                                  f"cuLaunchKernel:{nth}:{faults.UNKNOWN}", **variables)
        if done.returncode == 0:
            later += 1
            tap.equal(len(re.findall(r"The GPU stopped deinterlacing at 0\.\d+ s, and the CPU decodes from there: ",
                                     done.stderr)), 1, done.stderr)
            same(planes(folder / "card.mkv", 162, 90), wanted, f"launch {nth}")
            tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times, launch {nth}")
        tap.equal(counts["leaks"], 0, f"leaks, launch {nth}")
    tap.check(later >= 1, "none of the later ones was the deinterlacer's")


def test_surfaces(folder):
    """No decoder is asked for more surfaces than cards have, and one that is refused is asked for with fewer."""
    variables = card()
    asked = folder / "asked"
    source = clip(folder, seconds=0.4)
    small = ["-f", "lavfi", "-i", "testsrc2=size=162x90:rate=25:duration=0.4,format=yuv420p"]
    clips = [source]
    for name, options in (("refs.mkv", ["-c:v", "libx264", "-x264-params", "ref=16:bframes=16"]),
                          ("av1.mkv", ["-c:v", "libsvtav1", "-preset", "11"]),
                          ("hevc.mkv", ["-c:v", "libx265", "-x265-params", "log-level=error:ref=6"])):
        tap.ffmpeg(*small, *options, folder / name)
        clips.append(folder / name)
    for path in clips:
        done, _ = faults.run(command(path, folder / "card.mkv", "162x90"), folder, BLURBOX_NVDEC_ASKED=str(asked),
                             **variables)
        tap.equal(done.returncode, 0, done.stderr)
        numbers = [int(line) for line in asked.read_text().split()]
        tap.check(0 < max(numbers) <= 32, f"{path.name}: {numbers}")
        asked.unlink()
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    # With fewer for others; with none, where FFmpeg copies frames, and gives surfaces back before it has; not at all.
    for most, n_asked, notes in (20, 2, 0), (11, 3, 0), (3, 3, 1):
        if n_asked == 3:
            variables.pop("BLURBOX_NVDEC_STRICT", None)
        done, counts = faults.run(command(source, folder / "card.mkv", "162x90"), folder,
                                  BLURBOX_NVDEC_SURFACES=str(most), BLURBOX_NVDEC_ASKED=str(asked), **variables)
        numbers = [int(line) for line in asked.read_text().split()]
        tap.equal(done.returncode, 0, done.stderr)
        tap.equal(done.stderr.count("note:"), notes, f"{most}: {done.stderr}")
        tap.equal((len(numbers), numbers), (n_asked, sorted(numbers, reverse=True)), f"{most}")
        same(planes(folder / "card.mkv", 162, 90), wanted, f"at most {most} surfaces")
        tap.equal(counts["leaks"], 0, f"leaks with {most}")
        asked.unlink()


def test_memory_runs_out(folder):
    """Each allocation in turn: the effect's, the decoder's, the deinterlacer's."""
    variables = card()
    source = clip(folder, seconds=0.4)
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    _, counts = faults.run(command(source, folder / "card.mkv", "162x90", "--batch", "4"), folder, **variables)
    n_calls = counts["calls"]["cuMemAlloc_v2"]
    notices = set()
    for nth in range(1, n_calls + 1):
        done, counts = faults.run(command(source, folder / "card.mkv", "162x90", "--batch", "4"), folder,
                                  f"cuMemAlloc_v2:{nth}:{faults.OUT_OF_MEMORY}", **variables)
        tap.equal(done.returncode, 0, f"allocation {nth}: {done.stderr}")
        same(planes(folder / "card.mkv", 162, 90), wanted, f"allocation {nth}")
        tap.equal(counts["leaks"], 0, f"leaks, allocation {nth}")
        tap.check(done.stderr.count("note:") <= 1, done.stderr)
        notices |= {word for word in ("deinterlac", "decod", "batches") if word in done.stderr}
    # The deinterlacer goes on with fewer frames.
    tap.check("decod" in notices, f"only {notices}")


def test_decoder_fails(folder):
    """Where decoding fails, deinterlacing goes on as if nothing had happened."""
    variables = card()
    source = clip(folder, options=("-bf", "2", "-g", "8"))
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    tap.output(*command(source, folder / "cpu.mkv", "162x90", device="cpu"))
    for nth in 1, 2, 3, 17, 30:
        words = "The GPU does not decode this video" if nth <= 1 else "The GPU (stopped decoding at|does not decode)"
        check_fallback(folder, source, wanted, f"picture {nth}", words=words, BLURBOX_NVDEC_FAIL=str(nth), **variables)


def test_decoder_fails_before_the_trim_begins(folder):
    """Where decoding fails on the way to the first frame that is wanted, the frames are the same, and one sentence says why."""
    variables = card()
    source = clip(folder, options=("-bf", "2", "-g", "8"))
    whole = planes(source, 162, 90, "-vf", BWDIF)
    # The second one is at a keyframe.
    for start, end, first in ("0.5", "0.7", 12), ("0.36", "0.5", 9):
        trim = ["--start", start, "--end", end]
        tap.output(*command(source, folder / "cpu.mkv", "162x90", *trim, device="cpu"))
        # The very frames of the whole clip, the first one included: it knows what came before it.
        wanted = [plane[first:first + len(times(folder / "cpu.mkv"))] for plane in whole]
        for nth in 1, 3, 9:
            what = f"from {start}, picture {nth}"
            done, counts = faults.run(command(source, folder / "card.mkv", "162x90", *trim), folder,
                                      BLURBOX_NVDEC_FAIL=str(nth), **variables)
            tap.equal(done.returncode, 0, f"{what}: {done.stderr}")
            tap.equal(done.stderr.count("note:"), 1, f"{what}: {done.stderr}")
            tap.check(re.search(r"The GPU (stopped decoding at 0\.\d+ s|does not decode this video) \(", done.stderr), done.stderr)
            same(planes(folder / "card.mkv", 162, 90), wanted, what)
            tap.equal(times(folder / "card.mkv"), times(folder / "cpu.mkv"), f"times {what}")
            tap.equal(counts["leaks"], 0, f"{what} leaks")
        done, _ = faults.run(command(source, folder / "card.mkv", "162x90", *trim), folder, BLURBOX_NVDEC_SURFACES="20",
                             **variables)
        quiet(done, f"from {start} with fewer surfaces")
        same(planes(folder / "card.mkv", 162, 90), wanted, f"from {start} with fewer surfaces")


def test_every_call_can_fail(folder):
    variables = card()
    source = clip(folder, seconds=0.4)
    wanted = planes(source, 162, 90, "-vf", BWDIF)
    n_runs = 0
    target = folder / "card.mkv"
    for function, nth, done, counts in faults.sweep(command(source, target, "162x90", "--batch", "4"), folder,
                                                    **variables):
        what = f"call {nth} of {function}"
        n_runs += 1
        tap.check(done.returncode in (0, 1), f"{what} killed it: {done.returncode} {done.stderr}")
        if done.returncode == 0:
            same(planes(target, 162, 90), wanted, what)
        else:
            tap.check(not target.exists(), f"{what} left a file")
        target.unlink(missing_ok=True)
    tap.check(n_runs >= 60, f"only {n_runs} runs")


tap.run(sys.modules[__name__])
