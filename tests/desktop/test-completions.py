# SPDX-License-Identifier: GPL-3.0-or-later
"""What shells complete, and what the manual pages describe, are the options that the programs have."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import tap

SOURCE = Path(os.environ["BB_SOURCE"])
COMPLETIONS = SOURCE / "data" / "completions"
PROGRAMS = {"blurbox": os.environ["BLURBOX"], "blurbox-render": os.environ["BLURBOX_RENDER"]}


def help_of(program):
    option = "--help-all" if program == "blurbox" else "--help"
    return tap.output(PROGRAMS[program], option, env={**os.environ, "LC_ALL": "C.UTF-8"}).decode()


def options_of(program):
    """The options that the help shows, long and short, but the one that only D-Bus uses."""
    text = help_of(program)
    found = set()
    for line in text.splitlines():
        start = re.match(r"\s+(?:(-\w), +)?(--[a-z][a-z-]+)", line)
        if start:
            found.update(option for option in start.groups() if option)
    tap.check({"--help", "--version", "-h"} <= found, f"{program} has no --help or --version: {found}")
    return found - {"--gapplication-service"}


def complete(program, *words):
    """What bash proposes for a line whose last word is being written, with names as they come."""
    # The words as readline splits them, which takes the characters of COMP_WORDBREAKS apart.
    pieces = [program]
    for word in words:
        pieces += [piece for piece in re.split(r"([=:])", word) if piece] or [""]
    script = (
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; '
        'COMP_POINT=${#COMP_LINE}; COMPREPLY=(); "_${1//-/_}" "$1"; printf "%s\\n" "${COMPREPLY[@]}"')
    folder = Path(PROGRAMS["blurbox-render"]).parent
    done = tap.output("bash", "--norc", "-c", script, "bash", COMPLETIONS / f"{program}.bash", *pieces,
                      env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    return [line for line in done.decode().splitlines() if line]


def test_bash_options(folder):
    for program in PROGRAMS:
        tap.equal(set(complete(program, "-")), options_of(program), program)
        tap.equal(complete(program, "--vers"), ["--version"], program)


def test_bash_values(folder):
    program = "blurbox-render"
    tap.equal(complete(program, "--codec", ""), ["h264", "hevc", "av1"])
    tap.equal(complete(program, "--codec=h"), ["h264", "hevc"])
    tap.equal(complete(program, "--codec="), ["h264", "hevc", "av1"])
    tap.equal(complete(program, "--aspect", "9"), ["9:16"])
    # Of a word with a colon bash wants only what stands behind it.
    tap.equal(complete(program, "--aspect", "9:1"), ["16"])
    tap.equal(complete(program, "--aspect=4:"), ["5", "3"])
    tap.equal(complete(program, "--zoom", ""), [])
    tap.check("cpu" in complete(program, "--device", ""), "no cpu")
    encoders = complete(program, "--encoder", "")
    listed = tap.output(PROGRAMS[program], "--list-encoders").decode().splitlines()
    tap.equal(set(encoders), {"auto"} | {line.split()[0] for line in listed})


def test_bash_files(folder):
    (folder / "a clip.mp4").touch()
    (folder / "look.recipe").touch()
    for program, words, wanted in (
            ("blurbox", ["a"], ["a clip.mp4"]), ("blurbox-render", ["--dim", "0.5", "a"], ["a clip.mp4"]),
            ("blurbox-render", ["--recipe", "l"], ["look.recipe"]),
            ("blurbox-render", ["--recipe=l"], ["look.recipe"])):
        before = Path.cwd()
        os.chdir(folder)
        try:
            tap.equal(complete(program, *words), wanted, str(words))
        finally:
            os.chdir(before)


def check_syntax(shell, *arguments):
    if shutil.which(shell) is not None:
        tap.output(shell, *arguments)


def test_zsh(folder):
    for program in PROGRAMS:
        script = COMPLETIONS / f"_{program}"
        text = script.read_text()
        tap.equal(text.splitlines()[0], f"#compdef {program}")
        found = set()
        for line in text.splitlines():
            spec = re.match(r"\s+'(?:(?:\([^)]*\)|\*)'\{([^}]*)\}'|\*?(--[a-z-]+))", line)
            if spec:
                found.update(option.rstrip("+=") for option in (spec[1] or spec[2]).split(","))
        tap.equal(found, options_of(program), program)
        check_syntax("zsh", "-n", script)


def test_fish(folder):
    for program in PROGRAMS:
        script = COMPLETIONS / f"{program}.fish"
        found = set()
        for line in script.read_text().splitlines():
            if line.startswith("complete "):
                tap.check(line.startswith(f"complete -c {program} "), line)
                found.update("--" + name for name in re.findall(r" -l ([a-z-]+)", line))
                found.update("-" + name for name in re.findall(r" -s (\w)\b", line))
        tap.equal(found, options_of(program), program)
        check_syntax("fish", "--no-execute", script)


def test_values_go_with_options(folder):
    """An option takes a value in zsh and fish where it does in --help."""
    takes = set(re.findall(r"^\s+(?:-\w, +)?(--[a-z-]+) \S", help_of("blurbox-render"), re.MULTILINE))
    tap.check(len(takes) > 15, takes)
    zsh = (COMPLETIONS / "_blurbox-render").read_text()
    tap.equal(set(re.findall(r"(--[a-z-]+)=", zsh)), takes, "zsh")
    fish = (COMPLETIONS / "blurbox-render.fish").read_text()
    tap.equal({f"--{name}" for name in re.findall(r"-l ([a-z-]+) (?:-x|-rF)", fish)}, takes, "fish")


def test_manual_pages(folder):
    for program in PROGRAMS:
        page = SOURCE / "data" / f"{program}.1"
        text = page.read_text().replace("\\-", "-")
        for option in options_of(program):
            tap.check(re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text),
                      f"{page} does not name {option}")
        if shutil.which("mandoc") is not None:
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)],
                                  capture_output=True, text=True)
            tap.equal((done.returncode, done.stdout), (0, ""), str(page))


tap.run(sys.modules[__name__])
