#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of tracks: flashes and beeps, lines and packets of finished files, as ffmpeg decodes them."""

import re
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import BEEP, FLASH, beeps, film, flashes, in_sync, length, show
from tap import check, equal, ffmpeg, near


def render(source, target, *arguments):
    """What is said beside a file that is made."""
    return media.render(source, target, "--device", "cpu", "--size", "36x64", "--preset", "ultrafast", *arguments)


MPEG = ["-c:v", "mpeg2video", "-c:a", "mp2"]
AVC = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]


def test_clock_that_jumps_back(folder):
    for name, codecs, header in (("a.ts", MPEG, 0), ("x.ts", AVC, 0), ("a.vob", MPEG, 0), ("a.flv", AVC, 13)):
        once = film(folder / name, *codecs, seconds=2).read_bytes()
        twice = folder / f"twice-{name}"
        twice.write_bytes(once + once[header:] + once[header:])
        for mode in ("copy", "encode") if name == "a.ts" else ("copy",):
            said = render(twice, folder / "out.mkv", "--audio", mode)
            check("jumps 2 times, first at 2.0 s" in said, said)
            in_sync(folder / "out.mkv", 6)


def appended(folder, *parts):
    """Transport streams of 3 s, one behind the other, each of codecs and options of the muxer."""
    whole = folder / "whole.ts"
    with whole.open("wb") as out:
        for codecs, options in parts:
            out.write(film(folder / "part.ts", *codecs, *options).read_bytes())
    return whole


def at_whole_seconds(path, first, n):
    """Flashes and beeps, one each second from the one that is shown at @first, and none is lost or moved."""
    for i, time in enumerate(in_sync(path, n)):
        near(time, first + i, 0.13, path.name)


OTHER = ["-mpegts_start_pid", "0x200", "-mpegts_service_id", "7"]
LARGE = [*MPEG, "-b:v", "13M", "-minrate", "13M", "-maxrate", "13M", "-bufsize", "4M"]


def test_other_streams_take_over(folder):
    for parts, mode, anew in (([(AVC, []), (AVC, OTHER)], "copy", False),
                              ([(AVC, []), (AVC, OTHER)], "encode", False),
                              # The clock goes on.
                              ([(AVC, []), (AVC, [*OTHER, "-output_ts_offset", "3"])], "copy", False),
                              # Other codecs and another size.
                              ([(AVC, []), (MPEG, ["-s", "160x180", *OTHER])], "copy", True)):
        source = appended(folder, *parts)
        said = render(source, folder / "out.mkv", "--audio", mode)
        equal(said.count("take over 1 time, at 3.0 s"), 1, said)
        equal(said.count("encoded anew"), int(anew), said)
        check("jumps" not in said and "left out" not in said, said)
        at_whole_seconds(folder / "out.mkv", 0, 6)
        said = render(source, folder / "out.mkv", "--audio", mode, "--start", 3.5, "--end", 5.5)
        check("take over" not in said, said)
        at_whole_seconds(folder / "out.mkv", 0.5, 2)


def test_other_streams_take_over_in_a_large_file(folder):
    """One that is not read whole without a reason."""
    source = appended(folder, (LARGE, []), (LARGE, OTHER))
    check(source.stat().st_size > 8 << 20, "not large")
    said = render(source, folder / "out.mkv", "--start", 1.5)
    equal(said.count("take over 1 time, at 1.5 s"), 1, said)
    at_whole_seconds(folder / "out.mkv", 0.5, 4)


def test_streams_take_turns(folder):
    source = appended(folder, (AVC, []), (AVC, OTHER), (AVC, []))
    said = render(source, folder / "out.mp4")
    check("take over 2 times, first at 3.0 s" in said, said)
    at_whole_seconds(folder / "out.mp4", 0, 9)
    render(source, folder / "out.mp4", "--start", 6.5)
    at_whole_seconds(folder / "out.mp4", 0.5, 2)


def test_other_sound_in_a_program_stream(folder):
    data = b"".join(film(folder / "part.vob", "-c:v", "mpeg2video", "-c:a", codec).read_bytes() for codec in ("mp2", "ac3"))
    (folder / "whole.vob").write_bytes(data)
    said = render(folder / "whole.vob", folder / "out.mkv")
    check("encoded anew" in said and "left out" not in said, said)
    at_whole_seconds(folder / "out.mkv", 0, 6)


def test_languages_follow_each_other(folder):
    tone = ["-f", "lavfi", "-i", "sine"]
    with (folder / "whole.ts").open("wb") as whole:
        for sounds, languages, options in (((BEEP, tone), ("eng", "ger"), []), ((tone, BEEP), ("ger", "eng"), OTHER)):
            ffmpeg(*FLASH, *sounds[0], *sounds[1], "-map", "0", "-map", "1", "-map", "2", "-metadata:s:1", f"language={languages[0]}",
                   "-metadata:s:2", f"language={languages[1]}", "-t", "3", *AVC, *options, folder / "part.ts")
            whole.write((folder / "part.ts").read_bytes())
    render(folder / "whole.ts", folder / "out.mkv")
    equal([stream["tags"]["language"] for stream in media.streams(folder / "out.mkv", "audio")], ["eng", "ger"])
    at_whole_seconds(folder / "out.mkv", 0, 6)


def test_only_the_sound_has_another_number(folder):
    source = appended(folder, (AVC, []), (AVC, ["-streamid", "1:0x300", "-output_ts_offset", "3"]))
    said = render(source, folder / "out.mkv")
    check("left out" not in said, said)
    at_whole_seconds(folder / "out.mkv", 0, 6)


def test_pictures_beside_each_other(folder):
    """Two cameras: one of them is reframed to its end, though the other one goes on."""
    ffmpeg("-t", "3", *FLASH, "-t", "5", "-f", "lavfi", "-i", "color=white:s=32x18:r=25", "-t", "5", *BEEP, "-map", "0", "-map", "1",
           "-map", "2", *AVC, folder / "two.ts")
    said = render(folder / "two.ts", folder / "out.mkv")
    check("A further video" in said and "take over" not in said, said)
    equal(len(flashes(folder / "out.mkv")), 3)


def test_sound_of_other_programs(folder):
    """That of another program begins where the picture's own ends; it is none of its."""
    ffmpeg("-t", "6", *FLASH, "-t", "3", *BEEP, "-f", "lavfi", "-i", "color=white:s=32x18:r=25:d=6", "-itsoffset", "3", "-t", "3", *BEEP,
           "-map", "0", "-map", "1", "-map", "2", "-map", "3", *AVC, "-program", "title=one:st=0:st=1", "-program",
           "title=two:st=2:st=3", folder / "two.ts")
    render(folder / "two.ts", folder / "out.mkv")
    equal((len(flashes(folder / "out.mkv")), len(beeps(folder / "out.mkv"))), (6, 3))


def test_trim_where_the_clock_jumps_back(folder):
    for name, codecs, header in (("a.ts", AVC, 0), ("a.vob", MPEG, 0), ("a.flv", AVC, 13)):
        once = film(folder / name, *codecs).read_bytes()
        twice = folder / f"twice-{name}"
        twice.write_bytes(once + once[header:])
        for start, n in ((1.5, 4), (4.5, 1)):
            render(twice, folder / "out.mkv", "--start", start)
            at_whole_seconds(folder / "out.mkv", 0.5, n)


def test_tracks_that_appear_while_reading(folder):
    one = film(folder / "a.ts", *MPEG, "-b:v", "20M", "-minrate", "20M", "-maxrate", "20M", "-bufsize", "4M", seconds=4)
    ffmpeg("-i", one, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-t", "1.9", "-c", "copy", folder / "b.ts")
    source = folder / "c.ts"
    source.write_bytes(one.read_bytes() + (folder / "b.ts").read_bytes() + one.read_bytes())
    for mode in ("copy", "encode", "none"):
        said = render(source, folder / "out.mp4", "--audio", mode)
        equal(said.count("appears later"), 0 if mode == "none" else 1, said)
    render(source, folder / "out.mkv")
    in_sync(folder / "out.mkv", 10)


def test_packets_that_are_closer_than_ticks(folder):
    source = film(folder / "in.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "truehd", "-strict", "-2")
    render(source, folder / "out.mkv")
    before, after = (show(path, "a:0", "packet=pts_time") for path in (source, folder / "out.mkv"))
    equal(len(after), len(before))
    for a, b in zip(after, before):
        near(a[0], b[0], 0.0015)


def test_trim_cuts_the_last_frame(folder):
    source = folder / "in.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=1/10:d=60", "-c:v", "libx264", source)
    # With frames that are reordered.
    render(source, folder / "out.mkv")
    equal([round(row[0]) for row in show(folder / "out.mkv", "v:0", "packet=pts_time")], [0, 10, 20, 30, 40, 50])
    for name in ("out.mkv", "out.mp4", "out.mov"):
        render(source, folder / name, "--start", 15, "--end", 25)
        near(length(folder / name), 10, 0.1, name)
        times = sorted(row[0] for row in show(folder / name, "v:0", "packet=pts_time"))
        near(times[1] - times[0], 5, 0.1, name)


def test_trim_is_rounded_once(folder):
    source = film(folder / "in.avi", "-c:v", "mpeg4", "-c:a", "libmp3lame", seconds=4)
    reference = [b - a for a, b in zip(flashes(source), beeps(source))]
    for start, mode in (("1.55", "copy"), ("1.53", "encode"), ("2.07", "copy"), ("1.99", "encode")):
        target = folder / "out.mkv"
        render(source, target, "--audio", mode, "--start", start)
        seen, heard = flashes(target), beeps(target)
        pairs = [(a, min(heard, key=lambda b: abs(b - a))) for a in seen if a > 0.1]
        check(pairs, "nothing seen")
        for a, b in pairs:
            near(b - a, numpy.mean(reference), 0.03, f"{start} {mode}")


SUBTITLES = """1
00:00:00,500 --> 00:00:04,500
Long

2
00:00:01,000 --> 00:00:02,500
Over

3
00:00:02,000 --> 00:00:03,000
Lap

4
00:00:05,000 --> 00:00:07,000
Last
"""


def lines(path):
    """Begin, end and text of each line."""
    text = ffmpeg("-i", path, "-map", "0:s:0", "-c:s", "srt", "-f", "srt", "-").decode()
    found = []
    for block in text.replace("\r", "").strip().split("\n\n"):
        if "-->" not in block:
            continue
        _, times, *words = block.split("\n")
        begin, end = (sum(float(part) * 60 ** (2 - i) for i, part in enumerate(time.replace(",", ".").split(":")))
                      for time in times.split(" --> "))
        found.append((begin, end, re.sub(r"{[^}]*}", "", " ".join(words))))
    return found


def subtitled(folder):
    (folder / "lines.srt").write_text(SUBTITLES)
    ffmpeg(*FLASH, *BEEP, "-i", folder / "lines.srt", "-map", "0", "-map", "1",
           "-map", "2", "-t", "8", *AVC[:4], "-c:a", "flac", "-c:s", "srt", folder / "in.mkv")
    return folder / "in.mkv"


def test_lines_that_overlap(folder):
    source = subtitled(folder)
    for name in ("out.mkv", "out.mp4", "out.mov"):
        render(source, folder / name)
        got = lines(folder / name)
        for begin, word in ((0.5, "Long"), (1, "Over"), (2, "Lap"), (5, "Last")):
            near(min(line[0] for line in got if word in line[2]), begin, 0.011, f"{name}: {word} in {got}")
        # Each is shown as long as it should be, together with others where a sample is all that is shown.
        for end, length, word in ((4.5, 4, "Long"), (2.5, 1.5, "Over"), (3, 1, "Lap"), (7, 2, "Last")):
            shown = [line for line in got if word in line[2]]
            near(max(line[1] for line in shown), end, 0.011, f"{name}: {word} in {got}")
            near(sum(line[1] - line[0] for line in shown), length, 0.011, f"{name}: {word} in {got}")


def test_lines_are_trimmed(folder):
    source = subtitled(folder)
    for name in ("out.mkv", "out.mp4", "out.mov"):
        render(source, folder / name, "--start", 1.2, "--end", 6)
        first = show(folder / name, "v:0", "packet=pts_time")[0][0]
        near(first, 0, 0.1, name)
        got = [(begin - first, end - first, word) for begin, end, word in lines(folder / name)]
        for word, begin in (("Long", 0), ("Over", 0), ("Lap", 0.8), ("Last", 3.8)):
            near(min([line[0] for line in got if word in line[2]], default=-9), begin, 0.011, f"{name}: {got}")
        near(max(line[1] for line in got), 4.8, 0.011, f"{name}: {got}")
        near(max(line[1] for line in got if "Long" in line[2]), 3.3, 0.011, f"{name}: {got}")


def test_captions_of_a_track(folder):
    (folder / "lines.scc").write_text("Scenarist_SCC V1.0\n\n"
                                      "00:00:00:15\t9420 9420 9470 9470 c8e5 ecec ef80 942c 942c 942f 942f\n\n"
                                      "00:00:02:00\t9420 9420 9470 9470 d7ef f2ec 6480 942c 942c 942f 942f\n")
    ffmpeg(*FLASH, "-i", folder / "lines.scc", "-map", "0", "-map", "1", "-t", "4", *AVC[:4], "-c:s",
           "copy", folder / "in.mov")
    wanted = lines(folder / "in.mov")
    render(folder / "in.mov", folder / "out.mp4")
    got = lines(folder / "out.mp4")
    equal([line[2] for line in got], [line[2] for line in wanted])
    for a, b in zip(got, wanted):
        near(a[0], b[0], 0.05, f"{got}, {wanted}")


def test_packets_that_the_muxer_refuses(folder):
    data = bytearray(film(folder / "in.ts", *AVC).read_bytes())
    # The header of an ADTS frame in the middle loses its sync word.
    where = data.index(b"\xff\xf1", len(data) // 2)
    data[where:where + 2] = b"\0\0"
    (folder / "damaged.ts").write_bytes(data)
    for name in ("out.mp4", "out.mkv"):
        render(folder / "damaged.ts", folder / name)
        in_sync(folder / name, 3)


if __name__ == "__main__":
    tap.run(sys.modules["__main__"])
