#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of all that a file holds besides its picture: kept, as ffprobe sees it, or named in a notice."""

import re
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import beeps, probe, streams, tags
from tap import check, equal, ffmpeg, near, output

SMALL = ["--size", "64x64", "--device", "cpu"]
PICTURE = ["-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=1"]
FAST = {"mp4": ["--preset", "ultrafast"], "mov": ["--preset", "ultrafast"], "mkv": ["--preset", "ultrafast"],
        "webm": ["--codec", "av1", "--preset", "12"]}


def render(source, target, *arguments):
    """Renders; what the program says."""
    return media.render(source, target, *SMALL, *FAST[target.suffix[1:]], *arguments)


def refuse(source, target, *arguments):
    """The sentence with which a render is refused."""
    code, said = media.run(source, target, "--quiet", *SMALL, *arguments)
    equal((code, said.count("\n")), (1, 1), said)
    return said


def test_channels(folder):
    """As many channels as before, named or not; where that takes mixing, a notice says so."""
    source = folder / "in.mkv"
    named = [("5.1(side)", 6, "5.1", False), ("5.0(side)", 5, "5.0", False), ("3.1", 4, "quad", True), ("4.0", 4, "quad", True),
             ("quad(side)", 4, "quad", False), ("7.1", 8, "7.1", False), ("6.1(front)", 7, "6.1", True)]
    # what has no names is mixed with nothing
    unnamed = [(f"{n}c", n, layout, False) for n, layout in ((1, "mono"), (4, "quad"), (6, "5.1"))]
    inputs, maps = list(PICTURE), ["-map", "0"]
    for number, (layout, *_) in enumerate(named + unnamed):
        inputs += ["-f", "lavfi", "-i", f"anullsrc=cl={'quad' if layout == '4c' else layout}:d=0.2"]
        maps += ["-map", str(number + 1), f"-c:a:{number}", "flac" if number < len(named) else "pcm_s16le"]
    ffmpeg(*inputs, *maps, "-t", "0.2", "-c:v", "libx264", source)
    for name in ("out.webm", "out.mp4"):
        said = render(source, folder / name, "--audio", "encode")
        sounds = streams(folder / name, "audio")
        for number, (sound, (layout, n, webm, mixed)) in enumerate(zip(sounds, named + unnamed, strict=True), 1):
            equal(sound["channels"], n, f"{layout} to {name}")
            if name == "out.webm":
                equal((sound["channel_layout"], f"stream {number}) is mixed" in said), (webm, mixed), f"{layout}: {said}")


def test_channels_keep_their_places(folder):
    """A tone in each channel of an unnamed or renamed layout is in that channel afterwards."""
    source = folder / "in.mkv"
    six, four = ("|".join(f"sin(2*PI*{300 * (i + 1)}*t)/2" for i in range(n)) for n in (6, 4))
    ffmpeg(*PICTURE, "-f", "lavfi", "-i", f"aevalsrc={six}:c=5.1(side):s=48000:d=1", "-f", "lavfi", "-i",
           f"aevalsrc={four}:c=quad:s=48000:d=1", "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-c:a:0", "flac",
           "-c:a:1", "pcm_s16le", source)
    render(source, folder / "out.webm", "--audio", "encode")
    for number, n in enumerate((6, 4)):
        raw = ffmpeg("-i", folder / "out.webm", "-map", f"0:a:{number}", "-f", "f32le", "-c:a", "pcm_f32le", "-")
        samples = numpy.frombuffer(raw, "<f4").reshape(-1, n)[6000:6000 + 32000]
        for i in range(n):
            if (n, i) != (6, 3):  # an encoder may cut what is not low out of the channel for low tones
                loudest = numpy.abs(numpy.fft.rfft(samples[:, i])).argmax() * 48000 / 32000
                near(loudest, 300 * (i + 1), 3, f"channel {i} of {n}")


def test_sound_that_changes(folder):
    """Television switches between 5.1 and stereo, and rates change: everything goes on, in time."""
    parts = []
    for number, (codec, channels, rate) in enumerate((("ac3", 2, 48000), ("ac3", 6, 48000), ("ac3", 2, 44100))):
        parts.append(folder / f"{number}.ts")
        ffmpeg("-f", "lavfi", "-i", "color=black:s=64x64:r=25", "-f", "lavfi", "-i",
               "aevalsrc='0.8*sin(2*PI*1000*t)*between(mod(t,1),0.5,0.6)':s=48000", "-t", "2", "-c:v", "mpeg2video", "-c:a", codec,
               "-ac", str(channels), "-ar", str(rate), "-output_ts_offset", str(2 * number + 1), "-muxdelay", "0", parts[-1])
    source = folder / "in.ts"
    source.write_bytes(b"".join(part.read_bytes() for part in parts))
    for name in ("out.mp4", "out.webm"):
        said = render(source, folder / name, "--audio", "encode")
        check("mixed from 5.1" in said, said)
        sound = streams(folder / name, "audio")[0]
        equal((sound["channels"], sound["sample_rate"]), (2, "48000"), name)
        found = [beep for beep in beeps(folder / name) if beep < 6]
        equal(len(found), 6, f"{name}: {found}")
        for beep, number in zip(found, range(6)):
            near(beep, number + 0.5, 0.05, name)
    # from wide to narrow nothing is lost
    source.write_bytes(b"".join(part.read_bytes() for part in (parts[1], parts[2])))
    said = render(source, folder / "out.mp4", "--audio", "encode")
    equal((streams(folder / "out.mp4", "audio")[0]["channels"], "mixed" in said), (6, False), said)


def test_copied_sound_that_changes(folder):
    """AAC is described once in a file: what changes on the way is no copy."""
    joined = b""
    for number, channels in enumerate((2, 6, 2)):
        part = folder / f"{number}.ts"
        ffmpeg("-f", "lavfi", "-i", "color=black:s=64x64:r=25", "-f", "lavfi", "-i",
               "aevalsrc='0.8*sin(2*PI*1000*t)*between(mod(t,1),0.5,0.6)':s=48000", "-t", "1", "-c:v", "mpeg2video", "-c:a", "aac",
               "-ac", str(channels), "-output_ts_offset", str(number + 1), "-muxdelay", "0", part)
        joined += part.read_bytes()
    (folder / "in.ts").write_bytes(joined)
    said = render(folder / "in.ts", folder / "out.mp4")
    check("encoded anew" in said and "on the way" in said, said)
    found = [beep for beep in beeps(folder / "out.mp4") if beep < 3]
    equal(len(found), 3, found)
    for number, beep in enumerate(found):
        near(beep, number + 0.5, 0.06)
    # up to the change, and where there is none, it is a copy
    check("anew" not in render(folder / "in.ts", folder / "out.mp4", "--end", 0.8), "the part before the change")
    check("anew" not in render(folder / "0.ts", folder / "out.mp4"), "a file without a change")


def test_what_the_header_refuses(folder):
    """A track that a container takes by its codec and refuses by its parameters is encoded anew."""
    tone = ["-f", "lavfi", "-i", "sine=d=1"]
    for name, target, options, codec in (("in.avi", "out.mp4", ["-c:a", "libmp3lame", "-ar", "8000"], "aac"),
                                         ("in.mkv", "out.mov", ["-c:a", "libopus"], "aac"),
                                         ("in.mkv", "out.mov", ["-c:a", "truehd", "-strict", "-2"], "aac")):
        ffmpeg(*PICTURE, *tone, "-c:v", "libx264", *options, folder / name)
        said = render(folder / name, folder / target)
        equal([sound["codec_name"] for sound in streams(folder / target, "audio")], [codec], f"{name} to {target}")
        check("encoded anew" in said, said)


def test_sound_that_begins_late(folder):
    """A track of which nothing is known where the file begins is found further on, or left out with a notice."""
    picture = ["-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=12,noise=alls=20:allf=t"]
    ffmpeg(*picture, "-f", "lavfi", "-i", "sine=d=12", "-itsoffset", "9", "-f", "lavfi", "-i", "sine=d=3", "-map", "0", "-map", "1", "-map", "2",
           "-c:v", "mpeg2video", "-b:v", "6M", "-c:a", "mp2", folder / "in.ts")
    render(folder / "in.ts", folder / "out.mp4", "--audio", "encode")
    sounds = streams(folder / "out.mp4", "audio")
    equal(len(sounds), 2)
    near(float(sounds[1]["start_time"]), 9, 0.2)
    # the whole of it is missing
    data = (folder / "in.ts").read_bytes()
    packets = [data[i:i + 188] for i in range(0, len(data), 188)]
    (folder / "gone.ts").write_bytes(b"".join(p for p in packets if (p[1] & 0x1f) << 8 | p[2] != 0x102))
    said = render(folder / "gone.ts", folder / "out.mp4")
    equal(len(streams(folder / "out.mp4", "audio")), 1)
    check("is left out" in said and "choose another" not in said, said)


def test_fast_picture(folder):
    """More frames a second than SVT-AV1 takes: each keeps its time."""
    for rate, name in ((300, "out.mp4"), (1000, "out.webm")):
        source = folder / "in.mp4"
        ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=64x64:r={rate}", "-frames:v", "12", "-c:v", "libx264", source)
        render(source, folder / name, "--codec", "av1", "--preset", "12")
        before, after = ([float(frame["pts_time"]) for frame in probe(path, "-select_streams", "v", "-show_entries", "frame=pts_time")["frames"]]
                         for path in (source, folder / name))
        equal(len(after), 12)
        for a, b in zip(before, after):
            near(b, a, 0.0006, f"{name} at {rate}")


def test_words_of_refusals(folder):
    """What an encoder refuses is named, and nothing else."""
    source = folder / "in.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=300", "-frames:v", "2", "-c:v", "libx264", source)
    for arguments in (["--codec", "av1", "--size", "32x32"], ["--codec", "av1", "--size", "8704x16384"]):
        said = refuse(source, folder / "out.mp4", *arguments)
        check(arguments[3].replace("x", "×") in said and "another size" in said and "preset" not in said and "folder" not in said, said)


CHAPTERS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=One
[CHAPTER]
TIMEBASE=1/1000
START=400
END=1000
title=Two
"""
FILE_TAGS = {"title": "A title", "artist": "Somebody", "comment": "Words", "date": "2024-05-06", "genre": "Travel",
             "copyright": "Nobody", "creation_time": "2024-05-06T07:08:09.000000Z"}


def make_rich(folder, name):
    """A file with something of everything that its container has a place for."""
    (folder / "chapters.txt").write_text(CHAPTERS)
    (folder / "font.ttf").write_bytes(b"\0\1\0\0 not really a font")
    (folder / "text.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nHello\n")
    ffmpeg("-f", "lavfi", "-i", "color=red:s=16x16", "-frames:v", "1", folder / "cover.png")
    path = folder / name
    inputs = [*PICTURE, "-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=880:d=1", "-i", folder / "text.srt", "-f", "ffmetadata",
              "-i", folder / "chapters.txt"]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "0", "-map_chapters", "4"]
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    for key, value in FILE_TAGS.items():
        options += ["-metadata", f"{key}={value}"]
    for stream, language, title in (("v:0", "ger", "Main picture"), ("a:0", "eng", "English"), ("a:1", "fre", "Commentary"),
                                    ("s:0", "spa", "Words")):
        options += [f"-metadata:s:{stream}", f"language={language}", f"-metadata:s:{stream}",
                    f"{'title' if name.endswith('mkv') else 'handler_name'}={title}"]
    options += ["-disposition:a:1", "comment", "-disposition:s:0", "forced", "-metadata:s:v:0", "timecode=01:00:00:00"]
    if name.endswith("mkv"):
        options += ["-attach", folder / "font.ttf", "-metadata:s:t:0", "mimetype=application/x-truetype-font",
                    "-attach", folder / "cover.png", "-metadata:s:t:1", "mimetype=image/png", "-c:s", "srt",
                    "-metadata", "DIRECTOR=Jane", "-metadata:s:a:0", "DURATION-eng=99:00:00", "-metadata:s:v:0", "BPS-eng=1"]
    else:
        inputs += ["-i", folder / "cover.png"]
        maps += ["-map", "5"]
        options += ["-c:v:2", "png", "-disposition:v:2", "attached_pic", "-c:s", "mov_text"]
    ffmpeg(*inputs, *maps, *options, path)
    return path


def test_rich_files(folder):
    """Walks files with something of everything into each container."""
    for source in (make_rich(folder, "rich.mkv"), make_rich(folder, "rich.mp4")):
        for container in ("mp4", "mov", "mkv", "webm") if source.suffix == ".mkv" else ("mp4", "mkv"):
            target = folder / f"out.{container}"
            what = f"{source.name} to {container}"
            said = render(source, target)
            got = probe(target, "-show_format", "-show_streams", "-show_chapters")
            file_tags = tags(got["format"])
            for key, value in FILE_TAGS.items():
                equal(file_tags.get(key), value, f"{what}: {key}")
            equal([(tags(chapter)["title"], round(float(chapter["start_time"]), 1)) for chapter in got["chapters"]],
                  [("One", 0), ("Two", 0.4)], what)
            kinds = {}
            for stream in got["streams"]:
                kinds.setdefault(stream["codec_type"], []).append(stream)
            covers = [s for s in kinds["video"] if s["disposition"]["attached_pic"]]
            equal(len(kinds["video"]) - len(covers), 1, what)
            for kind, number, language, title in (("video", 0, "ger", "Main picture"), ("audio", 0, "eng", "English"),
                                                  ("audio", 1, "fre", "Commentary"), ("subtitle", 0, "spa", "Words")):
                found = tags(kinds[kind][number])
                equal((found.get("language"), found.get("handler_name" if container in ("mp4", "mov") else "title")),
                      ("fra" if language == "fre" and container == "mov" else language, title), f"{what}: {kind}")
                check(not any(key.startswith(("duration-", "bps")) for key in found), f"{what}: {found}")
            equal(tags(kinds["video"][0]).get("timecode"), "01:00:00:00", what)
            for purpose, stream in (("comment", kinds["audio"][1]), ("forced", kinds["subtitle"][0])):
                lost = re.search(r"left out: .*\b" + purpose, said) is not None
                equal(stream["disposition"][purpose], 0 if lost else 1, f"{what}: {purpose}: {said}")
            check("further video" in said and "Data" not in said and "mimetype" not in said, f"{what}: {said}")
            equal(len(covers), 1 if container in ("mp4", "mkv") else 0, f"{what}: cover")
            equal("cover" in said, container in ("mov", "webm"), f"{what}: {said}")
            if source.suffix == ".mkv":
                fonts = kinds.get("attachment", [])
                equal([tags(font)["filename"] for font in fonts], ["font.ttf"] if container == "mkv" else [], what)
                equal("font.ttf" in said, container != "mkv", f"{what}: {said}")
                equal(file_tags.get("director") == "Jane" or "DIRECTOR" in said, True, f"{what}: {said}")
            if covers:
                size = output("ffmpeg", "-v", "error", "-nostdin", "-i", target, "-map", f"0:{covers[0]['index']}", "-f", "rawvideo",
                              "-pix_fmt", "rgb24", "-")
                equal(len(size), 16 * 16 * 3, f"{what}: cover")


def test_what_cameras_say(folder):
    """Place, maker, model and date of phones, from QuickTime into each container."""
    said_by_phone = {"com.apple.quicktime.location.ISO6709": "+52.5163+013.3777+034.0/", "com.apple.quicktime.make": "Apple",
                     "com.apple.quicktime.model": "iPhone 15", "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
                     "com.android.version": "14"}
    source = folder / "in.mov"
    ffmpeg(*PICTURE, "-c:v", "libx264", "-movflags", "use_metadata_tags",
           *[part for key, value in said_by_phone.items() for part in ("-metadata", f"{key}={value}")], source)
    for name in ("out.mp4", "out.mov", "out.mkv"):
        render(source, folder / name)
        got = tags(probe(folder / name, "-show_format")["format"])
        for key, value in said_by_phone.items():
            equal(got.get(key.lower()), value, f"{name}: {key}")


def test_timecode(folder):
    """A timecode is that of the first frame that is kept."""
    for name, rate, timecode, start, wanted in (("in.mov", "25", "10:20:30:20", 0.43, "10:20:31:05"),
                                                ("in.mov", "30000/1001", "00:00:59;20", 0.5005, "00:01:00;07"),
                                                ("in.mkv", "25", "10:20:30:20", 0, "10:20:30:20")):
        source = folder / name
        ffmpeg("-f", "lavfi", "-i", f"color=gray:s=64x64:r={rate}:d=1", "-c:v", "libx264", "-timecode" if name == "in.mov" else "-metadata",
               timecode if name == "in.mov" else f"timecode={timecode}", source)
        for target in ("out.mp4", "out.mov", "out.mkv")[:3 if rate == "25" and start > 0 else 1]:
            render(source, folder / target, "--start", start)
            got = probe(folder / target, "-show_format", "-show_streams")
            found = [tags(part).get("timecode") for part in (got["format"], *got["streams"])]
            equal({code for code in found if code is not None}, {wanted}, f"{name} to {target}")
    # nor do more frames a second than MP4 counts, or nonsense, fail a render
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x64:r=300:d=0.1", "-c:v", "libx264", "-metadata", "timecode=01:00:00:00", folder / "in.mkv")
    check("01:00:00:00" in render(folder / "in.mkv", folder / "out.mp4"), "300 frames/s")
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=0.2", "-c:v", "libx264", "-metadata", "timecode=soon", folder / "in.mkv")
    check("“soon”" in render(folder / "in.mkv", folder / "out.mov"), "out.mov")
    render(folder / "in.mkv", folder / "out.mkv")
    equal(tags(probe(folder / "out.mkv", "-show_format")["format"]).get("timecode"), "soon")


def test_what_is_true_of_the_picture_only(folder):
    """What describes the old picture is not said of the new one, and a loss is named."""
    source = folder / "in.mkv"
    ffmpeg(*PICTURE, "-c:v", "libx264", "-metadata:s:v", "stereo_mode=left_right", "-metadata:s:v", "alpha_mode=1", source)
    check("stereo_mode" in tags(streams(source, "video")[0]), "the source says nothing")
    said = render(source, folder / "out.mkv")
    check("(3D)" in said, said)
    video = streams(folder / "out.mkv", "video")[0]
    equal([key for key in tags(video) if key in ("stereo_mode", "alpha_mode")] + video.get("side_data_list", []), [])


def test_languages(folder):
    """QuickTime has numbers for some languages only."""
    source = folder / "in.mkv"
    languages = ["fre", "swe", "gle", "cat"]
    ffmpeg(*PICTURE, "-f", "lavfi", "-i", "anullsrc=d=0.1", "-t", "0.1", "-map", "0", *["-map", "1"] * 4,
           *[part for i, language in enumerate(languages) for part in (f"-metadata:s:a:{i}", f"language={language}")], "-c:v", "libx264", "-c:a", "aac",
           source)
    for name, wanted in (("out.mov", ["fra", "sve", None, "cat"]), ("out.mp4", languages)):
        said = render(source, folder / name)
        equal([tags(sound).get("language") for sound in streams(folder / name, "audio")], wanted, name)
        equal("left out: gle" in said, name == "out.mov", said)


def test_measurements(folder):
    """What a GoPro measures goes into MP4 and QuickTime; made here of a track of subtitles, under another name."""
    (folder / "in.srt").write_text("1\n00:00:00,200 --> 00:00:00,600\nmeasured\n")
    ffmpeg(*PICTURE, "-i", folder / "in.srt", "-c:v", "libx264", "-c:s", "mov_text", folder / "text.mp4")
    (folder / "in.mp4").write_bytes((folder / "text.mp4").read_bytes().replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd"))
    equal(streams(folder / "in.mp4", "data")[0]["codec_tag_string"], "gpmd")
    for name in ("out.mp4", "out.mov", "out.mkv"):
        said = render(folder / "in.mp4", folder / name)
        found = [stream["codec_tag_string"] for stream in streams(folder / name, "data")]
        equal((found, "Data that comes with" in said), ([], True) if name == "out.mkv" else (["gpmd"], False), said)
        if found:
            check(b"measured" in ffmpeg("-i", folder / name, "-map", "0:d", "-c", "copy", "-f", "data", "-"), name)


def test_name_of_a_program(folder):
    """Who broadcasts it is said of a transport stream's program."""
    source = folder / "in.ts"
    ffmpeg(*PICTURE, "-c:v", "mpeg2video", "-metadata", "service_name=Das Dritte", "-metadata", "service_provider=Somebody", source)
    for name in ("out.mkv", "out.mp4"):
        said = render(source, folder / name)
        got = tags(probe(folder / name, "-show_format")["format"])
        for key, value in (("service_name", "Das Dritte"), ("service_provider", "Somebody")):
            check(got.get(key, got.get("network") if key == "service_name" else None) == value or key in said, f"{name}: {key}: {said}")
    equal(got.get("network"), "Das Dritte")
    # what FFmpeg writes where nobody says anything is no name
    ffmpeg(*PICTURE, "-c:v", "mpeg2video", source)
    check("service" not in render(source, folder / "out.mp4"), "a name that is none")


def caption_file(path):
    """Interlaced MPEG-2 video whose pictures carry the caption “HELLO” (CEA-608 in ATSC A/53 user data)."""
    pairs = [(0x14, 0x20), (0x14, 0x20), (0x14, 0x70), (0x14, 0x70), *((ord(a), ord(b)) for a, b in ("HE", "LL", "O "))]
    pairs += [(0x14, 0x2f), (0x14, 0x2f)]
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x64:r=25:d=3", "-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-bf", "0", path)
    data, out, last, number = path.read_bytes(), bytearray(), 0, 0
    for found in re.finditer(b"\0\0\1\1", data):
        pair = pairs[number] if number < len(pairs) else (0x14, 0x2c) if number in (50, 51) else (0, 0)
        number += 1
        odd = [byte | (0x80 if byte.bit_count() % 2 == 0 else 0) for byte in pair]
        out += data[last:found.start()] + b"\0\0\1\xb2GA94\3\x41\xff\xfc" + bytes(odd) + b"\xff"
        last = found.start()
    path.write_bytes(out + data[last:])
    return path


def captions_of(path):
    said = output("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", f"movie={path}[out0+subcc]", "-map", "0:s", "-c:s", "srt", "-f", "srt", "-")
    return re.sub(r"<[^>]*>|\{[^}]*\}|\\h", "", said.decode())


def test_captions_within_the_picture(folder):
    source = caption_file(folder / "in.m2v")
    wanted = captions_of(source)
    check("HELLO" in wanted, wanted)
    for name, codec in (("out.mp4", "h264"), ("out.mkv", "h264"), ("out.mp4", "hevc")):
        said = render(source, folder / name, "--codec", codec)
        check("captions" not in said, said)
        check("HELLO" in captions_of(folder / name), f"{codec} in {name}")
    check("captions" in render(source, folder / "out.webm"), "no word on the captions")


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
