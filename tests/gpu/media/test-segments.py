#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Videos that processes make segment by segment, in any order, and join: held against ffmpeg, ffprobe and mkvmerge.

At the size of the source nothing but its own frames is seen: those that ffmpeg decodes are those that must come out.
"""

import hashlib
import os
import random
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import MEDIA, RENDER, in_sync, probe, show
from tap import check, equal, ffmpeg, near, output

SIZE = "96x54"
EXACT = ["--size", SIZE, "--encoder", "ffv1"]
PICTURE = f"testsrc2=size={SIZE}:rate=10"
MANY = 24  # seconds; below 2.5 segments, so that it is two
SHIFT = 1000000  # seconds that times of a segment's file are later


def source(path, *arguments, picture=PICTURE, seconds=MANY):
    """A clip of numbered frames that all differ."""
    ffmpeg("-f", "lavfi", "-i", picture, *arguments, "-t", str(seconds), path)
    return path


AVC = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "35"]


def frames(path, *filters):
    """Hashes of the frames as ffmpeg decodes them."""
    lines = ffmpeg("-i", path, "-map", "0:v:0", *filters, "-fps_mode", "passthrough", "-f", "framemd5", "-").splitlines()
    return [line.split(b",")[-1].strip() for line in lines if not line.startswith(b"#")]


def times(path, stream="v:0"):
    """When packets are shown and decoded."""
    return show(path, stream, "packet=pts_time,dts_time")


def packets(path):
    """When frames are shown, and whether each is a key frame."""
    lines = output("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of",
                   "compact=p=0:nk=1", path).decode().split()
    return [(float(line.split("|")[0]), "K" in line.split("|")[1]) for line in lines]


def starts(plan):
    """When the first frames of segments are shown; numbers of the segments."""
    files = sorted(plan.glob("*.nut"))
    check(all(path.name[7:-4] == hashlib.sha256(path.read_bytes()).hexdigest() for path in files), f"names in {plan}")
    begins = {}
    for path in files:
        rows = packets(path)
        check(rows[0][1], f"{path} begins with no key frame")
        begins[int(path.name[:6])] = min(pts for pts, _ in rows) - SHIFT
    return begins


def call(*arguments):
    done = subprocess.run([RENDER, "--quiet", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, timeout=media.LIMIT)
    return done.returncode, done.stdout, done.stderr


def make(clip, target, *arguments, seed=1):
    """Makes a target of segments, one process each, in random order, two at once; where they begin."""
    plan = target.parent / f"{target.name}.plan"
    n_segments = int(output(RENDER, "--quiet", "--overwrite", *arguments, "--plan", plan, "-o", target, "--", clip))
    order = list(range(n_segments))
    random.Random(seed).shuffle(order)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda index: output(RENDER, "--quiet", "--segment", index, plan), order))
    begins = starts(plan)
    check(len(begins) >= min(2, n_segments), f"{clip} is {begins}")
    output(RENDER, "--quiet", "--join", plan)
    check(not plan.exists(), f"{plan} stays")
    return begins


def boxes(data, begin, end):
    """Boxes of an ISO file; each must end where the next one begins."""
    while begin < end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, begin + 8)[0], 16
        check(head <= size <= end - begin, f"a box {kind} of {size} bytes in {end - begin}")
        yield kind, begin + head, begin + size
        begin += size


def check_boxes(path):
    """Tables of an ISO file agree with each other, and samples lie within its data, not over each other."""
    data = path.read_bytes()
    top = list(boxes(data, 0, len(data)))
    media_data = [(begin, end) for kind, begin, end in top if kind == b"mdat"]
    samples = []
    (_, begin, end), = [box for box in top if box[0] == b"moov"]
    for kind, first, last in boxes(data, begin, end):
        if kind != b"trak":
            continue
        tables, left = {}, [(first, last)]
        while left:
            for name, a, b in boxes(data, *left.pop()):
                tables[name] = a
                if name in (b"mdia", b"minf", b"stbl"):
                    left.append((a, b))
        unpack = lambda name, at, form: struct.unpack_from(">" + form, data, tables[name] + at)
        table = lambda name, width: [unpack(name, 8 + 4 * width * i, "I" * width) for i in range(unpack(name, 4, "I")[0])]
        size, n_samples = unpack(b"stsz", 4, "II")
        equal(sum(count for count, _ in table(b"stts", 2)), n_samples, f"times in {path}")
        if b"ctts" in tables:
            equal(sum(count for count, _ in table(b"ctts", 2)), n_samples, f"offsets in {path}")
        if b"stss" in tables:
            keys = [key for key, in table(b"stss", 1)]
            check(keys == sorted(set(keys)) and keys[0] == 1 and keys[-1] <= n_samples, f"key frames in {path}")
        length = sum(count * delta for count, delta in table(b"stts", 2))
        version = data[tables[b"mdhd"]]
        equal(unpack(b"mdhd", 24 if version else 16, "Q" if version else "I")[0], length, f"duration in {path}")
        sizes = [size or unpack(b"stsz", 12 + 4 * i, "I")[0] for i in range(n_samples)]
        chunks = [at for at, in table(b"stco", 1)] if b"stco" in tables else [
            unpack(b"co64", 8 + 8 * i, "Q")[0] for i in range(unpack(b"co64", 4, "I")[0])]
        runs = [*table(b"stsc", 3), (len(chunks) + 1, 0, 0)]
        counts = [count for (from_, count, _), (until, _, _) in zip(runs, runs[1:]) for _ in range(from_, until)]
        equal((len(counts), sum(counts)), (len(chunks), n_samples), f"chunks in {path}")
        sizes = iter(sizes)
        samples += [(at, at + sum(next(sizes) for _ in range(count))) for at, count in zip(chunks, counts)]
    samples.sort()
    check(all(a[1] <= b[0] for a, b in zip(samples, samples[1:])), f"samples over each other in {path}")
    check(all(any(begin <= a and b <= end for begin, end in media_data) for a, b in samples), f"samples elsewhere in {path}")


def check_file(path, step=None, most=0.0011):
    """Nobody finds anything wrong in a file; its frames come one after the other, @step seconds each."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "warning", "-y", "-i", path, "-map", "0:v", "-map", "0:a?", "-fps_mode", "passthrough",
                           "-enc_time_base:v", "demux", "-f", "null", "-",
                           "-map", "0", "-map", "-0:d?", "-c", "copy", path.with_name(f"again{path.suffix}")], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    equal((done.returncode, done.stderr + done.stdout), (0, ""), f"ffmpeg of {path}")
    done = subprocess.run(["mkvmerge", "-q", "-o", path.with_name("merged.mkv"), path], capture_output=True, text=True, check=False)
    equal((done.returncode, done.stdout), (0, ""), f"mkvmerge of {path}")
    if path.suffix in (".mp4", ".mov"):
        check_boxes(path)
    rows = times(path)
    # Matroska does not say when frames are decoded; ffprobe guesses.
    known = [row for row in rows if row[1] == row[1]]
    check(path.suffix in (".mkv", ".webm") or known == rows, f"decoding times of {path}")
    check(all(dts <= pts for pts, dts in known), f"a frame of {path} is shown before it is decoded")
    check(all(a < b for (_, a), (_, b) in zip(known, known[1:])), f"decoding times of {path} do not rise")
    shown = sorted(pts for pts, _ in rows)
    check(all(a < b for a, b in zip(shown, shown[1:])), f"two frames of {path} have one time")
    if step is not None:
        for a, b in zip(shown, shown[1:]):
            near(b - a, step, most, f"{path} after {a}")
    return shown


def check_exact(clip, target, *arguments, filters=(), seed=1):
    """Frames and times are those that ffmpeg finds in the source, and one process makes the same bytes; where segments begin."""
    begins = make(clip, target, *EXACT, *arguments, seed=seed)
    whole = target.with_name("whole.mkv")
    media.render(clip, whole, "--workers", "1", *EXACT, *arguments)
    equal(hashlib.sha256(target.read_bytes()).hexdigest(), hashlib.sha256(whole.read_bytes()).hexdigest(), f"bytes of {target}")
    wanted = frames(clip, *filters)
    got = frames(target)
    equal(len(got), len(wanted), f"frames of {clip}")
    equal([i for i, (a, b) in enumerate(zip(got, wanted)) if a != b], [], f"other frames of {clip} ({begins})")
    return begins


def check_times(clip, target, most=0.0011):
    """Frames are shown as long after the first one as in the source."""
    before, after = media.frame_times(clip), check_file(target)
    equal(len(after), len(before), f"frames of {clip}")
    for a, b in zip(before, after):
        near(b - after[0], a - before[0], most, f"{target} at {a}")


def test_containers(folder):
    """Sound, lines and chapters go over the seams, in every container and by every encoder."""
    (folder / "lines.srt").write_text("1\n00:00:11,000 --> 00:00:14,500\nOver the seam\n\n2\n00:00:14,500 --> 00:00:16,000\nTwo\n")
    (folder / "chapters").write_text(";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={a}\nEND={b}\ntitle={a}\n" for a, b in ((0, 8), (8, 17), (17, 24))))
    clip = source(folder / "in.mkv", "-f", "lavfi", "-i", "sine=sample_rate=48000", "-i", folder / "lines.srt", "-i",
                  folder / "chapters", "-map", "0", "-map", "1", "-map", "2", "-map_chapters", "3", *AVC, "-c:a", "aac", "-c:s", "srt")
    sound = ffmpeg("-i", clip, "-map", "0:a", "-c", "copy", "-f", "data", "-")
    wanted = show(clip, "s:0", "packet=pts_time,duration_time")
    for name, *arguments in (("x264.mp4", "--encoder", "libx264", "--preset", "veryfast"), ("x264.mov", "--encoder", "libx264"),
                             ("x265.mkv", "--encoder", "libx265", "--preset", "ultrafast"),
                             ("av1.webm", "--encoder", "libsvtav1", "--preset", "12")):
        target = folder / name
        begins = make(clip, target, "--size", "96x64", *arguments)
        equal(sorted(begins), [0, 1], name)
        near(begins[1], MANY / 2, 3, name)
        shown = check_file(target, 0.1)
        equal(len(shown), 10 * MANY, name)
        near(media.length(target), media.length(clip), 0.05, name)
        keys = [pts for pts, is_key in packets(target) if is_key]
        check(any(abs(key - begins[1]) < 0.0011 for key in keys), f"{name}: {keys}, no key at {begins[1]}")
        if name != "av1.webm":
            equal(ffmpeg("-i", target, "-map", "0:a", "-c", "copy", "-f", "data", "-"), sound, f"sound of {name}")
        lines = show(target, "s:0", "packet=pts_time,duration_time")
        for begin, length in wanted:
            check(any(abs(a - shown[0] - begin) + abs(b - length) < 0.005 for a, b in lines), f"lines of {name}: {lines}")
        chapters = probe(target, "-show_chapters")["chapters"]
        equal([round(float(chapter["start_time"])) for chapter in chapters], [0, 8, 17], name)
        # A tone is what follows from the two samples before; encoders add some noise.
        tone = numpy.frombuffer(ffmpeg("-i", target, "-map", "0:a", "-ar", "48000", "-ac", "1", "-f", "f32le", "-"), "<f4")
        tone = tone[4800:-9600]
        error = tone[2:] - 2 * numpy.cos(2 * numpy.pi * 440 / 48000) * tone[1:-1] + tone[:-2]
        near(numpy.abs(error).max(), 0, 0.01, f"a click in {name}")


def test_sound_beside_seams(folder):
    """Flashes and beeps stay together; sound begins later than the picture, or before it."""
    film = media.film(folder / "film.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", seconds=21)
    for offset, mode in ((0.7, "copy"), (-0.4, "encode")):
        clip, target = folder / f"in-{mode}.mkv", folder / f"out-{mode}.mkv"
        ffmpeg("-i", film, "-itsoffset", str(offset), "-i", film, "-map", "0:v", "-map", "1:a", "-c", "copy", clip)
        make(clip, target, "--size", "36x64", "--preset", "ultrafast", "--encoder", "libx264", "--audio", mode)
        check_file(target, 0.04)
        seen, heard = media.flashes(target), media.beeps(target)
        equal(len(seen), 21, f"flashes of {target.name}")
        check(20 <= len(heard) <= 21, f"beeps of {target.name}: {heard}")
        for time in heard[-20:]:
            near((time - offset - seen[0] + 0.5) % 1 - 0.5, 0, 0.03, f"{target.name} at {time}")


def test_open_groups_of_pictures(folder):
    """A seam within a group whose first pictures refer to the one before."""
    for name, codec in (("a.mkv", [*AVC, "-x264-params", "open-gop=1:bframes=3:b-adapt=0:b-pyramid=0"]),
                        ("c.ts", ["-c:v", "mpeg2video", "-bf", "2", "-g", "13", "-q:v", "3"]),
                        ("d.mkv", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                                   "open-gop=1:keyint=37:bframes=3:log-level=none"])):
        picture = PICTURE if name != "c.ts" else PICTURE.replace("rate=10", "rate=25")
        clip = source(folder / name, *codec, picture=picture)
        target = folder / f"{name}.out.mkv"
        check_exact(clip, target)
        check_times(clip, target)


def test_variable_rate(folder):
    """A phone's clip: frames come as they like."""
    clip = source(folder / "in.mp4", "-vf", "settb=1/90000,setpts='PTS+random(1)*0.07/TB'", "-fps_mode", "vfr", *AVC)
    target = folder / "out.mkv"
    check_exact(clip, target)
    check_times(clip, target)
    shown = sorted(pts for pts, _ in times(target))
    check(len({round(b - a, 2) for a, b in zip(shown, shown[1:])}) > 5, "the clip is not variable")


def test_interlaced(folder):
    """Deinterlacing looks at frames beyond a seam."""
    picture = "testsrc2=size=96x64:rate=20,interlace=lowpass=off"
    for name, codec in (("a.mkv", [*AVC, "-flags", "+ilme+ildct", "-x264-params", "tff=1"]),
                        ("b.ts", ["-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-g", "12", "-bf", "2", "-q:v", "3"])):
        clip = source(folder / name, *codec, picture=picture if name == "a.mkv" else picture.replace("20", "50"))
        check_exact(clip, folder / f"{name}.out.mkv", "--size", "96x64", filters=["-vf", "bwdif=mode=send_frame:deint=interlaced"])


def test_edit_list(folder):
    """The film begins behind the first frames of its file."""
    whole = source(folder / "whole.mp4", *AVC, seconds=28)
    clip = folder / "in.mp4"
    ffmpeg("-ss", "1.3", "-i", whole, "-c", "copy", clip)
    check(b"elst" in clip.read_bytes(), "no edit list")
    target = folder / "out.mkv"
    check_exact(clip, target)
    check_file(target, 0.1)


def test_clock_that_jumps(folder):
    """Broadcasts whose clock jumps, forth and back."""
    for name, rate, codec in (("a.ts", 25, ["-c:v", "mpeg2video", "-g", "12", "-q:v", "3"]), ("b.ts", 10, [*AVC, "-bf", "2"])):
        parts = [source(folder / f"{i}{name}", *codec, "-output_ts_offset", offset, picture=PICTURE.replace("10", str(rate)), seconds=9)
                 for i, offset in enumerate(("0", "500", "100"))]
        clip = folder / name
        clip.write_bytes(b"".join(part.read_bytes() for part in parts))
        target = folder / f"{name}.mkv"
        begins = make(clip, target, *EXACT)
        wanted = sum((frames(part) for part in parts), [])
        equal(frames(target), wanted, f"frames of {clip} ({begins})")
        check_file(target, 1 / rate)


def with_duration(path, seconds):
    """A Matroska file that says it is so long."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88")
    struct.pack_into(">d", data, at + 3, seconds * 1000)
    other = path.with_name(f"says-{seconds}.mkv")
    other.write_bytes(data)
    return other


def test_wrong_duration(folder):
    """A file that is longer or shorter than it says, says nothing, or has no index."""
    film = source(folder / "film.mkv", *AVC)
    live = folder / "live.mkv"
    live.write_bytes(output("ffmpeg", "-v", "error", "-i", film, "-c", "copy", "-f", "matroska", "pipe:1"))
    raw = folder / "raw.h264"
    ffmpeg("-i", film, "-c", "copy", "-f", "h264", raw)
    video = folder / "film.flv"
    ffmpeg("-i", film, "-c", "copy", "-flvflags", "no_duration_filesize", video)
    for clip in (with_duration(film, 12), with_duration(film, 60), live, raw, video):
        target = folder / f"{clip.name}.out.mkv"
        whole = folder / "whole.mkv"
        media.run(clip, whole, *EXACT)
        equal(frames(whole), frames(clip), f"frames of {clip}")
        plan = folder / "plan"
        output(RENDER, "--quiet", *EXACT, "--plan", plan, "-o", target, "--", clip)
        # Whoever joins is told what is missing until all is there.
        for _ in range(3):
            code, said, complaint = call("--join", plan)
            if code != 66:
                break
            for index in reversed(said.split()):
                output(RENDER, "--quiet", "--segment", index, plan)
        check(code in (0, 1) and target.exists(), f"{clip}: {code} {said} {complaint}")
        equal(target.read_bytes() == whole.read_bytes(), True, f"bytes of {clip}")


def test_long_frames(folder):
    """Frames that are shown longer than a segment."""
    clip = source(folder / "in.mkv", *AVC, picture=f"testsrc2=size={SIZE}:rate=1/23", seconds=92)
    target = folder / "out.mkv"
    check_exact(clip, target)
    check_times(clip, target)
    # Frames that are decoded before others, more than a segment has.
    target = folder / "out.mp4"
    make(clip, target, "--size", "96x64", "--encoder", "libx264", "--preset", "veryfast")
    check_times(clip, target)
    near(media.length(target), 92, 0.01, "length")


def shots(folder, name, cuts, seconds, extra=""):
    """Noise that jumps at cuts."""
    shade = "+".join(f"gte(T,{cut})" for cut in cuts) or "0"
    return source(folder / name, "-c:v", "ffv1", picture=f"nullsrc=size={SIZE}:rate=10,format=yuv420p,"
                  f"geq=lum='if(mod({shade},2),200,60)+mod(X*7+Y*13+N*5,17){extra}':cb=128:cr=128", seconds=seconds)


def planned(clip, folder):
    """Where segments of a clip begin."""
    return [round(begin, 3) for _, begin in sorted(make(clip, folder / f"{clip.stem}.out.mkv", *EXACT).items())]


def test_cuts(folder):
    """Segments begin at cuts that are near, else evenly, and are 4 to 15 s long."""
    equal(planned(shots(folder, "none.mkv", [], 14.9), folder), [0.0], "one segment")
    begins = planned(shots(folder, "cuts.mkv", [3, 8.2, 11.7, 19.5, 24], 30), folder)
    equal(begins, [0.0, 8.2, 19.5], "cuts")
    begins = planned(shots(folder, "far.mkv", [5, 13.9, 26], 30), folder)
    check(len(begins) == 3 and all(4 <= b - a <= 15 for a, b in zip(begins, begins[1:] + [30.0])), f"no cuts: {begins}")
    check(5 not in begins and 13.9 not in begins and 26 not in begins, f"cuts too far: {begins}")


def test_no_cuts(folder):
    """Neither a flash of one frame nor a fast move is a cut."""
    still = planned(shots(folder, "still.mkv", [], MANY), folder)
    equal(planned(shots(folder, "flash.mkv", [], MANY, "+if(eq(N,115),120,0)"), folder), still, "a flash")
    clip = source(folder / "move.mkv", "-c:v", "ffv1", picture=f"testsrc2=size=1000x54:rate=10,crop=96:54:'abs(mod(n*17,1800)-900)':0")
    equal(planned(clip, folder), still, "a move")


def test_damage(folder):
    """Damaged packets are skipped, by whoever reads them, and groups of pictures that are whole come out whole."""
    for name, codec, group in (("in.ts", ["-c:v", "mpeg2video", "-g", "12", "-q:v", "3"], 12), ("in.mkv", AVC, 35)):
        clip = source(folder / name, *codec, picture=PICTURE if name == "in.mkv" else PICTURE.replace("10", "25"))
        good = frames(clip)
        data = bytearray(clip.read_bytes())
        chance = random.Random(5)
        for i in range(1, 6):
            at = len(data) * i // 6
            data[at:at + 100] = chance.randbytes(100)
        clip.write_bytes(data)
        target, whole = folder / f"{name}.out.mkv", folder / f"{name}.whole.mkv"
        begins = make(clip, target, *EXACT)
        media.render(clip, whole, "--workers", "1", *EXACT)
        check_file(target)
        equal(times(target), times(whole), f"times of {clip} ({begins})")
        # How decoders fill gaps differs each time that they do it on several threads.
        seen = set(frames(clip)) & set(frames(whole))
        groups = [good[i:i + group] for i in range(0, len(good), group)]
        groups = [frames for frames in groups if seen.issuperset(frames)]
        check(len(groups) >= 2, f"{len(groups)} whole groups in {clip}")
        missing = set(sum(groups, [])) - set(frames(target))
        equal([good.index(frame) for frame in missing], [], f"frames lost of {clip} ({begins})")


def test_trim(folder):
    """A trim begins and ends in the middle of everything."""
    clip = source(folder / "in.mp4", "-f", "lavfi", "-i", "sine=sample_rate=48000", *AVC, "-c:a", "aac", seconds=40)
    target = folder / "out.mkv"
    check_exact(clip, target, "--start", "6.3", "--end", "30.1", filters=["-vf", "trim=6.3:30.1"])
    shown = check_file(target, 0.1)
    equal(len(shown), 238, "frames")
    near(media.length(target), 23.8, 0.03, "length")


def go_on(clip, target, kills, *arguments):
    """Makes a target that is killed on the way, as soon as there is one segment, then two, and so on."""
    target.parent.mkdir()
    work = target.with_name(f".{target.name}.blurbox")
    command = [RENDER, "--quiet", *map(str, arguments), "-o", target, "--", clip]
    output(*command)
    wanted = hashlib.sha256(target.read_bytes()).hexdigest()
    target.unlink()
    kept = {}
    for n in range(1, kills + 1):
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        while len(list(work.glob("[0-9]*.nut"))) < n:
            try:
                child.wait(0.002)
                break
            except subprocess.TimeoutExpired:
                pass
        child.kill()
        if child.wait() == 0 or target.exists():  # it was quicker
            target.unlink(missing_ok=True)
            kept = {}
            continue
        now = {path.name: path.stat().st_ino for path in work.glob("[0-9]*.nut")}
        check(kept.items() <= now.items(), f"{kept.keys()} were there, and {now.keys()} are")
        kept = now
    # A plan and files that were killed in the middle.
    work.mkdir(exist_ok=True)
    (work / "render.ini.Ab12Cd").write_text("[rend")
    (work / ".000001.nut.0123456701234567.part").write_text("")
    if kept:
        name = work / min(kept)
        data = bytearray(name.read_bytes())
        data[len(data) // 2] ^= 1
        name.write_bytes(data)
    output(*command)
    equal(hashlib.sha256(target.read_bytes()).hexdigest(), wanted, f"bytes of {target}")
    equal([path.name for path in target.parent.iterdir()], [target.name], "files that are left")


def test_killed(folder):
    """What was killed goes on, and is to the byte what it would have been; nothing stays."""
    clip = source(folder / "in.mp4", "-f", "lavfi", "-i", "sine=sample_rate=48000", *AVC, "-c:a", "aac", seconds=45)
    go_on(clip, folder / "a" / "out.mp4", 3, "--size", "96x64", "--encoder", "libx264", "--preset", "veryfast", "--workers", 1)
    go_on(clip, folder / "b" / "out.mkv", 2, *EXACT, "--workers", 2)


def test_changed_source(folder):
    """A source that was written once more in the same second is another one."""
    clip = source(folder / "in.mkv", *AVC, seconds=1)
    second = clip.stat().st_mtime_ns // 10**9 * 10**9
    os.utime(clip, ns=(second, second + 5000))
    plan = folder / "plan"
    output(RENDER, "--quiet", *EXACT, "--plan", plan, "-o", folder / "out.mkv", clip)
    output(RENDER, "--quiet", "--segment", 0, plan)
    os.utime(clip, ns=(second, second + 6000))
    for action in (("--segment", 0), ("--join",)):
        code, _, said = call(*action, plan)
        equal((code, "the source has changed" in said), (65, True), f"{action}: {said}")
    os.utime(clip, ns=(second, second + 5000))
    output(RENDER, "--quiet", "--join", plan)


def test_changed_pictures(folder):
    """Segments that were made with another logo or another background are not gone on with."""
    clip = source(folder / "in.mkv", *AVC, seconds=1)
    names = {"logo": folder / "logo.png", "the background's picture": folder / "behind.png"}
    for path in names.values():
        ffmpeg("-f", "lavfi", "-i", "testsrc=size=32x32", "-frames:v", "1", path)
    plan = folder / "plan"
    output(RENDER, "--quiet", "--encoder", "ffv1", "--size", "64x96", "--logo", names["logo"], "--picture",
           names["the background's picture"], "--plan", plan, "-o", folder / "out.mkv", clip)
    output(RENDER, "--quiet", "--segment", 0, plan)
    for name, path in names.items():
        was = path.read_bytes()
        ffmpeg("-y", "-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1", path)
        for action in (("--segment", 0), ("--join",)):
            code, _, said = call(*action, plan)
            equal((code, f"{name} has changed" in said), (65, True), f"{action}: {said}")
        path.unlink()
        code, _, said = call("--segment", 0, plan)
        equal((code != 0, f"Cannot read “{path}”" in said), (True, True), said)
        path.write_bytes(was)
    output(RENDER, "--quiet", "--join", plan)


def test_idle_workers(folder):
    """Workers that have nothing to do any more sleep, while long sound is encoded."""
    clip = source(folder / "in.mp4", "-f", "lavfi", "-i", "sine=sample_rate=48000", *AVC, "-c:a", "aac")
    child = subprocess.Popen([RENDER, "--quiet", *EXACT, "--audio", "encode", "--workers", "4", "-o", folder / "out.mkv", clip],
                             stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    equal(child.returncode, 0, "exit status")
    switches = usage.ru_nvcsw + usage.ru_nivcsw
    check(switches < 20000, f"threads have woken {switches} times")


def test_phone(folder):
    """A real clip of a variable rate, made longer than a segment."""
    if not MEDIA.is_dir():
        raise tap.Skip("no shared clips here")
    clip = folder / "phone.mp4"
    ffmpeg("-stream_loop", "60", "-i", MEDIA / "sample_12_5fps_720p_1s.mp4", "-t", "18", "-an", "-vf", f"scale={SIZE.replace('x', ':')}",
           "-fps_mode", "passthrough", *AVC, clip)
    check_exact(clip, folder / "out.mkv")
    check_times(clip, folder / "out.mkv")


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
