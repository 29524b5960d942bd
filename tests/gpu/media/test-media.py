#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished files, held against ffprobe and ffmpeg and, where pixels count, double precision."""

import re
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import MEDIA, beeps, clip, count_frames, film, flashes, frame_times, planes, probe, run, streams, tags
from tap import check, equal, ffmpeg, near

SMALL = ["--size", "144x256"]
FAST = [*SMALL, "--preset", "ultrafast"]


def render(source, target, *arguments):
    """Renders; where the file is."""
    media.render(source, target, "--quiet", *arguments)
    return target


def gaussian_matrix(n, first, last, sigma):
    """[last - first][n] weights of a gaussian on samples first to last, mirrored there."""
    length = last - first
    matrix = numpy.zeros((length, n))
    reach = int(numpy.ceil(8 * sigma))
    weights = numpy.exp(-numpy.arange(-reach, reach + 1) ** 2 / (2 * sigma * sigma))
    weights /= weights.sum()
    for j in range(length):
        index = numpy.arange(j - reach, j + reach + 1) % (2 * length)
        index = numpy.where(index < length, index, 2 * length - 1 - index)
        numpy.add.at(matrix[j], first + index, weights)
    return matrix


def test_same_again(folder):
    """A render that is made again gives the same bytes, with each encoder and in each container."""
    source = folder / "source.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2,noise=alls=30:allf=t:all_seed=1", "-f",
           "lavfi", "-i", "sine=duration=2", "-metadata", "title=Twice", "-c:v", "libx264", "-preset", "ultrafast",
           "-c:a", "aac", source)
    for encoder, names in (("libx264", ("mp4", "mov", "mkv")), ("libx265", ("mp4", "mkv")),
                           ("libsvtav1", ("mp4", "mkv", "webm")), ("ffv1", ("mkv",))):
        for name in names:
            made = {render(source, folder / f"{i}.{name}", *SMALL, "--encoder", encoder).read_bytes() for i in range(3)}
            check(len(made) == 1, f"{encoder} in {name}")


def test_blur_of_the_written_file(folder):
    """A square source: above and below the picture its middle columns show, blurred in place."""
    source = folder / "source.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=640x640:rate=5:duration=0.4", "-vf",
           "noise=alls=60:allf=t", "-c:v", "ffv1", "-pix_fmt", "yuv420p", source)
    for radius in (4, 20, 60, 300):
        target = render(source, folder / "target.mkv", "--size", "360x640", "--blur", radius, "--encoder",
                        "ffv1")
        before = planes(source, 640, 640)
        after = planes(target, 360, 640)
        for p, sigma in ((0, radius / 2), (1, radius / 4), (2, radius / 4)):
            step = 1 if p == 0 else 2
            n, first, last = 640 // step, 140 // step, 500 // step
            # sigma 1 is the smallest that samples of a gaussian stand for
            if sigma < 1:
                continue
            exact = gaussian_matrix(n, 0, n, sigma) @ before[p] @ gaussian_matrix(n, first, last, sigma).T
            for rows in (slice(0, 140 // step), slice(500 // step, n)):
                difference = numpy.abs(exact[rows] - after[p][rows]).max()
                near(difference, 0, 1.5, f"radius {radius}, plane {p}")


def test_times_of_variable_frame_rate(folder):
    source = folder / "vfr.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=50:duration=2", "-vf",
           "select='not(mod(n,3))+eq(mod(n,7),1)'", "-fps_mode", "vfr", "-c:v", "libx264", source)
    wanted = frame_times(source)
    check(len({round(b - a, 3) for a, b in zip(wanted, wanted[1:])}) > 1, "the clip is not variable")
    for name in ("out.mp4", "out.mkv", "out.mov"):
        got = frame_times(render(source, folder / name, *FAST))
        equal(len(got), len(wanted), name)
        for a, b in zip(got, wanted):
            near(a, b, 0.0006, name)


def test_rates_of_constant_frame_rate(folder):
    for rate in ("24000/1001", "25", "60"):
        source = clip(folder / "in.mp4", rate=rate)
        for name in ("out.mp4", "out.mkv"):
            target = render(source, folder / name, *FAST)
            equal(count_frames(target), count_frames(source), f"{name} at {rate}")
            before, after = (streams(path, "video")[0] for path in (source, target))
            equal(after["r_frame_rate"], before["r_frame_rate"], f"{name} at {rate}")
            duration = float(probe(target, "-show_format")["format"]["duration"])
            near(duration, float(probe(source, "-show_format")["format"]["duration"]), 0.05, name)


def test_codecs_and_containers(folder):
    source = clip(folder / "in.mp4")
    tags = {"h264": "avc1", "hevc": "hvc1", "av1": "av01"}
    for codec in tags:
        for container in ("mp4", "mov", "mkv", "webm"):
            if container == "webm" and codec != "av1" or container == "mov" and codec == "av1":
                continue
            preset = "12" if codec == "av1" else "ultrafast"
            target = render(source, folder / f"out.{container}", *SMALL, "--codec", codec, "--preset", preset)
            video = streams(target, "video")[0]
            equal((video["codec_name"], video["width"], video["height"], video["pix_fmt"],
                   video.get("sample_aspect_ratio", "1:1")), (codec, 144, 256, "yuv420p", "1:1"), container)
            equal(count_frames(target), 30, container)
            if container == "mp4":
                equal(video["codec_tag_string"], tags[codec])
            equal(streams(target, "audio")[0]["codec_name"], "opus" if container == "webm" else "aac")


def test_faststart(folder):
    data = render(clip(folder / "in.mp4"), folder / "out.mp4", *FAST).read_bytes()
    check(0 < data.find(b"moov") < data.find(b"mdat"), "the index is not in front")


def test_color_tags(folder):
    """Tags go through to stream and container, also unusual ones."""
    cases = [("bt709", "bt709", "bt709", "tv"), ("smpte170m", "smpte170m", "smpte170m", "tv"),
             ("bt709", "iec61966-2-1", "bt709", "pc"), ("bt470bg", "bt470bg", "bt470bg", "tv")]
    for primaries, transfer, matrix, colors in cases:
        source = folder / "in.mp4"
        parameters = f"colorprim={primaries}:transfer={transfer}:colormatrix={matrix}:chromaloc=2"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x90:duration=0.2", "-pix_fmt", "yuv420p", "-c:v",
               "libx264", "-color_range", colors, "-x264-params", parameters, source)
        for codec in ("h264", "hevc", "av1"):
            for container in ("mp4", "mkv"):
                preset = "12" if codec == "av1" else "ultrafast"
                target = render(source, folder / f"out.{container}", *SMALL, "--codec", codec, "--preset", preset)
                got = streams(target, "video")[0]
                equal([got.get(key) for key in ("color_primaries", "color_transfer", "color_space", "color_range")],
                      [primaries, transfer, matrix, colors], f"{codec} in {container}")
                if codec != "av1":
                    equal(got.get("chroma_location"), "topleft", codec)


def test_untagged_colors_are_written(folder):
    for size, matrix in (("1280x720", "bt709"), ("640x480", "smpte170m"), ("720x576", "bt470bg")):
        source = clip(folder / "in.mkv", size=size, seconds=0.1, sound=False)
        got = streams(render(source, folder / "out.mp4", *FAST), "video")[0]
        equal((got["color_space"], got["color_range"]), (matrix, "tv"), size)


def test_ten_bits_stay(folder):
    source = clip(folder / "in.mkv", pixel_format="yuv422p10", seconds=0.2)
    for arguments in (["--codec", "h264"], ["--codec", "hevc"], ["--codec", "av1", "--preset", "12"]):
        target = render(source, folder / "out.mkv", *SMALL, *arguments)
        equal(streams(target, "video")[0]["pix_fmt"], "yuv420p10le", arguments)
    target = render(source, folder / "out.mkv", *SMALL, "--encoder", "ffv1")
    equal(streams(target, "video")[0]["pix_fmt"], "yuv422p10le")


def hdr_clip(folder, transfer):
    source = folder / "hdr.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:duration=0.2", "-pix_fmt", "yuv420p10", "-c:v",
           "libx265", "-x265-params",
           f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited:"
           "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):"
           "max-cll=1000,400", source)
    return source


def test_hdr(folder):
    for transfer in ("smpte2084", "arib-std-b67"):
        source = hdr_clip(folder, transfer)
        for codec, preset in (("hevc", "ultrafast"), ("av1", "12")):
            target = render(source, folder / "out.mp4", *SMALL, "--codec", codec, "--preset", preset)
            got = probe(target, "-show_streams", "-show_frames", "-read_intervals", "%+#1")
            video = got["streams"][0]
            equal((video["pix_fmt"], video["color_transfer"], video["color_primaries"], video["color_space"]),
                  ("yuv420p10le", transfer, "bt2020", "bt2020nc"), codec)
            kinds = {data["side_data_type"]: data for data in got["frames"][0].get("side_data_list", [])}
            check("Mastering display metadata" in kinds, f"{codec} lost the mastering display")
            near(eval(kinds["Mastering display metadata"]["max_luminance"]), 1000, 1)
            equal(kinds["Content light level metadata"]["max_content"], 1000, codec)
        target = render(source, folder / "out.mp4", *FAST)
        video = streams(target, "video")[0]
        equal((video["pix_fmt"], video["color_transfer"], video["color_primaries"], video["color_space"],
               video["color_range"]), ("yuv420p", "bt709", "bt709", "bt709", "tv"))


def test_depth_of_ten_bit_picture(folder):
    """A ramp of ten bits has more than 256 levels afterwards."""
    source = folder / "ramp.mkv"
    ffmpeg("-f", "lavfi", "-i", "nullsrc=size=1024x64:duration=0.1:rate=10,format=yuv420p10,geq=lum=X:cb=512:cr=512",
           "-c:v", "ffv1", source)
    target = render(source, folder / "out.mkv", "--size", "1024x64", "--encoder", "ffv1")
    luma = planes(target, 1024, 64, "yuv420p10le")[0]
    check(len(numpy.unique(luma)) > 900, "levels were lost")
    near(numpy.abs(luma[32] - numpy.arange(1024)).max(), 0, 1)


def test_rotations_and_mirrors(folder):
    """What ffmpeg shows of a rotated source is what the finished file holds."""
    plain = clip(folder / "plain.mp4", size="320x180", seconds=0.1, sound=False)
    for number in range(8):
        source = folder / "turned.mp4"
        turn = ["-display_rotation", str(90 * (number % 4))]
        if number >= 4:
            turn.append("-display_hflip")
        ffmpeg(*turn, "-i", plain, "-c", "copy", source)
        size = (320, 180) if number % 2 == 0 else (180, 320)
        target = render(source, folder / "out.mkv", "--size", f"{size[0]}x{size[1]}", "--encoder", "ffv1")
        upright = folder / "upright.mkv"
        ffmpeg("-i", source, "-c:v", "ffv1", "-pix_fmt", "yuv420p", upright)
        wanted, got = planes(upright, *size), planes(target, *size)
        near(numpy.abs(wanted[0] - got[0]).max(), 0, 0, f"luma, turn {number}")
        # chroma moves with its siting: compare where the picture is smooth
        near(numpy.abs(wanted[1] - got[1]).mean(), 0, 4, f"chroma, turn {number}")
        check("side_data_list" not in streams(target, "video")[0], "the target is still turned")


def test_sample_aspect(folder):
    """Anamorphic video is shown as wide as it is meant to be: a circle stays one."""
    source = folder / "in.mkv"
    ffmpeg("-f", "lavfi", "-i",
           "nullsrc=size=320x320:duration=0.1:rate=10,format=yuv420p,geq=lum='if(lt(hypot((X-159.5)*2\\,Y-159.5)\\,100)\\,235\\,16)':cb=128:cr=128,setsar=2",
           "-c:v", "ffv1", source)
    target = render(source, folder / "out.mkv", "--size", "640x640", "--encoder", "ffv1", "--background", "#000000")
    luma = planes(target, 640, 640)[0] > 128
    columns, rows = numpy.flatnonzero(luma.any(0)), numpy.flatnonzero(luma.any(1))
    near(columns[-1] - columns[0] + 1, 200, 2, "width")
    near(rows[-1] - rows[0] + 1, 200, 2, "height")


def offset_of(path):
    """Seconds from the flashes to their beeps, as ffmpeg plays the file."""
    seen, heard = flashes(path), beeps(path)
    equal(len(seen), len(heard), path)
    return numpy.mean(heard) - numpy.mean(seen)


def test_sound_stays_with_the_picture(folder):
    source = film(folder / "in.mp4", "-c:v", "libx264", "-c:a", "aac")
    wanted = offset_of(source)
    for name in ("copy.mp4", "copy.mkv", "encode.mp4", "encode.webm"):
        for trim in ([], ["--start", "0.51", "--end", "2.2"]):
            arguments = ["--audio", name.split(".")[0]]
            arguments += ["--codec", "av1", "--preset", "12"] if name.endswith("webm") else ["--preset", "ultrafast"]
            target = render(source, folder / name, *SMALL, *arguments, *trim)
            near(offset_of(target), wanted, 1 / 30, f"{name} {trim}")


def test_copied_sound_is_the_same(folder):
    source = clip(folder / "in.mp4")
    for name in ("out.mp4", "out.mkv"):
        target = render(source, folder / name, *FAST)
        before, after = (ffmpeg("-i", path, "-map", "0:a", "-c", "copy", "-f", "streamhash", "-") for path in (source, target))
        equal(after, before, name)


def test_sound_options(folder):
    source = clip(folder / "in.mp4")
    equal(streams(render(source, folder / "a.mp4", *FAST, "--audio", "none"), "audio"), [])
    pcm = folder / "pcm.mkv"
    ffmpeg("-i", source, "-c:v", "copy", "-c:a", "pcm_s24le", "-ac", "6", pcm)
    said = media.render(pcm, folder / "b.mp4", *FAST)
    check("encoded anew" in said, f"no word on the sound: {said}")
    sound = streams(folder / "b.mp4", "audio")[0]
    equal((sound["codec_name"], sound["channels"]), ("aac", 6))


def test_late_sound(folder):
    """Sound that begins after the picture begins as late afterwards."""
    source = folder / "late.mkv"
    plain = clip(folder / "in.mp4", seconds=2)
    ffmpeg("-i", plain, "-itsoffset", "0.7", "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", source)
    for name in ("out.mp4", "out.mkv"):
        for how in ("copy", "encode"):
            target = render(source, folder / name, *FAST, "--audio", how)
            video, sound = streams(target, "video")[0], streams(target, "audio")[0]
            near(float(sound["start_time"]) - float(video["start_time"]), 0.7, 0.05, f"{name} {how}")


def test_trim_to_the_frame(folder):
    """Each frame's number is in its picture: the trim begins and ends with the right one."""
    source = folder / "in.mp4"
    ffmpeg("-f", "lavfi", "-i", "nullsrc=size=64x64:rate=25:duration=4,format=yuv420p,geq=lum='16+2*N':cb=128:cr=128",
           "-c:v", "libx264", "-qp", "0", "-g", "40", "-bf", "3", source)
    for start, end in ((0.0, 0.04), (1.0, 2.0), (1.03, 1.99), (2.4, 4.0), (3.9, 9.0)):
        target = render(source, folder / "out.mkv", "--size", "64x64", "--encoder", "ffv1", "--start", start, "--end", end)
        first = int(start * 25 + 1e-6)
        n = min(int(numpy.ceil(end * 25 - 1e-6)), 100) - first
        equal(count_frames(target), n, f"frames from {start} to {end}")
        equal(planes(target, 64, 64)[0][32, 32], 16 + 2 * first, f"first of {start} to {end}")
        equal(planes(target, 64, 64, frame=n - 1)[0][32, 32], 16 + 2 * (first + n - 1), f"last of {start} to {end}")


def test_chapters_and_metadata(folder):
    listing = folder / "chapters.txt"
    listing.write_text(";FFMETADATA1\ntitle=A title\nartist=Somebody\n"
                       + "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={n}000\nEND={n + 1}000\ntitle=Part {n}\n" for n in range(4)))
    plain = clip(folder / "plain.mp4", seconds=4)
    source = folder / "in.mp4"
    ffmpeg("-i", plain, "-i", listing, "-map_metadata", "1", "-c", "copy", source)
    for name in ("out.mp4", "out.mkv"):
        got = probe(render(source, folder / name, *FAST), "-show_chapters", "-show_format")
        equal([(round(float(c["start_time"]), 2), round(float(c["end_time"]), 2), c["tags"]["title"]) for c in got["chapters"]],
              [(n, n + 1, f"Part {n}") for n in range(4)], name)
        words = tags(got["format"])
        equal((words["title"], words["artist"]), ("A title", "Somebody"), name)
        got = probe(render(source, folder / name, *FAST, "--start", "1.5", "--end", "3"), "-show_chapters")
        equal([(round(float(c["start_time"]), 2), round(float(c["end_time"]), 2), c["tags"]["title"]) for c in got["chapters"]],
              [(0, 0.5, "Part 1"), (0.5, 1.5, "Part 2")], name)


def test_subtitles(folder):
    text = folder / "in.srt"
    text.write_text("1\n00:00:00,500 --> 00:00:01,000\nHello\n\n2\n00:00:01,200 --> 00:00:01,800\nagain\n")
    plain = clip(folder / "plain.mp4", seconds=2)
    source = folder / "in.mkv"
    ffmpeg("-i", plain, "-i", text, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt", "-metadata:s:s:0", "language=eng", source)
    for name, codec in (("out.mp4", "mov_text"), ("out.mkv", "subrip"), ("out.webm", "webvtt")):
        more = ["--codec", "av1", "--preset", "12"] if name.endswith("webm") else ["--preset", "ultrafast"]
        for trim, wanted in (([], [(0.5, "Hello"), (1.2, "again")]), (["--start", "1.1"], [(0.1, "again")])):
            target = render(source, folder / name, *SMALL, *more, *trim)
            found = streams(target, "subtitle")[0]
            equal((found["codec_name"], found["tags"]["language"]), (codec, "eng"), name)
            got = ffmpeg("-i", target, "-map", "0:s:0", "-f", "srt", "-").decode()
            times = re.findall(r"(\d\d):(\d\d):(\d\d),(\d\d\d) -->.*\n(.*)", got)
            equal([words for *_, words in times], [words for _, words in wanted], name)
            shift = float(streams(target, "video")[0]["start_time"])
            for (_, _, seconds, milliseconds, _), (start, _) in zip(times, wanted):
                near(int(seconds) + int(milliseconds) / 1000 - shift, start, 0.05, f"{name} {trim}")


def test_picture_of_every_chroma_format(folder):
    for pixel_format in ("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "nv12", "gbrp", "gray", "yuv420p12"):
        source = folder / "in.mkv"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=192x192:duration=0.1:rate=10", "-c:v", "rawvideo" if pixel_format == "nv12" else "ffv1",
               "-pix_fmt", pixel_format, "-f", "nut" if pixel_format == "nv12" else "matroska", source)
        target = render(source, folder / "out.mp4", "--size", "192x192", "--quality", "1", "--preset", "veryfast")
        pictures = [numpy.frombuffer(ffmpeg("-i", path, "-frames:v", "1", "-vf", "format=gbrp", "-f", "rawvideo", "-"),
                                     numpy.uint8).astype(float) for path in (source, target)]
        near(numpy.abs(pictures[0] - pictures[1]).mean(), 0, 6, pixel_format)


def test_interlaced(folder):
    source = folder / "in.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=192x192:rate=50:duration=1", "-vf", "interlace,setfield=tff", "-c:v", "libx264",
           "-flags", "+ildct+ilme", source)
    target = render(source, folder / "out.mp4", *FAST)
    equal(count_frames(target), 25)
    equal(streams(target, "video")[0].get("field_order", "progressive"), "progressive")


def test_real_clips(folder):
    if not MEDIA.is_dir():
        raise tap.Skip("the clips are not here")
    broken = {"sample_ac3.mp4", "sample_malformed_free_box.mp4"}
    for source in sorted(MEDIA.iterdir()):
        if source.suffix == ".md":
            continue
        target = folder / (source.stem + ".mp4")
        if source.name in broken:
            code, said = run(source, target, "--quiet", *FAST)
            equal((code, said.count("\n"), source.name in said), (1, 1, True), source.name)
            equal(list(folder.iterdir()), [], source.name)
            continue
        render(source, target, *FAST)
        equal(count_frames(target), count_frames(source), source.name)
        video = streams(target, "video")[0]
        equal((video["width"], video["height"]), (144, 256), source.name)
        times = [frame_times(path) for path in (source, target)]
        near(times[1][-1] - times[1][0], times[0][-1] - times[0][0], 0.005, f"length of {source.name}")
        target.unlink()


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
