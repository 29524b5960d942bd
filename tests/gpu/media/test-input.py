#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are read and how far: files that name others, that break off, that change their shape."""

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import media
import tap
from media import gray_frames, length
from tap import check, equal, ffmpeg, near, output

SMALL = ["--size", "64x64", "--device", "cpu", "--preset", "ultrafast"]
PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=2"]
SOUND = ["-f", "lavfi", "-i", "sine=d=2"]


def run(source, target, *arguments, **options):
    """Renders quietly; the exit code and what the program says."""
    return media.run(source, target, "--quiet", *SMALL, *arguments, **options)


def refused(source, folder, **options):
    """One sentence, exit code 1, and nothing left."""
    before = sorted(os.listdir(os.fsencode(folder)))
    code, said = run(source, folder / "refused.mkv", **options)
    equal((code, said.count("\n")), (1, 1), f"{source}: {said}")
    equal(sorted(os.listdir(os.fsencode(folder))), before)
    return said


def test_one_file_opens_media(folder):
    """No other file of the program opens media by itself, but for the one that opens what it has written."""
    top = Path(__file__).resolve().parents[3]
    found = {str(path.relative_to(top)) for source in ("gpu", "app", "ui") for path in (top / source).rglob("*.[ch]")
             if "avformat_open_input (" in path.read_text(encoding="utf-8")}
    equal(found, {"gpu/media/bb-input.c", "gpu/media/bb-segment-file.c"})


def test_lists(folder):
    """What names other files is refused by what it is, whatever it is called."""
    ffmpeg(*PICTURE, "-t", "1", folder / "clip.ts")
    (folder / "notes.nfo").write_text("secret\n" * 50)
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n"
    dash = ('<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
            'bandwidth="1"><BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>')
    files = {
        "notes.mp4": "ffconcat version 1.0\nfile notes.nfo\n",
        "clip.mp4": "ffconcat version 1.0\nfile clip.ts\n",
        "self.mp4": "ffconcat version 1.0\nfile self.mp4\n",
        "hls.mp4": hls.format(folder / "clip.ts") + "#EXT-X-ENDLIST\n",
        "live.mp4": hls.format(folder / "clip.ts"),
        "list.m3u8": hls.format(folder / "clip.ts") + "#EXT-X-ENDLIST\n",
        "dash.mp4": dash.format(folder / "clip.ts"),
        "dash.mpd": dash.format(folder / "clip.ts"),
        "words.mp4": "# VobSub index file, v7\nsize: 720x576\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 0\n",
        "session.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
                       "a=rtpmap:96 H264/90000\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        said = refused(folder / name, folder)
        check("names other files" in said or "not a video" in said, f"{name}: {said}")


def refer(box, path):
    """A QuickTime box whose tracks are in another file."""
    size, kind, inner = int.from_bytes(box[:4], "big"), box[4:8], b""
    if kind == b"dref":
        name = path.name.encode()
        alias = bytes(10) + b"\0" + bytes(27 + 12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
        alias += bytes((0, 1, 0, 1)) + bytes(16)
        for number, text in ((2, str(path)), (-1, "")):
            alias += number.to_bytes(2, "big", signed=True) + len(text).to_bytes(2, "big")
            alias += text.encode() + bytes(len(text) % 2)
        inner = bytes(7) + b"\1" + (12 + len(alias)).to_bytes(4, "big") + b"alis" + bytes(4) + alias
    elif kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        at = 8
        while at < size:
            end = at + int.from_bytes(box[at:at + 4], "big")
            inner += refer(box[at:end], path)
            at = end
    else:
        return box
    return (8 + len(inner)).to_bytes(4, "big") + kind + inner


def test_tracks_by_reference(folder):
    """A track that is in another file is not read from there."""
    ffmpeg(*PICTURE, "-c:v", "mpeg4", "-an", folder / "other.mov")
    data = (folder / "other.mov").read_bytes()
    at = data.index(b"moov") - 4
    (folder / "clip.mov").write_bytes(data[:at] + refer(data[at:], folder / "other.mov"))
    # The demuxer would follow the name where it was told to.
    output("ffmpeg", "-v", "error", "-enable_drefs", "1", "-use_absolute_path", "1", "-i", folder / "clip.mov", "-f", "null", "-")
    refused(folder / "clip.mov", folder)


def test_pictures(folder):
    """A picture is itself, not a pattern."""
    for name, color in (("pp1.png", "white"), ("red%d.png", "red")):
        escaped = str(folder / name).replace("%", "%%")
        ffmpeg("-f", "lavfi", "-i", f"color={color}:s=64x64", "-frames:v", "1", "-update", "1", escaped)
    next(entry for entry in folder.iterdir() if "red" in entry.name).rename(folder / "img%03d.png")
    said = refused(folder / "pp%d.png", folder)
    check("no such file" in said, said)
    equal(run(folder / "img%03d.png", folder / "out.mkv", "--audio", "none"), (0, ""))
    pixel = output("ffmpeg", "-v", "error", "-i", folder / "out.mkv", "-frames:v", "1", "-vf", "format=rgb24",
                   "-f", "rawvideo", "-")
    middle = 3 * (32 * 64 + 32)
    check(pixel[middle] > 200 and pixel[middle + 1] < 60, f"not red: {pixel[middle:middle + 3]}")


def test_no_media(folder):
    """What is no video gets a sentence."""
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("A letter, not a film.\n" * 100)
    (folder / "folder.mp4").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    ffmpeg(*SOUND, folder / "sound.wav")
    names = {"empty.mp4": "empty", "text.mp4": "not a video", "folder.mp4": "folder", "pipe.mp4": "pipe",
             "sound.wav": "no picture", "gone.mp4": "no such file"}
    for name, reason in names.items():
        said = refused(folder / name, folder)
        check(reason in said, said)
    said = refused("/dev/zero", folder)
    check("device" in said, said)


def test_names(folder):
    """A file may have any name."""
    ffmpeg(*PICTURE, "-t", "0.2", folder / "plain.mkv")
    for name in (b"a:b.mkv", b"%d.mkv", b"-x.mkv", b"new\nline.mkv", b"\xff\xfe.mkv", b"http:x.mkv", b"concat:a|b.mkv"):
        path = os.path.join(os.fsencode(folder), name)
        os.link(folder / "plain.mkv", path)
        equal(run(path, folder / "out.mkv"), (0, ""), repr(name))


def test_lengths(folder):
    """A length that the container alone knows is not lost beside sound that begins before zero."""
    for codec, ending in (("aac", "mkv"), ("libmp3lame", "mkv"), ("ac3", "mkv"), ("libopus", "webm"), ("aac", "mp4"),
                          ("aac", "flv"), ("aac", "ts")):
        source = folder / f"{codec}.{ending}"
        video = ["-c:v", "libvpx", "-deadline", "realtime"] if ending == "webm" else ["-c:v", "libx264"]
        ffmpeg(*PICTURE, *SOUND, *video, "-c:a", codec, source)
        equal(run(source, folder / "out.mkv", "--start", "1"), (0, ""), source.name)
        near(length(folder / "out.mkv"), length(source) - 1, 0.1, source.name)


def test_breaks_off(folder):
    """What there is of a file that was cut is kept, and how much that is is said."""
    for ending, options in (("mp4", ["-movflags", "+faststart"]), ("mkv", []), ("flv", []), ("avi", [])):
        whole = folder / f"whole.{ending}"
        cut = folder / f"cut.{ending}"
        ffmpeg(*PICTURE, *SOUND, "-c:v", "libx264", "-bf", "0", "-g", "5", "-c:a", "aac", *options, whole)
        data = whole.read_bytes()
        cut.write_bytes(data[:len(data) * 6 // 10])
        code, said = run(cut, folder / "out.mkv")
        equal((code, said.count("\n")), (1, 1), said)
        check("breaks off at" in said and "of 2." in said, said)
        kept = length(folder / "out.mkv")
        check(0.5 < kept < 1.6, kept)
        near(float(said.split(" s of")[0].split()[-1]), kept, 0.1)
        # A trim that ends before that has all that it wants.
        equal(run(cut, folder / "out.mkv", "--end", "0.5"), (0, ""))
    # Sound may be longer than the picture.
    ffmpeg(*PICTURE, "-f", "lavfi", "-i", "sine=d=5", "-c:v", "libx264", "-c:a", "aac", folder / "longer.mkv")
    equal(run(folder / "longer.mkv", folder / "out.mkv"), (0, ""))


def test_shape(folder):
    """A picture of another shape is fitted into the first one, in its own."""
    parts = [("320x180", "1"), ("180x180", "1"), ("320x180", "1/2")]
    with (folder / "all.ts").open("wb") as whole:
        for size, aspect in parts:
            ffmpeg("-f", "lavfi", "-i", f"color=white:s={size}:r=25:d=0.4", "-vf", f"setsar={aspect}", "-c:v", "libx264",
                   "-f", "mpegts", folder / "part.ts")
            whole.write((folder / "part.ts").read_bytes())
    said = media.render(folder / "all.ts", folder / "out.mkv", *SMALL, "--size", "320x180")
    equal(said.count("changes its shape"), 1, said)
    frames = gray_frames(folder / "out.mkv", 320, 180)
    widths = [int((frames[at].astype(int)[90] > 128).sum()) for at in (3, 13, 23)]
    for width, wanted in zip(widths, (320, 180, 160)):
        near(width, wanted, 3, str(widths))
    check(bool((frames[13][2, 90:230] > 128).all()), "not fitted to the height")
    # A first picture of an odd size has half a sample of chroma at its edges.
    odd = b""
    for size in ("65x37", "37x37", "65x19"):
        ffmpeg("-f", "lavfi", "-i", f"color=white:s={size}:r=25:d=0.2", "-c:v", "mpeg2video", "-q:v", "2", folder / "odd.ts")
        odd += (folder / "odd.ts").read_bytes()
    (folder / "odd.ts").write_bytes(odd)
    equal(run(folder / "odd.ts", folder / "out.mkv", "--size", "130x74")[0], 0)
    frames = gray_frames(folder / "out.mkv", 130, 74)
    check(bool((frames[7][:, 64] > 200).all()), f"the lower edge of the second picture: {frames[7][:, 64]}")
    check(bool((frames[12][36] > 200).all()), f"the right edge of the third picture: {frames[12][36]}")


def test_programs(folder):
    """Of a broadcast's programs only the picture's is taken."""
    ffmpeg(*PICTURE, *SOUND, "-f", "lavfi", "-i", "testsrc2=s=32x32:r=25:d=2", "-f", "lavfi", "-i", "sine=f=880:d=2",
           "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:v", "libx264", "-c:a", "aac", "-program",
           "title=one:st=0:st=1", "-program", "title=two:st=2:st=3", folder / "two.ts")
    equal(run(folder / "two.ts", folder / "out.mkv"), (0, ""))
    kinds = output("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", folder / "out.mkv")
    equal(kinds.split(), [b"video", b"audio"])


def test_encrypted(folder):
    """An encrypted film is no film."""
    ffmpeg(*PICTURE, "-c:v", "libx264", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key",
           "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8", folder / "locked.mp4")
    said = refused(folder / "locked.mp4", folder)
    check("encrypted" in said, said)


def test_animated_webp(folder):
    """FFmpeg knows what it is and does not decode it; the sentence says so."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=1", "-c:v", "libwebp_anim", "-loop", "0", folder / "moving.webp")
    said = refused(folder / "moving.webp", folder)
    check("animated WebP" in said, said)


def test_memory(folder):
    """Pictures that cannot be held are refused before they are decoded."""
    if tap.has_sanitizer(os.environ["BLURBOX_RENDER"]):
        raise tap.Skip("the address sanitizer needs more address space than the limit")
    size = (16000).to_bytes(2, "little")
    block = bytes([2, 2, 0x4C, 1, 0])
    (folder / "large.gif").write_bytes(b"GIF89a" + size + size + bytes([0x80, 0, 0]) + bytes(6) + b"\x2c" + bytes(4) + size +
                                       size + b"\0" + block + b"\x3b")
    limit = 2 << 30
    said = refused(folder / "large.gif", folder,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    check("Not enough memory" in said and "16000" in said, said)


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
