# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that people read can be translated, and the translations that are there are whole."""

import os
import re
import subprocess
import sys
from pathlib import Path

import tap

SOURCE = Path(os.environ["BB_SOURCE"])
PO = SOURCE / "po"
ROOMS = ("app", "gpu", "ui", "data")
CALL = re.compile(r"\b(?:_|N_|Q_|C_|NC_|ngettext|dngettext|g_dngettext|g_dpgettext2) ?\(")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


def listed(name):
    return [line for line in (PO / name).read_text().splitlines() if line and not line.startswith("#")]


def without_comments(text):
    return COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)


def has_texts(path):
    """Whether a file has texts for people."""
    if path.suffix in (".c", ".h", ".blp"):
        return CALL.search(without_comments(path.read_text())) is not None
    return path.name.endswith((".desktop.in", ".metainfo.xml.in", ".gschema.xml"))


def test_potfiles_are_complete(folder):
    wanted = sorted(str(path.relative_to(SOURCE)) for room in ROOMS for path in (SOURCE / room).rglob("*")
                    if path.is_file() and has_texts(path))
    tap.check(len(wanted) > 10, wanted)
    got = listed("POTFILES")
    tap.equal((sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))), ([], []),
              "lines that po/POTFILES lacks, and that it has too many")
    tap.equal(got, wanted, "the order of po/POTFILES")


def test_texts_can_be_extracted(folder):
    """xgettext understands every file, without a complaint."""
    target = folder / "all.pot"
    done = subprocess.run(
        ["xgettext", "--from-code=UTF-8", "--add-comments=Translators", "--keyword=_", "--keyword=N_",
         "--keyword=C_:1c,2", "--keyword=NC_:1c,2", "--files-from=po/POTFILES", f"--output={target}",
         "--sort-by-file"], cwd=SOURCE, capture_output=True, text=True)
    tap.equal(done.returncode, 0, done.stderr)
    complaints = [line for line in done.stderr.splitlines()
                  # It takes Blueprint for C, which does.
                  if "'blp' is unknown" not in line]
    tap.equal(complaints, [])
    text = target.read_text()
    for sample in ("Turn landscape video into portrait", "Reframe a Video", "Width of the window"):
        tap.check(f'msgid "{sample}"' in text, f"“{sample}” is not among the texts")
    tap.output("msgfmt", "--check-format", "-o", os.devnull, target)


def test_comments_reach_translators(folder):
    """A comment for translators stands within the call, directly before its text: elsewhere xgettext does not take it."""
    places = []
    for name in listed("POTFILES"):
        def number(found):
            places.append(f"{name}: {found[1].strip()}")
            return f"Translators: [{len(places)}]{found[1]}"

        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(re.sub(r"Translators:([^\n]*)", number, (SOURCE / name).read_text()))
    pot = tap.output("xgettext", "--from-code=UTF-8", "--add-comments=Translators", "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2",
                     "--keyword=NC_:1c,2", f"--files-from={PO}/POTFILES", "-o", "-", cwd=folder).decode()
    got = {int(number) for number in re.findall(r"^#\. Translators: \[(\d+)\]", pot, re.MULTILINE)}
    tap.check(len(places) > 100, f"only {len(places)} comments for translators")
    tap.equal([place for i, place in enumerate(places, 1) if i not in got], [], "comments that do not stand before their text")


def test_languages(folder):
    languages = listed("LINGUAS")
    tap.equal(languages, sorted(languages), "po/LINGUAS")
    tap.equal(sorted(path.stem for path in PO.glob("*.po")), languages)
    for language in languages:
        path = PO / f"{language}.po"
        tap.output("msgfmt", "--check", "-o", os.devnull, path)
        done = subprocess.run(["msgfmt", "--statistics", "-o", os.devnull, str(path)],
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        tap.check("untranslated" not in done.stderr and "fuzzy" not in done.stderr, done.stderr)


tap.run(sys.modules[__name__])
