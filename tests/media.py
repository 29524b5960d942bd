# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips, renders, and what ffprobe and ffmpeg see in files, for tests of whole files."""

import json
import os
import subprocess
from pathlib import Path

import numpy

from tap import equal, ffmpeg, near, output

RENDER = os.environ.get("BLURBOX_RENDER", "blurbox-render")
MEDIA = Path(os.environ.get("BB_SHARED_MEDIA", "/nonexistent"))
LIMIT = 300  # seconds after which a render is taken for a hang

# A flash and a beep each second, so that sync can be measured.
FLASH = ["-f", "lavfi", "-i", "color=black:s=320x180:r=25,drawbox=color=white:t=fill:enable='lt(mod(t,1),0.08)'"]
BEEP = ["-f", "lavfi", "-i", "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.08)':s=48000"]


def run(source, target, *arguments, **options):
    """Runs the program; its exit code and what it says."""
    done = subprocess.run([RENDER, "--overwrite", *map(str, arguments), "-o", target, "--", source], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", check=False, timeout=LIMIT, **options)
    return done.returncode, done.stderr


def render(source, target, *arguments):
    """Renders; what is said beside the file that is made."""
    code, said = run(source, target, *arguments)
    equal(code, 0, f"{source} to {target}: {said}")
    return said


def clip(path, *, seconds=1, size="320x180", rate=30, pixel_format="yuv420p", sound=True,
         codec=("-c:v", "libx264", "-preset", "veryfast")):
    """A clip of a test picture with sound, lossless enough."""
    arguments = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
    if sound:
        arguments += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}", "-c:a", "aac"]
    ffmpeg(*arguments, *codec, "-pix_fmt", pixel_format, path)
    return path


def film(path, *codecs, seconds=3):
    """A clip with a flash and a beep each second."""
    ffmpeg(*FLASH, *BEEP, "-t", str(seconds), *codecs, path)
    return path


def probe(path, *arguments):
    return json.loads(output("ffprobe", "-v", "error", "-of", "json", *arguments, path))


def streams(path, kind):
    return [stream for stream in probe(path, "-show_streams")["streams"] if stream["codec_type"] == kind]


def tags(entry):
    """Tags of a file or stream; their keys in lower case."""
    return {key.lower(): value for key, value in entry.get("tags", {}).items()}


def show(path, stream, entries, *more):
    """Rows of numbers of a stream's packets or frames; what is missing is nan."""
    lines = output("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", entries, *more,
                   "-of", "compact=p=0:nk=1", path).decode().split()
    return [[float(part) if part != "N/A" else float("nan") for part in line.split("|")[:entries.count(",") + 1]]
            for line in lines]


def length(path):
    """Seconds that the container says."""
    return float(output("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path))


def frame_times(path):
    return [row[0] for row in show(path, "v:0", "frame=pts_time")]


def count_frames(path):
    lines = ffmpeg("-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framecrc", "-")
    return sum(not line.startswith(b"#") for line in lines.splitlines())


def gray_frames(path, width, height):
    """[frames][height][width] luma of 8 bit as ffmpeg decodes it."""
    raw = ffmpeg("-i", path, "-map", "0:v:0", "-vf", f"scale={width}:{height},format=gray", "-fps_mode", "passthrough",
                 "-f", "rawvideo", "-")
    return numpy.frombuffer(raw, numpy.uint8).reshape(-1, height, width)


def planes(path, width, height, pixel_format="yuv420p", frame=0):
    """Planes of a frame as ffmpeg decodes it, as they are stored."""
    raw = ffmpeg("-noautorotate", "-i", path, "-map", "0:v:0", "-vf", f"select=eq(n\\,{frame})",
                 "-frames:v", "1", "-pix_fmt", pixel_format, "-f", "rawvideo", "-")
    data = numpy.frombuffer(raw, numpy.uint8 if pixel_format == "yuv420p" else "<u2").astype(float)
    shapes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
    cut = numpy.cumsum([0] + [a * b for a, b in shapes])
    return [data[cut[i]:cut[i + 1]].reshape(shapes[i]) for i in range(3)]


def flashes(path):
    """Where the picture becomes bright."""
    bright = gray_frames(path, 2, 2).mean((1, 2)) > 100
    return [time for i, time in enumerate(frame_times(path)) if bright[i] and (i == 0 or not bright[i - 1])]


def beeps(path):
    """Where sound begins after silence."""
    raw = ffmpeg("-i", path, "-map", "0:a:0", "-af", "aresample=async=1:first_pts=0:min_hard_comp=0.01", "-ac", "1",
                 "-ar", "48000", "-f", "f32le", "-")
    loud = numpy.flatnonzero(abs(numpy.frombuffer(raw, "<f4")) > 0.1) / 48000
    return [time for i, time in enumerate(loud) if i == 0 or time - loud[i - 1] > 0.2]


def in_sync(path, n, most=0.045):
    """There are n flashes, and n beeps with them."""
    seen, heard = flashes(path), beeps(path)
    equal((len(seen), len(heard)), (n, n), f"flashes and beeps of {path.name}: {seen}, {heard}")
    for a, b in zip(seen, heard):
        near(b, a, most, path.name)
    return seen
