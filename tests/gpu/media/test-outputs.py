#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files of one render: each is to the byte what it is when it is rendered alone, whatever was there before."""

import functools
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import RENDER, probe
from tap import check, equal, ffmpeg, near, output

SECONDS = 30  # three segments
RATE = 5
TALL = ["--size", "36x64", "--encoder", "libx264", "--preset", "ultrafast"]
SQUARE = ["--size", "64x64", "--encoder", "ffv1", "--blur", "4", "--audio", "encode"]
WIDE = ["--size", "96x54", "--encoder", "ffv1"]
FIRST = ("tall.mp4", TALL)
SECOND = ("square.mkv", SQUARE)
THIRD = ("wide.mkv", WIDE)
SHELF = tempfile.TemporaryDirectory(prefix="blurbox-test-")


def line(clip, folder, outputs, *arguments):
    """The command that makes all @outputs, each a name and what is its own."""
    command = [RENDER, *map(str, arguments)]
    for i, (name, own) in enumerate(outputs):
        command += ([] if i == 0 else ["--and"]) + ["-o", str(folder / name), *own]
    return [*command, "--", str(clip)]


def run(clip, folder, outputs, *arguments):
    done = subprocess.run(line(clip, folder, outputs, *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, timeout=media.LIMIT)
    return done.returncode, done.stderr


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@functools.cache
def fixture():
    """A clip of three segments with sound, lines and an attachment, which one of the containers cannot hold; and hashes of the files
    as they are when each is rendered by itself."""
    folder = Path(SHELF.name)
    (folder / "lines.srt").write_text("1\n00:00:11,000 --> 00:00:14,500\nOver the seam\n")
    clip = folder / "in.mkv"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size=96x54:rate={RATE}", "-f", "lavfi", "-i", "sine=sample_rate=8000", "-i",
           folder / "lines.srt", "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-preset", "ultrafast", "-g", "18",
           "-c:a", "aac", "-c:s", "srt", "-attach", folder / "lines.srt", "-metadata:s:t", "mimetype=text/plain", "-t", str(SECONDS), clip)
    alone = folder / "alone"
    alone.mkdir()
    for output_ in FIRST, SECOND, THIRD:
        output(*line(clip, alone, [output_], "--quiet", "--workers", "1"))
    wanted = {name: hash_of(alone / name) for name in listing(alone)}
    equal(len(set(wanted.values())), 3, "files that differ")
    return clip, wanted


def alone(*outputs):
    """The clip, and hashes of some files."""
    clip, wanted = fixture()
    return clip, {name: wanted[name] for name, _ in outputs}


def check_whole(folder, wanted, what):
    equal({name: hash_of(folder / name) for name in wanted}, wanted, f"bytes {what}")
    equal(listing(folder), sorted(wanted), f"files that are left {what}")


def test_same_as_alone(folder):
    """Pictures of other shapes, encoders, containers, looks and sound, by one worker and by two."""
    outputs = [FIRST, SECOND, THIRD]
    clip, wanted = alone(*outputs)
    for n_workers in 1, 2:
        place = folder / f"by {n_workers}"
        place.mkdir()
        code, said = run(clip, place, outputs, "--workers", n_workers, "--stats", folder / "stats.json")
        equal(code, 0, said)
        check_whole(place, wanted, f"of {n_workers} workers")
        stats = json.loads((folder / "stats.json").read_text())["renders"][0]
        equal(stats["frames"], SECONDS * RATE, "frames, each counted once")
        equal(sum(worker["frames"] for worker in stats["workers"]), SECONDS * RATE, "frames of the workers")
        equal((stats["output"], stats["encoder"]), (str(place / "tall.mp4"), "libx264"), "the first output")
        for made, (name, own) in zip(stats["outputs"], outputs, strict=True):
            shape = media.streams(place / name, "video")[0]
            equal(made, made | {"file": str(place / name), "width": shape["width"], "height": shape["height"],
                                "bytes": (place / name).stat().st_size, "encoder": own[3], "frames_before": 0}, "figures")
        # What one container cannot hold is said of that file.
        equal(("tall.mp4”: " in said, "square.mkv”: " in said), (True, False), said)
    check(probe(folder / "by 1" / "square.mkv", "-show_streams")["streams"][-1]["codec_type"] == "attachment", "an attachment")


def plan_of(clip, folder, name, own, work):
    """All segments of one output, as several processes make them, in the folder @work."""
    output(*line(clip, folder, [(name, own)], "--quiet", "--plan", work))
    output(RENDER, "--quiet", "--segment", "0-2", work)
    return sorted(work.glob("[0-9]*.nut"))


def test_segments_that_are_there(folder):
    """Outputs that lack different segments: only what is missing is made, also where it is all of one."""
    outputs = [FIRST, SECOND]
    clip, wanted = alone(*outputs)
    place = folder / "place"
    place.mkdir()
    plans = {name: plan_of(clip, place, name, own, folder / f"plan of {name}") for name, own in outputs}
    lengths = [len(media.show(path, "v:0", "packet=pts_time")) for path in plans["tall.mp4"]]
    equal((len(lengths), sum(lengths)), (3, SECONDS * RATE), "segments")
    for kept, n_workers in (({0, 2}, {1}), 1), (({0, 1, 2}, set()), 2), (({0, 1, 2}, {0, 1, 2}), 1), (({1}, {0, 1}), 2):
        shutil.rmtree(place)
        place.mkdir()
        for (name, segments), indexes in zip(plans.items(), kept, strict=True):
            work = place / f".{name}.blurbox"
            work.mkdir()
            shutil.copy(folder / f"plan of {name}" / "render.ini", work)
            for index in indexes:
                shutil.copy(segments[index], work)
        code, said = run(clip, place, outputs, "--workers", n_workers, "--stats", folder / "stats.json")
        equal(code, 0, said)
        check_whole(place, wanted, f"with {kept}")
        stats = json.loads((folder / "stats.json").read_text())["renders"][0]
        count = lambda indexes: sum(lengths[index] for index in indexes)
        equal([made["frames_before"] for made in stats["outputs"]], [count(indexes) for indexes in kept], f"frames before with {kept}")
        # How many frames there will be is guessed from the length of the file, which the sound ends.
        near(int(re.search(r"(\d+) % was done already", said)[1]), 50 * (count(kept[0]) + count(kept[1])) / (SECONDS * RATE), 2, said)
        # What both have nobody decodes once more.
        equal(sum(worker["frames"] for worker in stats["workers"]), SECONDS * RATE - count(kept[0] & kept[1]), f"frames made with {kept}")
        equal(stats["frames"], SECONDS * RATE, f"frames with {kept}")


def test_what_is_there_is_not_made_again(folder):
    """A segment of the same identity that has other pictures shows that it was taken."""
    outputs = [THIRD, SECOND]
    clip, wanted = alone(*outputs)
    place = folder / "place"
    place.mkdir()
    own = plan_of(clip, place, *THIRD, folder / "plan")
    # The picture does not fill that canvas, so that its background is seen.
    other = plan_of(clip, place, "wide.mkv", [*WIDE, "--zoom", "0", "--corner-radius", "20"], folder / "other")
    work = place / ".wide.mkv.blurbox"
    work.mkdir()
    shutil.copy(folder / "plan" / "render.ini", work)
    shutil.copy(other[1], work)
    check(own[1].name != other[1].name, "the same segment")
    code, said = run(clip, place, outputs)
    equal(code, 0, said)
    equal(hash_of(place / "square.mkv"), wanted["square.mkv"], "bytes of the other file")
    framemd5 = lambda path: [row.split(b",")[-1] for row in ffmpeg("-i", path, "-map", "0:v:0", "-f", "framemd5", "-").splitlines()
                             if not row.startswith(b"#")]
    rows, good = framemd5(place / "wide.mkv"), framemd5(Path(SHELF.name) / "alone" / "wide.mkv")
    equal(len(rows), len(good), "frames")
    changed = [i for i, (a, b) in enumerate(zip(rows, good)) if a != b]
    check(changed and changed == list(range(changed[0], changed[-1] + 1)), f"frames {changed}")
    equal(changed, list(range(changed[0], changed[0] + len(framemd5(other[1])))), "frames of the segment that was there")


def kill_and_go_on(clip, folder, wanted, outputs, *arguments):
    """Kills a render as soon as there is one segment, then two, and so on; what was whole stays as it is."""
    command = line(clip, folder, outputs, "--quiet", "--overwrite", *arguments)
    works = [folder / f".{name}.blurbox" for name, _ in outputs]
    n_kept, kept = 0, {}
    for n in range(1, 4):
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        found = lambda: {path.name: path.stat().st_ino for work in works for path in work.glob("[0-9]*.nut")}
        while len(found()) < n:
            try:
                child.wait(0.002)
                break
            except subprocess.TimeoutExpired:
                pass
            except FileNotFoundError:  # it has just joined them
                pass
        child.kill()
        if child.wait() == 0:  # it was quicker
            break
        now = found()
        check(kept.items() <= now.items(), f"{kept.keys()} were there, and {now.keys()} are")
        kept = now
        n_kept += len(kept) > 0
    # A segment that is damaged is made once more, for the output that has it.
    if kept and child.returncode != 0:
        path = next(path for work in works for path in work.glob("[0-9]*.nut"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    output(*command)
    check_whole(folder, wanted, f"after {n_kept} kills")


def test_killed(folder):
    """What was killed goes on, together or one by one."""
    outputs = [FIRST, SECOND]
    clip, wanted = alone(*outputs)
    place = folder / "together"
    place.mkdir()
    kill_and_go_on(clip, place, wanted, outputs, "--workers", "2")
    # One goes on alone, the other one later.
    place = folder / "apart"
    place.mkdir()
    child = subprocess.Popen(line(clip, place, outputs, "--quiet", "--workers", "1"), stdin=subprocess.DEVNULL)
    while child.poll() is None and not list(place.glob(".*/[0-9]*.nut")):
        pass
    child.kill()
    child.wait()
    output(*line(clip, place, [SECOND], "--quiet", "--overwrite"))
    output(*line(clip, place, [FIRST], "--quiet", "--overwrite"))
    check_whole(place, wanted, "one by one")


def test_cancelled(folder):
    """Whoever cancels finds no target and no unfinished file, only whole segments, and the render goes on with those."""
    outputs = [FIRST, SECOND]
    clip, wanted = alone(*outputs)
    for pattern in ".square.mkv.*.part", ".*/[0-9]*.nut":
        place = folder / pattern[-3:]
        place.mkdir()
        for _ in range(20):
            child = subprocess.Popen(line(clip, place, outputs, "--quiet", "--overwrite"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            while child.poll() is None and not list(place.glob(pattern)):
                pass
            child.terminate()
            _, said = child.communicate(timeout=media.LIMIT)
            if child.returncode != 0:  # else it was quicker
                break
        equal((child.returncode, said.count("\n"), "was cancelled" in said), (1, 1, True), said)
        left = [path for path in place.rglob("*") if path.is_file()]
        check(all(path.name in ("lock", "render.ini") or path.suffix == ".nut" for path in left), f"{left} is left")
        check(all(list(path.glob("*.nut")) for path in place.iterdir()), f"folders without segments in {left}")
        output(*line(clip, place, outputs, "--quiet", "--overwrite"))
        check_whole(place, wanted, "of what was cancelled")


def test_disk_is_small(folder):
    """What all outputs on a disk need is asked for together, before anything is made."""
    clip, _ = fixture()
    # A file system that only this child sees.
    script = ("import ctypes, os, subprocess, sys\n"
              "if ctypes.CDLL(None).mount(b'tmpfs', os.fsencode(sys.argv[1]), b'tmpfs', 0, b'size=60m'):\n"
              "    sys.exit(77)\n"
              "code = subprocess.call(sys.argv[2:])\n"
              "print(*os.listdir(sys.argv[1]), end='')\n"
              "sys.exit(code)")
    small = folder / "small"
    small.mkdir()
    size = ["--size", "1920x1080", "--encoder", "ffv1"]
    outputs = [("a.mkv", size), ("b.mkv", size), ("../c.mkv", size)]
    try:
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", script, small,
                               *line(clip, small, outputs, "--quiet")], capture_output=True, text=True, timeout=media.LIMIT, check=False)
    except FileNotFoundError:
        raise tap.Skip("unshare is not here") from None
    if done.returncode == 77 or "unshare:" in done.stderr:
        raise tap.Skip("a file system of its own cannot be mounted here")
    # Half a bit a pixel at the least, for the segments and once more joined; some frames more may be expected than there are.
    needed = float(re.search(r"a\.mkv” and the other outputs on its disk need about ([0-9.]+).MB until", done.stderr)[1])
    near(needed, 2 * 2 * SECONDS * RATE * 1920 * 1080 / 16 / 1e6, 2, done.stderr)
    equal((done.returncode, done.stderr.count("\n"), done.stdout), (1, 1, ""), done.stderr)
    equal(listing(folder), ["small"], "what is left")


def test_one_is_finished(folder):
    """A file that is there is not overwritten unless that is allowed, and nothing is begun then."""
    outputs = [FIRST, SECOND]
    clip, wanted = alone(*outputs)
    place = folder / "place"
    place.mkdir()
    shutil.copy(Path(SHELF.name) / "alone" / "square.mkv", place)
    code, said = run(clip, place, outputs, "--quiet")
    equal((code, said.count("\n"), "square.mkv" in said), (1, 1, True), said)
    equal(listing(place), ["square.mkv"], "files")
    code, said = run(clip, place, outputs, "--quiet", "--overwrite")
    equal((code, said), (0, ""))
    check_whole(place, wanted, "of both once more")


def test_name_taken_meanwhile(folder):
    """A file that appears meanwhile is left alone; the other output has its own name."""
    outputs = [FIRST, SECOND]
    clip, wanted = alone(*outputs)
    place = folder / "place"
    place.mkdir()
    for _ in range(20):
        child = subprocess.Popen(line(clip, place, outputs, "--quiet"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while child.poll() is None and not list(place.glob(".square.mkv.*.part")):
            pass
        child.send_signal(signal.SIGSTOP)
        if not (place / "square.mkv").exists():
            (place / "square.mkv").write_bytes(b"somebody's")
            break
        child.send_signal(signal.SIGCONT)  # it was quicker
        child.communicate(timeout=media.LIMIT)
        for name in wanted:
            (place / name).unlink()
    child.send_signal(signal.SIGCONT)
    _, said = child.communicate(timeout=media.LIMIT)
    equal((child.returncode, said.count("\n"), "square (2).mkv" in said, "tall" in said), (1, 1, True, False), said)
    equal((place / "square.mkv").read_bytes(), b"somebody's")
    equal((hash_of(place / "tall.mp4"), hash_of(place / "square (2).mkv")), tuple(wanted.values()), "bytes")
    equal(listing(place), ["square (2).mkv", "square.mkv", "tall.mp4"], "files")


def test_refused(folder):
    """What cannot go well is one sentence that names the file, and nothing is left of any."""
    clip, _ = fixture()
    hdr = folder / "hdr.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=96x54:rate=10", "-t", "1", "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast",
           "-x265-params", "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", hdr)
    place = folder / "place"
    place.mkdir()
    for video, code, word, outputs, arguments in (
            (clip, 2, "b.xyz", [FIRST, ["b.xyz", []]], []),
            (clip, 2, "b.mp4", [FIRST, ["b.mp4", WIDE]], []),
            (clip, 1, "missing/b.mkv", [FIRST, ["missing/b.mkv", WIDE]], []),
            (clip, 1, "b.mp4", [FIRST, ["b.mp4", ["--size", "35x64"]]], []),
            (clip, 2, "tall.mp4", [FIRST, ["tall.mp4", SQUARE[:2]]], []),
            (clip, 2, "tall.mp4", [FIRST, ["../place/tall.mp4", []]], []),
            (clip, 2, "--start", [FIRST, ["b.mkv", ["--start", "1"]]], []),
            (clip, 2, "--plan", [FIRST, SECOND], ["--plan", folder / "plan"]),
            (hdr, 1, "HDR", [FIRST, SECOND], [])):
        got, said = run(video, place, outputs, "--quiet", *arguments)
        equal((got, said.count("\n"), word in said), (code, 1, True), said)
        equal(listing(place), [], f"what is left of {word}")
    # All of them keep HDR, or none does.
    code, said = run(hdr, place, [["a.mkv", WIDE], ["b.mkv", SQUARE]], "--quiet")
    equal(code, 0, said)
    equal({media.streams(place / name, "video")[0]["color_transfer"] for name in ("a.mkv", "b.mkv")}, {"smpte2084"})


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
