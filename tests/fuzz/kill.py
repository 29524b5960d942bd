#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills renders at random moments and has the same command go on: kill.py PROGRAM [KILLS] [SEED].

Each file must be, to the byte, that of a render which was never killed. What was whole before a kill must stay, and is not made
again; nothing may be left at the end. Half as many kills more are of renders of several outputs. Where KILLS is 0, only the cases
at the end are tried: other things that go wrong between two runs. Some minutes for 100 kills.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 50
ENCODERS = {
    "libx264": ("mp4", "--preset", "medium"),
    "libx265": ("mkv", "--preset", "veryfast"),
    "libsvtav1": ("webm", "--preset", "9"),
    "ffv1": ("mkv", "--audio", "encode"),
}
LIMIT = 300  # seconds after which a render is taken for a hang


def make_clip(path):
    """Shots of some seconds, with sound."""
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                    "testsrc2=size=256x144:rate=12,hue=h='90*floor(t/3.7)',noise=alls=12:allf=t:all_seed=1", "-f", "lavfi", "-i",
                    "sine=sample_rate=48000", "-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-g", "40", "-c:a", "aac",
                    path], check=True)
    return path


def hash_file(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def whole(folder):
    """Segments that are whole: name, and the file that has it."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("[0-9]*.nut")}


def count_frames(paths):
    """Frames of segments, as ffprobe counts them."""
    return sum(int(subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
                                   "stream=nb_read_packets", "-of", "csv=p=0", path], capture_output=True, text=True,
                                  check=True).stdout.strip()) for path in paths)


class Fault(Exception):
    """What must not be."""


def check(condition, what):
    if not condition:
        raise Fault(what)


class Job:
    """A command that is killed and repeated."""

    def __init__(self, program, clip, target, encoder, workers, *more):
        self.target = target
        self.folder = target.with_name(f".{target.name}.blurbox")
        # Of their own name, beside the folder of the target, which must have nothing but that.
        self.stats = target.parent.with_suffix(".json")
        self.said = target.parent.with_suffix(".txt")
        self.command = [program, "--device", "cpu", "--size", "144x256", "--encoder", encoder, *ENCODERS[encoder][1:], "--workers",
                        str(workers), "--stats", str(self.stats), *more, "-o", str(target), str(clip)]

    def start(self, *more, **environment):
        return subprocess.Popen([*self.command, *more], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=self.said.open("w"), env={**os.environ, **environment})

    def run(self, *more, code=0, **environment):
        """Runs to the end; what is said."""
        got = self.start(*more, **environment).wait(LIMIT)
        check(got == code, f"ended with {got}, not {code}: {self.said.read_text()}")
        return self.said.read_text()

    def kill(self, chance, seconds, least=0):
        """Starts and kills; whether it was alive still. @seconds: how long it would take; @least: segments to wait for."""
        child = self.start()
        begin = time.monotonic()
        if least or chance.random() < 0.5:
            n_segments = max(len(whole(self.folder)) + chance.randrange(0, 3), least)
            while child.poll() is None and len(whole(self.folder)) < n_segments and time.monotonic() < begin + LIMIT:
                time.sleep(0.002)
            delay = 0 if least else chance.uniform(0, seconds / 10)
        else:
            delay = chance.uniform(0, seconds)
        try:
            child.wait(delay)
            return False
        except subprocess.TimeoutExpired:
            pass
        child.send_signal(signal.SIGKILL)
        return child.wait() == -signal.SIGKILL

    def check_end(self, wanted, before=None):
        """The file is right, and nothing else is there; only frames that were not there @before were made."""
        check(hash_file(self.target) == wanted, "other bytes")
        names = {path.name for path in self.target.parent.rglob("*")} - {self.target.name}
        check(not names, f"left are {names}")
        if before is not None:
            got = json.loads(self.stats.read_text())
            check(got["frames_before"] == before and got["frames"] == SECONDS * 12, f"{before} frames were there: {got}")
        self.target.unlink()


def kill_and_go_on(job, chance, seconds, wanted):
    """One file, of up to four killed renders and a last one; how many were killed, and how many segments were kept."""
    n_kills = n_kept = 0
    for _ in range(chance.randrange(1, 5)):
        before = whole(job.folder)
        if not job.kill(chance, seconds):
            job.check_end(wanted)
            return n_kills, n_kept
        n_kills += 1
        after = whole(job.folder)
        # It may be killed while the folder of a file that is finished goes away.
        if job.target.exists():
            job.run("--overwrite")
            job.check_end(wanted)
            return n_kills, n_kept
        check(before.items() <= after.items(), f"{before.keys() - after.keys()} were made again")
    n_kept += len(whole(job.folder))
    frames = count_frames(job.folder.glob("[0-9]*.nut"))
    said = job.run()
    check(frames == 0 or "was done already" in said, f"not said that {frames} frames were there: {said}")
    job.check_end(wanted, frames)
    return n_kills, n_kept


def kill_together(program, clip, place, chance, workers, encoders, seconds, wanted):
    """Files of one render, which is killed up to four times and goes on, with all of them or with one alone; how many were killed,
    and how many segments were kept."""
    targets = {encoder: place / f"{encoder}.{ENCODERS[encoder][0]}" for encoder in encoders}
    folders = {encoder: target.with_name(f".{target.name}.blurbox") for encoder, target in targets.items()}

    def start(names):
        line = [program, "--device", "cpu", "--size", "144x256", "--workers", str(workers)]
        for i, encoder in enumerate(names):
            line += [*(["--and"] if i else []), "--audio", "copy", "--encoder", encoder, *ENCODERS[encoder][1:], "-o", str(targets[encoder])]
        return subprocess.Popen([*line, str(clip)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def missing():
        return [encoder for encoder in encoders if not targets[encoder].exists()]

    n_kills = n_kept = 0
    for _ in range(chance.randrange(1, 5)):
        names = missing()
        if not names:
            break
        if chance.random() < 0.3:
            names = [chance.choice(names)]
        before = {encoder: whole(folders[encoder]) for encoder in encoders}
        child = start(names)
        try:
            child.communicate(timeout=chance.uniform(0, sum(seconds[encoder] for encoder in names)))
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            n_kills += 1
        for encoder in missing():
            check(before[encoder].items() <= whole(folders[encoder]).items(), f"segments of {encoder} were made again")
    for encoder in encoders:
        n_kept += len(whole(folders[encoder]))
        # It was killed while the folder of a file that is finished went away.
        if folders[encoder].exists():
            targets[encoder].unlink(missing_ok=True)
    if missing():
        child = start(missing())
        _, said = child.communicate(timeout=LIMIT)
        check(child.returncode == 0, said)
    for encoder, target in targets.items():
        check(hash_file(target) == wanted[encoder], f"other bytes of {encoder}")
    names = {path.name for path in place.iterdir()} - {target.name for target in targets.values()}
    check(not names, f"left are {names}")
    return n_kills, n_kept


def try_damage(job, chance, wanted, root):
    """One segment is cut off, one has other bytes, one is nothing."""
    job.kill(chance, 9, least=3)
    for path, how in zip(sorted(job.folder.glob("[0-9]*.nut")), ("cut", "flip")):
        data = bytearray(path.read_bytes())
        if how == "cut":
            del data[chance.randrange(len(data)):]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
    (job.folder / f"000003-{'0' * 64}.nut").write_bytes(b"")
    good = sum(count_frames([path]) for path in job.folder.glob("[0-9]*.nut") if hash_file(path) == path.name[7:-4])
    job.run()
    job.check_end(wanted, good)


def try_no_plan(job, chance, wanted, root):
    """What is there is not used where nobody knows of what it is."""
    for text in (None, "nonsense", "[render]\nversion=0\n", ""):
        job.kill(chance, 9, least=2)
        path = job.folder / "render.ini"
        path.unlink()
        if text is not None:
            path.write_text(text)
        job.run()
        job.check_end(wanted, 0)


def try_touched_source(job, chance, wanted, root):
    clip = Path(job.command[-1])
    kept = clip.read_bytes()
    times = clip.stat()
    for how in ("touch", "same time", "middle"):
        job.kill(chance, 9, least=2)
        if how == "touch":
            os.utime(clip)
        elif how == "same time":
            # Written once more in the same second.
            os.utime(clip, ns=(times.st_atime_ns, times.st_mtime_ns // 10**9 * 10**9 + (times.st_mtime_ns + 1) % 10**9))
        else:
            data = bytearray(kept)
            data[-10:] = bytes(10)
            clip.write_bytes(data)
            os.utime(clip, ns=(times.st_atime_ns, times.st_mtime_ns))
        said = job.run()
        check("the source has changed" in said, f"{how}: {said}")
        if how == "middle":
            job.target.unlink()
        else:
            job.check_end(wanted, 0)
        clip.write_bytes(kept)
        os.utime(clip, ns=(times.st_atime_ns, times.st_mtime_ns))


def try_other_recipe(job, chance, wanted, root):
    for option in (["--blur", "7"], ["--quality", "31"], ["--end", "40"]):
        job.kill(chance, 9, least=2)
        said = job.run(*option)
        check("other settings were chosen" in said, f"{option}: {said}")
        check(hash_file(job.target) != wanted, f"{option} change nothing")
        job.target.unlink()
        job.kill(chance, 9, least=2)
        job.run(*option)
        job.target.unlink()


def try_fresh(job, chance, wanted, root):
    job.kill(chance, 9, least=2)
    job.run("--fresh")
    job.check_end(wanted, 0)


def try_two_at_once(job, chance, wanted, root):
    """Both become files, the second one under another name, which it says."""
    first = job.start()
    while first.poll() is None and not whole(job.folder):
        time.sleep(0.002)
    other = subprocess.run(job.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=LIMIT)
    check(first.wait(LIMIT) == 0, job.said.read_text())
    second = job.target.with_name(f"{job.target.stem} (2){job.target.suffix}")
    files = [path for path in (job.target, second) if path.exists()]
    # It comes too late where the first one has ended meanwhile.
    check(other.returncode == 1 and ("has appeared" if len(files) == 2 else "there already") in other.stderr, f"{files}: {other.stderr}")
    check(all(hash_file(path) == wanted for path in files), "other bytes")
    second.unlink(missing_ok=True)
    job.check_end(wanted)


def in_namespace(script, *arguments):
    """Runs a script that mounts what only it sees."""
    return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "bash", "-euc", script, "-", *map(str, arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=LIMIT)


def try_full_disk(job, chance, wanted, root):
    """The disk is full in the middle; with more room it goes on."""
    job.run()
    size = job.target.stat().st_size
    job.target.unlink()
    place = root / "small"
    place.mkdir(exist_ok=True)
    command = [*job.command[:-2], str(place / job.target.name), job.command[-1]]
    done = in_namespace('''
        place=$1 size=$2 folder=$3; shift 3
        mount -t tmpfs -o size=$size small "$place"
        code=0; "$@" 2>"$place.said" || code=$?
        kept=$(ls "$place/$folder" | grep -c '^[0-9]' || true)
        left=$(ls -A "$place" | grep -vFx "$folder" || true)
        again=0; "$@" 2>>"$place.said" || again=$?
        mount -o remount,size=$((size * 4)) "$place"
        "$@" 2>"$place.said2"
        sum=$(sha256sum <"$place/${@: -2:1}" 2>/dev/null || sha256sum <"${@: -2:1}")
        echo "$code $again $kept ${sum%% *} [$left] [$(ls -A "$place")]"
    ''', place, size * 5 // 4, f".{job.target.name}.blurbox", *command)
    check(done.returncode == 0, done.stderr)
    code, again, kept, digest, left, end = done.stdout.split(maxsplit=5)
    said = (root / "small.said").read_text()
    check(code == again == "1" and "make room" in said, f"ended with {code}, {again}: {said}")
    check(int(kept) > 0, f"no segment was kept: {said}")
    check(digest == wanted, "other bytes")
    check((left, end.strip()) == ("[]", f"[{job.target.name}]"), f"left are {left} and {end}")
    check("was done already" in (root / "small.said2").read_text(), (root / "small.said2").read_text())


def try_read_only(job, chance, wanted, root):
    """A folder that nobody may write to any more."""
    job.kill(chance, 9, least=2)
    kept = whole(job.folder)
    done = in_namespace('''
        place=$1; shift
        mount --bind "$place" "$place"; mount -o remount,bind,ro "$place"
        code=0; "$@" || code=$?; echo $code
    ''', job.target.parent, *[part for part in job.command if part not in ("--stats", str(job.stats))])
    check(done.stdout.split() == ["1"] and "choose another" in done.stderr, f"{done.stdout} {done.stderr}")
    check(whole(job.folder) == kept, "segments are lost")
    frames = count_frames(job.folder.glob("[0-9]*.nut"))
    job.run()
    job.check_end(wanted, frames)


def try_memory(program, clip, root, wanted):
    """Bytes do not depend on what memory holds that nobody has written, nor on load."""
    for encoder, digest in wanted.items():
        jobs = []
        for value in (1, 90, 170, 255):
            place = root / f"memory-{encoder}-{value}"
            place.mkdir()
            job = Job(program, clip, place / f"out.{ENCODERS[encoder][0]}", encoder, 2)
            jobs.append((value, job, job.start(MALLOC_PERTURB_=str(value))))
        for value, job, child in jobs:
            check(child.wait(LIMIT) == 0, job.said.read_text())
            check(hash_file(job.target) == digest, f"{encoder} makes other bytes with MALLOC_PERTURB_={value}")


def attempt(title, function, *arguments):
    try:
        result = function(*arguments)
        print(f"ok - {title}", flush=True)
        return result
    except (Fault, OSError, subprocess.SubprocessError, json.JSONDecodeError) as error:
        print(f"not ok - {title}: {error}", flush=True)
        return None


def main():
    program = str(Path(sys.argv[1]).resolve())
    n_wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance = random.Random(seed)
    n_kills = n_kept = n_files = n_faults = 0
    with tempfile.TemporaryDirectory(prefix="blurbox-kill-") as folder:
        root = Path(folder)
        clip = make_clip(root / "clip.mp4")
        wanted, seconds = {}, {}
        for encoder, (extension, *_) in ENCODERS.items():
            place = root / f"never-{encoder}"
            place.mkdir()
            job = Job(program, clip, place / f"out.{extension}", encoder, 1)
            begin = time.monotonic()
            job.run()
            seconds[encoder] = time.monotonic() - begin
            wanted[encoder] = hash_file(job.target)
            job.check_end(wanted[encoder], 0)
        print(f"seed {seed}; never killed: " + ", ".join(f"{encoder} {seconds[encoder]:.1f} s" for encoder in ENCODERS), flush=True)
        while n_kills < n_wanted:
            encoder, workers = list(ENCODERS)[n_files % 4], (1, 2, 4)[n_files // 4 % 3]
            place = root / f"kill-{n_files}"
            place.mkdir()
            job = Job(program, clip, place / f"out.{ENCODERS[encoder][0]}", encoder, workers)
            done = attempt(f"file {n_files}: {encoder}, {workers} workers", kill_and_go_on, job, chance, seconds[encoder], wanted[encoder])
            n_files += 1
            if done is None:
                n_faults += 1
                n_kills += 1
            else:
                n_kills += done[0]
                n_kept += done[1]
        print(f"{n_kills} kills, {n_files} files, {n_kept} segments kept before the last run, {n_faults} faults", flush=True)
        n_together = n_files = 0
        while n_together < n_wanted // 2:
            encoders = chance.sample(list(ENCODERS), chance.choice((2, 2, 3)))
            place = root / f"together-{n_files}"
            place.mkdir()
            done = attempt(f"together {n_files}: {', '.join(encoders)}, {1 + n_files % 2} workers", kill_together, program, clip, place, chance,
                           1 + n_files % 2, encoders, seconds, wanted)
            n_files += 1
            n_faults += done is None
            n_together += done[0] if done is not None else 1
        print(f"{n_together} kills of several outputs, {n_files} renders, {n_faults} faults", flush=True)
        cases = [value for name, value in globals().items() if name.startswith("try_") and value is not try_memory]
        for i, case in enumerate(cases):
            encoder = ("libx264", "libx265")[i % 2]
            place = root / case.__name__
            place.mkdir()
            job = Job(program, clip, place / f"out.{ENCODERS[encoder][0]}", encoder, (1, 2)[i // 2 % 2])
            before = attempt(f"{case.__name__[4:]}, {encoder}", lambda: (case(job, chance, wanted[encoder], root), True))
            n_faults += before is None
        n_faults += attempt("memory", lambda: (try_memory(program, clip, root, wanted), True)) is None
    sys.exit(n_faults > 0)


if __name__ == "__main__":
    main()
