#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders damaged films and looks at how the program ends: mutate.py PROGRAM [N] [SEED].

A case is known by its seed and number alone. It must end with 0 or 1, never by a signal nor with a
report of a sanitizer, with one sentence where it fails, and leave nothing but the film. What fails is
kept in the current folder.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FFMPEG = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10", "-f", "lavfi", "-i",
          "sine=sample_rate=48000"]
LINES = "1\n00:00:00,200 --> 00:00:01,500\nOne\n\n2\n00:00:01,000 --> 00:00:01,800\nTwo\n"
FILMS = {
    "a.ts": ["-c:v", "mpeg2video", "-c:a", "mp2"],
    "b.ts": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
    "c.vob": ["-c:v", "mpeg2video", "-c:a", "ac3"],
    "d.flv": ["-c:v", "flv1", "-c:a", "aac"],
    "e.mkv": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libvorbis", "-c:s", "srt"],
    "f.mkv": ["-c:v", "mpeg4", "-c:a", "flac", "-c:s", "ass"],
    "g.mp4": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-c:s", "mov_text"],
    "h.avi": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
}
REPORTS = re.compile(r"Sanitizer|runtime error|CRITICAL|WARNING|assert", re.IGNORECASE)
# Of what a program that was built with sanitizers finds, nothing is overlooked; memory that is lost where it ends is
# another test's.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0:exitcode=99:allocator_may_return_null=1",
              "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99:print_stacktrace=1"}


def make_films(folder):
    (folder / "lines.srt").write_text(LINES)
    films = {}
    for name, arguments in FILMS.items():
        lines = ["-i", folder / "lines.srt", "-map", "0", "-map", "1", "-map", "2"] if "-c:s" in arguments else []
        subprocess.run([*FFMPEG, *lines, "-t", "2", *arguments, "-bitexact", folder / name], check=True)
        films[name] = (folder / name).read_bytes()
    # Other streams go on where some end.
    for name, like in (("i.ts", "b.ts"), ("j.ts", "a.ts")):
        subprocess.run([*FFMPEG, "-t", "2", *FILMS[like], "-mpegts_start_pid", "0x200", "-bitexact", folder / name], check=True)
        films[name] = films["b.ts"] + (folder / name).read_bytes()
    return films


def mutate(data, other, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not data:
            break
        a, b = sorted(chance.randrange(len(data)) for _ in range(2))
        kind = chance.randrange(8)
        if kind == 0:
            for _ in range(chance.choice((1, 4, 40, 400))):
                data[chance.randrange(len(data))] = chance.randrange(256)
        elif kind == 1:
            # Headers are where counts and sizes are.
            for _ in range(chance.choice((1, 4, 16))):
                data[chance.randrange(min(len(data), 1500))] = chance.choice((0, 1, 0x7f, 0x80, 0xff))
        elif kind == 2:
            del data[a:min(b, a + chance.choice((1, 188, 5000, len(data))))]
        elif kind == 3:
            data[a:a] = data[a:b]
        elif kind == 4:
            data += data[chance.choice((0, a)):]
        elif kind == 5:
            data[a:a] = other[:chance.randrange(len(other))]
        elif kind == 6:
            data[a:a + 188] = bytes(188)
        else:
            del data[max(b, 1):]
    return bytes(data)


def run_case(program, films, seed, number, folder):
    """What is wrong with the way it ended, or None."""
    chance = random.Random(f"{seed}-{number}")
    name = chance.choice(sorted(films))
    source = folder / name
    source.write_bytes(mutate(films[name], films[chance.choice(sorted(films))], chance))
    target = folder / f"out.{chance.choice(('mp4', 'mkv', 'mov'))}"
    more = ["--audio", chance.choice(("copy", "copy", "encode", "none"))]
    if chance.random() < 0.3:
        more += ["--start", "0.5", "--end", "1.5"]
    try:
        done = subprocess.run([program, "--quiet", "--device", "cpu", "--size", "36x64", "--preset", "ultrafast", *more,
                               "-o", target, "--", source],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
                              env=os.environ | SANITIZERS)
    except subprocess.TimeoutExpired:
        return source, "it does not end"
    said = done.stderr.decode(errors="replace")
    left = {path.name for path in folder.iterdir()} - {source.name, target.name}
    wrong = None
    if done.returncode not in (0, 1):
        wrong = f"it ended with {done.returncode}"
    elif REPORTS.search(said):
        wrong = "it reported"
    elif done.returncode == 1 and len([line for line in said.splitlines() if "note:" not in line]) != 1:
        wrong = "it failed with other than one sentence"
    elif done.returncode == 0 and not target.exists():
        wrong = "there is no film"
    elif left:
        wrong = f"it left {sorted(left)}"
    return source, wrong and f"{wrong} ({' '.join(more)}, {target.name}): {said}"


def main():
    program = sys.argv[1]
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with tempfile.TemporaryDirectory(prefix="blurbox-mutate-") as base:
        films = make_films(Path(base))

        def check(number):
            folder = Path(base) / f"case-{number}"
            folder.mkdir()
            source, wrong = run_case(program, films, seed, number, folder)
            if wrong is not None:
                kept = Path(f"case-{seed}-{number}{source.suffix}")
                if source.exists():
                    shutil.copy(source, kept)
                print(f"{kept}: {wrong}", flush=True)
            shutil.rmtree(folder)
            return wrong is not None

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            n_failed = sum(pool.map(check, range(n)))
    print(f"{n} cases with seed {seed}, {n_failed} failed")
    sys.exit(n_failed > 0)


if __name__ == "__main__":
    main()
