# SPDX-License-Identifier: GPL-3.0-or-later
"""blurbox-render on a card: whole files, and everything that can go wrong, on the driver for tests."""

import json
import os
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "driver"))
import tap
import faults

PROGRAM = os.environ["BLURBOX_RENDER"]
LOOK = ["--size", "54x96", "--batch", "4", "--blur", "12", "--corner-radius", "7", "--shadow", "0.4"]


def clip(folder, frames=10, size="96x54", pixels="yuv420p"):
    """A short clip without loss."""
    path = folder / "clip.mkv"
    tap.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-frames:v", str(frames), "-pix_fmt", pixels,
               "-c:v", "ffv1", path)
    return path


def command(source, target, *arguments, device="cuda:0"):
    return [PROGRAM, "--overwrite", "--encoder", "ffv1", "--device", device, *LOOK, *arguments, "-o", target, source]


def frames(path):
    raw = tap.output("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-")
    return numpy.frombuffer(raw, dtype=numpy.uint8)


def same(path, wanted, what=""):
    got = frames(path)
    tap.equal(len(got), len(wanted), f"bytes {what}")
    tap.check(numpy.abs(got.astype(int) - wanted).max() <= 1, f"frames differ {what}")


def reference(folder, source):
    tap.output(*command(source, folder / "cpu.mkv", device="cpu"))
    return frames(folder / "cpu.mkv")


def test_file_is_the_processors(folder):
    source = clip(folder)
    wanted = reference(folder, source)
    done, counts = faults.run(command(source, folder / "card.mkv", "--stats", folder / "stats.json"), folder)
    tap.equal(done.returncode, 0, done.stderr)
    same(folder / "card.mkv", wanted)
    tap.equal(counts["leaks"], 0, "leaks")
    stats = json.loads((folder / "stats.json").read_text())
    tap.equal(stats["frames"], 10)
    tap.equal(stats["batches"], 3)
    tap.check(stats["device"].startswith("Test device"), stats["device"])
    # One transfer a batch each way, and the tables'.
    tap.equal(counts["calls"]["cuMemcpyDtoHAsync_v2"], 3, "copies off the card")
    tap.equal(counts["calls"]["cuMemcpyHtoDAsync_v2"], 4, "copies to the card")


def test_start(folder):
    source = card_clip(folder, "libvpx-vp9", "yuv420p")
    variables = with_codecs()
    phases = {}
    for name, arguments in (("film", []), ("frame", ["--end", "0.03"]), ("none", [])):
        asked = command(source, folder / "card.mkv", *arguments, "--stats", folder / "stats.json")
        if name == "none":
            asked = [PROGRAM, "--encoder", "none", "--device", "cuda:0", *LOOK, "--stats", folder / "stats.json", source]
        done, counts = faults.run(asked, folder, **variables)
        tap.equal(done.returncode, 0, done.stderr)
        phases[name] = json.loads((folder / "stats.json").read_text())["phases"]
        # The GPU's decoder is opened once, as the rest is, and begins with what the CPU's has read of the file.
        for phase, times in (("driver", 1), ("context", 1), ("module", 1), ("decoder", 1), ("prepare", 1), ("first_frame", 1),
                             ("file", 1)):
            tap.equal(phases[name][phase]["count"], times, f"{name}: {phase}")
        tap.equal(phases[name]["pinned_memory"]["count"], counts["calls"]["cuMemHostAlloc"], f"{name}: pinned memory")
    # What comes to the host has room there: of one frame just that, of a film two batches and eight, of no target nothing.
    room = (96 + 48 + 48) * 256
    none = phases["none"]["pinned_memory"]["bytes"]
    tap.equal(phases["frame"]["pinned_memory"]["bytes"] - none, room, "one frame")
    tap.equal(phases["film"]["pinned_memory"]["bytes"] - none, (2 * 4 + 8) * room, "a film")


def test_loop_allocates_nothing(folder):
    counts = []
    for n in 32, 64:
        source = clip(folder, frames=n)
        done, count = faults.run(command(source, folder / "card.mkv"), folder)
        tap.equal(done.returncode, 0, done.stderr)
        counts.append(count["calls"])
    for function in ("cuMemAlloc_v2", "cuMemHostAlloc", "cuMemFree_v2", "cuMemFreeHost", "cuStreamCreate",
                     "cuStreamSynchronize", "cuModuleLoadData"):
        tap.equal(counts[0][function], counts[1][function], function)
    # Events are used again; how many are on their way at once, time tells. New ones for eight more batches were some thirty.
    tap.near(counts[0]["cuEventCreate"], counts[1]["cuEventCreate"], 8, "cuEventCreate")


def test_any_order_gives_the_same(folder):
    source = clip(folder)
    tap.equal(faults.run(command(source, folder / "card.mkv"), folder)[0].returncode, 0)
    wanted = frames(folder / "card.mkv")
    for seed in range(4):
        done, counts = faults.run(command(source, folder / "seed.mkv"), folder, BLURBOX_DRIVER_SEED=str(seed))
        tap.equal(done.returncode, 0, done.stderr)
        tap.check((frames(folder / "seed.mkv") == wanted).all(), f"frames with seed {seed}")
        tap.equal(counts["leaks"], 0, "leaks")


def check_failure(done, what):
    """One line that says what happened, and what to do."""
    tap.equal(done.returncode, 1, f"{what}: {done.stderr}")
    # Besides what the driver for tests says, and a sanitizer of its stacks.
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("driver for tests", "=="))]
    tap.equal(len(lines), 1, f"{what}: {done.stderr}")
    tap.check("CUDA_ERROR_" in lines[0] or "NVIDIA driver" in lines[0], f"{what}: {lines[0]}")
    tap.check("; " in lines[0] or ": " in lines[0], f"{what}: {lines[0]}")


def test_every_call_can_fail(folder):
    source = clip(folder)
    wanted = reference(folder, source)
    n_runs = 0
    target = folder / "card.mkv"
    for function, nth, done, counts in faults.sweep(command(source, target), folder):
        what = f"call {nth} of {function}"
        n_runs += 1
        tap.check(done.returncode in (0, 1), f"{what} killed it: {done.returncode} {done.stderr}")
        if done.returncode == 0:
            same(target, wanted, what)
        else:
            check_failure(done, what)
            tap.check(not target.exists(), f"{what} left a file")
        tap.equal(counts["leaks"], 0, f"{what} leaks")
        target.unlink(missing_ok=True)
    tap.check(n_runs >= 50, f"only {n_runs} runs")


def test_memory_runs_out(folder):
    source = clip(folder, frames=12)
    wanted = reference(folder, source)
    target = folder / "card.mkv"
    # Every allocation of the card's memory in turn.
    done, counts = faults.run(command(source, target), folder)
    tap.equal(done.returncode, 0, done.stderr)
    n_calls = counts["calls"]["cuMemAlloc_v2"]
    tap.check(n_calls >= 4, f"only {n_calls} allocations")
    for nth in range(1, n_calls + 1):
        done, counts = faults.run(command(source, target, "--stats", folder / "stats.json"), folder,
                                  f"cuMemAlloc_v2:{nth}:{faults.OUT_OF_MEMORY}")
        tap.equal(done.returncode, 0, f"allocation {nth}: {done.stderr}")
        same(target, wanted, f"allocation {nth}")
        tap.equal(counts["leaks"], 0, "leaks")
    # Each twice, so that the idle memory is not what is missing.
    for nth in range(1, n_calls + 1):
        done, counts = faults.run(command(source, target, "--stats", folder / "stats.json"), folder,
                                  f"cuMemAlloc_v2:{nth}:2,cuMemAlloc_v2:{nth + 1}:2")
        tap.equal(done.returncode, 0, f"allocation {nth}: {done.stderr}")
        same(target, wanted, f"allocation {nth}")
        stats = json.loads((folder / "stats.json").read_text())
        tap.equal(stats["batch"], 2, "batch")
        tap.equal(done.stderr.count("Memory allows batches of 2 frames, not 4"), 1, done.stderr)
        tap.equal(counts["leaks"], 0, "leaks")


def test_memory_is_small(folder):
    source = clip(folder, frames=12, size="320x180")
    arguments = ["--size", "216x384", "--batch", "12", "--stats", folder / "stats.json"]
    tap.output(*command(source, folder / "cpu.mkv", *arguments, device="cpu"))
    wanted = frames(folder / "cpu.mkv")
    done, counts = faults.run(command(source, folder / "card.mkv", *arguments), folder)
    tap.equal(done.returncode, 0, done.stderr)
    peak = counts["peak_memory"]
    for share in 0.9, 0.5:
        done, counts = faults.run(command(source, folder / "card.mkv", *arguments), folder,
                                  BLURBOX_DRIVER_MEMORY=str(int(peak * share)))
        tap.equal(done.returncode, 0, done.stderr)
        same(folder / "card.mkv", wanted, f"with {share} of the memory")
        batch = json.loads((folder / "stats.json").read_text())["batch"]
        tap.check(1 <= batch < 12, f"batch {batch}")
        words = f"Memory allows batches of {batch} frame{'s' if batch > 1 else ''}, not 12"
        tap.equal(done.stderr.count(words), 1, done.stderr)
    done, counts = faults.run(command(source, folder / "card.mkv", *arguments), folder,
                              BLURBOX_DRIVER_MEMORY="100000")
    tap.equal(done.returncode, 1, done.stderr)
    tap.check("Not enough memory" in done.stderr, done.stderr)


def test_no_card(folder):
    source = clip(folder)
    wanted = reference(folder, source)
    for variables, words in (({"BLURBOX_DRIVER_INIT": "999"}, "load the kernel module nvidia_uvm"),
                             ({"BLURBOX_DRIVER_INIT": "100"}, "no NVIDIA GPU is visible"),
                             ({"BLURBOX_DRIVER_INIT": "803"}, "restart the computer"),
                             ({"BLURBOX_DRIVER_DEVICES": "0"}, "no NVIDIA GPU is visible"),
                             ({"BLURBOX_DRIVER_VERSION": "11040"}, "too old"),
                             ({"BLURBOX_DRIVER_CAPABILITY": "6.1"}, "too old"),
                             ({"LD_LIBRARY_PATH": ""}, "no NVIDIA driver")):
        done, _ = faults.run(command(source, folder / "auto.mkv", device="auto"), folder, **variables)
        tap.equal(done.returncode, 0, done.stderr)
        tap.equal(done.stderr.count(words), 1, f"{variables}: {done.stderr}")
        tap.check("The CPU does the work" in done.stderr, done.stderr)
        same(folder / "auto.mkv", wanted, str(variables))
        done, _ = faults.run(command(source, folder / "card.mkv"), folder, **variables)
        tap.equal(done.returncode, 1, done.stderr)
        tap.check(words in done.stderr, f"{variables}: {done.stderr}")
        done, _ = faults.run([PROGRAM, "--list-devices"], folder, **variables)
        tap.equal(done.returncode, 0, done.stderr)
        tap.check(words in done.stdout and "cpu " in done.stdout, f"{variables}: {done.stdout}")


def test_many_cards(folder):
    source = clip(folder)
    wanted = reference(folder, source)
    done, _ = faults.run([PROGRAM, "--list-devices"], folder, BLURBOX_DRIVER_DEVICES="3")
    tap.equal([line.split()[0] for line in done.stdout.splitlines()], ["cuda:0", "cuda:1", "cuda:2", "cpu"])
    tap.check("4.0\u00a0GiB" in done.stdout and "Ada 8.9" in done.stdout and "CUDA 13.0" in done.stdout, done.stdout)
    done, _ = faults.run(command(source, folder / "card.mkv", device="cuda:2"), folder, BLURBOX_DRIVER_DEVICES="3")
    tap.equal(done.returncode, 0, done.stderr)
    same(folder / "card.mkv", wanted)
    done, _ = faults.run(command(source, folder / "card.mkv", device="cuda:3"), folder, BLURBOX_DRIVER_DEVICES="3")
    tap.equal(done.returncode, 1, done.stderr)
    tap.check("There is no GPU cuda:3" in done.stderr, done.stderr)


def card_clip(folder, codec, pixels, frames=30, size="162x90"):
    """A clip that the decoder for tests decodes."""
    path = folder / f"{codec}.mkv"
    options = {"mjpeg": ["-q:v", "2"]}.get(codec, ["-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8"])
    tap.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-frames:v", str(frames), "-pix_fmt", pixels,
               "-c:v", codec, *options, path)
    return path


def frames_deep(path):
    raw = tap.output("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-sws_flags",
                     "accurate_rnd", "-")
    return numpy.frombuffer(raw, dtype=numpy.uint16)


def with_codecs():
    """A card that decodes and encodes."""
    if "BB_CODECS" not in os.environ:
        raise tap.Skip("FFmpeg's headers for NVDEC and NVENC are not here")
    return {"LD_LIBRARY_PATH": os.environ["LD_LIBRARY_PATH"] + ":" + os.environ["BB_CODECS"],
            "BLURBOX_NVDEC_STRICT": "1"}


def test_card_decodes(folder):
    variables = with_codecs()
    for codec, pixels, bits in (("mjpeg", "yuvj420p", 8), ("libvpx", "yuv420p", 8), ("libvpx-vp9", "yuv420p10le", 10)):
        source = card_clip(folder, codec, pixels)
        target = folder / "card.mkv"
        tap.output(*command(source, folder / "cpu.mkv", device="cpu"))
        wanted = frames_deep(folder / "cpu.mkv").astype(int)
        # What a code is worth in these frames, whose chroma libswscale may round another way.
        most = 1 if bits == 10 else 6
        for batch in "1", "32":
            done, counts = faults.run(command(source, target, "--batch", batch), folder, **variables)
            tap.equal(done.returncode, 0, done.stderr)
            tap.check("note:" not in done.stderr, done.stderr)
            got = frames_deep(target)
            tap.equal(len(got), len(wanted), f"{codec}: samples")
            tap.check(numpy.abs(got - wanted).max() <= most, f"{codec}: {numpy.abs(got - wanted).max()}")
            tap.equal(counts["leaks"], 0, "leaks")
        # Surfaces are given back when they were read, not before, in any order of work.
        for seed in range(2):
            done, _ = faults.run(command(source, folder / "seed.mkv"), folder, BLURBOX_DRIVER_SEED=str(seed),
                                 **variables)
            tap.equal(done.returncode, 0, done.stderr)
            tap.check((frames_deep(folder / "seed.mkv") == got).all(), f"{codec}: seed {seed}")


def test_card_stops_decoding(folder):
    variables = with_codecs()
    source = card_clip(folder, "libvpx-vp9", "yuv420p")
    tap.output(*command(source, folder / "cpu.mkv", device="cpu"))
    wanted = frames(folder / "cpu.mkv")
    for nth in 1, 2, 17, 30:
        done, counts = faults.run(command(source, folder / "card.mkv"), folder, BLURBOX_NVDEC_FAIL=str(nth),
                                  **variables)
        tap.equal(done.returncode, 0, done.stderr)
        words = "The GPU does not decode this video" if nth == 1 else "The GPU stopped decoding at"
        tap.equal(done.stderr.count(words), 1, f"picture {nth}: {done.stderr}")
        same(folder / "card.mkv", wanted, f"picture {nth}")
        times = tap.output("ffprobe", "-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0",
                           folder / "card.mkv").split()
        tap.equal(times, tap.output("ffprobe", "-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0",
                                    folder / "cpu.mkv").split(), f"times, picture {nth}")
        tap.equal(counts["leaks"], 0, "leaks")


def test_card_does_not_decode_all(folder):
    """No decoder on the card, a codec that it has none for, 4:4:4 that this one does not take."""
    variables = with_codecs()
    lossless = clip(folder)
    done, _ = faults.run(command(lossless, folder / "card.mkv"), folder, **variables)
    tap.equal(done.returncode, 0, done.stderr)
    tap.check("note:" not in done.stderr, done.stderr)
    source = card_clip(folder, "mjpeg", "yuvj444p")
    tap.output(*command(source, folder / "cpu.mkv", device="cpu"))
    for more in variables, {}:
        done, _ = faults.run(command(source, folder / "card.mkv"), folder, **more)
        tap.equal(done.returncode, 0, done.stderr)
        tap.equal(done.stderr.count("The GPU does not decode this video (mjpeg)"), 1, done.stderr)
        same(folder / "card.mkv", frames(folder / "cpu.mkv"))


def test_trim_on_card(folder):
    variables = with_codecs()
    source = card_clip(folder, "libvpx-vp9", "yuv420p")
    trim = ["--start", "0.5", "--end", "1"]
    tap.output(*command(source, folder / "cpu.mkv", *trim, device="cpu"))
    wanted = frames(folder / "cpu.mkv")
    done, _ = faults.run(command(source, folder / "card.mkv", *trim), folder, **variables)
    tap.equal(done.returncode, 0, done.stderr)
    tap.check("note:" not in done.stderr, done.stderr)
    same(folder / "card.mkv", wanted)


def test_card_does_not_encode(folder):
    """Without an encoder on the card the processor's makes the same file as with its own frames."""
    source = clip(folder)
    for encoder, software in (("h264", "libx264"), ("hevc", "libx265")):
        base = [PROGRAM, "--overwrite", "--device", "cuda:0", *LOOK, "--codec", encoder, "--stats", folder / "stats.json"]
        done, counts = faults.run([*base, "-o", folder / "card.mkv", source], folder)
        tap.equal(done.returncode, 0, done.stderr)
        tap.equal(done.stderr.count(f"cannot be had (none there, or too many in use): {software} encodes"), 1, done.stderr)
        tap.equal(json.loads((folder / "stats.json").read_text())["encoder"], software)
        tap.equal(counts["leaks"], 0, "leaks")
        tap.equal(len(frames(folder / "card.mkv")), 10 * 54 * 96 * 3 // 2, "bytes")
    # Whoever asks for it by name is told.
    done, _ = faults.run([PROGRAM, "--overwrite", "--device", "cuda:0", *LOOK, "--encoder", "h264_nvenc", "-o",
                          folder / "named.mkv", source], folder)
    tap.equal(done.returncode, 1, done.stderr)
    tap.check("h264_nvenc cannot be had" in done.stderr, done.stderr)
    tap.check(not (folder / "named.mkv").exists(), "a file is left")
    # A preset of the processor's encoder is meant for that one.
    done, _ = faults.run([*base, "--codec", "h264", "--preset", "veryfast", "-o", folder / "card.mkv", source], folder)
    tap.equal(done.returncode, 0, done.stderr)
    tap.check("cannot be had" not in done.stderr, done.stderr)


def test_card_encodes(folder):
    """Frames go to the card's encoder as they are: the file has them without loss."""
    variables = with_codecs()
    for codec, pixels, look in (("h264", "yuv420p", []), ("hevc", "yuv420p", ["--batch", "32"]),
                                ("hevc", "yuv420p10le", ["--batch", "1"]), ("h264", "yuv420p10le", [])):
        source = clip(folder, frames=24, pixels=pixels)
        deep = codec == "hevc" and "10" in pixels
        extra = [] if deep else ["--encoder", "h264_nvenc"] if codec == "h264" else []
        # The processor's frames as the same encoder's format has them.
        tap.output(*command(source, folder / "cpu.mkv", *look, device="cpu"))
        wanted = frames_deep(folder / "cpu.mkv").astype(int)
        arguments = [PROGRAM, "--overwrite", "--device", "cuda:0", *LOOK, *look, "--codec", codec, *extra, "--stats",
                     folder / "stats.json", "-o", folder / "card.mkv", source]
        outputs = []
        for seed in None, "1", "2":
            more = dict(variables, **({} if seed is None else {"BLURBOX_DRIVER_SEED": seed}))
            done, counts = faults.run(arguments, folder, **more)
            tap.equal(done.returncode, 0, done.stderr)
            tap.check("note:" not in done.stderr, done.stderr)
            tap.equal(counts["leaks"], 0, "leaks")
            outputs.append(frames_deep(folder / "card.mkv"))
        stats = json.loads((folder / "stats.json").read_text())
        tap.equal(stats["encoder"], codec + "_nvenc")
        tap.equal(len(outputs[0]), len(wanted), f"{codec}: samples")
        # A code of 8 bits is worth 4 here; where 10 bit become 8 on the card, that is rounded too.
        most = 1 if deep else 4 if pixels == "yuv420p" else 7
        tap.check(numpy.abs(outputs[0] - wanted).max() <= most, f"{codec}: {numpy.abs(outputs[0] - wanted).max()}")
        for output in outputs[1:]:
            tap.check((output == outputs[0]).all(), f"{codec}: order of work")
        # Nothing but the encoder for tests copied frames off the card.
        sample = 2 if deep else 1
        row = (54 * sample + 255) // 256 * 256
        tap.equal(counts["bytes"]["device_to_host"], 24 * row * 96 * 3 // 2, "bytes off the card")
        probe = json.loads(tap.output("ffprobe", "-v", "error", "-show_streams", "-of", "json", folder / "card.mkv"))
        video = probe["streams"][0]
        tap.equal(video["codec_name"], codec)
        tap.equal(video["pix_fmt"], "yuv420p10le" if deep else "yuv420p")
        tap.equal(video["color_range"], "tv")


def test_memory_runs_out_while_the_card_encodes(folder):
    """Frames are registered with the encoder when an allocation fails: fewer at once, each frame once."""
    variables = with_codecs()
    source = clip(folder, frames=40)
    target = folder / "card.mkv"
    arguments = [PROGRAM, "--overwrite", "--device", "cuda:0", *LOOK, "--batch", "8", "--encoder", "h264_nvenc",
                 "--stats", folder / "stats.json", "-o", target, source]

    def render(fail=None, **more):
        done, counts = faults.run(arguments, folder, fail, **variables, **more)
        tap.equal(done.returncode, 0, f"{fail} {more}: {done.stderr}")
        tap.equal(counts["leaks"], 0, f"{fail} {more}: leaks")
        times = tap.output("ffprobe", "-v", "error", "-show_entries", "packet=pts,duration", "-of", "csv=p=0",
                           target).split()
        return frames(target), times, done.stderr, counts, json.loads((folder / "stats.json").read_text())

    wanted, wanted_times, notes, counts, stats = render()
    tap.check("note:" not in notes, notes)
    tap.equal((stats["encoder"], stats["batch"], len(wanted_times)), ("h264_nvenc", 8, 40))
    n_calls = counts["calls"]["cuMemAlloc_v2"]
    batches = set()
    trials = [(f"cuMemAlloc_v2:{nth}:2,cuMemAlloc_v2:{nth + 1}:2", {}) for nth in range(1, n_calls + 1)]
    trials += [(f"cuMemAlloc_v2:{nth}:2", {}) for nth in range(1, n_calls + 1)]
    # So little that it is full in the middle, and frames that the encoder holds are in it. At these sizes something else
    # each time is what lets it go on: frames' memory that stays, more of it piece by piece, memory given back at once.
    trials += [(None, {"BLURBOX_DRIVER_MEMORY": str(kib << 10)}) for kib in (500, 525, 575, 625, 650, 850)]
    for fail, more in trials:
        for seed in {}, {"BLURBOX_DRIVER_SEED": "3"}:
            got, times, notes, _, stats = render(fail, **more, **seed)
            what = f"{fail} {more} {seed}"
            tap.check(len(got) == len(wanted) and (got == wanted).all(), f"{what}: frames")
            tap.equal(times, wanted_times, f"{what}: times")
            batches.add(stats["batch"])
            told = f"Memory allows batches of {stats['batch']} frame"
            tap.equal(notes.count("note:"), int(stats["batch"] < 8), f"{what}: {notes}")
            tap.equal(notes.count(told), int(stats["batch"] < 8), f"{what}: {notes}")
    tap.check({4, 8} <= batches, f"only {batches}")


def test_several_outputs(folder):
    """One goes from the card to its encoder, one to host memory: each is what it is alone, also where memory runs out."""
    variables = with_codecs()
    source = clip(folder, frames=24)
    own = {"card.mkv": ["--encoder", "h264_nvenc"], "host.mkv": ["--size", "64x36", "--encoder", "ffv1", "--blur", "4"]}
    base = [PROGRAM, "--overwrite", "--device", "cuda:0", "--batch", "8", "--corner-radius", "7", "--shadow", "0.4", "--size", "54x96"]

    def render(names, fail=None, **more):
        arguments = [part for i, name in enumerate(names) for part in (["--and"] if i else []) + [*own[name], "-o", folder / name]]
        done, counts = faults.run([*base, *arguments, "--", source], folder, fail, **variables, **more)
        tap.equal(done.returncode, 0, f"{names} {fail} {more}: {done.stderr}")
        tap.equal(counts["leaks"], 0, f"{names} {fail} {more}: leaks")
        return {name: (folder / name).read_bytes() for name in names}, counts, done.stderr

    wanted, uploads = {}, []
    for name in own:
        got, counts, _ = render([name])
        wanted.update(got)
        uploads.append(counts["bytes"]["host_to_device"])
    got, counts, said = render(list(own))
    tap.check(got == wanted, "other bytes than alone")
    tap.check("note:" not in said, said)
    # The source's frames came to the card once: what is more are the second output's tables.
    size = 24 * 96 * 54 * 3 // 2
    tap.check(counts["bytes"]["host_to_device"] <= sum(uploads) - size, f"{counts['bytes']} and {uploads} alone")
    n_calls = counts["calls"]["cuMemAlloc_v2"]
    trials = [(f"cuMemAlloc_v2:{nth}:2,cuMemAlloc_v2:{nth + 1}:2", {}) for nth in range(1, n_calls + 1)]
    trials += [(None, {"BLURBOX_DRIVER_MEMORY": str(int(counts["peak_memory"] * share))}) for share in (0.9, 0.6)]
    n_smaller = 0
    for fail, more in trials:
        got, _, said = render(list(own), fail, **more)
        tap.check(got == wanted, f"{fail} {more}: other bytes")
        n_smaller += said.count("Memory allows batches of")
    tap.check(n_smaller > 0, "memory never ran out")


def test_encoders_are_listed(folder):
    variables = with_codecs()
    for more, missing in ((variables, ["av1_nvenc"]), ({}, ["h264_nvenc", "hevc_nvenc", "av1_nvenc"])):
        done, counts = faults.run([PROGRAM, "--list-encoders"], folder, **more)
        tap.equal(done.returncode, 0, done.stderr)
        for name in "h264_nvenc", "hevc_nvenc", "av1_nvenc":
            tap.equal(done.stdout.count(f"{name} cannot be used"), int(name in missing), done.stdout)
        tap.equal(counts["leaks"], 0, "leaks")


def test_card_has_too_many_sessions(folder):
    variables = with_codecs()
    source = clip(folder)
    done, _ = faults.run([PROGRAM, "--overwrite", "--device", "cuda:0", *LOOK, "-o", folder / "card.mkv", source], folder,
                         BLURBOX_NVENC_REFUSE="1", **variables)
    tap.equal(done.returncode, 0, done.stderr)
    tap.equal(done.stderr.count("libx264 encodes"), 1, done.stderr)


tap.run(sys.modules[__name__])
