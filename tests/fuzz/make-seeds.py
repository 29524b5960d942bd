#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-seeds.py FOLDER: what fuzzing begins with: FOLDER/recipe, FOLDER/options and FOLDER/source."""

import subprocess
import sys
from pathlib import Path

RECIPES = {
    "plain": "[Blurbox Recipe]\nversion=1\n",
    "look": "[Blurbox Recipe]\nversion=1\nwidth=1080\nheight=1920\nzoom=0.25\noffset-x=-3.5\nblur=60\ndim=0.2\n"
            "saturation=1.3\ncorner-radius=40\nshadow=0.6\nbackground=color\ncolor=#204a87\n",
    "encode": "[Blurbox Recipe]\nversion=1\nstart=1.25\nend=9\nbatch=32\nprecision=fp16\ndevice=cuda:0\ncodec=hevc\n"
              "encoder=libx265\nquality=20\npreset=fast\naudio=encode\n",
}
COMMANDS = {
    "help": "--help",
    "render": "clip.mp4\n-o\ntall.mp4\n--size\n1080x1920\n--blur=120\n--dim\n0.3",
    "trim": "--start\n1:05\n--end\n1:20.5\n--background\n#204a87\n--\n-clip.mp4",
    "many": "a.mp4\nb.mp4\n-o\nfolder/\n--overwrite\n--quiet\n--aspect\n1:1",
    "tune": "--auto-tune\nclip.mp4\n--device\ncpu",
}
CLIPS = {
    "mp4": ["-c:v", "libx264", "-c:a", "aac"],
    "mkv": ["-c:v", "mpeg4", "-c:a", "libopus"],
    "ts": ["-c:v", "mpeg2video", "-c:a", "mp2"],
    "avi": ["-c:v", "mjpeg", "-c:a", "pcm_s16le"],
    "webm": ["-c:v", "libvpx", "-c:a", "libvorbis"],
    "flv": ["-c:v", "flv1", "-an"],
    "gif": ["-an"],
    "png": ["-frames:v", "1", "-an"],
}


def main(folder):
    for kind, seeds in {"recipe": RECIPES, "options": COMMANDS}.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, text in seeds.items():
            (folder / kind / name).write_text(text)
    (folder / "source").mkdir(exist_ok=True)
    for suffix, options in CLIPS.items():
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=32x18:r=10:d=0.4",
             "-f", "lavfi", "-i", "sine=d=0.4:r=48000", *options, "-bitexact", folder / "source" / f"clip.{suffix}"],
            check=True)


main(Path(sys.argv[1]))
