#!/usr/bin/env python3
# test-cli.py: blurbox-render as seen from outside
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the built program on good and bad input and prints TAP.

BLURBOX_RENDER is the program, BLURBOX_MANUAL the source of its manual page.
"""

import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import media
import tap
from media import LIMIT, MEDIA
from tap import ffmpeg

PROGRAM = os.environ["BLURBOX_RENDER"]

FIGURES = {
    "frames": int, "batches": int, "seconds": float, "frames_per_second": float,
    "batches_per_second": float, "decode_ms": float, "effect_ms": float, "encode_ms": float,
    "effect_cpu_ms": float, "peak_memory_bytes": int, "batch": int, "corrupt": int, "waits_for": str,
    "device": str, "encoder": str,
}


def make_clip(path, frames=25, size="128x72", codec=("-c:v", "libx264", "-preset", "ultrafast"), sound=True):
    media.clip(path, seconds=frames / 25, size=size, rate=25, sound=sound, codec=codec)


def video_of(path):
    return media.probe(path, "-count_frames", "-show_streams", "-select_streams", "v")["streams"][0]


def hash_of(path):
    return ffmpeg("-i", path, "-map", "0:v", "-f", "framemd5", "-")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shelf = pathlib.Path(tempfile.mkdtemp(prefix="blurbox-"))
        cls.clip = cls.shelf / "clip.mp4"
        make_clip(cls.clip)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shelf)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="blurbox-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def listing(self):
        return sorted(os.path.join(root, name) for root, folders, names in
                      os.walk(os.fsencode(self.folder)) for name in
                      [os.fsencode(n) for n in folders + names])

    def run_program(self, *arguments, **options):
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True,
                              timeout=LIMIT, stdin=subprocess.DEVNULL, **options)

    def render(self, *arguments, **options):
        done = self.run_program(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def assert_sentence(self, done, *names):
        """One sentence for the user, that names the file."""
        text = done.stderr.decode()
        self.assertEqual(done.stdout, b"")
        self.assertRegex(text, r"\Ablurbox-render: [^\n]+[^.\n]\n\Z")
        self.assertLess(len(text), 400)
        for name in names:
            self.assertIn(name, text)

    def assert_fails(self, *arguments, code=1, names=(), **options):
        """The run fails as it should, and leaves everything as it was."""
        before = self.listing()
        done = self.run_program("-q", *arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assert_sentence(done, *names)
        self.assertEqual(self.listing(), before)
        return done


class Information(Case):
    def test_help(self):
        done = self.render("--help")
        self.assertEqual(done.stderr, b"")
        self.assertTrue(done.stdout.startswith(b"Usage: blurbox-render"))

    def test_manual_has_every_option(self):
        manual = pathlib.Path(os.environ["BLURBOX_MANUAL"]).read_text().replace("\\-", "-")
        options = set(re.findall(r"--[a-z][a-z-]+", self.render("--help").stdout.decode()))
        self.assertGreater(len(options), 25)
        for option in options:
            self.assertRegex(manual, re.escape(option) + r"\b")

    def test_manual_is_clean(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not here")
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", os.environ["BLURBOX_MANUAL"]],
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_version(self):
        self.assertRegex(self.render("--version").stdout, rb"\Ablurbox-render \d+\.\d+\.\d+\n\Z")

    def test_lists(self):
        self.assertRegex(self.render("--list-devices").stdout, rb"(?m)^cpu ")
        encoders = self.render("--list-encoders").stdout.decode()
        names = [line.split()[0] for line in encoders.splitlines()]
        for name in ("libx264", "ffv1", "none"):
            self.assertIn(name, names)


    def test_auto_tune(self):
        done = self.render("--auto-tune", self.clip, "--size", "90x160", "--device", "cpu",
                           "--save-recipe", "best.recipe")
        self.assertEqual(done.stderr, b"")
        lines = done.stdout.decode().splitlines()
        rows = [line.split() for line in lines[3:19]]
        self.assertEqual([(row[0], row[1]) for row in rows],
                         [(str(2 ** i), p) for i in range(8) for p in ("fp16", "fp32")])
        best = [row for row, line in zip(rows, lines[3:19]) if line.endswith("← best")]
        self.assertEqual(len(best), 1)
        self.assertEqual(lines[-1], f"--batch {best[0][0]} --precision {best[0][1]}")
        recipe = (self.folder / "best.recipe").read_text().splitlines()
        for line in (f"batch={best[0][0]}", f"precision={best[0][1]}", "width=90"):
            self.assertIn(line, recipe)
        # Nothing else is written.
        self.assertEqual(self.listing(), [os.fsencode(self.folder / "best.recipe")])
        self.assert_fails("--auto-tune", "missing.mp4", names=["missing.mp4"])


class Good(Case):
    def test_beside_the_input(self):
        shutil.copy(self.clip, self.folder / "in.mp4")
        self.render("in.mp4")
        video = video_of(self.folder / "in-1080x1920.mp4")
        self.assertEqual((video["width"], video["height"], video["codec_name"]),
                         (1080, 1920, "h264"))
        self.assertEqual(int(video["nb_read_frames"]), 25)
        self.assertEqual(len(self.listing()), 2)

    def test_codecs(self):
        for codec, extension in (("h264", "mov"), ("hevc", "mkv"), ("av1", "webm")):
            with self.subTest(codec=codec):
                target = f"out.{extension}"
                self.render("--size", "180x320", "--codec", codec, "-o", target, str(self.clip))
                video = video_of(self.folder / target)
                self.assertEqual(video["codec_name"], codec)
                self.assertEqual(int(video["nb_read_frames"]), 25)

    def test_lossless(self):
        self.render("--size", "90x160", "--encoder", "ffv1", "-o", "./", str(self.clip))
        video = video_of(self.folder / "clip-90x160.mkv")
        self.assertEqual((video["codec_name"], int(video["nb_read_frames"])), ("ffv1", 25))

    def test_trim(self):
        self.render("--size", "90x160", "--start", "0.4", "--end", "0:00.8", "-o", "a.mp4",
                    str(self.clip))
        self.assertEqual(int(video_of(self.folder / "a.mp4")["nb_read_frames"]), 10)

    def test_no_sound(self):
        self.render("--size", "90x160", "--audio", "none", "-o", "a.mp4", str(self.clip))
        kinds = [s["codec_type"] for s in media.probe(self.folder / "a.mp4", "-show_streams")["streams"]]
        self.assertEqual(kinds, ["video"])

    def test_tiny(self):
        self.render("--size", "2x2", "-o", "a.mkv", "--encoder", "ffv1", str(self.clip))
        video = video_of(self.folder / "a.mkv")
        self.assertEqual((video["width"], video["height"]), (2, 2))

    def test_names(self):
        """Names that are bytes, options, patterns or addresses to others are only names here."""
        names = [b"\xff\xfe clip.mp4", b"-o.mp4", b"a:b.mp4", b"pipe:0.mp4", b"f%03d.mp4",
                 b"it's \"so\".mp4", b"concat|x.mp4", b"two\nlines.mp4", "hällo.mp4".encode()]
        for name in names:
            with self.subTest(name=name):
                path = os.path.join(os.fsencode(self.folder), name)
                shutil.copy(os.fsencode(self.clip), path)
                done = self.render("--size", "90x160", "--", name)
                self.assertTrue(os.path.exists(path[:-4] + b"-90x160.mp4"))
                done.stderr.decode()

    def test_new_folder(self):
        shutil.copy(self.clip, self.folder / "one.mp4")
        shutil.copy(self.clip, self.folder / "two.mp4")
        self.render("--size", "90x160", "-o", "made/", "one.mp4", "two.mp4")
        self.assertEqual(sorted(os.listdir(self.folder / "made")),
                         ["one-90x160.mp4", "two-90x160.mp4"])

    def test_recipe(self):
        look = ["--size", "90x160", "--encoder", "ffv1", "--blur", "12.3", "--dim", "0.25",
                "--zoom", "0.5", "--offset", "-3,4.5", "--start", "0.2", "--end", "0.6"]
        done = self.run_program("--save-recipe", "look", *look)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.render("-o", "a.mkv", *look, str(self.clip))
        self.render("-o", "b.mkv", "--recipe", "look", str(self.clip))
        self.render("-o", "c.mkv", "--recipe", "look", "--dim", "0.5", str(self.clip))
        self.assertEqual(hash_of(self.folder / "a.mkv"), hash_of(self.folder / "b.mkv"))
        self.assertNotEqual(hash_of(self.folder / "a.mkv"), hash_of(self.folder / "c.mkv"))
        self.render("--recipe", "look", "--save-recipe", "copy")
        self.assertEqual((self.folder / "look").read_bytes(), (self.folder / "copy").read_bytes())

    def assert_figures(self, figures):
        for name, kind in FIGURES.items():
            self.assertIsInstance(figures[name], kind, name)

    def test_automatic_work(self):
        self.render("--size", "90x160", "--device", "cpu", "--encoder", "ffv1", "--stats", "s.json", "-o", "a.mkv", str(self.clip))
        stats = json.loads((self.folder / "s.json").read_text())
        self.assertEqual(stats["batch"], min(max(len(os.sched_getaffinity(0)), 4), 16))
        for precision in ("fp16", "fp32"):
            self.render("--size", "90x160", "--device", "cpu", "--encoder", "ffv1", "--precision", precision,
                        "-o", f"{precision}.mkv", str(self.clip))
        self.assertEqual(hash_of(self.folder / "a.mkv"), hash_of(self.folder / "fp32.mkv"))
        self.assertNotEqual(hash_of(self.folder / "a.mkv"), hash_of(self.folder / "fp16.mkv"))

    def test_stats(self):
        self.render("--size", "90x160", "--batch", "10", "--stats", "s.json", "-o", "a.mp4",
                    str(self.clip))
        stats = json.loads((self.folder / "s.json").read_text())
        self.assert_figures(stats)
        self.assertEqual((stats["frames"], stats["failed"]), (25, 0))
        self.assertEqual((stats["batches"], stats["batch"]), (3, 10))
        self.assertGreater(stats["seconds"], 0)
        self.assertGreater(stats["peak_memory_bytes"], 1000000)
        self.assertIn(stats["waits_for"], ("decoder", "cpu", "encoder"))
        for phase in "file", "probe", "encoder", "prepare", "first_frame", "close":
            self.assertEqual(stats["phases"][phase]["count"], 1, phase)
        self.assertEqual(stats["encoder"], "libx264")
        [render] = stats["renders"]
        self.assert_figures(render)
        self.assertEqual((render["input"], render["output"], render["error"]),
                         (str(self.clip), "a.mp4", None))

    def test_no_file(self):
        before = self.listing()
        done = self.render("-q", "--encoder", "none", "--stats", "/dev/stdout", str(self.clip))
        self.assertEqual(json.loads(done.stdout)["frames"], 25)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(self.listing(), before)

    def test_overwrite(self):
        target = self.folder / "a.mp4"
        target.write_bytes(b"precious")
        self.assert_fails("--size", "90x160", "-o", "a.mp4", str(self.clip), names=["a.mp4"])
        self.assertEqual(target.read_bytes(), b"precious")
        self.render("--size", "90x160", "--overwrite", "-o", "a.mp4", str(self.clip))
        self.assertEqual(int(video_of(target)["nb_read_frames"]), 25)

    def test_plain_progress(self):
        """What is not a terminal gets whole lines without control characters."""
        done = self.render("--size", "90x160", "-o", "a.mp4", str(self.clip))
        self.assertRegex(done.stderr.decode(), r"clip\.mp4 → a\.mp4: 25 frames in ")
        self.assertNotRegex(done.stderr, rb"[\r\x1b]")

    def test_terminal_progress(self):
        long = self.shelf / "progress.mkv"
        make_clip(long, frames=200, codec=("-c:v", "ffv1"), sound=False)
        reader, terminal = pty.openpty()
        child = subprocess.Popen([PROGRAM, "--device", "cpu", "--encoder", "none", str(long)], stderr=terminal,
                                 env={**os.environ, "TERM": "xterm"})
        os.close(terminal)
        text = b""
        while True:
            try:
                piece = os.read(reader, 4096)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(reader)
        self.assertEqual(child.wait(LIMIT), 0)
        shown = text.decode()
        self.assertRegex(shown, r"\r[^\r\n]*\d %, [\d.,]+ frames/s, [\d.,]+ batches/s")
        # The line is cleared before the result is printed.
        self.assertRegex(shown, r"\r\x1b\[K[^\r\n]*200 frames in [^\r\n]*\r\n\Z")


class BadInput(Case):
    def bad(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_missing(self):
        self.assert_fails("missing.mp4", names=["missing.mp4"])
        self.assert_fails("-o", "a.mp4", "no/where.mp4", names=["where.mp4"])

    def test_missing_bytes(self):
        self.assert_fails(b"missing\xff\n.mp4")

    def test_folder(self):
        (self.folder / "films").mkdir()
        self.assert_fails("-o", "a.mp4", "films", names=["films"])

    def test_empty(self):
        self.bad("empty.mp4", b"")
        self.assert_fails("empty.mp4", names=["empty.mp4"])

    def test_text(self):
        self.bad("text.mp4", b"This is a letter, not a video.\n" * 100)
        self.assert_fails("text.mp4", names=["text.mp4"])

    def test_program(self):
        self.bad("program.mp4", pathlib.Path(sys.executable).read_bytes()[:200000])
        self.assert_fails("program.mp4", names=["program.mp4"])

    def test_truncated_without_index(self):
        whole = self.clip.read_bytes()
        self.bad("cut.mp4", whole[:len(whole) // 2])
        self.assert_fails("cut.mp4", names=["cut.mp4"])

    def test_broken_boxes(self):
        whole = bytearray(self.clip.read_bytes())
        at = whole.index(b"stbl")
        whole[at + 4:at + 400] = b"\xff" * 396
        self.bad("boxes.mp4", bytes(whole))
        self.assert_fails("boxes.mp4", names=["boxes.mp4"])

    def test_unknown_codec(self):
        whole = self.clip.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC")
        self.bad("codec.mp4", whole)
        self.assert_fails("codec.mp4", names=["codec.mp4"])

    def test_sound_only(self):
        ffmpeg("-f", "lavfi", "-i", "sine=duration=1", str(self.folder / "sound.m4a"))
        self.assert_fails("sound.m4a", names=["sound.m4a"])

    def test_pipe(self):
        os.mkfifo(self.folder / "pipe.mp4")
        self.assert_fails("pipe.mp4", names=["pipe.mp4"])

    def test_device(self):
        self.assert_fails("-o", "a.mp4", "/dev/zero", names=["/dev/zero"])

    def test_garbage_never_crashes(self):
        """Damage anywhere gives a file or a sentence, never a crash, a hang or remains."""
        whole = self.clip.read_bytes()
        for i in range(24):
            damaged = bytearray(whole)
            for k in range(12):
                damaged[(i * 7919 + k * k * 104729) % len(whole)] ^= 0x5a + i
            path = self.bad("damaged.mp4", bytes(damaged))
            before = self.listing()
            done = self.run_program("-q", "--size", "90x160", "-o", "a.mp4", path.name)
            with self.subTest(i=i):
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode == 1:
                    self.assertEqual(self.listing(), before)
                    self.assertRegex(done.stderr.decode(), r"\Ablurbox-render: [^\n]+\n\Z")
                else:
                    os.unlink(self.folder / "a.mp4")

    def test_shared_media(self):
        if not MEDIA.is_dir():
            self.skipTest("the shared media are not here")
        for name in ("sample_ac3.mp4", "sample_malformed_free_box.mp4"):
            with self.subTest(name=name):
                self.assert_fails("-o", "a.mp4", str(MEDIA / name), names=[name])

    def test_trim(self):
        self.assert_fails("--start", "1", "--end", "1", str(self.clip), code=2)
        self.assert_fails("--start", "2", "--end", "1", str(self.clip), code=2)
        self.assert_fails("--start", "1:00", "-o", "a.mp4", str(self.clip), names=["clip.mp4"])
        self.assert_fails("--start", "100:00:00", "-o", "a.mp4", str(self.clip),
                          names=["clip.mp4"])


class BadTarget(Case):
    def test_sizes(self):
        self.assert_fails("--size", "1081x1920", "-o", "a.mp4", str(self.clip))
        self.assert_fails("--size", "1x1", "-o", "a.mp4", str(self.clip), code=2)
        self.assert_fails("--size", "16384x16384", "-o", "a.mp4", str(self.clip))
        self.assert_fails("--size", "16385x2", "-o", "a.mp4", str(self.clip), code=2)

    def test_unwritable(self):
        self.assert_fails("-o", "no/where/a.mp4", str(self.clip), names=["no/where"])
        self.assert_fails("-o", "/proc/a.mp4", str(self.clip), names=["/proc/a.mp4"])
        (self.folder / "file").write_bytes(b"")
        self.assert_fails("-o", "file/a.mp4", str(self.clip), names=["file"])

    def test_read_only_folder(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        self.assert_fails("-o", "closed/a.mp4", str(self.clip), names=["closed/a.mp4"])

    def test_target_is_source(self):
        shutil.copy(self.clip, self.folder / "a.mp4")
        os.symlink("a.mp4", self.folder / "link.mp4")
        os.link(self.folder / "a.mp4", self.folder / "twin.mp4")
        before = (self.folder / "a.mp4").read_bytes()
        for target in ("a.mp4", "./a.mp4", "link.mp4", "twin.mp4"):
            with self.subTest(target=target):
                self.assert_fails("--overwrite", "-o", target, "a.mp4", code=2, names=[target])
                self.assertEqual((self.folder / "a.mp4").read_bytes(), before)

    def test_pairs(self):
        for arguments in (["-o", "a.webm"], ["-o", "a.xyz"], ["-o", "a"],
                          ["-o", "a.mp4", "--encoder", "ffv1"],
                          ["-o", "a.webm", "--codec", "hevc"]):
            with self.subTest(arguments=arguments):
                self.assert_fails(*arguments, str(self.clip), code=2)

    def test_full_disk(self):
        small = self.folder / "small"
        small.mkdir()
        # A file system of 24 kB that only this child sees; it prints what is left there.
        script = ("import ctypes, os, subprocess, sys\n"
                  "libc = ctypes.CDLL(None)\n"
                  "if libc.mount(b'tmpfs', os.fsencode(sys.argv[1]), b'tmpfs', 0, b'size=24k'):\n"
                  "    sys.exit(77)\n"
                  "os.chdir(sys.argv[1])\n"
                  "code = subprocess.call(sys.argv[2:])\n"
                  "print(*os.listdir('.'), sep='', end='')\n"
                  "sys.exit(code)")
        for name, encoder in (("a.mkv", "ffv1"), ("a.mp4", "libx264")):
            try:
                done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount",
                                       sys.executable, "-c", script, str(small), PROGRAM, "-q",
                                       "-o", name, "--encoder", encoder, str(self.clip)],
                                      capture_output=True, timeout=LIMIT)
            except FileNotFoundError:
                self.skipTest("unshare is not here")
            if done.returncode == 77 or b"unshare:" in done.stderr:
                self.skipTest("a file system of its own cannot be mounted here")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assert_sentence(done, name)

    def test_file_size_limit(self):
        """As a full disk, but where nothing can be mounted."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        self.assert_fails("-o", "a.mkv", "--encoder", "ffv1", str(self.clip), names=["a.mkv"],
                          preexec_fn=limit)

    def test_side_files(self):
        self.assert_fails("--save-recipe", "no/where", str(self.clip), names=["no/where"])
        (self.folder / "look").write_bytes(b"precious")
        self.assert_fails("--save-recipe", "look", code=2, names=["look"])
        self.assert_fails("--recipe", "look", str(self.clip), code=2, names=["look"])
        self.assert_fails("--recipe", "missing", str(self.clip), code=2, names=["missing"])
        self.assertEqual((self.folder / "look").read_bytes(), b"precious")
        done = self.run_program("-q", "--encoder", "none", "--stats", "no/where", str(self.clip))
        self.assertEqual(done.returncode, 1)
        self.assert_sentence(done, "no/where")


class Usage(Case):
    def test_refused(self):
        for arguments in ([], ["--nonsense", "a.mp4"], ["a.mp4", "--blur"],
                          ["--blur", "2000", "a.mp4"], ["--blur", "6,5", "a.mp4"],
                          ["--offset", "3", "a.mp4"], ["--encoder", "nonsense", "a.mp4"],
                          ["--encoder", "none", "-o", "a.mp4", "b.mp4"], ["-"], [""],
                          ["-o", "a.mp4", "b.mp4", "c.mp4"], ["-o", "no/where/", "a.mp4"],
                          ["-o", "./", "x/a.mp4", "y/a.mp4"], ["--blur", b"\xff", "a.mp4"]):
            with self.subTest(arguments=arguments):
                self.assert_fails(*arguments, code=2)


class Several(Case):
    def test_one_bad(self):
        for name in ("one.mp4", "three.mp4"):
            shutil.copy(self.clip, self.folder / name)
        (self.folder / "two.mp4").write_bytes(b"nothing")
        done = self.run_program("-q", "--size", "90x160", "--stats", "s.json", "-o", "out/",
                                "one.mp4", "two.mp4", "three.mp4")
        self.assertEqual(done.returncode, 1)
        self.assert_sentence(done, "two.mp4")
        self.assertEqual(sorted(os.listdir(self.folder / "out")),
                         ["one-90x160.mp4", "three-90x160.mp4"])
        stats = json.loads((self.folder / "s.json").read_text())
        self.assertEqual((stats["frames"], stats["failed"]), (50, 1))
        self.assertEqual([r["error"] is None for r in stats["renders"]], [True, False, True])

    def test_all_bad(self):
        """A folder that was made for nothing goes again."""
        before = self.listing()
        done = self.run_program("-q", "-o", "out/", "a.mp4", "b.mp4")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 2)
        self.assertEqual(self.listing(), before)


class Running(Case):
    """Tests of what happens to a render while it runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long = cls.shelf / "long.mkv"
        make_clip(cls.long, frames=10000, size="64x36", codec=("-c:v", "ffv1"), sound=False)

    def start(self, *arguments, least=1):
        """Starts a render, and returns when its file is there with that many bytes."""
        child = subprocess.Popen([PROGRAM, "-q", "-o", "out/", *arguments, str(self.long),
                                  str(self.clip)], cwd=self.folder, stderr=subprocess.PIPE)
        deadline = time.monotonic() + LIMIT
        while child.poll() is None and time.monotonic() < deadline:
            out = self.folder / "out"
            if out.is_dir() and any(f.stat().st_size >= least for f in out.iterdir()):
                break
            time.sleep(0.02)
        self.assertIsNone(child.poll())
        return child


class Cancel(Running):
    def assert_cancelled(self, child):
        try:
            _, text = child.communicate(timeout=LIMIT)
        finally:
            child.kill()
        self.assertEqual(child.returncode, 1)
        self.assertRegex(text.decode(), r"\Ablurbox-render: “[^\n]*long\.mkv” was cancelled[^\n]*\n\Z")
        # Segments that are whole stay for the next one, and nothing else; without any, nothing does.
        left = [os.path.basename(path).decode() for path in self.listing()]
        segments = [name for name in left if re.fullmatch(r"\d{6}-[0-9a-f]{64}\.nut", name)]
        others = sorted(name for name in left if name not in segments and not name.endswith(".blurbox"))
        self.assertEqual(others, ["lock", "out", "render.ini"] if segments else [])
        self.assertEqual(len(left) - len(segments) - len(others), 1 if segments else 0)

    def test_signals(self):
        # Under nohup, which the program respects, it would be passed on as ignored.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                child = self.start("--encoder", "ffv1", "--size", "360x640")
                child.send_signal(number)
                self.assert_cancelled(child)

    def test_encoder_with_delay(self):
        child = self.start("--size", "360x640", "--preset", "ultrafast")
        child.send_signal(signal.SIGINT)
        self.assert_cancelled(child)

    def test_slow_encoder(self):
        """An encoder that is busy, or still being opened, keeps neither the file nor the program."""
        for least in (0, 0, 1):
            with self.subTest(least=least):
                child = self.start("--codec", "av1", "--size", "1920x1080", "--preset", "3",
                                   least=least)
                child.send_signal(signal.SIGTERM)
                self.assert_cancelled(child)

    def test_name_taken_meanwhile(self):
        """A file that appears during the render is left alone, and the film is kept nevertheless."""
        target = self.folder / "film.mkv"
        middle = self.shelf / "middle.mkv"
        make_clip(middle, frames=500, size="64x36", codec=("-c:v", "ffv1"), sound=False)
        child = subprocess.Popen([PROGRAM, "-q", "-o", str(target), "--size", "360x640",
                                  "--encoder", "ffv1", str(middle)], stderr=subprocess.PIPE)
        deadline = time.monotonic() + LIMIT
        while not self.listing() and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        child.send_signal(signal.SIGSTOP)
        self.assertFalse(target.exists())
        target.write_bytes(b"somebody's")
        child.send_signal(signal.SIGCONT)
        _, text = child.communicate(timeout=LIMIT)
        self.assertEqual(child.returncode, 1)
        self.assertRegex(text.decode(), r"\Ablurbox-render: [^\n]*film\.mkv”[^\n]*film \(2\)\.mkv”\n\Z")
        self.assertEqual(target.read_bytes(), b"somebody's")
        self.assertEqual([os.path.basename(p) for p in self.listing()], [b"film (2).mkv", b"film.mkv"])
        self.assertEqual(int(video_of(self.folder / "film (2).mkv")["nb_read_frames"]), 500)

    def test_second_signal_kills(self):
        child = self.start("--encoder", "ffv1", "--size", "360x640")
        child.send_signal(signal.SIGSTOP)
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGCONT)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=LIMIT)
        self.assertIn(child.returncode, (1, -signal.SIGINT))

    def test_closed_reader(self):
        """Nobody reads the messages any more: the render still ends and is whole."""
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([PROGRAM, "--size", "90x160", "-o", "a.mp4", str(self.clip)],
                              cwd=self.folder, stderr=writer, timeout=LIMIT)
        os.close(writer)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(int(video_of(self.folder / "a.mp4")["nb_read_frames"]), 25)


class Surroundings(Case):
    """What is around a render: links, pipes, full devices, names, limits."""

    def test_broken_link(self):
        """Found before the render: nothing is made beside it."""
        (self.folder / "out.mp4").symlink_to("missing/film.mp4")
        self.assert_fails("-o", "out.mp4", str(self.clip), names=["out.mp4"])
        self.assert_fails("--overwrite", "-o", "out.mp4", str(self.clip), names=["out.mp4"])
        (self.folder / "round.mp4").symlink_to("round.mp4")
        self.assert_fails("--overwrite", "-o", "round.mp4", str(self.clip), names=["round.mp4"])

    def test_overwrite_link(self):
        """The link stays, and what it leads to is replaced with its permissions."""
        (self.folder / "far").mkdir()
        real = self.folder / "far" / "film.mp4"
        real.write_bytes(b"old")
        real.chmod(0o600)
        link = self.folder / "out.mp4"
        link.symlink_to("far/film.mp4")
        self.render("-q", "--overwrite", "--size", "90x160", "-o", "out.mp4", str(self.clip))
        self.assertEqual(os.readlink(link), "far/film.mp4")
        self.assertEqual(int(video_of(real)["nb_read_frames"]), 25)
        self.assertEqual(real.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(len(self.listing()), 3)
        real.unlink()
        self.render("-q", "--overwrite", "--size", "90x160", "-o", "out.mp4", str(self.clip))
        self.assertTrue(link.is_symlink() and real.is_file())

    def test_no_folder_beside(self):
        """Where no folder can be made beside the target, its segments are kept among the user's cached files."""
        taken = self.folder / ".out.mp4.blurbox"
        taken.write_bytes(b"somebody's")
        cache = self.folder / "cache"
        self.render("-q", "--size", "90x160", "-o", "out.mp4", str(self.clip),
                    env=os.environ | {"XDG_CACHE_HOME": str(cache)})
        self.assertEqual(int(video_of(self.folder / "out.mp4")["nb_read_frames"]), 25)
        self.assertEqual(taken.read_bytes(), b"somebody's")
        self.assertEqual(os.listdir(cache / "blurbox"), [])

    def test_pipe_as_target(self):
        os.mkfifo(self.folder / "out.mp4")
        self.assert_fails("--overwrite", "-o", "out.mp4", str(self.clip), names=["out.mp4"])
        self.assertTrue((self.folder / "out.mp4").is_fifo())

    def test_side_files_into_pipes(self):
        """A pipe without a reader is not waited for; one with a reader gets everything."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for option in ("--stats", "--save-recipe"):
            self.assert_fails("--encoder", "none", option, "pipe", str(self.clip), names=["pipe"])
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.render("-q", "--encoder", "none", "--stats", "pipe", str(self.clip))
        self.assertEqual(json.loads(os.read(reader, 1 << 16))["frames"], 25)

    def test_full_device(self):
        for option in ("--help", "--version", "--list-devices", "--list-encoders"):
            with self.subTest(option=option), open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, option], stdout=full, stderr=subprocess.PIPE,
                                      timeout=LIMIT)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, rb"\Ablurbox-render: [^\n]+\n\Z")

    def test_controls_in_names(self):
        """Neither escape sequences nor newlines of a name reach the terminal."""
        names = ["a\x1b[31mb\nc.mp4", "d\u009b31me.mp4", "f\u202eg.mp4", "\x07broken.mp4"]
        for name in names[:3]:
            shutil.copy(self.clip, self.folder / name)
        (self.folder / names[3]).write_bytes(b"nothing")
        done = self.run_program("--device", "cpu", "--size", "90x160", "-o", "out\x1b]0;x/", *names)
        self.assertEqual(done.returncode, 1)
        text = done.stderr.decode()
        self.assertEqual(len(text.splitlines()), len(done.stderr.split(b"\n")) - 1)
        self.assertFalse(set(text) & set("\x1b\x07\u009b\u202e"), repr(text))
        self.assertEqual(len(done.stderr.split(b"\n")) - 1, 4, text)
        done = self.run_program("-o", "\x1b[2Jx/y/", names[0])
        self.assertEqual(done.returncode, 2)
        self.assertNotIn(b"\x1b", done.stderr)

    def test_few_descriptors(self):
        for limit in (4, 8, 12):
            with self.subTest(limit=limit):
                self.assert_fails("--encoder", "none", str(self.clip), preexec_fn=lambda:
                                  resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))

    @unittest.skipIf(tap.has_sanitizer(PROGRAM), "the leak sanitizer needs a thread when the program ends")
    def test_few_threads(self):
        # The system does not limit root's threads.
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            self.assert_fails("--encoder", "none", str(self.clip), preexec_fn=lambda:
                              resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)), **nobody)
        except PermissionError:
            self.skipTest("the program may be run by root only")


class Killed(Running):
    def parts(self):
        return [n for n in self.listing() if n.endswith(b".part")]

    def test_stale_file_goes(self):
        """The next render removes what a killed one left, and nothing that is in use."""
        running = self.start("--encoder", "ffv1", "--size", "360x640")
        self.addCleanup(running.communicate)
        self.addCleanup(running.kill)
        running.send_signal(signal.SIGSTOP)
        in_use = self.parts()
        self.assertEqual(len(in_use), 1)
        killed = subprocess.Popen([PROGRAM, "-q", "-o", "out/other.mkv", "--encoder", "ffv1", "--size",
                                   "360x640", str(self.long)], cwd=self.folder)
        while killed.poll() is None and len(self.parts()) < 2:
            time.sleep(0.002)
        killed.kill()
        killed.wait()
        self.assertEqual(len(self.parts()), 2)
        (self.folder / "out" / ".notes.0123456789abcdef.part").write_bytes(b"somebody's")
        self.render("-q", "--size", "90x160", "-o", "out/third.mp4", str(self.clip))
        self.assertEqual(self.parts(), sorted(
            in_use + [os.fsencode(self.folder / "out" / ".notes.0123456789abcdef.part")]))

    def test_folder_removed(self):
        """Noticed during the render, not after its last frame."""
        child = self.start("--encoder", "ffv1", "--size", "360x640", "--stats",
                           str(self.folder / "stats.json"))
        child.send_signal(signal.SIGSTOP)
        shutil.rmtree(self.folder / "out")
        child.send_signal(signal.SIGCONT)
        _, text = child.communicate(timeout=LIMIT)
        self.assertEqual(child.returncode, 1)
        self.assertIn("long", text.decode().splitlines()[0])
        stats = json.loads((self.folder / "stats.json").read_text())
        self.assertLess(stats["renders"][0]["frames"], 10000)


class Tap(unittest.TestResult):
    """Prints a TAP line for each test."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.subtests_failed = False

    def say(self, good, test, remark="", text=""):
        self.number += 1
        name = test.id().removeprefix("__main__.").replace("#", " ")
        print(f"{'ok' if good else 'not ok'} {self.number} {name}{remark}")
        for line in text.splitlines():
            print("# " + line)
        sys.stdout.flush()

    def startTest(self, test):
        super().startTest(test)
        self.subtests_failed = False

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.subtests_failed = True
            self.say(False, subtest, text=self._exc_info_to_string(error, test))

    def addSuccess(self, test):
        if not self.subtests_failed:
            self.say(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say(True, test, f" # SKIP {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.say(False, test, text=self._exc_info_to_string(error, test))

    def addError(self, test, error):
        super().addError(test, error)
        self.say(False, test, text=self._exc_info_to_string(error, test))


def main():
    names = sys.argv[1:]
    module = sys.modules["__main__"]
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names, module) if names else \
        loader.loadTestsFromModule(module)
    result = Tap()
    print("TAP version 13")
    suite.run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
