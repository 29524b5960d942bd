# SPDX-License-Identifier: GPL-3.0-or-later
"""What "meson install" makes is whole, and works from wherever it lies."""

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

SOURCE = Path(os.environ["BB_SOURCE"])
BUILD = Path(os.environ["BB_BUILD"])
VERSION = os.environ["BB_VERSION"]
APP_ID = "io.github.blurbox.Blurbox"
PROGRAMS = ("blurbox", "blurbox-render")
PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"
msgid "print errors only"
msgstr "seulement les erreurs"
"""

# Installed once, below a folder that the configured prefix says nothing of.
room = tempfile.TemporaryDirectory(prefix="blurbox-install-")
PREFIX = Path(room.name) / os.environ["BB_PREFIX"].lstrip("/")


def environment(**more):
    """Nothing in it says where the programs are."""
    plain = {name: value for name, value in os.environ.items()
             if name not in ("GSETTINGS_SCHEMA_DIR", "XDG_DATA_DIRS", "LANGUAGE", "LC_ALL", "LANG")}
    return {**plain, "LC_ALL": "C.UTF-8", **more}


def test_install(folder):
    tap.output("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", room.name)
    share = PREFIX / "share"
    for name in ("bin/blurbox", "bin/blurbox-render", f"share/applications/{APP_ID}.desktop",
                 f"share/metainfo/{APP_ID}.metainfo.xml", f"share/dbus-1/services/{APP_ID}.service",
                 f"share/glib-2.0/schemas/{APP_ID}.gschema.xml",
                 f"share/icons/hicolor/scalable/apps/{APP_ID}.svg",
                 f"share/icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg",
                 "share/man/man1/blurbox.1", "share/man/man1/blurbox-render.1",
                 "share/bash-completion/completions/blurbox",
                 "share/bash-completion/completions/blurbox-render",
                 "share/zsh/site-functions/_blurbox", "share/zsh/site-functions/_blurbox-render",
                 "share/fish/vendor_completions.d/blurbox.fish",
                 "share/fish/vendor_completions.d/blurbox-render.fish"):
        tap.check((PREFIX / name).is_file(), f"{name} is not installed")
    for language in (SOURCE / "po" / "LINGUAS").read_text().splitlines():
        if language and not language.startswith("#"):
            path = share / "locale" / language / "LC_MESSAGES" / "blurbox.mo"
            tap.check(path.is_file(), f"{path} is not installed")
            gettext.GNUTranslations(path.open("rb"))
    # Packagers run this where the files come to lie; installing into a folder does not.
    tap.output("glib-compile-schemas", "--strict", share / "glib-2.0" / "schemas")


def test_nothing_of_tests_is_installed(folder):
    names = [path.name for path in Path(room.name).rglob("*") if path.is_file()]
    tap.check(names, "nothing is installed")
    for name in names:
        tap.check("test" not in name and "libcuda" not in name and not name.endswith(".a"), name)


def test_programs_start(folder):
    for program in PROGRAMS:
        for option in ("--version", "--help"):
            text = tap.output(PREFIX / "bin" / program, option, cwd=folder, env=environment()).decode()
            tap.check((f"{program} {VERSION}" if option == "--version" else f"  {program} " if
                       program == "blurbox" else f"Usage: {program}") in text, text)


def make_locale(folder, name):
    """The C locale has no languages; a copy of it under another name has."""
    c_locale = Path("/usr/lib/locale/C.utf8")
    if not c_locale.is_dir():
        raise tap.Skip(f"there is no {c_locale}")
    locales = folder / "locales"
    shutil.copytree(c_locale, locales / f"{name}.utf8")
    return {"LOCPATH": str(locales), "LC_ALL": f"{name}.UTF-8"}


def test_failures_are_translated(folder):
    """What the pipeline says is in the user's language; what it writes for programs is not."""
    locale = make_locale(folder, "xx_XX")
    program = PREFIX / "bin" / "blurbox-render"
    recipes = set()
    for language in [path.stem for path in (SOURCE / "po").glob("*.po")]:
        catalog = PREFIX / "share" / "locale" / language / "LC_MESSAGES" / "blurbox.mo"
        translate = gettext.GNUTranslations(catalog.open("rb")).gettext
        env = environment(**locale, LANGUAGE=language)
        done = subprocess.run([program, "missing.mp4"], cwd=folder, env=env, capture_output=True, text=True)
        reason, advice = translate("there is no such file"), translate("check its name")
        tap.equal(done.stderr, "blurbox-render: " + translate("Cannot read “%s”: %s; %s")
                  % ("missing.mp4", reason, advice) + "\n", language)
        tap.check(reason != "there is no such file", language)
        tap.output(program, "--batch", "7", "--save-recipe", folder / language, env=env)
        recipes.add((folder / language).read_text())
    tap.output(program, "--batch", "7", "--save-recipe", folder / "plain", env=environment())
    tap.equal(recipes, {(folder / "plain").read_text()})


def test_translations_are_found(folder):
    """A translation beside the program is used, whatever prefix it was configured for."""
    messages = PREFIX / "share" / "locale" / "fr" / "LC_MESSAGES"
    messages.mkdir(parents=True, exist_ok=True)
    (folder / "fr.po").write_text(PO)
    tap.output("msgfmt", "-o", messages / "blurbox.mo", folder / "fr.po")
    text = tap.output(PREFIX / "bin" / "blurbox-render", "--help",
                      env=environment(**make_locale(folder, "fr_FR"))).decode()
    tap.check("seulement les erreurs" in text, text)
    text = tap.output(PREFIX / "bin" / "blurbox-render", "--help", env=environment()).decode()
    tap.check("print errors only" in text, text)


def make_video(path):
    tap.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:rate=5:duration=1", path)


def test_a_render(folder):
    make_video(folder / "in.mkv")
    tap.output(PREFIX / "bin" / "blurbox-render", "--quiet", "--size", "36x64", "--encoder", "ffv1", "-o",
               folder / "out.mkv", folder / "in.mkv", env=environment())
    tap.check((folder / "out.mkv").stat().st_size > 0, "no file")


def show(folder, *command, **more):
    """Starts the window, in a session of its own, opens a video, and returns what it says of itself."""
    for tool in ("Xvfb", "dbus-run-session", "gdbus", "xdotool", "xprop"):
        if shutil.which(tool) is None:
            raise tap.Skip(f"there is no {tool}")
    tests = SOURCE / "tests"
    video = folder / "clip.mkv"
    make_video(video)
    done = subprocess.run([tests / "ui-session", tests / "desktop" / "test-installed.sh", video, *command],
                          env=environment(G_DEBUG="", **more), capture_output=True, text=True, timeout=240)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    entry = (PREFIX / "share" / "applications" / f"{APP_ID}.desktop").read_text()
    name = re.search(r"^StartupWMClass=(.*)$", entry, re.MULTILINE)[1]
    tap.check(f'WM_CLASS(STRING) = "{name}", "{name}"' in done.stdout, done.stdout)
    tap.check(f'_GTK_APPLICATION_ID(UTF8_STRING) = "{APP_ID}"' in done.stdout, done.stdout)
    tap.check('_NET_WM_NAME(UTF8_STRING) = "Blurbox"' in done.stdout, done.stdout)
    tap.check(done.stdout.endswith("gone\n"), done.stdout)
    for word in ("CRITICAL", "WARNING"):
        tap.check(word not in done.stderr, done.stderr)
    return done.stdout


def test_started_by_the_desktop(folder):
    """D-Bus starts it; the window has its name and icon, and its settings are found."""
    service = PREFIX / "share" / "dbus-1" / "services" / f"{APP_ID}.service"
    text = service.read_text()
    program = os.environ["BB_PREFIX"] + "/bin/blurbox"
    tap.check(f"\nExec={program} --gapplication-service\n" in text, text)
    service.write_text(text.replace(program, str(PREFIX / "bin" / "blurbox")))
    # D-Bus and the icon theme have only this list to go by, as on a desktop.
    shown = show(folder, XDG_DATA_DIRS=f"{PREFIX}/share:/usr/local/share:/usr/share")
    tap.check(re.search(r"^_NET_WM_ICON\(CARDINAL\)=[1-9]\d+,", shown, re.MULTILINE), shown)


def test_started_by_hand(folder):
    """Where its prefix is on no list, the window still finds its settings and its icon."""
    shown = show(folder, PREFIX / "bin" / "blurbox")
    tap.check(re.search(r"^_NET_WM_ICON\(CARDINAL\)=[1-9]\d+,", shown, re.MULTILINE), shown)


try:
    tap.run(sys.modules[__name__])
finally:
    room.cleanup()
