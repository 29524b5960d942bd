# SPDX-License-Identifier: GPL-3.0-or-later
"""What several files say of the program is the same everywhere."""

import configparser
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

import tap

SOURCE = Path(os.environ["BB_SOURCE"])
BUILD = Path(os.environ["BB_BUILD"])
VERSION = os.environ["BB_VERSION"]
APP_ID = "io.github.blurbox.Blurbox"


def metainfo():
    return tree.parse(BUILD / "data" / f"{APP_ID}.metainfo.xml").getroot()


def desktop_entry():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(BUILD / "data" / f"{APP_ID}.desktop")
    return parser


def test_ids(folder):
    tap.equal(metainfo().findtext("id"), APP_ID)
    tap.equal(metainfo().findtext("launchable"), f"{APP_ID}.desktop")
    entry = desktop_entry()["Desktop Entry"]
    tap.equal(entry["Icon"], APP_ID)
    tap.equal(entry["DBusActivatable"], "true")
    service = (BUILD / "data" / f"{APP_ID}.service").read_text()
    tap.check(f"\nName={APP_ID}\n" in service and "--gapplication-service\n" in service, service)
    tap.check(f'id="{APP_ID}"' in (SOURCE / "data" / f"{APP_ID}.gschema.xml").read_text(), "schema")
    for icon in (f"scalable/apps/{APP_ID}.svg", f"symbolic/apps/{APP_ID}-symbolic.svg"):
        size = tree.parse(SOURCE / "data" / "icons" / "hicolor" / icon).getroot()
        wanted = "16" if "symbolic" in icon else "128"
        tap.equal((size.get("width"), size.get("height")), (wanted, wanted), icon)


def test_versions(folder):
    tap.equal(metainfo().find("releases/release").get("version"), VERSION, "metainfo")
    news = re.findall(r"^## (\d+\.\d+\.\d+)", (SOURCE / "NEWS.md").read_text(), re.MULTILINE)
    tap.equal(news[0], VERSION, "NEWS.md")
    tap.equal([r.get("version") for r in metainfo().findall("releases/release")], news, "releases")
    for program in ("blurbox", "blurbox-render"):
        title = re.search(r"^\.TH .*", (SOURCE / "data" / f"{program}.1").read_text(), re.MULTILINE)[0]
        tap.check(f'"Blurbox {VERSION}"' in title, title)
        text = tap.output(os.environ[program.upper().replace("-", "_")], "--version").decode()
        tap.equal(text, f"{program} {VERSION}\n")


def test_summary_is_short(folder):
    summary = metainfo().findtext("summary")
    tap.check(0 < len(summary) <= 35 and not summary.endswith("."), summary)


def test_media_types(folder):
    entry = desktop_entry()["Desktop Entry"]["MimeType"].rstrip(";").split(";")
    tap.equal(sorted(entry), sorted(e.text for e in metainfo().findall("provides/mediatype")))
    tap.equal(len(set(entry)), len(entry))


def test_screenshots_are_there(folder):
    shots = metainfo().findall("screenshots/screenshot")
    if any((SOURCE / "data" / "screenshots").glob("*.png")):
        tap.check(shots, "the metadata shows none of data/screenshots")
    for shot in shots:
        tap.check(shot.findtext("caption"), "a screenshot has no caption")
        name = shot.findtext("image").rpartition("/data/screenshots/")[2]
        path = SOURCE / "data" / "screenshots" / name
        tap.check(path.is_file(), f"there is no {path}")
        tap.equal(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n", name)
    if shots:
        looks = {shot.get("environment") for shot in shots}
        tap.check({"gnome", "gnome:dark"} <= looks, f"light and dark are both to be shown: {looks}")
        tap.equal(sum(shot.get("type") == "default" for shot in shots), 1, "default screenshots")


def test_actions(folder):
    """The actions of the desktop entry are those of the application."""
    entry = desktop_entry()
    source = (SOURCE / "ui" / "bb-application.c").read_text()
    for action in entry["Desktop Entry"]["Actions"].rstrip(";").split(";"):
        tap.check(entry.has_section(f"Desktop Action {action}"), action)
        tap.check(re.search(rf'\{{ "{re.escape(action)}", \w+_cb, NULL,', source), action)


def test_flatpak(folder):
    """The Flatpak is built from what is pinned, and asks for no file and no network."""
    if shutil.which("flatpak-builder") is None:
        raise tap.Skip("there is no flatpak-builder")
    manifest = json.loads(tap.output("flatpak-builder", "--show-manifest",
                                     SOURCE / "flatpak" / f"{APP_ID}.yml", cwd=folder))
    tap.equal((manifest["id"], manifest["command"]), (APP_ID, "blurbox"))
    asked = manifest["finish-args"]
    tap.check("--socket=wayland" in asked and "--device=dri" in asked, asked)
    for argument in asked:
        tap.check(not argument.startswith(("--filesystem", "--share=network", "--talk-name", "--device=all")),
                  argument)
    for module in manifest["modules"]:
        for source in module["sources"]:
            if module["name"] == "blurbox":
                tap.equal(source["type"], "dir")
            elif source["type"] == "git":
                tap.check(re.fullmatch("[0-9a-f]{40}", source["commit"]), source)
            else:
                tap.check(re.fullmatch("[0-9a-f]{64}", source["sha256"]), source)
    # Of the compiler for cards nothing is kept.
    kept = {module["name"]: module.get("cleanup") for module in manifest["modules"]}
    tap.equal(kept["cuda"], ["*"])


tap.run(sys.modules[__name__])
